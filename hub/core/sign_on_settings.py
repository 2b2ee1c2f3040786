"""Providers of single sign-on, as settings describe them: one by HUB_OIDC_… variables, others in a TOML file.

Each error comes with the setting, its value, and the end of the sentence that the operator reads.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from hub.core.setting_checks import is_domain

MAIN = "main"  # the key of the provider that the HUB_OIDC_… variables describe
LONGEST_NAME = 60  # characters on a button
# Microsoft's addresses for accounts of any tenant. Anyone can make a tenant, and write any email address into it.
ANY_TENANT = re.compile(r"https://login\.microsoftonline\.(?:com|us)/(?:common|organizations|consumers)(?:/|$)")
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FIELDS = (
    "name",
    "issuer",
    "client_id",
    "client_secret",
    "private_key",
    "domains",
    "required_domains",
    "acr_values",
    "second_factor",
)


class WrongProviderError(Exception):
    """Raised for a provider that can't be used: the setting's name, its value, and what it must be."""

    def __init__(self, setting: str, value: object, must: str) -> None:
        super().__init__(setting, value, must)
        self.setting, self.value, self.must = setting, value, must


@dataclass(frozen=True)
class SignOnProvider:
    """A provider of single sign-on."""

    key: str  # in the addresses /sign-on/<key> and /sign-on/<key>/return
    name: str  # on the button: "Sign in with Microsoft"
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    private_key: Path | None = None  # a PEM file; the hub then signs its requests with it (private_key_jwt)
    domains: frozenset[str] = frozenset()  # email domains that it may sign people in for; empty: all
    required_domains: frozenset[str] = frozenset()  # email domains whose people can't use a password
    acr_values: tuple[str, ...] = ()  # levels of assurance that the hub asks for and accepts
    second_factor: str = "trusted"  # "trusted": signing on counts as two factors; "amr": if it says so; "never"


def providers_of(config: Any, root: Path) -> tuple[SignOnProvider, ...]:
    """Return the providers in the settings: that of the HUB_OIDC_… variables first, then those in OIDC_MORE.

    Relative paths start from ``root``. Raises WrongProviderError for the first one that can't be used.
    """
    main = {name: getattr(config, f"OIDC_{name.upper()}") for name in _FIELDS}
    providers = (
        [_provider(MAIN, main, root, {name: f"OIDC_{name.upper()}" for name in _FIELDS})] if main["issuer"] else []
    )
    if not main["issuer"] and (main["client_id"] or main["required_domains"]):
        raise WrongProviderError(
            "OIDC_ISSUER", "", "it must name the provider that the other HUB_OIDC_ settings are for"
        )
    if config.OIDC_MORE:
        providers += _in_file(root / config.OIDC_MORE, root)
    for kind, values in (
        ("name", [each.name for each in providers]),
        ("issuer", [f"{each.issuer} {each.client_id}" for each in providers]),
        ("required domain", list(chain.from_iterable(each.required_domains for each in providers))),
    ):
        if len(values) != len(set(values)):
            raise WrongProviderError("OIDC_MORE", config.OIDC_MORE, f"two providers have the same {kind}")
    return tuple(providers)


def _in_file(path: Path, root: Path) -> list[SignOnProvider]:
    """Return the providers in a TOML file, which has a table for each."""
    try:
        tables = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        must = "it must be a TOML file that the hub can read"
        raise WrongProviderError("OIDC_MORE", path, must) from error
    providers = []
    for key, table in tables.items():
        if not isinstance(table, Mapping) or not _KEY.fullmatch(key) or key == MAIN:
            must = f"{key!r} in it must be a table whose name has only small letters, digits and hyphens"
            raise WrongProviderError("OIDC_MORE", path, must)
        if unknown := sorted(table.keys() - set(_FIELDS)):
            raise WrongProviderError("OIDC_MORE", path, f"{unknown[0]!r} in its table [{key}] isn’t a setting")
        providers.append(_provider(key, table, root, {}, path))
    return providers


def _provider(
    key: str, given: Mapping[str, Any], root: Path, settings: Mapping[str, str], file: Path | None = None
) -> SignOnProvider:
    """Return the provider with the ``given`` values; ``settings`` are the names of those that have their own."""

    def check(name: str, is_valid: object, must: str) -> None:
        if not is_valid:
            if name in settings:
                shown = "(hidden)" if name == "client_secret" else given.get(name, "")
                raise WrongProviderError(settings[name], shown, f"it {must}")
            raise WrongProviderError("OIDC_MORE", file, f"{name} in its table [{key}] {must}")

    name, issuer = _text(given.get("name")) or key, _text(given.get("issuer"))
    domains, required = _words(given.get("domains")), _words(given.get("required_domains"))
    secret, key_file = _text(given.get("client_secret")), _text(given.get("private_key"))
    factor = _text(given.get("second_factor")) or "trusted"
    check("issuer", is_issuer(issuer), "must be the provider’s address, beginning with https:// and without a “?”")
    check("issuer", not ANY_TENANT.match(issuer), "must name your own tenant: replace the word by the tenant’s ID")
    check("client_id", _text(given.get("client_id")), "must be the ID that the provider gave the hub")
    check("name", name.isprintable() and len(name) <= LONGEST_NAME, f"must have up to {LONGEST_NAME} characters")
    check("private_key", not key_file or (root / key_file).is_file(), "must be a PEM file")
    check("private_key", not (key_file and secret), "can’t be used with a client secret: remove one of them")
    check("domains", all(map(is_domain, domains)), "must be email domains, with commas between them")
    check("required_domains", all(map(is_domain, required)), "must be email domains, with commas between them")
    check("required_domains", not domains or set(required) <= set(domains), "can’t have a domain that DOMAINS lacks")
    check("second_factor", factor in {"trusted", "amr", "never"}, "must be trusted, amr or never")
    return SignOnProvider(
        key=key,
        name=name,
        issuer=issuer,
        client_id=_text(given.get("client_id")),
        client_secret=secret,
        private_key=root / key_file if key_file else None,
        domains=frozenset(domains),
        required_domains=frozenset(required),
        acr_values=tuple(_words(given.get("acr_values"), lower=False)),
        second_factor=factor,
    )


def is_issuer(text: str) -> bool:
    """Return True for an address whose discovery document can't be forged on the way: https, or on this machine."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return is_safe_address(parts) and not (parts.query or parts.fragment or parts.username or re.search(r"\s", text))


def is_safe_address(parts: SplitResult) -> bool:
    """Return True for https, and for http on this machine, where no one can intercept the connection."""
    host = parts.hostname or ""
    is_local = host in {"localhost", "::1"} or bool(re.fullmatch(r"127(?:\.\d{1,3}){3}", host))
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_local))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _words(value: object, *, lower: bool = True) -> Sequence[str]:
    """Return the words of a list, or of a text with commas or spaces between them."""
    texts = value if isinstance(value, list) else [value or ""]
    words = [word for text in texts for word in re.split(r"[,\s]+", str(text)) if word]
    return [word.lower() if lower else word for word in words]

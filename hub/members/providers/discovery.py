"""What a provider says about itself: its addresses and its keys, fetched when someone signs in, and kept for an hour.

Each web process has its own copy. Nothing is fetched at import or at startup, so a provider that is down stops no hub.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey, import_key

from hub.core import clock
from hub.core.sign_on_settings import SignOnProvider, is_safe_address
from hub.members.providers import http
from hub.members.providers.http import ProviderError

KEPT = timedelta(hours=1)
# After a failure the hub waits this long before it asks again, so that many people clicking don't hold its threads.
PAUSE = timedelta(seconds=20)
# Keys are fetched again when a token names one that isn't known, but not more often.
KEYS_AGAIN = timedelta(seconds=30)
MOST_KEYS = 50


@dataclass(frozen=True)
class Metadata:
    """The part of a discovery document that the hub uses (OpenID Connect Discovery 1.0, section 3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    auth_methods: tuple[str, ...] = ("client_secret_basic",)
    prompts: tuple[str, ...] = ()  # empty: it doesn't say
    names_itself: bool = False  # it names itself in each answer (RFC 9207)


@dataclass
class _Kept:
    """What is known of one provider, and since when."""

    lock: Lock = field(default_factory=Lock)
    metadata: Metadata | None = None
    metadata_at: datetime | None = None
    keys: KeySet | None = None
    keys_at: datetime | None = None
    failed_at: datetime | None = None


_kept: dict[str, _Kept] = {}


def metadata_of(provider: SignOnProvider) -> Metadata:
    """Return what the provider says about itself; raises ProviderError when it can't be fetched or trusted."""
    kept = _kept.setdefault(provider.issuer, _Kept())
    with kept.lock:
        now = clock.now()
        if kept.metadata and kept.metadata_at and now - kept.metadata_at < KEPT:
            return kept.metadata
        with _pausing(provider, kept, now):
            kept.metadata = _fetched_metadata(provider)
        kept.metadata_at = now
        return kept.metadata


def keys_of(provider: SignOnProvider, *, again: bool = False) -> KeySet:
    """Return the provider's public keys; ``again``: because a token names a key that isn't among them.

    Raises ProviderError.
    """
    metadata = metadata_of(provider)
    kept = _kept[provider.issuer]
    with kept.lock:
        now = clock.now()
        age = now - kept.keys_at if kept.keys_at else KEPT
        if kept.keys and age < (KEYS_AGAIN if again else KEPT):
            return kept.keys
        with _pausing(provider, kept, now):
            kept.keys = _fetched_keys(provider, metadata.jwks_uri)
        kept.keys_at = now
        return kept.keys


@contextmanager
def _pausing(provider: SignOnProvider, kept: _Kept, now: datetime) -> Iterator[None]:
    """Fetch something, unless that failed a moment ago."""
    if kept.failed_at and now - kept.failed_at < PAUSE:
        raise ProviderError(provider, "failed a moment ago")
    try:
        yield
    except ProviderError:
        kept.failed_at = now
        raise
    kept.failed_at = None


def _fetched_metadata(provider: SignOnProvider) -> Metadata:
    answer = http.ask(provider, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if answer.get("issuer") != provider.issuer:
        raise ProviderError(provider, "discovery names another issuer")
    needed = {name: _address(answer, name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    if not all(needed.values()):
        raise ProviderError(provider, "discovery lacks a safe address")
    methods = _words(answer.get("token_endpoint_auth_methods_supported"))
    return Metadata(
        **needed,
        userinfo_endpoint=_address(answer, "userinfo_endpoint"),
        end_session_endpoint=_address(answer, "end_session_endpoint"),
        auth_methods=methods or Metadata.auth_methods,
        prompts=_words(answer.get("prompt_values_supported")),
        names_itself=answer.get("authorization_response_iss_parameter_supported") is True,
    )


def _fetched_keys(provider: SignOnProvider, address: str) -> KeySet:
    """Return the provider's public keys. Symmetric ones are left out: only asymmetric signatures are accepted."""
    published = http.ask(provider, address).get("keys")
    keys: list[Any] = []
    for data in published[:MOST_KEYS] if isinstance(published, list) else []:
        key = _key(data)
        if key is not None:
            keys.append(key)
    if not keys:
        raise ProviderError(provider, "no keys")
    return KeySet(keys)


def _key(data: object) -> RSAKey | ECKey | OKPKey | None:
    """Return a key for signatures, or None for one that the hub doesn't use, such as of a kind yet to come."""
    if not isinstance(data, Mapping) or data.get("kty") not in {"RSA", "EC", "OKP"} or data.get("use", "sig") != "sig":
        return None
    try:
        key = import_key(dict(data))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _address(answer: Mapping[str, Any], name: str) -> str:
    """Return an address that the hub may send a secret or a person to, or an empty text."""
    value = answer.get(name)
    try:
        return value if isinstance(value, str) and is_safe_address(urlsplit(value)) else ""
    except ValueError:
        return ""


def _words(value: object) -> tuple[str, ...]:
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()

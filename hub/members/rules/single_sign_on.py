"""Rules of single sign-on: what a provider's claims say about a person, and whether the hub relies on them. Pure.

Claims are those of OpenID Connect Core 1.0 (sections 2, 3.1.3.7 and 5.1), and Microsoft's `xms_edov`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.core.addresses import is_address
from hub.core.errors import Refused
from hub.core.sign_on_settings import SignOnProvider
from hub.members.rules.fields import LONGEST_EMAIL
from hub.members.rules.organizations import Role

LONGEST_SUBJECT = 255  # characters, OpenID Connect Core 1.0, section 2
LONGEST_ISSUER = 500
# How someone signed in, in words that a session keeps. The first counts as a second factor, the other one doesn't.
FACTOR = "single sign-on"
ONE_FACTOR = "single sign-on, one factor"
# Methods in `amr` (RFC 8176) that are more than one factor.
TWO_FACTORS = frozenset({"mfa", "mca"})


class SignOnRefused(Refused):
    """Raised when single sign-on fails; ``reason`` is for the log, and ``person_id`` says whose account it was about."""

    def __init__(self, sentence: str, reason: str, person_id: int | None = None) -> None:
        super().__init__(sentence)
        self.reason, self.person_id = reason, person_id


@dataclass(frozen=True)
class Identity:
    """Someone whom a provider signed in."""

    issuer: str
    subject: str  # the provider's own ID of the person, which stays when name and email address change
    email: str = ""  # in lower case; empty if the provider gave none that the hub can use
    # None: the provider doesn't say whether it verified the address, as Microsoft Entra without `xms_edov`.
    is_verified: bool | None = None
    has_two_factors: bool = False  # the provider says so


def identity_of(claims: Mapping[str, Any], info: Mapping[str, Any]) -> Identity:
    """Return whom the ``claims`` of a checked ID token are about; ``info`` from the userinfo endpoint adds the email.

    The address and whether it is verified come from the same source, so that neither is combined with another one.
    """
    source = claims if claims.get("email") else info
    email = source.get("email")
    usable = isinstance(email, str) and email.isascii() and len(email) <= LONGEST_EMAIL and is_address(email)
    methods = claims.get("amr")
    return Identity(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=str(email).lower() if usable else "",
        is_verified=_is_verified(source),
        has_two_factors=isinstance(methods, list) and any(method in TWO_FACTORS for method in map(str, methods)),
    )


def _is_verified(source: Mapping[str, Any]) -> bool | None:
    """Return what the claims say about the address. `xms_edov`: its domain's owner has been verified."""
    for name in ("email_verified", "xms_edov"):
        if name in source:
            return source[name] is True or str(source[name]).lower() in {"true", "1"}
    return None


def check_address(provider: SignOnProvider, identity: Identity) -> None:
    """Raise SignOnRefused unless the address may link the identity to the person who has it at the hub."""
    if not identity.email:
        sentence = f"{provider.name} didn’t give the hub an email address. Ask the people who run it to release yours."
        raise SignOnRefused(sentence, "no email address")
    if provider.domains and domain_of(identity.email) not in provider.domains:
        sentence = (
            f"{identity.email} can’t sign in with {provider.name}. Use an account of {_any_of(provider.domains)}, "
            "or your password."
        )
        raise SignOnRefused(sentence, "domain not accepted")
    if identity.is_verified is False or (identity.is_verified is None and not provider.domains):
        sentence = (
            f"{provider.name} doesn’t say that {identity.email} is verified, so the hub can’t rely on it. "
            "Verify the address there, or use your password."
        )
        raise SignOnRefused(sentence, "email address not verified")


def factor_of(provider: SignOnProvider, identity: Identity) -> str:
    """Return FACTOR if signing on counts as a second factor, by the setting OIDC_SECOND_FACTOR, otherwise ONE_FACTOR."""
    counts = provider.second_factor == "trusted" or (provider.second_factor == "amr" and identity.has_two_factors)
    return FACTOR if counts else ONE_FACTOR


def is_single_sign_on(factor: str) -> bool:
    """Return True if a session with this factor began with single sign-on."""
    return factor in {FACTOR, ONE_FACTOR}


def with_second_factor(first: str, second: str) -> str:
    """Return the factor of a session that began with ``first`` after its person also proved to have ``second``.

    A session of single sign-on stays one, and then counts as more than one factor.
    """
    return FACTOR if is_single_sign_on(first) else second


def required_provider(providers: Iterable[SignOnProvider], email: str) -> SignOnProvider | None:
    """Return the provider that people with this address must use, or None; subdomains are domains of their own."""
    domain = domain_of(email)
    return next((each for each in providers if domain in each.required_domains), None)


def keeps_password(role: Role) -> bool:
    """Return True for the role that can use a password even if its domain requires single sign-on.

    Otherwise a provider that is down, or a wrong setting, would lock everyone out.
    """
    return role is Role.COORDINATOR


def required_of(providers: Iterable[SignOnProvider], email: str, role: Role) -> SignOnProvider | None:
    """Return the provider that a person with this address and role must use instead of a password, or None."""
    return None if keeps_password(role) else required_provider(providers, email)


def check_way(providers: Iterable[SignOnProvider], email: str, role: Role, factor: str) -> None:
    """Raise Refused for a sign-in with a password or passkey by someone who must use single sign-on."""
    required = required_of(providers, email, role)
    if required and not is_single_sign_on(factor):
        raise Refused(required_sentence(required, email))


def required_sentence(provider: SignOnProvider, email: str) -> str:
    """Return the sentence for someone who must use single sign-on instead of a password."""
    return f"People at {domain_of(email)} sign in with {provider.name}. Use the button “Sign in with {provider.name}”."


def domain_of(email: str) -> str:
    """Return the domain of an address, in lower case."""
    return email.strip().rpartition("@")[2].lower()


def _any_of(domains: Iterable[str]) -> str:
    *others, last = sorted(domains)
    return f"{', '.join(others)} or {last}" if others else last

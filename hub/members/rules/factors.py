"""Rules for second factors: codes, recovery codes, passkeys, and for whom they are required. Pure."""

import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit

import pyotp

from hub.core.errors import Refused
from hub.members.rules.organizations import Role

GRACE = timedelta(days=14)  # from the day that a role needs a second factor, or that a person gets such a role
RESET_DELAY = timedelta(days=1)  # in which the owner can stop that the coordinator removes their second factor
UNFINISHED_SIGN_IN = timedelta(minutes=10)  # between the password and the second factor
CLOCKS_DIFFER = timedelta(minutes=1)  # the most by which the clocks of two machines of one hub are expected to differ
RECENT = timedelta(minutes=15)  # a sign-in after which changes to the account need no further proof
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10  # of 31 characters: 49 bits, hashed like a password (NIST SP 800-63B, section 3.1.2)
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without characters that look alike
FEWEST_LEFT = 3  # recovery codes; with fewer, the page advises to create new ones
MOST_PASSKEYS = 10
CODE_SECONDS = 30  # RFC 6238, section 5.2; the next and the last code are valid too, since clocks differ
CHALLENGE_LIFETIME = timedelta(minutes=10)
NONCE_BYTES = 24
LONGEST_CREDENTIAL = 20_000  # characters of JSON
# Wrong codes before each further one has to wait: one in a million is guessed with a probability of 3 in 1,000,000.
FREE_TRIES = 5
LONGEST_WAIT = timedelta(hours=1)
TRIES_KEPT = timedelta(days=1)
NO_ROLES = "none"
REQUIRED_ROLES, REQUIRED_SINCE = "SECOND_FACTOR_ROLES", "SECOND_FACTOR_SINCE"


class Factor(StrEnum):
    """How a person signed in, beyond the password; the value is that of a session."""

    APP = "totp"
    RECOVERY_CODE = "recovery-code"
    PASSKEY = "passkey"


# Sign-ins that need no further factor. Single sign-on: the provider of the organization asks for what it requires.
STRONG_FACTORS = frozenset({*Factor, "single sign-on"})


@dataclass(frozen=True)
class Factors:
    """What a person has set up."""

    has_app: bool = False
    passkeys: int = 0
    codes_left: int = 0

    @property
    def any(self) -> bool:
        """True if signing in takes a second step."""
        return self.has_app or self.passkeys > 0


def matching_step(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """Return the time step of an authenticator app's code that is valid ``at``; None for a wrong or used one.

    One step of clock skew is allowed in both directions. A step up to ``last_step`` was used already (RFC 6238,
    section 5.2: a code must not be accepted twice).
    """
    totp = pyotp.TOTP(secret, interval=CODE_SECONDS)
    now = totp.timecode(at)
    valid = [step for step in (now - 1, now, now + 1) if step > max(last_step, 0)]
    matches = [step for step in valid if hmac.compare_digest(totp.generate_otp(step), code)]
    return matches[0] if matches else None


def app_address(secret: str, *, email: str, hub: str) -> str:
    """Return the otpauth: URI that an authenticator app scans."""
    return pyotp.TOTP(secret, interval=CODE_SECONDS).provisioning_uri(name=email, issuer_name=hub)


def code_of(text: str) -> str:
    """Return a typed code without spaces and hyphens, in lower case."""
    return re.sub(r"[\s\-–]", "", text).lower()[:LONGEST_CREDENTIAL]


def is_app_code(code: str) -> bool:
    """Return True for a code of an authenticator app, and False for a recovery code."""
    return re.fullmatch(r"[0-9]{6}", code) is not None


def written_code(code: str) -> str:
    """Return a recovery code as people write it: in two halves."""
    half = RECOVERY_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def wait_after(tries: int) -> timedelta:
    """Return how long to wait after this many wrong codes: a minute, then twice as long each time, up to an hour."""
    return (
        min(timedelta(minutes=2 ** min(tries - FREE_TRIES, 10)), LONGEST_WAIT) if tries >= FREE_TRIES else timedelta()
    )


def wait_left(tries: int, last: datetime, now: datetime) -> timedelta:
    """Return how long a try at ``now`` waits after ``tries`` wrong codes, the last of them at ``last``.

    ``last`` may be later than ``now``: clocks of two machines differ, and the first tries never wait.
    """
    wait = wait_after(tries)
    return min(max(last + wait - now, timedelta()), wait)


def is_within(lifetime: timedelta, since: datetime, now: datetime) -> bool:
    """Return True if less than ``lifetime`` has passed since ``since``, by a clock that may be a bit ahead of this one."""
    return -CLOCKS_DIFFER <= now - since < lifetime


def required_roles(text: str) -> frozenset[Role]:
    """Return the roles in the setting SECOND_FACTOR_ROLES, which names them or says "none"."""
    return frozenset() if text == NO_ROLES else frozenset(Role(name) for name in text.split())


def roles_text(roles: Iterable[Role]) -> str:
    """Return the setting SECOND_FACTOR_ROLES for these roles."""
    chosen = frozenset(roles)
    return " ".join(role.value for role in Role if role in chosen) or NO_ROLES


def grace_ends(required_since: datetime | None, role_since: datetime | None) -> datetime:
    """Return when a person needs a second factor whose role needs one; None: longer ago than anyone knows."""
    known = [moment for moment in (required_since, role_since) if moment is not None]
    return max(known, default=datetime(1970, 1, 1, tzinfo=UTC)) + GRACE


@dataclass(frozen=True)
class RelyingParty:
    """The hub as passkeys know it: the domain that they belong to, and the origin that they are used at."""

    id: str
    origin: str


def relying_party(base_url: str) -> RelyingParty | None:
    """Return the hub as passkeys know it; None if they can't work there.

    Browsers offer passkeys only under https, or on localhost, and never for an IP address (WebAuthn, section 5.1.2).
    """
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return None
    if not host or (parts.scheme != "https" and host != "localhost" and not host.endswith(".localhost")):
        return None
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in {None, default} else f":{parts.port}"
    return RelyingParty(host, f"{parts.scheme}://{host}{port}")


def challenge_token(at: datetime, nonce: str) -> str:
    """Return the text from which `challenge` computes a challenge again; it travels with the form."""
    return f"{int(at.timestamp())}.{nonce}"


def challenge(key: str, purpose: str, token: str) -> bytes:
    """Return the challenge of a token for one purpose, such as "sign in"; only the hub, which has ``key``, can."""
    return hmac.new(key.encode(), f"passkey challenge:{purpose}:{token}".encode(), sha256).digest()


def check_fresh(token: str, now: datetime) -> None:
    """Raise Refused if the challenge of a token is too old, or the token isn't one."""
    match = re.fullmatch(r"([0-9]{1,11})\.[\w-]{16,64}", token, re.ASCII)
    if not match or not is_within(CHALLENGE_LIFETIME, datetime.fromtimestamp(int(match[1]), UTC), now):
        raise Refused("That took too long. Try the passkey again.")


def user_handle(key: str, person_id: int) -> bytes:
    """Return the handle under which a passkey stores an account; it tells nothing about the person.

    A browser replaces a passkey by one with the same handle, so ``key`` must be one that never changes.
    """
    return hmac.new(key.encode(), f"passkey user:{person_id}".encode(), sha256).digest()

"""How long links work, and limits on sign-in attempts. Pure."""

import ipaddress
from datetime import timedelta
from enum import StrEnum

INVITATION_DAYS = 14
RESET_HOURS = 24
EMAIL_CHANGE_DAYS = 3
EMAIL_CHANGE_LIFETIME = timedelta(days=EMAIL_CHANGE_DAYS)
# Someone who forgot a password asks once or twice; more would flood someone else's mailbox.
REQUESTS_PER_ACCOUNT = 3
REQUESTS_PER_ADDRESS = 20
REQUESTS_WITHIN = timedelta(hours=1)


class Way(StrEnum):
    """A way of signing in, as monitoring counts the attempts."""

    PASSWORD = "password"  # noqa: S105 - a word
    APP = "authenticator-app"  # the second step, with a code
    RECOVERY_CODE = "recovery-code"  # the second step, with a code that works once
    PASSKEY_STEP = "passkey-as-second-step"
    PASSKEY = "passkey"  # alone
    SINGLE_SIGN_ON = "single-sign-on"
    INVITATION = "invitation"
    PASSWORD_LINK = "password-link"  # noqa: S105 - a word


def same_network(address: str) -> str:
    """Return the key that attempts are counted by: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed, 64), strict=False))
    return str(parsed)

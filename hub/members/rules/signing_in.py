"""Rules for passwords and limits on sign-in attempts. Pure."""

import ipaddress
from datetime import timedelta

from hub.core.errors import Refused

SHORTEST_PASSWORD = 10  # NIST SP 800-63B requires at least 8, and no composition rules
LONGEST_PASSWORD = 200  # Argon2 has no limit; this keeps requests small
INVITATION_DAYS = 14
RESET_HOURS = 24
EMAIL_CHANGE_DAYS = 3
EMAIL_CHANGE_LIFETIME = timedelta(days=EMAIL_CHANGE_DAYS)
# Someone who forgot a password asks once or twice; more would flood someone else's mailbox.
REQUESTS_PER_ACCOUNT = 3
REQUESTS_PER_ADDRESS = 20
REQUESTS_WITHIN = timedelta(hours=1)


def password_of(text: str, email: str = "") -> str:
    """Return a typed new password; raises Refused when it is too short, too long, or equal to ``email``."""
    if len(text) < SHORTEST_PASSWORD:
        raise Refused(f"Use a password of at least {SHORTEST_PASSWORD} characters. A few words are easy to remember.")
    if len(text) > LONGEST_PASSWORD:
        raise Refused(f"That password is too long. Use up to {LONGEST_PASSWORD} characters.")
    if email and text.strip().lower() == email:
        raise Refused("Use a password that isn’t your email address.")
    return text


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

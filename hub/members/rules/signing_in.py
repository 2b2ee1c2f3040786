"""Passwords and tries to sign in. Pure."""

import ipaddress
from datetime import timedelta

from hub.core.errors import Refused

# Signing in and out.
SHORTEST_PASSWORD = 10  # NIST SP 800-63B asks for 8 at least and no rules of composition
LONGEST_PASSWORD = 200  # argon2 takes any; this keeps a request small
INVITATION_DAYS = 14
RESET_HOURS = 24
# Ten wrong tries in a quarter of an hour stop an account or an address; a person who forgot needs fewer.
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 30
TRIES_WITHIN = timedelta(minutes=15)
# Who forgot a password asks once or twice; more would only fill the mailbox of someone else.
REQUESTS_PER_ACCOUNT = 3
REQUESTS_PER_ADDRESS = 20
REQUESTS_WITHIN = timedelta(hours=1)


def password_of(text: str, email: str = "") -> str:
    """Return the new password that someone typed; raises Refused when it is too short, too long, or their address."""
    if len(text) < SHORTEST_PASSWORD:
        raise Refused(f"Use a password of at least {SHORTEST_PASSWORD} characters; a few words are easy to remember.")
    if len(text) > LONGEST_PASSWORD:
        raise Refused(f"The password is too long: it may have up to {LONGEST_PASSWORD} characters.")
    if email and text.strip().lower() == email:
        raise Refused("Use a password that isn't your email address.")
    return text


def same_network(address: str) -> str:
    """Return what tries are counted by: an IPv4 address, or the /64 network that one IPv6 customer has whole."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known.packed, 64), strict=False))
    return str(known)

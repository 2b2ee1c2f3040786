"""E-mail addresses as the hub knows them: where mail may go, keyed hashes, and the address of bounces. Pure."""

import base64
import hmac
import re
from hashlib import sha256

from email_validator import EmailNotValidError, validate_email

from hub.core.errors import Refused

_BOUNCE = re.compile(r"bounces\+(\d{1,18})-([a-z2-7]{16})@(.+)", re.IGNORECASE)


def deliverable(text: str) -> str:
    """The address as mail can go to it, its domain in ASCII; raises Refused when it can't be one."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=False)
    except EmailNotValidError as error:
        raise Refused(f"Mail can't go to {text.strip()[:100]!r}: an address looks like name@example.org.") from error
    return f"{found.local_part}@{found.ascii_domain}"


def keyed_hash(key: str, address: str) -> str:
    """What is kept of an address that itself is forgotten: the same for each way of writing it, 64 hex digits.

    ``key`` is a secret of the hub's: without it nobody can try addresses out.
    """
    return hmac.new(key.encode(), b"address:" + _as_sent(address).lower().encode(), sha256).hexdigest()


def _as_sent(address: str) -> str:
    try:
        return deliverable(address)
    except Refused:
        return address.strip()


def bounce_address(key: str, domain: str, message_id: int) -> str:
    """Where other mail servers report about the message ``message_id``: only the hub can make such an address."""
    return f"bounces+{message_id}-{_mark(key, message_id)}@{domain}"


def message_of_bounce(key: str, domain: str, address: str) -> int | None:
    """The message that a bounce address is about; None unless the hub itself made it. Case doesn't matter."""
    found = _BOUNCE.fullmatch(address.strip())
    if not found or not domain or found[3].lower() != domain.lower():
        return None
    message_id = int(found[1])
    return message_id if hmac.compare_digest(found[2].lower(), _mark(key, message_id)) else None


def _mark(key: str, message_id: int) -> str:
    """80 bits: too many to guess, short enough for a local part of 64 characters."""
    digest = hmac.new(key.encode(), f"bounce:{message_id}".encode(), sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()

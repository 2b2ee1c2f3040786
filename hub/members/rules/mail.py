"""Kinds of automatic email, and the links that unsubscribe from them. Pure."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import time
from enum import StrEnum
from hashlib import sha256


class MailKind(StrEnum):
    """A kind of automatic email that a person can turn off."""

    REMINDER = "reminder"
    DIGEST = "digest"
    NOTICE = "notice"
    CALL = "call"
    OPENING = "opening"  # off until a person turns it on; the others are on until a person turns them off

    @property
    def label(self) -> str:
        """Its description in the notification settings."""
        return _MAIL_LABELS[self.value]


class Frequency(StrEnum):
    """How often a person hears that someone opened what they shared."""

    DAILY = "daily"
    WEEKLY = "weekly"


# The kinds that are on until a person turns them off.
STOPPABLE = tuple(kind for kind in MailKind if kind is not MailKind.OPENING)

# The default quiet hours: 8:00 p.m. to 7:00 a.m.
DEFAULT_QUIET_HOURS = (time(20), time(7))

_MAIL_LABELS = {
    "reminder": "Reminders when a quarter ends and your organization hasn’t shared yet (representatives and alternates)",
    "digest": "Weekly digest of new resources on topics you follow and in your saved searches",
    "notice": "Receipts for email you copied to your log address",
    "call": "Call invitations and changes, recaps of calls you missed, and a note a week before you present (representatives "
    "and alternates)",
    "opening": "Who opened the links and packs that you shared",
}


def openings_key(person_id: int) -> str:
    """Return the key by which a person's emails about openings are found in the outbox."""
    return f"openings of person {person_id}"


def unsubscribe_token(key: str, person_id: int, kind: MailKind) -> str:
    """Return the token of an unsubscribe link, signed with the hub's ``key``, which never changes."""
    named = f"{person_id}-{kind.value}"
    mark = hmac.new(key.encode(), f"stop:{named}".encode(), sha256).digest()[:18]
    return f"{named}-{urlsafe_b64encode(mark).decode()}"


def unsubscribe_url(base_url: str, key: str, person_id: int, kind: MailKind) -> str:
    """Return the address at which a person unsubscribes from a kind of email; see `unsubscribe_token`."""
    return f"{base_url}/mail/stop/{unsubscribe_token(key, person_id, kind)}"


def parse_unsubscribe_token(keys: Iterable[str], token: str) -> tuple[int, MailKind] | None:
    """Return the person's id and the kind of email of an unsubscribe token; None unless one of ``keys`` signed it."""
    number, _, rest = token.partition("-")
    kind = next((candidate for candidate in MailKind if rest.startswith(f"{candidate.value}-")), None)
    if kind is None or not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - larger than any id
        return None
    expected = [unsubscribe_token(key, int(number), kind).encode() for key in keys]
    return (int(number), kind) if any(hmac.compare_digest(mark, token.encode()) for mark in expected) else None

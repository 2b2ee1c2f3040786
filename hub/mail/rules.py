"""The rules of mail: states of a message, addresses, retries and quiet hours. Pure."""

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from hub.core.errors import Refused

_BOUNCE = re.compile(r"bounces\+(\d{1,18})-([a-z2-7]{16})@(.+)", re.IGNORECASE)


def deliverable(text: str) -> str:
    """Return the normalized address, with its domain in ASCII; raises Refused if it is invalid."""
    # Takes 0.03 s with its tables of international names, so only processes that check addresses load it.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow, and often not needed

    try:
        valid = validate_email(text.strip(), check_deliverability=False, test_environment=False)
    except EmailNotValidError as error:
        raise Refused(
            f"“{' '.join(text.split())[:100]}” is not an email address. Write it like name@example.org."
        ) from error
    return f"{valid.local_part}@{valid.ascii_domain}"


def keyed_hash(key: str, address: str) -> str:
    """Return the keyed hash of an address, 64 hex digits; the same for every spelling of the address.

    ``key`` is a key of the hub: without it no one can test which addresses are stored.
    """
    return hmac.new(key.encode(), b"address:" + _as_sent(address).lower().encode(), sha256).hexdigest()


def _as_sent(address: str) -> str:
    try:
        return deliverable(address)
    except Refused:
        return address.strip()


def bounce_address(key: str, domain: str, message_id: int) -> str:
    """Return the signed address to which other mail servers send bounces of the message ``message_id``."""
    return f"bounces+{message_id}-{_signature(key, message_id)}@{domain}"


def message_of_bounce(keys: Iterable[str], domain: str, address: str) -> int | None:
    """Return the message id in a bounce address; None unless one of ``keys`` signed it. Case doesn't matter."""
    match = _BOUNCE.fullmatch(address.strip())
    if not match or not domain or match[3].lower() != domain.lower():
        return None
    message_id = int(match[1])
    signed = any(hmac.compare_digest(match[2].lower(), _signature(key, message_id)) for key in keys)
    return message_id if signed else None


def _signature(key: str, message_id: int) -> str:
    """Return a signature of 80 bits: too long to guess, short enough for a local part of 64 characters."""
    digest = hmac.new(key.encode(), f"bounce:{message_id}".encode(), sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


class LetterKind(StrEnum):
    """The kinds of email that the hub sends. A new kind must choose in `BULK`."""

    REMINDER = "reminder"
    DIGEST = "digest"
    CALL = "call"
    NOTICE = "notice"
    OPENING = "opening"
    PACK = "pack"
    PACK_TEST = "pack test"
    PACK_HELD = "pack not sent"
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a kind of email
    SECURITY = "security"
    APPLICATION = "application"
    QUESTION = "question"
    LOG_ADDRESS = "log address"
    BACKUP = "backup"
    VIRUS = "virus"
    UNREAD = "file not read"

    @property
    def is_bulk(self) -> bool:
        """True if a recipient may unsubscribe from it: its email has the headers and the footer of bulk mail."""
        return BULK[self]


# Bulk mail goes to people because they are on a list or follow something. All other email answers what its recipient
# did, or asks for what their role needs: no one can unsubscribe from it.
BULK = {
    LetterKind.REMINDER: True,
    LetterKind.DIGEST: True,
    LetterKind.CALL: True,
    LetterKind.NOTICE: True,
    LetterKind.OPENING: True,
    LetterKind.PACK: True,
    LetterKind.PACK_TEST: False,
    LetterKind.PACK_HELD: False,
    LetterKind.INVITATION: False,
    LetterKind.PASSWORD: False,
    LetterKind.SECURITY: False,
    LetterKind.APPLICATION: False,
    LetterKind.QUESTION: False,
    LetterKind.LOG_ADDRESS: False,
    LetterKind.BACKUP: False,
    LetterKind.VIRUS: False,
    LetterKind.UNREAD: False,
}


class State(StrEnum):
    """The states of a message."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in words for people."""
        return _LABELS[self]


_LABELS = {
    State.WAITING: "Waiting",
    State.SENDING: "Sending",
    State.SENT: "Sent",
    State.KEPT: "Saved as a file",
    State.FAILED: "Not delivered",
    State.UNKNOWN: "Possibly sent",
    State.BOUNCED: "Bounced",
    State.CANCELLED: "Canceled",
}

# Final states: only a person can change them.
SETTLED = frozenset({State.SENT, State.KEPT, State.FAILED, State.UNKNOWN, State.BOUNCED, State.CANCELLED})
# States that the person who caused a message should know about.
TROUBLED = frozenset({State.FAILED, State.UNKNOWN, State.BOUNCED})

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# Greylisting takes minutes, a server outage hours. RFC 5321 4.5.4.1 asks for growing pauses, and for giving up after
# four to five days.
PAUSES = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR)
GIVE_UP_AFTER = timedelta(days=4)


def next_try(tries: int, since: datetime, now: datetime) -> datetime | None:
    """Return the time of the next try after ``tries`` tries of a message due at ``since``; None means give up."""
    next_at = now + PAUSES[min(max(tries, 1), len(PAUSES)) - 1]
    return None if next_at > since + GIVE_UP_AFTER else next_at


_ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Quiet:
    """A person's quiet hours, which may span midnight. Written ``20:00-07:00 America/New_York``.

    If both times are the same, there are no quiet hours.
    """

    begins: time
    ends: time
    zone: str

    @classmethod
    def parse(cls, text: str) -> "Quiet":
        """Parse what `str` returns; raises ValueError."""
        hours, _, zone = text.partition(" ")
        begins, _, ends = hours.partition("-")
        ZoneInfo(zone)
        return cls(time.fromisoformat(begins), time.fromisoformat(ends), zone)

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M} {self.zone}"

    def covers(self, moment: datetime) -> bool:
        """Return True if ``moment`` is in the quiet hours, on the clocks of the zone."""
        shown = moment.astimezone(ZoneInfo(self.zone)).time()
        if self.begins <= self.ends:
            return self.begins <= shown < self.ends
        return shown >= self.begins or shown < self.ends

    def next_allowed(self, moment: datetime) -> datetime:
        """Return the first moment at or after ``moment`` outside quiet hours, in UTC.

        When clocks are set back, the end of the quiet hours may occur twice. When they are set forward, it may be
        skipped: then quiet hours end at the change.
        """
        if not self.covers(moment):
            return moment.astimezone(UTC)
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        for ahead in (0, 1):
            wall = datetime.combine(day + timedelta(days=ahead), self.ends)
            for fold in (0, 1):
                ends = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
                if ends > moment and not self.covers(ends):
                    return self._start_of_loud_hours(ends, moment.astimezone(UTC))
        return moment.astimezone(UTC)

    def _start_of_loud_hours(self, loud: datetime, moment: datetime) -> datetime:
        """Return the first minute after the quiet hours; it differs from ``loud`` only if a clock change skips their end."""
        while loud - _ONE_MINUTE > moment and not self.covers(loud - _ONE_MINUTE):
            loud -= _ONE_MINUTE
        return loud

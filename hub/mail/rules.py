"""The rules of mail: what becomes of a message, addresses, and quiet hours. Pure."""

import base64
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from hub.core.errors import Refused

_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+")
_MAILBOX = re.compile(r"[^<>]*<([^<>]*)>[^<>]*|([^<>]*)")
_BOUNCE = re.compile(r"bounces\+(\d{1,18})-([a-z2-7]{16})@(.+)", re.IGNORECASE)


def deliverable(text: str) -> str:
    """Return the address as mail can go to it, its domain in ASCII; raises Refused when it can't be one."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=False)
    except EmailNotValidError as error:
        raise Refused(f"Mail can't go to {text.strip()[:100]!r}: an address looks like name@example.org.") from error
    return f"{found.local_part}@{found.ascii_domain}"


def addresses_in(values: Iterable[str]) -> list[str]:
    """Return the addresses in headers such as To, in order, without names and comments.

    A semicolon separates addresses as a comma does, because Outlook writes it that way. Python's `getaddresses` isn't
    used: newer releases find no address at all in such a header, and older ones read others differently.
    """
    return [address for value in values for mailbox in _mailboxes(value) if (address := _address(mailbox))]


def _mailboxes(value: str) -> Iterator[str]:
    """Split a header at separators outside quotes and comments; comments and group names (RFC 5322) are dropped."""
    letters, kept = iter(value), list[str]()
    depth, quoted = 0, False
    for letter in letters:
        if letter == "\\" and (depth or quoted):
            pair = letter + next(letters, "")
            kept.append("" if depth else pair)
        elif quoted:
            quoted = letter != '"'
            kept.append(" " if letter in "<>" else letter)  # a bracket in a name doesn't enclose an address
        elif depth or letter == "(":
            depth += {"(": 1, ")": -1}.get(letter, 0)
        elif letter in ",;":
            yield "".join(kept)
            kept.clear()
        elif letter == ":":
            kept.clear()
        else:
            quoted = letter == '"'
            kept.append(letter)
    if not (depth or quoted):  # what follows an open quote or comment can't be told from it
        yield "".join(kept)


def _address(mailbox: str) -> str:
    """Return the address of ``Name <address>`` or ``address``; "" when it has none, or more than one in brackets."""
    found = _MAILBOX.fullmatch(mailbox)
    address = (found[1] or found[2] or "").strip() if found else ""
    return address if _ADDRESS.fullmatch(address) else ""


def keyed_hash(key: str, address: str) -> str:
    """Return what is kept of an address that itself is forgotten: the same for each way of writing it, 64 hex digits.

    ``key`` is a secret of the hub's: without it no one can try addresses out.
    """
    return hmac.new(key.encode(), b"address:" + _as_sent(address).lower().encode(), sha256).hexdigest()


def _as_sent(address: str) -> str:
    try:
        return deliverable(address)
    except Refused:
        return address.strip()


def bounce_address(key: str, domain: str, message_id: int) -> str:
    """Return where other mail servers report about the message ``message_id``: only the hub can make such an address."""
    return f"bounces+{message_id}-{_mark(key, message_id)}@{domain}"


def message_of_bounce(key: str, domain: str, address: str) -> int | None:
    """Return the message that a bounce address is about; None unless the hub itself made it. Case doesn't matter."""
    found = _BOUNCE.fullmatch(address.strip())
    if not found or not domain or found[3].lower() != domain.lower():
        return None
    message_id = int(found[1])
    return message_id if hmac.compare_digest(found[2].lower(), _mark(key, message_id)) else None


def _mark(key: str, message_id: int) -> str:
    """80 bits: too many to guess, short enough for a local part of 64 characters."""
    digest = hmac.new(key.encode(), f"bounce:{message_id}".encode(), sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


class State(StrEnum):
    """Where a message stands."""

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
        """The words that a person reads."""
        return _LABELS[self]


_LABELS = {
    State.WAITING: "Waiting",
    State.SENDING: "Being sent",
    State.SENT: "Sent",
    State.KEPT: "Kept as a file",
    State.FAILED: "Not delivered",
    State.UNKNOWN: "Perhaps sent",
    State.BOUNCED: "Came back",
    State.CANCELLED: "Cancelled",
}

# States in which nothing more happens by itself.
SETTLED = frozenset({State.SENT, State.KEPT, State.FAILED, State.UNKNOWN, State.BOUNCED, State.CANCELLED})
# What the person who caused a message should hear of.
TROUBLED = frozenset({State.FAILED, State.UNKNOWN, State.BOUNCED})

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# Greylisting asks for some minutes, a server that is down for some hours; RFC 5321 4.5.4.1 asks for pauses that
# grow, and for four to five days before giving up.
PAUSES = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR)
GIVE_UP_AFTER = timedelta(days=4)


def next_try(tries: int, since: datetime, now: datetime) -> datetime | None:
    """Return when to try again after ``tries`` tries, the message being due ``since``; None: give up."""
    again = now + PAUSES[min(max(tries, 1), len(PAUSES)) - 1]
    return None if again > since + GIVE_UP_AFTER else again


_ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Quiet:
    """From when to when someone wants no mail; over midnight when it ends before it begins.

    The same time twice means no quiet at all. Written ``20:00-07:00 America/New_York``.
    """

    begins: time
    ends: time
    zone: str

    @classmethod
    def parse(cls, text: str) -> "Quiet":
        """Return what `str` wrote; raises ValueError otherwise."""
        hours, _, zone = text.partition(" ")
        begins, _, ends = hours.partition("-")
        ZoneInfo(zone)
        return cls(time.fromisoformat(begins), time.fromisoformat(ends), zone)

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M} {self.zone}"

    def covers(self, moment: datetime) -> bool:
        """Return whether the clocks of the zone show a quiet hour at ``moment``."""
        shown = moment.astimezone(ZoneInfo(self.zone)).time()
        if self.begins <= self.ends:
            return self.begins <= shown < self.ends
        return shown >= self.begins or shown < self.ends

    def over(self, moment: datetime) -> datetime:
        """Return the first moment from ``moment`` on that isn't quiet, in UTC.

        Clocks that are set back may show the end of the quiet twice, clocks that are set forward may skip it: then
        the quiet ends with the skip.
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
                    return self._begun(ends, moment.astimezone(UTC))
        return moment.astimezone(UTC)

    def _begun(self, loud: datetime, moment: datetime) -> datetime:
        """Return the first minute of the hours that ``loud`` lies in: another one only where clocks skip the quiet's end."""
        while loud - _ONE_MINUTE > moment and not self.covers(loud - _ONE_MINUTE):
            loud -= _ONE_MINUTE
        return loud

"""What becomes of a message, and when it is tried again. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


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
    """When to try again after ``tries`` tries, the message being due ``since``; None: give up."""
    again = now + PAUSES[min(max(tries, 1), len(PAUSES)) - 1]
    return None if again > since + GIVE_UP_AFTER else again

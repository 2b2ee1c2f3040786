"""Visits, which decide what is new to a person. Pure.

A visit lasts as long as the person returns within an hour. During a visit, everything that was added after the
previous visit stays new, no matter how often pages are loaded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

ENDS_AFTER = timedelta(hours=1)
# A visit is recorded again only after this time, since each record is a write.
NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Seen:
    """When a person last loaded a page, and when the visit before that one ended (None: it was their first)."""

    at: datetime
    before: datetime | None

    def since(self, now: datetime) -> datetime | None:
        """Return the moment since which resources are new to the person ``now``; None on a first visit."""
        return self.at if now - self.at > ENDS_AFTER else self.before

    def updated(self, now: datetime) -> "Seen | None":
        """Return the record to write for a page load ``now``; None if the last one is recent enough."""
        if now - self.at < NOTED_EVERY:
            return None
        return Seen(now, self.since(now))

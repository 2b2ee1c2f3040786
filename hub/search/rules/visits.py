"""What is new since somebody was here before. Pure.

A visit goes on while the person comes back within an hour; whoever goes to lunch and returns starts another. During
a visit all that came since the end of the visit before is new, however often pages are loaded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

ENDS_AFTER = timedelta(hours=1)
# A visit is noted again only when the note is older than this: pages are many, and each note is a write.
NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Seen:
    """When somebody was here last, and when their visit before that one ended (None: it was their first)."""

    at: datetime
    before: datetime | None

    def since(self, now: datetime) -> datetime | None:
        """Return the moment after which things are new to who is here ``now``; None on a first visit: all is."""
        return self.at if now - self.at > ENDS_AFTER else self.before

    def again(self, now: datetime) -> "Seen | None":
        """Return how it is kept once they are here ``now``; None when the note of a moment ago will do."""
        if now - self.at < NOTED_EVERY:
            return None
        return Seen(now, self.since(now))

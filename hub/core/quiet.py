"""Quiet hours: when somebody wants no mail, on the clocks of their own time zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Quiet:
    """From when to when somebody wants no mail; over midnight when it ends before it begins.

    The same time twice means no quiet at all. Written ``20:00-07:00 America/New_York``.
    """

    begins: time
    ends: time
    zone: str

    @classmethod
    def parse(cls, text: str) -> "Quiet":
        """What `str` wrote; raises ValueError otherwise."""
        hours, _, zone = text.partition(" ")
        begins, _, ends = hours.partition("-")
        ZoneInfo(zone)
        return cls(time.fromisoformat(begins), time.fromisoformat(ends), zone)

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M} {self.zone}"

    def covers(self, moment: datetime) -> bool:
        """Whether the clocks of the zone show a quiet hour at ``moment``."""
        shown = moment.astimezone(ZoneInfo(self.zone)).time()
        if self.begins <= self.ends:
            return self.begins <= shown < self.ends
        return shown >= self.begins or shown < self.ends

    def over(self, moment: datetime) -> datetime:
        """The first moment from ``moment`` on that isn't quiet, in UTC.

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
        """The first minute of the hours that ``loud`` lies in: another one only where clocks skip the quiet's end."""
        while loud - _MINUTE > moment and not self.covers(loud - _MINUTE):
            loud -= _MINUTE
        return loud

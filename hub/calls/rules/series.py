"""The weekly call: when it is, and what a call can be. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

AHEAD = timedelta(days=366)  # the series is made a year ahead
SHORTEST, LONGEST = 10, 240  # minutes that a call may last
LONGEST_TITLE = 200
LONGEST_TEXT = 50_000  # of an agenda
LONGEST_REASON = 500
LONGEST_LINK = 2_000

# A person says "I was there" from ten minutes before the call to seven days after it.
CHECK_IN_BEFORE = timedelta(minutes=10)
CHECK_IN_AFTER = timedelta(days=7)


class CallState(StrEnum):
    """Whether there is a call. Only a planned one can be held; the others count nowhere."""

    PLANNED = "planned"
    CANCELLED = "cancelled"  # it stood in people's calendars, and was called off
    SKIPPED = "skipped"  # a week without a call, known beforehand
    HOLIDAY = "holiday"  # the series falls on a federal holiday

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return {"planned": "Planned", "cancelled": "Cancelled", "skipped": "No call", "holiday": "Holiday"}[self.value]


@dataclass(frozen=True)
class Series:
    """The weekly call as the settings have it: on ``weekday`` (0 is Monday) at ``at`` on the clocks of ``zone``."""

    weekday: int
    at: time
    minutes: int
    zone: ZoneInfo

    def days(self, first: date, last: date) -> list[date]:
        """Its days from ``first`` to ``last``, both included, holidays among them."""
        day = first + timedelta(days=(self.weekday - first.weekday()) % 7)
        return [day + timedelta(weeks=week) for week in range((last - day).days // 7 + 1)]

    def in_week_of(self, day: date) -> date:
        """Its day in the week, Monday to Sunday, that ``day`` lies in."""
        return monday_of(day) + timedelta(days=self.weekday)

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return when the call of ``day`` begins and ends, in UTC."""
        return span(day, self.at, self.minutes, self.zone)


def span(day: date, at: time, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a call begins and ends in UTC: at ``at`` on the clocks of ``zone``, whichever side of DST ``day`` is on."""
    start = datetime.combine(day, at, zone).astimezone(UTC)
    return start, start + timedelta(minutes=minutes)


def monday_of(day: date) -> date:
    """Return the Monday of the week that ``day`` lies in; a week has one call of the series."""
    return day - timedelta(days=day.weekday())


def is_held(state: CallState, ends_at: datetime, now: datetime) -> bool:
    """Return whether the call was held: it was planned to the end, and it is over."""
    return state is CallState.PLANNED and ends_at <= now


def takes_check_ins(state: CallState, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Return whether "I was there" can be said now: from ten minutes before the call to seven days after it."""
    return state is CallState.PLANNED and starts_at - CHECK_IN_BEFORE <= now <= ends_at + CHECK_IN_AFTER

"""The weekly call: its schedule, and the states of a call. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

AHEAD = timedelta(days=366)  # the series is scheduled a year ahead
SHORTEST, LONGEST = 10, 240  # minutes that a call may last
LONGEST_TITLE = 200
LONGEST_TEXT = 50_000  # of an agenda
LONGEST_REASON = 500
LONGEST_LINK = 2_000

# When people can check in: from ten minutes before the call to seven days after it.
CHECK_IN_BEFORE = timedelta(minutes=10)
CHECK_IN_AFTER = timedelta(days=7)


class CallState(StrEnum):
    """The state of a call. Only a planned call can be held; the others never count."""

    PLANNED = "planned"
    CANCELLED = "cancelled"  # it was in people's calendars, and was canceled
    SKIPPED = "skipped"  # a week without a call, known in advance
    HOLIDAY = "holiday"  # the day of the series is a federal holiday

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"planned": "Scheduled", "cancelled": "Canceled", "skipped": "No call", "holiday": "Holiday"}[self.value]


@dataclass(frozen=True)
class Series:
    """The weekly call from the settings: on ``weekday`` (0 is Monday) at ``at``, local time in ``zone``."""

    weekday: int
    at: time
    minutes: int
    zone: ZoneInfo

    def days(self, first: date, last: date) -> list[date]:
        """Return the days of the series from ``first`` to ``last``, both included, with holidays."""
        day = first + timedelta(days=(self.weekday - first.weekday()) % 7)
        return [day + timedelta(weeks=week) for week in range((last - day).days // 7 + 1)]

    def in_week_of(self, day: date) -> date:
        """Return the day of the series in the week of ``day``, Monday to Sunday."""
        return monday_of(day) + timedelta(days=self.weekday)

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return the start and end of the call on ``day``, in UTC."""
        return span(day, self.at, self.minutes, self.zone)


def span(day: date, at: time, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the start and end of a call in UTC; ``at`` is local time in ``zone``, with or without daylight saving."""
    start = datetime.combine(day, at, zone).astimezone(UTC)
    return start, start + timedelta(minutes=minutes)


def monday_of(day: date) -> date:
    """Return the Monday of the week of ``day``; each week has one call of the series."""
    return day - timedelta(days=day.weekday())


def is_held(state: CallState, ends_at: datetime, now: datetime) -> bool:
    """Return True if the call was held: it is over, and was never canceled."""
    return state is CallState.PLANNED and ends_at <= now


def is_upcoming(state: CallState, ends_at: datetime, now: datetime) -> bool:
    """Return True if the call is scheduled and not over."""
    return state is CallState.PLANNED and ends_at > now


def is_check_in_open(state: CallState, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Return True if people can check in now: from ten minutes before the call to seven days after it."""
    return state is CallState.PLANNED and starts_at - CHECK_IN_BEFORE <= now <= ends_at + CHECK_IN_AFTER

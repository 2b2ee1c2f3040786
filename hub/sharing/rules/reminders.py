"""When the hub reminds whom of an open quarter. Pure."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from hub.core.quarters import Quarter
from hub.sharing.rules.standing import Standing


class Stage(StrEnum):
    """The occasions on which the hub reminds by itself, and the coordinator's own word."""

    TWO_WEEKS = "two-weeks"
    LAST_WEEKDAY = "last-weekday"
    AFTERWARDS = "afterwards"
    NUDGE = "nudge"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return _LABELS[self.value]


_LABELS = {
    "two-weeks": "Two weeks before the quarter ends",
    "last-weekday": "On the quarter’s last weekday",
    "afterwards": "Ten days after the quarter",
    "nudge": "By hand",
}

MORNING = time(9)  # on the hub's clocks
TWO_WEEKS = timedelta(days=14)
TEN_DAYS = timedelta(days=10)
# A hub that stood still sends what it missed while that still helps; after a month a confirmation is late anyway.
TOO_LATE = timedelta(days=30)
_SATURDAY = 5


def last_weekday(quarter: Quarter) -> date:
    """Return the last day of the quarter from Monday to Friday."""
    day = quarter.last_day
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True)
class Occasion:
    """When a stage's reminders for a quarter go out: on ``first``, or until ``last`` when the hub stood still."""

    quarter: Quarter
    stage: Stage
    first: date
    last: date


def occasions_of(quarter: Quarter) -> tuple[Occasion, ...]:
    """Return the three occasions of a quarter, in order."""
    end, weekday = quarter.last_day, last_weekday(quarter)
    return (
        Occasion(quarter, Stage.TWO_WEEKS, end - TWO_WEEKS, weekday - timedelta(days=1)),
        Occasion(quarter, Stage.LAST_WEEKDAY, weekday, end),
        Occasion(quarter, Stage.AFTERWARDS, end + TEN_DAYS, end + TOO_LATE),
    )


def occasions_on(today: date) -> list[Occasion]:
    """Return the occasions whose time it is today; at most one of each quarter."""
    this = Quarter.of(today)
    return [one for quarter in (this.previous, this) for one in occasions_of(quarter) if one.first <= today <= one.last]


def next_occasions(today: date) -> list[Occasion]:
    """Return the occasions that are still to come or whose time it is, of this quarter and the one before, by day."""
    this = Quarter.of(today)
    found = [one for quarter in (this.previous, this) for one in occasions_of(quarter) if one.last >= today]
    return sorted(found, key=lambda one: one.first)


def needs_reminding(standing: Standing) -> bool:
    """Return whether an organization with this standing is reminded: it is due, and not met yet."""
    return standing in {Standing.SILENT, Standing.DOWNLOADED}


@dataclass(frozen=True)
class Facts:
    """What a reminder tells of: an organization's quarter as the log has it."""

    quarter: Quarter
    stage: Stage
    organization: str
    downloads: int
    titles: tuple[str, ...]  # of what was taken out, without what was withdrawn
    today: date

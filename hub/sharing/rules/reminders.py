"""When reminders of an open quarter are sent, and to which organizations. Pure."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from hub.core.quarters import Quarter
from hub.members.rules.membership import Membership
from hub.sharing.rules.standing import Standing


class Stage(StrEnum):
    """The stages of scheduled reminders, and reminders that the coordinator sends."""

    TWO_WEEKS = "two-weeks"
    LAST_WEEKDAY = "last-weekday"
    AFTERWARDS = "afterwards"
    NUDGE = "nudge"

    @property
    def label(self) -> str:
        """The name shown on pages."""
        return _LABELS[self.value]


_LABELS = {
    "two-weeks": "Two weeks before the quarter ends",
    "last-weekday": "On the quarter’s last weekday",
    "afterwards": "Ten days after the quarter ends",
    "nudge": "Sent by the coordinator",
}

MORNING = time(9)  # in the hub's time zone
TWO_WEEKS = timedelta(days=14)
TEN_DAYS = timedelta(days=10)
# After downtime, missed reminders are still sent until then; a later confirmation is late anyway.
TOO_LATE = timedelta(days=30)
_SATURDAY = 5


def last_weekday(quarter: Quarter) -> date:
    """Return the last day of the quarter that is a Monday to Friday."""
    day = quarter.last_day
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True)
class Occasion:
    """The days of a stage's reminders for a quarter: sent on ``first``, or by ``last`` if the hub was down."""

    quarter: Quarter
    stage: Stage
    first: date
    last: date


def occasions_of(quarter: Quarter) -> tuple[Occasion, ...]:
    """Return the three occasions of a quarter, in order of date."""
    end, weekday = quarter.last_day, last_weekday(quarter)
    return (
        Occasion(quarter, Stage.TWO_WEEKS, end - TWO_WEEKS, weekday - timedelta(days=1)),
        Occasion(quarter, Stage.LAST_WEEKDAY, weekday, end),
        Occasion(quarter, Stage.AFTERWARDS, end + TEN_DAYS, end + TOO_LATE),
    )


def occasions_on(today: date) -> list[Occasion]:
    """Return the occasions that are due today, at most one for each quarter."""
    return [occasion for occasion in _occasions_around(today) if occasion.first <= today <= occasion.last]


def next_occasions(today: date) -> list[Occasion]:
    """Return the due and upcoming occasions of this quarter and the previous one, by date."""
    occasions = [occasion for occasion in _occasions_around(today) if occasion.last >= today]
    return sorted(occasions, key=lambda occasion: occasion.first)


def _occasions_around(today: date) -> list[Occasion]:
    """Return the occasions of the previous quarter and this one."""
    this = Quarter.of(today)
    return [*occasions_of(this.previous), *occasions_of(this)]


def needs_reminder(standing: Standing, membership: Membership, today: date) -> bool:
    """Return True if an organization with this standing gets reminders.

    It hasn't shared, nor confirmed that it had nothing to share; and it is in the alliance today.
    """
    return standing.is_behind and membership.includes(today)


@dataclass(frozen=True)
class Facts:
    """The contents of a reminder, from an organization's log of a quarter."""

    quarter: Quarter
    stage: Stage
    organization: str
    downloads: int
    titles: tuple[str, ...]  # of downloaded resources that aren't withdrawn
    today: date

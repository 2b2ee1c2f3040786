"""Membership in the alliance: the periods in which an organization takes part. Pure.

An organization may leave and come back, and change its kind between periods. Every figure of a quarter, a call or a
year is computed over the periods; the days on which an organization joined and left are both days of membership.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from hub.core.dates import with_year
from hub.core.fingerprints import digest_of
from hub.core.quarters import YEARS
from hub.members.rules.organizations import OrganizationKind

# For so long after its last day, an organization's people may read and confirm its own record (the alliance's policy).
AFTER_LEAVING = timedelta(days=60)


class Access(StrEnum):
    """What membership gives an organization's people on a day."""

    FULL = "full"  # what their roles allow
    OWN_RECORD = "own_record"  # it left: they read and confirm its own record, and nothing else
    NONE = "none"  # it left longer ago: they can't sign in


@dataclass(frozen=True)
class Period:
    """A period of membership, from the day an organization joined to its last day (None: it is still a member)."""

    kind: OrganizationKind
    joined_on: date
    left_on: date | None = None
    reason: str = ""  # why it left

    def includes(self, day: date) -> bool:
        """Return True if ``day`` is in the period."""
        return self.joined_on <= day and (self.left_on is None or day <= self.left_on)


@dataclass(frozen=True)
class Membership:
    """An organization's periods of membership, at least one, in order and without overlaps."""

    periods: tuple[Period, ...]

    @property
    def first_day(self) -> date:
        """The day it first joined."""
        return self.periods[0].joined_on

    @property
    def last_day(self) -> date | None:
        """Its last day, or None while it has no last day."""
        return self.periods[-1].left_on

    @property
    def version(self) -> str:
        """A digest of the periods, to tell if they have changed since a form showed them."""
        return digest_of(repr(self.periods))

    @property
    def kind(self) -> OrganizationKind:
        """The kind of its last period."""
        return self.periods[-1].kind

    def period_on(self, day: date) -> Period | None:
        """Return the period that includes ``day``, or None."""
        return next((period for period in self.periods if period.includes(day)), None)

    def includes(self, day: date) -> bool:
        """Return True if the organization is in the alliance on ``day``."""
        return self.period_on(day) is not None

    def kind_on(self, day: date) -> OrganizationKind:
        """Return the kind on ``day``; outside of every period, that of the period before, else of the first one."""
        return self.last_period(day).kind

    def overlaps(self, first_day: date, last_day: date) -> bool:
        """Return True if any day from ``first_day`` to ``last_day`` is in a period."""
        return any(p.joined_on <= last_day and (p.left_on is None or p.left_on >= first_day) for p in self.periods)

    def has_left(self, today: date) -> bool:
        """Return True if its last day is over, and it hasn't come back."""
        return self.last_day is not None and self.last_day < today

    def is_out(self, today: date) -> bool:
        """Return True if it was in the alliance and isn't ``today``: it has left, and may yet come back."""
        return self.first_day <= today and not self.includes(today)

    def last_day_to_confirm(self, day: date) -> date | None:
        """Return until when people of an organization that is out on ``day`` may confirm its record, or None."""
        left_on = self.last_period(day).left_on
        return left_on + AFTER_LEAVING if left_on and self.is_out(day) else None

    def access_on(self, day: date) -> Access:
        """Return what the organization's people may do on ``day``, in any role."""
        last_day = self.last_day_to_confirm(day)
        if last_day is None:
            return Access.FULL
        return Access.OWN_RECORD if day <= last_day else Access.NONE

    def last_period(self, day: date) -> Period:
        """Return the period that includes ``day``, else the last one before it, else the first one."""
        return next((p for p in reversed(self.periods) if p.joined_on <= day), self.periods[0])

    def next_day(self, day: date) -> date | None:
        """Return the day after ``day`` on which the organization joins or comes back, or None."""
        return min((period.joined_on for period in self.periods if period.joined_on > day), default=None)

    def since(self, day: date) -> tuple[Period, ...]:
        """Return what is left of the periods from ``day`` on: the part for which the hub has records."""
        return tuple(
            replace(period, joined_on=max(day, period.joined_on))
            for period in self.periods
            if period.left_on is None or period.left_on >= day
        )

    def nearest(self, day: date) -> date:
        """Return ``day`` if it is in a period, else the first day of the next period, else the last day of all."""
        if self.includes(day):
            return day
        return self.next_day(day) or self.last_day or day


def in_order(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return periods by the day they begin."""
    return tuple(sorted(periods, key=lambda period: (period.joined_on, period.left_on or date.max)))


def objection_to_periods(periods: Sequence[Period]) -> str | None:
    """Return why periods in this order can't be an organization's membership, or None."""
    if not periods:
        return "Enter the date it joined the alliance."
    if objections := [objection for period in periods if (objection := _objection_to_days(period))]:
        return objections[0]
    for earlier, later in pairwise(periods):
        if earlier.left_on is None:
            return (
                f"The period that begins {with_year(later.joined_on)} starts before the one from "
                f"{with_year(earlier.joined_on)} has ended. Enter the last day of the earlier one."
            )
        if later.joined_on <= earlier.left_on:
            return (
                f"Two periods overlap: one lasts until {with_year(earlier.left_on)}, and the next begins "
                f"{with_year(later.joined_on)}. Correct one of the dates."
            )
    if OrganizationKind.HOST in {period.kind for period in periods} and len(periods) > 1:
        return "The host doesn’t leave the alliance. Keep one period."
    return None


def _objection_to_days(period: Period) -> str | None:
    for day in (period.joined_on, period.left_on):
        if day and day.year not in YEARS:
            return f"Check the year of {with_year(day)}."
    if period.left_on and period.left_on < period.joined_on:
        return "The last day is before the date it joined. Correct one of them."
    return None

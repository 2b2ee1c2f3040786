"""Data classes of the demo world: organizations, people, resources."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from hub.calls.rules.holidays import holiday_on
from hub.core import dates
from hub.core.quarters import Quarter
from hub.library.rules import Audience, Kind, Source
from hub.members.rules.membership import Period
from hub.members.rules.organizations import DesignationStatus, OrganizationKind, Role

_TOKEN = re.compile(r"\{([dmy])([+-]\d+)?\}")


class Designation(NamedTuple):
    """A federal program that an organization is or was part of."""

    name: str
    status: DesignationStatus
    start_year: int
    end_year: int | None


@dataclass(frozen=True, slots=True)
class DemoOrganization:
    """A member, a BFF or the host.

    The days it joined and left are offsets from the current quarter, so that the same quarters are due no matter when
    the demo world is loaded.
    """

    slug: str
    name: str
    kind: OrganizationKind
    region: str
    website: str
    postal_address: str
    about: str
    joined_quarters_ago: int
    joined_day: int
    left_quarters_ago: int | None = None
    left_day: int = 0
    left_because: str = ""
    back_quarters_ago: int | None = None  # when it came back; as a BFF, if it came back as one
    back_day: int = 0
    back_as: OrganizationKind | None = None
    designations: tuple[Designation, ...] = ()

    def joined_on(self, today: date) -> date:
        """Return the day it joined."""
        return _day_of_quarter(today, self.joined_quarters_ago, self.joined_day)

    def periods(self, today: date) -> tuple[Period, ...]:
        """Return its periods of membership."""
        kind, joined_on, left_on = self.kind, self.joined_on(today), self.left_on(today)
        first = Period(kind, joined_on, left_on, self.left_because)
        if self.back_quarters_ago is None:
            return (first,)
        return first, Period(self.back_as or kind, _day_of_quarter(today, self.back_quarters_ago, self.back_day))

    def left_on(self, today: date) -> date | None:
        """Return the day it left, or None."""
        if self.left_quarters_ago is None:
            return None
        return _day_of_quarter(today, self.left_quarters_ago, self.left_day)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person at an organization, with their role."""

    email: str
    name: str
    organization: str
    role: Role


@dataclass(frozen=True, slots=True)
class DemoResource:
    """A resource: its metadata, and the text that its file is made from.

    ``content`` uses the markup of :mod:`hub.demo.markup`. A resource without ``file_name`` is a link if it has a
    ``url``, otherwise a text written in the hub.
    """

    key: str
    title: str
    kind: Kind
    summary: str
    topics: tuple[str, ...]
    organization: str
    age_days: int
    content: str
    file_name: str = ""
    url: str = ""
    audience: Audience = Audience.NETWORK
    call: bool = False

    @property
    def source(self) -> Source:
        """The source of its revision: file, text or link."""
        if self.url:
            return Source.LINK
        return Source.FILE if self.file_name else Source.TEXT

    @property
    def extension(self) -> str:
        """The extension of its file, without the dot; empty without a file."""
        return self.file_name.rpartition(".")[2]

    def published_on(self, today: date) -> date:
        """Return the day it was published."""
        return today - timedelta(days=self.age_days)

    def call_on(self, today: date) -> date | None:
        """Return the day of its call, or None: the last Monday up to its publication that isn't a holiday."""
        if not self.call:
            return None
        monday = self.published_on(today) - timedelta(days=self.published_on(today).weekday())
        while holiday_on(monday):
            monday -= timedelta(days=7)
        return monday

    def text(self, today: date) -> str:
        """Return its content with all date tokens resolved."""
        return dated(self.content, self.published_on(today))


def dated(text: str, day: date) -> str:
    """Return ``text`` with its date tokens resolved relative to ``day``, so that the demo never looks old.

    ``{d+30}`` is the date 30 days later (a deadline, moved to Monday from a weekend), ``{m-2}`` is the month two months
    earlier ("March 2026"), and ``{y-1}`` is the year before.
    """

    def resolved(match: re.Match[str]) -> str:
        offset = int(match[2] or 0)
        if match[1] == "y":
            return str(day.year + offset)
        if match[1] == "m":
            year, month = divmod(day.year * 12 + day.month - 1 + offset, 12)
            return dates.month_year(date(year, month + 1, 1))
        return dates.long(_weekday(day + timedelta(days=offset)) if offset > 0 else day + timedelta(days=offset))

    return _TOKEN.sub(resolved, text)


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _day_of_quarter(today: date, quarters_ago: int, day: int) -> date:
    quarter = Quarter.of(today).back(quarters_ago + 1)[-1]
    return quarter.first_day + timedelta(days=day)

"""What the demo world is made of: organizations, people and resources as plain facts."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from hub.calls.rules.holidays import holiday_on
from hub.core.quarters import Quarter
from hub.library.rules import Audience, Kind, Source
from hub.members.rules.organizations import DesignationStatus, OrganizationKind, Role

_TOKEN = re.compile(r"\{([dmy])([+-]\d+)?\}")


class Designation(NamedTuple):
    """A federal program that an organization takes or took part in."""

    name: str
    status: DesignationStatus
    start_year: int
    end_year: int | None


@dataclass(frozen=True, slots=True)
class DemoOrganization:
    """A member, a BFF or the host.

    The days on which it joined and left are kept as offsets in calendar quarters, so that
    the same quarters are not due on whatever day the demo world is loaded.
    """

    slug: str
    name: str
    kind: OrganizationKind
    region: str
    website: str
    about: str
    joined_quarters_ago: int
    joined_day: int
    left_quarters_ago: int | None = None
    left_day: int = 0
    designations: tuple[Designation, ...] = ()

    def joined_on(self, today: date) -> date:
        """Return the day on which it joined."""
        return _day_of_quarter(today, self.joined_quarters_ago, self.joined_day)

    def left_on(self, today: date) -> date | None:
        """Return the day on which it left, if it did."""
        if self.left_quarters_ago is None:
            return None
        return _day_of_quarter(today, self.left_quarters_ago, self.left_day)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone of an organization, with the role that they have there."""

    email: str
    name: str
    organization: str
    role: Role


@dataclass(frozen=True, slots=True)
class DemoResource:
    """A resource: what the hub knows of it, and the text that its file is made from.

    ``content`` is written in the markup of :mod:`hub.demo.markup`; a resource without
    ``file_name`` was typed in the hub, or is a link if it has a ``url``.
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
        """What its revision is made of."""
        if self.url:
            return Source.LINK
        return Source.FILE if self.file_name else Source.TEXT

    @property
    def extension(self) -> str:
        """The extension of its file, without the dot; empty when it has no file."""
        return self.file_name.rpartition(".")[2]

    def published_on(self, today: date) -> date:
        """Return the day on which it was published."""
        return today - timedelta(days=self.age_days)

    def call_on(self, today: date) -> date | None:
        """Return the Monday call that it belongs to: the last one on or before its publication that is no holiday."""
        if not self.call:
            return None
        monday = self.published_on(today) - timedelta(days=self.published_on(today).weekday())
        while holiday_on(monday):
            monday -= timedelta(days=7)
        return monday

    def text(self, today: date) -> str:
        """Its content with all dates written out."""
        return dated(self.content, self.published_on(today))


def dated(text: str, day: date) -> str:
    """``text`` with its tokens resolved relative to ``day``, so that the world never looks old.

    ``{d+30}`` is the date thirty days later (a deadline: moved on to a weekday), ``{m-2}`` the
    month two months earlier ("March 2026"), ``{y-1}`` the year before.
    """

    def written(match: re.Match[str]) -> str:
        offset = int(match[2] or 0)
        if match[1] == "y":
            return str(day.year + offset)
        if match[1] == "m":
            year, month = divmod(day.year * 12 + day.month - 1 + offset, 12)
            return f"{date(year, month + 1, 1):%B} {year}"
        return _long(_weekday(day + timedelta(days=offset)) if offset > 0 else day + timedelta(days=offset))

    return _TOKEN.sub(written, text)


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _day_of_quarter(today: date, quarters_ago: int, day: int) -> date:
    quarter = Quarter.of(today).back(quarters_ago + 1)[-1]
    return quarter.first_day + timedelta(days=day)

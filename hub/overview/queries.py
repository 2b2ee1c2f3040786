"""What home and the board show: reads of several rooms, put side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.library.models import Resource, Topic
from hub.library.queries import visible_to
from hub.library.rules import topic_label
from hub.members import queries as members
from hub.members.models import Organization, Person
from hub.members.rules import OrganizationKind
from hub.overview.rules import met_of
from hub.sharing import queries as sharing
from hub.sharing.models import SharingEvent
from hub.sharing.queries import stands
from hub.sharing.rules import PASSED_ON, Standing

QUARTERS_ON_BOARD = 8
ENTRIES_PER_PAGE = 50


@dataclass(frozen=True)
class Row:
    """An organization's standings, in the order of the board's quarters."""

    organization: Organization
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class Total:
    """What the shown organizations' standings in one quarter add up to."""

    quarter: Quarter
    counts: Counter[Standing]
    met: int
    due: int


@dataclass(frozen=True)
class Board:
    """Organizations × quarters, oldest quarter first."""

    quarters: tuple[Quarter, ...]
    rows: tuple[Row, ...]
    totals: tuple[Total, ...]


def this_quarter(db: Session) -> Quarter:
    """The quarter of today in the hub's time zone."""
    return Quarter.of(clock.today(config_of(db).zone))


def board(db: Session, kind: OrganizationKind | None = None, standing: Standing | None = None) -> Board:
    """The last eight quarters of every member and BFF; ``standing`` keeps those that stand so in the newest one."""
    quarters = tuple(reversed(this_quarter(db).back(QUARTERS_ON_BOARD)))
    organizations = [
        one
        for one in members.organizations(db, kind)
        if one.kind is not OrganizationKind.HOST and (one.left_on is None or one.left_on >= quarters[0].first_day)
    ]
    found = sharing.standings(db, organizations, quarters)
    rows = tuple(
        Row(one, tuple(found[one.id, str(quarter)] for quarter in quarters))
        for one in organizations
        if standing is None or found[one.id, str(quarters[-1])] is standing
    )
    return Board(quarters, rows, tuple(_total(quarter, i, rows) for i, quarter in enumerate(quarters)))


def _total(quarter: Quarter, column: int, rows: Sequence[Row]) -> Total:
    standings = [row.standings[column] for row in rows]
    met, due = met_of(standings)
    return Total(quarter, Counter(standings), met, due)


@dataclass(frozen=True)
class Reach:
    """How many organizations passed a resource, or something on a topic, on."""

    label: str
    organizations: int
    resource_id: int | None = None


MOST_SHARED = 8


def most_shared_resources(db: Session, quarters: Sequence[Quarter], person: Person) -> list[Reach]:
    """The resources that most organizations declared or forwarded in these quarters, of those ``person`` may read."""
    count = func.count(SharingEvent.organization_id.distinct())
    found = (
        select(Resource.id, Resource.title, count)
        .join(SharingEvent, SharingEvent.resource_id == Resource.id)
        .where(_passed_on_in(quarters), visible_to(person))
        .group_by(Resource.id, Resource.title)
        .order_by(count.desc(), Resource.title)
        .limit(MOST_SHARED)
    )
    return [Reach(title, number, resource_id) for resource_id, title, number in db.execute(found)]


def most_shared_topics(db: Session, quarters: Sequence[Quarter], person: Person) -> list[Reach]:
    """The topics of which most organizations declared or forwarded something in these quarters."""
    count = func.count(SharingEvent.organization_id.distinct())
    found = (
        select(Topic.name, count)
        .join(Resource, Resource.id == Topic.resource_id)
        .join(SharingEvent, SharingEvent.resource_id == Topic.resource_id)
        .where(_passed_on_in(quarters), visible_to(person))
        .group_by(Topic.name)
        .order_by(count.desc(), Topic.name)
        .limit(MOST_SHARED)
    )
    return [Reach(topic_label(name), number) for name, number in db.execute(found)]


def _passed_on_in(quarters: Sequence[Quarter]) -> ColumnElement[bool]:
    """The events that passed something on in these quarters, and that stand."""
    return and_(SharingEvent.quarter.in_([str(one) for one in quarters]), SharingEvent.act.in_(PASSED_ON), stands())


def behind(board_now: Board) -> list[Row]:
    """Who has not met the newest quarter's commitment yet, the silent ones first."""
    late = [row for row in board_now.rows if row.standings[-1] in {Standing.SILENT, Standing.DOWNLOADED}]
    return sorted(late, key=lambda row: row.standings[-1] is Standing.DOWNLOADED)


def audit_entries(db: Session, words: str, page: int) -> tuple[Sequence[Entry], int]:
    """A page of the audit, newest first, and how many entries there are; ``words`` filter actor, action, subject."""
    condition = (
        Entry.actor.icontains(words, autoescape=True)
        | Entry.action.icontains(words, autoescape=True)
        | Entry.subject.icontains(words, autoescape=True)
    )
    total = db.scalar(select(func.count(Entry.id)).where(condition)) or 0
    found = select(Entry).where(condition).order_by(Entry.id.desc())
    return db.scalars(found.offset((page - 1) * ENTRIES_PER_PAGE).limit(ENTRIES_PER_PAGE)).all(), total

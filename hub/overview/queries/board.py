"""The board: standings of all organizations by quarter, and the most shared resources and topics."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.core.remembered import remembered
from hub.library.models import Resource, Topic
from hub.library.queries import visible_to
from hub.library.rules import topic_label
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.sharing.models import SharingEvent
from hub.sharing.queries import standings as standings_queries
from hub.sharing.queries.entries import is_current
from hub.sharing.rules.standing import SHARING_ACTS, Standing, count_met

QUARTERS_ON_BOARD = 8


@dataclass(frozen=True)
class Row:
    """An organization's standings, in the order of the board's quarters."""

    organization: Organization
    kind: OrganizationKind  # in the newest quarter
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class Total:
    """Totals of the listed organizations in one quarter."""

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
    """Return the current quarter in the hub's time zone."""
    return Quarter.of(clock.today(config_of(db).zone))


def board(
    db: Session,
    kind: OrganizationKind | None = None,
    standing: Standing | None = None,
    *,
    only_behind: bool = False,
) -> Board:
    """Return every member and BFF with its last eight quarters, without those that left before the first one ended.

    ``standing`` filters by the newest quarter, and so does ``only_behind``: Downloaded or Silent.
    """
    quarters = tuple(reversed(this_quarter(db).back(QUARTERS_ON_BOARD)))
    memberships = [(organization, organization.membership) for organization in members_queries.organizations(db)]
    kinds = {
        organization: membership.kind_on(quarters[-1].last_day)
        for organization, membership in memberships
        if organization.kind is not OrganizationKind.HOST
        and membership.overlaps(quarters[0].last_day, quarters[-1].last_day)
    }
    organizations = [organization for organization in kinds if kind in {None, kinds[organization]}]
    standings = standings_queries.standings(db, organizations, quarters)
    rows = tuple(
        Row(organization, kinds[organization], tuple(standings[organization.id, str(quarter)] for quarter in quarters))
        for organization in organizations
        if standing in {None, standings[organization.id, str(quarters[-1])]}
        and (standings[organization.id, str(quarters[-1])].is_behind or not only_behind)
    )
    return Board(quarters, rows, tuple(_total(quarter, i, rows) for i, quarter in enumerate(quarters)))


def _total(quarter: Quarter, column: int, rows: Sequence[Row]) -> Total:
    standings = [row.standings[column] for row in rows]
    met, due = count_met(standings)
    return Total(quarter, Counter(standings), met, due)


@dataclass(frozen=True)
class Reach:
    """The number of organizations that shared a resource, or any resource on a topic."""

    label: str
    organizations: int
    resource_id: int | None = None


@dataclass(frozen=True)
class Newest:
    """The newest quarter of the board, as home shows it."""

    quarter: Quarter
    total: Total
    has_organizations: bool
    behind: tuple[tuple[str, str, Standing], ...]  # slug, name and standing of those behind, silent ones first


def newest(db: Session) -> Newest:
    """Return the newest quarter of the board."""
    return remembered(db, ("board", clock.today(config_of(db).zone), config_of(db).records_begin), lambda: _newest(db))


def _newest(db: Session) -> Newest:
    table = board(db)
    late = [(row.organization.slug, row.organization.name, row.standings[-1]) for row in behind(table)]
    return Newest(table.quarters[-1], table.totals[-1], bool(table.rows), tuple(late))


MOST_SHARED = 8


def most_shared(db: Session, quarter: Quarter, person: Person) -> tuple[list[Reach], list[Reach]]:
    """Return the resources and topics shared by the most organizations in ``quarter``, among those ``person`` may read.

    A single query reads the quarter's pairs of resource and organization; they are counted in Python.
    """
    is_shared = and_(SharingEvent.quarter == str(quarter), SharingEvent.act.in_(SHARING_ACTS), is_current())
    pairs = select(SharingEvent.resource_id, SharingEvent.organization_id).where(is_shared).distinct()
    sharers: dict[int, set[int]] = defaultdict(set)
    for resource_id, organization_id in db.execute(pairs):
        if organization_id is not None:
            sharers[resource_id].add(organization_id)
    readable = select(Resource.id, Resource.title).where(Resource.id.in_(sharers), visible_to(person))
    titles = {row.id: row.title for row in db.execute(readable)}
    topics: dict[str, set[int]] = defaultdict(set)
    for resource_id, name in db.execute(select(Topic.resource_id, Topic.name).where(Topic.resource_id.in_(titles))):
        topics[name] |= sharers[resource_id]
    resources = [Reach(title, len(sharers[resource_id]), resource_id) for resource_id, title in titles.items()]
    return _top(resources), _top(
        [Reach(topic_label(name), len(organizations)) for name, organizations in topics.items()]
    )


def _top(reaches: list[Reach]) -> list[Reach]:
    """Return the MOST_SHARED entries with the most organizations, in descending order."""
    return sorted(reaches, key=lambda reach: (-reach.organizations, reach.label))[:MOST_SHARED]


def behind(table: Board) -> list[Row]:
    """Return the organizations that haven't met the newest quarter's commitment, silent ones first."""
    late = [row for row in table.rows if row.standings[-1].is_behind]
    return sorted(late, key=lambda row: row.standings[-1] is Standing.DOWNLOADED)

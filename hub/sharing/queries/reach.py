"""Reach of a resource: totals for its publisher, without names."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import is_current
from hub.sharing.queries.people_reached import NOBODY, people_reached, people_reached_by
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import SHARING_ACTS, Act


@dataclass(frozen=True)
class QuarterReach:
    """A resource's reach in one quarter."""

    quarter: Quarter
    downloaded: int  # organizations that downloaded it
    shared: int  # organizations that declared or forwarded it
    reached: Reached  # people


@dataclass(frozen=True)
class ResourceReach:
    """A resource's total reach, and its reach by quarter, newest first."""

    downloaded: int
    shared: int
    regions: int  # of the organizations that shared it
    reached: Reached
    visitors: int  # downloads without an account
    quarters: Sequence[QuarterReach]


@dataclass(frozen=True)
class _Group:
    """An organization's entries of one act in one quarter."""

    quarter: str
    organization_id: int | None
    act: Act
    region: str | None
    entries: int


def reach_of_resource(db: Session, resource: Resource) -> ResourceReach:
    """Return the numbers of organizations, regions and people that the resource reached, from current entries."""
    key = (SharingEvent.quarter, SharingEvent.organization_id, SharingEvent.act)
    groups = db.execute(
        select(*key, Organization.region, func.count().label("entries"))
        .outerjoin(Organization, Organization.id == SharingEvent.organization_id)
        .where(SharingEvent.resource_id == resource.id, is_current())
        .group_by(*key, Organization.region)
    )
    rows = [_Group(**row._mapping) for row in groups]  # noqa: SLF001 - SQLAlchemy's public name
    by_quarter: dict[str, list[_Group]] = defaultdict(list)
    for row in rows:
        by_quarter[row.quarter].append(row)
    of_resource = SharingEvent.resource_id == resource.id
    reached = people_reached_by(db, [SharingEvent.quarter], of_resource)
    return ResourceReach(
        downloaded=_organizations(rows, {Act.DOWNLOAD}),
        shared=_organizations(rows, SHARING_ACTS),
        regions=len({row.region for row in rows if row.act in SHARING_ACTS and row.region}),
        reached=people_reached(db, of_resource),
        visitors=sum(row.entries for row in rows if row.organization_id is None),
        quarters=[
            _quarter(name, by_quarter[name], reached.get((name,), NOBODY)) for name in sorted(by_quarter, reverse=True)
        ],
    )


def _quarter(name: str, rows: Sequence[_Group], reached: Reached) -> QuarterReach:
    downloaded, shared = _organizations(rows, {Act.DOWNLOAD}), _organizations(rows, SHARING_ACTS)
    return QuarterReach(Quarter.parse(name), downloaded, shared, reached)


def _organizations(rows: Iterable[_Group], acts: Iterable[Act]) -> int:
    acts = set(acts)
    return len({row.organization_id for row in rows if row.act in acts and row.organization_id is not None})

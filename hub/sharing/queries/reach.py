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
from hub.sharing.rules.evidence import Carrier, Rung, rung
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
    """An organization's entries on one rung in one quarter."""

    quarter: str
    organization_id: int | None
    act: Act
    carrier: Carrier | None
    region: str | None
    entries: int
    counted: int  # of the entries, those with a number of people
    people: int


def reach_of_resource(db: Session, resource: Resource) -> ResourceReach:
    """Return the numbers of organizations, regions and people that the resource reached, from current entries."""
    key = (SharingEvent.quarter, SharingEvent.organization_id, SharingEvent.act, SharingEvent.carrier)
    counts = func.count().label("entries"), func.count(SharingEvent.people).label("counted")
    groups = db.execute(
        select(*key, Organization.region, *counts, func.coalesce(func.sum(SharingEvent.people), 0).label("people"))
        .outerjoin(Organization, Organization.id == SharingEvent.organization_id)
        .where(SharingEvent.resource_id == resource.id, is_current())
        .group_by(*key, Organization.region)
    )
    rows = [_Group(**row._mapping) for row in groups]  # noqa: SLF001 - SQLAlchemy's public name
    by_quarter: dict[str, list[_Group]] = defaultdict(list)
    for row in rows:
        by_quarter[row.quarter].append(row)
    return ResourceReach(
        downloaded=_organizations(rows, {Act.DOWNLOAD}),
        shared=_organizations(rows, SHARING_ACTS),
        regions=len({row.region for row in rows if row.act in SHARING_ACTS and row.region}),
        reached=_reached(rows),
        visitors=sum(row.entries for row in rows if row.organization_id is None),
        quarters=[_quarter(name, by_quarter[name]) for name in sorted(by_quarter, reverse=True)],
    )


def _quarter(name: str, rows: Sequence[_Group]) -> QuarterReach:
    downloaded, shared = _organizations(rows, {Act.DOWNLOAD}), _organizations(rows, SHARING_ACTS)
    return QuarterReach(Quarter.parse(name), downloaded, shared, _reached(rows))


def _organizations(rows: Iterable[_Group], acts: Iterable[Act]) -> int:
    acts = set(acts)
    return len({row.organization_id for row in rows if row.act in acts and row.organization_id is not None})


def _reached(rows: Iterable[_Group]) -> Reached:
    """Return the people reached by the rows; an opened link without a number is one person."""
    people = unknown = 0
    for row in rows:
        if row.act not in SHARING_ACTS:
            continue
        uncounted = row.entries - row.counted
        is_opening = rung(row.act, row.carrier) is Rung.OPENING
        people += row.people + (uncounted if is_opening else 0)
        unknown += 0 if is_opening else uncounted
    return Reached(int(people), unknown)

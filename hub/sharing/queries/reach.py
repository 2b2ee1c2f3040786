"""How far a resource reached: numbers for whoever published it, and no one's name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import stands
from hub.sharing.rules.evidence import Carrier, Rung, rung
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import PASSED_ON, Act


@dataclass(frozen=True)
class QuarterReach:
    """How far it reached in one quarter."""

    quarter: Quarter
    took: int  # organizations that took it out
    passed_on: int  # organizations that declared or forwarded it
    reached: Reached  # people


@dataclass(frozen=True)
class ResourceReach:
    """How far a resource reached altogether, and quarter by quarter, the newest first."""

    took: int
    passed_on: int
    regions: int  # of the organizations that passed it on
    reached: Reached
    visitors: int  # times that someone without an account took it out
    quarters: Sequence[QuarterReach]


@dataclass(frozen=True)
class _Group:
    """Entries of one organization in one quarter on one rung."""

    quarter: str
    organization_id: int | None
    act: Act
    carrier: Carrier | None
    region: str | None
    entries: int
    said: int  # of them those that say how many people
    people: int


def reach_of_resource(db: Session, resource: Resource) -> ResourceReach:
    """Return how many organizations, regions and people the resource reached, by the entries that stand."""
    key = (SharingEvent.quarter, SharingEvent.organization_id, SharingEvent.act, SharingEvent.carrier)
    counts = func.count().label("entries"), func.count(SharingEvent.people).label("said")
    found = db.execute(
        select(*key, Organization.region, *counts, func.coalesce(func.sum(SharingEvent.people), 0).label("people"))
        .outerjoin(Organization, Organization.id == SharingEvent.organization_id)
        .where(SharingEvent.resource_id == resource.id, stands())
        .group_by(*key, Organization.region)
    )
    rows = [_Group(**row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's own name for it
    by_quarter: dict[str, list[_Group]] = defaultdict(list)
    for row in rows:
        by_quarter[row.quarter].append(row)
    return ResourceReach(
        took=_organizations(rows, {Act.DOWNLOAD}),
        passed_on=_organizations(rows, PASSED_ON),
        regions=len({row.region for row in rows if row.act in PASSED_ON and row.region}),
        reached=_reached(rows),
        visitors=sum(row.entries for row in rows if row.organization_id is None),
        quarters=[_quarter(name, by_quarter[name]) for name in sorted(by_quarter, reverse=True)],
    )


def _quarter(name: str, rows: Sequence[_Group]) -> QuarterReach:
    took, passed_on = _organizations(rows, {Act.DOWNLOAD}), _organizations(rows, PASSED_ON)
    return QuarterReach(Quarter.parse(name), took, passed_on, _reached(rows))


def _organizations(rows: Iterable[_Group], acts: Iterable[Act]) -> int:
    acts = set(acts)
    return len({row.organization_id for row in rows if row.act in acts and row.organization_id is not None})


def _reached(rows: Iterable[_Group]) -> Reached:
    """Return the people that the rows add up to: an opening is one, others as many as someone said."""
    people = unknown = 0
    for row in rows:
        if row.act not in PASSED_ON:
            continue
        silent = row.entries - row.said
        is_opening = rung(row.act, row.carrier) is Rung.OPENING
        people += row.people + (silent if is_opening else 0)
        unknown += 0 if is_opening else silent
    return Reached(int(people), unknown)

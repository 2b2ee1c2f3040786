"""What was shared by most organizations: a total over them, which tells no organization's own record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager

from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.members.models import Organization
from hub.members.rules.permissions import PermissionHolder
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import in_quarters, is_current
from hub.sharing.rules.standing import SHARING_ACTS

QUARTERS_OF_A_YEAR = 5  # that twelve months touch


@dataclass(frozen=True)
class SharedByMany:
    """A resource, and how many organizations shared it."""

    resource: Resource
    organizations: int


def most_shared(
    db: Session, person: PermissionHolder, of: ColumnElement[bool], since: date, today: date, fewest: int, most: int
) -> Sequence[SharedByMany]:
    """Return the resources that most organizations forwarded or reported since a day, at least ``fewest`` of them.

    Only resources that ``person`` may open and that meet the condition ``of``; ``since`` is at most a year ago.
    """
    organizations = func.count(SharingEvent.organization_id.distinct())
    counted = (
        select(SharingEvent.resource_id, organizations.label("organizations"))
        .where(
            in_quarters(SharingEvent.quarter, Quarter.of(today).back(QUARTERS_OF_A_YEAR)),
            SharingEvent.happened_on >= since,
            SharingEvent.act.in_(SHARING_ACTS),
            is_current(),
            SharingEvent.resource_id.in_(select(Resource.id).where(visible_to(person), of)),
        )
        .group_by(SharingEvent.resource_id)
        .having(organizations >= fewest)
        .subquery()
    )
    rows = db.execute(
        select(Resource, counted.c.organizations)
        .join(counted, counted.c.resource_id == Resource.id)
        .join(Resource.organization)
        .options(contains_eager(Resource.organization).lazyload(Organization.periods))
        .order_by(counted.c.organizations.desc(), Resource.published_on.desc(), Resource.id.desc())
        .limit(most)
    )
    return [SharedByMany(row[0], row[1]) for row in rows]

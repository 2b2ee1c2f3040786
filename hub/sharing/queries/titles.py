"""Titles in a sharing log: what is for one organization only is named to those who may read it, and to no one else."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import Confirmation, ConfirmedResource, SharingEvent

THEIRS, OF_OTHERS = "A resource of theirs", "A resource of another organization"


def hidden_titles(db: Session, person: Person, organization: Organization) -> dict[int, str]:
    """Return words for the resources in the organization's record whose titles ``person`` may not read, by id.

    An organization reads its own record in full, and the coordinator every record.
    """
    if person.organization_id == organization.id:
        return {}
    logged = select(SharingEvent.resource_id).where(SharingEvent.organization_id == organization.id)
    confirmed = (
        select(ConfirmedResource.resource_id)
        .join(Confirmation, Confirmation.id == ConfirmedResource.confirmation_id)
        .where(Confirmation.organization_id == organization.id)
    )
    closed = db.scalars(
        select(Resource).where(
            Resource.audience == Audience.ORGANIZATION, or_(Resource.id.in_(logged), Resource.id.in_(confirmed))
        )
    )
    return {
        resource.id: THEIRS if resource.organization_id == organization.id else OF_OTHERS
        for resource in closed
        if not may(person, Permission.READ, resource)
    }


def hide_titles(rows: Iterable[SharingEvent | ConfirmedResource], hidden: dict[int, str]) -> None:
    """Replace the titles of these rows in memory: nothing is written, and what is recorded stays as it is."""
    for row in rows:
        if row.resource_id in hidden:
            set_committed_value(row, "title", hidden[row.resource_id])

"""How far the hub is set up."""

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from hub.core import chosen_settings
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.models import SharingEvent

GUIDE = "guide"  # the steps that are done, as the hub's note to itself
STEPS = ("hub", "host", "organizations", "invitations")


def steps_done(db: Session) -> frozenset[str]:
    """Return the steps of the guide that are done or were left out on purpose."""
    return frozenset(chosen_settings.kept(db, GUIDE).split()) & frozenset(STEPS)


def zone_is_settled(db: Session) -> bool:
    """Return whether anything was shared: its quarter was decided in the time zone of now."""
    return db.scalar(select(SharingEvent.id).limit(1)) is not None


def names_and_addresses(db: Session) -> tuple[list[str], list[str]]:
    """Return the names of the organizations and the email addresses of the people that are here."""
    return list(db.scalars(select(Organization.name))), list(db.scalars(select(Person.email)))


def how_many(db: Session) -> int:
    """Return how many members and BFFs there are."""
    return db.scalar(select(func.count(Organization.id)).where(Organization.kind != OrganizationKind.HOST)) or 0


def without_representative(db: Session) -> Sequence[Organization]:
    """Return the members and BFFs that no one represents yet, by name."""
    somebody = exists().where(
        Person.organization_id == Organization.id, Person.role == Role.REPRESENTATIVE, Person.left_at.is_(None)
    )
    query = select(Organization).where(
        Organization.kind != OrganizationKind.HOST, Organization.left_on.is_(None), ~somebody
    )
    return db.scalars(query.order_by(func.lower(Organization.name))).all()


def uninvited(db: Session) -> Sequence[Person]:
    """Everybody who has no password yet, by organization and name."""
    query = (
        select(Person)
        .join(Person.organization)
        .options(joinedload(Person.organization))
        .where(Person.password_hash.is_(None), Person.left_at.is_(None))
    )
    return db.scalars(query.order_by(func.lower(Organization.name), func.lower(Person.name))).all()

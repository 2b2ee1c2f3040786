"""Progress of the setup guide."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from hub.core import chosen_settings, clock
from hub.core.db import config_of
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.models import SharingEvent

GUIDE = "guide"  # key of the stored setting that lists the finished steps
STEPS = ("hub", "host", "organizations", "invitations")


def steps_done(db: Session) -> frozenset[str]:
    """Return the steps of the guide that are done or skipped."""
    return frozenset(chosen_settings.stored(db, GUIDE).split()) & frozenset(STEPS)


def first_day(db: Session) -> date:
    """Return the hub's first day: when its first person was added."""
    first = db.scalar(select(func.min(Person.created_at)))
    return (first or clock.now()).astimezone(config_of(db).zone).date()


def zone_is_fixed(db: Session) -> bool:
    """Return True if anything was shared: another time zone would move it to another quarter."""
    return db.scalar(select(SharingEvent.id).limit(1)) is not None


def names_and_emails(db: Session) -> tuple[list[str], list[str]]:
    """Return the names of all organizations and the email addresses of all people."""
    return list(db.scalars(select(Organization.name))), list(db.scalars(select(Person.email)))


def organization_count(db: Session) -> int:
    """Return the number of members and BFFs."""
    return db.scalar(select(func.count(Organization.id)).where(Organization.kind != OrganizationKind.HOST)) or 0


def without_representative(db: Session) -> Sequence[Organization]:
    """Return the members and BFFs without a representative, ordered by name."""
    representative = exists().where(
        Person.organization_id == Organization.id, Person.role == Role.REPRESENTATIVE, Person.left_at.is_(None)
    )
    query = select(Organization).where(
        Organization.kind != OrganizationKind.HOST,
        members_queries.has_not_left(clock.today(config_of(db).zone)),
        ~representative,
    )
    return db.scalars(query.order_by(func.lower(Organization.name))).all()


def uninvited(db: Session) -> Sequence[Person]:
    """Return everyone who can’t sign in yet, ordered by organization and name, without organizations that left."""
    query = (
        select(Person)
        .join(Person.organization)
        .options(joinedload(Person.organization))
        .where(
            ~credentials.can_sign_in(config_of(db).sign_on_providers),
            Person.left_at.is_(None),
            members_queries.has_not_left(clock.today(config_of(db).zone)),
        )
    )
    return db.scalars(query.order_by(func.lower(Organization.name), func.lower(Person.name))).all()

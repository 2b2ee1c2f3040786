"""Queries for attendance reports, their participants, and matching."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.calls.models import Alias, Call, Guest, GuestState, MeetingReport
from hub.calls.rules.matching import Directory, KnownPerson, Target, directory
from hub.core.errors import NotFound
from hub.members.models import Organization, Person


def reports_of(db: Session, call: Call) -> Sequence[MeetingReport]:
    """Return the reports imported for a call, newest first."""
    return db.scalars(
        select(MeetingReport)
        .where(MeetingReport.call_id == call.id)
        .options(joinedload(MeetingReport.read_by))
        .order_by(MeetingReport.id.desc())
    ).all()


def guests_of(db: Session, call: Call) -> Sequence[Guest]:
    """Return the participants in a call's reports, unmatched ones first."""
    return db.scalars(
        select(Guest)
        .where(Guest.call_id == call.id)
        .options(joinedload(Guest.person), joinedload(Guest.organization))
        .order_by(Guest.state != GuestState.WAITING, func.lower(Guest.name), Guest.id)
    ).all()


def guest_of(db: Session, call: Call, guest_id: int) -> Guest:
    """Return a participant of a call; raises NotFound if there is none with this ID."""
    guest = db.scalar(select(Guest).where(Guest.id == guest_id, Guest.call_id == call.id))
    if guest is None:
        raise NotFound
    return guest


def calls_with_unmatched(db: Session) -> list[tuple[Call, int]]:
    """Return the calls with unmatched participants and their number, newest first."""
    rows = db.execute(
        select(Call, func.count(Guest.id))
        .join(Guest, Guest.call_id == Call.id)
        .where(Guest.state == GuestState.WAITING)
        .group_by(Call.id)
        .order_by(Call.day.desc())
    )
    return [(row[0], row[1]) for row in rows]


def people_at(db: Session, moment: datetime) -> list[KnownPerson]:
    """Return the people who hadn't left the alliance at ``moment``."""
    people = select(Person).where(or_(Person.left_at.is_(None), Person.left_at > moment)).order_by(Person.id)
    return [KnownPerson(person.id, person.name, person.email, person.organization_id) for person in db.scalars(people)]


def directory_at(db: Session, moment: datetime) -> Directory:
    """Return the directory of the alliance at ``moment``, for matching."""
    organizations = db.execute(select(Organization.id, Organization.name, Organization.website))
    return directory(people_at(db, moment), [(row.id, row.name, row.website) for row in organizations])


def aliases(db: Session) -> dict[str, Target]:
    """Return the remembered matches, by participant key."""
    return {alias.key: Target(alias.person_id, alias.organization_id) for alias in db.scalars(select(Alias))}

"""Participants of meetings, and who they may be."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.calls.models import Alias, Call, Guest, GuestState, MeetingReport
from hub.calls.rules.matching import Directory, Somebody, Target, directory
from hub.core.errors import NotFound
from hub.members.models import Organization, Person


def reports_of(db: Session, call: Call) -> Sequence[MeetingReport]:
    """Return the files that were read for a call, newest first."""
    return db.scalars(
        select(MeetingReport)
        .where(MeetingReport.call_id == call.id)
        .options(joinedload(MeetingReport.read_by))
        .order_by(MeetingReport.id.desc())
    ).all()


def guests_of(db: Session, call: Call) -> Sequence[Guest]:
    """Everybody whom the call's reports name, those to be decided first."""
    return db.scalars(
        select(Guest)
        .where(Guest.call_id == call.id)
        .options(joinedload(Guest.person), joinedload(Guest.organization))
        .order_by(Guest.state != GuestState.WAITING, func.lower(Guest.name), Guest.id)
    ).all()


def guest_of(db: Session, call: Call, guest_id: int) -> Guest:
    """One participant of a call; raises NotFound."""
    guest = db.scalar(select(Guest).where(Guest.id == guest_id, Guest.call_id == call.id))
    if guest is None:
        raise NotFound
    return guest


def waiting(db: Session) -> list[tuple[Call, int]]:
    """Return the calls with participants that someone has to decide on, and how many, newest first."""
    rows = db.execute(
        select(Call, func.count(Guest.id))
        .join(Guest, Guest.call_id == Call.id)
        .where(Guest.state == GuestState.WAITING)
        .group_by(Call.id)
        .order_by(Call.day.desc())
    )
    return [(row[0], row[1]) for row in rows]


def people_at(db: Session, moment: datetime) -> list[Somebody]:
    """Return the people of the alliance who had not left by then."""
    there = select(Person).where(or_(Person.left_at.is_(None), Person.left_at > moment)).order_by(Person.id)
    return [Somebody(one.id, one.name, one.email, one.organization_id) for one in db.scalars(there)]


def directory_at(db: Session, moment: datetime) -> Directory:
    """Everybody of the alliance at a moment, ready to be matched."""
    organizations = db.execute(select(Organization.id, Organization.name, Organization.website))
    return directory(people_at(db, moment), [(row.id, row.name, row.website) for row in organizations])


def aliases(db: Session) -> dict[str, Target]:
    """Return what was decided before, by the participant's key."""
    return {one.key: Target(one.person_id, one.organization_id) for one in db.scalars(select(Alias))}

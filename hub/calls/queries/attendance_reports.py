"""Queries for attendance reports, their participants, and matching."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.calls.models import Alias, Call, Guest, GuestState, MeetingReport
from hub.calls.rules.attendance_reports import Tool
from hub.calls.rules.matching import Directory, How, KnownPerson, Target, directory
from hub.calls.rules.participants import Participant, normalize_name
from hub.core.errors import NotFound
from hub.members import queries as members_queries
from hub.members.models import Organization, Person


def reports_of(db: Session, call: Call) -> Sequence[MeetingReport]:
    """Return the reports imported for a call, newest first."""
    return db.scalars(
        select(MeetingReport)
        .where(MeetingReport.call_id == call.id)
        .options(joinedload(MeetingReport.read_by))
        .order_by(MeetingReport.id.desc())
    ).all()


def ids_of_transcripts(call_ids: Sequence[int] | None = None) -> Select[int]:
    """Return the query for the transcripts whose speakers were imported; of these calls, or of all."""
    ids = select(MeetingReport.id).where(MeetingReport.tool == Tool.TRANSCRIPT)
    return ids if call_ids is None else ids.where(MeetingReport.call_id.in_(call_ids))


def guests_of(db: Session, call: Call) -> Sequence[Guest]:
    """Return the participants in a call's reports, unmatched ones first."""
    return db.scalars(
        select(Guest)
        .where(Guest.call_id == call.id)
        .options(joinedload(Guest.person), joinedload(Guest.organization))
        .order_by(Guest.state != GuestState.WAITING, func.lower(Guest.name), Guest.id)
    ).all()


def label_of(db: Session, target: Target) -> str:
    """Return who a target is, for screens; raises NotFound if there is no such person or organization."""
    if target.person_id is not None:
        person = db.get(Person, target.person_id)
        if person is None:
            raise NotFound
        return f"{person.name}, {person.organization.name}"
    if target.organization_id is not None:
        return str(members_queries.organization_by_id(db, target.organization_id))
    return "Not in the alliance"


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


def people_at(db: Session, moment: datetime | None = None) -> list[KnownPerson]:
    """Return the people who hadn't left the alliance at ``moment``; without one, everyone."""
    people = select(Person).order_by(Person.id)
    if moment:
        people = people.where(or_(Person.left_at.is_(None), Person.left_at > moment))
    return [KnownPerson(person.id, person.name, person.email, person.organization_id) for person in db.scalars(people)]


def directory_of(db: Session, names: Iterable[str], moment: datetime | None = None) -> Directory:
    """Return the directory of the alliance at ``moment``, for matching participants with these ``names``."""
    organizations = db.execute(select(Organization.id, Organization.name, Organization.website))
    return directory(
        people_at(db, moment), [(row.id, row.name, row.website) for row in organizations], _seen(db, names)
    )


def _seen(db: Session, names: Iterable[str]) -> list[tuple[str, int | None]]:
    """Return the organizations that participants with these names had, where their addresses told; None: outside."""
    keys = sorted({normalize_name(name)[:300] for name in names} - {""})
    rows = db.execute(
        select(Guest.name_key, Guest.organization_id).where(Guest.name_key.in_(keys), has_spoken(Guest)).distinct()
    ).all()
    return [(row.name_key, row.organization_id) for row in rows]


def has_spoken(guest: type[Guest]) -> ColumnElement[bool]:
    """Return the SQL condition for participants who have an address, and whose match it decided."""
    return and_(
        guest.email != "",
        guest.how.in_((How.DECIDED, How.ADDRESS, How.REMEMBERED_ADDRESS, How.DOMAIN)),
        guest.state.in_((GuestState.MATCHED, GuestState.OUTSIDE, GuestState.NOT_MEMBER)),
    )


def participant_of(guest: Guest) -> Participant:
    """Return what evidence about a stored participant needs."""
    return Participant(guest.name, guest.email, has_namesake=guest.has_namesake)


def rows_of(db: Session, targets: Sequence[Target]) -> tuple[dict[int, Organization], dict[int, Person]]:
    """Return the organizations and people of targets, by ID."""
    organization_ids = {target.organization_id for target in targets if target.organization_id}
    person_ids = {target.person_id for target in targets if target.person_id}
    organizations = db.scalars(select(Organization).where(Organization.id.in_(organization_ids)))
    people = db.scalars(select(Person).where(Person.id.in_(person_ids)))
    return {row.id: row for row in organizations}, {row.id: row for row in people}


def aliases(db: Session) -> dict[str, Target]:
    """Return the remembered matches, by participant key."""
    return {alias.key: Target(alias.person_id, alias.organization_id) for alias in db.scalars(select(Alias))}

"""Attendance: check-ins, the coordinator's list, undoing entries. Entries are added, never changed."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import Attendance, Call, Source
from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries.membership import took_part_on
from hub.calls.rules.series import LONGEST_REASON, CallState, is_check_in_open
from hub.core import clock
from hub.core.audit import note
from hub.core.dates import with_year
from hub.core.db import add_unless
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may


@dataclass(frozen=True)
class Attendee:
    """Whose attendance is recorded: an organization and perhaps a person, with their names on that day."""

    organization_id: int
    organization_name: str
    person_id: int | None = None
    name: str = ""


def check_in(db: Session, person: Person, call: Call) -> None:
    """Record that ``person`` attended; a second check-in changes nothing.

    Raises Refused before check-in opens, after it closes, if the call isn't scheduled, or if the person's organization
    wasn't in the alliance on its day.
    """
    if not may(person, Permission.TAKE_PART_IN_CALLS, person.organization):
        raise NotFound
    if not is_check_in_open(call.state, call.starts_at, call.ends_at, clock.now()):
        raise Refused(
            "You can check in from 10 minutes before a call until 7 days after it. "
            "For an earlier call, ask the coordinator to add you."
        )
    organization = person.organization
    if not took_part_on(organization, call.day):
        raise Refused(
            f"{organization.name} wasn’t in the alliance on {with_year(call.day)}, so you can’t check in to that call."
        )
    attendee = Attendee(organization.id, organization.name, person.id, person.name)
    entry = record(db, person, call, attendee, Source.CHECK_IN, f"p{person.id}")
    if entry:
        note(db, person, "checked in to the", call)


def set_attendance(
    db: Session, person: Person, call: Call, organization_ids: Collection[int], reason: str = ""
) -> tuple[int, int]:
    """Record exactly these organizations for a call; returns the numbers of organizations added and removed.

    Organizations that weren't expected on the call aren't changed. Removing any needs ``reason``, or raises Refused.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.state is not CallState.PLANNED or call.starts_at > clock.now():
        raise Refused("You can record attendance only after the call has started, and only if it wasn’t canceled.")
    expected = attendance_queries.expected_on(db, call.day)
    present = attendance_queries.present_ids(db, call)
    wanted = set(organization_ids)
    added = [organization for organization in expected if organization.id in wanted - present]
    removed = [organization for organization in expected if organization.id in present - wanted]
    for organization in added:
        attendee = Attendee(organization.id, organization.name)
        record(db, person, call, attendee, Source.COORDINATOR, f"o{organization.id}")
    _remove(db, person, call, removed, reason)
    if added:
        note(db, person, "recorded attendance for the", call, organizations=_slugs(added))
    return len(added), len(removed)


def _slugs(organizations: Collection[Organization]) -> str:
    return ", ".join(organization.slug for organization in organizations)


def _remove(db: Session, person: Person, call: Call, organizations: list[Organization], reason: str) -> None:
    reason = clean(reason)[:LONGEST_REASON]
    if organizations and not reason:
        names = ", ".join(organization.name for organization in organizations[:3])
        raise Refused(f"You unchecked organizations that are recorded: {names}. Enter a reason.")
    entries = db.scalars(
        select(Attendance).where(
            Attendance.call_id == call.id,
            Attendance.organization_id.in_([organization.id for organization in organizations]),
            attendance_queries.is_counted(),
        )
    ).all()
    for entry in entries:
        supersede(db, person, entry, reason)
    if organizations:
        note(db, person, "undid attendance for the", call, organizations=_slugs(organizations))


def undo(db: Session, person: Person, entry: Attendance, call: Call, reason: str) -> None:
    """Retract an entry: it stays, but no longer counts.

    ``entry`` comes from `attendance_queries.entry_for`. Someone else's entry needs ``reason``, or raises Refused.
    """
    reason = clean(reason)[:LONGEST_REASON]
    if entry.person_id != person.id and not reason:
        raise Refused("Enter a reason for undoing this entry.")
    supersede(db, person, entry, reason)
    note(db, person, "undid attendance for the", call, entry=entry.id, reason=reason)


def record(db: Session, by: Person, call: Call, attendee: Attendee, source: Source, subject: str) -> Attendance | None:
    """Add an entry and return it, or return None if one with the same source and ``subject`` already counts.

    The unique index on ``once`` lets only one of two concurrent requests through.
    """
    stem = f"{source.value} {call.id} {subject} "
    earlier = db.execute(
        select(Attendance.id, attendance_queries.is_counted().label("counts")).where(
            Attendance.once.startswith(stem, autoescape=True)
        )
    ).all()
    if any(row.counts for row in earlier):
        return None
    entry = Attendance(
        call_id=call.id,
        organization_id=attendee.organization_id,
        organization_name=attendee.organization_name,
        person_id=attendee.person_id,
        source=source,
        name=attendee.name,
        recorded_at=clock.now(),
        recorded_by_id=by.id,
        once=f"{stem}{len(earlier)}",
    )
    return entry if _add(db, entry) else None


def supersede(db: Session, by: Person, entry: Attendance, reason: str) -> None:
    """Add an entry that retracts ``entry``. Idempotent."""
    _add(
        db,
        Attendance(
            call_id=entry.call_id,
            organization_id=entry.organization_id,
            organization_name=entry.organization_name,
            person_id=entry.person_id,
            source=entry.source,
            name=entry.name,
            recorded_at=clock.now(),
            recorded_by_id=by.id,
            note=reason,
            once=f"back {entry.id}",
            supersedes_id=entry.id,
            void=True,
        ),
    )


def _add(db: Session, entry: Attendance) -> bool:
    return add_unless(db, entry, select(Attendance.id).where(Attendance.once == entry.once))

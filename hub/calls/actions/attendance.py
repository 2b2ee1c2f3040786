"""Who was on a call: checking in, ticking organizations, taking an entry back. Entries are added, never changed."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import Attendance, Call, Source
from hub.calls.queries import attendance as attendance_queries
from hub.calls.rules.series import LONGEST_REASON, CallState, takes_check_ins
from hub.core import clock
from hub.core.audit import note
from hub.core.db import add_unless
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may


def check_in(db: Session, person: Person, call: Call) -> None:
    """Record that ``person`` was there, from ten minutes before the call to seven days after it; twice is once."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, person.organization):
        raise NotFound
    if not takes_check_ins(call.state, call.starts_at, call.ends_at, clock.now()):
        raise Refused(
            "You can say that you were there from ten minutes before a call until seven days after it. "
            "Ask the coordinator to add an earlier call."
        )
    entry = record(db, person, call, person.organization_id, Source.CHECK_IN, f"p{person.id}", person_id=person.id)
    if entry:
        note(db, person, "checked in to the", call)


def tick(
    db: Session, person: Person, call: Call, organization_ids: Collection[int], reason: str = ""
) -> tuple[int, int]:
    """Let exactly these organizations be on record for a call; answers how many were added and taken back.

    Organizations that weren't expected on the call stay as they are. Taking back needs ``reason``.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.state is not CallState.PLANNED or call.starts_at > clock.now():
        raise Refused("Attendance is written down once the call has begun, and only of a call that takes place.")
    expected = attendance_queries.expected_on(db, call.day)
    present = attendance_queries.present_ids(db, call)
    wanted = set(organization_ids)
    added = [one for one in expected if one.id in wanted - present]
    gone = [one for one in expected if one.id in present - wanted]
    for one in added:
        record(db, person, call, one.id, Source.COORDINATOR, f"o{one.id}")
    _take_back_all(db, person, call, gone, reason)
    if added:
        note(db, person, "ticked who was on the", call, organizations=", ".join(one.slug for one in added))
    return len(added), len(gone)


def _take_back_all(db: Session, person: Person, call: Call, gone: list[Organization], reason: str) -> None:
    reason = clean(reason)[:LONGEST_REASON]
    if gone and not reason:
        names = ", ".join(one.name for one in gone[:3])
        raise Refused(f"Say why what is on record is taken back: {names}.")
    entries = db.scalars(
        select(Attendance).where(
            Attendance.call_id == call.id,
            Attendance.organization_id.in_([one.id for one in gone]),
            attendance_queries.stands(),
        )
    ).all()
    for entry in entries:
        supersede(db, person, entry, reason)
    if gone:
        note(db, person, "took back attendance of the", call, organizations=", ".join(one.slug for one in gone))


def take_back(db: Session, person: Person, entry: Attendance, call: Call, reason: str) -> None:
    """An entry was a mistake: it stays, and counts no more. ``entry`` comes from `queries.entry_for`."""
    reason = clean(reason)[:LONGEST_REASON]
    if entry.person_id != person.id and not reason:
        raise Refused("Say in a few words why it is taken back.")
    supersede(db, person, entry, reason)
    note(db, person, "took back attendance of the", call, entry=entry.id, reason=reason)


def record(
    db: Session,
    by: Person,
    call: Call,
    organization_id: int,
    source: Source,
    subject: str,
    *,
    person_id: int | None = None,
    name: str = "",
) -> Attendance | None:
    """Add an entry unless one of the same source about the same ``subject`` stands; answers it, or None.

    Of two requests at the same moment the database's unique index lets one through.
    """
    stem = f"{source.value} {call.id} {subject} "
    earlier = db.execute(
        select(Attendance.id, attendance_queries.stands().label("counts")).where(
            Attendance.once.startswith(stem, autoescape=True)
        )
    ).all()
    if any(row.counts for row in earlier):
        return None
    entry = Attendance(
        call_id=call.id,
        organization_id=organization_id,
        person_id=person_id,
        source=source,
        name=name,
        recorded_at=clock.now(),
        recorded_by_id=by.id,
        once=f"{stem}{len(earlier)}",
    )
    return entry if _add(db, entry) else None


def supersede(db: Session, by: Person, entry: Attendance, reason: str) -> None:
    """Add the entry that takes ``entry`` back, unless there is one."""
    _add(
        db,
        Attendance(
            call_id=entry.call_id,
            organization_id=entry.organization_id,
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

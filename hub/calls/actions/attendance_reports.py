"""Importing attendance reports, and matching their participants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.actions.attendance import record, supersede
from hub.calls.models import Alias, Attendance, Call, Guest, GuestState, MeetingReport, Source
from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import attendance_reports as attendance_reports_queries
from hub.calls.rules.attendance_reports import Participant, Report, read_report
from hub.calls.rules.matching import Directory, How, Target, is_generic, match
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.audit import note
from hub.core.dates import with_year
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may


@dataclass(frozen=True)
class ImportResult:
    """The numbers of people in an imported file, and of those that are new, matched, and unmatched."""

    people: int
    new: int
    matched: int
    unmatched: int
    is_repeat: bool = False  # this file was imported before


def import_report(
    db: Session, person: Person, call: Call, data: bytes, file_name: str, *, any_day: bool = False
) -> ImportResult:
    """Import an attendance report from Zoom or Teams for ``call``, with every participant in it.

    Idempotent for the same file; participants imported from another file of the call aren't changed. Raises Refused
    if it isn't a report, or if it has another date and ``any_day`` is False.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.state is not CallState.PLANNED or call.starts_at > clock.now():
        raise Refused("You can import attendance only after the call has started, and only if it wasn’t canceled.")
    digest = sha256(data).hexdigest()
    if earlier := _imported_before(db, call, digest):
        return ImportResult(earlier.people, 0, 0, 0, is_repeat=True)
    report = read_report(data)
    if not any_day and not report.matches_day(call.day):
        raise Refused(_date_mismatch(report, call))
    row = MeetingReport(
        call_id=call.id,
        sha256=digest,
        file_name=clean(file_name)[-255:] or "report.csv",
        tool=report.tool,
        read_at=clock.now(),
        read_by_id=person.id,
        people=len(report.participants),
    )
    db.add(row)
    db.flush()
    added = _add_guests(db, person, call, row, report.participants)
    result = ImportResult(
        len(report.participants),
        len(added),
        sum(guest.state is GuestState.MATCHED for guest in added),
        sum(guest.state is GuestState.WAITING for guest in added),
    )
    note(db, person, "imported attendance for the", call, file=row.file_name, people=result.people)
    return result


def _imported_before(db: Session, call: Call, digest: str) -> MeetingReport | None:
    return db.scalar(select(MeetingReport).where(MeetingReport.call_id == call.id, MeetingReport.sha256 == digest))


def _date_mismatch(report: Report, call: Call) -> str:
    days = " or ".join(with_year(day) for day in sorted(report.days)[:3])
    return (
        f"This report is dated {days}, but this call is on {with_year(call.day)}. "
        "Choose another report, or check “Import it even if the date doesn’t match.”"
    )


def _add_guests(
    db: Session, by: Person, call: Call, report: MeetingReport, participants: Iterable[Participant]
) -> list[Guest]:
    existing = set(db.scalars(select(Guest.key).where(Guest.call_id == call.id)))
    people = attendance_reports_queries.directory_at(db, call.starts_at)
    aliases = attendance_reports_queries.aliases(db)
    added = [
        _guest(call, report, participant, people, aliases)
        for participant in participants
        if participant.key not in existing
    ]
    db.add_all(added)
    db.flush()
    for guest in added:
        _record_match(db, by, call, guest)
    return added


def _guest(
    call: Call, report: MeetingReport, participant: Participant, people: Directory, aliases: Mapping[str, Target]
) -> Guest:
    guest = Guest(
        call_id=call.id,
        report_id=report.id,
        key=participant.key,
        name=participant.name,
        email=participant.email,
        joins=participant.joins,
        minutes=participant.minutes,
        state=GuestState.WAITING,
    )
    if not participant.admitted:
        guest.state = GuestState.NOT_ADMITTED
    elif certain := match(participant, people, aliases):
        _set_match(guest, certain.target, certain.how)
    return guest


def _set_match(guest: Guest, target: Target, how: How) -> None:
    guest.person_id, guest.organization_id, guest.how = target.person_id, target.organization_id, how
    guest.state = GuestState.MATCHED if target.organization_id else GuestState.OUTSIDE


def _record_match(db: Session, by: Person, call: Call, guest: Guest) -> None:
    """Record the attendance of a matched participant."""
    if guest.state is GuestState.MATCHED and guest.organization_id:
        record(
            db, by, call, guest.organization_id, Source.REPORT, f"g{guest.id}",
            person_id=guest.person_id, name=guest.name,
        )  # fmt: skip


def decide(db: Session, by: Person, call: Call, guest: Guest, target: Target, *, remember: bool = True) -> int:
    """Match a participant with ``target``; returns the number of participants on other calls that it also matched.

    Retracts attendance that was recorded for a previous match. If ``remember``, and unless many devices use the name,
    later reports use the match, and unmatched participants with the same name or address on other calls get it too.
    """
    if not may(by, Permission.RUN_CALLS):
        raise NotFound
    target = _checked(db, target)
    if guest.state is GuestState.MATCHED and guest.organization_id != target.organization_id:
        _retract_match(db, by, guest)
    _set_match(guest, target, How.DECIDED)
    _record_match(db, by, call, guest)
    note(db, by, "matched a participant on the", call, participant=guest.name, state=guest.state.value)
    if not remember or (not guest.email and is_generic(guest.name)):
        return 0
    _remember(db, by, guest.key, target)
    return _match_others(db, by, guest, target)


def _checked(db: Session, target: Target) -> Target:
    """Return the target with the person's organization; raises NotFound if the person or organization doesn't exist."""
    if target.person_id is not None:
        person = db.get(Person, target.person_id)
        if person is None:
            raise NotFound
        return Target(person.id, person.organization_id)
    if target.organization_id is not None and db.get(Organization, target.organization_id) is None:
        raise NotFound
    return target


def _retract_match(db: Session, by: Person, guest: Guest) -> None:
    stem = f"{Source.REPORT.value} {guest.call_id} g{guest.id} "
    counted = select(Attendance).where(
        Attendance.once.startswith(stem, autoescape=True), attendance_queries.is_counted()
    )
    for entry in db.scalars(counted).all():
        supersede(db, by, entry, "This participant was matched with someone else.")


def _remember(db: Session, by: Person, key: str, target: Target) -> None:
    alias = db.scalar(select(Alias).where(Alias.key == key)) or Alias(key=key)
    alias.person_id, alias.organization_id = target.person_id, target.organization_id
    alias.decided_at, alias.decided_by_id = clock.now(), by.id
    db.add(alias)
    db.flush()


def _match_others(db: Session, by: Person, guest: Guest, target: Target) -> int:
    rows = db.execute(
        select(Guest, Call)
        .join(Call, Call.id == Guest.call_id)
        .where(Guest.key == guest.key, Guest.state == GuestState.WAITING, Guest.id != guest.id)
    ).all()
    for other, call in rows:
        _set_match(other, target, How.REMEMBERED)
        _record_match(db, by, call, other)
    return len(rows)

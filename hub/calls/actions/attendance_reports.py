"""Reading a meeting tool's report into the attendance, and deciding who its participants are."""

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
class Result:
    """What reading a file gave: people in it, how many of them were new, recognized, and are left to decide."""

    people: int
    new: int
    recognized: int
    waiting: int
    again: bool = False  # this very file was read before


class WrongDayError(Refused):
    """The report is of another day; whoever knows better may have it read all the same."""


def read_in(db: Session, person: Person, call: Call, data: bytes, file_name: str, *, anyway: bool = False) -> Result:
    """Read a report of Zoom or Teams into the attendance of ``call``. No one in it is dropped.

    The same file twice changes nothing, and a participant who is known from another file of the call stays as they
    are. Raises Refused when it is no such report, WrongDayError when it is of another day.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.state is not CallState.PLANNED or call.starts_at > clock.now():
        raise Refused("A report is read once the call has begun, and only of a call that takes place.")
    digest = sha256(data).hexdigest()
    if known := _read_before(db, call, digest):
        return Result(known.people, 0, 0, 0, again=True)
    report = read_report(data)
    if not anyway and not report.is_of(call.day):
        raise WrongDayError(_other_day(report))
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
    result = Result(
        len(report.participants),
        len(added),
        sum(guest.state is GuestState.MATCHED for guest in added),
        sum(guest.state is GuestState.WAITING for guest in added),
    )
    note(db, person, "read a meeting report into the", call, file=row.file_name, people=result.people)
    return result


def _read_before(db: Session, call: Call, digest: str) -> MeetingReport | None:
    return db.scalar(select(MeetingReport).where(MeetingReport.call_id == call.id, MeetingReport.sha256 == digest))


def _other_day(report: Report) -> str:
    days = ", ".join(with_year(day) for day in sorted(report.days)[:3])
    return f"This report speaks of another day ({days}). Choose the report of this call."


def _add_guests(
    db: Session, by: Person, call: Call, report: MeetingReport, participants: Iterable[Participant]
) -> list[Guest]:
    known = set(db.scalars(select(Guest.key).where(Guest.call_id == call.id)))
    everybody, aliases = (
        attendance_reports_queries.directory_at(db, call.starts_at),
        attendance_reports_queries.aliases(db),
    )
    added = [_guest(call, report, one, everybody, aliases) for one in participants if one.key not in known]
    db.add_all(added)
    db.flush()
    for guest in added:
        _count(db, by, call, guest)
    return added


def _guest(
    call: Call, report: MeetingReport, one: Participant, everybody: Directory, aliases: Mapping[str, Target]
) -> Guest:
    guest = Guest(
        call_id=call.id,
        report_id=report.id,
        key=one.key,
        name=one.name,
        email=one.email,
        joins=one.joins,
        minutes=one.minutes,
        state=GuestState.WAITING,
    )
    if not one.admitted:
        guest.state = GuestState.NOT_ADMITTED
    elif found := match(one, everybody, aliases):
        _settle(guest, found.target, found.how)
    return guest


def _settle(guest: Guest, target: Target, how: How) -> None:
    guest.person_id, guest.organization_id, guest.how = target.person_id, target.organization_id, how
    guest.state = GuestState.MATCHED if target.organization_id else GuestState.OUTSIDE


def _count(db: Session, by: Person, call: Call, guest: Guest) -> None:
    """The attendance that follows from a participant who is recognized."""
    if guest.state is GuestState.MATCHED and guest.organization_id:
        record(
            db, by, call, guest.organization_id, Source.REPORT, f"g{guest.id}",
            person_id=guest.person_id, name=guest.name,
        )  # fmt: skip


def decide(db: Session, by: Person, call: Call, guest: Guest, target: Target, *, remember: bool = True) -> int:
    """Say who a participant is, or that they are no one of the alliance; answers how many of other calls it settled.

    What was recorded of them before is taken back. It is remembered for the next report unless the name is one that
    many devices show; those who wait under the same name or address on other calls are settled too.
    """
    if not may(by, Permission.RUN_CALLS):
        raise NotFound
    target = _checked(db, target)
    if guest.state is GuestState.MATCHED and guest.organization_id != target.organization_id:
        _uncount(db, by, guest)
    _settle(guest, target, How.DECIDED)
    _count(db, by, call, guest)
    note(db, by, "decided who took part in the", call, participant=guest.name, state=guest.state.value)
    if not remember or (not guest.email and is_generic(guest.name)):
        return 0
    _remember(db, by, guest.key, target)
    return _settle_others(db, by, guest, target)


def _checked(db: Session, target: Target) -> Target:
    """Return the target with the person's own organization; raises NotFound for what isn't there."""
    if target.person_id is not None:
        person = db.get(Person, target.person_id)
        if person is None:
            raise NotFound
        return Target(person.id, person.organization_id)
    if target.organization_id is not None and db.get(Organization, target.organization_id) is None:
        raise NotFound
    return target


def _uncount(db: Session, by: Person, guest: Guest) -> None:
    stem = f"{Source.REPORT.value} {guest.call_id} g{guest.id} "
    standing = select(Attendance).where(Attendance.once.startswith(stem, autoescape=True), attendance_queries.stands())
    for entry in db.scalars(standing).all():
        supersede(db, by, entry, "Somebody else took part under this name.")


def _remember(db: Session, by: Person, key: str, target: Target) -> None:
    alias = db.scalar(select(Alias).where(Alias.key == key)) or Alias(key=key)
    alias.person_id, alias.organization_id = target.person_id, target.organization_id
    alias.decided_at, alias.decided_by_id = clock.now(), by.id
    db.add(alias)
    db.flush()


def _settle_others(db: Session, by: Person, guest: Guest, target: Target) -> int:
    rows = db.execute(
        select(Guest, Call)
        .join(Call, Call.id == Guest.call_id)
        .where(Guest.key == guest.key, Guest.state == GuestState.WAITING, Guest.id != guest.id)
    ).all()
    for other, call in rows:
        _settle(other, target, How.REMEMBERED)
        _count(db, by, call, other)
    return len(rows)

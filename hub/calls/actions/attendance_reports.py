"""Importing attendance reports, and matching their participants."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import ColumnElement, String, cast, literal, or_, select, update
from sqlalchemy.orm import Session

from hub.calls.actions.attendance import Attendee, record, supersede
from hub.calls.models import Alias, Attendance, Call, Guest, GuestState, MeetingReport, Source
from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import attendance_reports as attendance_reports_queries
from hub.calls.queries.membership import took_part_on
from hub.calls.queries.transcripts import Transcript
from hub.calls.rules.attendance_reports import LONGEST_NAME, MOST_PEOPLE, Report, Tool, read_report
from hub.calls.rules.matching import Directory, How, Target, is_generic, match, may_be_remembered
from hub.calls.rules.participants import Participant, normalize_name
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.audit import note
from hub.core.dates import with_year
from hub.core.errors import NotFound, Refused
from hub.core.text import one_line
from hub.members.models import Person
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
        file_name=one_line(file_name)[-255:] or "report.csv",
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


def import_speakers(db: Session, person: Person, call: Call, transcript: Transcript) -> ImportResult:
    """Add the speakers of a transcript as unmatched participants of ``call``; no one counts before a person decides.

    Speakers whom a report of the call has already, by their name, aren't added again. Idempotent for a revision.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.state is not CallState.PLANNED or call.starts_at > clock.now():
        raise Refused("You can import attendance only after the call has started, and only if it wasn’t canceled.")
    speakers = [Participant(name[:LONGEST_NAME]) for name in transcript.speakers[:MOST_PEOPLE]]
    digest = sha256(f"transcript {transcript.resource.current.id}".encode()).hexdigest()
    if _imported_before(db, call, digest):
        return ImportResult(len(speakers), 0, 0, 0, is_repeat=True)
    row = MeetingReport(
        call_id=call.id,
        sha256=digest,
        file_name=one_line(transcript.resource.title)[:255],
        tool=Tool.TRANSCRIPT,
        read_at=clock.now(),
        read_by_id=person.id,
        people=len(speakers),
    )
    db.add(row)
    db.flush()
    of_call = db.execute(select(Guest.key, Guest.name_key).where(Guest.call_id == call.id)).all()
    taken = {key for guest in of_call for key in (guest.key, f"name:{guest.name_key}")}
    unique = {participant.key: participant for participant in speakers}
    new = [participant for key, participant in unique.items() if key not in taken]
    db.add_all(_guest(call, row, participant) for participant in new)
    db.flush()
    note(db, person, "imported speakers for the", call, file=row.file_name, people=len(speakers))
    return ImportResult(len(speakers), len(new), 0, len(new))


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
    """Add the participants that the call doesn't have yet, and record those that the evidence decides."""
    existing = set(db.scalars(select(Guest.key).where(Guest.call_id == call.id)))
    new = [participant for participant in participants if participant.key not in existing]
    known = attendance_reports_queries.directory_of(db, [participant.name for participant in new], call.starts_at)
    aliases = attendance_reports_queries.aliases(db)
    added = [_guest(call, report, participant) for participant in new]
    db.add_all(added)
    db.flush()
    matches = [
        (guest, certain.target, certain.how)
        for guest, participant in zip(added, new, strict=True)
        if participant.admitted and (certain := match(participant, known, aliases))
    ]
    _apply(db, by, call, matches)
    return added


def _guest(call: Call, report: MeetingReport, participant: Participant) -> Guest:
    return Guest(
        call_id=call.id,
        report_id=report.id,
        key=participant.key,
        name=participant.name,
        name_key="" if is_generic(participant.name) else normalize_name(participant.name)[:300],
        email=participant.email,
        has_namesake=participant.has_namesake,
        joins=participant.joins,
        minutes=participant.minutes,
        state=GuestState.WAITING if participant.admitted else GuestState.NOT_ADMITTED,
    )


def _apply(db: Session, by: Person, call: Call, matches: Sequence[tuple[Guest, Target, How]]) -> None:
    """Match participants of a call, and record attendance for those whose organization was in the alliance that day."""
    organizations, people = attendance_reports_queries.rows_of(db, [target for _, target, _ in matches])
    of_transcripts = set(db.scalars(attendance_reports_queries.ids_of_transcripts([call.id])))
    for guest, target, how in matches:
        organization = organizations.get(target.organization_id or 0)
        person = people.get(target.person_id or 0)
        guest.person_id, guest.organization_id, guest.how = target.person_id, target.organization_id, how
        guest.decided_at = clock.now()
        if organization is None:
            guest.state = GuestState.OUTSIDE
        elif not took_part_on(organization, call.day):
            guest.state = GuestState.NOT_MEMBER
        else:
            guest.state = GuestState.MATCHED
            attendee = Attendee(
                organization.id, organization.name, target.person_id, person.name if person else guest.name
            )
            source = Source.TRANSCRIPT if guest.report_id in of_transcripts else Source.REPORT
            record(db, by, call, attendee, source, f"g{guest.id}")


@dataclass(frozen=True)
class Decision:
    """The result of a decision: if it is remembered, and the number of participants on other calls that it matched."""

    is_remembered: bool
    others: int = 0


def decide(db: Session, by: Person, call: Call, guest: Guest, target: Target, *, remember: bool = True) -> Decision:
    """Match a participant with ``target``.

    Retracts attendance that was recorded for a previous match. If ``remember``, later reports use the match, and so do
    unmatched participants with the same address or name on other calls; unless the name can mean several people, or the
    address belongs to someone else.
    """
    if not may(by, Permission.RUN_CALLS):
        raise NotFound
    [target] = _checked(db, [target])
    if (guest.person_id, guest.organization_id) != (target.person_id, target.organization_id):
        _retract_match(db, by, guest)
    _decide(db, by, call, [(guest, target)])
    if not remember:
        return Decision(is_remembered=False)
    remembered, others = _remember(db, by, [(guest, target)])
    return Decision(is_remembered=remembered > 0, others=others)


def decide_all(db: Session, by: Person, call: Call, matches: Sequence[tuple[Guest, Target]]) -> int:
    """Match unmatched participants with what the hub proposed, and remember it; returns their number."""
    if not may(by, Permission.RUN_CALLS):
        raise NotFound
    waiting = [(guest, target) for guest, target in matches if guest.state is GuestState.WAITING]
    targets = _checked(db, [target for _, target in waiting])
    decided = [(guest, target) for (guest, _), target in zip(waiting, targets, strict=True)]
    _decide(db, by, call, decided)
    _remember(db, by, decided)
    return len(decided)


def _checked(db: Session, targets: Sequence[Target]) -> list[Target]:
    """Return targets with the people's organizations; raises NotFound if a person or organization doesn't exist."""
    organizations, people = attendance_reports_queries.rows_of(db, targets)
    checked = []
    for target in targets:
        if target.person_id is not None:
            if target.person_id not in people:
                raise NotFound
            checked.append(Target(target.person_id, people[target.person_id].organization_id))
        elif target.organization_id is not None and target.organization_id not in organizations:
            raise NotFound
        else:
            checked.append(target)
    return checked


def _decide(db: Session, by: Person, call: Call, matches: Sequence[tuple[Guest, Target]]) -> None:
    _apply(db, by, call, [(guest, target, How.DECIDED) for guest, target in matches])
    for guest, _ in matches:
        note(db, by, "matched a participant on the", call, participant=guest.name, state=guest.state.value)


def _retract_match(db: Session, by: Person, guest: Guest) -> None:
    stems = [f"{source.value} {guest.call_id} g{guest.id} " for source in (Source.REPORT, Source.TRANSCRIPT)]
    is_of_guest = or_(*(Attendance.once.startswith(stem, autoescape=True) for stem in stems))
    counted = select(Attendance).where(is_of_guest, attendance_queries.is_counted())
    for entry in db.scalars(counted).all():
        supersede(db, by, entry, "This participant was matched with someone else.")


def _remember(db: Session, by: Person, matches: Sequence[tuple[Guest, Target]]) -> tuple[int, int]:
    """Remember matches, and use them on other calls; returns how many are remembered, and how many others matched."""
    known = attendance_reports_queries.directory_of(db, [guest.name for guest, _ in matches])
    targets = {
        guest.key: target
        for guest, target in matches
        if may_be_remembered(attendance_reports_queries.participant_of(guest), target, known)
    }
    aliases = {alias.key: alias for alias in db.scalars(select(Alias).where(Alias.key.in_(targets)))}
    for key, target in targets.items():
        alias = aliases.get(key) or Alias(key=key)
        alias.person_id, alias.organization_id = target.person_id, target.organization_id
        alias.decided_at, alias.decided_by_id = clock.now(), by.id
        db.add(alias)
    db.flush()
    return len(targets), _match_others(db, by, list(targets), known)


def _match_others(db: Session, by: Person, keys: Sequence[str], known: Directory) -> int:
    """Match unmatched participants with these keys on all calls, where no other evidence contradicts it.

    Speakers of transcripts are left out: each counts only when someone decides on that call.
    """
    rows = db.execute(
        select(Guest, Call)
        .join(Call, Call.id == Guest.call_id)
        .where(
            Guest.key.in_(keys),
            Guest.state == GuestState.WAITING,
            Guest.report_id.not_in(attendance_reports_queries.ids_of_transcripts()),
        )
        .order_by(Call.day, Guest.id)
    ).all()
    aliases = attendance_reports_queries.aliases(db)
    certain: dict[Call, list[tuple[Guest, Target, How]]] = defaultdict(list)
    for guest, call in rows:
        if credited := match(attendance_reports_queries.participant_of(guest), known, aliases):
            certain[call].append((guest, credited.target, credited.how))
    for call, matches in certain.items():
        _apply(db, by, call, matches)
    return sum(len(matches) for matches in certain.values())


def forget_names(db: Session, is_about: ColumnElement[bool], former: str) -> None:
    """Call the participants who meet the condition ``former``, in all meetings, and delete their address there."""
    key = literal("erased ") + cast(Guest.id, String)
    values = {"name": former, "email": "", "name_key": "", "key": key}
    db.execute(update(Guest).where(is_about).values(values).execution_options(synchronize_session=False))

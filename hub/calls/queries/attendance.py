"""Who was on a call. Permission is checked here, where rows are loaded."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.calls.models import Attendance, Call, Source
from hub.calls.queries.series import held, in_year
from hub.calls.rules.commitment import Attended
from hub.calls.rules.series import CallState
from hub.core.errors import NotFound
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import MAY, Permission, Scope, may

# The entry that takes another back, beside the one that it takes back.
Later = aliased(Attendance, name="later")


def stands() -> ColumnElement[bool]:
    """Return the condition under which an entry counts: it isn't void, and nothing takes it back."""
    return and_(~Attendance.void, ~select(Later.id).where(Later.supersedes_id == Attendance.id).exists())


@dataclass(frozen=True)
class Line:
    """An entry of a call's attendance, and whether it stands."""

    entry: Attendance
    counts: bool


def lines_of(db: Session, person: Person, call: Call) -> list[Line]:
    """Return the entries of a call's attendance that ``person`` may see, those that were taken back too, oldest first."""
    scope = MAY[Permission.SEE_ATTENDANCE].get(person.role)
    if scope is None:
        return []
    query = (
        select(Attendance, stands().label("counts"))
        .where(Attendance.call_id == call.id, ~Attendance.void)
        .options(joinedload(Attendance.organization), joinedload(Attendance.person), joinedload(Attendance.recorded_by))
        .order_by(Attendance.id)
    )
    if scope is not Scope.ALL:
        query = query.where(Attendance.organization_id == person.organization_id)
    return [Line(row[0], bool(row[1])) for row in db.execute(query)]


def entry_for(db: Session, person: Person, entry_id: int) -> Attendance:
    """Return an entry that stands and that ``person`` may take back: their own check-in, or any for who runs the calls."""
    entry = db.scalar(
        select(Attendance)
        .where(Attendance.id == entry_id, stands())
        .options(joinedload(Attendance.organization), joinedload(Attendance.person))
    )
    if entry is None:
        raise NotFound
    own = entry.person_id == person.id and entry.source is Source.CHECK_IN
    if not own and not may(person, Permission.RUN_CALLS, entry):
        raise NotFound
    return entry


def check_in_of(db: Session, person: Person, call: Call) -> Attendance | None:
    """Return the person's own check-in on a call, while it stands."""
    return db.scalar(
        select(Attendance)
        .where(
            Attendance.call_id == call.id,
            Attendance.person_id == person.id,
            Attendance.source == Source.CHECK_IN,
            stands(),
        )
        .limit(1)
    )


def was_there(db: Session, organization: Organization, call: Call) -> bool:
    """Return whether someone of the organization is on record for a call."""
    return (
        db.scalar(
            select(Attendance.id)
            .where(Attendance.call_id == call.id, Attendance.organization_id == organization.id, stands())
            .limit(1)
        )
        is not None
    )


def present_ids(db: Session, call: Call) -> set[int]:
    """Return the organizations that were on a call, by their numbers, each once."""
    return set(db.scalars(select(Attendance.organization_id).where(Attendance.call_id == call.id, stands()).distinct()))


def expected_on(db: Session, day: date) -> Sequence[Organization]:
    """Return the members and BFFs that belonged to the alliance on a day, by name."""
    return db.scalars(
        select(Organization)
        .where(Organization.kind != OrganizationKind.HOST, Organization.joined_on <= day)
        .where(or_(Organization.left_on.is_(None), Organization.left_on >= day))
        .order_by(func.lower(Organization.name), Organization.id)
    ).all()


def attended(db: Session, organizations: Sequence[Organization], year: int, now: datetime) -> dict[int, Attended]:
    """Return how each organization keeps the commitment on calls in ``year``, by its number.

    The same answer as `attended_of` gives, with the counting of entries left to the database: one query for the
    days of the calls, one for all organizations.
    """
    days = db.execute(
        select(Call.day, held(now).label("held")).where(in_year(year), Call.state == CallState.PLANNED)
    ).all()
    held_days = sorted(row.day for row in days if row.held)
    coming_days = sorted(row.day for row in days if not row.held)
    counts = _counts(db, [one.id for one in organizations], year, now)
    return {
        one.id: Attended(counts.get(one.id, 0), _while_in(held_days, one), _while_in(coming_days, one))
        for one in organizations
        if one.kind is not OrganizationKind.HOST
    }


def _while_in(days: Sequence[date], one: Organization) -> int:
    """Return how many of the days, which are in order, lie in the organization's time in the alliance."""
    first, after = bisect_left(days, one.joined_on), bisect_right(days, one.left_on) if one.left_on else len(days)
    return max(0, after - first)


def _counts(db: Session, ids: Sequence[int], year: int, now: datetime) -> dict[int, int]:
    """On how many of the year's held calls each organization was while it belonged, each call once."""
    rows = db.execute(
        select(Attendance.organization_id, func.count(distinct(Attendance.call_id)))
        .join(Call, Call.id == Attendance.call_id)
        .join(Organization, Organization.id == Attendance.organization_id)
        .where(
            held(now),
            in_year(year),
            Attendance.organization_id.in_(ids),
            Call.day >= Organization.joined_on,
            or_(Organization.left_on.is_(None), Call.day <= Organization.left_on),
            stands(),
        )
        .group_by(Attendance.organization_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class CallOfTheirs:
    """A call as one organization's history shows it."""

    call: Call
    held: bool
    sources: tuple[Source, ...]  # how it is known that they were there; empty: they weren't
    people: tuple[str, ...]


def history_of(db: Session, organization: Organization, year: int, now: datetime) -> list[CallOfTheirs]:
    """Return the year's calls while the organization belonged, newest first, up to now, with who of it was there."""
    calls = db.scalars(select(Call).where(in_year(year), Call.starts_at <= now).order_by(Call.day.desc())).all()
    mine = [call for call in calls if _while_in([call.day], organization)]
    found: dict[int, list[Attendance]] = defaultdict(list)
    for entry in db.scalars(
        select(Attendance)
        .where(
            Attendance.organization_id == organization.id,
            Attendance.call_id.in_([call.id for call in mine]),
            stands(),
        )
        .options(joinedload(Attendance.person))
    ):
        found[entry.call_id].append(entry)
    return [
        CallOfTheirs(
            call,
            call.state is CallState.PLANNED and call.ends_at <= now,
            tuple(dict.fromkeys(entry.source for entry in found[call.id])),
            tuple(dict.fromkeys(_who(entry) for entry in found[call.id] if _who(entry))),
        )
        for call in mine
    ]


def _who(entry: Attendance) -> str:
    return entry.person.name if entry.person else entry.name

"""Attendance queries. They check permissions, because they load the rows."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.calls.models import Attendance, Call, Source
from hub.calls.queries.series import in_year, is_held_call
from hub.calls.rules.commitment import AttendanceCounts, attendance_in
from hub.calls.rules.series import CallState, is_held
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.membership import Membership
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, Scope, may, scope_of

# The retracting entry, joined to the one that it retracts.
Later = aliased(Attendance, name="later")


def is_counted() -> ColumnElement[bool]:
    """Return the SQL condition for entries that count: not void, and not retracted."""
    return and_(~Attendance.void, ~select(Later.id).where(Later.supersedes_id == Attendance.id).exists())


@dataclass(frozen=True)
class Line:
    """An attendance entry, with ``counts`` False if it was retracted."""

    entry: Attendance
    counts: bool


def lines_of(db: Session, person: Person, call: Call) -> list[Line]:
    """Return the attendance entries of a call that ``person`` may see, with retracted ones, oldest first."""
    scope = scope_of(person, Permission.SEE_ATTENDANCE)
    if scope is None:
        return []
    query = (
        select(Attendance, is_counted().label("counts"))
        .where(Attendance.call_id == call.id, ~Attendance.void)
        .options(joinedload(Attendance.organization))
        .order_by(Attendance.id)
    )
    if scope is not Scope.ALL:
        query = query.where(Attendance.organization_id == person.organization_id)
    return [Line(row[0], bool(row[1])) for row in db.execute(query)]


def entry_for(db: Session, person: Person, entry_id: int) -> Attendance:
    """Return an entry that counts and that ``person`` may undo: their own check-in, or any for the coordinator.

    Raises NotFound otherwise.
    """
    entry = db.scalar(select(Attendance).where(Attendance.id == entry_id, is_counted()))
    if entry is None:
        raise NotFound
    own = entry.person_id == person.id and entry.source is Source.CHECK_IN
    if not own and not may(person, Permission.RUN_CALLS, entry):
        raise NotFound
    return entry


def check_in_of(db: Session, person: Person, call: Call) -> Attendance | None:
    """Return the person's own check-in on a call, unless it was undone."""
    return db.scalar(
        select(Attendance)
        .where(
            Attendance.call_id == call.id,
            Attendance.person_id == person.id,
            Attendance.source == Source.CHECK_IN,
            is_counted(),
        )
        .limit(1)
    )


def has_attended(db: Session, organization: Organization, call: Call) -> bool:
    """Return True if attendance of the organization is recorded for a call."""
    return (
        db.scalar(
            select(Attendance.id)
            .where(Attendance.call_id == call.id, Attendance.organization_id == organization.id, is_counted())
            .limit(1)
        )
        is not None
    )


def present_ids(db: Session, call: Call) -> set[int]:
    """Return the IDs of the organizations that attended a call."""
    return set(
        db.scalars(select(Attendance.organization_id).where(Attendance.call_id == call.id, is_counted()).distinct())
    )


def expected_on(db: Session, day: date) -> Sequence[Organization]:
    """Return the members and BFFs of the alliance on a day, sorted by name."""
    return db.scalars(
        select(Organization)
        .where(Organization.kind != OrganizationKind.HOST, members_queries.was_member_on(day))
        .order_by(func.lower(Organization.name), Organization.id)
    ).all()


@dataclass(frozen=True)
class CallDays:
    """The days of calls, and those on which organizations attended: what the commitment on calls is counted from."""

    held: Sequence[date]
    coming: Sequence[date]
    attended: Mapping[int, Collection[date]]  # held calls, by the organization's ID

    def counts(self, organization_id: int, year: int, membership: Membership, records_begin: date) -> AttendanceCounts:
        """Return an organization's counts for a year; the rule is `attendance_in`."""
        attended = self.attended.get(organization_id, ())
        return attendance_in(year, self.held, attended, self.coming, membership, records_begin)


def call_days(db: Session, organization_ids: Sequence[int], first: date, last: date, now: datetime) -> CallDays:
    """Return the days of the calls from ``first`` to ``last``, and of these organizations' attendance; two queries."""
    between = Call.day.between(first, last)
    calls = db.execute(
        select(Call.id, Call.day, is_held_call(now).label("held"))
        .where(between, Call.state == CallState.PLANNED)
        .order_by(Call.day)
    ).all()
    held = {call.id: call.day for call in calls if call.held}
    attended: dict[int, set[date]] = defaultdict(set)
    for organization_id, call_id in db.execute(
        select(Attendance.organization_id, Attendance.call_id).where(
            Attendance.call_id.in_(select(Call.id).where(is_held_call(now), between)),
            Attendance.organization_id.in_(organization_ids),
            is_counted(),
        )
    ):
        attended[organization_id].add(held[call_id])
    return CallDays(list(held.values()), [call.day for call in calls if not call.held], attended)


def attendance_counts(
    db: Session, organizations: Sequence[Organization], year: int, now: datetime
) -> dict[int, AttendanceCounts]:
    """Return each organization's counts for the commitment on calls in ``year``, by ID, without the host."""
    ids = [organization.id for organization in organizations]
    days = call_days(db, ids, date(year, 1, 1), date(year, 12, 31), now)
    records_begin = config_of(db).records_begin
    return {
        organization.id: days.counts(organization.id, year, organization.membership, records_begin)
        for organization in organizations
        if organization.kind is not OrganizationKind.HOST
    }


@dataclass(frozen=True)
class PastCall:
    """A call in an organization's history."""

    call: Call
    held: bool
    sources: tuple[Source, ...]  # of their attendance; empty: they didn't attend
    people: tuple[str, ...]


def history_of(db: Session, organization: Organization, year: int, now: datetime) -> list[PastCall]:
    """Return the year's past calls during the organization's membership, with its attendees, newest first."""
    calls = db.scalars(select(Call).where(in_year(year), Call.starts_at <= now).order_by(Call.day.desc())).all()
    periods = organization.membership.since(config_of(db).records_begin)
    calls_as_member = [call for call in calls if any(period.includes(call.day) for period in periods)]
    entries: dict[int, list[Attendance]] = defaultdict(list)
    for entry in db.scalars(
        select(Attendance).where(
            Attendance.organization_id == organization.id,
            Attendance.call_id.in_([call.id for call in calls_as_member]),
            is_counted(),
        )
    ):
        entries[entry.call_id].append(entry)
    return [
        PastCall(
            call,
            is_held(call.state, call.ends_at, now),
            tuple(dict.fromkeys(entry.source for entry in entries[call.id])),
            tuple(dict.fromkeys(entry.name for entry in entries[call.id] if entry.name)),
        )
        for call in calls_as_member
    ]

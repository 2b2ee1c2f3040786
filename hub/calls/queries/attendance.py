"""Attendance queries. They check permissions, because they load the rows."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from hub.calls.models import Attendance, Call, Source
from hub.calls.queries.series import in_year, is_held_call
from hub.calls.rules.commitment import AttendanceCounts
from hub.calls.rules.series import CallState
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.members import queries as members_queries
from hub.members.models import MembershipPeriod, Organization, Person
from hub.members.rules.membership import Period
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import MAY, Permission, Scope, may

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
    scope = MAY[Permission.SEE_ATTENDANCE].get(person.role)
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


def attendance_counts(
    db: Session, organizations: Sequence[Organization], year: int, now: datetime
) -> dict[int, AttendanceCounts]:
    """Return each organization's counts for the commitment on calls in ``year``, by ID.

    Gives the same result as `count_attendance`, but the database counts the entries: one query for the days of the calls,
    one for all organizations.
    """
    days = db.execute(
        select(Call.day, is_held_call(now).label("held")).where(in_year(year), Call.state == CallState.PLANNED)
    ).all()
    held_days = sorted(row.day for row in days if row.held)
    upcoming_days = sorted(row.day for row in days if not row.held)
    counts = _counts(db, [organization.id for organization in organizations], year, now)
    records_begin = config_of(db).records_begin
    periods = {organization.id: organization.membership.since(records_begin) for organization in organizations}
    return {
        organization.id: AttendanceCounts(
            counts.get(organization.id, 0),
            _days_as_member(held_days, periods[organization.id]),
            _days_as_member(upcoming_days, periods[organization.id]),
        )
        for organization in organizations
        if organization.kind is not OrganizationKind.HOST
    }


def _days_as_member(days: Sequence[date], periods: Sequence[Period]) -> int:
    """Return the number of the sorted ``days`` that are in one of the periods, which don't overlap."""
    return sum(
        max(
            0,
            (bisect_right(days, period.left_on) if period.left_on else len(days)) - bisect_left(days, period.joined_on),
        )
        for period in periods
    )


def _counts(db: Session, ids: Sequence[int], year: int, now: datetime) -> dict[int, int]:
    """Return the number of the year's held calls that each organization attended as a member, since records begin."""
    rows = db.execute(
        select(Attendance.organization_id, func.count(distinct(Attendance.call_id)))
        .join(Call, Call.id == Attendance.call_id)
        .join(MembershipPeriod, MembershipPeriod.organization_id == Attendance.organization_id)
        .where(
            is_held_call(now),
            in_year(year),
            Attendance.organization_id.in_(ids),
            Call.day >= config_of(db).records_begin,
            Call.day >= MembershipPeriod.joined_on,
            or_(MembershipPeriod.left_on.is_(None), Call.day <= MembershipPeriod.left_on),
            is_counted(),
        )
        .group_by(Attendance.organization_id)
    )
    return {row[0]: row[1] for row in rows}


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
    calls_as_member = [call for call in calls if _days_as_member([call.day], periods)]
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
            call.state is CallState.PLANNED and call.ends_at <= now,
            tuple(dict.fromkeys(entry.source for entry in entries[call.id])),
            tuple(dict.fromkeys(entry.name for entry in entries[call.id] if entry.name)),
        )
        for call in calls_as_member
    ]

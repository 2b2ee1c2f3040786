"""Calls and presentations for a person's home page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.calls.models import Source
from hub.calls.queries.membership import took_part_on
from hub.calls.queries.planned import CallFacts, CheckIn, Slot, attendance_since, calls_since, slots_of
from hub.calls.rules.commitment import AttendanceCounts, attendance_in, forecast
from hub.calls.rules.presentations import NEEDS_DATE, TAKES_SLOT, PresentationStanding, presentation_standing
from hub.calls.rules.series import is_check_in_open
from hub.core.db import config_of
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


@dataclass(frozen=True)
class Planned:
    """A presentation of an organization on an upcoming call."""

    slot: Slot
    call: CallFacts


@dataclass(frozen=True)
class YourCalls:
    """The data on calls for a person's home page."""

    next_call: CallFacts | None
    check_in: CallFacts | None  # the call that they can check in to now and haven't yet
    counted: bool  # True if attendance of their organization is already recorded for that call
    attended: AttendanceCounts | None  # None for the host, which has no commitments
    forecast: str
    presentation: PresentationStanding
    planned: Planned | None  # their next presentation, proposed or accepted
    free: int  # open slots on upcoming calls this year


def your_calls(db: Session, person: Person, today: date, now: datetime) -> YourCalls:
    """Return the next call, the one to check in to, and the organization's status for the year."""
    organization = person.organization
    calls, entries = calls_since(db, today.year), attendance_since(db, organization, today.year)
    open_call = _open_call(db, person, calls, entries, now)
    attended = frozenset(entry.call_id for entry in entries)
    counted = open_call is not None and open_call.id in attended
    upcoming = min((call for call in calls if call.is_upcoming(now)), key=lambda call: call.starts_at, default=None)
    if organization.kind is OrganizationKind.HOST:
        return YourCalls(upcoming, open_call, counted, None, "", PresentationStanding.NOT_DUE, None, 0)
    standing = _attendance_in(db, person, calls, attended, today.year, now)
    slots = slots_of(calls, organization.id, today.year, attended, now)
    records_begin = config_of(db).records_begin
    presentation = presentation_standing(slots, today.year, today, organization.membership, records_begin)
    soon = [call for call in calls if call.is_upcoming(now) and call.starts_at > now and call.day.year <= today.year]
    return YourCalls(
        next_call=upcoming,
        check_in=open_call,
        counted=counted,
        attended=standing,
        forecast=forecast(standing),
        presentation=presentation,
        planned=_planned(calls, organization.id, now),
        free=sum(call.free for call in soon) if presentation in NEEDS_DATE else 0,
    )


def _open_call(
    db: Session, person: Person, calls: Sequence[CallFacts], entries: Sequence[CheckIn], now: datetime
) -> CallFacts | None:
    """Return the latest call that people can check in to now; None if home doesn't ask the person about it.

    It asks about a call that counts for their organization, until they have checked in.
    """
    if not may(person, Permission.TAKE_PART_IN_CALLS, person.organization):
        return None
    of_now = [call for call in calls if is_check_in_open(call.state, call.starts_at, call.ends_at, now)]
    latest = max(of_now, key=lambda call: call.starts_at, default=None)
    if latest is None:
        return None
    counts = latest.day >= config_of(db).records_begin and took_part_on(person.organization, latest.day)
    own = CheckIn(latest.id, person.id, Source.CHECK_IN)
    return latest if counts and own not in entries else None


def _attendance_in(
    db: Session, person: Person, calls: Sequence[CallFacts], attended: frozenset[int], year: int, now: datetime
) -> AttendanceCounts:
    of_year = [call for call in calls if call.day.year == year]
    held = [call for call in of_year if call.is_held(now)]
    return attendance_in(
        year,
        [call.day for call in held],
        {call.day for call in held if call.id in attended},
        [call.day for call in of_year if call.is_upcoming(now)],
        person.organization.membership,
        config_of(db).records_begin,
    )


def _planned(calls: Sequence[CallFacts], organization_id: int, now: datetime) -> Planned | None:
    """Return the organization's next presentation, proposed or accepted; of two on a call, the one added last."""
    planned = [
        Planned(slot, call)
        for call in calls
        for slot in reversed(call.slots)
        if slot.organization_id == organization_id and slot.state in TAKES_SLOT and call.ends_at > now
    ]
    return min(planned, key=lambda each: each.call.day, default=None)

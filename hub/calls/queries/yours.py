"""Calls and presentations for a person's home page."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.calls.models import Call, Presentation
from hub.calls.queries.attendance import attendance_counts, check_in_of, has_attended
from hub.calls.queries.membership import took_part_on
from hub.calls.queries.presentations import of_organization, open_slots, standings
from hub.calls.queries.series import call_open_for_check_in, next_call
from hub.calls.rules.commitment import AttendanceCounts, forecast
from hub.calls.rules.presentations import NEEDS_DATE, TAKES_SLOT, PresentationStanding
from hub.core.db import config_of
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


@dataclass(frozen=True)
class YourCalls:
    """The data on calls for a person's home page."""

    next_call: Call | None
    check_in: Call | None  # the call that they can check in to now and haven't yet
    counted: bool  # True if attendance of their organization is already recorded for that call
    attended: AttendanceCounts | None  # None for the host, which has no commitments
    forecast: str
    presentation: PresentationStanding
    planned: Presentation | None  # their next presentation, proposed or accepted
    free: int  # open slots on upcoming calls this year


def _is_asked_about(db: Session, person: Person, call: Call) -> bool:
    """Return True if home asks the person about a call: it counts for their organization, and they haven't checked in."""
    counts = call.day >= config_of(db).records_begin and took_part_on(person.organization, call.day)
    return counts and not check_in_of(db, person, call)


def your_calls(db: Session, person: Person, today: date, now: datetime) -> YourCalls:
    """Return the next call, the one to check in to, and the organization's status for the year."""
    organization = person.organization
    open_call = call_open_for_check_in(db, now) if may(person, Permission.TAKE_PART_IN_CALLS, organization) else None
    if open_call and not _is_asked_about(db, person, open_call):
        open_call = None
    counted = bool(open_call and has_attended(db, organization, open_call))
    upcoming = next_call(db, now)
    if organization.kind is OrganizationKind.HOST:
        return YourCalls(upcoming, open_call, counted, None, "", PresentationStanding.NOT_DUE, None, 0)
    standing = attendance_counts(db, [organization], today.year, now)[organization.id]
    presentation_status = standings(db, [organization], today.year, today, now)[organization.id]
    planned = [
        presentation
        for presentation in of_organization(db, organization)
        if presentation.state in TAKES_SLOT and presentation.call.ends_at > now
    ]
    slots = open_slots(db, now, date(today.year, 12, 31)) if presentation_status in NEEDS_DATE else []
    return YourCalls(
        next_call=upcoming,
        check_in=open_call,
        counted=counted,
        attended=standing,
        forecast=forecast(standing),
        presentation=presentation_status,
        planned=min(planned, key=lambda presentation: presentation.call.day, default=None),
        free=sum(slot.left for slot in slots),
    )

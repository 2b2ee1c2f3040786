"""Calls and presentations as one person's home shows them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.calls.models import Call, Presentation
from hub.calls.queries.attendance import attended, check_in_of, was_there
from hub.calls.queries.presentations import free_places, of_organization, standings
from hub.calls.queries.series import call_to_check_in, next_call
from hub.calls.rules.commitment import Attended, forecast
from hub.calls.rules.presentations import TAKES_PLACE, PresentationStanding
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


@dataclass(frozen=True)
class YourCalls:
    """What a person's home says of calls."""

    next_call: Call | None
    check_in: Call | None  # the call on which they can say now that they were there, until they have
    counted: bool  # whether their organization is on record for that call already
    attended: Attended | None  # None: the host has no commitments
    forecast: str
    presentation: PresentationStanding
    planned: Presentation | None  # their next one, proposed or accepted
    free: int  # places on the calls to come of this year


def your_calls(db: Session, person: Person, today: date, now: datetime) -> YourCalls:
    """Return the next call, the one to check in to, and where the person's organization stands this year."""
    organization = person.organization
    open_call = call_to_check_in(db, now) if may(person, Permission.TAKE_PART_IN_CALLS, organization) else None
    if open_call and check_in_of(db, person, open_call):
        open_call = None
    counted = bool(open_call and was_there(db, organization, open_call))
    coming = next_call(db, now)
    if organization.kind is OrganizationKind.HOST:
        return YourCalls(coming, open_call, counted, None, "", PresentationStanding.NOT_DUE, None, 0)
    stands = attended(db, [organization], today.year, now)[organization.id]
    presentation = standings(db, [organization], today.year, today, now)[organization.id]
    open_ones = [
        one for one in of_organization(db, organization) if one.state in TAKES_PLACE and one.call.ends_at > now
    ]
    places = free_places(db, now, date(today.year, 12, 31)) if presentation is PresentationStanding.DUE else []
    return YourCalls(
        next_call=coming,
        check_in=open_call,
        counted=counted,
        attended=stands,
        forecast=forecast(stands),
        presentation=presentation,
        planned=min(open_ones, key=lambda one: one.call.day, default=None),
        free=sum(place.left for place in places),
    )

"""Presentations: who is due, where there is room, what was covered."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.calls.models import Call, Presentation
from hub.calls.queries.series import coming, in_year
from hub.calls.rules.presentations import (
    MOST_A_CALL,
    TAKES_PLACE,
    PresentationStanding,
    SlotFacts,
    SlotState,
    presentation_standing,
    uncovered,
)
from hub.calls.rules.series import is_held
from hub.core.errors import NotFound
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.library.rules import BIG_SIX, Kind
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


def presentation_for(db: Session, person: Person, number: int, permission: Permission) -> Presentation:
    """Return a presentation with its call, deck and people, if ``person`` may do ``permission`` to it; else NotFound."""
    found = db.scalar(
        select(Presentation)
        .where(Presentation.id == number)
        .options(
            joinedload(Presentation.call),
            joinedload(Presentation.organization),
            joinedload(Presentation.proposed_by),
            joinedload(Presentation.resource),
        )
    )
    if found is None or not may(person, permission, found):
        raise NotFound
    return found


def standings(
    db: Session, organizations: Sequence[Organization], year: int, today: date, now: datetime
) -> dict[int, PresentationStanding]:
    """Return where each organization stands with its presentation of ``year``, by its number: one query for all."""
    slots: dict[int, list[SlotFacts]] = defaultdict(list)
    rows = db.execute(
        select(Presentation.organization_id, Presentation.state, Call.day, Call.state.label("call"), Call.ends_at)
        .join(Call, Call.id == Presentation.call_id)
        .where(in_year(year))
    )
    for row in rows:
        slots[row.organization_id].append(SlotFacts(row.day, row.state, is_held(row.call, row.ends_at, now)))
    return {
        one.id: PresentationStanding.NOT_DUE
        if one.kind is OrganizationKind.HOST
        else presentation_standing(slots[one.id], year, today, one.joined_on, one.left_on)
        for one in organizations
    }


def of_organization(db: Session, organization: Organization) -> Sequence[Presentation]:
    """Return an organization's presentations, newest first, with their calls and decks."""
    return db.scalars(
        select(Presentation)
        .join(Presentation.call)
        .where(Presentation.organization_id == organization.id)
        .options(joinedload(Presentation.call), joinedload(Presentation.resource))
        .order_by(Call.day.desc(), Presentation.id.desc())
    ).all()


@dataclass(frozen=True)
class Place:
    """A coming call with room for a presentation, and how many still fit."""

    call: Call
    left: int


def free_places(db: Session, now: datetime, last: date) -> list[Place]:
    """Return the planned calls up to ``last`` that have room for a presentation, soonest first."""
    calls = db.scalars(
        select(Call)
        .where(coming(now), Call.starts_at > now, Call.day <= last)
        .options(selectinload(Call.presentations))
        .order_by(Call.day)
    )
    places = [Place(call, MOST_A_CALL - sum(one.state in TAKES_PLACE for one in call.presentations)) for call in calls]
    return [place for place in places if place.left > 0]


def taken_places(db: Session, call: Call) -> int:
    """Return how many places of a call are taken by what was proposed or accepted."""
    return (
        db.scalar(
            select(func.count(Presentation.id)).where(
                Presentation.call_id == call.id, Presentation.state.in_(TAKES_PLACE)
            )
        )
        or 0
    )


def proposals(db: Session) -> Sequence[Presentation]:
    """Return what waits for the coordinator's word, soonest call first."""
    return db.scalars(
        select(Presentation)
        .join(Presentation.call)
        .where(Presentation.state == SlotState.PROPOSED)
        .options(
            joinedload(Presentation.call), joinedload(Presentation.organization), joinedload(Presentation.proposed_by)
        )
        .order_by(Call.day, Presentation.id)
    ).all()


def topics_by_neglect(db: Session, now: datetime) -> list[tuple[str, date | None]]:
    """Return the Big 6 with the day on which each was last presented, the longest neglected first."""
    rows = db.execute(
        select(Presentation.topic, func.max(Call.day))
        .join(Call, Call.id == Presentation.call_id)
        .where(Presentation.state == SlotState.ACCEPTED, Presentation.topic.in_(BIG_SIX), Call.ends_at <= now)
        .group_by(Presentation.topic)
    )
    return uncovered(list(BIG_SIX), [(row[0], row[1]) for row in rows])


MOST_DECKS = 100


def decks_of(db: Session, person: Person, organization: Organization) -> Sequence[Resource]:
    """Return the organization's presentations in the library that ``person`` may read, newest first: one may be the deck."""
    return db.scalars(
        select(Resource)
        .where(Resource.organization_id == organization.id, Resource.kind == Kind.PRESENTATION, visible_to(person))
        .order_by(Resource.published_on.desc(), Resource.id.desc())
        .limit(MOST_DECKS)
    ).all()

"""Queries for presentations: status, open slots, topics."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.calls.models import Call, Presentation
from hub.calls.queries.series import in_year, is_upcoming_call
from hub.calls.rules.presentations import (
    MOST_PER_CALL,
    TAKES_SLOT,
    PresentationStanding,
    SlotFacts,
    SlotState,
    presentation_standing,
    topics_by_last_day,
)
from hub.calls.rules.series import is_held
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.library.rules import BIG_SIX, Kind
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


def presentation_for(db: Session, person: Person, number: int, permission: Permission) -> Presentation:
    """Return a presentation with its call, deck, and people; raises NotFound if ``person`` lacks ``permission``."""
    presentation = db.scalar(
        select(Presentation)
        .where(Presentation.id == number)
        .options(
            joinedload(Presentation.call),
            joinedload(Presentation.organization),
            joinedload(Presentation.proposed_by),
            joinedload(Presentation.resource),
        )
    )
    if presentation is None or not may(person, permission, presentation):
        raise NotFound
    return presentation


def standings(
    db: Session, organizations: Sequence[Organization], year: int, today: date, now: datetime
) -> dict[int, PresentationStanding]:
    """Return the status of each organization's presentation for ``year``, by ID, with one query."""
    slots: dict[int, list[SlotFacts]] = defaultdict(list)
    rows = db.execute(
        select(Presentation.organization_id, Presentation.state, Call.day, Call.state.label("call"), Call.ends_at)
        .join(Call, Call.id == Presentation.call_id)
        .where(in_year(year))
    )
    for row in rows:
        slots[row.organization_id].append(SlotFacts(row.day, row.state, is_held(row.call, row.ends_at, now)))
    records_begin = config_of(db).records_begin
    return {
        organization.id: PresentationStanding.NOT_DUE
        if organization.kind is OrganizationKind.HOST
        else presentation_standing(slots[organization.id], year, today, organization.membership, records_begin)
        for organization in organizations
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
class OpenSlots:
    """An upcoming call with open slots, and their number."""

    call: Call
    left: int


def open_slots(db: Session, now: datetime, last: date) -> list[OpenSlots]:
    """Return the scheduled calls up to ``last`` with open slots, soonest first."""
    calls = db.scalars(
        select(Call)
        .where(is_upcoming_call(now), Call.starts_at > now, Call.day <= last)
        .options(selectinload(Call.presentations))
        .order_by(Call.day)
    )
    slots = [
        OpenSlots(call, MOST_PER_CALL - sum(presentation.state in TAKES_SLOT for presentation in call.presentations))
        for call in calls
    ]
    return [slot for slot in slots if slot.left > 0]


def count_taken_slots(db: Session, call: Call) -> int:
    """Return the number of proposed and accepted presentations on a call."""
    return (
        db.scalar(
            select(func.count(Presentation.id)).where(
                Presentation.call_id == call.id, Presentation.state.in_(TAKES_SLOT)
            )
        )
        or 0
    )


def proposals(db: Session) -> Sequence[Presentation]:
    """Return the proposals that the coordinator has to decide, soonest call first."""
    return db.scalars(
        select(Presentation)
        .join(Presentation.call)
        .where(Presentation.state == SlotState.PROPOSED)
        .options(
            joinedload(Presentation.call), joinedload(Presentation.organization), joinedload(Presentation.proposed_by)
        )
        .order_by(Call.day, Presentation.id)
    ).all()


def big_six_by_last_day(db: Session, now: datetime) -> list[tuple[str, date | None]]:
    """Return the Big 6 topics with the day each was last presented, the longest ago first."""
    rows = db.execute(
        select(Presentation.topic, func.max(Call.day))
        .join(Call, Call.id == Presentation.call_id)
        .where(Presentation.state == SlotState.ACCEPTED, Presentation.topic.in_(BIG_SIX), Call.ends_at <= now)
        .group_by(Presentation.topic)
    )
    return topics_by_last_day(list(BIG_SIX), [(row[0], row[1]) for row in rows])


MOST_DECKS = 100


def decks_of(db: Session, person: Person, organization: Organization) -> Sequence[Resource]:
    """Return the organization's presentations in the library that ``person`` may read, as possible decks, newest first."""
    return db.scalars(
        select(Resource)
        .where(Resource.organization_id == organization.id, Resource.kind == Kind.PRESENTATION, visible_to(person))
        .order_by(Resource.published_on.desc(), Resource.id.desc())
        .limit(MOST_DECKS)
    ).all()

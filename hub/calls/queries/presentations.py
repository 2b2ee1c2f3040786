"""Queries for presentations: status, open slots, topics."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from hub.calls.models import Attendance, Call, Presentation, PresentationChange
from hub.calls.queries.attendance import is_counted
from hub.calls.queries.series import in_year, is_held_call, is_upcoming_call
from hub.calls.rules.presentations import (
    TAKES_SLOT,
    Outcome,
    PresentationStanding,
    PresentationStatus,
    SlotFacts,
    SlotState,
    count_open,
    presentation_standing,
    topics_by_last_day,
)
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.library.rules import BIG_SIX, Kind
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may

MONTH = timedelta(days=31)


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


def _attended() -> ColumnElement[bool]:
    """Return the SQL condition for presentations whose organization was on the call, as far as is recorded."""
    return exists(
        select(Attendance.id).where(
            Attendance.call_id == Presentation.call_id,
            Attendance.organization_id == Presentation.organization_id,
            is_counted(),
        )
    )


def _select_facts(now: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query for the facts about presentations, joined with their calls."""
    return select(
        Presentation.id,
        Presentation.organization_id,
        Presentation.state,
        Presentation.outcome,
        Call.day,
        is_held_call(now).label("held"),
        _attended().label("attended"),
    ).join(Call, Call.id == Presentation.call_id)


def statuses(db: Session, presentations: Iterable[Presentation], now: datetime) -> dict[int, PresentationStatus]:
    """Return the status of each presentation, by ID, with one query."""
    ids = [presentation.id for presentation in presentations]
    rows = db.execute(_select_facts(now).where(Presentation.id.in_(ids))) if ids else ()
    return {row.id: SlotFacts(row.day, row.state, row.held, row.attended, row.outcome).status for row in rows}


def is_given(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for presentations that were given, like `SlotFacts.status`; joined with their calls."""
    is_answered = or_(Presentation.outcome == Outcome.GIVEN, and_(Presentation.outcome.is_(None), _attended()))
    return and_(Presentation.state == SlotState.ACCEPTED, is_held_call(now), is_answered)


def _is_to_confirm(db: Session, now: datetime) -> ColumnElement[bool]:
    return and_(
        Presentation.state == SlotState.ACCEPTED,
        Presentation.outcome.is_(None),
        is_held_call(now),
        Call.day >= config_of(db).records_begin,
        ~_attended(),
    )


def to_confirm(db: Session, now: datetime) -> Sequence[Presentation]:
    """Return the presentations since records begin that aren't confirmed, oldest call first."""
    return db.scalars(
        select(Presentation)
        .join(Presentation.call)
        .where(_is_to_confirm(db, now))
        .options(contains_eager(Presentation.call), joinedload(Presentation.organization))
        .order_by(Call.day, Presentation.id)
    ).all()


def count_to_confirm(db: Session, now: datetime) -> int:
    """Return the number of presentations that aren't confirmed."""
    return db.scalar(select(func.count(Presentation.id)).join(Presentation.call).where(_is_to_confirm(db, now))) or 0


def has_outcomes(db: Session, call: Call) -> bool:
    """Return True if the coordinator already said of any presentation on a call if it was given."""
    answered = (
        select(Presentation.id).where(Presentation.call_id == call.id, Presentation.outcome.is_not(None)).limit(1)
    )
    return db.scalar(answered) is not None


def changes_of(db: Session, presentation: Presentation) -> Sequence[PresentationChange]:
    """Return the changes to a presentation's outcome and call, oldest first."""
    return db.scalars(
        select(PresentationChange)
        .where(PresentationChange.presentation_id == presentation.id)
        .order_by(PresentationChange.id)
    ).all()


def standings(
    db: Session, organizations: Sequence[Organization], year: int, today: date, now: datetime
) -> dict[int, PresentationStanding]:
    """Return the status of each organization's presentation for ``year``, by ID, with one query."""
    slots = slots_by_organization(db, in_year(year), now)
    records_begin = config_of(db).records_begin
    return {
        organization.id: PresentationStanding.NOT_DUE
        if organization.kind is OrganizationKind.HOST
        else presentation_standing(slots[organization.id], year, today, organization.membership, records_begin)
        for organization in organizations
    }


def slots_by_organization(db: Session, of: ColumnElement[bool], now: datetime) -> dict[int, list[SlotFacts]]:
    """Return the presentations that meet the condition ``of``, by the organization's ID: what the rule needs of them."""
    slots: dict[int, list[SlotFacts]] = defaultdict(list)
    for row in db.execute(_select_facts(now).where(of)):
        slots[row.organization_id].append(SlotFacts(row.day, row.state, row.held, row.attended, row.outcome))
    return slots


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
    """A call with open slots, and their number."""

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
    return [slot for call in calls if (slot := OpenSlots(call, _count_open(call))).left > 0]


def _count_open(call: Call) -> int:
    return count_open((presentation.state, presentation.outcome) for presentation in call.presentations)


def held_with_open_slots(db: Session, presentation: Presentation, now: datetime) -> list[OpenSlots]:
    """Return the other calls on which a presentation may have been given instead: held since a month before its own."""
    calls = db.scalars(
        select(Call)
        .where(is_held_call(now), Call.day >= presentation.call.day - MONTH, Call.id != presentation.call_id)
        .options(selectinload(Call.presentations))
        .order_by(Call.day)
    )
    return [slot for call in calls if (slot := OpenSlots(call, _count_open(call))).left > 0]


def count_taken_slots(db: Session, call: Call) -> int:
    """Return the number of proposed and accepted presentations on a call; a no-show leaves its slot open."""
    return (
        db.scalar(
            select(func.count(Presentation.id)).where(
                Presentation.call_id == call.id,
                Presentation.state.in_(TAKES_SLOT),
                or_(Presentation.outcome.is_(None), Presentation.outcome != Outcome.NO_SHOW),
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
    """Return the Big 6 topics with the day of each topic's last presentation that was given, the longest ago first."""
    rows = db.execute(
        select(Presentation.topic, func.max(Call.day))
        .join(Call, Call.id == Presentation.call_id)
        .where(is_given(now), Presentation.topic.in_(BIG_SIX))
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

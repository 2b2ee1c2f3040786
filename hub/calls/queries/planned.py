"""The calls of a year and what comes after it, as values: what home needs of them, read once for everyone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import Attendance, Call, Presentation, Source
from hub.calls.queries.attendance import is_counted
from hub.calls.rules import presentations as presentations_rules
from hub.calls.rules import series as series_rules
from hub.calls.rules.presentations import Outcome, SlotFacts, SlotState
from hub.calls.rules.series import CallState
from hub.core.remembered import remembered
from hub.members.models import Organization

# Before the year: people check in to a call of its last week.
BEFORE = timedelta(days=31)


@dataclass(frozen=True)
class Slot:
    """A presentation on a call."""

    id: int
    organization_id: int
    organization_name: str
    title: str
    state: SlotState
    outcome: Outcome | None
    has_deck: bool


@dataclass(frozen=True)
class CallFacts:
    """A call, or a day of the weekly series without one."""

    id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    state: CallState
    title: str
    slots: tuple[Slot, ...]

    def is_held(self, now: datetime) -> bool:
        """Return True if the call was held."""
        return series_rules.is_held(self.state, self.ends_at, now)

    def is_upcoming(self, now: datetime) -> bool:
        """Return True if the call is scheduled and not over."""
        return series_rules.is_upcoming(self.state, self.ends_at, now)

    @property
    def free(self) -> int:
        """The number of open slots."""
        return max(presentations_rules.count_open((slot.state, slot.outcome) for slot in self.slots), 0)


@dataclass(frozen=True)
class CheckIn:
    """An attendance entry of an organization that counts."""

    call_id: int
    person_id: int | None
    source: Source


def calls_since(db: Session, year: int) -> Sequence[CallFacts]:
    """Return all calls since shortly before ``year``, by day, with their presentations."""
    return remembered(db, ("calls", year), lambda: _calls(db, date(year, 1, 1) - BEFORE))


def attendance_since(db: Session, organization: Organization, year: int) -> Sequence[CheckIn]:
    """Return the organization's attendance entries that count, on the calls of `calls_since`."""
    id_, first = organization.id, date(year, 1, 1) - BEFORE
    return remembered(db, ("attendance", id_, year), lambda: _attendance(db, id_, first))


def slots_of(
    calls: Sequence[CallFacts], organization_id: int, year: int, attended: frozenset[int], now: datetime
) -> list[SlotFacts]:
    """Return the facts about an organization's presentations in a year; ``attended``: the ids of its calls."""
    return [
        SlotFacts(call.day, slot.state, call.is_held(now), call.id in attended, slot.outcome)
        for call in calls
        for slot in call.slots
        if slot.organization_id == organization_id and call.day.year == year
    ]


def _calls(db: Session, first: date) -> tuple[CallFacts, ...]:
    rows = db.execute(
        select(
            Call.id,
            Call.day,
            Call.starts_at,
            Call.ends_at,
            Call.state,
            Call.title,
            Presentation.id,
            Presentation.organization_id,
            Organization.name,
            Presentation.title,
            Presentation.state,
            Presentation.outcome,
            Presentation.resource_id,
        )
        .outerjoin(Presentation, Presentation.call_id == Call.id)
        .outerjoin(Organization, Organization.id == Presentation.organization_id)
        .where(Call.day >= first)
        .order_by(Call.day, Presentation.id)
    )
    calls: dict[int, CallFacts] = {}
    slots: dict[int, list[Slot]] = defaultdict(list)
    for id_, day, starts_at, ends_at, state, title, slot, owner, name, topic, slot_state, outcome, deck in rows:
        calls[id_] = CallFacts(id_, day, starts_at, ends_at, state, title, ())
        if slot is not None:
            slots[id_].append(Slot(slot, owner, name, topic, slot_state, outcome, deck is not None))
    return tuple(replace(call, slots=tuple(slots[call.id])) for call in calls.values())


def _attendance(db: Session, organization_id: int, first: date) -> tuple[CheckIn, ...]:
    rows = db.execute(
        select(Attendance.call_id, Attendance.person_id, Attendance.source)
        .join(Call, Call.id == Attendance.call_id)
        .where(Attendance.organization_id == organization_id, Call.day >= first, is_counted())
    )
    return tuple(CheckIn(*row) for row in rows)

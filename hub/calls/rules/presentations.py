"""Presentations: who is due, where there is room, what to talk about. Pure.

The rule, from the domain: once a year, a virtual presentation of 10 to 15 minutes. The year is the calendar year.
An organization that joins in its second half presents in the next year for the first time.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FEWEST_MINUTES, MOST_MINUTES = 10, 15
MOST_A_CALL = 2
LAST_MONTH_TO_JOIN = 6  # who joins later is due from the next year on
LONGEST_TITLE = 200


class SlotState(StrEnum):
    """How far a presentation is."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return self.value.capitalize()


# Those that take a place on their call.
TAKES_PLACE = frozenset({SlotState.PROPOSED, SlotState.ACCEPTED})


class PresentationStanding(StrEnum):
    """Where an organization stands with its presentation of a year."""

    PRESENTED = "presented"
    PLANNED = "planned"
    PROPOSED = "proposed"
    DUE = "due"
    MISSED = "missed"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return "Not due" if self is PresentationStanding.NOT_DUE else self.value.capitalize()


@dataclass(frozen=True)
class SlotFacts:
    """A presentation as the rule needs it: on which call, how far, and whether that call was held."""

    day: date
    state: SlotState
    held: bool


def is_presented(state: SlotState, *, held: bool) -> bool:
    """Return whether it was given: it was accepted, and its call was held."""
    return state is SlotState.ACCEPTED and held


def is_due_in(year: int, joined_on: date, left_on: date | None) -> bool:
    """Return whether a presentation is due in ``year``: joined by the end of June, and still there at the year's end."""
    joined_in_time = joined_on <= date(year, LAST_MONTH_TO_JOIN, 30)
    return joined_in_time and (left_on is None or left_on >= date(year, 12, 31))


def presentation_standing(
    slots: Iterable[SlotFacts], year: int, today: date, joined_on: date, left_on: date | None = None
) -> PresentationStanding:
    """Return where an organization stands with ``year``'s presentation; the farthest of its slots counts.

    One that was given counts even when none was due.
    """
    mine = [slot for slot in slots if slot.day.year == year]
    if any(is_presented(slot.state, held=slot.held) for slot in mine):
        return PresentationStanding.PRESENTED
    states = {slot.state for slot in mine if slot.day >= today}
    if SlotState.ACCEPTED in states:
        return PresentationStanding.PLANNED
    if SlotState.PROPOSED in states:
        return PresentationStanding.PROPOSED
    if not is_due_in(year, joined_on, left_on):
        return PresentationStanding.NOT_DUE
    return PresentationStanding.DUE if year >= today.year else PresentationStanding.MISSED


@dataclass(frozen=True)
class Suggestion:
    """A place that the planner proposes: which organization (by its number) on which call."""

    organization_id: int
    day: date


def schedule(waiting: Sequence[int], free: Sequence[tuple[date, int]], *, a_call: int = 1) -> list[Suggestion]:
    """Give each organization that waits a call of its own, in order, spread over the free calls.

    ``free`` are days with how many places each has left. One presentation a call while there are enough calls, so
    that there is time for questions; ``a_call`` is then raised, up to the two that fit.
    """
    places = [day for day, left in sorted(free) for _ in range(min(left, a_call))]
    if len(places) < len(waiting) and a_call < MOST_A_CALL:
        return schedule(waiting, free, a_call=a_call + 1)
    if not places or not waiting:
        return []
    step = max(1.0, len(places) / len(waiting))
    chosen = [places[int(number * step)] for number in range(min(len(waiting), len(places)))]
    return [Suggestion(organization_id, day) for organization_id, day in zip(waiting, chosen, strict=False)]


def uncovered(topics: Collection[str], covered: Iterable[tuple[str, date]]) -> list[tuple[str, date | None]]:
    """Topics with the day on which each was last presented (None: never), the longest neglected first."""
    last: dict[str, date] = {}
    for topic, day in covered:
        last[topic] = max(day, last.get(topic, day))
    return sorted(((topic, last.get(topic)) for topic in topics), key=lambda one: one[1] or date.min)

"""Presentations: which are due, how to schedule them, which topics to cover. Pure.

The rule, from the domain: once a year, a virtual presentation of 10 to 15 minutes. The year is the calendar year.
An organization that joins in the second half of a year first presents in the next year.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.members.rules.membership import Membership, Period

FEWEST_MINUTES, MOST_MINUTES = 10, 15
MOST_PER_CALL = 2
LAST_MONTH_TO_JOIN = 6  # organizations that join later are first due in the next year
LONGEST_TITLE = 200


class SlotState(StrEnum):
    """The state of a presentation."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The label on screens."""
        return self.value.capitalize()


# States that take one of the call's slots.
TAKES_SLOT = frozenset({SlotState.PROPOSED, SlotState.ACCEPTED})


class PresentationStanding(StrEnum):
    """The status of an organization's presentation for a year."""

    PRESENTED = "presented"
    PLANNED = "planned"
    PROPOSED = "proposed"
    DUE = "due"
    MISSED = "missed"
    NO_RECORDS = "no_records"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"planned": "Scheduled"}.get(self.value, self.value.replace("_", " ").capitalize())


@dataclass(frozen=True)
class SlotFacts:
    """The facts about a presentation that determine the standing."""

    day: date  # of its call
    state: SlotState
    held: bool  # True if the call was held


def is_presented(state: SlotState, *, held: bool) -> bool:
    """Return True if the presentation was given: accepted, on a call that was held."""
    return state is SlotState.ACCEPTED and held


def is_due_in(year: int, periods: Sequence[Period]) -> bool:
    """Return True if a presentation is due in ``year``: joined by the end of June, and a member at the year's end."""
    in_time, last_day = date(year, LAST_MONTH_TO_JOIN, 30), date(year, 12, 31)
    return any(period.joined_on <= in_time and period.includes(last_day) for period in periods)


def presentation_standing(
    slots: Iterable[SlotFacts], year: int, today: date, membership: Membership, records_begin: date = date.min
) -> PresentationStanding:
    """Return the status of an organization's presentation for ``year``; its most advanced presentation counts.

    A presentation that was given counts even when none was due. Where the hub's records begin (``records_begin``),
    the organization counts as one that joined that day.
    """
    slots_of_year = [slot for slot in slots if slot.day.year == year]
    if any(is_presented(slot.state, held=slot.held) for slot in slots_of_year):
        return PresentationStanding.PRESENTED
    states = {slot.state for slot in slots_of_year if slot.day >= today}
    if SlotState.ACCEPTED in states:
        return PresentationStanding.PLANNED
    if SlotState.PROPOSED in states:
        return PresentationStanding.PROPOSED
    if year < records_begin.year and is_due_in(year, membership.periods):
        return PresentationStanding.NO_RECORDS
    if not is_due_in(year, membership.since(records_begin)):
        return PresentationStanding.NOT_DUE
    return PresentationStanding.DUE if year >= today.year else PresentationStanding.MISSED


@dataclass(frozen=True)
class Suggestion:
    """A suggested date: which organization (by ID) on which call."""

    organization_id: int
    day: date


def schedule(waiting: Sequence[int], open_slots: Sequence[tuple[date, int]], *, per_call: int = 1) -> list[Suggestion]:
    """Return a suggested call for each waiting organization, in order, spread over the available calls.

    ``open_slots`` are days with their number of open slots. Suggests one presentation per call while there are enough calls,
    so that there is time for questions; otherwise two (``per_call``).
    """
    slots = [day for day, left in sorted(open_slots) for _ in range(min(left, per_call))]
    if len(slots) < len(waiting) and per_call < MOST_PER_CALL:
        return schedule(waiting, open_slots, per_call=per_call + 1)
    if not slots or not waiting:
        return []
    step = max(1.0, len(slots) / len(waiting))
    chosen = [slots[int(number * step)] for number in range(min(len(waiting), len(slots)))]
    return [Suggestion(organization_id, day) for organization_id, day in zip(waiting, chosen, strict=False)]


def topics_by_last_day(topics: Collection[str], covered: Iterable[tuple[str, date]]) -> list[tuple[str, date | None]]:
    """Return the topics with the day each was last presented (None: never), the longest ago first."""
    last: dict[str, date] = {}
    for topic, day in covered:
        last[topic] = max(day, last.get(topic, day))
    return sorted(((topic, last.get(topic)) for topic in topics), key=lambda item: item[1] or date.min)

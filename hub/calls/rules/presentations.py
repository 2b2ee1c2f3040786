"""Presentations: which are due, how to schedule them, which topics to cover. Pure.

The rule, from the domain: once a year, a virtual presentation of 10 to 15 minutes. The year is the calendar year.
An organization that joins in the second half of a year first presents in the next year.

A presentation was given if its organization was on the call, or if the coordinator says so. Accepted and the call held
isn't enough: until someone records the attendance or the coordinator answers, it isn't confirmed.
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


class Outcome(StrEnum):
    """What the coordinator says about a presentation after its call."""

    GIVEN = "given"
    NO_SHOW = "no_show"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"given": "Given", "no_show": "No-show"}[self.value]


class PresentationStatus(StrEnum):
    """The status of one presentation."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    GIVEN = "given"
    NOT_CONFIRMED = "not_confirmed"
    NO_SHOW = "no_show"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"accepted": "Scheduled", "no_show": "No-show"}.get(
            self.value, self.value.replace("_", " ").capitalize()
        )


class PresentationStanding(StrEnum):
    """The status of an organization's presentation for a year."""

    GIVEN = "given"
    SCHEDULED = "scheduled"
    PROPOSED = "proposed"
    NOT_CONFIRMED = "not_confirmed"
    NO_SHOW = "no_show"
    DUE = "due"
    OVERDUE = "overdue"
    NO_RECORDS = "no_records"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"no_show": "No-show"}.get(self.value, self.value.replace("_", " ").capitalize())


# Standings in which an organization has to present, and has no date for it.
NEEDS_DATE = frozenset({PresentationStanding.DUE, PresentationStanding.NO_SHOW, PresentationStanding.OVERDUE})


@dataclass(frozen=True)
class SlotFacts:
    """The facts about a presentation that determine its status."""

    day: date  # of its call
    state: SlotState
    held: bool = False  # True if the call was held
    attended: bool = False  # True if attendance of its organization is recorded for the call
    outcome: Outcome | None = None  # what the coordinator says

    @property
    def status(self) -> PresentationStatus:
        """The status of the presentation. The coordinator's answer has the last word over recorded attendance."""
        if self.state is not SlotState.ACCEPTED or not self.held:
            return PresentationStatus(self.state.value)
        if self.outcome is not None:
            return PresentationStatus(self.outcome.value)
        return PresentationStatus.GIVEN if self.attended else PresentationStatus.NOT_CONFIRMED


def is_due_in(year: int, periods: Sequence[Period]) -> bool:
    """Return True if a presentation is due in ``year``: joined by the end of June, and a member at the year's end."""
    in_time, last_day = date(year, LAST_MONTH_TO_JOIN, 30), date(year, 12, 31)
    return any(period.joined_on <= in_time and period.includes(last_day) for period in periods)


def presentation_standing(
    slots: Iterable[SlotFacts], year: int, today: date, membership: Membership, records_begin: date = date.min
) -> PresentationStanding:
    """Return the status of an organization's presentation for ``year``; its most advanced presentation counts.

    A presentation that was given counts even when none was due; after a no-show, another one is due. Where the hub's
    records begin (``records_begin``), the organization counts as one that joined that day, and no one asks about
    presentations before it.
    """
    slots_of_year = [slot for slot in slots if slot.day.year == year]
    past = {slot.status for slot in slots_of_year}
    recorded = {slot.status for slot in slots_of_year if slot.day >= records_begin}
    coming = {slot.status for slot in slots_of_year if slot.day >= today}
    is_due = is_due_in(year, membership.since(records_begin))
    answers = (
        (PresentationStatus.GIVEN in past, PresentationStanding.GIVEN),
        (PresentationStatus.ACCEPTED in coming, PresentationStanding.SCHEDULED),
        (PresentationStatus.PROPOSED in coming, PresentationStanding.PROPOSED),
        (year < records_begin.year and is_due_in(year, membership.periods), PresentationStanding.NO_RECORDS),
        (PresentationStatus.NOT_CONFIRMED in recorded, PresentationStanding.NOT_CONFIRMED),
        (not is_due, PresentationStanding.NOT_DUE),
        (PresentationStatus.NO_SHOW in recorded, PresentationStanding.NO_SHOW),
        (year >= today.year, PresentationStanding.DUE),
    )
    return next((standing for applies, standing in answers if applies), PresentationStanding.OVERDUE)


def count_open(slots: Iterable[tuple[SlotState, Outcome | None]]) -> int:
    """Return the number of open slots on a call with these presentations; a no-show leaves its slot open."""
    return MOST_PER_CALL - sum(state in TAKES_SLOT and outcome is not Outcome.NO_SHOW for state, outcome in slots)


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

"""The commitment to attend calls: the one place that computes whether an organization meets it. Pure.

The rule, from the domain: its representative and alternate attend at least half of the weekly calls. An organization
attended a call when either of them, or anyone else from the organization, attended: it counts once. It is counted
against the calls held since it joined, within the year; canceled calls and holidays don't count.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

HALF = 2  # one of two calls


class Keeping(StrEnum):
    """Whether an organization meets the commitment on calls in a year."""

    KEPT = "kept"
    BEHIND = "behind"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"kept": "Half or more", "behind": "Less than half", "not_due": "Not due"}[self.value]


@dataclass(frozen=True)
class Attended:
    """An organization's calls in a year: attended, held while it was in the alliance, and upcoming."""

    attended: int
    held: int
    coming: int = 0

    @property
    def keeping(self) -> Keeping:
        """Whether half is reached; nothing is due before the first call is held."""
        if not self.held:
            return Keeping.NOT_DUE
        return Keeping.KEPT if HALF * self.attended >= self.held else Keeping.BEHIND

    @property
    def needed(self) -> int:
        """How many of the upcoming calls it takes to end the year at half or more; can be more than there are."""
        return max(0, -(-(self.held + self.coming) // HALF) - self.attended)


def attended_of(
    held: Collection[date],
    attended: Collection[date],
    joined_on: date,
    left_on: date | None = None,
    coming: Collection[date] = (),
) -> Attended:
    """Return the counts of a year for an organization, from the days of the calls held while it was in the alliance.

    ``attended`` are the days on which anyone from it attended, with or without repetitions; a day without a held call
    is ignored.
    """

    def while_member(days: Collection[date]) -> set[date]:
        return {day for day in days if joined_on <= day and (left_on is None or day <= left_on)}

    counted = while_member(held)
    return Attended(len(counted & set(attended)), len(counted), len(while_member(coming)))


def forecast(standing: Attended) -> str:
    """Return a sentence on the year so far and what the rest of it takes.

    For example "9 of 20 calls attended; 4 of the next 6 needed to reach half."
    """
    score = f"{standing.attended} of {standing.held} calls attended"
    if not standing.held and not standing.coming:
        return "No calls held this year since joining."
    if not standing.held:
        return f"No calls held yet this year; {standing.needed} of the next {standing.coming} needed to reach half."
    if not standing.coming:
        return f"{score}, {'half or more' if standing.keeping is Keeping.KEPT else 'less than half'}."
    if standing.needed > standing.coming:
        return f"{score}; half is out of reach this year, but each of the next {standing.coming} still counts."
    if not standing.needed:
        return f"{score}; this year’s commitment is already met."
    goal = "stay at half" if standing.keeping is Keeping.KEPT else "reach half"
    return f"{score}; {standing.needed} of the next {standing.coming} needed to {goal}."

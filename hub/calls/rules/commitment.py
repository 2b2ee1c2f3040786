"""Does an organization keep the commitment on calls? The one place that answers it. Pure.

The rule, from the domain: its representative and alternate attend at least half of the weekly calls. It attended
a call when either of them, or anyone else of the organization, was there: it counts once. What it is counted
against are the calls held since it joined, within the year; canceled calls and holidays don't count.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

HALF = 2  # one of two calls


class Keeping(StrEnum):
    """Where an organization stands with the calls of a year."""

    KEPT = "kept"
    BEHIND = "behind"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"kept": "Half or more", "behind": "Less than half", "not_due": "Not due"}[self.value]


@dataclass(frozen=True)
class Attended:
    """An organization's calls in a year: attended of those held while it belonged, and how many are to come."""

    attended: int
    held: int
    coming: int = 0

    @property
    def keeping(self) -> Keeping:
        """Whether half is reached; nothing is due while no call was held."""
        if not self.held:
            return Keeping.NOT_DUE
        return Keeping.KEPT if HALF * self.attended >= self.held else Keeping.BEHIND

    @property
    def needed(self) -> int:
        """How many of the calls to come it takes to end the year at half or more; may be more than there are."""
        return max(0, -(-(self.held + self.coming) // HALF) - self.attended)


def attended_of(
    held: Collection[date],
    attended: Collection[date],
    joined_on: date,
    left_on: date | None = None,
    coming: Collection[date] = (),
) -> Attended:
    """Return what counts of the calls held in a year: those while the organization belonged, each attended once or not.

    ``attended`` are the days on which anyone of it was there, however often they are named; a day on which no call
    was held counts on neither side.
    """

    def while_in(days: Collection[date]) -> set[date]:
        return {day for day in days if joined_on <= day and (left_on is None or day <= left_on)}

    counted = while_in(held)
    return Attended(len(counted & set(attended)), len(counted), len(while_in(coming)))


def forecast(standing: Attended) -> str:
    """Return where the organization stands and what the rest of the year takes, in words.

    For example "9 of 20 held; 4 of the next 6 keeps you at half."
    """
    said = f"{standing.attended} of {standing.held} held"
    if not standing.held and not standing.coming:
        return "No call was held this year since you joined."
    if not standing.held:
        return f"No call was held yet this year; {standing.needed} of the next {standing.coming} keeps you at half."
    if not standing.coming:
        return f"{said}; {'that is half or more' if standing.keeping is Keeping.KEPT else 'half would have been more'}."
    if standing.needed > standing.coming:
        return f"{said}; half is out of reach this year, and each of the next {standing.coming} still counts."
    if not standing.needed:
        return f"{said}; that keeps you at half, whatever comes."
    return f"{said}; {standing.needed} of the next {standing.coming} keeps you at half."

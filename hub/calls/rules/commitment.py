"""The commitment to attend calls, and the rule for meeting it. Pure.

The rule, from the domain: its representative and alternate attend at least half of the weekly calls. An organization
attended a call when either of them, or anyone else from the organization, attended: it counts once. It is counted
against the calls held since it joined, within the year; canceled calls and holidays don't count.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.members.rules.membership import Period

HALF = 2  # one of two calls


class AttendanceStatus(StrEnum):
    """The status of an organization's attendance commitment in a year."""

    KEPT = "kept"
    BEHIND = "behind"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"kept": "Half or more", "behind": "Less than half", "not_due": "Not due"}[self.value]


@dataclass(frozen=True)
class AttendanceCounts:
    """An organization's calls in a year: attended, held while it was in the alliance, and upcoming."""

    attended: int
    held: int
    coming: int = 0

    @property
    def status(self) -> AttendanceStatus:
        """KEPT if at least half of the held calls were attended; NOT_DUE before the first call is held."""
        if not self.held:
            return AttendanceStatus.NOT_DUE
        return AttendanceStatus.KEPT if HALF * self.attended >= self.held else AttendanceStatus.BEHIND

    @property
    def needed(self) -> int:
        """The number of upcoming calls to attend to end the year at half or more; can exceed their number."""
        return max(0, -(-(self.held + self.coming) // HALF) - self.attended)


def count_attendance(
    held: Collection[date],
    attended: Collection[date],
    periods: Sequence[Period],
    coming: Collection[date] = (),
) -> AttendanceCounts:
    """Return an organization's attendance counts for a year, from the days of the calls held.

    ``periods`` are those in which it was a member and the hub had records. ``attended`` are the days on which anyone from it attended, with or without repetitions; a day without a held call
    is ignored.
    """

    def while_member(days: Collection[date]) -> set[date]:
        return {day for day in days if any(period.includes(day) for period in periods)}

    counted = while_member(held)
    return AttendanceCounts(len(counted & set(attended)), len(counted), len(while_member(coming)))


def forecast(standing: AttendanceCounts) -> str:
    """Return a sentence with the year's attendance so far and the calls still needed.

    For example "9 of 20 calls attended; 4 of the next 6 needed to reach half."
    """
    score = f"{standing.attended} of {standing.held} calls attended"
    if not standing.held and not standing.coming:
        return "No calls held this year since joining."
    if not standing.held:
        return f"No calls held yet this year; {standing.needed} of the next {standing.coming} needed to reach half."
    if not standing.coming:
        return f"{score}, {'half or more' if standing.status is AttendanceStatus.KEPT else 'less than half'}."
    if standing.needed > standing.coming:
        return f"{score}; half is out of reach this year, but each of the next {standing.coming} still counts."
    if not standing.needed:
        return f"{score}; this year’s commitment is already met."
    goal = "stay at half" if standing.status is AttendanceStatus.KEPT else "reach half"
    return f"{score}; {standing.needed} of the next {standing.coming} needed to {goal}."

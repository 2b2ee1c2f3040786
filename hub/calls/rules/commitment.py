"""The commitment to attend calls, and the rule for meeting it. Pure.

The rule, from the domain: its representative and alternate attend at least half of the weekly calls. An organization
attended a call when either of them, or anyone else from the organization, attended: it counts once. It is counted
against the calls held since it joined, within the year; canceled calls and holidays don't count.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from hub.members.rules.membership import Membership, Period

HALF = 2  # one of two calls


class AttendanceStatus(StrEnum):
    """The status of an organization's attendance commitment in a year."""

    KEPT = "kept"
    BEHIND = "behind"
    NO_RECORDS = "no_records"  # the year ended before the hub's records begin
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"kept": "Half or more", "behind": "Less than half"}.get(
            self.value, self.value.replace("_", " ").capitalize()
        )


@dataclass(frozen=True)
class AttendanceCounts:
    """An organization's calls in a year: attended, held while it was in the alliance, and upcoming."""

    attended: int
    held: int
    coming: int = 0
    before_records: bool = False  # True for a member in a year that ended before the hub's records begin

    @property
    def status(self) -> AttendanceStatus:
        """KEPT if at least half of the held calls were attended; NOT_DUE before the first call is held."""
        if not self.held:
            return AttendanceStatus.NO_RECORDS if self.before_records else AttendanceStatus.NOT_DUE
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

    ``periods`` are those in which it was a member and the hub had records; they don't overlap. ``attended`` are the
    days on which anyone from it attended, with or without repetitions; a day without a held call is ignored.
    """

    def while_member(days: Collection[date]) -> set[date]:
        ordered = sorted(days)
        return {
            day
            for period in periods
            for day in ordered[
                bisect_left(ordered, period.joined_on) : bisect_right(ordered, period.left_on or date.max)
            ]
        }

    counted = while_member(held)
    return AttendanceCounts(len(counted.intersection(attended)), len(counted), len(while_member(coming)))


def attendance_in(
    year: int,
    held: Collection[date],
    attended: Collection[date],
    coming: Collection[date],
    membership: Membership,
    records_begin: date,
) -> AttendanceCounts:
    """Return an organization's attendance counts for ``year``: of its days, for its membership, since records begin."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    held, coming = ([day for day in days if first <= day <= last] for days in (held, coming))
    counts = count_attendance(held, attended, membership.since(records_begin), coming)
    return replace(counts, before_records=last < records_begin and membership.overlaps(first, last))


def forecast(standing: AttendanceCounts) -> str:
    """Return a sentence with the year's attendance so far and the calls still needed.

    For example "9 of 20 calls attended; 4 of the next 6 needed to reach half."
    """
    score = f"{standing.attended} of {standing.held} calls attended"
    if not standing.held and not standing.coming:
        return (
            "No records: the hub’s records begin after this year."
            if standing.before_records
            else "No calls held this year while in the alliance."
        )
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

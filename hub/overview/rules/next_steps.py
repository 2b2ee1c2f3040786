"""The sentence on home that tells an organization what to do next. Pure."""

from dataclasses import dataclass

from hub.calls.rules.commitment import AttendanceCounts, AttendanceStatus
from hub.calls.rules.presentations import PresentationStanding
from hub.core.dates import month_day, plural
from hub.core.quarters import Quarter
from hub.sharing.rules.standing import Standing


@dataclass(frozen=True)
class CommitmentsNow:
    """The current state of an organization's three commitments, for the sentence on home."""

    quarter: Quarter  # the last one that ended
    standing: Standing  # in that quarter
    current_standing: Standing  # in the quarter after it, which is still open
    may_confirm: bool
    attended: AttendanceCounts
    presentation: PresentationStanding
    year: int
    open_slots: int = 0
    presents_on: str = ""  # the proposed or scheduled date of the presentation, in words
    has_deck: bool = False


def next_steps(commitments: CommitmentsNow) -> str:
    """Return an organization's next steps for its three commitments, as text.

    For example "Confirm Q3. Your presentation is due by December 31 (2 open slots left)."
    """
    steps = [
        step for step in (_sharing_step(commitments), _presentation_step(commitments), _calls_step(commitments)) if step
    ]
    return " ".join(steps) or "There’s nothing you need to do right now."


def _sharing_step(commitments: CommitmentsNow) -> str:
    """Return the step for the last quarter, which can still be confirmed, before any step for the current one."""
    if commitments.standing not in {Standing.CONFIRMED, Standing.NOTHING_TO_SHARE} and commitments.standing.is_due:
        name = (
            f"Q{commitments.quarter.number}"
            if commitments.quarter.year == commitments.year
            else commitments.quarter.label
        )
        return (
            f"Confirm {name}."
            if commitments.may_confirm
            else f"{name} is waiting for your representative to confirm it."
        )
    current = commitments.quarter.next
    if commitments.current_standing is Standing.DOWNLOADED:
        return f"Report which of your Q{current.number} downloads you shared."
    if commitments.current_standing is Standing.SILENT:
        return f"Share something in Q{current.number}, by {month_day(current.last_day)}."
    return ""


def _presentation_step(commitments: CommitmentsNow) -> str:
    slots = plural(commitments.open_slots, "open slot") if commitments.open_slots else "no open slots"
    match commitments.presentation:
        case PresentationStanding.DUE:
            return f"Your presentation is due by December 31 ({slots} left)."
        case PresentationStanding.NO_SHOW:
            return f"Your presentation didn’t take place. Choose another call by December 31 ({slots} left)."
        case PresentationStanding.PROPOSED:
            return f"Your presentation on {commitments.presents_on} is waiting for the coordinator’s approval."
        case PresentationStanding.SCHEDULED if commitments.has_deck:
            return f"You present on {commitments.presents_on}."
        case PresentationStanding.SCHEDULED:
            return f"You present on {commitments.presents_on}. Upload your deck."
        case standing:
            is_open = standing is PresentationStanding.NOT_CONFIRMED
            return "The coordinator hasn’t confirmed your presentation yet." if is_open else ""


def _calls_step(commitments: CommitmentsNow) -> str:
    calls = commitments.attended
    if calls.status is not AttendanceStatus.BEHIND or calls.needed > calls.coming:
        return ""
    return f"Attend {calls.needed} of the next {calls.coming} calls to reach half."

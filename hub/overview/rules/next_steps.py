"""The sentence on home that tells an organization what to do next. Pure."""

from dataclasses import dataclass

from hub.calls.rules.commitment import Attended, Keeping
from hub.calls.rules.presentations import PresentationStanding
from hub.core.dates import month_day, plural
from hub.core.quarters import Quarter
from hub.sharing.rules.standing import Standing


@dataclass(frozen=True)
class CommitmentsNow:
    """Where an organization is with its three commitments, as far as the sentence on home needs it."""

    quarter: Quarter  # the last one that ended
    standing: Standing  # in that quarter
    current_standing: Standing  # in the quarter after it, which is still open
    may_confirm: bool
    attended: Attended
    presentation: PresentationStanding
    year: int
    open_slots: int = 0
    presents_on: str = ""  # the proposed or scheduled date of the presentation, in words
    has_deck: bool = False


def next_steps(now: CommitmentsNow) -> str:
    """Return what an organization has to do next for its three commitments, as text.

    For example "Confirm Q3. Your presentation is due by December 31 (2 open slots left)."
    """
    steps = [step for step in (_sharing_step(now), _presentation_step(now), _calls_step(now)) if step]
    return " ".join(steps) or "There’s nothing you need to do right now."


def _sharing_step(now: CommitmentsNow) -> str:
    """Return the step for the last quarter, which can still be confirmed, before any step for the current one."""
    if now.standing not in {Standing.CONFIRMED, Standing.NOT_DUE}:
        name = f"Q{now.quarter.number}" if now.quarter.year == now.year else now.quarter.label
        return f"Confirm {name}." if now.may_confirm else f"{name} is waiting for your representative to confirm it."
    current = now.quarter.next
    if now.current_standing is Standing.DOWNLOADED:
        return f"Report which of your Q{current.number} downloads you shared."
    if now.current_standing is Standing.SILENT:
        return f"Share something in Q{current.number}, by {month_day(current.last_day)}."
    return ""


def _presentation_step(now: CommitmentsNow) -> str:
    match now.presentation:
        case PresentationStanding.DUE:
            return f"Your presentation is due by December 31 ({plural(now.open_slots, 'open slot')} left)."
        case PresentationStanding.PROPOSED:
            return f"Your presentation on {now.presents_on} is waiting for the coordinator’s approval."
        case PresentationStanding.PLANNED if now.has_deck:
            return f"You present on {now.presents_on}."
        case PresentationStanding.PLANNED:
            return f"You present on {now.presents_on}. Upload your deck."
        case _:
            return ""


def _calls_step(now: CommitmentsNow) -> str:
    calls = now.attended
    if calls.keeping is not Keeping.BEHIND or calls.needed > calls.coming:
        return ""
    return f"Attend {calls.needed} of the next {calls.coming} calls to reach half."

"""What an organization has to do next, in a sentence on home. Pure."""

from dataclasses import dataclass

from hub.calls.rules.commitment import Attended, Keeping
from hub.calls.rules.presentations import PresentationStanding
from hub.core.dates import month_day, plural
from hub.core.quarters import Quarter
from hub.sharing.rules.standing import Standing


@dataclass(frozen=True)
class Open:
    """What is open of an organization's three commitments, as the sentence on home needs it."""

    quarter: Quarter  # the last one that is over
    standing: Standing  # in it
    so_far: Standing  # in the quarter that is going on
    may_confirm: bool
    attended: Attended
    presentation: PresentationStanding
    year: int
    free_slots: int = 0
    presents_on: str = ""  # the day of the presentation that is proposed or planned, in words
    deck_is_there: bool = False


def what_is_next(state: Open) -> str:
    """Return what an organization has to do next, all three commitments in one or two sentences.

    For example "Confirm Q3. Your presentation is due by December 31. 2 open slots are left this year."
    """
    said = [part for part in (_of_the_quarter(state), _of_the_presentation(state), _of_the_calls(state)) if part]
    return " ".join(said) or "You’re on track with calls, presentation and sharing."


def _of_the_quarter(state: Open) -> str:
    """Return the quarter that is over goes first: it can still be confirmed. Then the one that is going on."""
    if state.standing not in {Standing.CONFIRMED, Standing.NOT_DUE}:
        name = f"Q{state.quarter.number}" if state.quarter.year == state.year else state.quarter.label
        return f"Confirm {name}." if state.may_confirm else f"{name} is waiting for your representative to confirm it."
    going_on = state.quarter.next
    if state.so_far is Standing.DOWNLOADED:
        return f"Report which of your Q{going_on.number} downloads you shared."
    if state.so_far is Standing.SILENT:
        last = going_on.last_day
        return f"Share something in Q{going_on.number}, by {month_day(last)}."
    return ""


def _of_the_presentation(state: Open) -> str:
    match state.presentation:
        case PresentationStanding.DUE:
            return f"Your presentation is due by December 31. {_open_slots(state.free_slots)} left this year."
        case PresentationStanding.PROPOSED:
            return f"Your presentation on {state.presents_on} is waiting for the coordinator’s approval."
        case PresentationStanding.PLANNED:
            deck = "" if state.deck_is_there else ": the deck hasn’t been uploaded yet"
            return f"You present on {state.presents_on}{deck}."
        case _:
            return ""


def _of_the_calls(state: Open) -> str:
    one = state.attended
    if one.keeping is not Keeping.BEHIND or one.needed > one.coming:
        return ""
    return f"Attend {one.needed} of the next {one.coming} calls to reach half."


def _open_slots(count: int) -> str:
    return f"{plural(count, 'open slot')} {'is' if count == 1 else 'are'}"

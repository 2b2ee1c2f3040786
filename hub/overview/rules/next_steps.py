"""What an organization has to do next, in a sentence on home. Pure."""

from dataclasses import dataclass

from hub.calls.rules.commitment import Attended, Keeping
from hub.calls.rules.presentations import PresentationStanding
from hub.core.quarters import Quarter
from hub.sharing.rules.standing import Standing

# Numbers up to ten are written out in a sentence.
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


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
    """What an organization has to do next, all three commitments in one or two sentences.

    For example "Confirm Q3. Your presentation is due by 31 December: two slots are free."
    """
    said = [part for part in (_of_the_quarter(state), _of_the_presentation(state), _of_the_calls(state)) if part]
    return " ".join(said) or "Nothing is open: calls, presentation and sharing are where they should be."


def _of_the_quarter(state: Open) -> str:
    """The quarter that is over goes first: it can still be confirmed. Then the one that is going on."""
    if state.standing not in {Standing.CONFIRMED, Standing.NOT_DUE}:
        name = f"Q{state.quarter.number}" if state.quarter.year == state.year else state.quarter.label
        return f"Confirm {name}." if state.may_confirm else f"{name} waits to be confirmed by your representative."
    going_on = state.quarter.next
    if state.so_far is Standing.DOWNLOADED:
        return f"Say what you shared in Q{going_on.number}, of what you took out."
    if state.so_far is Standing.SILENT:
        last = going_on.last_day
        return f"Share something in Q{going_on.number}, by {last.day} {last:%B}."
    return ""


def _of_the_presentation(state: Open) -> str:
    match state.presentation:
        case PresentationStanding.DUE:
            free = f"{written(state.free_slots)} {'slot is' if state.free_slots == 1 else 'slots are'} free"
            return f"Your presentation is due by 31 December: {free}."
        case PresentationStanding.PROPOSED:
            return f"Your presentation on {state.presents_on} waits for the coordinator’s word."
        case PresentationStanding.PLANNED:
            deck = "" if state.deck_is_there else ": the deck isn’t in the hub yet"
            return f"You present on {state.presents_on}{deck}."
        case _:
            return ""


def _of_the_calls(state: Open) -> str:
    one = state.attended
    if one.keeping is not Keeping.BEHIND or one.needed > one.coming:
        return ""
    return f"Be on {written(one.needed)} of the next {written(one.coming)} calls to reach half."


def written(number: int) -> str:
    """A number as a sentence has it: in words up to ten."""
    return _WORDS[number] if number < len(_WORDS) else f"{number:,}"

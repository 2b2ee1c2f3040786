"""What comes next for someone who looks at their quarter. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from hub.core.dates import plural
from hub.sharing.rules.standing import Standing


class Step(StrEnum):
    """Where the one next step leads."""

    CONFIRM = "confirm"
    DECLARE = "declare"
    SEARCH = "search"
    RECORD = "record"


@dataclass(frozen=True)
class NextStep:
    """What to do about a quarter: a sentence, and where its button leads."""

    step: Step
    sentence: str
    label: str


@dataclass(frozen=True)
class QuarterFacts:
    """What a quarter's log and confirmation say, as the next step needs it."""

    standing: Standing
    taken: int = 0  # resources that were downloaded, and neither declared nor forwarded
    passed_on: int = 0  # resources that were declared or forwarded
    said_nothing: bool = False  # the confirmation that stands says that nothing was shared
    ended: bool = False  # the quarter is over


_TO_THE_RECORD = "See the record"
_SETTLED = {
    Standing.NOT_DUE: NextStep(Step.RECORD, "Nothing is due for this quarter.", _TO_THE_RECORD),
    Standing.CONFIRMED: NextStep(Step.RECORD, "The quarter is confirmed. Thank you.", _TO_THE_RECORD),
}


def next_step(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    """Return the one thing to do next; a person who may not confirm is led to what they may do."""
    if facts.standing in _SETTLED:
        return _SETTLED[facts.standing]
    if facts.standing is Standing.FORWARDED:
        return _after_sharing(facts, may_confirm=may_confirm)
    if facts.said_nothing:
        return NextStep(Step.RECORD, "It is on record that nothing was shared.", _TO_THE_RECORD)
    if facts.standing is Standing.DOWNLOADED:
        return _after_taking(facts, may_confirm=may_confirm)
    return _after_silence(facts, may_confirm=may_confirm)


def _after_sharing(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    sentence = f"You shared {_resources(facts.passed_on)}."
    if may_confirm:
        return NextStep(Step.CONFIRM, f"{sentence} Confirm the quarter in writing.", "Confirm the quarter")
    return NextStep(
        Step.RECORD, f"{sentence} Your representative or alternate can confirm the quarter.", _TO_THE_RECORD
    )


def _after_taking(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    them = "it" if facts.taken == 1 else "them"
    sentence = f"You took {_resources(facts.taken)} out. Did you share {them}?"
    if may_confirm:
        return NextStep(Step.CONFIRM, sentence, f"Yes, we shared {them}")
    return NextStep(Step.DECLARE, sentence, f"Yes, we shared {them}")


def _after_silence(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    if not facts.ended:
        return NextStep(Step.SEARCH, "Nothing is logged yet. Find something worth sharing.", "Find resources")
    sentence = "Nothing was logged. Did you share something?"
    if may_confirm:
        return NextStep(Step.CONFIRM, sentence, "Close the quarter")
    return NextStep(Step.DECLARE, sentence, "Declare what you shared")


def _resources(count: int) -> str:
    return plural(count, "resource")

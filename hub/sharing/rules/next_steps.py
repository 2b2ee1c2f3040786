"""The next step for a quarter. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from hub.core.dates import plural
from hub.sharing.rules.standing import Standing


class Step(StrEnum):
    """The page that the next step leads to."""

    CONFIRM = "confirm"
    DECLARE = "declare"
    SEARCH = "search"
    RECORD = "record"


@dataclass(frozen=True)
class NextStep:
    """The next step: a sentence, and the page and label of its button."""

    step: Step
    sentence: str
    label: str


@dataclass(frozen=True)
class QuarterFacts:
    """Facts from a quarter's log and confirmation that decide the next step."""

    standing: Standing
    only_downloaded: int = 0  # resources that were downloaded, and neither declared nor forwarded
    shared: int = 0  # resources that were declared or forwarded
    ended: bool = False  # the quarter is over


_VIEW_LOG = "View sharing log"
_SETTLED = {
    Standing.NO_RECORDS: NextStep(Step.RECORD, "The hub’s records begin after this quarter.", _VIEW_LOG),
    Standing.NOTHING_TO_SHARE: NextStep(Step.RECORD, "You confirmed that there was nothing to share.", _VIEW_LOG),
    Standing.NOT_DUE: NextStep(Step.RECORD, "Nothing is due for this quarter.", _VIEW_LOG),
    Standing.CONFIRMED: NextStep(Step.RECORD, "This quarter is confirmed. Thank you.", _VIEW_LOG),
}


def next_step(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    """Return the next step; people who may not confirm get one that they may do."""
    if facts.standing in _SETTLED:
        return _SETTLED[facts.standing]
    if facts.standing is Standing.SHARED:
        return _after_sharing(facts, may_confirm=may_confirm)
    if facts.standing is Standing.DOWNLOADED:
        return _after_downloading(facts, may_confirm=may_confirm)
    return _after_silence(facts, may_confirm=may_confirm)


def _after_sharing(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    sentence = f"You shared {_resources(facts.shared)}."
    if may_confirm:
        return NextStep(Step.CONFIRM, f"{sentence} Confirm the quarter in writing.", "Confirm quarter")
    return NextStep(Step.RECORD, f"{sentence} Your representative or alternate can confirm the quarter.", _VIEW_LOG)


def _after_downloading(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    them = "it" if facts.only_downloaded == 1 else "them"
    sentence = f"You downloaded {_resources(facts.only_downloaded)}. Did you share {them}?"
    if may_confirm:
        return NextStep(Step.CONFIRM, sentence, f"Yes, we shared {them}")
    return NextStep(Step.DECLARE, sentence, f"Yes, we shared {them}")


def _after_silence(facts: QuarterFacts, *, may_confirm: bool) -> NextStep:
    if not facts.ended:
        return NextStep(Step.SEARCH, "Nothing is logged yet. Find something worth sharing.", "Find resources")
    sentence = "Nothing was logged. Did you share anything?"
    if may_confirm:
        return NextStep(Step.CONFIRM, sentence, "Confirm quarter")
    return NextStep(Step.DECLARE, sentence, "Report sharing")


def _resources(count: int) -> str:
    return plural(count, "resource")

"""The ladder of evidence: what each entry of the log proves, the strongest first. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hub.sharing.rules.standing import Act


class Carrier(StrEnum):
    """What carried a forward, so far as the hub saw it."""

    HUB_MAIL = "hub-mail"  # the hub sent it
    LOG_ADDRESS = "log-address"  # a mail of the person's own was copied to the hub
    OPENING = "opening"  # someone opened a tracked link by their own act


class Rung(StrEnum):
    """A rung of the ladder; the order of the members is the order of strength, the strongest first."""

    CONFIRMED = "confirmed"
    HUB_MAIL = "hub-mail"
    LOG_ADDRESS = "log-address"
    OPENING = "opening"
    DECLARED = "declared"
    DOWNLOAD = "download"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return _WORDS[self][0]

    @property
    def proves(self) -> str:
        """What it proves, in a sentence."""
        return _WORDS[self][1]


_WORDS = {
    Rung.CONFIRMED: ("Confirmed", "The representative or alternate said so in writing."),
    Rung.HUB_MAIL: ("Hub mail", "The hub itself sent it."),
    Rung.LOG_ADDRESS: ("Log address", "A copy of the mail came to the hub."),
    Rung.OPENING: ("Opened by a person", "Somebody opened a shared link by their own act."),
    Rung.DECLARED: ("Declared", "Somebody of the organization says so."),
    Rung.DOWNLOAD: ("Downloaded", "It was taken out of the hub, which is not yet sharing."),
}
_OF_CARRIER = {
    Carrier.HUB_MAIL: Rung.HUB_MAIL,
    Carrier.LOG_ADDRESS: Rung.LOG_ADDRESS,
    Carrier.OPENING: Rung.OPENING,
}


_ACTS = {Rung.DECLARED: Act.DECLARED, Rung.DOWNLOAD: Act.DOWNLOAD}


class Carried(Protocol):
    """What the rule reads of a sharing event."""

    @property
    def act(self) -> Act:
        """What was done."""

    @property
    def carrier(self) -> Carrier | None:
        """What carried it, if it was a forward."""


@dataclass(frozen=True)
class RungCount:
    """How many entries stand on a rung."""

    rung: Rung
    count: int


def rung(act: Act, carrier: Carrier | None) -> Rung:
    """Return the rung of one act. A forward without a carrier is the opening of a link: at first nothing else was logged."""
    if act is Act.DOWNLOAD:
        return Rung.DOWNLOAD
    if act is Act.DECLARED:
        return Rung.DECLARED
    return _OF_CARRIER[carrier or Carrier.OPENING]


def rung_of(event: Carried) -> Rung:
    """Return the rung of one entry of the log."""
    return rung(event.act, event.carrier)


def ladder(events: Iterable[Carried], *, confirmed: bool) -> list[RungCount]:
    """Return every rung with how many of ``events`` (those that stand) are on it, the strongest first."""
    return ladder_of(Counter(rung_of(event) for event in events), confirmed=confirmed)


def ladder_of(counts: Mapping[Rung, int], *, confirmed: bool) -> list[RungCount]:
    """Return the same from counts; the top rung is reached when the confirmation that stands says that something was shared."""
    counts = {**counts, Rung.CONFIRMED: int(confirmed)}
    return [RungCount(one, counts.get(one, 0)) for one in Rung]


def acts_of(counts: Mapping[Rung, int]) -> Counter[Act]:
    """Return what the counts by rung add up to by act: every carrier's forwards together."""
    acts = Counter[Act]()
    for one, count in counts.items():
        if one is not Rung.CONFIRMED:
            acts[_ACTS.get(one, Act.FORWARD)] += count
    return acts

"""The ladder of evidence: what each log entry shows, strongest first. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hub.sharing.rules.standing import Act


class Carrier(StrEnum):
    """The channel through which the hub learned of a forward."""

    HUB_MAIL = "hub-mail"  # the hub sent it
    LOG_ADDRESS = "log-address"  # the person copied their own email to the hub
    OPENING = "opening"  # someone opened a share link and pressed a button


class Rung(StrEnum):
    """A rung of the ladder; the members are ordered by strength, strongest first."""

    CONFIRMED = "confirmed"
    HUB_MAIL = "hub-mail"
    LOG_ADDRESS = "log-address"
    OPENING = "opening"
    DECLARED = "declared"
    DOWNLOAD = "download"

    @property
    def label(self) -> str:
        """The name shown on pages and in reports."""
        return _TEXTS[self][0]

    @property
    def explanation(self) -> str:
        """A phrase that says what it shows."""
        return _TEXTS[self][1]


_TEXTS = {
    Rung.CONFIRMED: ("Confirmed", "Written confirmation by the representative or alternate"),
    Rung.HUB_MAIL: ("Hub email", "Email sent by the hub"),
    Rung.LOG_ADDRESS: ("Log address", "Copy of an email sent to the log address"),
    Rung.OPENING: ("Opened by a person", "Share link or pack that someone opened"),
    Rung.DECLARED: ("Reported", "Report by someone at the organization"),
    Rung.DOWNLOAD: ("Downloaded", "Download by someone at the organization, which alone isn’t sharing"),
}
_RUNG_OF_CARRIER = {
    Carrier.HUB_MAIL: Rung.HUB_MAIL,
    Carrier.LOG_ADDRESS: Rung.LOG_ADDRESS,
    Carrier.OPENING: Rung.OPENING,
}


_ACT_OF_RUNG = {Rung.DECLARED: Act.DECLARED, Rung.DOWNLOAD: Act.DOWNLOAD}


class EvidenceFacts(Protocol):
    """The columns of a sharing event that determine its rung."""

    @property
    def act(self) -> Act:
        """The act, such as a download."""

    @property
    def carrier(self) -> Carrier | None:
        """The carrier of a forward."""


@dataclass(frozen=True)
class RungCount:
    """The number of entries on a rung."""

    rung: Rung
    count: int


def rung(act: Act, carrier: Carrier | None) -> Rung:
    """Return the rung of an act. Old forwards have no carrier; all of them are opened links."""
    if act is Act.DOWNLOAD:
        return Rung.DOWNLOAD
    if act is Act.DECLARED:
        return Rung.DECLARED
    return _RUNG_OF_CARRIER[carrier or Carrier.OPENING]


def rung_of(event: EvidenceFacts) -> Rung:
    """Return the rung of a log entry."""
    return rung(event.act, event.carrier)


def ladder(events: Iterable[EvidenceFacts], *, confirmed: bool) -> list[RungCount]:
    """Return every rung with its number of ``events`` (current ones only), strongest first."""
    return ladder_of(Counter(rung_of(event) for event in events), confirmed=confirmed)


def ladder_of(counts: Mapping[Rung, int], *, confirmed: bool) -> list[RungCount]:
    """Return every rung with its count, like `ladder`, from counts by rung.

    ``confirmed`` is True if the last confirmation says that something was shared.
    """
    counts = {**counts, Rung.CONFIRMED: int(confirmed)}
    return [RungCount(step, counts.get(step, 0)) for step in Rung]


def acts_of(counts: Mapping[Rung, int]) -> Counter[Act]:
    """Return the counts by act, with the forwards of all carriers added up."""
    acts = Counter[Act]()
    for step, count in counts.items():
        if step is not Rung.CONFIRMED:
            acts[_ACT_OF_RUNG.get(step, Act.FORWARD)] += count
    return acts

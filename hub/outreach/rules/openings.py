"""Evidence of openings. Scanners fetch every link, so only pressing a button counts. Pure."""

from collections.abc import Collection
from enum import StrEnum


class Trace(StrEnum):
    """An action that a person took on a pack's page."""

    OPENED = "opened"
    DOWNLOADED = "downloaded"
    USEFUL = "useful"
    NOT_FOR_ME = "not_for_me"
    QUESTION = "question"

    @property
    def label(self) -> str:
        """The words shown on screens."""
        return {"not_for_me": "Not for me", "question": "Asked a question"}.get(self.value, self.value.capitalize())


# What recipients can say about an item; the last answer counts.
OPINIONS = frozenset({Trace.USEFUL, Trace.NOT_FOR_ME})


class Seen(StrEnum):
    """The strongest evidence about a recipient's link."""

    DOWNLOADED = "downloaded"
    PERSON = "person"
    MACHINE = "machine"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        """The words shown on screens."""
        return SEEN_LABELS[self]


SEEN_LABELS = {
    Seen.DOWNLOADED: "Downloaded",
    Seen.PERSON: "Opened by a person",
    Seen.MACHINE: "Opened by a scanner or unknown",
    Seen.NOTHING: "Not opened",
}


def seen(acts: Collection[Trace], fetches: int) -> Seen:
    """Return the strongest evidence of a link: any action is by a person, a fetch alone by a scanner or unknown.

    Mail scanners open every link of every message, so a fetch is never evidence of a person.
    """
    if Trace.DOWNLOADED in acts:
        return Seen.DOWNLOADED
    if acts:
        return Seen.PERSON
    return Seen.MACHINE if fetches else Seen.NOTHING

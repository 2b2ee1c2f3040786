"""What an opening proves: machines fetch every link, so only what a person does by a button counts. Pure."""

from collections.abc import Collection
from enum import StrEnum


class Trace(StrEnum):
    """What someone did with a link by an act of their own."""

    OPENED = "opened"
    DOWNLOADED = "downloaded"
    USEFUL = "useful"
    NOT_FOR_ME = "not_for_me"
    QUESTION = "question"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"not_for_me": "Not for me", "question": "Asked a question"}.get(self.value, self.value.capitalize())


# What a recipient says of one item; the last word stands.
OPINIONS = frozenset({Trace.USEFUL, Trace.NOT_FOR_ME})


class Seen(StrEnum):
    """The most that is known of a recipient's link."""

    DOWNLOADED = "downloaded"
    PERSON = "person"
    MACHINE = "machine"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return SEEN_LABELS[self]


SEEN_LABELS = {
    Seen.DOWNLOADED: "Downloaded",
    Seen.PERSON: "Opened by a person",
    Seen.MACHINE: "Opened by a scanner or unknown",
    Seen.NOTHING: "Not opened",
}


def seen(acts: Collection[Trace], fetches: int) -> Seen:
    """Return what a link's traces prove: any act is a person's, a fetch alone is a machine's or unknown.

    Mail scanners open every link of every message, so a fetch never proves that someone looked.
    """
    if Trace.DOWNLOADED in acts:
        return Seen.DOWNLOADED
    if acts:
        return Seen.PERSON
    return Seen.MACHINE if fetches else Seen.NOTHING

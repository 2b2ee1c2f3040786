"""What is said of pages that are pictures, before and after text recognition. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.library.extract.pages import listed
from hub.library.extract.problems import ONLY_PICTURES
from hub.library.rules import PageKind, State

# Of pages just above this, 3 words in 10 are wrong: `python -m bench recognition`.
UNCERTAIN_BELOW = 60
NOTES = {
    "waiting": "The text in this picture hasn’t been read.",
    "read": "Read from the picture by text recognition. Confidence: {confidence}%.",
    "nothing": "No text was found in this picture.",
    "failed": "The text in this picture couldn’t be read.",
}
UNCERTAIN = " This text is uncertain, so compare it with the picture."


class Reading(StrEnum):
    """How far text recognition of a page is."""

    WAITING = "waiting"
    READ = "read"
    NOTHING = "nothing"  # it shows something, but no text was found
    FAILED = "failed"


@dataclass(frozen=True)
class PicturePage:
    """A page that is a picture."""

    number: int
    reading: Reading

    @property
    def is_waiting(self) -> bool:
        """True if it is yet to be recognized."""
        return self.reading is Reading.WAITING


def reading_of(confidence: int | None, *, has_text: bool, has_places: bool) -> Reading:
    """Return how far a picture page is, by what is stored of it.

    Tried pages have a confidence; those in which nothing was found have an empty list of places, and failed ones none.
    """
    if confidence is None:
        return Reading.WAITING
    if has_text:
        return Reading.READ
    return Reading.NOTHING if has_places else Reading.FAILED


def note_on(reading: Reading, confidence: int | None) -> str:
    """Return the sentences beside the text of a page that is a picture."""
    is_uncertain = reading is Reading.READ and (confidence or 0) < UNCERTAIN_BELOW
    return NOTES[reading].format(confidence=confidence) + (UNCERTAIN if is_uncertain else "")


def sentences(kind: PageKind, pages: Sequence[PicturePage], *, is_all: bool) -> list[str]:
    """Return a sentence for each group of pages whose text isn't read. `is_all`: the file has no other text."""
    groups = {reading: [page.number for page in pages if page.reading is reading] for reading in Reading}
    waiting, nothing, failed = groups[Reading.WAITING], groups[Reading.NOTHING], groups[Reading.FAILED]
    given: list[str] = []
    if waiting and is_all and len(waiting) == len(pages):
        given.append(ONLY_PICTURES.sentence.format(kind=kind.value))
    elif waiting:
        given.append(pictures_sentence(kind, waiting))
    if nothing:
        given.append(f"No text was found in the {pictures_on(kind, nothing)}.")
    if failed:
        given.append(f"The text in the {pictures_on(kind, failed)} couldn’t be read.")
    return given


def pictures_on(kind: PageKind, numbers: Sequence[int]) -> str:
    """Return which pictures these are: "picture on page 3", "pictures on pages 2 to 4"."""
    return f"picture{'' if len(numbers) == 1 else 's'} on {listed(kind, numbers)}"


def pictures_sentence(kind: PageKind, numbers: Sequence[int]) -> str:
    """Return the sentence on pages that are pictures: "Pages 2 to 4 are pictures without text."."""
    which = listed(kind, numbers).capitalize()
    return f"{which} is a picture without text." if len(numbers) == 1 else f"{which} are pictures without text."


def restated(
    unread: Sequence[str], kind: PageKind, before: Sequence[PicturePage], after: Sequence[PicturePage]
) -> tuple[State, list[str]]:
    """Return the state of a file and what of it isn't read, after some of its picture pages were recognized.

    `unread` is what was said before; `before` and `after` are its picture pages then and now.
    """
    former = {sentence for is_all in (True, False) for sentence in sentences(kind, before, is_all=is_all)}
    others = [sentence for sentence in unread if sentence not in former]
    left = [*sentences(kind, after, is_all=False), *others]
    return (State.PARTIAL if left else State.OK), left

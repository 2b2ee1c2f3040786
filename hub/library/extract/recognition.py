"""Recognized text: from Tesseract's table of words to a page's text, its confidence and the places of its words. Pure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from typing import Any

from hub.library.extract.limits import Limits
from hub.library.extract.pages import clean, one_line

THOUSAND = 1_000
MOST_WORDS = 20_000
WORD_LENGTH = 200
COLUMNS = 12
PAGE_ROW, WORD_ROW = "1", "5"
# Tesseract gives each word a confidence of 0 to 100. Specks, lines and photos give short words with low ones.
# Without a single word with this confidence and number of letters, what was found is taken for none.
SURE_CONFIDENCE, SURE_LETTERS = 60.0, 3
SIGN_CONFIDENCE = 60.0  # of a word without letters and digits, such as a dash
# What the helper sends in place of a picture that shows nothing.
BLANK = b"blank"

Place = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Word:
    """A word in a picture: its line, its confidence, and its place in thousandths of the picture's width and height."""

    text: str
    confidence: float
    line: tuple[int, int, int]  # block, paragraph, line
    left: int
    top: int
    width: int
    height: int

    @property
    def letters(self) -> int:
        """The number of letters and digits."""
        return sum(map(str.isalnum, self.text))


@dataclass(frozen=True)
class Recognition:
    """What was read from a picture; without text if nothing was found.

    `also_searched` has words as they are divided at the ends of lines; `places` are words with left, top, width and
    height in thousandths.
    """

    text: str
    also_searched: str
    confidence: int
    places: tuple[Place, ...]


NOTHING = Recognition("", "", 0, ())


def parse_table(table: str) -> Iterator[Word]:
    """Yield the words of Tesseract's TSV; malformed rows are skipped, since Tesseract read an untrusted picture."""
    width = height = 1
    for line in table.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) != COLUMNS:
            continue
        try:
            place = [int(cell) for cell in cells[2:10]]
            confidence = float(cells[10])
        except ValueError:
            continue
        block, paragraph, row, _, left, top, wide, high = place
        if cells[0] == PAGE_ROW:
            width, height = max(wide, 1), max(high, 1)
        elif cells[0] == WORD_ROW and cells[11].strip():
            in_thousandths = (share(left, width), share(top, height), share(wide, width), share(high, height))
            yield Word(one_line(cells[11], WORD_LENGTH), confidence, (block, paragraph, row), *in_thousandths)


def share(part: int, whole: int) -> int:
    """Return a length in thousandths of another."""
    return min(max(round(part * THOUSAND / whole), 0), THOUSAND)


def recognition_of(words: Iterable[Word]) -> Recognition:
    """Return the text of the words, without those that are probably none."""
    kept = [word for word in words if is_word(word)][:MOST_WORDS]
    if not any(word.confidence >= SURE_CONFIDENCE and word.letters >= SURE_LETTERS for word in kept):
        return NOTHING
    lines = [list(line) for _, line in groupby(kept, key=lambda word: word.line)]
    divided = [is_divided(line, following) for line, following in pairwise(lines)] + [False]
    text, whole_words = "", []
    places = [[place_of(word) for word in line] for line in lines]
    for index, line in enumerate(lines):
        text += " ".join(word.text for word in line)
        if divided[index]:
            text = text.removesuffix("-")
            first, second = line[-1].text.removesuffix("-"), lines[index + 1][0].text
            whole_words.append(f"{first}-{second}")
            # Both halves stand for the word as the page's text has it.
            places[index][-1] = (first + second, *places[index][-1][1:])
            places[index + 1][0] = (first + second, *places[index + 1][0][1:])
        elif index + 1 < len(lines):
            text += "\n" if line[0].line[:2] == lines[index + 1][0].line[:2] else "\n\n"
    letters = sum(word.letters for word in kept) or 1
    confidence = sum(word.confidence * word.letters for word in kept) / letters
    flat = tuple(place for line in places for place in line)
    return Recognition(text, " ".join(whole_words), min(max(round(confidence), 1), 100), flat)


def is_word(word: Word) -> bool:
    """Return True if this is probably a word, and not a speck or a line of a drawing."""
    return word.letters > 0 or word.confidence >= SIGN_CONFIDENCE


def is_divided(line: list[Word], following: list[Word]) -> bool:
    """Return True if the last word of a line continues in the next line of the same paragraph."""
    last, first = line[-1].text, following[0].text
    is_same = line[-1].line[:2] == following[0].line[:2]
    return is_same and len(last) > 1 and last[-1] == "-" and last[-2].isalpha() and first[0].islower()


def place_of(word: Word) -> Place:
    """Return the word with its place."""
    return word.text, word.left, word.top, word.width, word.height


def as_json(recognition: Recognition) -> bytes:
    """Return a recognition as the helper sends it."""
    return json.dumps(asdict(recognition), ensure_ascii=False).encode("utf-8", "replace")


def from_json(content: bytes, limits: Limits) -> Recognition | None:
    """Return a received recognition within the limits; None if it is malformed."""
    try:
        entry = json.loads(content)
        most = limits.page_characters
        text, also_searched = clean(entry["text"])[:most], clean(entry["also_searched"])[:most]
        places = tuple(parse_place(place) for place in entry["places"][:MOST_WORDS])
        confidence = min(max(int(entry["confidence"]), 1), 100)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    return Recognition(text, also_searched, confidence, places) if text else NOTHING


def places_from_json(content: str) -> tuple[Place, ...]:
    """Return the stored places of words; none if they can't be read."""
    try:
        return tuple(parse_place(place) for place in json.loads(content or "[]"))
    except (ValueError, TypeError):
        return ()


def parse_place(entry: Any) -> Place:
    """Return a received place; a malformed one raises ValueError or TypeError."""
    word, *sides = entry
    left, top, width, height = (min(max(int(side), 0), THOUSAND) for side in sides)
    return one_line(word, WORD_LENGTH), left, top, width, height

"""Arabic and Hebrew in PDFs: letters and words in the order in which they are read.

PDFium reverses lines of these scripts, with two mistakes, both corrected here by the places of the letters on
the page: the letters of a ligature stay in the wrong order, and so do the words of one script inside a line of the other.
"""

import ctypes
import re
from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LETTERS = re.compile("[\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3]{2,}")
WORD = re.compile(r"\S+")
MOST_LETTERS = 50_000
SAME_PLACE = 0.01
SAME_LINE = 2.0
LONGEST_LIGATURE = 4

Word = tuple[int, str]


def in_reading_order(page: pypdfium2.PdfTextPage, text: str) -> str:
    """Return the page's text, from its beginning, with these scripts in reading order."""
    if text.isascii() or len(text) > MOST_LETTERS or not RIGHT_TO_LEFT.search(text):
        return text
    places = Places(page)
    pieces: list[str] = []
    end = 0
    for line in re.finditer(r"[^\r\n]+", text):
        pieces += [text[end : line.start()], line_in_order(places, line.group(), line.start())]
        end = line.end()
    return "".join([*pieces, text[end:]])


class Places:
    """The places of a page's letters."""

    def __init__(self, page: pypdfium2.PdfTextPage) -> None:
        """Look in that page."""
        self.page = page
        self.x, self.y = ctypes.c_double(), ctypes.c_double()

    def of(self, index: int) -> tuple[float, float]:
        """Return where the letter at an index of the text begins, in points from the lower left corner."""
        character = raw.FPDFText_GetCharIndexFromTextIndex(self.page, index)
        raw.FPDFText_GetCharOrigin(self.page, character, self.x, self.y)
        return self.x.value, self.y.value


def line_in_order(places: Places, line: str, start: int) -> str:
    """Return a line in reading order; it begins at the index `start` of the page's text."""
    if not RIGHT_TO_LEFT.search(line):
        return line
    line = LETTERS.sub(lambda letters: ligatures_turned(places, letters.group(), start + letters.start()), line)
    words = [(match.start(), match.group()) for match in WORD.finditer(line)]
    scripts = [script_of(word) for _, word in words]
    if not {"left", "right"} <= set(scripts):
        return line
    for first, last in runs(scripts):
        run = words[first : last + 1]
        if sorted_run := in_order(places, run, start, from_right=scripts[first] == "right"):
            from_place, to_place = run[0][0], run[-1][0] + len(run[-1][1])
            line = line[:from_place] + " ".join(sorted_run).ljust(to_place - from_place) + line[to_place:]
    return line


def ligatures_turned(places: Places, letters: str, start: int) -> str:
    """Return letters with those of each ligature turned around: they are all in one place."""
    groups: list[str] = []
    last = None
    for index, letter in enumerate(letters):
        place = places.of(start + index)
        if last is not None and abs(place[0] - last[0]) < SAME_PLACE and abs(place[1] - last[1]) < SAME_PLACE:
            groups[-1] = letter + groups[-1]
        else:
            groups.append(letter)
        last = place
    # Longer groups aren't ligatures, but letters of a font without widths.
    return letters if max(map(len, groups)) > LONGEST_LIGATURE else "".join(groups)


def script_of(word: str) -> str:
    """Return from which side a word is read; "" for numbers and signs."""
    if RIGHT_TO_LEFT.search(word):
        return "right"
    return "left" if any(map(str.isalpha, word)) else ""


def runs(scripts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of the first and last words of runs of one script, which can have numbers between them."""
    first = last = None
    for place, script in enumerate([*scripts, "end"]):
        if not script:
            continue
        if first is not None and last is not None and script != scripts[first]:
            if last > first:
                yield first, last
            first = None
        first, last = (place if first is None else first), place


def in_order(places: Places, run: list[Word], start: int, *, from_right: bool) -> list[str]:
    """Return the words of a run by their places on the line; [] if they are in order, or not on one line."""
    placed = [(places.of(start + index), word) for index, word in run]
    level = placed[0][0][1]
    if any(abs(y - level) > SAME_LINE for (_, y), _ in placed):
        return []
    ordered = sorted(placed, key=lambda entry: entry[0][0], reverse=from_right)
    return [] if ordered == placed else [word for _, word in ordered]

"""Headings of a PDF's pages by the size of their letters, for pages that no bookmark names.

A few letters of each page are measured, one in a line, since measuring takes longer than reading them.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from hub.library.extract.hyphens import readings

LINE = re.compile(r"[^\r\n]*\S[^\r\n]*")
# Lines that are measured: all of a page with few, otherwise the first and some of the others.
FEW_LINES, FIRST_LINES, OTHER_LINES = 20, 10, 10
MOST_LOOKED_AT = 600
# A heading is this many times as large as the other text; less is enough for one in another font, such as a bold one.
LARGER, LARGER_IN_ANOTHER_FONT = 1.2, 1.08
LONGEST_NAME = 100  # bytes of a font's name
SAME_SIZE = 0.04
MANY_LINES, OWN_SIZES = 8, 0.6
TOP = 0.45  # of the page's height
LONGEST, MOST_LINES, FEWEST_LETTERS = 180, 4, 3
LETTER = re.compile(r"[^\W\d_]")
NO_HEADING = re.compile(r"=|[,;…]$|(?<![A-Z])\.$|^[\d\s./:–-]*$|@|https?:|www\.", re.IGNORECASE)
OPENING = "\"'“‘«([¿¡$#&*§•"
NUMBERS_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@dataclass(frozen=True)
class Measured:
    """A line of a page: its text, the index of a letter in it, and that letter's size in points."""

    text: str
    letter: int
    size: float


class Headings:
    """The headings of one document's pages, read in order."""

    def __init__(self) -> None:
        """Start before the first page."""
        self.pages = 0
        self.seen: Counter[str] = Counter()

    def of(self, page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, text: str) -> str:
        """Return the heading of the next page, whose text begins with ``text``; "" if it has none, or only the
        running one that nearly all pages before it have.
        """
        self.pages += 1
        lines = list(measured(text_page, text))
        if is_recognized(lines):
            return ""
        tops = [(run, line) for run, line in candidates(text_page, lines) if is_near_top(page, text_page, run[0])]
        new = [(run, line) for run, line in tops if not self.is_running(line)]
        self.seen.update({NUMBERS_AROUND.sub("", line) for _, line in tops})
        if not new:
            return ""
        return max(new, key=lambda candidate: (round(candidate[0][0].size), -candidate[0][0].letter))[1]

    def is_running(self, line: str) -> bool:
        """Return True if nearly all earlier pages have the line at their top too."""
        times = self.seen[NUMBERS_AROUND.sub("", line)]
        return times >= max(1, min(self.pages - 1, max(2, self.pages - 2)))


def measured(text_page: pypdfium2.PdfTextPage, text: str) -> Iterator[Measured]:
    """Yield some of the lines of a page, with their sizes."""
    matrix = raw.FS_MATRIX()
    reference = ctypes.byref(matrix)
    for line in chosen(list(LINE.finditer(text[: MOST_LOOKED_AT * 100]))):
        letters = line.group()
        at = len(letters) // 2
        while letters[at].isspace():
            at -= 1
        letter = raw.FPDFText_GetCharIndexFromTextIndex(text_page, line.start() + at)
        if letter >= 0 and raw.FPDFText_GetMatrix(text_page, letter, reference):
            size = raw.FPDFText_GetFontSize(text_page, letter) * (matrix.c**2 + matrix.d**2) ** 0.5
            yield Measured(letters.strip(), letter, size)


def chosen(lines: Sequence[re.Match[str]]) -> Sequence[re.Match[str]]:
    """Return the lines to measure."""
    if len(lines) <= FEW_LINES:
        return lines
    others = lines[FIRST_LINES:MOST_LOOKED_AT]
    return [*lines[:FIRST_LINES], *others[:: max(1, len(others) // OTHER_LINES)]]


def is_sentence(text: str) -> bool:
    """Return True if a line reads like a part of a sentence, a formula, an address or a page number."""
    return not (text[0].isalnum() or text[0] in OPENING) or text[0].islower() or NO_HEADING.search(text) is not None


def is_recognized(lines: Sequence[Measured]) -> bool:
    """Return True if the text is probably a scanner's: nearly each of its lines has a size of its own."""
    return len(lines) >= MANY_LINES and len({round(line.size, 1) for line in lines}) > len(lines) * OWN_SIZES


def candidates(text_page: pypdfium2.PdfTextPage, lines: Sequence[Measured]) -> Iterator[tuple[list[Measured], str]]:
    """Yield the lines that are larger than the others, those of one heading together, with their text."""
    smallest = min((line.size for line in lines), default=0.0)
    first = 0
    for run in runs(lines):
        first, begin = first + len(run), first
        if len(run) > MOST_LINES or len(run) == len(lines) or run[0].size < smallest * LARGER_IN_ANOTHER_FONT:
            continue
        others = [*lines[:begin], *lines[first:]]
        text = " ".join(line.text for line in run)
        if len(text) > LONGEST:
            continue
        body = body_size(others)
        if (
            run[0].size < body * LARGER_IN_ANOTHER_FONT
            or len(LETTER.findall(text)) < FEWEST_LETTERS
            or is_sentence(text)
        ):
            continue
        if run[0].size >= body * LARGER or in_another_font(text_page, run, others):
            yield run, readings(text)[0]


def runs(lines: Sequence[Measured]) -> Iterator[list[Measured]]:
    """Yield the lines in groups of the same size."""
    group: list[Measured] = []
    for line in lines:
        if group and abs(line.size - group[-1].size) > SAME_SIZE * group[-1].size:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def body_size(lines: Sequence[Measured]) -> float:
    """Return the size that half of the letters don't exceed."""
    by_size = sorted(lines, key=lambda line: line.size)
    half, count = sum(len(line.text) for line in by_size) / 2, 0
    for line in by_size:
        count += len(line.text)
        if count >= half:
            return line.size
    return 0.0


def in_another_font(text_page: pypdfium2.PdfTextPage, run: Sequence[Measured], others: Sequence[Measured]) -> bool:
    """Return True if the first line of a heading is in another font than the other text."""
    body = body_size(others)
    usual = min(others, key=lambda line: (abs(line.size - body), -len(line.text)))
    return font_of(text_page, run[0]) != font_of(text_page, usual)


def font_of(text_page: pypdfium2.PdfTextPage, line: Measured) -> bytes:
    """Return the name of the font of a line; empty if it is unknown."""
    name = ctypes.create_string_buffer(LONGEST_NAME)
    raw.FPDFText_GetFontInfo(text_page, line.letter, name, LONGEST_NAME, None)
    return name.value


def is_near_top(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, line: Measured) -> bool:
    """Return True if a line is in the upper part of the page."""
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text_page, line.letter, x, y)
    _, bottom, _, top = page.get_bbox()
    return bool(y.value >= top - (top - bottom) * TOP)

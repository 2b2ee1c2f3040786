"""Columns of a PDF's page that were drawn line by line, across all columns, put back into reading order.

Most programs draw one column after the other; PDFium gives the text in the order in which it was drawn. A page is
changed only where the gap between columns is sure, the lines in each column continue one another, and no character
would be lost. Tables stay as they are: their cells don't continue in the next line.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from statistics import median

import pypdfium2
from pypdfium2 import raw

MOST_RECTANGLES = 3_000
MOST_COLUMNS = 3
MOST_BLOCKS = 50
MOST_LETTERS = 20_000
FEWEST_LINES = 3
# In heights of a line: the gap between words at most, the gap between columns at least, and so on.
WORD_GAP = 0.9
SAME_LINE = 0.5
COLUMN_GAP = 0.7
NARROWEST = 9.0
LINE_DISTANCE = 3.5
# The share of lines in a column that begin with a small letter.
CONTINUED = 0.4
EDGE = 1.0
# Of lines that are looked at for gaps: their length in characters, how many, and how many must have one.
LINE = re.compile(r"[^\r\n]+")
LONG_LINE = 40
SAMPLED_LINES = 3
FEWEST_WITH_GAPS = 2
WIDE_SPACE = 1.5


@dataclass(frozen=True)
class Box:
    """A piece of a line, in points from the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        """Its height."""
        return self.top - self.bottom

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Its edges in PDFium's order: left, bottom, right, top."""
        return self.left, self.bottom, self.right, self.top


Line = list[Box]
Rectangle = tuple[float, float, float, float]  # left, bottom, right, top


@dataclass
class Block:
    """Lines in columns, and the gaps between the columns."""

    lines: list[Line]
    gaps: list[tuple[float, float]]

    def admits(self, line: Line) -> bool:
        """Add a line if it is in the same columns; returns False if it isn't."""
        height = median(box.height for box in line)
        above = self.lines[-1][0]
        if above.bottom - line[0].top > LINE_DISTANCE * height or line[0].top > above.top:
            return False
        gaps = narrowed(self.gaps, line)
        if any(right - left < COLUMN_GAP * height for left, right in gaps):
            return False
        self.lines.append(line)
        self.gaps = gaps
        return True

    def widths(self, place: int) -> list[float]:
        """Return how wide the lines of a column are."""
        edges = [float("-inf"), *((left + right) / 2 for left, right in self.gaps), float("inf")]
        inside = ([box for box in line if edges[place] <= box.left < edges[place + 1]] for line in self.lines)
        return [max(box.right for box in boxes) - min(box.left for box in boxes) for boxes in inside if boxes]


def narrowed(gaps: list[tuple[float, float]], line: Line) -> list[tuple[float, float]]:
    """Return what a line leaves of the gaps between columns."""
    for box in line:
        kept = []
        for left, right in gaps:
            if box.left > (left + right) / 2:
                kept.append((left, min(right, box.left)))
            else:
                kept.append((max(left, box.right), right))
        gaps = kept
    return gaps


def in_columns(page: pypdfium2.PdfTextPage, text: str) -> str:
    """Return the page's text with columns one after the other where it has some."""
    many = page.count_rects()
    if not FEWEST_LINES <= many < MOST_RECTANGLES:
        return text
    pieces = rectangles(page, many)
    if wide_gaps(pieces) < FEWEST_LINES:
        # Some programs draw a line across all columns as one piece, with gaps in it.
        pieces = by_letters(page, len(text)) if len(text) <= MOST_LETTERS and has_wide_spaces(page, text) else []
    if wide_gaps(pieces) < FEWEST_LINES:
        return text
    for block in list(islice(blocks(lines(pieces)), MOST_BLOCKS)):
        text = reordered(page, block, text)
    return text


def rectangles(page: pypdfium2.PdfTextPage, many: int) -> list[Rectangle]:
    """Return the places of the page's pieces of text, in the order in which they were drawn."""
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    places = [ctypes.byref(number) for number in (left, top, right, bottom)]
    return [
        (left.value, bottom.value, right.value, top.value)
        for place in range(many)
        if raw.FPDFText_GetRect(page, place, *places) and top.value > bottom.value
    ]


def has_wide_spaces(page: pypdfium2.PdfTextPage, text: str) -> bool:
    """Return True if lines seem to have a wide gap where the text has a space. Looks at a few long lines only."""
    long_lines = [line for line in LINE.finditer(text) if line.end() - line.start() >= LONG_LINE]
    step = max(len(long_lines) // SAMPLED_LINES, 1)
    sample = long_lines[step // 2 :: step][:SAMPLED_LINES]
    return sum(any(wide_spaces(page, line)) for line in sample) >= FEWEST_WITH_GAPS


def wide_spaces(page: pypdfium2.PdfTextPage, line: re.Match[str]) -> Iterator[bool]:
    """Yield for each space in a line whether it is a wide gap."""
    for place in range(line.start() + 1, line.end() - 1):
        if line.string[place] == " ":
            before, after = letter_box(page, place - 1), letter_box(page, place + 1)
            yield before is not None and after is not None and after[0] - before[2] > WIDE_SPACE * before[3]


def letter_box(page: pypdfium2.PdfTextPage, place: int) -> Rectangle | None:
    """Return where a letter is by its index in the text: left, base line, right, and its font's size; or None."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    index = raw.FPDFText_GetCharIndexFromTextIndex(page, place)
    if not raw.FPDFText_GetCharBox(page, index, left, right, bottom, top):
        return None
    raw.FPDFText_GetCharOrigin(page, index, top, bottom)
    return left.value, bottom.value, right.value, raw.FPDFText_GetFontSize(page, index)


def by_letters(page: pypdfium2.PdfTextPage, count: int) -> list[Rectangle]:
    """Return the places of pieces of text without wide gaps, from the places of the letters."""
    pieces: list[Rectangle] = []
    for place in range(count):
        letter = letter_box(page, place)
        if letter is None or letter[0] == letter[2]:
            continue
        left, bottom, right, size = letter
        last = pieces[-1] if pieces else None
        gap = left - last[2] if last else 0.0
        if last is None or not -size < gap < WORD_GAP * size or abs(bottom - last[1]) > SAME_LINE * size:
            pieces.append((left, bottom, right, bottom + size))
        else:
            pieces[-1] = (last[0], min(bottom, last[1]), max(right, last[2]), max(bottom + size, last[3]))
    return pieces


def usual_height(pieces: list[Rectangle]) -> float:
    """Return the height of pieces with tall letters; those without are lower than their font."""
    heights = sorted(top - bottom for _, bottom, _, top in pieces)
    return heights[len(heights) * 3 // 4] if heights else 0.0


def wide_gaps(pieces: list[Rectangle]) -> int:
    """Return how many wide gaps there are between pieces of one line. A quick look, since most pages have no columns."""
    count, widest = 0, WORD_GAP * usual_height(pieces)
    for (_, bottom, right, top), (next_left, next_bottom, _, next_top) in pairwise(pieces):
        if next_left - right > widest and min(top, next_top) > max(bottom, next_bottom):
            count += 1
    return count


def lines(pieces: list[Rectangle]) -> list[Line]:
    """Return the page's lines in the order in which they were drawn, in pieces with wide gaps between them."""
    result: list[Line] = []
    last: Rectangle | None = None
    widest = WORD_GAP * usual_height(pieces)
    for piece in pieces:
        left, bottom, right, top = piece
        if last is None:
            result.append([])
        else:
            gap, lower = left - last[2], min(top - bottom, last[3] - last[1])
            shared = min(top, last[3]) - max(bottom, last[1])
            if shared > SAME_LINE * lower and left >= last[0] and gap <= widest:
                last = (last[0], min(bottom, last[1]), max(right, last[2]), max(top, last[3]))
                continue
            result[-1].append(Box(*last))
            if shared <= SAME_LINE * lower or left < last[0]:
                result.append([])
        last = piece
    if last is not None:
        result[-1].append(Box(*last))
    return result


def blocks(all_lines: list[Line]) -> Iterator[Block]:
    """Yield the runs of lines that seem to be in columns."""
    block: Block | None = None
    for line in all_lines:
        if block is not None and block.admits(line):
            continue
        if block is not None and is_wide(block):
            yield block
        gaps = [(left.right, right.left) for left, right in pairwise(line)]
        block = Block([line], gaps) if 1 < len(line) <= MOST_COLUMNS else None
    if block is not None and is_wide(block):
        yield block


def is_wide(block: Block) -> bool:
    """Return True if enough lines have all columns, and each column is wide enough for sentences."""
    columns = len(block.gaps) + 1
    if sum(len(line) >= columns for line in block.lines) < FEWEST_LINES:
        return False
    height = median(box.height for line in block.lines for box in line)
    return all(median(block.widths(place)) >= NARROWEST * height for place in range(columns))


def reordered(page: pypdfium2.PdfTextPage, block: Block, text: str) -> str:
    """Return the text with the block's columns one after the other; unchanged if they don't hold sentences."""
    boxes = [box for line in block.lines for box in line]
    top, bottom = max(box.top for box in boxes) - EDGE, min(box.bottom for box in boxes) + EDGE
    sides = [min(box.left for box in boxes) - EDGE, *((left + right) / 2 for left, right in block.gaps)]
    sides.append(max(box.right for box in boxes) + EDGE)
    columns = [page.get_text_bounded(left, bottom, right, top) for left, right in pairwise(sides)]
    if not all(map(continues, columns)):
        return text
    first, last = (page.get_text_bounded(*box.edges).strip() for box in (boxes[0], boxes[-1]))
    start, end = text.find(first), text.rfind(last) + len(last)
    before = text[start:end] if 0 <= start < end else ""
    after = "\r\n".join("\r\n".join(map(str.strip, column.splitlines())) for column in columns)
    if not before or sorted("".join(before.split())) != sorted("".join(after.split())):
        return text
    return text[:start] + after + text[end:]


def continues(column: str) -> bool:
    """Return True if the lines of a column continue one another, as in sentences."""
    starts = [line.lstrip()[:1] for line in column.split("\n") if line.strip()][1:]
    return sum(start.islower() for start in starts) > CONTINUED * len(starts)

"""The numbered points of an update: which lines begin one, and which of them are its outer level.

Programs write the number in many ways: `1.`, `2)` or `(3)`, bold or not, in a heading, in a paragraph or a table cell
of its own. People leave numbers out, so they may skip, but they never restart: then it is several lists.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+(?P<words>.*))?$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# With a period or in parentheses; the text may follow without a space if the number is in bold.
NUMBERED = re.compile(
    r"(?P<indent>[ \t]{0,8})(?:(?P<level>#{1,6})[ \t]+)?(?P<opened>[*_]{0,3})"
    r"(?:(?P<number>\d{1,3})(?P<early>[*_]{0,3})[.)]|\((?P<in_parentheses>\d{1,3})\))(?P<closed>[*_]{0,3})"
    r"(?:\s+(?P<rest>\S.*)|(?P<directly>(?<=[.)*_])[^\W\d_a-z].*))?$"
)
# Editors leave characters without width around numbers.
UNSEEN = re.compile("[\u200b-\u200d\u2060\ufeff]")
# A number alone in bold, in a heading, or in the first of two cells.
BARE = re.compile(
    r"(?P<indent>[ \t]{0,8})(?:(?P<level>#{1,6})[ \t]+(?P<number>\d{1,3})"
    r"|\*\*(?P<in_bold>\d{1,3})\*\*(?:\s+(?P<rest>\S.*))?"
    r"|(?P<in_cell>\d{1,3})\t(?P<cell>[^\t]*[^\W\d_][^\t]*))$"
)
# The end of a line that isn't broken in the middle of a sentence, after which a number would be one of its words.
SENTENCE_ENDS = (".", "!", "?", ":", ";", ")", "”", '"', "*")
SHORT_LINE = 60

FEWEST_POINTS = 3


@dataclass(frozen=True)
class Point:
    """The first line of a numbered point: `rest` is what follows the number, `level` that of its heading, or 0."""

    line: int
    indent: int
    number: int
    rest: str = ""
    bold: bool = False
    level: int = 0


def numbered_points(lines: list[str]) -> Iterator[list[Point]]:
    """Yield the candidates for the outer points, the most telling first; each has increasing numbers.

    Bold numbers and numbers of headings are outside of any list in between that isn't.
    """
    points = [point for point in points_of(lines) if point.number]
    for group in ([point for point in points if point.bold], of_headings(lines, points)):
        if len(group) >= FEWEST_POINTS and (chain := chained(lines, group)):
            yield chain
    outer = [point for point in points if point.indent <= points[0].indent + 1]
    if chain := chained(lines, outer):
        yield chain


def of_headings(lines: list[str], points: list[Point]) -> list[Point]:
    """Return the points that are headings of one level; [] if other headings divide what is between them."""
    headings = [point for point in points if point.level]
    if not headings or any(point.level != headings[0].level for point in headings):
        return []
    own = {point.line for point in headings}
    between = range(headings[0].line, headings[-1].line)
    return [] if any(line not in own and HEADING.match(lines[line]) for line in between) else headings


def chained(lines: list[str], points: list[Point]) -> list[Point]:
    """Return the longest run of points with increasing numbers, most of them by one; [] when the numbers restart."""
    if any(point.number == points[0].number for point in points[1:]):
        return []
    chain: list[Point] = []
    for place in longest_run([point.number for point in points], strict=True):
        point = points[place]
        if not chain or point.number == chain[-1].number + 1 or begins_sentence(lines, point.line):
            chain.append(point)
    skips = sum(after.number != before.number + 1 for before, after in pairwise(chain))
    return chain if 2 * skips < len(chain) else []


def longest_run(numbers: Sequence[int], *, strict: bool) -> list[int]:
    """Return the places of the longest subsequence that increases, or at least never decreases if not ``strict``."""
    tails: list[int] = []  # the smallest last number of a run of each length, and its place
    last: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = (bisect_left if strict else bisect_right)(tails, number)
        before.append(last[length - 1] if length else -1)
        tails[length : length + 1] = [number]
        last[length : length + 1] = [place]
    run: list[int] = []
    place = last[-1] if last else -1
    while place >= 0:
        run.append(place)
        place = before[place]
    return run[::-1]


def begins_sentence(lines: list[str], line: int) -> bool:
    """Return False if the number at the beginning of a line is likely a word of the sentence on the line above."""
    above = lines[line - 1].rstrip() if line else ""
    return len(above) < SHORT_LINE or above.endswith(SENTENCE_ENDS)


def points_of(lines: list[str]) -> Iterator[Point]:
    """Yield every line outside code blocks that begins with a number like a point."""
    for number, line in outside_code(lines):
        if point := point_at(line, number):
            yield point


def point_at(line: str, number: int = 0) -> Point | None:
    """Return the point that a line begins, if it begins one; `number` is the line's index."""
    if not line.isascii():
        line = UNSEEN.sub("", line)
    if match := NUMBERED.match(line):
        rest = match["rest"] or match["directly"] or ""
        opened = match["opened"].startswith("**")
        still_open = opened and not match["closed"] and not match["early"] and "**" in rest
        value = match["number"] or match["in_parentheses"]
    elif match := BARE.match(line):
        rest, opened, still_open = match["rest"] or match["cell"] or "", bool(match["in_bold"]), False
        value = match["number"] or match["in_bold"] or match["in_cell"]
    else:
        return None
    indent = len(match["indent"].expandtabs(4))
    return Point(number, indent, int(value), "**" * still_open + rest, bold=opened, level=len(match["level"] or ""))


def outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines outside fenced code blocks, with their indexes."""
    fence = ""
    for number, line in enumerate(lines):
        match = FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif match and match[1].startswith(fence):
            fence = ""
        elif not fence:
            yield number, line

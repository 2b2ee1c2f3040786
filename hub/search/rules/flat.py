"""Text on one line, for snippets: headings, list items and table cells stay apart from what follows them. Pure."""

import re

from hub.search.rules.plain import plain

HEADING_END, ITEM_END = " – ", " · "
LONGEST_HEADING = 100  # characters
LONG_LINE = 60  # a line that is at least as long was probably wrapped
_ENDS = frozenset(".!?:;,…–—-·|/(")
_CLOSING = "\"'”’»)]*"
_WRAPPED = re.compile(
    r"\b(?:a|an|and|as|at|but|by|for|from|if|in|into|is|its|of|on|or|than|that|the|their|to|with)$", re.IGNORECASE
)
_HEADING_SIGNS = "#*_"
# Compiled once: a page's own heading as a pattern would be compiled with every page that is shown.
_BEFORE_HEADING = re.compile(r"[\s#*_]*")
_SPACE = re.compile(r"\s+")
_AFTER_HEADING = re.compile(r"[*_]*[^\S\n]*(?:\n\s*|$)")


def flat(text: str) -> str:
    """Return ``text`` without Markdown syntax and line breaks.

    A dash follows a heading, and a dot a list item or table cell without a full stop. A line that was only wrapped
    continues after a space.
    """
    cells = (filter(None, map(str.strip, line.split("\t"))) for line in text.strip().split("\n"))
    lines = [" ".join(line.split()) for line in plain("\n".join(map(ITEM_END.join, cells))).split("\n")]
    widest = _widest(lines)
    pieces: list[str] = []
    before, number_before = "", -1
    for number, line in enumerate(lines):
        if not line:
            continue
        if before:
            is_first = number_before == 0 or not lines[number_before - 1]
            pieces.append(
                _between(before, line, widest[number_before], is_first=is_first, gap=number - number_before > 1)
            )
        pieces.append(line)
        before, number_before = line, number
    return "".join(pieces)


def without_heading(text: str, heading: str) -> str:
    """Return ``text`` without the heading that it begins with; the same text if it begins with something else."""
    words = heading.split()
    before = _BEFORE_HEADING.match(text)
    if not words or before is None:
        return text
    # A heading such as "#1 supplier" begins with a sign that may also stand before a heading.
    at = before.end() - (len(words[0]) - len(words[0].lstrip(_HEADING_SIGNS)))
    for number, word in enumerate(words):
        if number and (space := _SPACE.match(text, at)):
            at = space.end()
        if at < 0 or not text.startswith(word, at):
            return text
        at += len(word)
    after = _AFTER_HEADING.match(text, at)
    return text[after.end() :] if after else text


def _widest(lines: list[str]) -> list[int]:
    """Return the length of the longest line of each line's paragraph."""
    widest = [0] * len(lines)
    begin = 0
    for number in range(len(lines) + 1):
        if number == len(lines) or not lines[number]:
            longest = max((len(line) for line in lines[begin:number]), default=0)
            widest[begin:number] = [longest] * (number - begin)
            begin = number + 1
    return widest


def _between(line: str, following: str, widest: int, *, is_first: bool, gap: bool) -> str:
    """Return what to put between two lines; ``gap``: there is a blank line, ``is_first``: before the first one too."""
    end = line.rstrip(_CLOSING)[-1:]
    if not end or end in _ENDS:
        return " "
    if gap:
        return HEADING_END if len(line) <= LONGEST_HEADING else " "
    was_full = widest >= LONG_LINE and len(line) + 1 + len(following.split(maxsplit=1)[0]) > widest
    if following[0].islower() or was_full or _WRAPPED.search(line):
        return " "
    return HEADING_END if is_first and len(line) <= LONGEST_HEADING else ITEM_END

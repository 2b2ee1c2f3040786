"""Roles of pages: covers, tables of contents and the like name what other pages say, and say little themselves. Pure."""

import enum
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from hub.search.rules import words as words_rules

FEWEST_PAGES = 2
SHORT_CHARACTERS = 400  # a longer first or last page says something itself
LIST_CHARACTERS = 4_000  # a longer page is no table of contents
# Lines of a table of contents; the first lines decide quickly that most pages are none.
FEWEST_LINES, TRIED_LINES, MOST_LINES = 3, 6, 200
_NUMBERING = re.compile(
    r"(?:(?:part|section|chapter|slide|item)\s+)?(?:[\divxIVX]{1,4}[.):]|[\d.]{1,6}|[-–•*·▪])\s+", re.IGNORECASE
)
_BEFORE_PAGE_NUMBER = frozenset(".…·_")
_LEADER = re.compile(r"(?:\.{4,}|(?:\. ){3,}|…{2,}|_{4,})\s*\d{0,4}$")
_IN_LEADERS = ("....", ". . . ", "……", "____")  # each leader has one of these
_CONTENTS = frozenset(
    {"agenda", "contents", "table of contents", "outline", "index", "today", "topics", "in this deck"}
)
_APPENDED = frozenset(
    {"references", "bibliography", "works cited", "sources", "endnotes", "footnotes", "further reading"}
)
_CLOSING = re.compile(
    r"^(?:thank you|thanks|questions|any questions|contact|contacts|contact us|q ?(?:&|and) ?a)\b", re.IGNORECASE
)


class PageRole(enum.IntEnum):
    """What a page is for. The values are in the index."""

    CONTENT = 0
    COVER = 1
    CONTENTS = 2
    APPENDED = 3
    CLOSING = 4


@dataclass(frozen=True)
class PageHead:
    """What decides a page's role: its heading and the beginning of its text."""

    heading: str
    text: str  # at most LIST_CHARACTERS + 1 characters

    @classmethod
    def of(cls, heading: str, text: str) -> "PageHead":
        """Return the head of a page."""
        return cls(heading, text[: LIST_CHARACTERS + 1])

    @property
    def lines(self) -> Sequence[str]:
        """The lines that aren't blank."""
        return [line for line in map(str.strip, self.text.split("\n")) if line]

    @property
    def first_lines(self) -> Sequence[str]:
        """The lines that aren't blank, up to those that decide whether the page may be a list."""
        return list(islice(filter(None, map(str.strip, self.text.split("\n"))), TRIED_LINES + 1))


def roles(resource_title: str, pages: Sequence[PageHead]) -> Sequence[PageRole]:
    """Return the role of each page of a resource; the only page of a resource has no other than its content."""
    if len(pages) < FEWEST_PAGES:
        return [PageRole.CONTENT] * len(pages)
    names = [bare(page.heading) for page in pages]
    headings = set(names) - {""}
    last = len(pages) - 1
    return [
        _role(resource_title, page, name, headings, is_first=number == 0, is_last=number == last)
        for number, (page, name) in enumerate(zip(pages, names, strict=True))
    ]


def _role(
    resource_title: str, page: PageHead, name: str, headings: Collection[str], *, is_first: bool, is_last: bool
) -> PageRole:
    first_lines = page.first_lines
    own = name if page.heading else bare(first_lines[0] if first_lines else "")
    if own in _APPENDED:
        return PageRole.APPENDED
    if (
        len(page.text) <= LIST_CHARACTERS
        and _may_be_list(first_lines, headings)
        and _is_list(own, page.lines, headings)
    ):
        return PageRole.CONTENTS
    if len(page.text) <= SHORT_CHARACTERS:
        if is_first and _repeats(resource_title, page):
            return PageRole.COVER
        if is_last and _CLOSING.match(own):
            return PageRole.CLOSING
    return PageRole.CONTENT


def bare(heading: str) -> str:
    """Return a heading in lowercase, without the numbering before it and the page number after it."""
    text = words_rules.fold(heading)
    numbering = _NUMBERING.match(text)
    end = len(text) - text.endswith("\n")
    while end and text[end - 1].isdecimal():
        end -= 1
    while end and (text[end - 1] in _BEFORE_PAGE_NUMBER or text[end - 1].isspace()):
        end -= 1
    return " ".join(text[numbering.end() if numbering else 0 : end].split()).strip(" .:?!")


def _may_be_list(first_lines: Sequence[str], headings: Collection[str]) -> bool:
    """Return False if none of these lines names a page, which is quick to see: no heading and no leader is in them."""
    text = "\n".join(first_lines)
    if any(sign in text for sign in _IN_LEADERS):
        return True
    folded = " ".join(" ".join(map(words_rules.fold, first_lines)).split())
    return any(heading in folded for heading in headings)


def _is_list(own: str, lines: Sequence[str], headings: Collection[str]) -> bool:
    """Return True if most of the lines are other pages' headings or end in dots and a page number."""
    if not any(_names_page(line, own, headings) for line in lines[: TRIED_LINES + 1]) or len(lines) > MOST_LINES:
        return False
    entries = [line for line in lines if bare(line) != own]
    needed = len(entries) // (4 if own in _CONTENTS else 2) + 1
    return len(entries) >= FEWEST_LINES and sum(_names_page(line, own, headings) for line in entries) >= needed


def _names_page(line: str, own: str, headings: Collection[str]) -> bool:
    """Return True if a line is another page's heading, or ends in dots and a page number."""
    name = bare(line)
    return name != own and (name in headings or _LEADER.search(line) is not None)


def _repeats(resource_title: str, page: PageHead) -> bool:
    """Return True if a page has most of the words of the resource's title."""
    wanted = set(words_rules.token_texts(words_rules.fold(resource_title)))
    words = set(words_rules.token_texts(words_rules.fold(f"{page.heading}\n{page.text}")))
    return bool(wanted) and len(wanted & words) * 4 >= len(wanted) * 3

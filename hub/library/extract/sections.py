"""Division of text into sections, for documents without pages: at headings, or into parts of similar length."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hub.library.extract.pages import ExtractedPage, clean, one_line
from hub.library.rules import PageKind

# About two printed pages: long enough to keep a thought together, short enough to find something in.
PART_CHARACTERS = 6_000


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, or a table as lines; `also_searched` has words that it doesn't show."""

    text: str
    heading: bool = False
    also_searched: str = ""


def sections(blocks: Iterable[Block]) -> Iterator[ExtractedPage]:
    """Yield pages of kind SECTION, numbered from 1: one for each heading with the text below it.

    A heading without text opens the next section, together with that section's heading. Text without any heading
    is divided at blank lines into parts of about two printed pages. No text is lost.
    """
    cleaned = (Block(clean(block.text), block.heading, block.also_searched) for block in blocks)
    not_blank = [block for block in cleaned if block.text]
    groups = by_heading(not_blank) if any(block.heading for block in not_blank) else by_length(not_blank)
    for number, group in enumerate(groups, start=1):
        text = "\n\n".join(block.text for block in group)
        also = "\n".join(block.also_searched for block in group if block.also_searched)
        yield ExtractedPage(number, PageKind.SECTION, section_title(group), text, also_searched=also)


def only_picture() -> ExtractedPage:
    """Return the page of a document without text that shows pictures, like a scan."""
    return ExtractedPage(1, PageKind.SECTION, "", "", is_picture=True)


def by_heading(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Yield groups of blocks that each begin with one or more headings, except perhaps the first."""
    group: list[Block] = []
    for block in blocks:
        if block.heading and group and not group[-1].heading:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def by_length(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Yield groups of whole paragraphs, each about PART_CHARACTERS long."""
    group: list[Block] = []
    length = 0
    for block in blocks:
        if group and length + len(block.text) > PART_CHARACTERS:
            yield group
            group, length = [], 0
        group.append(block)
        length += len(block.text)
    if group:
        yield group


def section_title(group: list[Block]) -> str:
    """Return the last heading that opens the section; "" when none does."""
    opening = ""
    for block in group:
        if not block.heading:
            break
        opening = block.text
    return one_line(opening)

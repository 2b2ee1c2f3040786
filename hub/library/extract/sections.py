"""Dividing text into pages where a document has no pages of its own: at headings, or into handy parts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hub.library.extract.pages import ExtractedPage, clean, one_line
from hub.library.rules import PageKind

# About two printed pages: long enough to keep a thought together, short enough to find a place in.
PART_CHARACTERS = 6_000


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, or a table as lines."""

    text: str
    heading: bool = False


def sections(blocks: Iterable[Block]) -> Iterator[ExtractedPage]:
    """Pages of kind SECTION, numbered from 1: one for each heading with what follows it.

    A heading with nothing below it opens the next section together with that one's heading. Text without
    any heading is divided at blank lines into parts of about two printed pages. No text is lost.
    """
    written = [Block(text, block.heading) for block in blocks if (text := clean(block.text))]
    groups = by_heading(written) if any(block.heading for block in written) else by_length(written)
    for number, group in enumerate(groups, start=1):
        text = "\n\n".join(block.text for block in group)
        yield ExtractedPage(number, PageKind.SECTION, section_title(group), text)


def by_heading(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Groups that each begin with one or more headings, except perhaps the first."""
    group: list[Block] = []
    for block in blocks:
        if block.heading and group and not group[-1].heading:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def by_length(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Groups of whole paragraphs, each about as long as a part should be."""
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

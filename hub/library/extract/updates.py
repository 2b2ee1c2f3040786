"""Documents that are numbered updates: their paragraphs as Markdown, from which their items are divided."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.library.extract.pages import ExtractedPage
from hub.library.extract.sections import Block
from hub.library.extract.text import items

INDENT = "   "
TYPED_NUMBER = re.compile(r"\d{1,3}[.)]\s+")

Pieces = Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Label:
    """The automatic number of a paragraph as programs show it ("2.1", "b)", or "-" for a bullet), and its level from 0."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph(Block):
    """A block with its text as Markdown: with its heading's mark, its indent in a list and its first bold words."""

    marked: str = ""


def paragraph_of(pieces: Pieces, label: Label | None, *, heading: bool) -> Paragraph:
    """Return a paragraph by its pieces of text, each with True if it is bold, and its automatic number."""
    # A hyphen at which no line may end is a hyphen to search.
    text = "".join(piece for piece, _ in pieces).replace("\u2011", "-").strip()
    if not text:
        return Paragraph("")
    numbered = f"{label.text} {text}" if label else text
    if heading:
        return Paragraph(numbered, heading=True, marked=f"## {' '.join(numbered.split())}")
    return Paragraph(numbered, marked=marked(label, with_bold(pieces, text)))


def aside(lines: str, also_searched: str = "") -> Paragraph:
    """Return the block of something that isn't part of a paragraph, such as a picture's description."""
    return Paragraph(lines, also_searched=also_searched, marked=lines)


def marked(label: Label | None, text: str) -> str:
    """Return a paragraph as Markdown: indented by its level, with its number."""
    if label is None:
        return text
    indent = INDENT * label.level
    return "\n".join(indent + line for line in f"{label.text} {text}".split("\n"))


def with_bold(pieces: Pieces, text: str) -> str:
    """Return a text with the marks of bold type around the bold words that it begins with, behind a typed number."""
    bold = ""
    for piece, is_bold in pieces:
        if piece.strip() and not is_bold:
            break
        bold += piece
    bold = bold.strip()
    number = TYPED_NUMBER.match(bold)
    start = number.end() if number else 0
    words = bold[start:].strip()
    if not words or "\n" in words:
        return text
    return f"{text[:start]}**{words}**{text[len(bold) :]}"


def update_pages(blocks: Sequence[Block], margins: str) -> list[ExtractedPage]:
    """Return the items if a document is a numbered update, otherwise []; its headers and footers belong to none."""
    lines: list[str] = []
    for block in blocks:
        if block.text.strip():
            lines += [*markdown(block).split("\n"), ""]
    pages = items(lines)
    if pages:
        also = [pages[0].also_searched, margins, *(block.also_searched for block in blocks)]
        pages[0] = replace(pages[0], also_searched="\n".join(text for text in also if text))
    return pages


def markdown(block: Block) -> str:
    """Return a block as Markdown."""
    return block.marked if isinstance(block, Paragraph) and block.marked else block.text

"""What reading a document gives: numbered pages of clean text, and how far the reading got."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hub.library.rules import PageKind, State

TITLE_LENGTH = 200

# PostgreSQL takes no NUL, UTF-8 no lone surrogate, and a reader none of the other control characters.
UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\ud800-\udfff\ufeff\ufffe\uffff]")
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
MANY_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class ExtractedPage:
    """One page, slide, sheet, section or item, numbered as the document numbers it (from 1).

    `text` is complete: a heading or a slide's title stands in it too. Only a sheet's name and the
    subject of an email stand in `title` alone. Nothing here is marked up: it is plain text.
    """

    number: int
    kind: PageKind
    title: str
    text: str
    notes: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Extraction:
    """All that reading a file gave.

    `detail` is a sentence for a person that says what is the matter and what to do; "" when all is well.
    `title` and `published_on` are the document's own; "" and None when it has none to be trusted.
    """

    state: State
    detail: str
    title: str
    published_on: date | None
    pages: tuple[ExtractedPage, ...]


@dataclass(frozen=True)
class Lost:
    """A page that could not be read, while its neighbours could."""

    number: int


@dataclass(frozen=True)
class Cut:
    """A page of which only the beginning was read."""

    number: int


@dataclass(frozen=True)
class Document:
    """A document that has been opened; its pages are read as they are asked for."""

    pages: Iterator[ExtractedPage | Lost | Cut]
    title: str = ""
    published_on: date | None = None
    titled_by_first_page: bool = False


def clean(text: str) -> str:
    """Text that any database and any reader can take: no control characters, plain line ends."""
    text = UNWANTED.sub("", LINE_END.sub("\n", text))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    # A first cell that is empty stands as a tab at the beginning, and holds the others in their columns.
    return MANY_BLANK_LINES.sub("\n\n", lines).strip("\n ")


def one_line(text: str, length: int = TITLE_LENGTH) -> str:
    """Return the text on one line, cut at a word and marked with an ellipsis when it is longer than `length`."""
    line = " ".join(clean(text).split())
    if len(line) <= length:
        return line
    return line[: length - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"

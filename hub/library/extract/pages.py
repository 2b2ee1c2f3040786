"""The result of reading a document: numbered pages of clean text, and a state."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hub.library.rules import PageKind, State

TITLE_LENGTH = 200

# PostgreSQL accepts no NUL, UTF-8 no lone surrogates, and people can't read the other control characters.
UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\ud800-\udfff\ufeff\ufffe\uffff]")
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
MANY_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class ExtractedPage:
    """One page, slide, sheet, section or item, with the document's own number (from 1).

    `text` is complete: it includes a heading or a slide's title. Only a sheet's name and the subject of an email
    are in `title` alone. All of it is plain text.
    """

    number: int
    kind: PageKind
    title: str
    text: str
    notes: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Extraction:
    """The result of reading a file.

    `detail` is a sentence for a person with the problem and what to do; "" when there is none. `title` and
    `published_on` are the document's own; "" and None when it has none that is plausible.
    """

    state: State
    detail: str
    title: str
    published_on: date | None
    pages: tuple[ExtractedPage, ...]


@dataclass(frozen=True)
class Lost:
    """A page that couldn't be read, although others could."""

    number: int


@dataclass(frozen=True)
class Cut:
    """A page that was read only in part, from its beginning."""

    number: int


@dataclass(frozen=True)
class Document:
    """An open document; its pages are read lazily."""

    pages: Iterator[ExtractedPage | Lost | Cut]
    title: str = ""
    published_on: date | None = None
    titled_by_first_page: bool = False


def clean(text: str) -> str:
    """Return the text without control characters and with plain line ends, for databases and people."""
    text = UNWANTED.sub("", LINE_END.sub("\n", text))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    # A tab at the beginning is an empty first cell, and keeps the other cells in their columns.
    return MANY_BLANK_LINES.sub("\n\n", lines).strip("\n ")


def one_line(text: str, length: int = TITLE_LENGTH) -> str:
    """Return the text on one line; if it is longer than `length`, it is cut after a word and ends in an ellipsis."""
    line = " ".join(clean(text).split())
    if len(line) <= length:
        return line
    return line[: length - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"

"""The result of reading a document: numbered pages of clean text, and a state."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hub.library.rules import PageKind, State

TITLE_LENGTH = 200
MOST_RUNS = 10
LONGEST_PAIR = 2

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
    # Words that search finds on this page although it doesn't show them, such as a cell's value without its format.
    also_searched: str = ""
    # True if the page shows pictures and has no text, like a scan.
    is_picture: bool = False
    # Where a page of kind MOMENT begins in its recording; None for the other kinds.
    seconds: int | None = None
    # The address of a file inside the file, with which the helper can copy it; "" when there is none.
    part: str = ""


@dataclass(frozen=True)
class Extraction:
    """The result of reading a file.

    `detail` is a sentence for a person with the problem and what to do; "" when there is none. `title` and
    `published_on` are the document's own; "" and None when it has none that is plausible. `unread` has a sentence for
    each part that couldn't be read, `left_out` one for each kind of part that is not searched on purpose. `may_pass`:
    it couldn't be read for a reason that may pass, such as a full disk, so it is worth another try later.
    """

    state: State
    detail: str
    title: str
    published_on: date | None
    pages: tuple[ExtractedPage, ...]
    unread: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    may_pass: bool = False


@dataclass(frozen=True)
class Lost:
    """A page that couldn't be read, although others could."""

    number: int


@dataclass(frozen=True)
class Cut:
    """A page that was read only in part, from its beginning."""

    number: int


@dataclass(frozen=True)
class Unread:
    """A part with text that couldn't be read, as a sentence: "The attachment plan.pdf is password-protected."."""

    sentence: str


@dataclass(frozen=True)
class LeftOut:
    """A kind of part that is left out on purpose, as a sentence: "Comments are not searched."."""

    sentence: str


@dataclass(frozen=True)
class Inner:
    """A file inside the document, such as an attachment: `name` is its file name, `part` its address in the document.

    `extension` is that of its format if its name doesn't end in one that the hub accepts.
    """

    name: str
    content: bytes
    part: str = ""
    extension: str = ""


Part = ExtractedPage | Lost | Cut | Unread | LeftOut | Inner


@dataclass(frozen=True)
class Document:
    """An open document; its pages and other parts are read lazily."""

    pages: Iterator[Part]
    title: str = ""
    published_on: date | None = None
    titled_by_first_page: bool = False


def listed(kind: PageKind, numbers: Sequence[int]) -> str:
    """Return which pages these are, in words: "page 3", "slides 3 and 7", "pages 2 to 4 and 9"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words: list[str] = []
    for run in runs:
        words += [f"{run[0]} to {run[-1]}"] if len(run) > LONGEST_PAIR else map(str, run)
    if len(words) > MOST_RUNS:
        words = [*words[:MOST_RUNS], "others"]
    together = ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]
    return f"{kind.value}{'s' if len(set(numbers)) > 1 else ''} {together}"


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

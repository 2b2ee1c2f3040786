"""Division of a file with the updates of several dates into a Markdown text for each date."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hub.core import dates
from hub.library.extract.answers import ReportWriter
from hub.library.extract.dated import DatedPart, parts_by_date
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.newsletters import without_footer
from hub.library.extract.openers import open_document
from hub.library.extract.pages import clean, one_line
from hub.library.extract.pieces import Pieces
from hub.library.extract.text import pages_of, read_text
from hub.library.extract.webpage import markdown_of, parse_html, title_of
from hub.library.rules import PageKind

SPLIT_FORMATS = frozenset({"html", "htm", "docx", "doc", "odt", "rtf", "txt", "md", "eml", "msg"})
MOST_PARTS = 1_000
TOO_MANY = (
    f"There are more than {dates.number(MOST_PARTS)} dates, so the updates after that aren’t part of any resource."
)
TITLES_SHOWN = 3


@dataclass(frozen=True)
class Part:
    """The update of one day, as Markdown: `count` is how many items or sections it has, `titles` are the first ones."""

    day: date
    text: str
    count: int
    kind: PageKind
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """The updates in a text, in its order; none if it doesn't have several dates.

    `before` is what comes before the first date and belongs to none; `unread` has a sentence for each part of the
    file that couldn't be read, or isn't part of any update.
    """

    parts: tuple[Part, ...] = ()
    title: str = ""
    before: str = ""
    unread: tuple[str, ...] = ()


def split_text(markdown: str) -> Split:
    """Return the updates in a Markdown text. Accepts any string."""
    lines, _ = without_footer(clean(markdown).split("\n"))
    before, parts = parts_by_date(lines)
    if not parts:
        return Split()
    unread = (TOO_MANY,) if len(parts) > MOST_PARTS else ()
    return Split(tuple(map(described, parts[:MOST_PARTS])), before=clean("\n".join(before)), unread=unread)


def described(part: DatedPart) -> Part:
    """Return a part with a summary of its pages."""
    text = clean("\n".join(part.lines)) + "\n"
    pages, _ = pages_of(text)
    kind = pages[0].kind if pages else PageKind.SECTION
    titles = [page.title for page in pages if page.title and (kind is PageKind.ITEM or page.number > 1)]
    return Part(part.day, text, len(pages), kind, tuple(titles[:TITLES_SHOWN]))


def split_file(path: Path, file_format: Format, limits: Limits) -> Split:
    """Return the updates in a file; raises Unreadable. Formats with links keep them."""
    title, text, unread = whole_text(path, file_format, limits)
    split = split_text(text)
    return Split(split.parts, title, split.before, (*unread, *split.unread))


def whole_text(path: Path, file_format: Format, limits: Limits) -> tuple[str, str, list[str]]:
    """Return the title and the text of a file, as Markdown if it can have links, and what couldn't be read."""
    if file_format.extension in {"html", "htm"}:
        root = parse_html(read_text(path, file_format, limits))
        return title_of(root), markdown_of(root, with_links=True), []
    if file_format.extension in {"md", "txt"}:
        return "", read_text(path, file_format, limits), []
    document = open_document(path, file_format, limits)
    report = ReportWriter(document, file_format.page_kind, limits)
    pages = list(report.pages())
    unread = report.sentences()
    if any(page.kind is PageKind.ATTACHMENT for page in pages):
        unread.append("Attachments are not part of the resources.")
    return document.title, "\n\n".join(page.text for page in pages if page.kind is not PageKind.ATTACHMENT), unread


def entries(split: Split) -> Iterator[tuple[int, bytes]]:
    """Yield a split as pieces of the helper's output: 0 is what is common to all, then one for each part."""
    yield 0, as_json({"title": split.title, "before": split.before, "unread": split.unread})
    for number, part in enumerate(split.parts, start=1):
        summary = {"count": part.count, "kind": part.kind.value, "titles": part.titles}
        yield number, as_json({"day": part.day.isoformat(), "text": part.text, **summary})


def as_json(entry: dict[str, Any]) -> bytes:
    """Return an entry as bytes."""
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace")


def received(pieces: Pieces) -> Split:
    """Return the split in received pieces, checked: the helper read an untrusted file. Raises ValueError."""
    try:
        common = json.loads(pieces.each[0])
        parts = [received_part(json.loads(pieces.each[number])) for number in sorted(pieces.each) if number]
        unread = tuple(one_line(sentence) for sentence in common["unread"])
        return Split(tuple(parts[:MOST_PARTS]), one_line(common["title"]), clean(common["before"]), unread)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(repr(error)) from error


def received_part(entry: dict[str, Any]) -> Part:
    """Return a received part; a malformed one raises ValueError, KeyError, TypeError or AttributeError."""
    titles = tuple(one_line(title) for title in entry["titles"][:TITLES_SHOWN])
    text = clean(entry["text"]) + "\n"
    return Part(date.fromisoformat(entry["day"]), text, int(entry["count"]), PageKind(entry["kind"]), titles)

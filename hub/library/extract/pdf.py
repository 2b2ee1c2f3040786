"""PDF files, read by PDFium. It can abort the process, so this runs only in the helper, where that is harmless."""

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from hub.library.extract.annotations import Overlay, attached, overlay_of
from hub.library.extract.columns import in_columns
from hub.library.extract.formats import Format
from hub.library.extract.headings import Headings
from hub.library.extract.hyphens import readings
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Cut, Document, ExtractedPage, Lost, Part, Unread, one_line
from hub.library.extract.pictures import opened
from hub.library.extract.problems import EMPTY, OTHER_KIND, Unreadable
from hub.library.extract.properties import day_of, sensible_title
from hub.library.extract.right_to_left import in_reading_order
from hub.library.extract.scans import is_picture
from hub.library.rules import PageKind

MARK = b"%PDF-"
MARK_WITHIN = 1024
LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
CREATED = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
MOST_BOOKMARKS = 2_000
BOOKMARK_DEPTH = 4
FEWEST_IN_COLUMNS = 100  # characters
MOST_DRAWN_OVER = 50_000
XFA = Unread(
    "This is a form that only Adobe’s programs show (XFA), so its fields couldn’t be read. Print it to a PDF and add that "
    "copy as a new revision."
)


def open_pdf(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the file's pages in order, titled by the bookmarks that point to them, or by their headings."""
    refuse_others(path, file_format)
    document = opened(path)
    title = sensible_title(document.get_metadata_value("Title"))
    return Document(pages(document, limits), title, created_on(document))


def refuse_others(path: Path, file_format: Format) -> None:
    """Raise Unreadable when the file doesn't have a PDF's mark near its beginning."""
    with path.open("rb") as file:
        start = file.read(MARK_WITHIN)
    if not start:
        raise Unreadable(EMPTY)
    if MARK not in start:
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)


def created_on(document: pypdfium2.PdfDocument) -> date | None:
    """Return the PDF's creation date from its metadata."""
    match = CREATED.match(document.get_metadata_value("CreationDate"))
    return day_of("-".join(match.groups())) if match else None


def pages(document: pypdfium2.PdfDocument, limits: Limits) -> Iterator[Part]:
    """Yield all pages, then the files inside; what can't be read doesn't affect the rest."""
    titles, headings = bookmarks(document), Headings()
    for number in range(1, len(document) + 1):
        try:
            yield from page_parts(document, number, titles.get(number, ""), headings, limits.page_characters)
        except (pypdfium2.PdfiumError, ctypes.ArgumentError):
            yield Lost(number)
    if document.get_formtype() == raw.FORMTYPE_XFA_FULL:
        yield XFA
    yield from attached(document)


def page_parts(
    document: pypdfium2.PdfDocument, number: int, title: str, headings: Headings, most: int
) -> Iterator[Part]:
    """Yield a page, and what is laid over it apart from its text; raises PdfiumError before anything else.

    Without a title, its heading is its title.
    """
    page = document[number - 1]
    try:
        text, whole, heading = page_text(page, most, headings)
        overlay = overlay_of(document, page) if raw.FPDFPage_GetAnnotCount(page) > 0 else Overlay()
        picture = is_picture(page, text)
    finally:
        page.close()
    if overlay.is_drawn:
        overlay.lines += drawn_over(document, number - 1, [text, *overlay.lines])
    text, others = readings(text)
    if not whole:
        yield Cut(number)
    yield ExtractedPage(
        number,
        PageKind.PAGE,
        title or ("" if picture else one_line(heading)),
        "\n".join([text.rstrip(), *map(tidy, filter(None, overlay.lines))]),
        also_searched="\n".join([*others, *filter(None, overlay.also_searched)]),
        is_picture=picture,
    )
    yield from overlay.parts


def page_text(page: pypdfium2.PdfPage, most: int, headings: Headings | None = None) -> tuple[str, bool, str]:
    """Return the beginning of a page's text, True if it is complete, and its heading, if asked for."""
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        text = text_page.get_text_range(0, min(count, most))
        heading = tidy(headings.of(page, text_page, text)) if headings is not None else ""
        text = in_reading_order(text_page, text)
        if FEWEST_IN_COLUMNS < count <= most:
            text = in_columns(text_page, text)
        return tidy(text), count <= most, heading
    finally:
        text_page.close()


def drawn_over(document: pypdfium2.PdfDocument, index: int, known: list[str]) -> list[str]:
    """Return the lines of stamps, buttons and signatures, which are only in their pictures."""
    page = document[index]
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    page.close()
    page = document[index]
    try:
        text, _, _ = page_text(page, MOST_DRAWN_OVER)
    finally:
        page.close()
    before = {line.strip() for lines in known for line in tidy(lines).splitlines()}
    return [line for line in map(str.strip, text.splitlines()) if line and line not in before]


def tidy(text: str) -> str:
    """Return the text without ligatures, so that search finds its words."""
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(LIGATURES))


def bookmarks(document: pypdfium2.PdfDocument) -> dict[int, str]:
    """Return the title of the first bookmark that points to a page, by the page's number."""
    titles: dict[int, str] = {}
    for bookmark in islice(document.get_toc(max_depth=BOOKMARK_DEPTH), MOST_BOOKMARKS):
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        if index is not None:
            titles.setdefault(index + 1, one_line(bookmark.get_title()))
    return titles

"""PDF files, read by PDFium. It can abort the process, so this runs only in the helper, where that is harmless."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import pypdfium2

from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Cut, Document, ExtractedPage, Lost, one_line
from hub.library.extract.problems import DAMAGED, EMPTY, OTHER_KIND, PASSWORD, Unreadable
from hub.library.extract.properties import day_of, sensible_title
from hub.library.rules import PageKind

MARK = b"%PDF-"
MARK_WITHIN = 1024
# PDFium writes this when a word is hyphenated at the end of a line.
HYPHEN = re.compile("\x02(\r?\n)?")
LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
CREATED = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
MOST_BOOKMARKS = 2_000
BOOKMARK_DEPTH = 4


def open_pdf(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return the file's pages in order, titled by the bookmarks that point to them."""
    refuse_others(path, file_format)
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(PASSWORD if "password" in str(error).lower() else DAMAGED) from error
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


def pages(document: pypdfium2.PdfDocument, limits: Limits) -> Iterator[ExtractedPage | Lost | Cut]:
    """Yield all pages; one that can't be read doesn't affect the others."""
    titles = bookmarks(document)
    for number in range(1, len(document) + 1):
        try:
            text, whole = page_text(document, number - 1, limits.page_characters)
            is_picture = not text.strip() and shows_something(document, number - 1)
        except pypdfium2.PdfiumError:
            yield Lost(number)
            continue
        if not whole:
            yield Cut(number)
        yield ExtractedPage(number, PageKind.PAGE, titles.get(number, ""), text, is_picture=is_picture)


def shows_something(document: pypdfium2.PdfDocument, index: int) -> bool:
    """Return True if a page has pictures or drawings."""
    page = document[index]
    try:
        return next(iter(page.get_objects(max_depth=1)), None) is not None
    finally:
        page.close()


def page_text(document: pypdfium2.PdfDocument, index: int, most: int) -> tuple[str, bool]:
    """Return the beginning of a page's text, and True if it is complete."""
    page = document[index]
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        return tidy(text_page.get_text_range(0, min(count, most))), count <= most
    finally:
        text_page.close()
        page.close()


def tidy(text: str) -> str:
    """Return the text with hyphenated words joined and without ligatures, so that search finds its words."""
    return unicodedata.normalize("NFC", HYPHEN.sub("", text).translate(LIGATURES))


def bookmarks(document: pypdfium2.PdfDocument) -> dict[int, str]:
    """Return the title of the first bookmark that points to a page, by the page's number."""
    titles: dict[int, str] = {}
    for bookmark in islice(document.get_toc(max_depth=BOOKMARK_DEPTH), MOST_BOOKMARKS):
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        if index is not None:
            titles.setdefault(index + 1, one_line(bookmark.get_title()))
    return titles

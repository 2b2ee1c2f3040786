"""What people read in a response, and what in it isn't plain American English."""

import io
import re
import zipfile
from collections.abc import Iterator

import openpyxl
import pypdfium2
import vobject
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from tests.lint.words import EUROPEAN_DATE, SCREENS

# What people wrote, which the hub shows as it is.
WRITTEN_BY_PEOPLE = [
    "page-text", "mail-text", "written", "snippet", "sheet", "page-list", "resource-title", "page-title",
]  # fmt: skip
TWO_PERIODS = re.compile(r".{0,20}\b[ap]\.m\. ?\.(?!\.)")  # elements are joined by a space
TWO_ZONES = re.compile(r".{0,20}\b([A-Z]{1,3}T|UTC) \1\b")
ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-paper", "content")


def problems(response: TestResponse) -> list[str]:
    """Return the European dates in a response, and on a page the phrases of the word list in the hub's own words."""
    dates = [
        repr(match[0])
        for text in texts_of(response.data, response.mimetype or "")
        for pattern in (EUROPEAN_DATE, TWO_PERIODS, TWO_ZONES)
        for match in pattern.finditer(text)
    ]
    text = _text_of_the_hub(response.text) if response.mimetype == "text/html" else ""
    phrases = [f"{match[0]!r}, write {rule.better}" for rule in SCREENS for match in rule.pattern.finditer(text)]
    return dates + phrases


def texts_of(content: bytes, kind: str) -> Iterator[str]:
    """Yield what people read in a document of this media type."""
    if kind == "text/html":
        yield from _texts_of_a_page(content.decode())
    elif kind == "application/pdf":
        for page in pypdfium2.PdfDocument(content):
            yield page.get_textpage().get_text_bounded()
    elif kind == "text/calendar":
        yield from _texts_of_a_calendar(content.decode())
    elif kind.endswith("spreadsheetml.sheet"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        yield "\n".join(str(cell.value) for sheet in book for row in sheet.rows for cell in row)
    elif kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from texts_of(archive.read(name), "application/pdf" if name.endswith(".pdf") else "text/plain")
    elif kind.startswith("text/") or kind.endswith(("xml", "json")):
        yield content.decode()


def _texts_of_a_calendar(calendar: str) -> Iterator[str]:
    for component in vobject.readComponents(calendar):
        for child in component.getChildren():
            yield from (str(line.value) for line in child.getChildren() if hasattr(line, "value"))


def _texts_of_a_page(html: str) -> Iterator[str]:
    page = BeautifulSoup(html, "lxml")
    yield page.get_text(" ")
    for tag in page.find_all(True):
        yield from (str(tag[name]) for name in ATTRIBUTES if tag.has_attr(name))


def _text_of_the_hub(html: str) -> str:
    """Return a page's text without what people wrote: documents, titles, notes and names, and without addresses and code."""
    page = BeautifulSoup(html, "lxml")
    for tag in page.find_all(class_=[*WRITTEN_BY_PEOPLE, "printed-from"]) + page.select("textarea, option, code"):
        tag.decompose()
    return page.get_text(" ")

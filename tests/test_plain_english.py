"""No page, email, PDF, CSV file, workbook or calendar has a European date or a phrase of the word list."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import openpyxl
import pypdfium2
import pytest
import vobject
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from hub.app import create_app
from hub.core.db import Database
from hub.mail.models import OutboxMessage
from tests.conftest import Browser
from tests.lint.words import EUROPEAN_DATE, SCREENS
from tests.world import PASSWORD

ROLES = ("visitor", "coordinator", "board", "representative", "alternate", "contributor", "bff")
MOST_ALIKE = 1  # addresses of one route with the same parameters
MOST_OF_A_ROUTE = 6
# What people wrote, which the hub shows as it is.
WRITTEN_BY_PEOPLE = [
    "page-text", "mail-text", "written", "snippet", "sheet", "page-list", "resource-title", "page-title",
]  # fmt: skip
TWO_PERIODS = re.compile(r".{0,20}\b[ap]\.m\.\.(?!\.)")
ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-paper", "content")


@pytest.fixture(scope="module")
def demo_app(demo: Database) -> Flask:
    """The web application of the demo world."""
    app = create_app(demo.config, demo)
    app.test_client_class = Browser
    return app


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_a_role_can_open_has_a_european_date_or_a_phrase_of_the_word_list(
    demo_app: Flask, role: str
) -> None:
    kinds: Counter[str] = Counter()
    problems = []
    for address, answer in _everything(demo_app, role):
        kind = (answer.content_type or "").split(";")[0]
        for text in _texts(answer.data, kind):
            kinds[kind] += 1
            problems += [f"{address}: {match[0]!r}" for match in EUROPEAN_DATE.finditer(text)]
            problems += [f"{address}: {match[0]!r}" for match in TWO_PERIODS.finditer(text)]
        if kind == "text/html":
            hub_text = _text_of_the_hub(answer.text)
            problems += [
                f"{address}: {match[0]!r}, write {rule.better}"
                for rule in SCREENS
                for match in rule.pattern.finditer(hub_text)
            ]
    assert not problems, "\n".join(sorted(set(problems)))
    assert kinds["text/html"] > (8 if role == "visitor" else 30)
    if role != "visitor":
        expected = {"text/calendar", "text/csv", "application/pdf"}
        expected -= {"text/csv", "application/pdf"} if role == "contributor" else set()
        assert expected <= kinds.keys()


def test_no_mail_of_the_demo_world_has_a_european_date(demo: Database) -> None:
    with demo.reading() as db:
        messages = db.scalars(select(OutboxMessage).where(OutboxMessage.text != "")).all()
    assert len({message.kind for message in messages}) > 3
    for message in messages:
        calendar = list(_texts(message.calendar.encode(), "text/calendar")) if message.calendar else []
        for text in (message.subject, message.text, BeautifulSoup(message.html, "lxml").get_text(" "), *calendar):
            assert not EUROPEAN_DATE.search(text), f"{message.kind}: {EUROPEAN_DATE.search(text)}"


def _everything(app: Flask, role: str) -> Iterator[tuple[str, TestResponse]]:
    """Yield each address that is linked from a page that the role can open, and its answer; a few of each shape."""
    browser = _browser(app, role)
    routes = app.url_map.bind("localhost")
    todo, seen = ["/"], {"/"}
    shapes: Counter[object] = Counter()
    while todo:
        address = todo.pop(0)
        answer = browser.get(address, follow_redirects=True)
        assert answer.status_code == 200, f"{role} got {answer.status_code} at {address}"
        yield address, answer
        if "html" not in (answer.content_type or ""):
            continue
        page = BeautifulSoup(answer.text, "lxml")
        for link in sorted({str(tag["href"]) for tag in page.find_all("a", href=True)}):
            parts = urlsplit(link)
            if not link.startswith("/") or link.startswith("//") or parts.path.endswith("/download"):
                continue  # originals are the people's own files
            names = tuple(sorted(pair for pair in parts.query.split("&") if pair.startswith("format=")))
            shape = (routes.match(parts.path)[0], names or tuple(sorted(re.findall(r"(\w+)=", parts.query))))
            if link not in seen and shapes[shape] < MOST_ALIKE and shapes[shape[0]] < MOST_OF_A_ROUTE:
                seen.add(link)
                shapes.update((shape, shape[0]))
                todo.append(link)


def _browser(app: Flask, role: str) -> FlaskClient:
    browser = app.test_client()
    if role != "visitor":
        answer = browser.post("/sign-in", data={"email": f"{role}@demo.example", "password": PASSWORD})
        assert answer.status_code == 302
    return browser


def _texts(content: bytes, kind: str) -> Iterator[str]:
    """Yield what people read of a document of this media type."""
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
                yield from _texts(archive.read(name), "application/pdf" if name.endswith(".pdf") else "text/plain")
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

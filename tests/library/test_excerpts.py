"""Excerpts: selected pages of a document as a PDF that names the source on each page."""

import shutil
from pathlib import Path

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Config
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.derive.previews import making, shelf
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Resource, Revision
from hub.library.rules import Kind, PreviewState
from hub.sharing.models import SharingEvent
from tests.library.documents import pdf
from tests.world import SignIn, a_person, a_resource, an_organization

TITLE = "Casting {guide}, “third” edition"
POLISH = "Odlewanie w Łodzi, Część 3"


@pytest.fixture
def plan(database: Database, config: Config, reader: Reader, tmp_path: Path) -> int:
    """Return the id of a PDF with four pages that is read and drawn; ana@lakeshore.example may forward it."""
    path = pdf(tmp_path / "plan.pdf", "Welding", "Casting", "Machining", "Assembly")
    with path.open("rb") as stream:
        stored = originals.store(config, stream)
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore Forge")
        ana = a_person(db, lakeshore, email="ana@lakeshore.example")
        a_resource(db, lakeshore, "Only text")
        facts = library_actions.Facts(kind=Kind.RESOURCE, title=TITLE)
        number = library_actions.add(db, ana, lakeshore, facts, library_actions.File(stored, "plan.pdf")).id
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    return number


def pages_of(content: bytes) -> list[str]:
    """Return the text of each page of a PDF."""
    document = pypdfium2.PdfDocument(content)
    texts = []
    for page in document:
        words = page.get_textpage()
        texts.append(words.get_text_range())
        words.close()
        page.close()
    document.close()
    return texts


def test_each_page_of_an_excerpt_names_its_source(plan: int, database: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    assert "Selected pages as PDF" in ana.get(f"/resources/{plan}/forward").text
    answer = ana.get(f"/resources/{plan}/slides?pages=slides 2 to 3", buffered=True)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    texts = pages_of(answer.data)
    assert len(texts) == 2
    assert "Casting" in texts[0]
    assert "Machining" in texts[1]
    for number, text in zip((2, 3), texts, strict=True):
        assert "Lakeshore Forge" in text
        assert f"page {number} of 4" in text
        assert "(guide)" in text
    again = ana.get(f"/resources/{plan}/slides?pages=2-3", buffered=True)
    assert again.data == answer.data, "it is cached"
    with database.reading() as db:
        assert [event.act for event in db.scalars(select(SharingEvent))] == ["download"]


def test_sources_may_have_the_letters_of_any_european_language(plan: int, database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        db.get_one(Resource, plan).title = POLISH
    answer = sign_in("ana@lakeshore.example").get(f"/resources/{plan}/slides?pages=2", buffered=True)
    [text] = pages_of(answer.data)
    assert POLISH in text


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ("", "Enter the pages"),
        ("5", "pages 1 to 4"),
        ("2-9", "pages 1 to 4"),
        ("x", "7-9"),
        ("1-99", "The limit is 50"),
    ],
)
def test_missing_pages_are_refused_with_a_sentence(plan: int, sign_in: SignIn, pages: str, sentence: str) -> None:
    answer = sign_in("ana@lakeshore.example").get(f"/resources/{plan}/slides?pages={pages}")
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (PreviewState.CARDS, "can’t extract slides"),
        (PreviewState.FAILED, "can’t extract these pages"),
        (PreviewState.NONE, "Only PDFs and slide decks"),
    ],
)
def test_the_page_says_why_an_excerpt_is_not_possible(
    plan: int, database: Database, sign_in: SignIn, state: PreviewState, sentence: str
) -> None:
    with database.writing() as db:
        db.scalars(select(Revision).where(Revision.resource_id == plan)).one().preview_state = state
    answer = sign_in("ana@lakeshore.example").get(f"/resources/{plan}/slides?pages=1")
    assert answer.status_code == 422
    assert sentence in answer.text.replace("&#39;", "’")
    typed = sign_in("ana@lakeshore.example").get("/resources/1/slides?pages=1")
    assert "has no pages to share as a PDF" in typed.text


def test_pages_of_a_file_that_is_missing_from_the_storage_are_said_to_be_missing(
    plan: int, database: Database, config: Config, sign_in: SignIn
) -> None:
    ana = sign_in("ana@lakeshore.example")
    with database.reading() as db:
        sha256 = db.scalars(select(Revision.sha256).where(Revision.resource_id == plan)).one()
    originals.path_of(config, sha256 or "").unlink()
    shutil.rmtree(shelf.folder_of(config, sha256 or ""))
    answer = ana.get(f"/resources/{plan}/slides?pages=1")
    assert answer.status_code == 410
    assert "The file is missing from the hub’s storage" in answer.text
    assert ana.get(f"/resources/{plan}/pages/1").status_code == 200, "its text is shown"
    assert ana.get(f"/resources/{plan}/pages/1/image").status_code == 404
    with database.reading() as db:
        assert db.scalars(select(SharingEvent)).all() == []


def test_only_people_who_may_forward_get_excerpts(plan: int, client: FlaskClient) -> None:
    assert client.get(f"/resources/{plan}/slides?pages=1").status_code == 302

"""Text recognition: scans and pictures are read by Tesseract, found by search, and what wasn't read is named."""

import os
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts, recognizing
from hub.library.derive.previews import making
from hub.library.extract.reader import Reader
from hub.library.extract.tesseract import lacking
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Kind, State
from tests.library.scans import scan, scanned_pdf
from tests.world import an_organization


@pytest.fixture(scope="module", autouse=True)
def tesseract() -> None:
    """Without Tesseract, tests fail in CI and are skipped elsewhere."""
    if advice := lacking("eng"):
        if os.environ.get("CI"):
            pytest.fail(advice)
        pytest.skip(advice)


def added(database: Database, path: Path) -> int:
    """Add a resource with a file, and return its id."""
    with path.open("rb") as stream:
        stored = originals.store(database.config, stream)
    with database.writing() as db:
        facts = library_actions.Facts(Kind.RESOURCE, title="A title")
        return library_actions.add(db, None, an_organization(db), facts, library_actions.File(stored, path.name)).id


def ready(database: Database, reader: Reader, path: Path) -> int:
    """Add a resource that was read and drawn, and whose pictures weren't recognized yet."""
    resource = added(database, path)
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    return resource


def revision_of(database: Database, resource: int) -> Revision:
    with database.reading() as db:
        return db.scalars(select(Revision).where(Revision.resource_id == resource)).one()


def pages_of(database: Database, resource: int) -> list[Page]:
    with database.reading() as db:
        pages = select(Page).join(Page.revision).where(Revision.resource_id == resource).order_by(Page.number)
        return list(db.scalars(pages.options(undefer(Page.places))))


def version_of(database: Database, resource: int) -> int:
    with database.reading() as db:
        return db.scalars(select(Resource.version).where(Resource.id == resource)).one()


@pytest.mark.both_databases
def test_the_pages_of_a_scan_are_read_and_found(database: Database, reader: Reader, tmp_path: Path) -> None:
    pages = ["Typed minutes of the meeting", scan("The foundry ordered", "two annealing ovens"), scan("Quench oil")]
    resource = ready(database, reader, scanned_pdf(tmp_path / "a.pdf", pages))
    assert revision_of(database, resource).state is State.PARTIAL
    assert revision_of(database, resource).unread == "Pages 2 and 3 are pictures without text."
    before = version_of(database, resource)
    assert recognizing.catch_up(database, reader) == 2
    assert recognizing.catch_up(database, reader) == 0
    typed, second, third = pages_of(database, resource)
    assert typed.confidence is None
    assert second.text == "The foundry ordered\ntwo annealing ovens"
    assert (second.confidence or 0) > 80
    assert "oven" in second.places
    assert third.text == "Quench oil"
    revision = revision_of(database, resource)
    assert (revision.state, revision.unread, revision.state_detail) == (State.OK, "", "")
    assert version_of(database, resource) > before

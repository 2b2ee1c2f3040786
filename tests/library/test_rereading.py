"""Files that a newer version of the hub reads again: nothing that took long to make is lost meanwhile."""

from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals
from hub.library.models import Page, Revision
from hub.library.rules import Kind, PreviewState, State
from tests.library.scans import scan, scanned_pdf
from tests.world import an_organization


def read_and_recognized(database: Database, path: Path) -> int:
    """Add a scan of three pages that was read and drawn; its second page was recognized, its third one was blank."""
    scanned_pdf(path, ["Typed minutes", scan("Quench oil"), scan()])
    with path.open("rb") as stream:
        stored = originals.store(database.config, stream)
    with database.writing() as db:
        facts = library_actions.Facts(Kind.RESOURCE, title="Minutes")
        file = library_actions.File(stored, path.name)
        resource = library_actions.add(db, None, an_organization(db), facts, file).id
    page_texts.catch_up(database)
    with database.writing() as db:
        recognized = {"text": "Quench oil", "also_searched": "quenchoil", "confidence": 91, "places": "[]"}
        db.execute(update(Page).where(Page.number == 2).values(**recognized))
        db.execute(update(Page).where(Page.number == 3).values(is_picture=False))
        revision = db.scalars(select(Revision)).one()
        revision.state, revision.state_detail, revision.unread = State.OK, "", ""
        revision.preview_state, revision.preview_version = PreviewState.PICTURES, 7
    return resource


def read_again(database: Database, version: int) -> tuple[Revision, list[Page]]:
    with database.writing() as db:
        db.execute(update(Revision).values(reader_version=version))
    page_texts.catch_up(database)
    with database.reading() as db:
        pages = db.scalars(select(Page).order_by(Page.number).options(undefer(Page.places)))
        return db.scalars(select(Revision)).one(), list(pages)


@pytest.mark.both_databases
def test_recognized_text_and_pictures_of_pages_stay_when_a_newer_version_reads_the_file(
    database: Database, tmp_path: Path
) -> None:
    read_and_recognized(database, tmp_path / "minutes.pdf")
    revision, pages = read_again(database, READER_VERSION - 1)
    assert [page.text for page in pages] == ["Typed minutes", "Quench oil", ""]
    assert (pages[1].also_searched, pages[1].confidence, pages[1].places) == ("quenchoil", 91, "[]")
    assert [page.is_picture for page in pages] == [False, True, False]
    assert (revision.state, revision.unread, revision.reader_version) == (State.OK, "", READER_VERSION)
    assert (revision.preview_state, revision.preview_version) == (PreviewState.PICTURES, 7)


def test_a_file_that_is_to_be_rebuilt_is_recognized_and_drawn_again(database: Database, tmp_path: Path) -> None:
    read_and_recognized(database, tmp_path / "minutes.pdf")
    revision, pages = read_again(database, 0)
    assert [(page.text, page.is_picture) for page in pages] == [("Typed minutes", False), ("", True), ("", True)]
    assert revision.state is State.PARTIAL
    assert (revision.preview_state, revision.preview_version) == (PreviewState.WAITING, 0)

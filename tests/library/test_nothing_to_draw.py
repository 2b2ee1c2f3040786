"""Resources without anything to draw: they are closed when they are read, and cost the worker no rounds and no log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.derive.previews import making
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Page, Revision
from hub.library.rules import Kind, PageKind, PreviewState
from tests.library import documents
from tests.world import a_resource, an_organization


def _add(database: Database, content: library_actions.Content) -> int:
    with database.writing() as db:
        facts = library_actions.Facts(Kind.RESOURCE, title="A title")
        return library_actions.add(db, None, an_organization(db), facts, content).id


def _file(database: Database, path: Path) -> library_actions.File:
    with path.open("rb") as stream:
        return library_actions.File(originals.store(database.config, stream), path.name)


def _states(database: Database) -> list[PreviewState]:
    with database.reading() as db:
        return list(db.scalars(select(Revision.preview_state).order_by(Revision.id)))


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    """Yield a list to which each statement on the database is added."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.both_databases
def test_texts_links_and_files_of_text_are_closed_when_they_are_read(
    database: Database, reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.txt").write_text("Forty words about castings.")
    _add(database, library_actions.Written("Some text"))
    _add(database, library_actions.WebLink("https://example.com/report"))
    _add(database, _file(database, tmp_path / "a.txt"))
    page_texts.catch_up(database, reader)
    assert _states(database) == [PreviewState.NONE] * 3
    making.catch_up(database, reader)  # its first turn marks the folder
    caplog.set_level(logging.INFO)
    with _counted(database) as nothing:
        assert making.catch_up(database, reader) == 0
    assert not any(statement.startswith("UPDATE") for statement in nothing)
    assert "Previews finished." not in caplog.text


@pytest.mark.both_databases
def test_thousands_without_anything_to_draw_cost_as_many_statements_as_three(
    database: Database, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    counts = []
    caplog.set_level(logging.INFO)
    for more in (3, 60):
        with database.writing() as db:
            organization = an_organization(db)
            for _ in range(more):
                a_resource(db, organization, pages=["a", "b"], page_kind=PageKind.SECTION)
        making.delete_all(database)  # as an update of the hub does that draws differently
        with _counted(database) as statements:
            assert making.catch_up(database, reader) == 1
        counts.append(len(statements))
        assert set(_states(database)) == {PreviewState.NONE}
    assert counts[0] == counts[1]
    assert "Previews finished." not in caplog.text


@pytest.mark.both_databases
def test_what_has_pages_to_draw_is_not_closed_with_the_others(
    database: Database, reader: Reader, tmp_path: Path
) -> None:
    (tmp_path / "b.md").write_text("# A heading\n\nText")
    deck = _add(database, _file(database, documents.pdf(tmp_path / "a.pdf", "one")))
    message = _add(database, _file(database, tmp_path / "b.md"))
    page_texts.catch_up(database, reader)
    with database.writing() as db:
        for _ in range(3):
            a_resource(db, an_organization(db), pages=["a"])
    assert making.catch_up(database, reader, limit=1) == 1  # the newest, which has nothing to draw
    with database.reading() as db:
        waiting = select(Revision.resource_id).where(Revision.preview_version == 0).order_by(Revision.id)
        assert list(db.scalars(waiting)) == [deck, message]
        assert set(db.scalars(select(Page.kind).join(Page.revision).where(Revision.resource_id == deck))) == {
            PageKind.PAGE
        }
    assert making.catch_up(database, reader) == 2

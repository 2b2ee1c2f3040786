"""Notes that may be lost: written at once in a command, together by a web server's thread."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from urllib.parse import quote_plus

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hub.core import noting
from hub.core.chosen_settings import Setting
from hub.core.db import Database
from hub.core.noting import Note, Notes
from tests.serving import Visitor, a_hub

SOON = 60  # seconds, for a busy machine


def _note(name: str) -> Note:
    def write(db: Session) -> None:
        db.execute(insert(Setting).values(name=name, value="1"))

    return write


def _names(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(Setting.name).where(Setting.name.like("note %")).order_by(Setting.name)))


@pytest.mark.both_databases
def test_a_note_is_written_at_once_without_a_thread(database: Database) -> None:
    database.notes.add(_note("note 1"))
    assert _names(database) == ["note 1"]


@pytest.mark.both_databases
def test_notes_that_come_while_others_are_written_are_written_together(database: Database) -> None:
    writing, goes_on = Event(), Event()

    def write_slowly(db: Session) -> None:
        writing.set()
        assert goes_on.wait(SOON)
        _note("note 0")(db)

    commits = []

    def count(connection: Connection) -> None:
        commits.append(connection)

    event.listen(database.engine, "commit", count)
    database.notes.start()
    database.notes.add(write_slowly)
    assert writing.wait(SOON)
    for number in range(1, 6):
        database.notes.add(_note(f"note {number}"))
    goes_on.set()
    database.notes.stop()
    event.remove(database.engine, "commit", count)
    assert _names(database) == [f"note {number}" for number in range(6)]
    assert len(commits) == 2


def test_notes_wait_while_someone_else_writes(database: Database) -> None:
    gave_up = Event()

    @contextmanager
    def noticed() -> Iterator[Session]:
        try:
            with database.noting() as db:
                yield db
        except OperationalError:
            gave_up.set()
            raise

    notes = Notes(noticed, database.writing)
    with database.writing() as db:
        db.execute(select(1))
        notes.start()
        notes.add(_note("note 1"))
        notes.add(_note("note 2"))
        assert gave_up.wait(SOON)
    notes.stop()
    assert _names(database) == ["note 1", "note 2"]


def test_only_the_newest_notes_are_kept_while_the_database_is_busy(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "MOST", 3)
    notes = Notes(database.noting, database.writing)
    with database.writing() as db:
        db.execute(select(1))
        notes._waiting.extend([_note("note 1"), _note("note 2"), _note("note 3")])
        notes._write_waiting(database.noting)
        notes._waiting.append(_note("note 4"))
        notes._write_waiting(database.noting)
    notes._write_waiting(database.noting)
    assert _names(database) == ["note 2", "note 3", "note 4"]


@pytest.mark.both_databases
def test_a_note_that_cannot_be_written_loses_no_other(database: Database) -> None:
    notes = Notes(database.noting, database.writing)
    notes._waiting.extend([_note("note 1"), _note("note 1"), _note("note 2")])
    notes._write_waiting(database.noting)
    assert _names(database) == ["note 1", "note 2"]


def test_a_mistake_in_a_note_does_not_keep_later_ones_from_being_written(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    failed = Event()

    def fail(_db: Session) -> None:
        failed.set()
        raise ZeroDivisionError

    database.notes.start()
    database.notes.add(fail)
    assert failed.wait(SOON)
    database.notes.add(_note("note 1"))
    database.notes.stop()
    assert _names(database) == ["note 1"]
    assert "Notes couldn't be written." in caplog.text


def test_without_a_thread_a_note_is_lost_while_someone_else_writes(database: Database) -> None:
    with database.writing() as db:
        db.execute(select(1))
        database.notes.add(_note("note 1"))
    assert _names(database) == []


@pytest.mark.both_databases
def test_closing_the_database_writes_the_notes_that_wait(database: Database) -> None:
    other = Database(database.config)
    other.notes.start()
    for number in range(3):
        other.notes.add(_note(f"note {number}"))
    other.close()
    assert len(_names(database)) == 3


def test_a_hub_that_stops_writes_what_people_just_searched_for(tmp_path: Path) -> None:
    with a_hub(tmp_path) as hub:
        browser = Visitor(hub).sign_in()
        searched = [f"steel {number}" for number in range(5)]
        for words in searched:
            browser.get(f"/search?q={quote_plus(words)}")
        assert hub.stop() == 0
        with closing(sqlite3.connect(tmp_path / "instance" / "hub.sqlite3")) as database:
            assert [text for (text,) in database.execute("SELECT text FROM recent_search ORDER BY at")] == searched

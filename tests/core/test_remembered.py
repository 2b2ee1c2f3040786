"""What a process remembers of the database: it is read once, and again after any change by anyone."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from config import Config
from hub.core import chosen_settings
from hub.core.db import Database
from hub.core.remembered import MOST, Memory, remembered

NAME = "HUB_NAME"


def _reader(database: Database) -> Callable[[], str]:
    """Return a function that reads a stored value in a session of its own, as a request does, and counts the reads."""

    def read() -> str:
        def load() -> str:
            read.times += 1  # type: ignore[attr-defined]
            return chosen_settings.stored(db, NAME)

        with database.reading() as db:
            return remembered(db, NAME, load)

    read.times = 0  # type: ignore[attr-defined]
    return read


@pytest.mark.both_databases
def test_a_value_is_read_once_until_something_is_committed(database: Database) -> None:
    read = _reader(database)
    assert [read(), read(), read()] == ["", "", ""]
    assert read.times == 1  # type: ignore[attr-defined]
    with database.writing() as db:
        chosen_settings.store(db, NAME, "Forge")
    assert [read(), read()] == ["Forge", "Forge"]
    assert read.times == 2  # type: ignore[attr-defined]


@pytest.mark.both_databases
def test_another_process_s_change_is_seen_at_once(database: Database) -> None:
    read = _reader(database)
    assert read() == ""
    with closing(Database(database.config)) as other:
        for name in ("Forge", "Mill", "Forge"):
            with other.writing() as db:
                chosen_settings.store(db, NAME, name)
            assert read() == name


@pytest.mark.both_databases
def test_nothing_of_a_transaction_that_may_be_rolled_back_is_remembered(database: Database) -> None:
    read = _reader(database)
    with database.writer() as db:
        chosen_settings.store(db, NAME, "Never saved")
        assert remembered(db, NAME, lambda: chosen_settings.stored(db, NAME)) == "Never saved"
        db.rollback()
    assert read() == ""


def test_a_transaction_that_began_before_a_change_leaves_nothing_old_behind(database: Database) -> None:
    with database.reading() as early:
        chosen_settings.stored(early, NAME)  # from here on it sees the database as it is now
        with database.writing() as db:
            chosen_settings.store(db, NAME, "Forge")
        assert remembered(early, NAME, lambda: chosen_settings.stored(early, NAME)) == ""
    assert _reader(database)() == "Forge"


def test_chosen_settings_cost_no_query_until_something_changes(database: Database) -> None:
    statements: list[str] = []
    chosen_settings.refresh(database)
    with database.engine.connect() as connection:
        connection.connection.driver_connection.set_trace_callback(statements.append)  # type: ignore[union-attr]
    chosen_settings.refresh(database)
    assert statements == []
    with database.writing() as db:
        chosen_settings.store(db, NAME, "Forge")
    chosen_settings.refresh(database)
    assert database.config.HUB_NAME == "Forge"


class _Raced(Database):
    """A database whose settings another thread, which read them before a change, sets right after this one."""

    older: Config | None = None

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name == "config" and self.older:
            super().__setattr__("config", self.older)
            self.older = None


def test_older_settings_of_another_thread_last_only_until_the_next_request(database: Database) -> None:
    with closing(_Raced(database.config)) as raced:
        chosen_settings.refresh(raced)
        with database.writing() as db:
            chosen_settings.store(db, NAME, "Forge")
        raced.older = raced.config
        chosen_settings.refresh(raced)
        assert raced.older is None
        chosen_settings.refresh(raced)
        assert raced.config.HUB_NAME == "Forge"


def test_what_changed_while_a_database_was_closed_is_seen_when_it_is_used_again(database: Database) -> None:
    chosen_settings.refresh(database)
    before = database.memory.state()
    database.close()
    with closing(Database(database.config)) as other, other.writing() as db:
        chosen_settings.store(db, NAME, "Forge")
    chosen_settings.refresh(database)
    assert database.config.HUB_NAME == "Forge"
    assert database.memory.state() != before


def test_a_database_without_a_file_is_always_read() -> None:
    memory = Memory(create_engine("sqlite://"))
    assert memory.state() is None
    assert [memory.get(None, "a", lambda: 1), memory.get(None, "a", lambda: 2)] == [1, 2]


def test_the_value_that_was_used_longest_ago_is_forgotten_first(database: Database) -> None:
    memory = database.memory
    for number in range(MOST + 1):
        memory.get(("state",), number, lambda: "old")
    assert memory.get(("state",), MOST, lambda: "new") == "old"
    assert memory.get(("state",), 0, lambda: "new") == "new"


def test_a_damaged_database_has_no_state(database: Database) -> None:
    database.close()
    Path(database.engine.url.database or "").write_bytes(b"not a database" * 1_000)
    assert database.memory.state() is None

"""Connections and transactions: what makes SQLite durable, failed commits, and turns."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from hub.core.chosen_settings import Setting
from hub.core.db import Database, _settle_sqlite, take_turns


def test_sqlite_commits_durably_and_checks_foreign_keys(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hub.sqlite3")) as connection:
        _settle_sqlite(connection, None)  # the engines of the tests turn durability off
        values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys")]
    assert values == [2, 1], "FULL: a finished commit survives a power failure"


def test_a_connection_whose_commit_failed_keeps_no_lock(database: Database) -> None:
    """SQLite keeps a transaction whose COMMIT met a lock, and SQLAlchemy gives its connection back to the pool."""

    def fail(_connection: Connection) -> None:
        raise sqlite3.OperationalError("database is locked")

    event.listen(database.engine, "commit", fail)
    with database.writer() as db:
        db.add(Setting(name="lost", value="1"))
        with pytest.raises(sqlite3.OperationalError):
            db.commit()
    event.remove(database.engine, "commit", fail)
    assert database.engine.url.database
    with closing(sqlite3.connect(database.engine.url.database, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    with database.writing() as db:
        assert db.scalar(select(func.count()).where(Setting.name == "lost")) == 0


@pytest.mark.both_databases
def test_turns_are_taken_again_after_a_commit(database: Database) -> None:
    def take_at_once() -> None:
        with database.noting() as other:
            take_turns(other, ["resource 7"])
            other.execute(text("SELECT 1"))

    with database.writer() as db:
        take_turns(db, ["resource 7"])
        db.execute(text("SELECT 1"))
        with pytest.raises(OperationalError):
            take_at_once()
        db.commit()
        take_at_once()  # while the first one makes a hash
        db.execute(text("SELECT 1"))
        with pytest.raises(OperationalError):
            take_at_once()
    take_at_once()

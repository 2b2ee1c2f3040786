"""What a process remembers of the database until something in it changes. Knows no Flask.

Most of a page is the same as a minute ago: names, chosen settings, the glossary, the calls of the year. `remembered`
reads such a value once for each state of the database. The state is that of the whole database, as the database itself
numbers it, so a change by any process, or by a program that isn't the hub, is seen at once, and nothing has to be
marked as changed.

The state is read before the transaction that reads the value. So a value may be newer than the state that it is kept
under, and never older.
"""

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

MOST = 4_000  # values of a process; a list of ten resources takes about ten kilobytes
_STATE = "state"  # where a session keeps the state that the database had before its transaction

Value = TypeVar("Value")
Row = TypeVar("Row", bound=DeclarativeBase)
State = tuple[Hashable, ...] | None  # None: unknown, so nothing is remembered


class Memory:
    """The remembered values of one database in this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # By process, since after a fork the parent's stays untouched. Each has a number: a new one counts from 1 again.
        self._watching: dict[int, tuple[int, sqlite3.Connection]] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[State, Any]] = OrderedDict()

    def state(self) -> State:
        """Return a value that changes with every commit to a SQLite database; None for others.

        SQLite counts what others commit for each connection, so one connection looks on, and never writes.
        """
        pid = os.getpid()
        with self._lock:
            try:
                if pid not in self._watching and (connection := _looking_on(self._engine.url)):
                    self._watching[pid] = next(self._numbers), connection
                if pid not in self._watching:
                    return None
                number, looks_on = self._watching[pid]
                return pid, number, *looks_on.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error:  # damaged, or not a database: the request itself says so
                return None

    def get(self, state: State, key: Hashable, load: Callable[[], Value]) -> Value:
        """Return the value for ``key``; ``load`` reads it, unless it was read for the same state before."""
        if state is None:
            return load()
        with self._lock:
            known = self._values.get(key)
            if known and known[0] == state:
                self._values.move_to_end(key)
                return cast(Value, known[1])
        value = load()
        with self._lock:
            self._values[key] = (state, value)
            self._values.move_to_end(key)
            while len(self._values) > MOST:
                self._values.popitem(last=False)
        return value

    def close(self) -> None:
        """Forget everything, and close the connection that looks on."""
        with self._lock:
            self._values.clear()
            if watching := self._watching.pop(os.getpid(), None):
                watching[1].close()


def _looking_on(url: URL) -> sqlite3.Connection | None:
    """Return a connection to a SQLite file; None if there is none."""
    if url.get_backend_name() != "sqlite" or not url.database or not Path(url.database).exists():
        return None
    connection = sqlite3.connect(url.database, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only=ON")
    return connection


def remembered(db: Session, key: Hashable, load: Callable[[], Value]) -> Value:
    """Return what ``load`` reads with ``db``, or what it read for the same ``key`` and state of the database.

    The value is shared between requests and threads: values that no one changes, and no rows of the session. It must
    depend on nothing but the database and ``key``, so whose rights it follows and what day it is belong into the key.
    A session that may write always reads, since it sees what isn't committed.
    """
    memory: Memory | None = getattr(db.info.get("database"), "memory", None)
    if memory is None or db.info.get("writes", True):
        return load()
    return memory.get(_state_of(db), key, load)


def remembered_rows(db: Session, key: Hashable, load: Callable[[], Sequence[Row]]) -> Sequence[Row]:
    """Return rows like `remembered`, freed from the session that read them; no one may change them."""

    def load_and_free() -> Sequence[Row]:
        rows = load()
        set_free(db, rows)
        return rows

    return remembered(db, key, load_and_free)


def set_free(db: Session, rows: Iterable[DeclarativeBase]) -> None:
    """Take rows that `remembered` keeps out of the session that read them, unless it may write.

    Their relations must not have been read: the rows at their other end would stay in the session.
    """
    if not db.info.get("writes", True):
        for row in rows:
            db.expunge(row)


def _state_of(db: Session) -> State:
    """Return the state that the database had before this transaction of the session.

    PostgreSQL tells which transactions a statement sees: if they are the same, so is everything. Its next statements
    may see more, and never less.
    """
    connection = db.connection()
    if connection.dialect.name == "postgresql" and _STATE not in db.info:
        db.info[_STATE] = (db.scalar(text("SELECT CAST(pg_current_snapshot() AS text)")),)
    return cast(State, db.info.get(_STATE))


@event.listens_for(Session, "after_begin")
def _note_state(db: Session, transaction: SessionTransaction, _connection: Connection) -> None:
    """Note the state before a reader reads anything: on SQLite, its view of the database begins with what it reads."""
    database = db.info.get("database")
    if database is None or db.info.get("writes", True) or transaction.nested:
        return
    db.info.pop(_STATE, None)
    if (state := database.memory.state()) is not None:
        db.info[_STATE] = state

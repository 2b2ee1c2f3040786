"""Copies of a world on PostgreSQL, and the faults that its server makes: connections that end, and errors by their code."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import psycopg
from sqlalchemy import Table

from hub.core.db import Base, Database
from tests import postgres
from tests.conftest import copy_rows

REFUSED = "PostgreSQL: connection refused"
LOST = "PostgreSQL: connection lost before the call"
UNACKNOWLEDGED = "PostgreSQL: connection lost after the commit"
DEADLOCK = "PostgreSQL: deadlock (40P01)"
CONFLICT = "PostgreSQL: serialization failure (40001)"
FULL = "PostgreSQL: disk full (53100)"
_CODES = {DEADLOCK: "40P01", CONFLICT: "40001", FULL: "53100"}
# The faults of each kind of call; "savepoint" is what begins, releases or rolls back one.
FAULTS: dict[str, tuple[str, ...]] = {
    "connect": (REFUSED,),
    "select": (LOST, DEADLOCK),
    "change": (LOST, DEADLOCK, FULL),
    "savepoint": (LOST,),
    "commit": (LOST, UNACKNOWLEDGED, CONFLICT, FULL),
}
_PATIENCE = 10_000  # milliseconds in which the process of a connection ends
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
_SET_NUMBER = "SELECT setval(%s, %s, %s)"


class Server:
    """A world in a database of its own, ``name``, on a PostgreSQL server, which is as it was again for each trial."""

    def __init__(self, pattern: str, name: str, world: Database) -> None:
        self._url = pattern.format(name=name)
        postgres.create(pattern, name, template="pattern")
        target = Database(replace(world.config, DATABASE_URL=self._url))
        copy_rows(world, target)
        self._script = postgres.emptying(target.engine, Base.metadata.tables.values())
        target.close()

    def copy(self) -> "Copy":
        """Return the world as it was; a copy that was made before must be closed."""
        return Copy(self._url, self._script)


class Copy:
    """A world on the server, which ``script`` makes as it was, and a connection of its own, which no fault concerns.

    A transaction that is rolled back keeps the numbers that it took from sequences; so that rows can be compared by
    their numbers, `fail` and `rolled_back` give back those that were taken since the last commit.
    """

    def __init__(self, url: str, script: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self._connection.execute(f"BEGIN;{script};{postgres.NEXT_NUMBERS};COMMIT".encode())
        self._failed: object = None
        names = [name for (name,) in self._connection.execute(_SEQUENCES)]
        self._numbers_query = " UNION ALL ".join(
            f"SELECT '{name}', last_value, is_called FROM {name}" for name in names
        )
        self.committed()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def rows(self, tables: list[Table], query_of: Callable[[Table], str]) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of these tables, in one round trip."""
        cursor = self._connection.execute(";".join(query_of(table) for table in tables).encode())
        rows = {}
        for table in tables:
            rows[table.name] = cursor.fetchall()
            cursor.nextset()
        return rows

    def committed(self) -> None:
        """Note which numbers the sequences have come to."""
        self._numbers = self._connection.execute(self._numbers_query.encode()).fetchall()

    def rolled_back(self, connection: Any) -> None:
        """Give back the numbers that a transaction with a fault took."""
        if _driver_connection(connection) is self._failed:
            self._failed = None
            self._give_back()

    def _give_back(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_SET_NUMBER, self._numbers)

    def fail(self, connection: Any, fault: str) -> None:
        """Let the server end this connection, so that its next call fails, or raise the error of the fault."""
        failing = _driver_connection(connection)
        if fault in _CODES:
            self._failed = failing
            words = fault.removeprefix("PostgreSQL: ")
            failing.execute(f"DO $$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = '{_CODES[fault]}'; END $$".encode())
        self._connection.execute("SELECT pg_terminate_backend(%s, %s)", (failing.info.backend_pid, _PATIENCE))
        self._give_back()

    def fail_commit(self, connection: Any, fault: str) -> None:
        """Fail as above; a commit that the server refuses also ends the transaction."""
        try:
            self.fail(connection, fault)
        except psycopg.Error:
            _driver_connection(connection).rollback()
            self.rolled_back(connection)
            raise

    def lose_answer(self, connection: Any) -> None:
        """Let the server end this connection, and raise the error of its next call."""
        self.fail(connection, LOST)
        _driver_connection(connection).execute("SELECT")


def refused() -> psycopg.OperationalError:
    """Return the error of a server that isn't running."""
    return psycopg.OperationalError("connection failed: Connection refused")


def _driver_connection(connection: Any) -> psycopg.Connection[Any]:
    """Return psycopg's connection, which SQLAlchemy's pool may have wrapped."""
    return cast("psycopg.Connection[Any]", getattr(connection, "dbapi_connection", connection))

"""The settings of SQLite connections that make it durable."""

import sqlite3
from contextlib import closing
from pathlib import Path

from hub.core.db import _settle_sqlite


def test_sqlite_commits_durably_and_checks_foreign_keys(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hub.sqlite3")) as connection:
        _settle_sqlite(connection, None)  # the engines of the tests turn durability off
        values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys")]
    assert values == [2, 1], "FULL: a finished commit survives a power failure"

"""What SQLite promises, which it does only where it is asked to."""

from contextlib import closing

from hub.core.db import Database


def test_sqlite_keeps_what_it_acknowledged_and_checks_foreign_keys(database: Database) -> None:
    # A connection straight from the driver: tests themselves leave out the flushes to disk.
    database.engine.dispose()
    with closing(database.engine.raw_connection()) as connection:
        told = [connection.cursor().execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys")]
    assert told == [2, 1], "FULL: a commit that was answered survives a power cut"

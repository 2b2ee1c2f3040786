"""What SQLite promises, which it does only where it is asked to."""

from hub.core.db import Database


def test_sqlite_keeps_what_it_acknowledged_and_checks_foreign_keys(database: Database) -> None:
    with database.reading() as db:
        connection = db.connection()
        told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "foreign_keys")]
    assert told == [2, 1], "FULL: a commit that was answered survives a power cut"

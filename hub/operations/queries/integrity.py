"""The database's own check of itself."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hub.core import failures
from hub.core.db import Database

MOST = 20  # problems that are listed


def database_problems(database: Database) -> list[str]:
    """Return a sentence for each damage that SQLite reports; empty if there is none.

    Raises SQLAlchemyError if the database can't be asked, for example because it isn't running: that is no damage.
    PostgreSQL checks its pages itself when they are read (initdb --data-checksums), so it is only asked for an answer.
    """
    try:
        with database.engine.connect() as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(text("SELECT 1"))
                return []
            lines = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA integrity_check({MOST})")]
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    except SQLAlchemyError as error:
        if failures.is_outside(error):
            raise
        return [f"The database can’t be read: {str(getattr(error, 'orig', error)).splitlines()[0]}."]
    problems = [f"The database is damaged: {line}." for line in lines if line != "ok"]
    return problems + [
        f"The database is damaged: a row of {row[0]} refers to a missing row of {row[2]}." for row in broken[:MOST]
    ]

"""Migrates the database to the current schema."""

import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import text

from hub.core.db import Database
from hub.core.errors import NewerDatabase

FOLDER = Path(__file__).parent
_REVISION = re.compile(r"^revision = [\"'](\w+)[\"']$", re.MULTILINE)
_DOWN_REVISION = re.compile(r"^down_revision = (?:[\"'](\w+)[\"']|None)$", re.MULTILINE)


def upgrade(database: Database, revision: str = "head") -> None:
    """Run all pending migrations up to ``revision``. Concurrent callers wait for a lock.

    Raises NewerDatabase if a newer version of the hub migrated the database.
    """
    # Alembic takes as long to import as SQLAlchemy, and most starts have nothing to migrate.
    from alembic import command  # noqa: PLC0415 - slow, and rarely needed

    if is_newer(database):
        raise NewerDatabase
    alembic = _alembic()
    with database.engine.execution_options(hub_begin="IMMEDIATE").connect() as connection:
        if connection.dialect.name == "postgresql":
            # Two processes that start at once must not both create the tables.
            connection.exec_driver_sql("SELECT pg_advisory_lock(20260101)")
            connection.commit()
        try:
            alembic.attributes["connection"] = connection
            command.upgrade(alembic, revision)
            connection.commit()
        finally:
            if connection.dialect.name == "postgresql":
                connection.rollback()
                connection.exec_driver_sql("SELECT pg_advisory_unlock(20260101)")
                connection.commit()


def is_current(database: Database) -> bool:
    """Return True if the database has the schema that this code expects."""
    return _revision_of(database) == _newest()


def is_newer(database: Database) -> bool:
    """Return True if a newer version of the hub migrated the database."""
    revision = _revision_of(database)
    return revision is not None and not knows(revision)


def knows(revision: str) -> bool:
    """Return True if this code has the migration ``revision``, so that it can read a database with that schema."""
    return revision in _migrations()


def _revision_of(database: Database) -> str | None:
    """Return the last migration that the database had, as Alembic records it; None before the first."""
    with database.engine.connect() as connection:
        if not connection.dialect.has_table(connection, "alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def _newest() -> str:
    [newest] = set(_migrations()) - set(_migrations().values())
    return newest


@cache
def _migrations() -> Mapping[str, str]:
    """Return the migrations, each with the one before it, "" for the first. Reading the files imports none of them."""
    migrations = {}
    for path in (FOLDER / "versions").glob("*.py"):
        written = path.read_text(encoding="utf-8")
        name, before = _REVISION.search(written), _DOWN_REVISION.search(written)
        if not name or not before:
            raise ValueError(f"{path} doesn't say which migration it is, or which one it follows.")
        migrations[name[1]] = before[1] or ""
    return migrations


def _alembic() -> Any:
    from alembic.config import Config as AlembicConfig  # noqa: PLC0415 - slow, and rarely needed

    alembic = AlembicConfig(stdout=sys.stdout)  # migrations print what they change
    alembic.set_main_option("script_location", str(FOLDER))
    alembic.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    alembic.set_main_option("path_separator", "os")
    return alembic

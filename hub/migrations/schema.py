"""Migrates the database to the current schema."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hub.core.db import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Run all pending migrations up to ``revision``. Concurrent callers wait for a lock."""
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
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


def is_newer(database: Database) -> bool:
    """Return True if a newer version of the hub migrated the database."""
    with database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    return revision is not None and not knows(revision)


def knows(revision: str) -> bool:
    """Return True if this code has the migration ``revision``, so that it can read a database with that schema."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions())


def _newest() -> str | None:
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> AlembicConfig:
    alembic = AlembicConfig(stdout=sys.stdout)  # migrations print what they change
    alembic.set_main_option("script_location", str(Path(__file__).parent))
    alembic.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    alembic.set_main_option("path_separator", "os")
    return alembic

"""Places to restore to, and what a hub contains, for tests of backups."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select

from config import Config
from hub.core.db import Base, Database
from hub.library.files import originals
from hub.migrations import schema
from hub.operations.actions import restoring as restoring_actions
from hub.operations.actions.restoring import Migrations, Restored
from hub.operations.store.target import Target

MIGRATIONS = Migrations(schema.upgrade, schema.knows)


def place(folder: Path, **settings: object) -> Config:
    """Return the settings of a hub in an empty folder."""
    return Config.load({}, INSTANCE=folder / "instance", UPLOADS=folder / "uploads", LOG_LEVEL="ERROR", **settings)


def rows_of(database: Database, *but: str) -> dict[str, list[object]]:
    """Return all rows of all tables but some, without heartbeats."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(connection.execute(select(table)).all(), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in {"worker_pulse", "worker_line", *but}
        }


def files_of(config: Config) -> dict[str, bytes]:
    """Return the stored files by name."""
    return {path.name: path.read_bytes() for path in originals.all_stored(config)}


def restored(
    config: Config,
    target: Target,
    *,
    identity: Path | None = None,
    replaces: bool = False,
    sends_mail: bool = False,
) -> Restored:
    """Restore the newest backup."""
    source = restoring_actions.opened(target, "", identity)
    return restoring_actions.restore(config, source, MIGRATIONS, replaces=replaces, sends_mail=sends_mail)


def rows_in(config: Config, *but: str) -> dict[str, list[object]]:
    """Return all rows of the hub with these settings."""
    with closing(Database(config)) as database:
        return rows_of(database, *but)


@contextmanager
def without_table(database: Database, name: str) -> Iterator[None]:
    """Take a table away for a while. It comes back, because on PostgreSQL later tests get the same database."""

    def rename(before: str, after: str) -> None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")

    rename(name, "taken_away")
    try:
        yield
    finally:
        rename("taken_away", name)

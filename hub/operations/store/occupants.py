"""What is in the places where a hub is to be restored: a running hub, data, or nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError

from config import Config
from hub.core import clock, heartbeats
from hub.core.errors import Refused
from hub.core.heartbeats import Heartbeat
from hub.library.files import originals

_ORGANIZATIONS = "SELECT count(*) FROM organization"


def sqlite_path(config: Config) -> Path | None:
    """Return the path of the SQLite database; None for PostgreSQL."""
    url = make_url(config.DATABASE_URL)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


@contextmanager
def connected(config: Config) -> Iterator[Connection]:
    """Connect to the PostgreSQL database; raises Refused if it doesn't answer."""
    engine = create_engine(config.DATABASE_URL, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise Refused(f"The database can’t be reached ({str(error.orig).splitlines()[0]}).") from error
    finally:
        engine.dispose()


def refuse_running_elsewhere(config: Config) -> None:
    """Raise Refused if a worker on another machine uses the database."""
    if sqlite_path(config) is not None:
        return  # one machine, where the lock decides
    since = clock.now() - heartbeats.SILENT_AFTER
    with connected(config) as connection:
        if not inspect(connection).has_table(Heartbeat.__tablename__):
            return
        alive = connection.scalars(select(Heartbeat.name).where(Heartbeat.at > since)).all()
    if running := [name for name in alive if not heartbeats.is_known_dead(name)]:
        raise Refused(
            f"A worker is running on another machine ({running[0].partition('/')[0]}). Stop it, wait two minutes, then try again."
        )


def refuse_occupied(config: Config) -> None:
    """Raise Refused if there is a hub with data, or something that can't be read."""
    if _has_rows(config) or next(originals.all_stored(config), None) is not None:
        raise Refused("There is a hub here already. To move it aside and restore the backup, use --replace.")


def _has_rows(config: Config) -> bool:
    path = sqlite_path(config)
    if path is None:
        return _postgresql_has_rows(config)
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        # Read-only, so that a damaged database stays as it is.
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return ("organization",) in tables and connection.execute(_ORGANIZATIONS).fetchone()[0] > 0
    except sqlite3.Error:
        return True


def _postgresql_has_rows(config: Config) -> bool:
    with connected(config) as connection:
        if not inspect(connection).has_table("organization"):
            return False
        return bool(connection.scalar(text(_ORGANIZATIONS)))

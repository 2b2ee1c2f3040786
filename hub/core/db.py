"""Database access: the base of all models, engines for SQLite and PostgreSQL, sessions. Knows no Flask."""

import enum
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Enum, MetaData, Select, create_engine, event
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from config import Config

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """A column type for aware datetimes, stored in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; raises ValueError for a datetime without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "A stored datetime needs a time zone."
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Add the time zone that SQLite doesn't store."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(kind: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in kind]


class Base(DeclarativeBase):
    """The base of every model."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Utc(),
        enum.Enum: Enum(enum.Enum, native_enum=False, create_constraint=False, length=20, values_callable=_values),
    }


class Database:
    """The database of one installation: `reading()` and `writing()` open sessions, one transaction each.

    ``config`` holds the current settings; `hub.core.chosen_settings` adds those chosen in the browser.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.engine = _engine(config.DATABASE_URL)
        info = {"database": self}
        self.reader = sessionmaker(self.engine, expire_on_commit=False, info=info | {"writes": False})
        writing = self.engine.execution_options(hub_begin="IMMEDIATE")
        self.writer = sessionmaker(writing, expire_on_commit=False, info=info | {"writes": True})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that may only read."""
        with self.reader() as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits at the end, or rolls back on any exception."""
        with self.writer.begin() as db:
            yield db

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def config_of(db: Session) -> Config:
    """Return the settings of the installation that ``db`` belongs to."""
    database: Database = db.info["database"]
    return database.config


def add_unless(db: Session, row: Base, existing: Select[int]) -> bool:
    """Add the row unless ``existing`` finds one, and return whether it was added.

    If two requests race, the unique index lets only one of them succeed.
    """
    if db.scalar(existing) is not None:
        return False
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        if db.scalar(existing) is None:
            raise
        return False
    return True


def _engine(url: str) -> Engine:
    """Return the engine. Its errors are logged, so they hide parameters: some are tokens and password hashes."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10, hide_parameters=True)
    engine = create_engine(url, pool_size=10, max_overflow=10, hide_parameters=True)
    event.listen(engine, "connect", _settle_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _settle_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Make commits durable, and wait for locks instead of failing."""
    connection.isolation_level = None  # the driver begins transactions too late: see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start of a writing transaction: otherwise a read followed by a write loses updates."""
    kind = connection.get_execution_options().get("hub_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


@event.listens_for(Session, "before_flush")
def _refuse_writes_of_readers(db: Session, _context: object, _instances: object) -> None:
    """Raise RuntimeError when a read-only session is about to write, so that a GET request can't change data."""
    if db.info.get("writes", True) or not (db.new or db.dirty or db.deleted):
        return
    if db.new or db.deleted or any(db.is_modified(row) for row in db.dirty):
        message = "A session that was opened for reading was about to write."
        raise RuntimeError(message)

"""Database access: the base of all models, engines for SQLite and PostgreSQL, sessions. Knows no Flask."""

import enum
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, cast

from sqlalchemy import DateTime, Enum, MetaData, Select, create_engine, event, func, select, text
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, SessionTransaction, sessionmaker
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from config import Config
from hub.core import waking
from hub.core.fingerprints import digest_of
from hub.core.noting import Notes
from hub.core.remembered import Memory, State
from hub.core.writers import PATIENCE, TooBusyError, WriterLine

FREE_FOR_READING = 4  # threads of a web process that don't wait to write while the line doesn't move
_TURN_DIGITS = 15  # hexadecimal: PostgreSQL's advisory locks are numbers of 63 bits and a sign
_WROTE = "wrote"  # whether a session's transaction changed something
_TURNS = "turns"  # where a session keeps the turns that it took, in their order
BUSY_TIMEOUT = 10_000  # milliseconds that SQLite waits for a lock of another program
# PostgreSQL's SQLSTATE of a transaction that has to be repeated: serialization failure, and deadlock.
_REPEATABLE = frozenset({"40001", "40P01"})

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
        self.refreshed: tuple[State, Config] | None = None  # the state whose chosen settings are in ``config``
        self.alarm: waking.Alarm | None = None  # of this process, if it is a worker
        self.line = _line_of(config)
        self.engine = _engine(config.DATABASE_URL, self.line)
        self.memory = Memory(self.engine)
        info = {"database": self}
        self.reader = sessionmaker(self.engine, expire_on_commit=False, info=info | {"writes": False})
        writing = self.engine.execution_options(hub_begin="IMMEDIATE")
        self.writer = sessionmaker(writing, expire_on_commit=False, info=info | {"writes": True, "wakes": True})
        noting = writing.execution_options(hub_patience=0.0)
        self.noter = sessionmaker(noting, expire_on_commit=False, info=info | {"writes": True})
        self.notes = Notes(self.noting, self.writing)

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

    def wake(self) -> None:
        """Tell workers to look for work at once; on PostgreSQL, only this process, if it is one. Never fails."""
        source = None
        if self.alarm is not None:
            self.alarm.ring()
            source = self.alarm.source  # which another thread may take away at any time
        if self.line is not None:
            waking.wake(self.config.INSTANCE, but=source.path if source else None)

    @contextmanager
    def noting(self) -> Iterator[Session]:
        """Open a session for a note that may be lost: like `writing`, but if someone else writes, it gives up at once.

        Raises OperationalError then. No page may wait for such a note.
        """
        with self.noter.begin() as db:
            if self.engine.name == "postgresql":
                db.execute(text("SET LOCAL lock_timeout = '100ms'"))
            yield db

    def close(self) -> None:
        """Close all connections, after the notes that wait are written."""
        self.notes.stop()
        self.memory.close()
        self.engine.dispose()
        if self.line:
            self.line.close()


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


def insert_into(db: Session, model: type[Base]) -> Any:
    """Return an INSERT that can say ON CONFLICT, which SQLite and PostgreSQL write the same way.

    Only the dialect in use is loaded: loading the other one takes a command a fiftieth of a second.
    """
    return import_module(f"sqlalchemy.dialects.{db.get_bind().dialect.name}").insert(model)


def take_turns(db: Session, names: Iterable[str]) -> None:
    """Wait until no other session has taken a turn on one of these names, and keep them to the end of this transaction.

    The session's later transactions take them again: a commit in between lets others pass only until then.
    Names are locked in a fixed order, so two transactions can't wait for each other here. On SQLite, a transaction that
    writes has the only turn anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        turns = [func.pg_advisory_xact_lock(number) for number in sorted({_turn_number(name) for name in names})]
        connection = db.connection()  # first takes again those of an earlier transaction
        for turn in turns:
            connection.execute(select(turn))
        db.info.setdefault(_TURNS, []).extend(turns)


def _turn_number(name: str) -> int:
    return int(digest_of(name)[:_TURN_DIGITS], 16)


@event.listens_for(Session, "after_begin")
def _take_turns_again(db: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Take the turns of a session again, in their order, when it begins another transaction."""
    if not transaction.nested:
        for turn in db.info.get(_TURNS, ()):
            connection.execute(select(turn))


def is_collision(error: BaseException) -> bool:
    """Return True if an error comes from someone else's write at the same time, so that repeating may succeed.

    A unique index refused a second row, a row was deleted meanwhile, or the database broke a deadlock.
    """
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _REPEATABLE:
        return True
    return isinstance(error, IntegrityError | StaleDataError | ObjectDeletedError)


def _line_of(config: Config) -> WriterLine | None:
    """Return the line of writers of a SQLite database; None for PostgreSQL. All but a few threads may wait in it."""
    url = make_url(config.DATABASE_URL)
    if url.get_backend_name() != "sqlite":
        return None
    is_file = url.database and url.database != ":memory:"
    return WriterLine(
        Path(url.database) if is_file and url.database else None, max(1, config.WEB_THREADS - FREE_FOR_READING)
    )


def _engine(url: str, line: WriterLine | None) -> Engine:
    """Return the engine. Its errors are logged, so they hide parameters: some are tokens and password hashes."""
    if line is None:
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    # Writers that wait in line have a connection each, and readers need one at once.
    engine = create_engine(url, pool_size=10, max_overflow=-1, hide_parameters=True)
    event.listen(engine, "connect", _settle_sqlite)
    event.listen(engine, "begin", partial(_begin_sqlite, line))
    event.listen(engine, "checkin", _end_turn)
    event.listen(engine, "invalidate", lambda connection, entry, _error: _end_turn(connection, entry))
    return engine


def _settle_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Make commits durable, and wait for locks instead of failing."""
    connection.isolation_level = None  # the driver begins transactions too late: see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(line: WriterLine, connection: Connection) -> None:
    """Take the write lock at the start of a writing transaction: otherwise a read followed by a write loses updates.

    Before that, the writer waits for its turn, which ends when the connection is returned to the pool.
    """
    options = connection.get_execution_options()
    if options.get("hub_begin") != "IMMEDIATE":
        _driver_of(connection).execute("BEGIN DEFERRED")  # takes no lock, so it can't fail for a reason to report
        return
    patience = options.get("hub_patience", PATIENCE)
    try:
        if _TURN not in connection.info:  # a migration has several transactions, and one turn
            line.join(patience)
    except TooBusyError:
        message = "database is locked: other writers are waiting"
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError(message)) from None
    connection.info[_TURN] = line
    if patience < PATIENCE:
        connection.info[_HURRIED] = True
        connection.exec_driver_sql(f"PRAGMA busy_timeout={1000 * patience:.0f}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _driver_of(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


# Where a connection keeps the line in which it has its turn, and that it doesn't wait for other programs as usual.
_TURN, _HURRIED = "hub_turn", "hub_hurried"


def _end_turn(connection: sqlite3.Connection | None, entry: ConnectionPoolEntry) -> None:
    """End what a connection that returns to the pool still holds: its transaction, its haste and its turn.

    SQLAlchemy rolls nothing back after a COMMIT that failed, and SQLite then keeps the transaction and its lock.
    """
    line: WriterLine | None = entry.info.pop(_TURN, None)
    is_hurried = entry.info.pop(_HURRIED, False)
    try:
        if connection and connection.in_transaction:
            connection.rollback()
        if connection and is_hurried:
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    finally:
        if line:
            line.leave()


@event.listens_for(Session, "after_flush")
def _note_flush(db: Session, _context: object) -> None:
    db.info[_WROTE] = True


@event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info[_WROTE] = True


@event.listens_for(Session, "before_commit")
def _notify_workers(db: Session) -> None:
    """Have PostgreSQL wake the workers of all machines when this transaction, which changes something, commits."""
    if _wakes(db) and db.get_bind().dialect.name == "postgresql":
        db.flush()  # which may change something
        if db.info.get(_WROTE):
            db.execute(waking.notification())


@event.listens_for(Session, "after_commit")
def _wake_workers(db: Session) -> None:
    """Wake the workers after a transaction that changed something: it may have left them work."""
    if _wakes(db) and db.info.pop(_WROTE, False):
        db.info["database"].wake()


def _wakes(db: Session) -> bool:
    """Return False at the end of a savepoint, and for sessions whose changes leave no work, such as heartbeats."""
    return bool(db.info.get("wakes")) and not db.in_nested_transaction()


@event.listens_for(Session, "before_flush")
def _refuse_writes_of_readers(db: Session, _context: object, _instances: object) -> None:
    """Raise RuntimeError when a read-only session is about to write, so that a GET request can't change data."""
    if db.info.get("writes", True) or not (db.new or db.dirty or db.deleted):
        return
    if db.new or db.deleted or any(db.is_modified(row) for row in db.dirty):
        message = "A session that was opened for reading was about to write."
        raise RuntimeError(message)

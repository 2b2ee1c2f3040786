"""The rows of a database as text that both SQLite and PostgreSQL can load, in chunks that rarely change.

A chunk has the rows whose primary keys share all digits but the last three, as lines of JSON. So a table that only
grows gives the same chunks again, and they don't have to be stored twice.
"""

import base64
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count, groupby
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Text,
    Time,
    cast,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy import types as sql_types
from sqlalchemy.engine import Connection, Engine

from hub.core.db import Utc
from hub.core.errors import Refused

ROWS = 1_000  # in a chunk, at most
BYTES = 8_000_000  # after which a chunk ends early
# The manifest has the schema; heartbeats are momentary; the worker makes vectors again.
SKIPPED = frozenset({"alembic_version", "worker_pulse", "worker_line", "page_vector", "encoded_resource"})

# Kinds of columns: how they are read and written, and how their values become JSON and back.
_Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]
_TYPES: dict[str, Any] = {
    "boolean": Boolean(), "integer": Integer(), "number": Float(), "moment": Utc(), "day": Date(), "time": Time(),
    "bytes": LargeBinary(), "text": Text(),
}  # fmt: skip
_CODECS: dict[str, _Codec] = {
    "moment": (datetime.isoformat, datetime.fromisoformat),
    "day": (date.isoformat, date.fromisoformat),
    "time": (time.isoformat, time.fromisoformat),
    "bytes": (lambda value: base64.b64encode(value).decode(), base64.b64decode),
}
_KINDS: tuple[tuple[type[Any], str], ...] = (
    (sql_types.Boolean, "boolean"), (sql_types.Integer, "integer"), (sql_types.Numeric, "number"),
    (sql_types.DateTime, "moment"), (sql_types.Date, "day"), (sql_types.Time, "time"), (sql_types.JSON, "json"),
    (sql_types.LargeBinary, "bytes"), (String, "text"),
)  # fmt: skip


@dataclass(frozen=True)
class TableShape:
    """A table's name, columns with their kinds, and primary key."""

    name: str
    columns: Mapping[str, str]
    key: Sequence[str]


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table, as lines of JSON."""

    rows: int
    content: bytes


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a connection that sees the database as it is now, however long it reads; others can write meanwhile."""
    is_postgresql = engine.dialect.name == "postgresql"  # SQLite isolates every transaction
    isolated = engine.execution_options(isolation_level="REPEATABLE READ") if is_postgresql else engine
    with isolated.connect() as connection:
        if is_postgresql:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.execute(text("SELECT 1 FROM alembic_version")).all()  # the first query decides on the snapshot
        yield connection


def shapes(connection: Connection) -> Sequence[TableShape]:
    """Return the tables that are backed up, sorted by name. Asks the database, so it works with an earlier schema."""
    inspector = inspect(connection)
    keys = {name: facts["constrained_columns"] for (_, name), facts in inspector.get_multi_pk_constraint().items()}
    return [
        TableShape(name, {facts["name"]: _kind(facts["type"]) for facts in columns}, keys.get(name) or ())
        for (_, name), columns in sorted(inspector.get_multi_columns().items(), key=lambda item: item[0][1])
        if name not in SKIPPED
    ]


def _kind(type_: Any) -> str:
    for kind, name in _KINDS:
        if isinstance(type_, kind):
            return name
    message = f"A backup can't store columns of type {type_}."
    raise TypeError(message)


def chunks(connection: Connection, shape: TableShape) -> Iterator[Chunk]:
    """Yield the rows of a table in chunks, ordered by primary key."""
    encoders = [(place, _CODECS[kind][0]) for place, kind in enumerate(shape.columns.values()) if kind in _CODECS]
    source = table(shape.name, *(column(name, _TYPES.get(kind)) for name, kind in shape.columns.items()))
    chosen = [
        # JSON as text: the same in both databases, and NULL differs from JSON's null.
        cast(source.c[name], Text) if kind == "json" else source.c[name]
        for name, kind in shape.columns.items()
    ]
    query = select(*chosen).order_by(*(source.c[name] for name in shape.key))
    rows = connection.execution_options(yield_per=ROWS).execute(query)
    for _number, group in groupby(rows, _chunk_number(shape)):
        yield from _split(json.dumps(_encoded(row, encoders), ensure_ascii=False) for row in group)


def _chunk_number(shape: TableShape) -> Callable[[Any], int]:
    first = shape.key[0] if shape.key else ""
    if shape.columns.get(first) == "integer":
        place = list(shape.columns).index(first)
        return lambda row: int(row[place]) // ROWS
    numbers = count()
    return lambda _row: next(numbers) // ROWS


def _encoded(row: Any, encoders: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for place, encode in encoders:
        if values[place] is not None:
            values[place] = encode(values[place])
    return values


def _split(lines: Iterator[str]) -> Iterator[Chunk]:
    """Yield chunks of at most BYTES; a single long row may be longer."""
    collected: list[bytes] = []
    size = 0
    for line in lines:
        collected.append(line.encode("utf-8", "surrogatepass"))
        size += len(collected[-1])
        if size >= BYTES:
            yield Chunk(len(collected), b"\n".join(collected))
            collected, size = [], 0
    if collected:
        yield Chunk(len(collected), b"\n".join(collected))


def load(
    connection: Connection, tables: Sequence[TableShape], contents_of: Callable[[str], Iterator[bytes]]
) -> dict[str, int]:
    """Replace all rows of a freshly migrated database, and return the number of rows of each table.

    ``contents_of`` yields the chunks of a table. Foreign keys are checked at the end. Raises Refused for rows that
    don't fit the schema.
    """
    known = {shape.name: shape for shape in shapes(connection)}
    for shape in tables:
        if shape.name not in known or not shape.columns.keys() <= known[shape.name].columns.keys():
            raise Refused(
                f"The backup has a table {shape.name!r} that doesn’t match its schema, so it can’t be restored."
            )
    with _unordered(connection):
        for name in known:
            connection.execute(table(name).delete())
        loaded = {shape.name: _load_table(connection, shape, contents_of(shape.name)) for shape in tables}
    _continue_sequences(connection, known.values())
    return loaded


def _load_table(connection: Connection, shape: TableShape, contents: Iterator[bytes]) -> int:
    target = table(shape.name, *(column(name, _TYPES.get(kind)) for name, kind in shape.columns.items()))
    decoders = {name: _CODECS[kind][1] for name, kind in shape.columns.items() if kind in _CODECS}
    loaded = 0
    for content in contents:
        rows = [dict(zip(shape.columns, json.loads(line), strict=True)) for line in content.split(b"\n")]
        for row in rows:
            for name, decode in decoders.items():
                if row[name] is not None:
                    row[name] = decode(row[name])
        connection.execute(insert(target), rows)
        loaded += len(rows)
    return loaded


@contextmanager
def _unordered(connection: Connection) -> Iterator[None]:
    """Let tables be filled in any order: foreign keys are checked at the end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            raise Refused(f"The backup’s table {broken[0][0]!r} refers to rows that are missing.")
        return
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
        )
    ).all()
    for of_table, name, _definition in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {of_table} DROP CONSTRAINT {name}")
    yield
    for of_table, name, definition in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {of_table} ADD CONSTRAINT {name} {definition}")


def _continue_sequences(connection: Connection, tables: Collection[TableShape]) -> None:
    """Let PostgreSQL number new rows after the loaded ones; SQLite does that automatically."""
    if connection.dialect.name != "postgresql":
        return
    for shape in tables:
        for name in shape.key:
            quoted = connection.dialect.identifier_preparer.quote(shape.name)
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": quoted, "column": name}
            )
            if sequence:
                highest = connection.scalar(select(func.max(table(shape.name, column(name)).c[name])))
                connection.execute(
                    text("SELECT setval(:sequence, :number, :is_used)"),
                    {"sequence": sequence, "number": highest or 1, "is_used": highest is not None},
                )

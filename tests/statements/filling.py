"""Copies of all rows of a small world, so that every list of it is long."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, String, Table, Text, UniqueConstraint, select

from hub.core.db import Base, Database

# What belongs to the hub as a whole, to one process, or to the person who is signed in. The glossary is long as it is.
NOT_COPIED = frozenset({"setting", "worker_pulse", "worker_line", "sign_in_session", "sign_in_tries", "sent_form"})
NOT_COPIED |= {"glossary_entry"}
# First these are copied alone, so that there are many organizations and people; then the rest, so that the first ones
# have many of everything.
PEOPLE = frozenset({"organization", "membership_period", "person", "role_held"})
WEEK = timedelta(weeks=1)

Numbers = dict[tuple[str, int], int]  # the number of a row's copy, by its table and number


def fill(database: Database, times: int) -> None:
    """Add ``times`` copies of each row; a copy that a unique index refuses is left out. For SQLite."""
    with database.writing() as db:
        connection = db.connection()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for tables in (PEOPLE, Base.metadata.tables.keys() - PEOPLE - NOT_COPIED):
            _copy(connection, [table for table in Base.metadata.sorted_tables if table.name in tables], times)


def _copy(connection: Connection, tables: list[Table], times: int) -> None:
    rows = {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}
    numbers: dict[int, Numbers] = defaultdict(dict)
    for table in tables:
        copies = [copy for turn in range(1, times + 1) for copy in _copies(table, rows[table], turn, numbers[turn])]
        if copies:
            connection.execute(table.insert().prefix_with("OR IGNORE"), copies)


def _copies(table: Table, rows: list[dict[str, Any]], turn: int, numbers: Numbers) -> Iterator[dict[str, Any]]:
    """Yield a copy of each row; it belongs to the copies of what the row belongs to."""
    key = list(table.primary_key)
    is_numbered = len(key) == 1 and isinstance(key[0].type, Integer) and not key[0].foreign_keys
    unique = _unique(table)
    highest = max((row[key[0].name] for row in rows), default=0) if is_numbered else 0
    for place, row in enumerate(rows, 1):
        copy = dict(row)
        for column in table.columns:
            value = row[column.name]
            if column.foreign_keys and value is not None:
                parent = next(iter(column.foreign_keys)).column.table.name
                copy[column.name] = numbers.get((parent, value), value)
            elif column.name in unique and isinstance(column.type, String | Text) and value is not None:
                copy[column.name] = f"{value} {turn}"[-(column.type.length or 1_000) :]
            elif isinstance(value, date) and not isinstance(value, datetime) and column.name in unique:
                copy[column.name] = value + turn * WEEK
        if is_numbered:
            copy[key[0].name] = highest * turn + place
            numbers[table.name, row[key[0].name]] = highest * turn + place
        yield copy


def _unique(table: Table) -> set[str]:
    """Return the names of the columns that a unique index has."""
    names = {column.name for column in table.columns if column.unique or column.primary_key}
    names |= {column.name for index in table.indexes if index.unique for column in index.columns}
    constraints = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return names | {column.name for constraint in constraints for column in constraint.columns}

"""Fixtures of the search tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from hub.core.db import Database


@pytest.fixture
def count_statements(app: Flask, database: Database) -> Iterator[Callable[[], list[str]]]:
    """Return a function that returns the list of SQL statements from then on."""
    statements: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        statements.append(statement)

    def start() -> list[str]:
        statements.clear()
        return statements

    event.listen(database.engine, "before_cursor_execute", record)
    yield start
    event.remove(database.engine, "before_cursor_execute", record)

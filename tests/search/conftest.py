"""What tests of search share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from hub.core.db import Database


@pytest.fixture
def count_statements(app: Flask, database: Database) -> Iterator[Callable[[], list[str]]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        seen.append(statement)

    def start() -> list[str]:
        seen.clear()
        return seen

    event.listen(database.engine, "before_cursor_execute", note)
    yield start
    event.remove(database.engine, "before_cursor_execute", note)

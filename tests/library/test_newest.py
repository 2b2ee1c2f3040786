"""The newest resources are read from an index, however many resources there are."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from hub.core import clock
from hub.core.db import Database
from hub.library import queries as library_queries
from hub.library.rules import Audience
from hub.members.models import Person
from hub.members.rules.organizations import Role
from hub.search.queries import freshness as freshness_queries
from tests.world import a_person, a_resource, an_organization

PLAN = 3  # the column of EXPLAIN QUERY PLAN that says what is read


@pytest.fixture
def reader(request: pytest.FixtureRequest, database: Database) -> Person | None:
    """A person with the requested role, or a visitor; a hub with a resource for each audience."""
    with database.writing() as db:
        organization = an_organization(db)
        for audience in Audience:
            a_resource(db, organization, f"For {audience}", audience=audience)
        if request.param is None:
            return None
        return a_person(db, organization, request.param)


@pytest.mark.parametrize("reader", [None, Role.CONTRIBUTOR, Role.REPRESENTATIVE, Role.COORDINATOR], indirect=True)
def test_the_newest_resources_are_read_from_their_index_without_sorting(
    reader: Person | None, database: Database
) -> None:
    plans = _plans_of(database, lambda db: library_queries.newest(db, reader, 10))
    assert "ix_resource_newest" in plans[0], plans
    assert not any("TEMP B-TREE" in plan for plan in plans), plans


@pytest.mark.both_databases
def test_the_newest_resources_come_first_without_the_withdrawn_ones(database: Database) -> None:
    with database.writing() as db:
        organization = an_organization(db)
        for number in range(4):
            a_resource(db, organization, f"Plan {number}").withdrawn_at = clock.now() if number == 2 else None
        person = a_person(db, organization)
        titles = [resource.title for resource in library_queries.newest(db, person, 2)]
    assert titles == ["Plan 3", "Plan 1"]


def test_the_state_of_the_searchable_resources_is_read_from_an_index_alone(database: Database) -> None:
    [plan] = _plans_of(database, freshness_queries.signature)
    assert "COVERING INDEX ix_resource_live" in plan


def _plans_of(database: Database, read: Any) -> list[str]:
    """Return how SQLite reads each statement of ``read``."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_others: Any) -> None:
        statements.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with database.reading() as db:
            read(db)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        return [
            " ".join(row[PLAN] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
            for statement, values in statements
            if statement.startswith("SELECT")
        ]

"""Benchmark of the board: standings of 500 organizations in 8 quarters, from 1,000,000 entries of the sharing log."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bench.rows import ORGANIZATIONS, coordinator, organization_row, period_rows, person_row, run_on_each_database
from hub.core import clock
from hub.core.dates import number
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.library.rules import Kind
from hub.members.models import MembershipPeriod, Organization, Person
from hub.members.rules.organizations import Role
from hub.sharing.models import Confirmation
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.queries import standings as standings_queries

QUARTERS, EVENTS, RESOURCES = 8, 1_000_000, 1_000
LAST = Quarter.of(clock.now().date())
RUNS = 15

# Event i belongs to organization i % 500 and quarter (i / 500) % 8. Every fifth organization only downloads, every
# seventh is silent in half of the quarters; one event in fifty supersedes an older one, and half of those retract it.
FILL = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {EVENTS})
INSERT INTO sharing_event (id, act, organization_id, person_id, resource_id, title, happened_on, quarter, recorded_at,
                           with_whom, note, supersedes_id, void, person_name, organization_name, earlier)
SELECT i,
       CASE WHEN i % 5 = 0 OR i % 3 > 0 THEN 'download' WHEN i % 2 = 0 THEN 'declared' ELSE 'forward' END,
       i % {ORGANIZATIONS} + 1, i % {ORGANIZATIONS} + 1, i % {RESOURCES} + 1, 'Toolkit for manufacturers ' || (i % {RESOURCES} + 1),
       '2026-10-01',
       CASE WHEN i % 7 = 0 AND (i / {ORGANIZATIONS}) % 2 = 0 THEN '2020Q1'
            ELSE {{quarter}} END,
       '2026-10-01 12:00:00', 'our manufacturers', '',
       CASE WHEN i % 50 = 0 AND i > 4000 THEN i - 4000 END, i % 100 = 0, 'Ana Peña', 'Prairie Works', false
FROM n
"""


def main() -> None:
    """Print a table for SQLite, and one for PostgreSQL if it is installed."""
    run_on_each_database(
        f"The board's standings: {ORGANIZATIONS} organizations, {QUARTERS} quarters, {number(EVENTS)} events",
        _fill_and_measure,
    )


def _fill_and_measure(name: str, database: Database) -> None:
    _fill(database)
    _measure(name, database)


def _fill(database: Database) -> None:
    """Fill the database; one SQL statement inserts all entries of the sharing log, which is fast."""
    quarters = LAST.back(QUARTERS)
    moment = datetime(2026, 10, 1, 12, tzinfo=UTC)
    case = " ".join(f"WHEN {position} THEN '{quarter}'" for position, quarter in enumerate(quarters))
    with database.writing() as db:
        host = ORGANIZATIONS + 1
        db.execute(insert(Organization), [organization_row(n) for n in range(1, host + 1)])
        db.execute(insert(MembershipPeriod), [row for n in range(1, host + 1) for row in period_rows(n)])
        db.execute(insert(Person), [person_row(n, moment) for n in range(1, host + 1)])
        db.execute(insert(Resource), [_resource(n, moment) for n in range(1, RESOURCES + 1)])
        statement = FILL.format(quarter=f"CASE (i / {ORGANIZATIONS}) % {QUARTERS} {case} END")
        if db.get_bind().dialect.name == "postgresql":
            statement = statement.replace("'2026-10-01'", "date '2026-10-01'")
            statement = statement.replace("'2026-10-01 12:00:00'", "timestamptz '2026-10-01 12:00:00Z'")
        db.connection().exec_driver_sql(statement.replace("%", "%%") if "timestamptz" in statement else statement)
        db.execute(insert(Confirmation), list(_confirmations(quarters, moment)))
    with database.engine.connect() as connection:
        # PostgreSQL's autovacuum does this on its own, long before a hub has a million entries.
        statement = "VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)


def _resource(n: int, moment: datetime) -> dict[str, object]:
    return {
        "id": n,
        "title": f"Resource {n}",
        "kind": Kind.BRIEFING,
        "published_on": date(2024, 1, 1),
        "organization_id": n % ORGANIZATIONS + 1,
        "created_at": moment,
    }


def _confirmations(quarters: list[Quarter], moment: datetime) -> Iterator[dict[str, object]]:
    """Yield confirmations: two in three organizations confirmed each quarter, one in ten with nothing shared."""
    for n in range(1, ORGANIZATIONS + 1):
        for quarter in quarters:
            if n % 3:
                yield {
                    "organization_id": n,
                    "quarter": str(quarter),
                    "person_id": n,
                    "role": Role.REPRESENTATIVE,
                    "confirmed_at": moment,
                    "shared": n % 10 > 0,
                }


def _measure(name: str, database: Database) -> None:
    with database.reading() as db:
        organizations = db.scalars(select(Organization)).all()
        person = db.scalars(select(Person)).first()
    assert person is not None
    period = LAST.back(QUARTERS)
    # The queries of the board, of one organization's pages, and of the command line.
    queries: dict[str, Callable[[Session], object]] = {
        "standings, 500 x 8": lambda db: standings_queries.standings(db, organizations, period),
        "one organization, 8 quarters": lambda db: quarters_queries.quarters_of(db, organizations[0], period),
        "your quarter": lambda db: quarters_queries.your_quarter(db, person, LAST),
        "hub sharing, one quarter of all": lambda db: quarters_queries.sharing_of(db, LAST),
    }
    print(f"\n{name:34}{'median ms':>12}{'slowest ms':>12}")
    for label, query in queries.items():
        _print(label, [_time(database, query) for _ in range(RUNS)])
    browser = coordinator(database)
    _print("the board's page", [_request(browser, "/board") for _ in range(RUNS)])
    with database.writing() as db:
        db.execute(delete(Confirmation))
    _print("  without confirmations", [_request(browser, "/board") for _ in range(RUNS)])


def _print(label: str, times: list[float]) -> None:
    print(f"{label:34}{statistics.median(times):12.1f}{max(times):12.1f}", flush=True)


def _time(database: Database, query: Callable[[Session], object]) -> float:
    with database.reading() as db:
        start = time.perf_counter()
        query(db)
        return 1000 * (time.perf_counter() - start)


def _request(browser: FlaskClient, address: str) -> float:
    start = time.perf_counter()
    response = browser.get(address)
    assert response.status_code == 200, response.status
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()

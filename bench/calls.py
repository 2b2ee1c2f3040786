"""Benchmark of calls: the commitments of 500 organizations over a year of 52 calls, as on the board."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.rows import ORGANIZATIONS, coordinator, organization_row, period_rows, person_row, run_on_each_database
from hub.calls.actions import series as series_actions
from hub.calls.models import Attendance, Call, Presentation, Source
from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import presentations as presentations_queries
from hub.calls.queries import yours as yours_queries
from hub.calls.rules.presentations import SlotState
from hub.core import clock
from hub.core.dates import number
from hub.core.db import Database
from hub.members.models import MembershipPeriod, Organization, Person

CALLS, RUNS = 52, 15


def main() -> None:
    """Print a table for SQLite, and one for PostgreSQL if it is installed."""
    run_on_each_database(
        f"The board's commitments: {ORGANIZATIONS} organizations, {CALLS} calls, every third attendance from two sources",
        _fill_and_measure,
    )


def _fill_and_measure(name: str, database: Database) -> None:
    _measure(name, database, _fill(database))


def _fill(database: Database) -> int:
    """Add last year's calls, each attended by two thirds of the organizations, and return the year."""
    moment = clock.now()
    year = moment.year - 1
    host = ORGANIZATIONS + 1
    with database.writing() as db:
        db.execute(insert(Organization), [organization_row(n) for n in range(1, host + 1)])
        db.execute(insert(MembershipPeriod), [row for n in range(1, host + 1) for row in period_rows(n)])
        db.execute(insert(Person), [person_row(n, moment) for n in range(1, host + 1)])
        first = moment.date().replace(year=year, month=1, day=1)
        series_actions.make_series(db, None, first, first + timedelta(weeks=CALLS) - timedelta(days=1))
        calls = db.scalars(select(Call).order_by(Call.day)).all()
        rows = [
            {
                "call_id": call.id, "organization_id": n, "source": source, "recorded_at": moment,
                "recorded_by_id": host, "once": f"{source} {call.id} {n}",
            }
            for call in calls
            for n in range(1, host)
            for source in ((Source.REPORT, Source.CHECK_IN) if (n + call.id) % 3 == 0 else (Source.REPORT,))
            if (n * 7 + call.id) % 3
        ]  # fmt: skip
        db.execute(insert(Attendance), rows)
        db.execute(insert(Presentation), [_presentation(n, calls[n % len(calls)], host) for n in range(1, host, 2)])
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    print(f"\n{number(len(rows))} attendance entries", flush=True)
    return year


def _presentation(n: int, call: Call, host: int) -> dict[str, object]:
    return {
        "call_id": call.id, "organization_id": n, "title": f"Presentation {n}", "minutes": 15,
        "state": SlotState.ACCEPTED, "proposed_at": call.starts_at, "proposed_by_id": host,
    }  # fmt: skip


def _measure(name: str, database: Database, year: int) -> None:
    with database.reading() as db:
        organizations = db.scalars(select(Organization)).all()
        person = db.scalars(select(Person)).first()
    assert person is not None
    now = clock.now()
    today = now.date()
    queries: dict[str, Callable[[Session], object]] = {
        "a year's attendance, everyone": lambda db: attendance_queries.attendance_counts(db, organizations, year, now),
        "a year's presentations, everyone": lambda db: presentations_queries.standings(
            db, organizations, year, today, now
        ),
        "your calls, home page": lambda db: yours_queries.your_calls(db, person, today, now),
    }
    print(f"{name:34}{'median ms':>12}{'slowest ms':>12}{'CPU ms':>12}")
    for label, query in queries.items():
        _print(label, [_time(database, query) for _ in range(RUNS)])
    browser = coordinator(database)
    address = f"/board?view=commitments&year={year}"
    _print("board page", [_request(browser, address) for _ in range(RUNS)])
    _print("call page", [_request(browser, f"/calls/{_any_call_day(database)}") for _ in range(RUNS)])


def _any_call_day(database: Database) -> object:
    with database.reading() as db:
        return db.scalars(select(Call.day).order_by(Call.day).offset(5)).first()


def _print(label: str, runs: list[tuple[float, float]]) -> None:
    """Print a line of the table; the last column is this process's CPU time, independent of the machine's load."""
    elapsed, cpu = [run[0] for run in runs], [run[1] for run in runs]
    print(f"{label:34}{statistics.median(elapsed):12.1f}{max(elapsed):12.1f}{statistics.median(cpu):12.1f}", flush=True)


def _time(database: Database, query: Callable[[Session], object]) -> tuple[float, float]:
    with database.reading() as db:
        return _measure_time(lambda: query(db))


def _measure_time(act: Callable[[], object]) -> tuple[float, float]:
    """Return elapsed and CPU time of this process, in milliseconds."""
    start, cpu = time.perf_counter(), time.process_time()
    act()
    return 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)


def _request(browser: FlaskClient, address: str) -> tuple[float, float]:
    def get() -> None:
        response = browser.get(address)
        assert response.status_code == 200, response.status

    return _measure_time(get)


if __name__ == "__main__":
    main()

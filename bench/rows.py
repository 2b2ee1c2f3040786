"""Helpers for the database benchmarks: migrated databases, organizations, people, and a browser."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, create_engine, select, text

from config import Config
from hub.app import create_app
from hub.core.db import Database
from hub.members.actions import sessions as sessions_actions
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.sessions import Origin
from hub.migrations import schema
from tests import postgres

ORGANIZATIONS = 500  # without the host, whose id is the next one


def run_on_each_database(title: str, run: Callable[[str, Database], object]) -> None:
    """Print the title and the machine, then run on SQLite, and on PostgreSQL if it is installed."""
    print(title)
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}", flush=True)
    for name, open_database in (("SQLite", sqlite), ("PostgreSQL", _postgresql)):
        with open_database() as database:
            if database is None:
                print(f"\n{name}: not installed")
                continue
            run(name, database)


@contextmanager
def sqlite() -> Iterator[Database | None]:
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        yield from _migrated(Path(folder), "")


@contextmanager
def _postgresql() -> Iterator[Database | None]:
    if postgres.binaries() is None:
        yield None
        return
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder,
        postgres.server() as pattern,
    ):
        engine = create_engine(pattern.format(name="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE bench"))
        engine.dispose()
        yield from _migrated(Path(folder) / "hub", pattern.format(name="bench"))


def _migrated(folder: Path, url: str) -> Iterator[Database]:
    database = Database(
        Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", DATABASE_URL=url, LOG_LEVEL="ERROR")
    )
    schema.upgrade(database)
    yield database
    database.close()


def organization_row(n: int) -> dict[str, object]:
    """Return the values of organization ``n``."""
    kind = OrganizationKind.MEMBER if n % 3 else OrganizationKind.BFF
    kind = OrganizationKind.HOST if n > ORGANIZATIONS else kind
    return {"id": n, "slug": f"o{n}", "name": f"Organization {n}", "kind": kind}


def period_rows(n: int) -> list[dict[str, object]]:
    """Return the periods of membership of organization ``n``; every fifth one left and came back."""
    kind = organization_row(n)["kind"]
    if n % 5 or kind is OrganizationKind.HOST:
        return [{"organization_id": n, "kind": kind, "joined_on": date(2020, 1, 1), "left_on": None, "reason": ""}]
    return [
        {
            "organization_id": n,
            "kind": kind,
            "joined_on": date(2020, 1, 1),
            "left_on": date(2025, 8, 15),
            "reason": "It merged.",
        },
        {"organization_id": n, "kind": kind, "joined_on": date(2026, 2, 1), "left_on": None, "reason": ""},
    ]


def person_row(n: int, moment: datetime) -> dict[str, object]:
    """Return the values of person ``n``, who represents organization ``n``."""
    return {
        "id": n,
        "email": f"p{n}@example.org",
        "name": f"Person {n}",
        "organization_id": n,
        "role": Role.REPRESENTATIVE if n <= ORGANIZATIONS else Role.COORDINATOR,
        "created_at": moment,
    }


def coordinator(database: Database) -> FlaskClient:
    """Return a browser in which the coordinator is signed in."""
    return browser_of(database, Person.id == ORGANIZATIONS + 1)


def browser_of(database: Database, condition: ColumnElement[bool]) -> FlaskClient:
    """Return a browser in which the person is signed in whom ``condition`` selects."""
    with database.writing() as db:
        token = sessions_actions.begin(db, db.scalars(select(Person).where(condition)).one(), Origin())
    browser = create_app(database.config, database).test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = token
    return browser

"""Fixtures for all tests. Each test gets its own hub.

``make test`` runs the tests that need no PostgreSQL, browser, killed processes or hostile files; ``make test-all``
runs all tests. Markers decide, not folders: see ``markers`` in pyproject.toml.

Tests run on SQLite. A test with the marker ``both_databases`` also runs on PostgreSQL, and that second run has the
marker ``postgresql``. Mark a test with it if its result depends on the database:

- locks, leases, races, and failed transactions;
- upserts, unique and check constraints, triggers;
- JSON, ordering, case-insensitive comparison, dates and time zones in SQL;
- queries that aggregate, have many joins, or have a limit on the number of statements;
- values that a column may reject: long numbers, NUL, unusual characters;
- migrations.

Tests of rules, forms, wording and permissions run only on SQLite. test_whole_app.py opens every page on PostgreSQL,
as every role.
"""

import fcntl
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text
from sqlalchemy.orm import Session

from config import Config
from hub.app import create_app
from hub.core import clock
from hub.core.db import Base, Database
from hub.demo import load
from hub.library.derive import page_texts
from hub.library.derive.previews import making
from hub.members.actions import signing_in as signing_in_actions
from hub.migrations import schema
from hub.search import index
from hub.search.store import meaning
from tests import postgres
from tests.client import Browser
from tests.world import PASSWORD, FrozenClock, SignIn

# Rewriting assertions takes half of the collection time, so cache the result even if Python is told not to.
sys.dont_write_bytecode = False

# The duration of an example depends on the machine, so don't fail slow ones.
# Also in the programs that tests start.
os.environ["HUB_MEANING"] = "off"

settings.register_profile("hub", deadline=None)
settings.load_profile("hub")

TEST_KEY = "a key for the tests alone"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@event.listens_for(Engine, "connect")
def _reverse_unordered_rows(connection: Any, _record: object) -> None:
    """Reverse the order of rows in queries without ORDER BY, so that no code relies on it.

    PostgreSQL returns rows in storage order, which changes when it reuses the space of deleted rows.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


@event.listens_for(Engine, "engine_connect")
def _disable_fsync(connection: Connection) -> None:
    """Turn off flushing to disk, which only matters in a power failure."""
    if isinstance(driver := connection.connection.driver_connection, sqlite3.Connection):
        driver.execute("PRAGMA synchronous=OFF")


_engines: dict[str, Engine] = {}


@event.listens_for(Engine, "engine_connect")
def _share_compiled_statements(connection: Connection) -> None:
    """Share the cache of compiled statements between the engines of all tests, which saves a fifth of the time.

    The dialect is part of the cache key, so it is shared too. Only this function uses SQLAlchemy's internals.
    """
    engine = connection.engine
    first = _engines.setdefault(engine.name, engine)
    connection.dialect = engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache


@pytest.fixture(autouse=True)
def _hash_passwords_cheaply(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with cheap parameters, because real ones are slow on purpose."""
    monkeypatch.setattr(signing_in_actions, "HASHER", CHEAP)


@pytest.fixture(autouse=True)
def _search_by_words_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search as a hub without the extra meaning does; tests/search/meaning has the tests with it."""
    monkeypatch.setattr(meaning, "PACKAGE", "a_package_that_is_not_installed")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    with closing(database_in(folder)) as database:
        schema.upgrade(database)
    return folder / "hub.sqlite3"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL pattern of this process's PostgreSQL server; its database ``pattern`` is empty and migrated."""
    if postgres.binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL isn't installed, but CI needs it: apt-get install postgresql")
        pytest.skip("PostgreSQL isn't installed: these tests run only on SQLite")
    with postgres.server() as pattern:
        postgres.create(pattern, "pattern", template="template0")
        folder = tmp_path_factory.mktemp("postgresql")
        url = pattern.format(name="pattern")
        with closing(
            Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", DATABASE_URL=url))
        ) as database:
            schema.upgrade(database)
        yield pattern


@pytest.fixture(scope="session")
def emptied_postgresql(postgresql: str) -> Iterator[Callable[[], str]]:
    """A function that empties a migrated PostgreSQL database and returns its URL. It takes 4 ms; a copy takes 100."""
    postgres.create(postgresql, "emptied", template="pattern")
    url = postgresql.format(name="emptied")
    engine = create_engine(url)
    yield partial(_emptied, engine, postgres.emptying(engine, Base.metadata.tables.values()), url)
    engine.dispose()


def _emptied(engine: Engine, script: str, url: str) -> str:
    with engine.begin() as connection:
        connection.execute(text(script))
    return url


def _made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first process of a test run makes for all of them, to copy."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait until it is complete
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            make(unfinished)
            unfinished.rename(folder)
    return folder


def database_in(folder: Path) -> Database:
    """Return the SQLite database of an installation whose uploads are in the same folder."""
    return Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", LOG_LEVEL="ERROR"))


@pytest.fixture(scope="session")
def demo_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo world, read and indexed, to copy."""
    return _made_once(tmp_path_factory, "demo-pattern", make_demo)


def make_demo(folder: Path) -> None:
    with closing(database_in(folder)) as database:
        schema.upgrade(database)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(signing_in_actions, "HASHER", CHEAP)
            load.load(database)
        page_texts.catch_up(database)
        index.catch_up(database)


@pytest.fixture(scope="session")
def drawn_demo_pattern(demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo world including page pictures, to copy. LibreOffice takes half a minute for it."""
    return _made_once(tmp_path_factory, "drawn-demo-pattern", partial(_make_drawn_demo, demo_pattern))


def _make_drawn_demo(demo_pattern: Path, folder: Path) -> None:
    shutil.copytree(demo_pattern, folder)
    with closing(database_in(folder)) as database:
        making.catch_up(database)


@pytest.fixture(scope="session")
def demo(
    request: pytest.FixtureRequest, demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The demo world of this process, for tests that don't change it."""
    folder = shutil.copytree(demo_pattern, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True)
    database = database_in(folder)
    if _kind_of_database(request) == "postgresql":
        pattern = request.getfixturevalue("postgresql")
        postgres.create(pattern, "demo", template="pattern")
        source, database = database, Database(replace(database.config, DATABASE_URL=pattern.format(name="demo")))
        copy_rows(source, database)
        source.close()
    yield database
    database.close()


@pytest.fixture
def own_demo(demo_pattern: Path, tmp_path: Path) -> Iterator[Database]:
    """This test's own copy of the demo world, for tests that change it."""
    with closing(database_in(shutil.copytree(demo_pattern, tmp_path / "demo"))) as database:
        yield database


def copy_rows(source: Database, target: Database) -> None:
    """Copy all rows from one migrated database to another one on PostgreSQL."""
    with source.engine.connect() as read, target.engine.begin() as write:
        write.execute(text(postgres.NO_FOREIGN_KEYS))
        for table in Base.metadata.tables.values():
            write.execute(table.delete())
            if rows := [dict(row) for row in read.execute(select(table)).mappings()]:
                write.execute(insert(table), rows)
        write.execute(text(postgres.NEXT_NUMBERS))


def _kind_of_database(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests with the marker ``both_databases`` on PostgreSQL too."""
    if metafunc.definition.get_closest_marker("both_databases"):
        kinds = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
        scopes: dict[str, Literal["function", "session"]] = {"database_url": "function", "demo": "session"}
        for name, scope in scopes.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, kinds, indirect=True, scope=scope)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Stop if a browser test lacks its marker, since ``make test`` would run it."""
    if unmarked := [item.nodeid for item in items if is_unmarked(item)]:
        raise pytest.UsageError(f"These tests open a browser and lack the marker `browser`: {', '.join(unmarked)}")


def is_unmarked(item: pytest.Item) -> bool:
    """Return True if a test opens a browser and lacks the marker ``browser``."""
    return "playwright" in getattr(item, "fixturenames", ()) and item.get_closest_marker("browser") is None


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of this test's own empty, migrated database: SQLite, or PostgreSQL for tests on both databases."""
    if _kind_of_database(request) == "postgresql":
        return str(request.getfixturevalue("emptied_postgresql")())
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "hub.sqlite3")
    return f"sqlite:///{tmp_path / 'hub.sqlite3'}"


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """The settings of this test's hub, in its own folder."""
    return Config.load(
        {},
        INSTANCE=tmp_path / "instance",
        UPLOADS=tmp_path / "uploads",
        DATABASE_URL=database_url,
        SECRET_KEY=TEST_KEY,
        LOG_LEVEL="WARNING",
        RESERVE_MB=0,
    )


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    """This test's empty, migrated database."""
    database = Database(config)
    yield database
    database.close()


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A session that may write; it is rolled back at the end unless it commits."""
    with database.writer() as session:
        yield session


@pytest.fixture
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """A frozen clock, which the test moves."""
    frozen_clock = FrozenClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", lambda: frozen_clock.at)
    return frozen_clock


@pytest.fixture(scope="session")
def built_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The web application, built once, because routes and compiled templates don't depend on a test."""
    folder = tmp_path_factory.mktemp("app")
    paths = {"INSTANCE": folder, "UPLOADS": folder / "uploads"}
    config = Config.load({}, **paths, SECRET_KEY=TEST_KEY, LOG_LEVEL="WARNING", RESERVE_MB=0)
    app = create_app(config)
    app.testing = False  # show error pages instead of raising
    app.test_client_class = Browser
    return app


@pytest.fixture
def app(built_app: Flask, config: Config, database: Database) -> Flask:
    """The web application on this test's `database`."""
    built_app.extensions["hub-database"] = database
    return built_app


@pytest.fixture
def own_app(config: Config, database: Database) -> Flask:
    """This test's own application, for tests that add routes."""
    app = create_app(config, database)
    app.testing = False
    app.test_client_class = Browser
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """A function that signs a person in: ``sign_in("ana@lakeshore.example")`` returns their browser.

    The hub knows the browser, also at their next sign-in; otherwise that would post an email about a new browser.
    """

    def signed_in(email: str, password: str = PASSWORD) -> FlaskClient:
        browser = app.test_client()
        browser.set_cookie("hub_browser", f"the browser of {email}")
        response = browser.post("/sign-in", data={"email": email, "password": password})
        assert response.status_code == 302, response.get_data(as_text=True)
        return browser

    return signed_in

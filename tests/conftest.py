"""Fixtures that all tests share. Each test gets a hub of its own, and the tests come in tiers.

``make test`` runs what needs neither PostgreSQL nor a browser nor killed processes nor hostile files;
``make test-all`` runs everything. Markers decide, not folders: see ``markers`` in pyproject.toml.

Tests run on SQLite. A test with the marker ``both_databases`` runs on PostgreSQL as well, and that second run
carries the marker ``postgresql``. Give a test the marker when its result depends on the database:

- locks, leases, races, and what happens when a transaction fails;
- upserts, unique and check constraints, triggers;
- JSON, ordering, comparing text without regard to case, dates and time zones in SQL;
- queries that aggregate, join a lot or are held to a number of statements;
- values that a column may refuse: long numbers, NUL, odd characters;
- migrations.

Rules, forms, wording and permissions run on SQLite alone. Every page is opened once on PostgreSQL anyway, as every
role, in test_whole_app.py.
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
from itsdangerous import URLSafeTimedSerializer
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
from tests import postgres
from tests.world import PASSWORD, Hands, SignIn

# Rewriting the assertions takes half of the time of collecting, so keep the result even where Python is told not to.
sys.dont_write_bytecode = False

# How long an example takes says something of the machine, and nothing of the rule.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

TEST_KEY = "a key for the tests alone"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@event.listens_for(Engine, "connect")
def _promise_no_order(connection: Any, _record: object) -> None:
    """Rows that weren't asked for in an order come the other way round, so that nothing counts on how they lie.

    PostgreSQL hands them out as they lie in its file, which changes once it uses the room of deleted ones again.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


@event.listens_for(Engine, "engine_connect")
def _wait_for_no_disk(connection: Connection) -> None:
    """Leave out the flushes to disk that let data survive a power failure: no test has one."""
    if isinstance(driver := connection.connection.driver_connection, sqlite3.Connection):
        driver.execute("PRAGMA synchronous=OFF")


_engines: dict[str, Engine] = {}


@event.listens_for(Engine, "engine_connect")
def _share_what_was_compiled(connection: Connection) -> None:
    """The engines of all tests keep their compiled statements in one place: a fifth of the time of a test of pages.

    The place is sought by the dialect too, so that they share this as well. It reaches into SQLAlchemy, here alone.
    """
    engine = connection.engine
    first = _engines.setdefault(engine.name, engine)
    connection.dialect = engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time: what they are worth is argon2's business, not these tests'."""
    monkeypatch.setattr(signing_in_actions, "PASSWORDS", CHEAP)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    with closing(_database_in(folder)) as database:
        schema.upgrade(database)
    return folder / "hub.sqlite3"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this process, as a URL pattern; its database ``pattern`` is migrated and empty."""
    if postgres.binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL isn't installed, and in CI it must be: apt-get install postgresql")
        pytest.skip("PostgreSQL isn't installed: these tests run on SQLite alone")
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
    """Empties a migrated PostgreSQL database and returns its URL: 4 ms, where a copy of a database takes 100."""
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
    """Return a folder that the first process of a run to ask for it makes, for all of them. To copy."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait, and find it made
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            make(unfinished)
            unfinished.rename(folder)
    return folder


def _database_in(folder: Path) -> Database:
    """Return the SQLite database of an installation whose uploads are in the same folder."""
    return Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", LOG_LEVEL="ERROR"))


@pytest.fixture(scope="session")
def demo_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo world, read and indexed. To copy."""
    return _made_once(tmp_path_factory, "demo-pattern", _make_demo)


def _make_demo(folder: Path) -> None:
    with closing(_database_in(folder)) as database:
        schema.upgrade(database)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(signing_in_actions, "PASSWORDS", CHEAP)
            load.load(database)
        page_texts.catch_up(database)
        index.catch_up(database)


@pytest.fixture(scope="session")
def drawn_demo_pattern(demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo world whose pages have their pictures: half a minute of LibreOffice. To copy."""
    return _made_once(tmp_path_factory, "drawn-demo-pattern", partial(_make_drawn_demo, demo_pattern))


def _make_drawn_demo(demo_pattern: Path, folder: Path) -> None:
    shutil.copytree(demo_pattern, folder)
    with closing(_database_in(folder)) as database:
        making.catch_up(database)


@pytest.fixture(scope="session")
def demo(
    request: pytest.FixtureRequest, demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The demo world of this process, for tests that leave it as it is."""
    folder = shutil.copytree(demo_pattern, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True)
    database = _database_in(folder)
    if _kind_of_database(request) == "postgresql":
        pattern = request.getfixturevalue("postgresql")
        postgres.create(pattern, "demo", template="pattern")
        source, database = database, Database(replace(database.config, DATABASE_URL=pattern.format(name="demo")))
        _copy_rows(source, database)
        source.close()
    yield database
    database.close()


@pytest.fixture
def own_demo(demo_pattern: Path, tmp_path: Path) -> Iterator[Database]:
    """A demo world of this test alone, for a test that changes it."""
    with closing(_database_in(shutil.copytree(demo_pattern, tmp_path / "demo"))) as database:
        yield database


def _copy_rows(source: Database, target: Database) -> None:
    """Copy all rows from one migrated database to another, on PostgreSQL."""
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
    """Repeat the tests that are marked ``both_databases`` on PostgreSQL."""
    if metafunc.definition.get_closest_marker("both_databases"):
        kinds = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
        scopes: dict[str, Literal["function", "session"]] = {"database_url": "function", "demo": "session"}
        for name, scope in scopes.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, kinds, indirect=True, scope=scope)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Refuse to run when a test could end up in the wrong tier."""
    if astray := [item.nodeid for item in items if is_unmarked(item)]:
        raise pytest.UsageError(f"These tests open a browser and lack the marker `browser`: {', '.join(astray)}")


def is_unmarked(item: pytest.Item) -> bool:
    """Return whether a test opens a browser without saying so."""
    return "playwright" in getattr(item, "fixturenames", ()) and item.get_closest_marker("browser") is None


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database of this test alone: SQLite, and PostgreSQL too for tests that ask for both."""
    if _kind_of_database(request) == "postgresql":
        return str(request.getfixturevalue("emptied_postgresql")())
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "hub.sqlite3")
    return f"sqlite:///{tmp_path / 'hub.sqlite3'}"


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """The settings of a hub in a folder of its own."""
    return Config.load(
        {},
        INSTANCE=tmp_path / "instance",
        UPLOADS=tmp_path / "uploads",
        DATABASE_URL=database_url,
        SECRET_KEY=TEST_KEY,
        LOG_LEVEL="WARNING",
    )


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    """Empty, migrated rows."""
    database = Database(config)
    yield database
    database.close()


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A session that may write; what isn't committed is rolled back at the end."""
    with database.writer() as session:
        yield session


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Stops the clock at noon; a test sets it to the moment that it speaks of."""
    hands = Hands(datetime(2026, 11, 23, 12, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", lambda: hands.at)
    return hands


class Browser(FlaskClient):
    """A test client that sends the CSRF token with each POST, as the hub's own forms do."""

    sends_csrf = True

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("method", "GET") == "POST" and self.sends_csrf and "json" not in kwargs:
            data = kwargs.get("data") or {}
            if isinstance(data, dict) and "csrf_token" not in data:
                kwargs["data"] = data | {"csrf_token": self._csrf_token()}
        return super().open(*args, **kwargs)

    def _csrf_token(self) -> str:
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", os.urandom(20).hex())
        serializer = URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token")
        return str(serializer.dumps(raw))


@pytest.fixture(scope="session")
def built_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The web application, built once: its routes and compiled templates hold nothing of a test."""
    folder = tmp_path_factory.mktemp("app")
    config = Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", SECRET_KEY=TEST_KEY, LOG_LEVEL="WARNING")
    app = create_app(config)
    app.testing = False  # errors become error pages, as for people
    app.test_client_class = Browser
    return app


@pytest.fixture
def app(built_app: Flask, config: Config, database: Database) -> Flask:
    """The web application over `database`; it looks its rows and settings up for each request."""
    built_app.extensions["hub-database"] = database
    return built_app


@pytest.fixture
def own_app(config: Config, database: Database) -> Flask:
    """An application of this test alone, for tests that add to it."""
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
    """Signs a person in: ``sign_in("ana@lakeshore.example")`` answers their browser."""

    def signed_in(email: str, password: str = PASSWORD) -> FlaskClient:
        browser = app.test_client()
        answer = browser.post("/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return browser

    return signed_in

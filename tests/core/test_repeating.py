"""A request that met someone else's write is repeated once, with the form as it was sent; then the page says so."""

from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.test import EnvironBuilder

from hub.core import web
from hub.core.chosen_settings import Setting
from hub.core.db import Database, add_unless
from hub.core.repeating import Repeating, ask_again
from hub.core.web import db
from tests.serving import TIMEOUT


class Deadlock(Exception):
    """What psycopg raises, as far as the hub looks at it."""

    sqlstate = "40P01"


class Tries:
    """A view that fails a number of times, and writes before it fails."""

    def __init__(self, app: Flask, error: Exception, failures: int) -> None:
        self.seen: list[str] = []
        self.error, self.failures = error, failures

        def view() -> str:
            return self.act()

        app.add_url_rule("/try", "try", web.public(view), methods=["POST"])
        web.csrf.exempt(view)

    def act(self) -> str:
        self.seen.append(request.form["text"])
        db.merge(Setting(name="tried", value=str(len(self.seen))))
        db.flush()
        if len(self.seen) <= self.failures:
            raise self.error
        return "done"


def _settings(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Setting.value).where(Setting.name.in_(OWN)).order_by(Setting.name)))


OWN = ("tried", "first", "second", "once")  # names of settings that only these tests write
DEADLOCK = OperationalError("UPDATE", None, Deadlock())
TAKEN = IntegrityError("INSERT", None, Exception("unique"))


@pytest.mark.both_databases
@pytest.mark.parametrize("error", [DEADLOCK, TAKEN])
def test_a_collision_is_repeated_from_the_start(own_app: Flask, database: Database, error: Exception) -> None:
    tries = Tries(own_app, error, failures=1)
    answer = own_app.test_client().post("/try", data={"text": "What I typed"})
    assert (answer.status_code, answer.text) == (200, "done")
    assert tries.seen == ["What I typed"] * 2
    assert _settings(database) == ["2"]


@pytest.mark.parametrize(("error", "status"), [(DEADLOCK, 503), (TAKEN, 500)])
def test_it_is_repeated_once(own_app: Flask, database: Database, error: Exception, status: int) -> None:
    tries = Tries(own_app, error, failures=9)
    answer = own_app.test_client().post("/try", data={"text": "What I typed"})
    assert answer.status_code == status
    assert ("too busy" in answer.text) is (status == 503)
    assert len(tries.seen) == 2
    assert _settings(database) == []


@pytest.mark.parametrize("error", [ValueError("a bug"), OperationalError("SELECT", None, Exception("no database"))])
def test_other_errors_are_not_repeated(own_app: Flask, error: Exception) -> None:
    tries = Tries(own_app, error, failures=9)
    assert own_app.test_client().post("/try", data={"text": "x"}).status_code in {500, 503}
    assert len(tries.seen) == 1


@pytest.mark.parametrize(("size", "tries"), [(10, 2), (11, 1)])
def test_a_body_larger_than_a_form_is_not_repeated(size: int, tries: int) -> None:
    bodies: list[bytes] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        bodies.append(environ["wsgi.input"].read(5))
        ask_again(environ)
        start_response("503 Busy", [])
        return [b""]

    environ = EnvironBuilder(method="POST", data=b"0123456789a"[:size]).get_environ()
    list(Repeating(app, most_bytes=10)(environ, lambda *_start: None))
    assert bodies == [b"01234"] * tries


@pytest.mark.both_databases
def test_two_requests_that_lock_each_other_out_both_succeed(own_app: Flask, database: Database) -> None:
    """PostgreSQL breaks the deadlock of two requests that lock two rows in opposite orders; SQLite has one writer."""
    with database.writing() as session:
        session.add_all([Setting(name=name, value="0") for name in ("first", "second")])
    barrier = Barrier(2 if database.engine.name == "postgresql" else 1)
    waited: set[str] = set()

    def lock_both(order: str) -> str:
        names = ["first", "second"][:: 1 if order == "up" else -1]
        for name in names:
            row = db.scalars(select(Setting).where(Setting.name == name).with_for_update()).one()
            row.value = str(int(row.value) + 1)
            db.flush()
            if name == names[0] and order not in waited:
                waited.add(order)
                barrier.wait(TIMEOUT)
        return "done"

    own_app.add_url_rule("/lock/<order>", "lock", web.public(lock_both), methods=["POST"])
    web.csrf.exempt(lock_both)
    statuses: list[int] = []
    threads = [
        Thread(target=lambda order=order: statuses.append(own_app.test_client().post(f"/lock/{order}").status_code))
        for order in ("up", "down")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert statuses == [200, 200]
    assert _settings(database) == ["2", "2"]


@pytest.mark.both_databases
def test_of_two_rows_for_one_thing_the_second_is_not_added(database: Database) -> None:
    existing = select(1).where(Setting.name == "once")
    with database.writing() as session:
        assert add_unless(session, Setting(name="once", value="1"), existing)
        assert not add_unless(session, Setting(name="once", value="2"), existing)
    assert _settings(database) == ["1"]

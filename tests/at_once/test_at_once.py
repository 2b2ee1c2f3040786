"""Every form, sent six times at once: it has one effect, each browser gets an answer, and none is an error of the hub.

Each form is sent by one of the people who may send it, so that everyone sends some. `make at-once` sends each form as
everyone who may send it.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from hub.core.db import Base, Database
from hub.members.actions import tokens as tokens_actions
from hub.members.models import LinkKind, Person
from tests.at_once.senders import EVERYONE, NOT_BY, ONE_OF_EACH, SENDERS
from tests.at_once.sendings import EACH_TIME, ELSEWHERE, NO_EFFECT, NO_FORMS, OTHERWISE, SENDINGS
from tests.at_once.worlds import Scene, Worlds
from tests.forms import form_of
from tests.serving import TIMEOUT

TIMES = 6
NOT_EFFECTS = frozenset({"worker_pulse", "sign_in_try", "sign_in_tries", "last_visit", "recent_search", "sent_form"})
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
FIRST_ERROR, FIRST_FAULT = 400, 500  # statuses
Counts = dict[str, int]


SENT_BY = list(ONE_OF_EACH.items())
if os.environ.get("EVERY_SENDER"):
    SENT_BY = [(name, role) for name, roles in SENDERS.items() for role in roles]
each_form = pytest.mark.parametrize(("name", "role"), SENT_BY)


def at_once(acts: Sequence[Callable[[], int]]) -> list[int]:
    """Do all of this at the same moment, and return the results."""
    barrier, results = Barrier(len(acts)), [0] * len(acts)

    def act(place: int) -> None:
        barrier.wait(TIMEOUT)
        results[place] = acts[place]()

    threads = [Thread(target=act, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    return results


def _rows(database: Database) -> Counts:
    with database.reading() as db:
        return {
            table.name: db.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in NOT_EFFECTS
        }


@contextmanager
def _written(database: Database) -> Iterator[set[str]]:
    """Collect the names of the tables in which something that counts is written."""
    tables: set[str] = set()

    def note(_connection: object, cursor: Any, statement: str, *_others: object) -> None:
        if cursor.rowcount > 0 and (match := WRITES.match(statement)) and match[1] not in NOT_EFFECTS:
            tables.add(match[1])

    event.listen(database.engine, "after_cursor_execute", note)
    yield tables
    event.remove(database.engine, "after_cursor_execute", note)


def _once(worlds: Worlds, name: str, role: str) -> Counts:
    """Return the rows after the form was sent once, in a world of its own."""
    with worlds.another() as database:
        scene = Scene(worlds, database, SENDINGS[name], role)
        form = scene.form()
        with _written(database) as tables:
            status = scene.send(form)
        assert status < FIRST_ERROR, f"{name} can't be sent: {status}"
        assert bool(tables) == (name not in NO_EFFECT), f"{name} has no effect, or has one after all: {tables}"
        return _rows(database)


def _check(worlds: Worlds, name: str, role: str, *, on_server: bool) -> None:
    expected = _once(worlds, name, role)
    with worlds.another(on_server=on_server) as database:
        scene = Scene(worlds, database, SENDINGS[name], role)
        form = scene.form()
        statuses = at_once([lambda: scene.send(form)] * TIMES)
        rows = _rows(database)
    assert max(statuses) < FIRST_FAULT, statuses
    assert 0 < min(statuses) < FIRST_ERROR, statuses
    if name not in EACH_TIME:
        assert rows == expected, statuses


@each_form
def test_a_form_sent_six_times_at_once_has_one_effect(name: str, role: str, worlds: Worlds) -> None:
    _check(worlds, name, role, on_server=False)


@pytest.mark.postgresql
@each_form
def test_a_form_sent_six_times_at_once_to_postgresql_has_one_effect(
    name: str, role: str, worlds_on_server: Worlds
) -> None:
    _check(worlds_on_server, name, role, on_server=True)


@pytest.mark.postgresql
@each_form
def test_six_copies_of_a_form_at_once_leave_what_six_in_a_row_leave(
    name: str, role: str, worlds_on_server: Worlds
) -> None:
    """Six tabs, or six colleagues: no lock is missing, and no unique index gives an error page."""
    worlds = worlds_on_server
    with worlds.another() as database:
        scene = Scene(worlds, database, SENDINGS[name], role)
        in_a_row = [scene.send(form) for form in [scene.form() for _ in range(TIMES)]]
        expected = _rows(database)
    with worlds.another(on_server=True) as database:
        scene = Scene(worlds, database, SENDINGS[name], role)
        forms = [scene.form() for _ in range(TIMES)]
        statuses = at_once([lambda form=form: scene.send(form) for form in forms])  # type: ignore[misc]
        rows = _rows(database)
    assert 0 < min(statuses) <= max(statuses) < FIRST_FAULT, statuses
    if name not in OTHERWISE:
        assert (sorted(statuses), rows) == (sorted(in_a_row), expected)


def test_every_form_is_sent_and_everyone_sends_some() -> None:
    assert all(SENDERS.values())
    assert NOT_BY.keys() <= SENDERS.keys()
    assert set(ONE_OF_EACH.values()) == set(EVERYONE)


def test_every_route_that_accepts_a_post_is_sent(worlds: Worlds) -> None:
    posts = {rule.endpoint for rule in worlds.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts == {name.split(":")[0] for name in SENDINGS} | NO_FORMS.keys() | ELSEWHERE.keys()
    assert EACH_TIME.keys() | NO_EFFECT.keys() | OTHERWISE.keys() <= SENDINGS.keys()


@pytest.mark.both_databases
def test_the_first_coordinator_signs_up_once_however_often_the_form_is_sent(app: Flask, database: Database) -> None:
    with database.writing() as db:
        address = f"/welcome/{tokens_actions.new_link(db, None, LinkKind.FIRST_COORDINATOR, None)}"
    first = app.test_client()
    form = form_of(first, address, address)
    names = {"organization": "AMCC", "name": "Odette", "email": "odette@amcc.example"}
    filled = form.filled(**names, password="a new and long password", repeated="a new and long password")
    cookie = first.get_cookie("hub_session")
    assert cookie

    def sign_up() -> int:
        browser = app.test_client()
        browser.set_cookie("hub_session", cookie.value)
        return browser.post(form.address, data=filled).status_code

    assert set(at_once([sign_up] * TIMES)) == {302}
    with database.reading() as db:
        assert len(db.scalars(select(Person.id)).all()) == 1

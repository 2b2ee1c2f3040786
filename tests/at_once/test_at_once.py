"""Every form, sent six times at once: it has one effect, each browser gets an answer, and none is an error of the hub."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from hub.core.db import Base, Database
from hub.members.actions import tokens as tokens_actions
from hub.members.models import LinkKind, Person
from tests.at_once.sendings import EACH_TIME, ELSEWHERE, NO_FORMS, NOT_AT_ONCE, SENDINGS
from tests.at_once.worlds import Scene, Worlds
from tests.forms import form_of
from tests.serving import TIMEOUT

TIMES = 6
NOT_EFFECTS = frozenset({"worker_pulse", "sign_in_try", "sign_in_tries", "last_visit", "recent_search", "sent_form"})
FIRST_ERROR, FIRST_FAULT = 400, 500  # statuses
Counts = dict[str, int]


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


def _once(worlds: Worlds, name: str) -> Counts:
    """Return the rows after the form was sent once, in a world of its own."""
    with worlds.another() as database:
        scene = Scene(worlds, database, SENDINGS[name])
        status = scene.send(scene.form())
        assert status < FIRST_ERROR, f"{name} can't be sent: {status}"
        return _rows(database)


def _check(worlds: Worlds, name: str, *, on_server: bool) -> None:
    expected = _once(worlds, name)
    with worlds.another(on_server=on_server) as database:
        scene = Scene(worlds, database, SENDINGS[name])
        form = scene.form()
        statuses = at_once([lambda: scene.send(form)] * TIMES)
        rows = _rows(database)
    assert max(statuses) < FIRST_FAULT, statuses
    assert 0 < min(statuses) < FIRST_ERROR, statuses
    if name not in EACH_TIME:
        assert rows == expected, statuses


@pytest.mark.parametrize("name", SENDINGS)
def test_a_form_sent_six_times_at_once_has_one_effect(name: str, worlds: Worlds) -> None:
    _check(worlds, name, on_server=False)


@pytest.mark.postgresql
@pytest.mark.parametrize("name", SENDINGS)
def test_a_form_sent_six_times_at_once_to_postgresql_has_one_effect(name: str, worlds_on_server: Worlds) -> None:
    _check(worlds_on_server, name, on_server=True)


@pytest.mark.postgresql
@pytest.mark.parametrize("name", SENDINGS)
def test_six_copies_of_a_form_at_once_leave_what_six_in_a_row_leave(name: str, worlds_on_server: Worlds) -> None:
    """Six tabs, or six colleagues: no lock is missing, and no unique index gives an error page."""
    worlds = worlds_on_server
    with worlds.another() as database:
        scene = Scene(worlds, database, SENDINGS[name])
        in_a_row = [scene.send(form) for form in [scene.form() for _ in range(TIMES)]]
        expected = _rows(database)
    with worlds.another(on_server=True) as database:
        scene = Scene(worlds, database, SENDINGS[name])
        forms = [scene.form() for _ in range(TIMES)]
        statuses = at_once([lambda form=form: scene.send(form) for form in forms])  # type: ignore[misc]
        rows = _rows(database)
    assert (sorted(statuses), rows) == (sorted(in_a_row), expected)


def test_every_route_that_accepts_a_post_is_sent(worlds: Worlds) -> None:
    posts = {rule.endpoint for rule in worlds.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts == {name.split(":")[0] for name in SENDINGS} | NO_FORMS.keys() | ELSEWHERE.keys() | NOT_AT_ONCE.keys()
    assert EACH_TIME.keys() <= SENDINGS.keys()


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

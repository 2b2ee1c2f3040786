"""No save erases a newer one silently: every form that changes something, in two browsers at once."""

import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import ROOT
from hub.app import create_app
from hub.core import versions
from hub.core.db import Base, Database
from tests.client import Browser
from tests.forms import PageForm, Values, form_on, opened
from tests.not_edits import IN_STEPS, NOT_EDITS
from tests.versions import CASES, Case
from tests.world import PASSWORD


@pytest.fixture
def app(own_demo: Database) -> Flask:
    app = create_app(own_demo.config, own_demo)
    app.test_client_class = Browser
    return app


def _browser(app: Flask, name: str) -> FlaskClient:
    browser = app.test_client()
    if name == "visitor":
        return browser
    email = name if "@" in name else f"{name}@demo.example"
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    return browser


def _send(browser: FlaskClient, form: PageForm, values: Values) -> TestResponse:
    return browser.post(form.address, data=values)


def _set_aside(browser: FlaskClient, answer: TestResponse) -> str:
    """Return the address that the message after a choice links to."""
    assert answer.status_code == 302, answer.text
    page = browser.get(answer.location)
    link = re.search(r'is set aside for 90 days. <a href="([^"]+)">Read it</a>', page.text)
    assert link, page.text
    return link[1]


def _text(browser: FlaskClient, address: str) -> str:
    return BeautifulSoup(browser.get(address).text, "lxml").get_text()


class Scene:
    """A case in the demo world: who is there, and what they enter."""

    def __init__(self, name: str, app: Flask, database: Database) -> None:
        self.case: Case = CASES[name]
        self.app, self.endpoint = app, name.split(":", maxsplit=1)[0]
        with database.writing() as db:
            self.page = self.case.page(db)
            self.my_values, self.their_values = (
                entered(db) if callable(entered) else entered
                for entered in (self.case.my_values, self.case.their_values)
            )
            action = self.case.action(db) if callable(self.case.action) else self.case.action
            shown = self.case.shown(db) if callable(self.case.shown) else self.case.shown
        self.action = action.format(self.page.split("/")[-1])
        self.me, self.other = _browser(app, self.case.first), _browser(app, self.case.second)
        last = [[*values.values()][-1][-1] for values in (self.my_values, self.their_values)]
        self.my_text, self.their_text = (text or value for text, value in zip(shown, last, strict=True))

    def opened(self, browser: FlaskClient) -> PageForm:
        """Return the form, opened now."""
        return opened(browser, self.page, self.action, self.case.do)

    def saved(self, browser: FlaskClient, values: Values | None = None) -> Values:
        """Return what the form shows now, or ``values``, without what doesn't show what is saved."""
        values = self.opened(browser).values if values is None else values
        ignored = {"csrf_token", "form_id", "version", *self.case.begun_empty}
        return {
            name: sorted(text.replace("\r\n", "\n") for text in texts)
            for name, texts in values.items()
            if name not in ignored and texts
        }


@pytest.mark.parametrize("name", CASES)
def test_a_newer_version_is_shown_and_either_choice_loses_nothing(name: str, app: Flask, own_demo: Database) -> None:
    scene = Scene(name, app, own_demo)
    my_form, their_form = scene.opened(scene.me), scene.opened(scene.other)
    assert app.url_map.bind("localhost").match(urlsplit(my_form.address).path, "POST")[0] == scene.endpoint
    assert _send(scene.other, their_form, their_form.values | scene.their_values).status_code == 302
    newest = scene.saved(scene.me)

    answer = _send(scene.me, my_form, my_form.values | scene.my_values)
    assert answer.status_code == 409
    panel = BeautifulSoup(answer.text, "lxml").select_one(".conflict")
    assert panel
    saved, typed = (
        " ".join(box.get_text() for box in panel.select(f".col-md-6:nth-child({n}) .stored")) for n in (1, 2)
    )
    assert scene.their_text in saved
    assert scene.my_text in typed
    assert scene.saved(scene.me) == newest, "the conflict changed something"

    again = form_on(answer, scene.action, scene.case.do)
    assert {name: again.values[name] for name in scene.my_values} == scene.my_values, "what was typed is lost"
    kept = _send(scene.me, again, again.values | {"resolve": ["saved"]})
    assert scene.my_text in _text(scene.me, _set_aside(scene.me, kept))
    assert scene.saved(scene.me) == newest

    saved_over = _send(scene.me, again, again.values)
    address = _set_aside(scene.me, saved_over)
    for browser in (scene.me, scene.other):  # the person who saved it can read it too
        assert scene.their_text in _text(browser, address)
    assert scene.saved(scene.other) == scene.saved(scene.me, my_form.values | scene.my_values)


@pytest.mark.parametrize("name", CASES)
def test_a_form_without_a_version_erases_nothing_and_no_other_request_comes_between(
    name: str, app: Flask, own_demo: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a lock is for is in tests/core/test_versions.py; here it is enough that each form takes one."""
    scene = Scene(name, app, own_demo)
    form = scene.opened(scene.me)
    held: list[type[Base]] = []
    hold = versions.hold

    def noted_hold(model: type[Base], **key: object) -> None:
        held.append(model)
        hold(model, **key)

    monkeypatch.setattr(versions, "hold", noted_hold)
    scene.me.sends_csrf = False  # type: ignore[attr-defined]
    values = form.values | scene.my_values
    assert scene.me.post(form.address, data={**values, "version": []}).status_code == 409
    assert held
    assert scene.opened(scene.me).values["version"] == form.values["version"]


def test_every_form_is_versioned_or_says_why_it_needs_no_version(app: Flask) -> None:
    changing = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    versioned = {name.split(":")[0] for name in CASES}
    assert not versioned & NOT_EDITS.keys()
    assert not IN_STEPS.keys() & (versioned | NOT_EDITS.keys())
    assert changing == versioned | NOT_EDITS.keys() | IN_STEPS.keys()
    for test in IN_STEPS.values():
        assert "409" in (ROOT / test).read_text(), test

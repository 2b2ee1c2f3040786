"""No save erases a newer one silently: every form that changes something, in two browsers at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hub.app import create_app
from hub.core.db import Database
from hub.library.models import Resource
from hub.members.models import Organization
from tests.conftest import Browser
from tests.forms import PageForm, Values, form_on, opened
from tests.world import PASSWORD


@dataclass(frozen=True)
class Case:
    """A form that edits something, and what two people enter in it at the same time."""

    page: Callable[[Session], str]  # the address of the page with the form
    mine: Values
    theirs: Values
    shown: tuple[str, str] = ("", "")  # my text and theirs on the page; by default, the last value of each
    first: str = "coordinator"  # who sees the conflict
    second: str = "coordinator"
    action: str = ""  # where the form is posted to, if not to its page
    button: Values = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, str]:
        """My text and theirs."""
        mine, theirs = ([*values.values()][-1][-1] for values in (self.mine, self.theirs))
        return self.shown[0] or mine, self.shown[1] or theirs


def _resource(db: Session) -> int:
    """Return a resource of the demo member."""
    query = select(Resource.id).join(Organization).where(Organization.slug == "lakeshore", Resource.title != "")
    return db.scalars(query.order_by(Resource.id)).first() or 0


CASES = {
    "library.edit": Case(
        lambda db: f"/resources/{_resource(db)}/edit",
        {"summary": ["What I wrote.\nIn two lines."]},
        {"summary": ["What they wrote."]},
        shown=("What I wrote.", "What they wrote."),
        first="contributor",
        second="representative",
    ),
}

# Forms and buttons that don't edit what someone else may have changed, with the reason.
NOT_EDITS: dict[str, str] = {}


@pytest.fixture
def app(own_demo: Database) -> Flask:
    app = create_app(own_demo.config, own_demo)
    app.test_client_class = Browser
    return app


def _browser(app: Flask, name: str) -> FlaskClient:
    browser = app.test_client()
    email = name if "@" in name else f"{name}@demo.example"
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    return browser


def _send(browser: FlaskClient, form: PageForm, values: Values) -> TestResponse:
    return browser.post(form.address, data=values)


def _set_aside(browser: FlaskClient, answer: TestResponse) -> str:
    """Return the text of the page that the message after a choice links to."""
    assert answer.status_code == 302, answer.text
    page = browser.get(answer.location)
    link = re.search(r'is set aside for 90 days. <a href="([^"]+)">Read it</a>', page.text)
    assert link, page.text
    return BeautifulSoup(browser.get(link[1]).text, "lxml").get_text()


@pytest.mark.parametrize("endpoint", CASES)
def test_a_newer_version_is_shown_and_either_choice_loses_nothing(endpoint: str, app: Flask, own_demo: Database) -> None:
    case = CASES[endpoint]
    with own_demo.reading() as db:
        page = case.page(db)
    me, they = _browser(app, case.first), _browser(app, case.second)
    my_text, their_text = case.texts

    my_form = opened(me, page, case.action)
    assert app.url_map.bind("localhost").match(urlsplit(my_form.address).path, "POST")[0] == endpoint
    their_form = opened(they, page, case.action)
    assert _send(they, their_form, their_form.values | case.theirs | case.button).status_code == 302
    newest = opened(me, page, case.action).values

    answer = _send(me, my_form, my_form.values | case.mine | case.button)
    assert answer.status_code == 409
    panel = BeautifulSoup(answer.text, "lxml").select_one(".conflict")
    assert panel
    saved, typed = (" ".join(box.get_text() for box in panel.select(f".col-md-6:nth-child({n}) .stored")) for n in (1, 2))
    assert their_text in saved
    assert my_text in typed
    assert opened(me, page, case.action).values == newest, "the conflict changed something"

    again = form_on(answer, case.action)
    assert {name: again.values[name] for name in case.mine} == case.mine, "what was typed is lost"
    kept = _send(me, again, again.values | case.button | {"resolve": ["saved"]})
    assert my_text in _set_aside(me, kept)
    assert _without_version(opened(me, page, case.action)) == _without_version(newest)

    saved_over = _send(me, again, again.values | case.button)
    assert their_text in _set_aside(me, saved_over)
    final = opened(they, page, case.action).values
    assert _without_version(final) == _without_version(newest | case.mine)


def _without_version(form: PageForm | Values) -> Values:
    values = form.values if isinstance(form, PageForm) else form
    return {name: value for name, value in values.items() if name not in {"version", "csrf_token", "form_id"}}


@pytest.mark.parametrize("endpoint", CASES)
def test_a_form_without_a_version_erases_nothing(endpoint: str, app: Flask, own_demo: Database) -> None:
    case = CASES[endpoint]
    with own_demo.reading() as db:
        page = case.page(db)
    me = _browser(app, case.first)
    form = opened(me, page, case.action)
    me.sends_csrf = False  # type: ignore[attr-defined]
    values = form.values | case.mine | case.button
    assert me.post(form.address, data={**values, "version": []}).status_code == 409
    assert opened(me, page, case.action).values["version"] == form.values["version"]


def test_every_form_is_versioned_or_says_why_it_needs_no_version(app: Flask) -> None:
    changing = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert not CASES.keys() & NOT_EDITS.keys()
    assert changing == CASES.keys() | NOT_EDITS.keys()

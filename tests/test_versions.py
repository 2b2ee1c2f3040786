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
from hub.library.models import Resource, Revision
from hub.library.rules import Source
from hub.members.models import Organization, Person
from hub.search.models import GlossaryEntry
from tests.conftest import Browser
from tests.forms import PageForm, Values, form_on, opened
from tests.world import PASSWORD


@dataclass(frozen=True)
class Case:
    """A form that edits something, and what two people enter in it at the same time."""

    page: Callable[[Session], str]  # the address of the page with the form
    my_values: Values
    their_values: Values
    shown: tuple[str, str] = ("", "")  # my text and their text on the page; by default, the last value of each
    first: str = "coordinator"  # who sees the conflict
    second: str = "coordinator"
    action: str = ""  # where the form is posted to, if not to its page
    button: Values = field(default_factory=dict)
    begun_empty: frozenset[str] = frozenset()  # fields that don't show what is saved

    @property
    def texts(self) -> tuple[str, str]:
        """My text and their text."""
        my_values, their_values = ([*values.values()][-1][-1] for values in (self.my_values, self.their_values))
        return self.shown[0] or my_values, self.shown[1] or their_values


def _resource(db: Session) -> int:
    """Return a resource of the demo member."""
    query = select(Resource.id).join(Organization).where(Organization.slug == "lakeshore", Resource.title != "")
    return db.scalars(query.order_by(Resource.id)).first() or 0


def _written(db: Session) -> int:
    """Return a resource whose content was typed."""
    query = select(Resource.id).join(Revision).where(Revision.source == Source.TEXT)
    return db.scalars(query.order_by(Resource.id)).first() or 0


def _person(db: Session, email: str = "hal.okafor@lakeshore-forge.example") -> int:
    return db.scalars(select(Person.id).where(Person.email == email)).one()


CASES = {
    "members.account": Case(
        lambda _db: "/account",
        {"name": ["My new name"]},
        {"name": ["Their new name"]},
        first="representative",
        second="representative",
    ),
    "members.change_person": Case(
        lambda db: f"/people/{_person(db)}",
        {"name": ["Hal O. Okafor"]},
        {"name": ["Henry Okafor"]},
        first="representative",
        action="/people/{}",
    ),
    "members.change_role": Case(
        lambda db: f"/people/{_person(db)}",
        {"role": ["alternate"]},
        {"role": ["representative"]},
        shown=("Alternate", "Representative"),
        action="/people/{}/role",
    ),
    "members.move_person": Case(
        lambda db: f"/people/{_person(db)}",
        {"organization": ["ridgeline"], "role": ["contributor"]},
        {"organization": ["bayou"], "role": ["contributor"]},
        shown=("Ridgeline", "Bayou"),
        action="/people/{}/organization",
        begun_empty=frozenset({"organization"}),
    ),
    "search.edit_entry": Case(
        lambda db: f"/glossary/{db.scalars(select(GlossaryEntry.id).order_by(GlossaryEntry.id)).first()}/edit",
        {"meaning": ["What I think it stands for"]},
        {"meaning": ["What they think it stands for"]},
    ),
    "search.rename": Case(
        lambda db: "/searches",
        {"name": ["My name for it"]},
        {"name": ["Another name"]},
        first="representative",
        second="representative",
        action="/searches/1/name",
    ),
    "overview.setup_hub": Case(lambda _db: "/setup/hub", {"name": ["My hub"]}, {"name": ["Their hub"]}),
    "overview.setup_host": Case(lambda _db: "/setup/host", {"region": ["My region"]}, {"region": ["Their region"]}),
    "overview.notification_settings": Case(
        lambda _db: "/account/mail",
        {"tags": ["my tag"]},
        {"tags": ["their tag"], "kinds": ["digest"]},
        first="contributor",
        second="contributor",
    ),
    "library.replace": Case(
        lambda db: f"/resources/{_written(db)}/replace",
        {"body": ["# My text\n\nIn two paragraphs."], "note": ["Why I replaced it"]},
        {"body": ["# Their text"]},
        shown=("My text", "Their text"),
        begun_empty=frozenset({"note"}),
    ),
    "library.withdraw": Case(
        lambda db: f"/resources/{_resource(db)}/withdraw",
        {"reason": ["My reason"]},
        {"reason": ["Their reason"]},
        first="contributor",
        second="representative",
    ),
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
def test_a_newer_version_is_shown_and_either_choice_loses_nothing(
    endpoint: str, app: Flask, own_demo: Database
) -> None:
    case = CASES[endpoint]
    with own_demo.reading() as db:
        page = case.page(db)
    me, they = _browser(app, case.first), _browser(app, case.second)
    my_text, their_text = case.texts

    action = case.action.format(page.split("/")[-1])

    my_form = opened(me, page, action)
    assert app.url_map.bind("localhost").match(urlsplit(my_form.address).path, "POST")[0] == endpoint
    their_form = opened(they, page, action)
    assert _send(they, their_form, their_form.values | case.their_values | case.button).status_code == 302
    newest = opened(me, page, action).values

    answer = _send(me, my_form, my_form.values | case.my_values | case.button)
    assert answer.status_code == 409
    panel = BeautifulSoup(answer.text, "lxml").select_one(".conflict")
    assert panel
    saved, typed = (
        " ".join(box.get_text() for box in panel.select(f".col-md-6:nth-child({n}) .stored")) for n in (1, 2)
    )
    assert their_text in saved
    assert my_text in typed
    assert _without_tokens(opened(me, page, action).values) == _without_tokens(newest), "the conflict changed something"

    again = form_on(answer, action)
    assert {name: again.values[name] for name in case.my_values} == case.my_values, "what was typed is lost"
    kept = _send(me, again, again.values | case.button | {"resolve": ["saved"]})
    assert my_text in _set_aside(me, kept)
    assert _without_tokens(opened(me, page, action).values) == _without_tokens(newest)

    saved_over = _send(me, again, again.values | case.button)
    assert their_text in _set_aside(me, saved_over)
    final, wanted = opened(they, page, action).values, my_form.values | case.my_values
    for name in case.begun_empty:
        final[name] = wanted[name] = []
    assert _without_tokens(final) == _without_tokens(wanted)


def _without_tokens(values: Values) -> Values:
    return {
        name: [text.replace("\r\n", "\n") for text in texts]
        for name, texts in values.items()
        if name not in {"csrf_token", "form_id", "version"}
    }


@pytest.mark.parametrize("endpoint", CASES)
def test_a_form_without_a_version_erases_nothing(endpoint: str, app: Flask, own_demo: Database) -> None:
    case = CASES[endpoint]
    with own_demo.reading() as db:
        page = case.page(db)
    me, action = _browser(app, case.first), case.action.format(page.split("/")[-1])
    form = opened(me, page, action)
    me.sends_csrf = False  # type: ignore[attr-defined]
    values = form.values | case.my_values | case.button
    assert me.post(form.address, data={**values, "version": []}).status_code == 409
    assert opened(me, page, action).values["version"] == form.values["version"]


def test_every_form_is_versioned_or_says_why_it_needs_no_version(app: Flask) -> None:
    changing = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert not CASES.keys() & NOT_EDITS.keys()
    assert changing == CASES.keys() | NOT_EDITS.keys()

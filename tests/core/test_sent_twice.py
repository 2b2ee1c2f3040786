"""A form that is sent twice has one effect, and both requests get the same response."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy import func, select

from hub.core import sent_forms
from hub.core.db import Database
from hub.core.sent_forms import SentForm
from hub.library.models import Resource
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind, Role
from hub.worker import STEPS
from tests.forms import form_of
from tests.world import PASSWORD, FrozenClock, SignIn, a_person, a_resource, an_organization

CORA = "cora@amcc.example"
ADDING = "/resources/new?by=text"
TEXT = {"title": ["Notes"], "body": ["A text of some words."], "kind": ["resource"], "audience": ["network"]}


@pytest.fixture
def cora(database: Database, sign_in: SignIn) -> FlaskClient:
    with database.writing() as db:
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        person = a_person(db, host, Role.COORDINATOR, CORA, "Cora")
        a_resource(db, host, "Toolkit", created_by=person)
    return sign_in(CORA)


def _alerts(browser: FlaskClient, address: str) -> list[Tag]:
    return BeautifulSoup(browser.get(address).text, "lxml").select("[role=status], .alert")


def _count(database: Database, model: type[Organization | Resource | SentForm]) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.both_databases
def test_the_second_response_is_the_first_with_its_message(cora: FlaskClient, database: Database) -> None:
    form = form_of(cora, ADDING, "/resources/new")
    first = cora.post(form.address, data=form.values | TEXT)
    messages = [message.text for message in _alerts(cora, first.location)]
    again = cora.post(form.address, data=form.values | TEXT)
    assert (first.status_code, again.status_code) == (302, 302)
    assert again.location == first.location
    assert [message.text for message in _alerts(cora, again.location)] == messages
    assert _count(database, Resource) == 2


def test_another_text_or_another_copy_of_the_form_makes_another_thing(cora: FlaskClient, database: Database) -> None:
    """After going back, people change what they sent; and they open a form in two tabs."""
    form = form_of(cora, ADDING, "/resources/new")
    changed = TEXT | {"title": ["Other notes"]}
    for values in (form.values | TEXT, form.values | changed, form_of(cora, ADDING, "/resources/new").values | TEXT):
        assert cora.post(form.address, data=values).status_code == 302
    assert _count(database, Resource) == 4


def test_a_file_with_the_same_name_and_other_bytes_is_another_file(cora: FlaskClient, database: Database) -> None:
    form = form_of(cora, "/resources/new", "/resources/new")
    for content in (b"One,two\n", b"One,two\n", b"Six,ten\n"):
        files = [(BytesIO(content), "table.csv")]
        assert cora.post(form.address, data=form.values | {"files": files}).status_code == 302
    assert _count(database, Resource) == 3


def test_a_copy_of_the_form_in_another_browser_gets_no_response_of_the_first(
    cora: FlaskClient, database: Database, sign_in: SignIn
) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore"), email="ana@lakeshore.example")
    form = form_of(cora, "/organizations/new", "/organizations/new")
    sent = form.values | {"name": ["Ridgeline"], "kind": ["member"], "joined_on": ["2026-01-05"]}
    assert cora.post(form.address, data=sent).status_code == 302
    del sent["csrf_token"]
    assert sign_in("ana@lakeshore.example").post(form.address, data=sent).status_code == 403


def test_a_form_with_errors_can_be_sent_again(cora: FlaskClient, database: Database) -> None:
    form = form_of(cora, "/organizations/new", "/organizations/new")
    assert cora.post(form.address, data=form.values).status_code == 422
    sent = form.values | {"name": ["Lakeshore"], "kind": ["member"], "joined_on": ["2026-01-05"]}
    assert [cora.post(form.address, data=sent).status_code for _ in range(2)] == [302, 302]
    assert _count(database, Organization) == 2


def test_a_button_pressed_again_later_acts_again_but_nothing_is_made_again(
    cora: FlaskClient, database: Database, frozen_clock: FrozenClock
) -> None:
    """The Back button shows a page as it was, with buttons for a state that has changed since."""
    resource = "/resources/1"
    withdrawal = form_of(cora, f"{resource}/withdraw", f"{resource}/withdraw")
    withdrawn = withdrawal.values | {"reason": ["It is old."]}
    assert cora.post(withdrawal.address, data=withdrawn).status_code == 302
    restoring = form_of(cora, resource, f"{resource}/restore")
    addition = form_of(cora, ADDING, "/resources/new")
    for minutes in (0, 2):
        frozen_clock.advance(minutes=minutes)
        assert cora.post(restoring.address, data=restoring.values).status_code == 302
        assert cora.post(addition.address, data=addition.values | TEXT).status_code == 302
        assert _withdrawn(database) is False
        again = form_of(cora, f"{resource}/withdraw", f"{resource}/withdraw")
        assert cora.post(again.address, data=again.values | {"reason": ["It is old."]}).status_code == 302
    assert cora.post(restoring.address, data=restoring.values).status_code == 302
    assert _withdrawn(database) is True, "a moment after it was pressed, it was a double click"
    assert _count(database, Resource) == 2


def _withdrawn(database: Database) -> bool:
    with database.reading() as db:
        return db.get_one(Resource, 1).withdrawn_at is not None


def test_responses_are_forgotten_after_three_days(
    cora: FlaskClient, database: Database, frozen_clock: FrozenClock
) -> None:
    form = form_of(cora, ADDING, "/resources/new")
    cora.post(form.address, data=form.values | TEXT)
    for days, left in ((sent_forms.DAYS_KEPT, 1), (0.01, 0)):
        frozen_clock.advance(days=days)
        assert STEPS["sent-forms"](database, None) == 0  # type: ignore[arg-type]
        assert _count(database, SentForm) == left


def test_signing_in_twice_signs_in_whichever_response_the_browser_takes(cora: FlaskClient) -> None:
    first, second = (cora.application.test_client() for _ in range(2))
    form = form_of(first, "/sign-in", "/sign-in")
    cookie = first.get_cookie("hub_session")
    assert cookie
    second.set_cookie("hub_session", cookie.value)
    for browser in (first, second):
        assert (
            browser.post(form.address, data=form.values | {"email": [CORA], "password": [PASSWORD]}).status_code == 302
        )
        assert browser.get("/account").status_code == 200

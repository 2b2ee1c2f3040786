"""Links lead to the page: visitors sign in on the way, and people without permission read who has it."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from hub.app import create_app
from hub.calls.models import Call
from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.mail.models import OutboxMessage
from hub.members.actions import invitations as invitations_actions
from hub.members.models import Person
from hub.worker import STEPS
from tests.client import Browser
from tests.world import PASSWORD

MISSING = 9_999
PLACES = ("", "/pages/1", "/pages/1/image", "/pages?number=1", "/state", "/download", "/download?revision=1")


@pytest.fixture
def app(own_demo: Database) -> Flask:
    app = create_app(own_demo.config, own_demo)
    app.test_client_class = Browser
    return app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def _signed_in(app: Flask, email: str) -> FlaskClient:
    browser = app.test_client()
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    return browser


def _next_of(answer: TestResponse) -> str:
    """Return where sign-in leads after this redirect; fails if it isn't a redirect to sign-in."""
    assert answer.status_code == 302
    parts = urlsplit(answer.location)
    assert parts.path == "/sign-in"
    return parse_qs(parts.query).get("next", ["/"])[0]


def _resource(database: Database, audience: Audience) -> int:
    with database.reading() as db:
        query = select(Resource.id).where(Resource.audience == audience, Resource.withdrawn_at.is_(None))
        return db.scalars(query.order_by(Resource.id)).first() or 0


@pytest.mark.parametrize("place", PLACES)
def test_a_visitor_is_sent_to_sign_in_whether_or_not_a_resource_exists(
    visitor: FlaskClient, own_demo: Database, place: str
) -> None:
    for number in (_resource(own_demo, Audience.NETWORK), _resource(own_demo, Audience.ORGANIZATION), MISSING):
        address = f"/resources/{number}{place}"
        assert _next_of(visitor.get(address)) == address


def test_public_resources_open_without_signing_in(visitor: FlaskClient, own_demo: Database) -> None:
    number = _resource(own_demo, Audience.PUBLIC)
    assert visitor.get(f"/resources/{number}").status_code == 200
    assert visitor.get(f"/resources/{number}/pages/1").status_code == 200
    assert visitor.get(f"/resources/{number}/pages/{MISSING}").status_code == 404, "no one would find that page"


def test_every_page_of_a_signed_in_person_leads_a_visitor_to_sign_in_and_back(visitor: FlaskClient, app: Flask) -> None:
    checked = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "GET" not in (rule.methods or ()) or getattr(view, "public", False) or "static" in rule.endpoint:
            continue
        address = re.sub(r"<[^>]+>", "1", rule.rule) + "?page=2&q=a%20b"
        assert _next_of(visitor.get(address)) == address
        checked += 1
    assert checked > 70


@pytest.mark.parametrize("address", ["/outbox?q=what?", "/outbox?q=%3F%26%23&q=b", "/outbox?q=caf%C3%A9", "/outbox"])
def test_no_part_of_an_address_is_lost_on_the_way(visitor: FlaskClient, address: str) -> None:
    assert _next_of(visitor.get(address)) == address


def test_a_form_of_a_visitor_leads_back_to_its_page_and_never_to_a_button(visitor: FlaskClient) -> None:
    assert _next_of(visitor.post("/sharing/log-address")) == "/sharing/log-address", "two views have this address"
    assert _next_of(visitor.post("/resources/1/edit")) == "/resources/1/edit"
    assert _next_of(visitor.post("/sharing/links/1/revoke")) == "/"


def _sign_in_link(answer: TestResponse) -> str:
    page = BeautifulSoup(answer.text, "lxml")
    [link, *others] = page.select(".site-header a[href^='/sign-in']")
    assert {str(other["href"]) for other in others} == {str(link["href"])}
    return str(link["href"])


def test_the_headers_sign_in_keeps_where_a_visitor_is_even_after_a_wrong_password(
    visitor: FlaskClient, own_demo: Database
) -> None:
    address = f"/resources/{_resource(own_demo, Audience.PUBLIC)}?q=steel%26iron"
    sign_in = _sign_in_link(visitor.get(address))
    refused = visitor.post(sign_in, data={"email": "bff@demo.example", "password": "wrong"})
    assert refused.status_code == 422
    assert _sign_in_link(refused) == sign_in
    form = BeautifulSoup(refused.text, "lxml").select_one("main form")
    assert form
    answer = visitor.post(str(form.get("action") or sign_in), data={"email": "bff@demo.example", "password": PASSWORD})
    assert answer.location == address


def test_the_headers_sign_in_on_a_page_without_an_address_of_its_own_leads_home(visitor: FlaskClient) -> None:
    assert _sign_in_link(visitor.get("/")) == "/sign-in"
    assert _sign_in_link(visitor.get("/nowhere")) == "/sign-in"


def test_a_visitor_without_a_password_gets_there_after_setting_one(visitor: FlaskClient, own_demo: Database) -> None:
    wanted = f"/resources/{_resource(own_demo, Audience.NETWORK)}"
    page = visitor.get(wanted, follow_redirects=True)
    assert "You’ll go straight to the page that you wanted." in page.text
    with own_demo.writing() as db:
        keisha = db.scalars(select(Person).where(Person.email == "contributor@demo.example")).one()
        token = invitations_actions.reset_link(db, None, keisha)
    passwords = {"password": "a new long password", "repeated": "a new long password"}
    assert visitor.post(f"/password/{token}", data=passwords).location == wanted


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_new_password_leads_to_no_other_site(visitor: FlaskClient, own_demo: Database, address: str) -> None:
    visitor.get("/sign-in", query_string={"next": address})
    with own_demo.writing() as db:
        keisha = db.scalars(select(Person).where(Person.email == "contributor@demo.example")).one()
        token = invitations_actions.reset_link(db, None, keisha)
    passwords = {"password": "a new long password", "repeated": "a new long password"}
    assert visitor.post(f"/password/{token}", data=passwords).location == "/"


@pytest.mark.parametrize(("email", "address", "sentence"), [
    (
        "contributor@demo.example",
        "/sharing/2026Q3/confirm",
        "Your representative or alternate can confirm a quarter: Rosa Peña or Tom Vandersloot.",
    ),
    (
        "contributor@demo.example",
        "/people/new",
        "Your representative or alternate can manage people: Rosa Peña or Tom Vandersloot.",
    ),
    (
        "coordinator@demo.example",
        "/sharing/2026Q3/confirm",
        "Only an organization’s representative or alternate can confirm a quarter.",
    ),
    (
        "representative@demo.example",
        "/audit",
        "Only the coordinator can see the audit log. Ask Marguerite Oyelaran or Dag Lindqvist.",
    ),
    (
        "representative@demo.example",
        "/board",
        "Only the coordinator and Advisory Board can see the board. Ask Marguerite Oyelaran or Dag Lindqvist.",
    ),
    (
        "bff@demo.example",
        "/sharing?organization=lakeshore",
        "Only people at Lakeshore Forge & Foundry Collaborative, the coordinator and the Advisory Board can see the",
    ),
    ("bff@demo.example", "/organizations/lakeshore/edit", "Only the coordinator can manage organizations."),
])  # fmt: skip
def test_a_person_without_permission_reads_who_has_it(app: Flask, email: str, address: str, sentence: str) -> None:
    answer = _signed_in(app, email).get(address)
    assert answer.status_code == 403
    lead = BeautifulSoup(answer.text, "lxml").select_one(".lead")
    assert lead
    assert lead.get_text().startswith(sentence)


def test_who_may_read_a_resource_reads_who_can_edit_it_and_others_learn_nothing(app: Flask, own_demo: Database) -> None:
    bff = _signed_in(app, "bff@demo.example")
    with own_demo.reading() as db:
        at_lakeshore = select(Resource).where(Resource.organization.has(slug="lakeshore")).order_by(Resource.id)
        readable = db.scalars(at_lakeshore.where(Resource.audience == Audience.NETWORK)).first()
        hidden = db.scalars(at_lakeshore.where(Resource.audience == Audience.ORGANIZATION)).first()
        assert readable
        assert hidden
    answer = bff.get(f"/resources/{readable.id}/edit")
    assert answer.status_code == 403
    sentence = "Only people at Lakeshore Forge &amp; Foundry Collaborative and the coordinator can edit this."
    assert sentence in answer.text
    answers = [bff.get(f"/resources/{number}/edit") for number in (hidden.id, MISSING)]
    assert [answer.status_code for answer in answers] == [404, 404]
    texts = [re.sub(r'value="[^"]+"|/resources/\d+', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]


def _cause_more_mail(app: Flask, database: Database, visitor: FlaskClient) -> None:
    """Send the kinds of email that the demo world doesn't have."""
    coordinator = _signed_in(app, "coordinator@demo.example")
    with database.reading() as db:
        upcoming = db.scalars(select(Call.day).where(Call.starts_at > clock.now()).order_by(Call.day)).first()
        past = db.scalars(select(Call.day).where(Call.ends_at < clock.now()).order_by(Call.day.desc())).first()
    assert coordinator.post(f"/calls/{upcoming}/invite").status_code == 302
    assert coordinator.post(f"/calls/{past}/brief").status_code == 302
    assert visitor.post("/forgot-password", data={"email": "alternate@demo.example"}).status_code == 200
    STEPS["passwords"](database, None)  # type: ignore[arg-type]


def test_every_link_in_the_hubs_mail_leads_its_recipient_to_a_page_that_opens(
    app: Flask, own_demo: Database, visitor: FlaskClient
) -> None:
    _cause_more_mail(app, own_demo, visitor)
    base = own_demo.config.BASE_URL
    with own_demo.reading() as db:
        messages = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        people = {person.email for person in db.scalars(select(Person))}
    links = {
        (message.kind, message.to, link.removeprefix(base))
        for message in messages
        for link in re.findall(r"https?://[^\s<>\"]+", message.text + " " + message.html)
        if link.startswith(base)
    }
    assert len({kind for kind, _to, _path in links}) >= 7
    seen = set()
    for kind, to, path in sorted(links):
        shape = (
            (kind, to, re.sub(r"[\w-]{20,}", "TOKEN", path))
            if to in people
            else (kind, "", re.sub(r"\d+|[\w-]{20,}", "", path))
        )
        if shape in seen:
            continue
        seen.add(shape)
        browser = app.test_client()
        answer = browser.get(path.replace("&amp;", "&"))
        if answer.status_code == 302 and answer.location.startswith("/sign-in"):
            assert to in people, f"{kind}: {path} asks {to}, who has no account, to sign in"
            answer = browser.post(answer.location, data={"email": to, "password": PASSWORD}, follow_redirects=True)
        assert answer.status_code == 200, f"{kind}: {path} gives {to} {answer.status_code}"
        assert answer.request.path != "/sign-in", f"{kind}: {path}"

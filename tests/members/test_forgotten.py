"""Somebody who forgot their password, or was invited, gets a link by mail; no one learns who has an account."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Config
from hub.core.db import Database
from hub.mail.models import OutboxMessage
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import people as people_actions
from hub.members.models import Person, StoppedMail
from hub.members.rules.mail import MailKind, stop_token, whose_stop
from tests.members.conftest import Alliance
from tests.world import SignIn, posted_by


def ask(browser: FlaskClient, email: str) -> str:
    return browser.post("/forgot-password", data={"email": email}).get_data(as_text=True)


def without_token(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(database: Database, visitor: FlaskClient) -> None:
    known, unknown = ask(visitor, "rosa@lakeshore.example"), ask(visitor, "nobody@lakeshore.example")
    assert without_token(known) == without_token(unknown)
    assert "If someone signs in with this address" in known
    with database.reading() as db:
        assert db.scalars(select(OutboxMessage)).all() == []  # the request itself does the same work for both


@pytest.mark.both_databases
def test_a_known_address_gets_a_link_that_sets_a_new_password_once(database: Database, visitor: FlaskClient) -> None:
    for email in ("Rosa@Lakeshore.example ", "nobody@lakeshore.example"):
        ask(visitor, email)
    (message,) = posted_by("passwords", database)
    assert (message.to, message.kind, message.secret) == ("rosa@lakeshore.example", "password", True)
    found = re.search(r"http://127\.0\.0\.1:8000(/password/\S+)", message.text)
    assert found
    page = visitor.post(found[1], data={"password": "a whole new sentence", "repeated": "a whole new sentence"})
    assert page.status_code == 302
    again = visitor.get(found[1])
    assert again.status_code == 410
    assert len(posted_by("passwords", database)) == 1


def test_who_left_gets_nothing_and_who_never_came_gets_their_invitation_again(
    database: Database, visitor: FlaskClient, alliance: Alliance
) -> None:
    with database.writing() as db:
        people_actions.leave(db, None, db.get_one(Person, alliance.tom))
        keisha = db.get_one(Person, alliance.keisha)
        keisha.password_hash = None
        first = invitations_actions.invite(db, None, keisha)
    ask(visitor, "tom@lakeshore.example")
    ask(visitor, "keisha@lakeshore.example")
    (message,) = posted_by("passwords", database)
    assert message.kind == "invitation"
    assert f"/invitation/{first}" not in message.text
    assert visitor.get(f"/invitation/{first}").status_code == 200  # anyone may ask; the first link keeps its power


@pytest.mark.both_databases
def test_asking_again_and_again_is_stopped_and_fills_nobodys_mailbox(database: Database, visitor: FlaskClient) -> None:
    for email in ("rosa@lakeshore.example", "nobody@lakeshore.example"):
        statuses = [visitor.post("/forgot-password", data={"email": email}).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
    assert len(posted_by("passwords", database)) == 3


def test_with_a_mail_server_an_invitation_goes_by_mail_and_is_shown_to_who_invites(
    app: Flask, config: Config, database: Database, sign_in: SignIn, alliance: Alliance
) -> None:
    mailing = replace(config, MAIL_URL="smtp://127.0.0.1:1")
    app.extensions["hub-config"] = mailing
    app.extensions["hub-database"] = own = Database(mailing)
    browser = sign_in("rosa@lakeshore.example")
    page = browser.post(
        "/people/new", data={"name": "New One", "email": "new@lakeshore.example", "role": "contributor"}
    ).get_data(as_text=True)
    found = re.search(r"/invitation/[\w-]+", page)
    assert found
    assert "on its way to new@lakeshore.example" in page
    with own.reading() as db:
        (message,) = db.scalars(select(OutboxMessage))
    assert found[0] in message.text
    assert (message.to, message.sent_by_id) == ("new@lakeshore.example", alliance.rosa)
    own.close()


def test_without_one_an_invitation_is_shown_alone(database: Database, sign_in: SignIn, alliance: Alliance) -> None:
    sign_in("rosa@lakeshore.example").post(
        "/people/new", data={"name": "New One", "email": "new@lakeshore.example", "role": "contributor"}
    )
    assert posted_by("passwords", database) == []


def test_a_get_of_the_stopping_link_changes_nothing_and_one_post_without_a_session_stops(
    database: Database, config: Config, visitor: FlaskClient, alliance: Alliance
) -> None:
    address = f"/mail/stop/{stop_token(config.SECRET_KEY, alliance.rosa, MailKind.DIGEST)}"
    visitor.sends_csrf = False  # type: ignore[attr-defined]
    for method in ("get", "head", "get"):
        assert getattr(visitor, method)(address).status_code == 200
    with database.reading() as db:
        assert db.scalars(select(StoppedMail)).all() == []
    for _ in range(2):
        answered = visitor.post(address, data={"List-Unsubscribe": "One-Click"})
        assert answered.status_code == 200
    assert "No more of these messages" in answered.get_data(as_text=True)
    with database.reading() as db:
        assert db.execute(select(StoppedMail.person_id, StoppedMail.kind)).all() == [(alliance.rosa, MailKind.DIGEST)]


@pytest.mark.parametrize(
    "token", ["", "1", "1-digest", "1-digest-", "1-digest-AAAAAAAAAAAAAAAAAAAAAAAA", "x-y-z", "1-é-x"]
)
def test_only_the_hub_makes_stopping_links(visitor: FlaskClient, config: Config, token: str) -> None:
    assert visitor.post(f"/mail/stop/{token}").status_code == 404


def test_a_stopping_link_of_one_person_or_kind_is_none_of_another() -> None:
    token = stop_token("key", 7, MailKind.DIGEST)
    assert whose_stop("key", token) == (7, MailKind.DIGEST)
    assert whose_stop("other", token) is None
    assert whose_stop("key", token.replace("7-", "8-", 1)) is None
    assert whose_stop("key", token.replace("digest", "reminder")) is None


@pytest.mark.both_databases
def test_people_choose_which_mail_on_what_and_when_not(database: Database, sign_in: SignIn, alliance: Alliance) -> None:
    browser = sign_in("rosa@lakeshore.example")
    page = browser.get("/account/mail").get_data(as_text=True)
    assert 'value="20:00"' in page
    data = {
        "kinds": ["reminder"],
        "topics": ["workforce"],
        "tags": "CMMC, apprenticeship, Trade and International Investment",
        "begins": "18:30",
        "ends": "08:00",
        "zone": "America/Chicago",
    }
    assert browser.post("/account/mail", data=data).status_code == 302
    page = browser.get("/account/mail").get_data(as_text=True)
    for shown in ('value="18:30"', 'value="apprenticeship, cmmc"', 'selected value="America/Chicago"'):
        assert shown in page
    assert re.findall(r'<input[^>]*checked[^>]*value="([^"]+)"', page) == ["reminder", "workforce", "trade"]
    wrong = browser.post("/account/mail", data=data | {"zone": "Mars/Olympus", "begins": "late"})
    assert wrong.status_code == 422
    assert "CMMC, apprenticeship" in wrong.get_data(as_text=True)

"""Password links and invitations by email, without revealing who has an account; and unsubscribing."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config import Config
from hub.core import web
from hub.core.db import Database
from hub.mail.models import OutboxMessage
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import people as people_actions
from hub.members.models import PasswordRequest, Person, StoppedMail
from hub.members.rules.mail import MailKind, parse_unsubscribe_token, unsubscribe_token
from tests.members.conftest import Alliance
from tests.world import SignIn, posted_by


def ask(browser: FlaskClient, email: str) -> str:
    return browser.post("/forgot-password", data={"email": email}).get_data(as_text=True)


def without_token(page: str) -> str:
    return re.sub(r'name="(?:csrf_token|form_id)" value="[^"]*"', "", page)


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(database: Database, visitor: FlaskClient) -> None:
    known, unknown = ask(visitor, "rosa@lakeshore.example"), ask(visitor, "nobody@lakeshore.example")
    assert without_token(known) == without_token(unknown)
    assert "If this address has an account" in known
    with database.reading() as db:
        assert db.scalars(select(OutboxMessage)).all() == []  # the request itself does the same work for both


@pytest.mark.both_databases
def test_a_known_address_gets_a_link_that_sets_a_new_password_once(database: Database, visitor: FlaskClient) -> None:
    for email in ("Rosa@Lakeshore.example ", "nobody@lakeshore.example"):
        ask(visitor, email)
    (message,) = posted_by("passwords", database)
    assert (message.to, message.kind, message.secret) == ("rosa@lakeshore.example", "password", True)
    link = re.search(r"http://127\.0\.0\.1:8000(/password/\S+)", message.text)
    assert link
    page = visitor.post(link[1], data={"password": "a whole new sentence", "repeated": "a whole new sentence"})
    assert page.status_code == 302
    assert visitor.get(link[1]).status_code == 410
    kinds = [message.kind for message in posted_by("passwords", database)]
    assert kinds == ["password", "security"], "no further link, and an email that the password was changed"


def test_a_deactivated_person_gets_nothing_and_an_invited_one_gets_another_invitation(
    database: Database, visitor: FlaskClient, alliance: Alliance
) -> None:
    with database.writing() as db:
        people_actions.deactivate(db, None, db.get_one(Person, alliance.tom))
        keisha = db.get_one(Person, alliance.keisha)
        keisha.password_hash = None
        first = invitations_actions.invite(db, None, keisha)
    ask(visitor, "tom@lakeshore.example")
    ask(visitor, "keisha@lakeshore.example")
    (message,) = posted_by("passwords", database)
    assert message.kind == "invitation"
    assert f"/invitation/{first}" not in message.text
    assert (
        visitor.get(f"/invitation/{first}").status_code == 200
    )  # anyone can make a request, so the first link stays valid


@pytest.mark.both_databases
def test_repeated_requests_are_blocked_and_do_not_fill_a_mailbox(database: Database, visitor: FlaskClient) -> None:
    for email in ("rosa@lakeshore.example", "nobody@lakeshore.example"):
        statuses = [visitor.post("/forgot-password", data={"email": email}).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
    assert len(posted_by("passwords", database)) == 1, "one email answers requests that wait together"


@pytest.mark.both_databases
def test_requests_at_once_are_counted_one_after_the_other(app: Flask) -> None:
    with ThreadPoolExecutor(5) as pool:
        asking = [pool.submit(_status_of, app.test_client(), "rosa@lakeshore.example") for _ in range(5)]
    assert sorted(request.result() for request in asking) == [200, 200, 200, 429, 429]


def test_a_request_whose_last_call_fails_leaves_nothing(
    database: Database, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(web, "_commit", fail)
    assert _status_of(visitor, "rosa@lakeshore.example") == 503
    with database.reading() as db:
        assert db.scalars(select(PasswordRequest)).all() == []


def _status_of(browser: FlaskClient, email: str) -> int:
    return browser.post("/forgot-password", data={"email": email}).status_code


def test_with_a_mail_server_an_invitation_is_emailed(
    app: Flask, config: Config, database: Database, sign_in: SignIn, alliance: Alliance
) -> None:
    mailing = replace(config, MAIL_URL="smtp://127.0.0.1:1")
    app.extensions["hub-config"] = mailing
    app.extensions["hub-database"] = mailing_database = Database(mailing)
    browser = sign_in("rosa@lakeshore.example")
    page = browser.post(
        "/people/new",
        data={"name": "New One", "email": "new@lakeshore.example", "role": "contributor"},
        follow_redirects=True,
    )
    assert "on its way to new@lakeshore.example" in page.text
    with mailing_database.reading() as db:
        (message,) = db.scalars(select(OutboxMessage))
    assert "/invitation/" in message.text
    assert (message.to, message.sent_by_id) == ("new@lakeshore.example", alliance.rosa)
    mailing_database.close()


def test_without_a_mail_server_the_coordinators_own_invitation_is_only_shown(
    database: Database, sign_in: SignIn, alliance: Alliance
) -> None:
    person = {"name": "New One", "email": "new@lakeshore.example", "role": "contributor", "organization": "lakeshore"}
    assert "/invitation/" in sign_in("coordinator@demo.example").post("/people/new", data=person).text
    assert posted_by("passwords", database) == []


def test_a_get_of_an_unsubscribe_link_changes_nothing_and_a_post_without_a_session_unsubscribes(
    database: Database, config: Config, visitor: FlaskClient, alliance: Alliance
) -> None:
    address = f"/mail/stop/{unsubscribe_token(config.SECRET_KEY, alliance.rosa, MailKind.DIGEST)}"
    visitor.sends_csrf = False  # type: ignore[attr-defined]
    for method in ("get", "head", "get"):
        assert getattr(visitor, method)(address).status_code == 200
    with database.reading() as db:
        assert db.scalars(select(StoppedMail)).all() == []
    for _ in range(2):
        answered = visitor.post(address, data={"List-Unsubscribe": "One-Click"})
        assert answered.status_code == 200
    assert "Unsubscribed" in answered.get_data(as_text=True)
    with database.reading() as db:
        assert db.execute(select(StoppedMail.person_id, StoppedMail.kind)).all() == [(alliance.rosa, MailKind.DIGEST)]


@pytest.mark.parametrize(
    "token", ["", "1", "1-digest", "1-digest-", "1-digest-AAAAAAAAAAAAAAAAAAAAAAAA", "x-y-z", "1-é-x"]
)
def test_only_the_hub_creates_unsubscribe_links(visitor: FlaskClient, config: Config, token: str) -> None:
    assert visitor.post(f"/mail/stop/{token}").status_code == 404


def test_an_unsubscribe_link_works_for_one_person_and_one_kind_of_email() -> None:
    token = unsubscribe_token("key", 7, MailKind.DIGEST)
    assert parse_unsubscribe_token(["key"], token) == (7, MailKind.DIGEST)
    assert parse_unsubscribe_token(["other"], token) is None
    assert parse_unsubscribe_token(["key"], token.replace("7-", "8-", 1)) is None
    assert parse_unsubscribe_token(["key"], token.replace("digest", "reminder")) is None


@pytest.mark.both_databases
def test_people_choose_their_email_topics_and_quiet_hours(
    database: Database, sign_in: SignIn, alliance: Alliance
) -> None:
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

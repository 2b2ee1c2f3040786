"""One-time links: they work once, on a POST, until they expire."""

from collections.abc import Iterable
from threading import Barrier, Thread

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind
from hub.members import queries as members_queries
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.actions import tokens as tokens_actions
from hub.members.models import OneTimeLink, Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from tests.members.conftest import Alliance
from tests.serving import TIMEOUT
from tests.world import PASSWORD, FrozenClock, SignIn

COORDINATOR = "coordinator@demo.example"
NEW = {"password": "a brand new one", "repeated": "a brand new one"}


def link_on(page: str) -> str:
    """Return the path of the link that a page shows for sending."""
    field = BeautifulSoup(page, "lxml").select_one("input#link")
    assert field is not None
    assert field.has_attr("readonly")
    address = str(field["value"])
    assert address.startswith("http://127.0.0.1:8000/")
    return address.removeprefix("http://127.0.0.1:8000")


def invited(browser: FlaskClient, email: str = "new@lakeshore.example", role: str = "contributor") -> str:
    person = {"name": "New Person", "email": email, "role": role, "organization": "lakeshore"}
    answer = browser.post("/people/new", data=person)
    assert answer.status_code == 200, answer.text
    return link_on(answer.text)


def may_sign_in(app: Flask, email: str, password: str) -> bool:
    return app.test_client().post("/sign-in", data={"email": email, "password": password}).status_code == 302


@pytest.mark.both_databases
def test_an_invitation_works_once(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    link = invited(sign_in(COORDINATOR))
    assert link.startswith("/invitation/")
    browser = app.test_client()
    for _ in range(3):
        page = browser.get(link)
        assert page.status_code == 200
        assert "(Contributor, Lakeshore)" in page.text
    assert not may_sign_in(app, "new@lakeshore.example", NEW["password"])
    answer = browser.post(link, data=NEW)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "New Person" in browser.get("/account").text
    assert may_sign_in(app, "new@lakeshore.example", NEW["password"])

    again = app.test_client()
    for answer in (again.get(link), again.post(link, data={"password": "mine instead", "repeated": "mine instead"})):
        assert answer.status_code == 410
        assert "already used" in answer.text
    assert "Go to home page" in browser.get(link).text, "someone who is signed in doesn't need to sign in"
    assert may_sign_in(app, "new@lakeshore.example", NEW["password"])


def test_only_the_hash_of_a_link_is_stored(sign_in: SignIn, alliance: Alliance, database: Database) -> None:
    token = invited(sign_in(COORDINATOR)).rsplit("/", 1)[1]
    with database.reading() as db:
        link = db.scalars(select(OneTimeLink)).one()
        assert link.token_hash == members_queries.token_hash(token)
        assert token not in link.token_hash
        assert all(token not in str(entry.details) + entry.subject for entry in db.scalars(select(Entry)))


def test_a_mail_scanner_does_not_use_up_a_link(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    link = invited(sign_in(COORDINATOR))
    scanner = app.test_client()
    assert scanner.head(link).status_code == 200
    assert scanner.get(link).status_code == 200
    assert app.test_client().post(link, data=NEW).status_code == 302


@pytest.mark.parametrize(
    ("password", "repeated", "says"),
    [
        ("short", "short", "at least 10 characters"),
        ("", "", "Enter a password."),
        ("a brand new one", "a brand new two", "The passwords don’t match."),
        ("new@lakeshore.example", "new@lakeshore.example", "made from a name that others know"),
    ],
)
def test_a_refused_password_does_not_use_up_a_link(
    app: Flask, sign_in: SignIn, alliance: Alliance, password: str, repeated: str, says: str
) -> None:
    link = invited(sign_in(COORDINATOR))
    browser = app.test_client()
    answer = browser.post(link, data={"password": password, "repeated": repeated})
    assert answer.status_code == 422
    assert says in answer.text
    assert browser.post(link, data=NEW).status_code == 302


def test_an_invitation_needs_a_csrf_token(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    link = invited(sign_in(COORDINATOR))
    browser = app.test_client()
    browser.sends_csrf = False  # type: ignore[attr-defined]
    assert browser.post(link, data=NEW).status_code == 400
    browser.sends_csrf = True  # type: ignore[attr-defined]
    assert browser.post(link, data=NEW).status_code == 302


@pytest.mark.both_databases
def test_only_one_of_two_people_who_accept_at_once_succeeds(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    link = invited(sign_in(COORDINATOR))
    answers: dict[str, int] = {}
    start = Barrier(2, timeout=TIMEOUT)

    def accept(password: str) -> None:
        browser = app.test_client()
        start.wait()
        answers[password] = browser.post(link, data={"password": password, "repeated": password}).status_code

    threads = [Thread(target=accept, args=(password,)) for password in ("the first one", "the second one")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert sorted(answers.values()) == [302, 410]
    for password, status in answers.items():
        assert may_sign_in(app, "new@lakeshore.example", password) == (status == 302)


@pytest.mark.both_databases
def test_only_one_of_two_racing_requests_can_use_a_link(
    app: Flask, sign_in: SignIn, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = invited(sign_in(COORDINATOR))
    fast, slow = app.test_client(), app.test_client()
    original_hashed = signing_in_actions.hashed

    def overtaken(password: str, names: Iterable[str] = ()) -> str:
        monkeypatch.setattr(invitations_actions, "hashed", original_hashed)
        data = {"password": "the fast one", "repeated": "the fast one"}
        assert fast.post(link, data=data).status_code == 302
        return original_hashed(password, names)

    slow.get(link)
    monkeypatch.setattr(invitations_actions, "hashed", overtaken)
    assert slow.post(link, data=NEW).status_code == 410
    assert may_sign_in(app, "new@lakeshore.example", "the fast one")
    assert not may_sign_in(app, "new@lakeshore.example", NEW["password"])


def test_a_link_that_was_loaded_twice_is_used_up_once(sign_in: SignIn, alliance: Alliance, database: Database) -> None:
    invited(sign_in(COORDINATOR))
    with database.writing() as db:
        link = db.scalars(select(OneTimeLink)).one()
        tokens_actions.mark_used(db, link)
        with pytest.raises(tokens_actions.LinkUnusable):
            tokens_actions.mark_used(db, link)


def test_an_invitation_expires_after_two_weeks(
    app: Flask, sign_in: SignIn, alliance: Alliance, frozen_clock: FrozenClock
) -> None:
    link = invited(sign_in(COORDINATOR))
    frozen_clock.advance(days=13)
    assert app.test_client().get(link).status_code == 200
    frozen_clock.advance(days=1)
    for answer in (app.test_client().get(link), app.test_client().post(link, data=NEW)):
        assert answer.status_code == 410
        assert "has expired" in answer.text
    assert not may_sign_in(app, "new@lakeshore.example", NEW["password"])


@pytest.mark.both_databases
def test_a_newer_link_replaces_an_older_one(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator = sign_in(COORDINATOR)
    older = invited(coordinator)
    with database.reading() as db:
        person = members_queries.person_by_email(db, "new@lakeshore.example")
    assert person is not None
    newer = link_on(coordinator.post(f"/people/{person.id}/link").text)
    assert app.test_client().post(older, data=NEW).status_code == 410
    assert app.test_client().post(newer, data=NEW).status_code == 302


def test_a_password_link_sets_a_new_password_and_ends_the_old_sessions(
    app: Flask, sign_in: SignIn, alliance: Alliance, frozen_clock: FrozenClock
) -> None:
    coordinator, tom = sign_in(COORDINATOR), sign_in("tom@lakeshore.example")
    link = link_on(coordinator.post(f"/people/{alliance.tom}/link").text)
    assert link.startswith("/password/")
    assert tom.get("/account").status_code == 200, "the link alone ends no session"
    assert app.test_client().get(link).status_code == 200
    assert app.test_client().post(link, data=NEW).status_code == 302
    assert tom.get("/account").status_code == 302
    assert not may_sign_in(app, "tom@lakeshore.example", PASSWORD)
    assert may_sign_in(app, "tom@lakeshore.example", NEW["password"])
    assert app.test_client().get(link).status_code == 410
    late = link_on(coordinator.post(f"/people/{alliance.tom}/link").text)
    frozen_clock.advance(hours=25)
    assert app.test_client().post(late, data=NEW).status_code == 410


def test_one_email_tells_the_owner_of_a_password_that_was_set_with_a_link_in_a_new_browser(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator, _tom = sign_in(COORDINATOR), sign_in("tom@lakeshore.example")
    link = link_on(coordinator.post(f"/people/{alliance.tom}/link").text)
    assert app.test_client().post(link, data=NEW).status_code == 302
    with database.reading() as db:
        subjects = db.scalars(select(OutboxMessage.subject).where(OutboxMessage.kind == LetterKind.SECURITY)).all()
    assert [subject.partition(" (")[0] for subject in subjects] == ["Your password was changed"]


def test_a_password_change_voids_a_waiting_link(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    link = link_on(sign_in(COORDINATOR).post(f"/people/{alliance.tom}/link").text)
    data = {"current": PASSWORD, "password": "quite another one", "repeated": "quite another one"}
    assert sign_in("tom@lakeshore.example").post("/account/password", data=data).status_code == 302
    assert app.test_client().post(link, data=NEW).status_code == 410


@pytest.mark.parametrize("token", ["x", "..%2f", "%F0%9F%98%80", "x" * 2000, "%00", "<b>"])
@pytest.mark.parametrize("kind", ["invitation", "password", "welcome"])
def test_a_link_that_the_hub_never_created_is_not_found(client: FlaskClient, kind: str, token: str) -> None:
    for answer in (client.get(f"/{kind}/{token}"), client.post(f"/{kind}/{token}", data=NEW)):
        assert answer.status_code == 404


def test_a_link_works_only_for_its_own_purpose(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    token = invited(sign_in(COORDINATOR)).rsplit("/", 1)[1]
    assert app.test_client().get(f"/password/{token}").status_code == 404
    assert app.test_client().post(f"/welcome/{token}", data=NEW).status_code == 404
    assert "doesn’t recognize this link" in app.test_client().get(f"/password/{token}").text


def test_a_link_of_a_deactivated_person_is_not_found(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    coordinator = sign_in(COORDINATOR)
    link = link_on(coordinator.post(f"/people/{alliance.tom}/link").text)
    coordinator.post(f"/people/{alliance.tom}/leave")
    assert app.test_client().get(link).status_code == 404
    assert app.test_client().post(link, data=NEW).status_code == 404


WELCOME = {"organization": "AMCC", "name": "Marguerite", "email": "m@amcc.example", **NEW}


def first_link(database: Database) -> str:
    with database.writing() as db:
        token = invitations_actions.first_coordinator_link(db)
    assert token is not None
    return f"/welcome/{token}"


@pytest.mark.both_databases
def test_the_first_coordinator_sets_up_the_hub_once(app: Flask, client: FlaskClient, database: Database) -> None:
    link = first_link(database)
    assert client.get(link).status_code == 200
    assert client.post(link, data=WELCOME | {"repeated": "x"}).status_code == 422
    assert client.post(link, data=WELCOME).location == "/setup"
    assert client.get("/organizations/new").status_code == 200
    with database.writing() as db:
        host = db.scalars(select(Organization)).one()
        assert (host.slug, host.kind) == ("amcc", OrganizationKind.HOST)
        assert db.scalars(select(Person)).one().role is Role.COORDINATOR
        assert invitations_actions.first_coordinator_link(db) is None
    assert app.test_client().post(link, data=WELCOME | {"email": "n@amcc.example"}).status_code == 410
    assert may_sign_in(app, "m@amcc.example", NEW["password"])


@pytest.mark.both_databases
def test_a_new_sign_up_link_voids_the_older_one(client: FlaskClient, database: Database) -> None:
    older, newer = first_link(database), first_link(database)
    assert client.get(older).status_code == 410
    assert client.get(newer).status_code == 200


def test_the_first_coordinator_joins_an_existing_host(client: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        organizations_actions.add_organization(db, None, name="The Secretariat", kind=OrganizationKind.HOST)
    link = first_link(database)
    assert "The Secretariat" in client.get(link).text
    assert client.post(link, data=WELCOME).status_code == 302
    with database.reading() as db:
        assert db.scalars(select(Organization.name)).all() == ["The Secretariat"]


def test_a_sign_up_link_is_refused_once_the_hub_has_people(client: FlaskClient, database: Database) -> None:
    link = first_link(database)
    with database.writing() as db:
        host = organizations_actions.add_organization(db, None, name="AMCC", kind=OrganizationKind.HOST)
        people_actions.add_person(db, None, host, email="c@amcc.example", name="C", role=Role.COORDINATOR)
    answer = client.post(link, data=WELCOME)
    assert answer.status_code == 422
    assert "already has people" in answer.text
    with database.reading() as db:
        assert len(db.scalars(select(Person)).all()) == 1

"""Sessions: what ends them, where they are listed, and what a browser keeps."""

import re
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from config import Config
from hub.app import create_app
from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind
from hub.members.actions import people as people_actions
from hub.members.actions import sessions as sessions_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.models import Organization, Person, SignInSession
from hub.members.queries import token_hash
from hub.members.rules.organizations import Role
from hub.members.rules.sessions import Ending, Origin
from hub.worker import STEPS
from tests.members.conftest import Alliance
from tests.members.records import COORDINATOR, ROSA, audited
from tests.serving import TIMEOUT
from tests.world import PASSWORD, FrozenClock, SignIn, a_person, an_organization

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TOM = "tom@lakeshore.example"


def status(browser: FlaskClient) -> int:
    return browser.get("/account").status_code


def thief(app: Flask, browser: FlaskClient) -> FlaskClient:
    """Return a browser with a copy of the session cookie."""
    copied, other = browser.get_cookie("hub_session"), app.test_client()
    assert copied
    other.set_cookie("hub_session", copied.value)
    return other


def letters(database: Database, kind: LetterKind = LetterKind.SECURITY) -> list[OutboxMessage]:
    with database.reading() as db:
        return list(db.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)))


@pytest.mark.both_databases
def test_signing_out_ends_the_session_also_for_a_copy_of_its_cookie(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa, other = sign_in(ROSA), sign_in(ROSA)
    copy = thief(app, rosa)
    assert status(copy) == 200
    answer = rosa.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert [status(browser) for browser in (rosa, copy, other)] == [302, 302, 200]
    assert "Clear-Site-Data" in copy.post("/sign-out").headers, "its pages are still kept there"
    assert "Clear-Site-Data" not in copy.get("/account").headers
    assert audited(database) == [(ROSA, "signed out")]


def test_a_sign_in_ends_the_earlier_session_of_the_browser_and_changes_its_cookie(
    app: Flask, sign_in: SignIn, alliance: Alliance
) -> None:
    rosa = sign_in(ROSA)
    copy = thief(app, rosa)
    before = rosa.get_cookie("hub_session")
    assert rosa.post("/sign-in", data={"email": TOM, "password": PASSWORD}).status_code == 302
    after = rosa.get_cookie("hub_session")
    assert before
    assert after
    assert before.value != after.value
    assert "tom@" in rosa.get("/account").text
    assert status(copy) == 302


def test_a_cookie_from_before_the_sign_in_is_never_signed_in(app: Flask, visitor: FlaskClient) -> None:
    visitor.get("/sign-in")
    fixed = thief(app, visitor)
    assert visitor.post("/sign-in", data={"email": ROSA, "password": PASSWORD}).status_code == 302
    assert status(fixed) == 302


def test_only_the_hash_of_a_token_is_stored(visitor: FlaskClient, database: Database) -> None:
    visitor.post("/sign-in", data={"email": ROSA, "password": PASSWORD})
    with visitor.session_transaction() as cookie:
        token = cookie["_user_id"]
    browser_cookie = visitor.get_cookie("hub_browser")
    assert browser_cookie
    assert len(token) == len(browser_cookie.value) == 43
    with database.reading() as db:
        row = db.scalars(select(SignInSession)).one()
    assert (row.token_hash, row.browser_hash) == (token_hash(token), token_hash(browser_cookie.value))
    stored = [str(value) for name, value in vars(row).items() if not name.startswith("_")]
    assert not [value for value in stored if token in value or browser_cookie.value in value]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("act", "ending"),
    [
        ("password", Ending.PASSWORD),
        ("role", Ending.ROLE),
        ("successor", Ending.ROLE),
        ("move", Ending.ROLE),
        ("leave", Ending.LEFT),
        ("everywhere", Ending.EVERYWHERE),
    ],
)
def test_what_changes_a_person_ends_their_sessions(
    sign_in: SignIn, alliance: Alliance, database: Database, act: str, ending: Ending
) -> None:
    rosa, tom = sign_in(ROSA), sign_in(TOM)
    with database.writing() as db:
        person = db.get_one(Person, alliance.rosa)
        if act == "password":
            signing_in_actions.set_password(db, person, "another hash")
        elif act == "role":
            people_actions.change_role(db, None, person, Role.CONTRIBUTOR)
        elif act == "successor":
            people_actions.change_role(db, None, db.get_one(Person, alliance.keisha), Role.REPRESENTATIVE)
        elif act == "move":
            ridgeline = db.scalars(select(Organization).where(Organization.slug == "ridgeline")).one()
            people_actions.move(db, None, person, ridgeline, Role.CONTRIBUTOR)
        elif act == "leave":
            people_actions.deactivate(db, None, person)
        else:
            sessions_actions.sign_out_everywhere(db, person)
    assert (status(rosa), status(tom)) == (302, 200)
    with database.writing() as db:
        row = db.scalars(select(SignInSession).where(SignInSession.person_id == alliance.rosa)).one()
        assert row.ended_for is ending
        if act == "leave":
            people_actions.reactivate(db, None, db.get_one(Person, alliance.rosa), Role.CONTRIBUTOR)
    assert status(rosa) == 302, "also when the person comes back"


def test_a_person_who_gives_up_their_own_role_stays_signed_in_here_with_the_new_one(
    app: Flask, sign_in: SignIn, alliance: Alliance
) -> None:
    rosa, other = sign_in(ROSA), sign_in(ROSA)
    copy = thief(app, rosa)
    assert rosa.post(f"/people/{alliance.tom}/role", data={"role": "representative"}).status_code == 302
    assert "Contributor" in rosa.get("/account").text
    assert [status(browser) for browser in (other, copy)] == [302, 302]


@pytest.mark.both_databases
def test_an_idle_session_ends_sooner_for_coordinators_and_the_board(
    sign_in: SignIn, alliance: Alliance, frozen_clock: FrozenClock
) -> None:
    emails = (COORDINATOR, "ruth@lakeshore.example", ROSA)
    coordinator, board, rosa = (sign_in(email) for email in emails)
    browsers = [coordinator, board, rosa]

    def statuses_after(**time: float) -> list[int]:
        frozen_clock.advance(**time)
        return [browser.get("/account", buffered=True).status_code for browser in browsers]

    assert statuses_after(hours=7, minutes=59) == [200, 200, 200]
    assert statuses_after(hours=7, minutes=59) == [200, 200, 200], "the first visit counted as use"
    assert statuses_after(hours=8) == [302, 302, 200]
    assert statuses_after(days=13, hours=23) == [302, 302, 200]
    frozen_clock.advance(days=14)
    assert status(rosa) == 302


def test_the_use_of_a_session_is_written_every_few_minutes_and_never_makes_a_page_fail(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database, frozen_clock: FrozenClock
) -> None:
    rosa, began = sign_in(ROSA), frozen_clock.at

    def used() -> tuple[float, str]:
        with database.reading() as db:
            row = db.scalars(select(SignInSession)).one()
            return (row.used_at - began).total_seconds() / 60, row.network

    for minutes, noted in ((4, 0), (2, 6), (3, 6)):
        frozen_clock.advance(minutes=minutes)
        address = {"REMOTE_ADDR": f"192.0.2.{minutes}"}
        assert rosa.get("/account", environ_base=address, buffered=True).status_code == 200
        assert used()[0] == noted
    assert used()[1] == "192.0.2.2"
    frozen_clock.advance(minutes=6)
    with database.engine.connect() as blocking:
        blocking.exec_driver_sql("PRAGMA busy_timeout=0")
        event.listen(database.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=0"))
        blocking.rollback()
        blocking.execution_options(hub_begin="IMMEDIATE").exec_driver_sql("SELECT 1")
        assert rosa.get("/account", buffered=True).status_code == 200
    assert used()[0] == 6, "the database was busy, so it wasn't written"


def test_no_further_query_is_needed_to_check_a_session(sign_in: SignIn, alliance: Alliance, database: Database) -> None:
    rosa, statements = sign_in(ROSA), []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    rosa.get("/account/sessions")
    [check] = [statement for statement in statements if "sign_in_session.token_hash = " in statement]
    assert "JOIN person" in check
    assert "JOIN organization" in check
    assert not [statement for statement in statements if re.search(r"FROM person\b", statement)]


def test_a_person_sees_where_they_are_signed_in_and_signs_out_there(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa, office = sign_in(ROSA), app.test_client()
    office.post(
        "/sign-in",
        data={"email": ROSA, "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
        headers={"User-Agent": FIREFOX},
    )
    page = BeautifulSoup(rosa.get("/account/sessions").text, "lxml")
    assert page.h1
    assert page.h1.get_text() == "Where you’re signed in"
    rows = [row.get_text(" ", strip=True) for row in page.select("tbody tr")]
    assert len(rows) == 2
    assert "(this browser)" in rows[0]
    [elsewhere] = [row for row in page.select("tbody tr") if "Firefox on Linux" in row.get_text()]
    assert "198.51.100.7" in elsewhere.get_text()
    assert "Password" in elsewhere.get_text()
    assert "this browser" not in elsewhere.get_text()
    form = elsewhere.form
    assert form
    answer = rosa.post(str(form["action"]), follow_redirects=True)
    assert "You’re signed out there." in answer.text
    assert "Firefox on Linux" not in answer.text
    assert (status(office), status(rosa)) == (302, 200)
    assert rosa.post(str(form["action"])).status_code == 302, "pressed twice"
    assert (ROSA, "signed out elsewhere") in audited(database)
    [own] = BeautifulSoup(rosa.get("/account/sessions").text, "lxml").select("tbody tr")
    assert own.form
    assert "(this browser)" in own.get_text()
    assert rosa.post(str(own.form["action"])).headers["Clear-Site-Data"]
    assert status(rosa) == 302


@pytest.mark.parametrize("email", [TOM, COORDINATOR])
def test_no_one_ends_a_session_of_someone_else_by_its_number(
    sign_in: SignIn, alliance: Alliance, database: Database, email: str
) -> None:
    rosa, other = sign_in(ROSA), sign_in(email)
    with database.reading() as db:
        number = db.scalars(select(SignInSession.id).where(SignInSession.person_id == alliance.rosa)).one()
    assert other.post(f"/account/sessions/{number}/end").status_code == 404
    assert other.post("/account/sessions/999/end").status_code == 404
    assert status(rosa) == 200


@pytest.mark.both_databases
def test_the_coordinator_ends_a_persons_sessions_and_the_person_hears_of_it(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator, rosa, tom = sign_in(COORDINATOR), sign_in(ROSA), sign_in(TOM)
    assert "Rosa Peña is signed in on 1 browser (last used " in coordinator.get(f"/people/{alliance.rosa}").text
    assert "Sessions" not in tom.get(f"/people/{alliance.rosa}").text
    assert tom.post(f"/people/{alliance.rosa}/sessions/end").status_code == 403
    answer = coordinator.post(f"/people/{alliance.rosa}/sessions/end", follow_redirects=True)
    assert "Rosa Peña is signed out in every browser." in answer.text
    assert "Rosa Peña isn’t signed in anywhere." in answer.text
    assert (status(rosa), status(tom), status(coordinator)) == (302, 200, 200)
    [letter] = letters(database)
    assert (letter.to, letter.subject) == (ROSA, "Your sessions were ended (AMCC Resource Hub)")
    assert "By: Marguerite" in letter.text
    assert (COORDINATOR, "ended the sessions of") in audited(database)


@pytest.mark.both_databases
def test_no_session_begins_with_a_password_that_was_just_changed_or_for_someone_who_was_deactivated(
    database: Database, alliance: Alliance
) -> None:
    with database.reading() as db:
        checked = db.get_one(Person, alliance.rosa)
        tom = db.get_one(Person, alliance.tom)
    with database.writing() as db:
        signing_in_actions.set_password(db, db.get_one(Person, alliance.rosa), "another hash")
        people_actions.deactivate(db, None, db.get_one(Person, alliance.tom))
    for person in (checked, tom):
        with database.writing() as db, pytest.raises(Refused, match="Sign in again"):
            sessions_actions.begin(db, person, Origin())
    with database.reading() as db:
        assert db.scalars(select(SignInSession)).all() == []


@pytest.mark.both_databases
def test_a_sign_in_during_a_password_change_leaves_no_session_with_the_former_password(
    database: Database, alliance: Alliance
) -> None:
    start = Barrier(2, timeout=TIMEOUT)

    def sign_in_with_the_former_password() -> None:
        with database.reading() as db:
            person = db.get_one(Person, alliance.rosa)
        start.wait()
        with suppress(Refused), database.writing() as db:
            sessions_actions.begin(db, person, Origin())

    thread = Thread(target=sign_in_with_the_former_password)
    thread.start()
    start.wait()
    with database.writing() as db:
        signing_in_actions.set_password(db, db.get_one(Person, alliance.rosa), "another hash")
    thread.join(TIMEOUT)
    with database.reading() as db:
        alive = select(SignInSession).where(SignInSession.ended_at.is_(None))
        assert db.scalars(alive).all() == []


@pytest.mark.both_databases
def test_the_owner_hears_of_a_new_browser_once_and_not_at_the_first_sign_in(
    app: Flask, visitor: FlaskClient, database: Database, alliance: Alliance
) -> None:
    def signs_in(browser: FlaskClient, email: str = ROSA) -> None:
        data = {"email": email, "password": PASSWORD}
        assert browser.post("/sign-in", data=data, headers={"User-Agent": FIREFOX}).status_code == 302

    signs_in(visitor)
    signs_in(visitor)
    assert letters(database) == []
    other = app.test_client()
    signs_in(other)
    other.post("/sign-out")
    signs_in(other)
    [letter] = letters(database)
    assert (letter.to, letter.subject) == (ROSA, "New sign-in to your account (AMCC Resource Hub)")
    assert "Firefox on Linux" in letter.text
    assert "127.0.0.1" in letter.text
    assert "/forgot-password" in letter.text
    assert letter.quiet == ""
    signs_in(other, TOM)
    assert len(letters(database)) == 1, "a browser is known to each of its people alone"
    with database.reading() as db:
        entries = db.scalars(select(Entry).where(Entry.action == "signed in", Entry.actor == ROSA).order_by(Entry.id))
        assert [entry.details.get("new_browser", False) for entry in entries] == [False, False, True, False]


def test_a_browser_is_new_again_after_its_session_was_ended_from_elsewhere(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa, other = sign_in(ROSA), app.test_client()
    for letters_by_then in (1, 2):
        assert other.post("/sign-in", data={"email": ROSA, "password": PASSWORD}).status_code == 302
        assert len(letters(database)) == letters_by_then
        with database.reading() as db:
            number = db.scalars(select(SignInSession.id).order_by(SignInSession.id.desc()).limit(1)).one()
        rosa.post(f"/account/sessions/{number}/end")


def test_under_https_cookies_are_secure_and_for_this_host_alone(config: Config, database: Database) -> None:
    database.config = replace(config, BASE_URL="https://hub.example.org")
    app = create_app(database.config, database)
    app.config["WTF_CSRF_ENABLED"] = False  # its check of the Referer isn't what this tests
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore"), email=ROSA)
    browser = app.test_client()
    data = {"email": ROSA, "password": PASSWORD}
    answer = browser.post("/sign-in", data=data, base_url="https://hub.example.org")
    cookies = {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"__Host-hub_session", "__Host-hub_browser"}
    for line in cookies.values():
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
        assert "Domain" not in line


def test_sessions_that_are_too_old_to_know_a_browser_by_are_deleted(
    app: Flask, visitor: FlaskClient, database: Database, frozen_clock: FrozenClock
) -> None:
    for days in (0, 399, 399):
        frozen_clock.advance(days=days)
        app.test_client().post("/sign-in", data={"email": ROSA, "password": PASSWORD})
    STEPS["sessions"](database, None)  # type: ignore[arg-type]
    with database.reading() as db:
        made = db.scalars(select(SignInSession.made_at)).all()
    assert {(clock.now() - moment).days for moment in made} == {0, 399}

"""Signing in and out, sessions, and password changes."""

from collections.abc import Callable
from typing import Literal

import pytest
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database
from hub.members.actions import people as people_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.models import Person
from tests.members.conftest import Alliance
from tests.world import PASSWORD, FrozenClock, SignIn

ROSA = "rosa@lakeshore.example"


def try_to_sign_in(browser: FlaskClient, email: str, password: str, address: str = "192.0.2.1") -> int:
    data = {"email": email, "password": password}
    return browser.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address}).status_code


def heading(html: str) -> str:
    headings = BeautifulSoup(html, "lxml").find_all("h1")
    assert len(headings) == 1
    return headings[0].get_text()


def test_a_person_signs_in_and_out(visitor: FlaskClient) -> None:
    assert heading(visitor.get("/sign-in").text) == "Sign in"
    answer = visitor.post("/sign-in", data={"email": ROSA, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Rosa Peña" in visitor.get("/account").text
    assert visitor.get("/sign-in").location == "/"
    assert visitor.post("/sign-out").location == "/"
    assert visitor.get("/account").location == "/sign-in?next=/account"


def test_every_page_of_a_signed_in_person_has_a_button_to_sign_out(sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    for address in ("/", "/search", "/sharing", "/calls", "/account", "/join", "/nowhere"):
        page = BeautifulSoup(rosa.get(address, follow_redirects=True).text, "lxml")
        assert page.select_one("form[action='/sign-out'] button"), address


def test_a_password_does_not_expire(visitor: FlaskClient, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(days=4_000)
    assert try_to_sign_in(visitor, ROSA, PASSWORD) == 302


@pytest.mark.both_databases
def test_an_email_address_may_have_capitals_and_surrounding_spaces(visitor: FlaskClient) -> None:
    assert try_to_sign_in(visitor, "  Rosa@LAKESHORE.example ", PASSWORD) == 302


def test_the_sign_in_page_links_to_forgotten_passwords(visitor: FlaskClient) -> None:
    page = visitor.get("/sign-in").text
    assert 'href="/forgot-password"' in page


def test_a_sign_out_needs_a_post(sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    assert rosa.get("/sign-out").status_code == 405
    assert rosa.get("/account").status_code == 200


def test_wrong_passwords_unknown_addresses_and_inactive_people_get_the_same_answer(
    visitor: FlaskClient, database: Database, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        db.get_one(Person, alliance.keisha).password_hash = None
        people_actions.deactivate(db, None, db.get_one(Person, alliance.tom))
    verified = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's name
            verified.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(signing_in_actions, "HASHER", Counting(time_cost=1, memory_cost=8, parallelism=1))
    texts = set()
    for email, password in (
        (ROSA, "not the password"),
        ("nobody@lakeshore.example", PASSWORD),
        ("keisha@lakeshore.example", PASSWORD),
        ("tom@lakeshore.example", PASSWORD),
        ("\x00 <b>", PASSWORD),
    ):
        verified.clear()
        answer = visitor.post("/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 422
        assert len(verified) == 1, "argon2 runs once for everyone"
        assert "m=8,t=1,p=1" in str(verified[0]), "with the same parameters"
        texts.add(BeautifulSoup(answer.text, "lxml").select_one("[role=alert]").get_text())  # type: ignore[union-attr]
    assert len(texts) == 1
    assert "don’t match" in texts.pop()


def test_after_a_refusal_the_form_keeps_the_address_but_not_the_password(visitor: FlaskClient) -> None:
    page = visitor.post("/sign-in", data={"email": '"><script>x</script>', "password": "not the password"}).text
    field = BeautifulSoup(page, "lxml").select_one("input[name=email]")
    assert field is not None
    assert field["value"] == '"><script>x</script>'
    assert "not the password" not in page


def test_an_empty_form_shows_what_is_missing(visitor: FlaskClient) -> None:
    answer = visitor.post("/sign-in", data={"email": "", "password": ""})
    assert answer.status_code == 422
    assert "Enter your email address." in answer.text
    assert "Enter your password." in answer.text


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/people?q=a&page=2", "/people?q=a&page=2"),
        ("/search?q=https://amcc.example", "/search?q=https://amcc.example"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("\\\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("/\n/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        (" //evil.example", "/"),
        ("people", "/"),
        ("", "/"),
    ],
)
def test_a_sign_in_leads_back_to_the_wanted_page_and_never_to_another_site(
    visitor: FlaskClient, wanted: str, lands: str
) -> None:
    answer = visitor.post("/sign-in", query_string={"next": wanted}, data={"email": ROSA, "password": PASSWORD})
    assert answer.location == lands
    assert visitor.get("/sign-in", query_string={"next": wanted}).location == lands


def test_a_visitor_is_sent_to_sign_in_and_back(visitor: FlaskClient) -> None:
    answer = visitor.get("/people?q=Ros%C3%A1")
    assert answer.status_code == 302
    page = answer.location
    answer = visitor.post(page, data={"email": ROSA, "password": PASSWORD})
    assert answer.location == "/people?q=Ros%C3%A1"
    assert visitor.get(answer.location).status_code == 200


def test_a_visitors_post_changes_nothing_and_leads_to_sign_in(visitor: FlaskClient, database: Database) -> None:
    answer = visitor.post("/account", data={"name": "Someone else"})
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/account")
    with database.reading() as db:
        assert db.scalar(select(Person.id).where(Person.name == "Someone else")) is None


def test_a_post_without_a_csrf_token_is_refused(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    rosa.sends_csrf = False  # type: ignore[attr-defined]
    for address in ("/sign-out", "/account", "/account/password", "/people/new", f"/people/{alliance.tom}/leave"):
        assert rosa.post(address, data={"name": "x"}).status_code == 400
    visitor = app.test_client()
    visitor.sends_csrf = False  # type: ignore[attr-defined]
    assert visitor.post("/sign-in", data={"email": ROSA, "password": PASSWORD}).status_code == 400
    assert "Rosa Peña" in rosa.get("/account").text


@pytest.mark.both_databases
def test_a_session_ends_after_the_configured_days(visitor: FlaskClient, frozen_clock: FrozenClock) -> None:
    try_to_sign_in(visitor, ROSA, PASSWORD)
    for _ in range(3):
        frozen_clock.advance(days=9, hours=23)
        assert visitor.get("/account", buffered=True).status_code == 200, "its use is written after the response"
    frozen_clock.advance(hours=4)
    assert visitor.get("/account").status_code == 302


def test_a_session_cookie_is_http_only_same_site_and_expires(visitor: FlaskClient) -> None:
    answer = visitor.post("/sign-in", data={"email": ROSA, "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie


@pytest.mark.parametrize(
    "token", ["", "x", "1", "1.1", "2.1", "99999999999999999999.1", "\x00", "\ud800", "²", "x" * 3_000]
)
def test_an_invalid_token_signs_no_one_in(visitor: FlaskClient, token: str) -> None:
    try_to_sign_in(visitor, ROSA, PASSWORD)
    with visitor.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert visitor.get("/account").status_code == 302


@pytest.mark.both_databases
def test_a_new_password_ends_the_sessions_in_other_browsers(sign_in: SignIn, alliance: Alliance, app: Flask) -> None:
    browser, other_browser, other_person = sign_in(ROSA), sign_in(ROSA), sign_in("tom@lakeshore.example")
    data = {"current": PASSWORD, "password": "quite another one", "repeated": "quite another one"}
    answer = browser.post("/account/password", data=data)
    assert (answer.status_code, answer.location) == (302, "/account")
    assert "Password changed." in browser.get("/account").text
    assert other_browser.get("/account").status_code == 302
    assert other_person.get("/account").status_code == 200
    assert try_to_sign_in(app.test_client(), ROSA, PASSWORD) == 422
    assert try_to_sign_in(app.test_client(), ROSA, "quite another one") == 302


def test_signing_out_everywhere_ends_every_session_and_copied_ones(
    sign_in: SignIn, alliance: Alliance, app: Flask
) -> None:
    browser, other_browser, thief = sign_in(ROSA), sign_in(ROSA), app.test_client()
    copied = browser.get_cookie("hub_session")
    assert copied is not None
    thief.set_cookie("hub_session", copied.value)
    assert thief.get("/account").status_code == 200
    assert browser.post("/sign-out/everywhere").location == "/sign-in"
    assert [client.get("/account").status_code for client in (browser, other_browser, thief)] == [302, 302, 302]
    assert sign_in(ROSA).get("/account").status_code == 200


@pytest.mark.parametrize(
    ("current", "password", "repeated", "says"),
    [
        ("not the password", "quite another one", "quite another one", "The current password isn’t right."),
        (PASSWORD, "short", "short", "at least 10 characters"),
        (PASSWORD, "x" * 201, "x" * 201, "up to 200 characters"),
        (PASSWORD, "quite another one", "quite an other one", "The passwords don’t match."),
        (PASSWORD, ROSA, ROSA, "made from a name that others know"),
        ("", "quite another one", "quite another one", "Enter your current password."),
    ],
)
def test_a_password_change_is_refused_with_the_reason(
    sign_in: SignIn, alliance: Alliance, current: str, password: str, repeated: str, says: str
) -> None:
    rosa, other_browser = sign_in(ROSA), sign_in(ROSA)
    answer = rosa.post("/account/password", data={"current": current, "password": password, "repeated": repeated})
    assert answer.status_code == 422
    assert says in answer.text
    assert other_browser.get("/account").status_code == 200


@pytest.mark.parametrize("name", ["Rosa O'Peña", '<script>alert("x")</script>', "{{ 7*7 }}", "石川 さくら", "Z" * 200])
def test_a_person_changes_their_own_name_and_it_is_shown_as_typed(
    sign_in: SignIn, alliance: Alliance, name: str
) -> None:
    rosa = sign_in(ROSA)
    assert rosa.post("/account", data={"name": f" {name} "}).status_code == 302
    page = BeautifulSoup(rosa.get("/account").text, "lxml")
    field = page.select_one("input[name=name]")
    assert field is not None
    assert field["value"] == name
    assert not [script for script in page.find_all("script") if "src" not in script.attrs]


@pytest.mark.parametrize("name", ["", "  ", "Z" * 201])
def test_an_invalid_name_is_refused_and_stays_in_the_form(sign_in: SignIn, alliance: Alliance, name: str) -> None:
    answer = sign_in(ROSA).post("/account", data={"name": name})
    assert answer.status_code == 422
    field = BeautifulSoup(answer.text, "lxml").select_one("input[name=name]")
    assert field is not None
    assert field["value"] == name.strip()


def test_a_password_works_on_keyboards_that_compose_letters_differently(
    visitor: FlaskClient, database: Database
) -> None:
    password_hash = signing_in_actions.hashed("une cle\u0301 secre\u0300te")
    with database.writing() as db:
        rosa = db.scalars(select(Person).where(Person.email == ROSA)).one()
        rosa.password_hash = password_hash
    assert try_to_sign_in(visitor, ROSA, "une cl\u00e9 secr\u00e8te") == 302


def test_a_hash_with_old_parameters_is_renewed_at_the_next_sign_in(
    visitor: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored_hash() -> str:
        with database.reading() as db:
            return db.scalars(select(Person.password_hash).where(Person.email == ROSA)).one() or ""

    monkeypatch.setattr(signing_in_actions, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert "m=8,t=1" in stored_hash()
    assert try_to_sign_in(visitor, ROSA, PASSWORD) == 302
    assert "m=16,t=2" in stored_hash()
    assert visitor.get("/account").status_code == 200, "the session continues"
    assert try_to_sign_in(visitor, ROSA, PASSWORD) == 302


@pytest.mark.both_databases
def test_no_one_waits_while_a_password_is_checked(
    alliance: Alliance, database: Database, monkeypatch: pytest.MonkeyPatch, sign_in: Callable[..., FlaskClient]
) -> None:
    written = []

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's name
            with database.writing() as db:  # would time out if the request held a transaction
                db.get_one(Person, alliance.tom).name = "Tom Tom"
            written.append(True)
            return super().verify(hash, password)

    monkeypatch.setattr(signing_in_actions, "HASHER", Slow(time_cost=1, memory_cost=8, parallelism=1))
    rosa = sign_in(ROSA)
    data = {"current": PASSWORD, "password": "quite another one", "repeated": "quite another one"}
    assert rosa.post("/account/password", data=data).status_code == 302
    assert len(written) == 2


def test_pages_of_signed_in_people_are_not_stored_in_shared_caches(sign_in: SignIn, alliance: Alliance) -> None:
    assert "private" in sign_in(ROSA).get("/account").headers["Cache-Control"]

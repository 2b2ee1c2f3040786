"""Attempts to sign in are counted for monitoring, by way and result."""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from hub.core import metrics
from hub.core.db import Database
from hub.members.actions import tokens as tokens_actions
from hub.members.models import LinkKind, Person
from tests.members.authenticator import Authenticator
from tests.members.conftest import Alliance
from tests.members.test_factors import ROSA, code_at, enter, half_signed_in, set_up_app
from tests.members.test_passkeys import TOM, add, half, use
from tests.world import PASSWORD, FrozenClock, SignIn

NEW = {"password": "copper and sand", "repeated": "copper and sand"}


def counted() -> Counter[tuple[str, str]]:
    families = metrics.collected().collect()
    samples = [sample for family in families for sample in family.samples if sample.name == "hub_sign_ins_total"]
    return Counter({(each.labels["way"], each.labels["result"]): int(each.value) for each in samples})


@contextmanager
def counting(*expected: str) -> Iterator[None]:
    """Check that exactly these attempts are counted, each a way and a result."""
    before = counted()
    yield
    assert counted() - before == Counter(tuple(each.split()) for each in expected)


def password(browser: FlaskClient, email: str, typed: str = PASSWORD) -> int:
    return browser.post("/sign-in", data={"email": email, "password": typed}).status_code


def test_passwords_and_second_steps_count_by_way_and_result(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database, frozen_clock: FrozenClock
) -> None:
    with counting("password refused", "password refused", "password accepted"):
        assert password(app.test_client(), ROSA, "wrong") == 422
        assert password(app.test_client(), ROSA, "") == 422
        rosa = sign_in(ROSA)
        app.test_client().get("/sign-in")
    secret, codes = set_up_app(rosa, database, frozen_clock)
    browser = app.test_client()
    with counting("authenticator-app refused"):
        assert enter(browser, "123456") == 302, "no password was entered"
    with counting("password continued", "authenticator-app refused", "recovery-code refused"):
        browser = half_signed_in(app)
        assert enter(browser, "000000") == 422
        assert enter(browser, "abcde-fghjk") == 422
    with counting("authenticator-app accepted"):
        assert enter(browser, code_at(frozen_clock.at, secret)) == 302
    with counting("password continued", "recovery-code accepted"):
        assert enter(half_signed_in(app), codes[0]) == 302


def test_passkeys_count_as_second_step_and_alone(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    database.config = replace(database.config, BASE_URL="http://localhost:8000")
    key, other = Authenticator(), Authenticator()
    assert add(sign_in(ROSA), key).status_code == 200
    assert add(sign_in(TOM), other).status_code == 200
    with counting("password continued", "passkey-as-second-step refused"):
        browser = half(app, ROSA)
        assert use(browser, "/sign-in/second-step", other.sign).status_code == 422
    with counting("passkey-as-second-step accepted"):
        assert use(browser, "/sign-in/second-step", key.sign).status_code == 302
    with counting("passkey refused", "passkey accepted"):
        app.test_client().post("/sign-in/passkey", data={"token": "x", "credential": "{}"})
        use(app.test_client(), "/sign-in", key.sign)


@pytest.mark.parametrize("kind", [LinkKind.PASSWORD_RESET, LinkKind.INVITATION])
def test_links_that_sign_in_count_and_looking_at_them_does_not(
    app: Flask, alliance: Alliance, database: Database, kind: LinkKind
) -> None:
    with database.writing() as db:
        person = db.get_one(Person, alliance.rosa)
        token = tokens_actions.new_link(db, None, kind, person)
    way = "password-link" if kind is LinkKind.PASSWORD_RESET else "invitation"
    path = "password" if kind is LinkKind.PASSWORD_RESET else "invitation"
    browser = app.test_client()
    with counting():
        assert browser.get(f"/{path}/{token}").status_code == 200
    with counting(f"{way} refused", f"{way} refused", f"{way} accepted"):
        assert browser.post(f"/{path}/{secrets.token_urlsafe()}", data=NEW).status_code == 404
        assert browser.post(f"/{path}/{token}", data=NEW | {"repeated": "something else"}).status_code == 422
        assert browser.post(f"/{path}/{token}", data=NEW).status_code == 302


def test_a_change_that_renews_the_session_is_no_attempt(sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    with counting():
        assert rosa.post("/account/password", data=NEW | {"current": PASSWORD}).location == "/account"


def test_an_answer_that_could_not_be_saved_is_no_attempt(
    own_app: Flask, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("COMMIT", None, Exception("it went away"))

    browser = own_app.test_client()
    browser.get("/sign-in")
    monkeypatch.setattr("hub.core.web._commit", fail)
    with counting():
        assert password(browser, ROSA) == 503

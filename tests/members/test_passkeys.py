"""Passkeys: as the second factor and alone, against an authenticator in software."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail.models import OutboxMessage
from hub.members.actions import passkeys as passkeys_actions
from hub.members.models import Passkey, Person, SignInSession
from hub.members.rules.factors import relying_party
from tests.members.authenticator import Authenticator, asked
from tests.members.conftest import Alliance
from tests.world import PASSWORD, FrozenClock, SignIn

ROSA, TOM = "rosa@lakeshore.example", "tom@lakeshore.example"
FACTORS = "/account/second-factor"


@pytest.fixture
def on_localhost(database: Database) -> None:
    """The hub has an address at which passkeys work."""
    database.config = replace(database.config, BASE_URL="http://localhost:8000")


def add(browser: FlaskClient, authenticator: Authenticator) -> Any:
    action, token, options = asked(browser.get(FACTORS).text)
    return browser.post(action, data={"token": token, "credential": authenticator.make(options)})


def use(browser: FlaskClient, page: str, sign: Callable[[dict[str, Any]], str]) -> Any:
    action, token, options = asked(browser.get(page).text)
    return browser.post(action, data={"token": token, "credential": sign(options)})


def half(app: Flask, email: str) -> FlaskClient:
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.location == "/sign-in/second-step"
    return browser


def latest_factor(database: Database) -> str:
    with database.reading() as db:
        return db.scalars(select(SignInSession.factor).order_by(SignInSession.id.desc())).first() or ""


@pytest.mark.both_databases
@pytest.mark.usefixtures("on_localhost")
@pytest.mark.parametrize("counts", [True, False])
def test_a_passkey_is_added_and_signs_in_as_second_step_and_alone(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database, counts: bool
) -> None:
    key, rosa = Authenticator(counts=counts), sign_in(ROSA)
    page = add(rosa, key)
    assert page.status_code == 200
    assert "Recovery codes" in page.text
    again = add(rosa, key)
    assert (again.status_code, "added already" in again.text) == (422, True)
    assert "Recovery codes" not in add(rosa, Authenticator()).text, "there are codes already"

    browser = half(app, ROSA)
    answer = use(browser, "/sign-in/second-step", key.sign)
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.get("/account").status_code == 200
    assert latest_factor(database) == "passkey"

    alone = app.test_client()
    assert use(alone, "/sign-in?next=/people", key.sign).location == "/people"
    assert "Rosa" in alone.get("/account").text
    with database.reading() as db:
        passkey = db.scalars(select(Passkey).order_by(Passkey.id)).first()
        assert passkey
        assert passkey.used_at
        assert passkey.sign_count == key.count
        subjects = db.scalars(select(OutboxMessage.subject).where(OutboxMessage.kind == "security")).all()
        assert sum(subject.startswith("A passkey was added") for subject in subjects) == 2


@pytest.mark.both_databases
@pytest.mark.usefixtures("on_localhost")
def test_an_answer_works_once(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    key = Authenticator(counts=False)  # a counter would refuse the second one too
    add(sign_in(ROSA), key)
    browser, thief = app.test_client(), app.test_client()
    action, token, options = asked(browser.get("/sign-in").text)
    data = {"token": token, "credential": key.sign(options)}
    assert browser.post(action, data=data).location == "/"
    refused = thief.post(action, data=data, follow_redirects=True)
    assert "That answer was used already." in refused.text
    assert thief.get("/account").status_code == 302


@pytest.mark.usefixtures("on_localhost")
def test_a_challenge_is_for_one_purpose_one_person_and_ten_minutes(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance
) -> None:
    rosas, toms = Authenticator(), Authenticator()
    add(sign_in(ROSA), rosas)
    add(sign_in(TOM), toms)
    rosa, tom = half(app, ROSA), half(app, TOM)
    assert use(rosa, "/sign-in/second-step", toms.sign).status_code == 422, "the passkey of someone else"
    action, token, options = asked(rosa.get("/sign-in/second-step").text)
    data = {"token": token, "credential": rosas.sign(options)}
    assert tom.post(action, data=data).status_code == 422
    assert tom.post("/sign-in/passkey", data=data).location.startswith("/sign-in")
    assert tom.get("/account").status_code == 302
    frozen_clock.advance(minutes=10)
    rosa = half(app, ROSA)
    late = rosa.post(action, data=data)
    assert (late.status_code, "That took too long." in late.text) == (422, True)


@pytest.mark.usefixtures("on_localhost")
@pytest.mark.parametrize(
    ("change", "is_second_step"),
    [
        (lambda key: setattr(key, "origin", "http://localhost.evil.example"), True),
        (lambda key: setattr(key, "origin", "http://localhost:9000"), True),
        (lambda key: setattr(key, "key", Authenticator().key), True),
        (lambda key: setattr(key, "count", 0), True),
        (lambda key: setattr(key, "credential_id", b"unknown"), True),
        (lambda key: setattr(key, "verifies", False), False),
    ],
    ids=["other site", "other port", "other key", "copied key", "unknown key", "alone without a PIN"],
)
def test_a_wrong_passkey_does_not_sign_in(
    app: Flask,
    sign_in: SignIn,
    alliance: Alliance,
    change: Callable[[Authenticator], None],
    is_second_step: bool,
) -> None:
    key = Authenticator()
    add(sign_in(ROSA), key)
    use(half(app, ROSA), "/sign-in/second-step", key.sign)
    change(key)
    browser = half(app, ROSA) if is_second_step else app.test_client()
    answer = use(browser, "/sign-in/second-step" if is_second_step else "/sign-in", key.sign)
    assert answer.status_code == (422 if is_second_step else 302)
    assert browser.get("/account").status_code == 302


@pytest.mark.usefixtures("on_localhost")
def test_a_passkey_without_a_pin_is_enough_as_second_step(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    key = Authenticator(verifies=False)
    add(sign_in(ROSA), key)
    assert use(half(app, ROSA), "/sign-in/second-step", key.sign).location == "/"


@pytest.mark.usefixtures("on_localhost")
def test_a_passkey_confirms_that_it_is_its_owner_and_can_be_removed(
    frozen_clock: FrozenClock, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    key, rosa = Authenticator(), sign_in(ROSA)
    add(rosa, key)
    with database.reading() as db:
        number = db.scalars(select(Passkey.id)).one()
    frozen_clock.advance(minutes=20)
    assert rosa.post(f"{FACTORS}/passkeys/{number}/remove").location == "/account/confirm"
    assert use(rosa, "/account/confirm", key.sign).location == FACTORS
    assert sign_in_tom_and_remove(sign_in, number, database) == 1, "only its owner removes it"
    assert rosa.post(f"{FACTORS}/passkeys/{number}/remove").location == FACTORS
    with database.reading() as db:
        assert db.scalars(select(Passkey)).all() == []
    assert sign_in(ROSA).get("/account").status_code == 200


def sign_in_tom_and_remove(sign_in: SignIn, number: int, database: Database) -> int:
    sign_in(TOM).post(f"{FACTORS}/passkeys/{number}/remove")
    with database.reading() as db:
        return len(db.scalars(select(Passkey)).all())


def test_where_passkeys_cannot_work_the_pages_say_so(sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    page = rosa.get(FACTORS).text
    assert "data-passkey" not in page
    assert "Passkeys don’t work on this hub" in page
    assert "passkey" not in rosa.application.test_client().get("/sign-in").text.split("<main")[1].lower()
    sent = rosa.post(f"{FACTORS}/passkeys", data={"token": "1.aaaaaaaaaaaaaaaa", "credential": "{}"})
    assert sent.status_code == 422


@pytest.mark.parametrize(
    ("base_url", "party"),
    [
        ("https://hub.example.org", ("hub.example.org", "https://hub.example.org")),
        ("https://Hub.Example.org:443/", ("hub.example.org", "https://hub.example.org")),
        ("https://hub.example.org:8443", ("hub.example.org", "https://hub.example.org:8443")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://hub.localhost", ("hub.localhost", "http://hub.localhost")),
        ("http://hub.example.org", None),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_passkeys_belong_to_the_domain_of_the_hub(base_url: str, party: tuple[str, str] | None) -> None:
    match = relying_party(base_url)
    assert (match and (match.id, match.origin)) == party


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=10), children, max_size=3),
    max_leaves=8,
)
RESPONSE = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(max_size=40) | JSON
        for name in ("attestationObject", "clientDataJSON", "authenticatorData", "signature", "transports")
    },
)
CREDENTIAL = st.fixed_dictionaries(
    {}, optional={"id": st.just("abc") | JSON, "rawId": st.just("abc") | JSON, "type": st.just("public-key") | JSON,
                  "response": RESPONSE | JSON},
)  # fmt: skip


@given(CREDENTIAL.map(json.dumps) | JSON.map(json.dumps) | st.text(max_size=50))
def test_no_answer_of_a_browser_breaks_the_checks(answered: str) -> None:
    """Only the parts that need no database: everything that isn't a correct answer is refused."""
    try:
        parsed = passkeys_actions._parsed(answered)
    except Refused:
        return
    assert isinstance(parsed, dict)


@pytest.mark.usefixtures("on_localhost")
@pytest.mark.parametrize(
    "answered",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"id": 5}',
        '{"id": "abc", "rawId": "abc", "type": "public-key", "response": {}}',
        '{"id": "abc", "rawId": "YWJj", "type": "public-key", "response": {"attestationObject": "oA", "clientDataJSON": "e30"}}',
        "[" * 5000,
        "x" * 30_000,
    ],
)
def test_a_malformed_answer_is_refused_with_a_sentence(
    app: Flask, sign_in: SignIn, alliance: Alliance, answered: str, database: Database
) -> None:
    rosa = sign_in(ROSA)
    action, token, _options = asked(rosa.get(FACTORS).text)
    assert rosa.post(action, data={"token": token, "credential": answered}).status_code == 422
    key = Authenticator()
    add(rosa, key)
    malformed = answered.replace(
        '"abc"', json.dumps(json.loads(key.sign({"rpId": "localhost", "challenge": "x"}))["id"])
    )
    browser = half(app, ROSA)
    action, token, _options = asked(browser.get("/sign-in/second-step").text)
    for place, tokens in ((action, [token]), (action, ["", "1.x", "99999999999.aaaaaaaaaaaaaaaa"])):
        for each in tokens:
            assert browser.post(place, data={"token": each, "credential": malformed}).status_code == 422
    with database.reading() as db:
        assert len(db.scalars(select(Passkey).join(Person, Person.id == Passkey.person_id)).all()) == 1

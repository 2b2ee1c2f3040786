"""A domain whose people must use single sign-on, and the coordinator's way in when the provider is down."""

import pyotp
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail.models import OutboxMessage
from hub.members import queries as members_queries
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import people as people_actions
from hub.members.models import AuthenticatorApp, Passkey, Person, SignInSession
from hub.members.rules.organizations import Role
from hub.overview.queries import setup as setup_queries
from tests.members.conftest import Alliance
from tests.members.single_sign_on.provider import Provider, is_signed_in, refusal, sign_on, use
from tests.world import PASSWORD, FrozenClock, SignIn, a_person, posted_by

ROSA, COORDINATOR = "rosa@lakeshore.example", "coordinator@demo.example"
SENTENCE = "sign in with Contoso. Use the button"


@pytest.fixture(autouse=True)
def _required(app: Flask) -> None:
    use(app, REQUIRED_DOMAINS="lakeshore.example, demo.example")


def try_password(browser: FlaskClient, email: str, password: str = PASSWORD, **fields: str) -> tuple[int, str]:
    answer = browser.post("/sign-in", data={"email": email, "password": password} | fields)
    return answer.status_code, answer.text


def test_a_password_is_refused_with_a_sentence_and_the_button(visitor: FlaskClient) -> None:
    status, page = try_password(visitor, " Rosa@LAKESHORE.example")
    assert status == 422
    assert SENTENCE in page
    buttons = BeautifulSoup(page, "lxml").select('a[href="/sign-on/main"]')
    assert [button.get_text() for button in buttons] == ["Sign in with Contoso"]
    assert not is_signed_in(visitor)


def test_the_answer_says_nothing_about_accounts_and_passwords(visitor: FlaskClient) -> None:
    answers = set()
    for email in (ROSA, "stranger@lakeshore.example"):
        for password in (PASSWORD, "wrong password", ""):
            status, page = try_password(visitor, email, password)
            alert = BeautifulSoup(page, "lxml").select_one("[role=alert]")
            answers.add((status, alert.get_text(strip=True) if alert else ""))
    assert len(answers) == 1


def test_other_domains_keep_their_passwords(visitor: FlaskClient) -> None:
    assert try_password(visitor, "jolene@ridgeline.example")[0] == 302
    assert is_signed_in(visitor)


def test_single_sign_on_signs_in_whom_it_is_required_of(visitor: FlaskClient, provider: Provider) -> None:
    sign_on(visitor, provider)
    assert is_signed_in(visitor)
    page = visitor.get("/account").text
    assert "so you need no password here" in page
    assert 'name="current"' not in page


def test_a_password_works_only_for_the_coordinator_when_the_provider_is_down(
    visitor: FlaskClient, app: Flask, database: Database, provider: Provider, alliance: Alliance
) -> None:
    provider.status["/.well-known/openid-configuration"] = 503
    refusal(visitor, visitor.get("/sign-on/main"))
    status, page = try_password(visitor, COORDINATOR)
    assert status == 422
    assert "/sign-in?emergency=yes" in page
    assert "emergency" in visitor.get("/sign-in?emergency=yes").text
    status, page = try_password(visitor, ROSA, emergency="yes")
    assert status == 422
    assert SENTENCE in page
    assert not is_signed_in(visitor)
    assert try_password(visitor, COORDINATOR, "wrong password", emergency="yes")[0] == 422
    assert try_password(visitor, COORDINATOR, emergency="yes")[0] == 302
    assert is_signed_in(visitor)
    with database.reading() as db:
        entry = db.scalars(select(Entry).where(Entry.action.contains("without"))).one()
    assert (entry.actor, entry.action) == (COORDINATOR, "signed in without required single sign-on")


def test_an_invitation_needs_no_password_and_sets_none(
    app: Flask, visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance
) -> None:
    with database.writing() as db:
        rosa = db.get_one(Person, alliance.rosa)
        rosa.password_hash = None
        token = invitations_actions.invite(db, None, rosa)
    page = visitor.get(f"/invitation/{token}").text
    assert "Sign in with Contoso" in page
    assert 'name="password"' not in page
    new = "a long and unusual sentence"
    answer = visitor.post(f"/invitation/{token}", data={"password": new, "repeated": new})
    assert answer.status_code == 422
    assert SENTENCE in answer.text
    with database.reading() as db:
        assert db.get_one(Person, alliance.rosa).password_hash is None
    sign_on(visitor, provider)
    assert is_signed_in(visitor)
    assert app.test_client().get(f"/invitation/{token}").status_code == 410, "the invitation was accepted"


@pytest.mark.both_databases
def test_the_owner_hears_of_a_link_and_of_its_end(
    app: Flask, visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance
) -> None:
    provider.email = ROSA
    sign_on(visitor, provider)
    sign_on(app.test_client(), provider)
    coordinator = app.test_client()
    try_password(coordinator, COORDINATOR, emergency="yes")
    coordinator.post(f"/people/{alliance.rosa}/sign-on/unlink")
    with database.reading() as db:
        subjects = db.scalars(select(OutboxMessage.subject).order_by(OutboxMessage.id)).all()
        texts = db.scalars(select(OutboxMessage.text).order_by(OutboxMessage.id)).all()
    assert [subject.partition(" (")[0] for subject in subjects] == [
        "Single sign-on was linked to your account",
        "New sign-in to your account",
        "Single sign-on was unlinked from your account",
    ]
    assert f"Its account at Contoso is {ROSA}." in " ".join(texts[0].split())
    assert "By: Marguerite" in texts[2]


@pytest.mark.both_databases
def test_failures_about_an_account_are_in_the_audit_log(
    app: Flask, visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance
) -> None:
    sign_on(visitor, provider)
    provider.subject = "0002"
    successor = app.test_client()
    refusal(successor, sign_on(successor, provider))
    with database.reading() as db:
        entry = db.scalars(select(Entry).where(Entry.action == "failed to sign in to")).one()
    assert entry.subject_id == alliance.rosa
    assert entry.details["reason"] == "linked with another account"


@pytest.mark.both_databases
def test_single_sign_on_that_counts_as_one_factor_asks_for_the_persons_own_second_factor(
    app: Flask,
    visitor: FlaskClient,
    provider: Provider,
    database: Database,
    alliance: Alliance,
    frozen_clock: FrozenClock,
) -> None:
    use(app, SECOND_FACTOR="never")
    secret, now = pyotp.random_base32(), clock.now()
    with database.writing() as db:
        db.add(AuthenticatorApp(person_id=alliance.rosa, secret=secret, begun_at=now, confirmed_at=now))
    answer = sign_on(visitor, provider, "/people")
    assert answer.location == "/sign-in/second-step"
    assert not is_signed_in(visitor)
    code = pyotp.TOTP(secret).at(frozen_clock.at)
    assert visitor.post("/sign-in/second-step", data={"code": code}).location == "/people"
    assert is_signed_in(visitor)
    with database.reading() as db:
        assert db.scalars(select(SignInSession.factor)).all() == ["single sign-on"]
    assert visitor.post("/sign-out").location == "/signed-out?from=main"
    use(app, SECOND_FACTOR="trusted")
    assert sign_on(app.test_client(), provider, "/people").location == "/people"


@pytest.mark.parametrize("second_factor", ["trusted", "never"])
def test_a_session_of_single_sign_on_stays_one_after_a_second_factor_and_a_new_role(
    app: Flask, visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance, second_factor: str
) -> None:
    use(app, SECOND_FACTOR=second_factor)
    sign_on(visitor, provider)
    visitor.post("/account/second-factor/app/begin")
    with database.reading() as db:
        secret = db.get_one(AuthenticatorApp, alliance.rosa).secret
    page = visitor.post("/account/second-factor/app", data={"code": pyotp.TOTP(secret).at(clock.now())}).text
    assert "Your authenticator app is set up." in page
    assert visitor.post(f"/people/{alliance.tom}/role", data={"role": "representative"}).status_code == 302
    assert is_signed_in(visitor), "a new session, for which the password isn't enough"
    with database.reading() as db:
        assert set(db.scalars(select(SignInSession.factor))) == {"single sign-on"}
    assert visitor.post("/sign-out").location == "/signed-out?from=main"


def test_a_forgotten_password_gets_a_link_only_if_a_password_can_be_used(
    visitor: FlaskClient, database: Database, alliance: Alliance
) -> None:
    for email in (ROSA, "stranger@lakeshore.example", COORDINATOR):
        page = visitor.post("/forgot-password", data={"email": email}).text
        assert "sign in with Contoso, so only coordinators get a link." in " ".join(page.split())
    assert [message.to for message in posted_by("passwords", database)] == [COORDINATOR]


def test_a_linked_person_without_a_password_counts_as_someone_who_can_sign_in(
    app: Flask, visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance, sign_in: SignIn
) -> None:
    with database.writing() as db:
        db.get_one(Person, alliance.rosa).password_hash = None
        db.get_one(Person, alliance.tom).password_hash = None
    sign_on(visitor, provider)
    page = visitor.get("/people?q=Rosa").text
    assert "Active" in page
    assert "Invited" not in page
    assert "Invited" in visitor.get("/people?q=Tom").text
    assert visitor.get("/organizations/lakeshore").text.count("(invited)") == 1
    with database.reading() as db:
        assert [person.id for person in setup_queries.uninvited(db)] == [alliance.tom]


@pytest.mark.both_databases
@pytest.mark.parametrize("way", ["single sign-on", "passkey"])
def test_the_last_coordinator_with_a_password_goes_if_another_one_can_sign_in_without(
    provider: Provider, visitor: FlaskClient, database: Database, alliance: Alliance, way: str
) -> None:
    with database.writing() as db:
        host = members_queries.host(db)
        assert host
        second = a_person(db, host, email="second@demo.example", role=Role.COORDINATOR)
        second.password_hash = None
    with database.writing() as db:
        last = members_queries.person_by_email(db, COORDINATOR)
        assert last
        with pytest.raises(Refused, match="last coordinator"):
            people_actions.deactivate(db, None, last)
    if way == "passkey":
        with database.writing() as db:
            key = {"credential_id": "c", "public_key": b"k", "sign_count": 0, "name": "Firefox"}
            db.add(Passkey(person_id=second.id, added_at=clock.now(), **key))
    else:
        provider.email = second.email
        sign_on(visitor, provider)
    with database.writing() as db:
        people_actions.deactivate(db, None, db.get_one(Person, last.id))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "left", [{"ISSUER": "", "CLIENT_ID": "", "CLIENT_SECRET": ""}, {"DOMAINS": "elsewhere.example"}]
)
def test_an_account_at_a_provider_that_is_no_longer_in_the_settings_lets_no_one_sign_in(
    app: Flask, provider: Provider, visitor: FlaskClient, database: Database, left: dict[str, str]
) -> None:
    with database.writing() as db:
        host, last = members_queries.host(db), members_queries.person_by_email(db, COORDINATOR)
        assert host
        assert last
        second = a_person(db, host, email="second@demo.example", role=Role.COORDINATOR)
        second.password_hash = None
    provider.email = second.email
    sign_on(visitor, provider)
    with database.reading() as db:
        assert setup_queries.uninvited(db) == []
    use(app, **left, REQUIRED_DOMAINS="")
    with database.writing() as db:
        assert [person.id for person in setup_queries.uninvited(db)] == [second.id]
        with pytest.raises(Refused, match="last coordinator"):
            people_actions.deactivate(db, None, db.get_one(Person, last.id))

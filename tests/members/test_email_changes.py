"""New email addresses, and what the owner of an account hears of by email."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database
from hub.mail.models import OutboxMessage
from hub.mail.rules import BULK, LetterKind
from hub.members.actions import people as people_actions
from hub.members.models import EmailChange, Person
from hub.members.rules.organizations import Role
from hub.members.rules.security import SecurityChange
from tests.members.conftest import Alliance
from tests.members.records import COORDINATOR, ROSA, audited
from tests.world import PASSWORD, FrozenClock, SignIn

NEW = "rosa@new.example"
TOM = "tom@lakeshore.example"


def email_of(database: Database, person_id: int) -> str:
    with database.reading() as db:
        email: str = db.scalars(select(Person.email).where(Person.id == person_id)).one()
    return email


def letters(database: Database) -> list[tuple[str, str]]:
    """Return the recipient and the subject, without the hub's name, of the emails about security."""
    with database.reading() as db:
        security = select(OutboxMessage).where(OutboxMessage.kind == LetterKind.SECURITY)
        rows = db.scalars(security.order_by(OutboxMessage.id)).all()
    return [(letter.to, re.sub(r" (\(|for the )AMCC Resource Hub\)?", "", letter.subject)) for letter in rows]


def link(database: Database, to: str = NEW) -> str:
    """Return the path of the latest link that was sent to an address."""
    with database.reading() as db:
        sent = select(OutboxMessage).where(OutboxMessage.to == to).order_by(OutboxMessage.id.desc())
        letter = db.scalars(sent.limit(1)).one()
    assert letter.secret
    return str(re.findall(r"/email/[\w-]+", letter.text)[0])


def change(browser: FlaskClient, email: str = NEW, password: str = PASSWORD) -> int:
    return browser.post("/account/email", data={"email": email, "current": password}).status_code


@pytest.mark.both_databases
def test_a_new_address_works_after_its_link_was_pressed_and_the_old_one_hears_of_it(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    assert change(rosa, f" {NEW.upper()} ") == 302
    assert email_of(database, alliance.rosa) == ROSA
    page = rosa.get("/account/email").text
    assert f"You haven’t confirmed {NEW} yet." in page
    assert "This hub has no mail server, so ask the coordinator for the link." in page
    assert letters(database) == [
        (NEW, "Confirm your new email address"),
        (ROSA, "Someone asked to change your email address"),
    ]
    address = link(database)
    assert f"on the hub to <strong>{NEW}</strong>" in rosa.get(address).text
    assert email_of(database, alliance.rosa) == ROSA, "mail scanners open every link"
    answer = rosa.post(address, follow_redirects=True)
    assert f"Your email address is now {NEW}." in answer.text
    assert email_of(database, alliance.rosa) == NEW
    assert letters(database)[2:] == [(ROSA, "Your email address was changed")]
    with database.reading() as db:
        letter = db.scalars(select(OutboxMessage.text).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert "tell the coordinator now" in letter
    assert "forgot-password" not in letter, "a link to set a password would go to the new address"
    assert rosa.post(address).status_code == 404, "it works once"
    data = {"email": NEW, "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=data).status_code == 302
    assert app.test_client().post("/sign-in", data=data | {"email": ROSA}).status_code == 422
    assert (ROSA, "asked to change the email address of") in audited(database)


def test_a_wrong_password_changes_no_address_unless_the_sign_in_is_recent(
    sign_in: SignIn, alliance: Alliance, database: Database, frozen_clock: FrozenClock
) -> None:
    rosa = sign_in(ROSA)
    assert change(rosa, "no address") == 422
    assert change(rosa, TOM) == 422
    assert 'name="current"' not in rosa.get("/account/email").text
    frozen_clock.advance(minutes=16)
    assert 'name="current"' in rosa.get("/account/email").text
    answer = rosa.post("/account/email", data={"email": NEW})
    assert (answer.status_code, f'value="{NEW}"' in answer.text) == (422, True)
    assert change(rosa, password="not the password") == 422
    assert letters(database) == []
    assert change(rosa) == 302
    assert (NEW, "Confirm your new email address") in letters(database)


def test_a_session_that_a_new_role_renewed_counts_as_no_recent_sign_in(
    sign_in: SignIn, alliance: Alliance, database: Database, frozen_clock: FrozenClock
) -> None:
    rosa = sign_in(ROSA)
    frozen_clock.advance(minutes=16)
    assert rosa.post(f"/people/{alliance.tom}/role", data={"role": "representative"}).status_code == 302
    assert 'name="current"' in rosa.get("/account/email").text, "signed in, and asked for the password"
    assert rosa.post("/account/email", data={"email": NEW}).status_code == 422
    assert rosa.post("/account/second-factor/app/begin").location == "/account/confirm"
    new = "a long and unusual sentence"
    rosa.post("/account/password", data={"current": PASSWORD, "password": new, "repeated": new})
    assert 'name="current"' not in rosa.get("/account/email").text
    assert (NEW, "Confirm your new email address") not in letters(database)


def test_someone_without_a_password_signs_in_again_to_change_the_address(
    sign_in: SignIn, alliance: Alliance, database: Database, frozen_clock: FrozenClock
) -> None:
    rosa = sign_in(ROSA)
    with database.writing() as db:
        db.get_one(Person, alliance.rosa).password_hash = None
    frozen_clock.advance(minutes=16)
    address = "/account/confirm?next=/account/email"
    assert rosa.post("/account/email", data={"email": NEW}).location == address
    page = rosa.get(address).text
    assert "sign out and sign in again" in page
    assert 'name="password"' not in page
    assert rosa.post(address, data={"password": "anything"}).status_code == 422
    assert letters(database) == []


@pytest.mark.parametrize(("wanted", "then"), [("/account/email", "/account/email"), ("//evil.example", "/")])
def test_who_confirms_that_it_is_them_gets_the_page_that_they_wanted(
    sign_in: SignIn, alliance: Alliance, wanted: str, then: str
) -> None:
    rosa, address = sign_in(ROSA), f"/account/confirm?next={wanted}"
    assert f'action="{address}"' in rosa.get(address).text
    assert rosa.post(address, data={"password": PASSWORD}).location == then


@pytest.mark.both_databases
def test_a_colleague_who_enters_an_address_of_their_own_does_not_get_the_account(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    tom = sign_in(TOM)
    answer = tom.post(f"/people/{alliance.rosa}", data={"name": "Rosa Peña", "email": NEW}, follow_redirects=True)
    assert f"{NEW} (not confirmed yet)" in answer.text
    address = link(database)
    assert app.test_client().post(address).location == f"/sign-in?next={address}", "a visitor has to sign in"
    assert "Only Rosa Peña can use this link." in tom.post(address).text
    assert email_of(database, alliance.rosa) == ROSA
    assert (ROSA, "Someone asked to change your email address") in letters(database)
    rosa = sign_in(ROSA)
    assert rosa.post("/account/email/cancel").status_code == 302
    assert rosa.post(address).status_code == 404
    assert email_of(database, alliance.rosa) == ROSA


@pytest.mark.both_databases
def test_for_the_coordinator_the_new_mailbox_is_enough(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    sign_in(COORDINATOR).post(f"/people/{alliance.rosa}", data={"name": "Rosa P.", "email": NEW})
    assert email_of(database, alliance.rosa) == ROSA
    answer = app.test_client().post(link(database), follow_redirects=True)
    assert f"Your email address is now {NEW}." in answer.text
    assert email_of(database, alliance.rosa) == NEW
    with database.reading() as db:
        [asked] = db.scalars(select(OutboxMessage).where(OutboxMessage.subject.startswith("Someone asked")))
        assert "By: Marguerite" in asked.text
        assert db.get_one(Person, alliance.rosa).name == "Rosa P."


def test_an_invited_person_who_never_signed_in_gets_the_new_address_at_once(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    with database.writing() as db:
        db.get_one(Person, alliance.keisha).password_hash = None
    data = {"name": "Keisha", "email": "k@lakeshore.example"}
    assert sign_in(ROSA).post(f"/people/{alliance.keisha}", data=data).status_code == 302
    assert email_of(database, alliance.keisha) == "k@lakeshore.example"
    assert letters(database) == []


def test_a_link_expires_and_a_later_one_replaces_it(
    sign_in: SignIn, alliance: Alliance, database: Database, frozen_clock: FrozenClock
) -> None:
    rosa = sign_in(ROSA)
    change(rosa)
    former = link(database)
    change(rosa, "rosa@other.example")
    assert rosa.post(former).status_code == 404
    latest = link(database, "rosa@other.example")
    frozen_clock.advance(days=3)
    assert rosa.post(latest).status_code == 410
    assert "not confirmed" not in rosa.get("/account/email").text
    assert email_of(database, alliance.rosa) == ROSA


@pytest.mark.both_databases
def test_an_address_that_was_taken_meanwhile_is_refused(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    change(rosa)
    with database.writing() as db:
        lakeshore = db.get_one(Person, alliance.tom).organization
        people_actions.add_person(db, None, lakeshore, email=NEW, name="Twin", role=Role.CONTRIBUTOR)
    answer = rosa.post(link(database))
    assert answer.status_code == 422
    assert "already has this email address" in answer.text


def test_only_the_hash_of_the_link_is_stored(sign_in: SignIn, alliance: Alliance, database: Database) -> None:
    change(sign_in(ROSA))
    token = link(database).rsplit("/", 1)[-1]
    with database.reading() as db:
        assert token not in str(vars(db.scalars(select(EmailChange)).one()))


def test_the_owner_hears_of_a_new_password(app: Flask, sign_in: SignIn, alliance: Alliance, database: Database) -> None:
    rosa = sign_in(ROSA)
    data = {"current": PASSWORD, "password": "quite another one", "repeated": "quite another one"}
    assert rosa.post("/account/password", data=data).status_code == 302
    assert letters(database) == [(ROSA, "Your password was changed")]


def test_no_one_can_turn_email_about_security_off() -> None:
    assert not BULK[LetterKind.SECURITY]


@pytest.mark.parametrize("change", SecurityChange)
def test_every_change_has_advice(change: SecurityChange) -> None:
    assert change.advice.startswith("If it wasn’t you")


def test_a_person_who_was_deactivated_confirms_nothing(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    sign_in(COORDINATOR).post(f"/people/{alliance.keisha}", data={"name": "Keisha", "email": NEW})
    with database.writing() as db:
        people_actions.deactivate(db, None, db.get_one(Person, alliance.keisha))
    assert app.test_client().post(link(database)).status_code == 404

"""Second factors: codes of an authenticator app, recovery codes, and losing them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.core import chosen_settings
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail.models import OutboxMessage
from hub.members.actions import factors as factors_actions
from hub.members.models import Person, RecoveryCode, SignInSession
from hub.members.rules.factors import FREE_TRIES, code_of, is_app_code, matching_step, wait_after
from hub.members.rules.organizations import Role
from tests.members.conftest import Alliance
from tests.world import PASSWORD, FrozenClock, SignIn

ROSA, COORDINATOR = "rosa@lakeshore.example", "coordinator@demo.example"
FACTORS = "/account/second-factor"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AT = datetime(2026, 11, 27, 12, 0, 10, tzinfo=UTC)


# Rules


def code_at(moment: datetime, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(moment)


def test_the_codes_are_those_of_rfc_6238() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # appendix B, the last 6 of the 8 digits
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")):
        assert matching_step(secret, code, datetime.fromtimestamp(seconds, UTC), 0) == seconds // 30


@pytest.mark.parametrize(("seconds", "is_accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_step(seconds: int, is_accepted: bool) -> None:
    assert (matching_step(SECRET, code_at(AT + timedelta(seconds=seconds)), AT, 0) is not None) == is_accepted


@given(st.integers(0, 4_000_000_000), st.integers(-1, 1))
def test_no_code_works_twice_nor_an_earlier_one_after_a_later_one(seconds: int, skew: int) -> None:
    at = datetime.fromtimestamp(seconds + 60, UTC)
    step = matching_step(SECRET, code_at(at + timedelta(seconds=30 * skew)), at, 0)
    assert step is not None
    assert matching_step(SECRET, code_at(at + timedelta(seconds=30 * skew)), at, step) is None
    assert matching_step(SECRET, code_at(at - timedelta(seconds=30)), at, step) in {None, step + 1}


@pytest.mark.parametrize("text", ["123 456", "123-456", " 123456 ", "1 2 3 4 5 6"])
def test_a_code_may_be_typed_with_spaces(text: str) -> None:
    assert is_app_code(code_of(text))


@pytest.mark.parametrize("text", ["", "12345", "1234567", "١٢٣٤٥٦", "abcde-fghjk"])
def test_anything_else_is_no_code_of_an_app(text: str) -> None:
    assert not is_app_code(code_of(text))


def test_waits_grow_to_an_hour() -> None:
    assert [wait_after(tries) // timedelta(minutes=1) for tries in (0, 4, 5, 6, 7, 10, 11, 500)] == [
        0, 0, 1, 2, 4, 32, 60, 60,
    ]  # fmt: skip


# Pages


def set_up_app(browser: FlaskClient, database: Database, clock: FrozenClock) -> tuple[str, list[str]]:
    """Set up an authenticator app; return its secret, and the recovery codes on the page."""
    secret = begun_app(browser)
    answer = browser.post(f"{FACTORS}/app", data={"code": code_at(clock.at, secret)})
    assert answer.status_code == 200, answer.text
    clock.advance(seconds=60)
    return secret, shown_codes(answer)


def begun_app(browser: FlaskClient) -> str:
    """Begin to set up an authenticator app, and return its secret."""
    assert browser.post(f"{FACTORS}/app/begin").location == f"{FACTORS}/app"
    key = BeautifulSoup(browser.get(f"{FACTORS}/app").text, "lxml").select_one("input#key")
    assert key
    return str(key["value"])


def shown_codes(answer: Any) -> list[str]:
    """Return the recovery codes on a page."""
    shown = BeautifulSoup(answer.text, "lxml").select_one("textarea#codes")
    return shown.get_text().split() if shown else []


def half_signed_in(app: Flask, email: str = ROSA, wanted: str = "") -> FlaskClient:
    browser = app.test_client()
    browser.set_cookie("hub_browser", f"the browser of {email}")
    address = f"/sign-in?next={wanted}" if wanted else "/sign-in"
    assert browser.post(address, data={"email": email, "password": PASSWORD}).location == "/sign-in/second-step"
    return browser


def enter(browser: FlaskClient, code: str) -> int:
    return browser.post("/sign-in/second-step", data={"code": code}).status_code


def subjects(database: Database) -> list[str]:
    with database.reading() as db:
        messages = db.scalars(select(OutboxMessage).where(OutboxMessage.kind == "security").order_by(OutboxMessage.id))
        return [message.subject.rsplit(" (", 1)[0] for message in messages]


@pytest.mark.both_databases
def test_with_an_authenticator_app_signing_in_takes_a_second_step(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    secret, codes = set_up_app(rosa, database, frozen_clock)
    assert len(set(codes)) == 10
    assert rosa.get("/account").status_code == 200, "the session continues"
    assert secret not in rosa.get("/account/second-factor").text
    assert subjects(database) == ["A second factor was added to your account"]
    with database.reading() as db:
        stored = db.scalars(select(RecoveryCode.code_hash)).all()
        assert len(stored) == 10
        assert not [code for code in codes if code.replace("-", "") in "".join(stored)]

    browser = half_signed_in(app, wanted="/people")
    assert browser.get("/account").status_code == 302, "there is no session yet"
    assert browser.get("/people").location.startswith("/sign-in")
    page = browser.get("/sign-in/second-step").text
    assert "one-time-code" in page
    assert enter(browser, "000000") == 422
    code = code_at(frozen_clock.at, secret)
    answer = browser.post("/sign-in/second-step", data={"code": f"{code[:3]} {code[3:]}"})
    assert (answer.status_code, answer.location) == (302, "/people")
    assert browser.get("/account").status_code == 200
    with database.reading() as db:
        latest = db.scalars(select(SignInSession).order_by(SignInSession.id.desc())).first()
        assert latest
        assert latest.factor == "totp"
        assert "failed the second step for" in db.scalars(select(Entry.action)).all()

    thief = half_signed_in(app)
    assert enter(thief, code) == 422, "the code was used"
    frozen_clock.advance(minutes=11)
    assert thief.post("/sign-in/second-step", data={"code": code_at(frozen_clock.at, secret)}).location == "/sign-in"


@pytest.mark.both_databases
def test_a_recovery_code_works_once_and_its_owner_is_told(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    _secret, codes = set_up_app(sign_in(ROSA), database, frozen_clock)
    browser = half_signed_in(app)
    assert enter(browser, codes[3].upper()) == 302
    assert "9 recovery codes left" in browser.get("/account/second-factor").text
    assert subjects(database)[-1] == "A recovery code was used to sign in to your account"
    again = half_signed_in(app)
    assert enter(again, codes[3]) == 422
    assert enter(again, codes[4]) == 302

    new = BeautifulSoup(again.post("/account/second-factor/recovery-codes").text, "lxml").select_one("textarea#codes")
    assert new
    assert enter(half_signed_in(app), codes[5]) == 422, "new codes replace the earlier ones"
    assert enter(half_signed_in(app), new.get_text().split()[0]) == 302


def test_wrong_codes_have_to_wait_longer_each_time_and_the_owner_hears_of_it(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    secret, codes = set_up_app(sign_in(ROSA), database, frozen_clock)
    browser = half_signed_in(app)
    assert [enter(browser, "000000") for _ in range(FREE_TRIES)] == [422] * FREE_TRIES
    assert enter(browser, code_at(frozen_clock.at, secret)) == 429, "also a right code waits"
    assert enter(half_signed_in(app), codes[0]) == 429, "a new sign-in doesn't help"
    assert subjects(database)[-1] == "Failed attempts to sign in to your account"
    frozen_clock.advance(minutes=1)
    assert enter(browser, "000000") == 422
    frozen_clock.advance(minutes=1)
    answer = browser.post("/sign-in/second-step", data={"code": "000000"})
    assert (answer.status_code, "Wait 1 minute" in answer.text) == (429, True)
    frozen_clock.advance(minutes=1)
    assert enter(browser, code_at(frozen_clock.at, secret)) == 302
    assert enter(half_signed_in(app), "000000") == 422, "the right code begins the count again"


def test_neither_a_password_link_nor_a_new_password_goes_around_the_second_step(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa, coordinator = sign_in(ROSA), sign_in(COORDINATOR)
    set_up_app(rosa, database, frozen_clock)
    waiting = half_signed_in(app)
    page = coordinator.post(f"/people/{alliance.rosa}/link").text
    link = re.search(r"/password/[\w-]+", page)
    assert link
    new = {"password": "a brand new one", "repeated": "a brand new one"}
    browser = app.test_client()
    assert browser.post(link[0], data=new).location == "/sign-in/second-step"
    assert browser.get("/account").status_code == 302
    assert waiting.get("/sign-in/second-step").location == "/sign-in", "the old password counts no longer"


def test_changes_ask_for_the_password_unless_the_sign_in_is_recent(
    frozen_clock: FrozenClock, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    frozen_clock.advance(minutes=16)
    assert "Set up authenticator app" not in rosa.get("/account/second-factor").text
    for act in ("app/begin", "app/remove", "passkeys", "passkeys/1/remove", "recovery-codes"):
        assert rosa.post(f"/account/second-factor/{act}").location == "/account/confirm", act
    assert rosa.post("/account/confirm", data={"password": "not the password"}).status_code == 422
    assert rosa.post("/account/confirm", data={"password": PASSWORD}).location == "/account/second-factor"
    set_up_app(rosa, database, frozen_clock)


def test_a_first_code_must_be_right_and_a_secret_is_shown_only_until_then(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    rosa.post("/account/second-factor/app/begin")
    page = rosa.get("/account/second-factor/app").text
    assert 'src="data:image/svg+xml' in page
    wrong = rosa.post("/account/second-factor/app", data={"code": "000000"})
    assert wrong.status_code == 422
    assert "Check the time on your phone" in wrong.text
    assert sign_in(ROSA).get("/account").status_code == 200, "nothing is on yet"
    set_up_app(rosa, database, frozen_clock)
    assert rosa.get("/account/second-factor/app").location == "/account/second-factor"
    assert rosa.post("/account/second-factor/app/begin").status_code == 422


def test_removing_the_last_factor_deletes_the_recovery_codes_and_tells_the_owner(
    frozen_clock: FrozenClock, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    set_up_app(rosa, database, frozen_clock)
    assert rosa.post("/account/second-factor/app/remove").status_code == 302
    assert subjects(database)[-1] == "A second factor was removed from your account"
    assert sign_in(ROSA).get("/account").status_code == 200
    with database.reading() as db:
        assert db.scalars(select(RecoveryCode)).all() == []


# Required


def require(database: Database, roles: str, since: datetime) -> None:
    with database.writing() as db:
        chosen_settings.store(db, "SECOND_FACTOR_ROLES", roles)
        chosen_settings.store(db, "SECOND_FACTOR_SINCE", since.isoformat())


def test_after_the_days_of_grace_only_the_pages_that_set_up_a_factor_open(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    require(database, "coordinator board", frozen_clock.at)
    frozen_clock.advance(days=13, hours=23)
    notice = "Your role needs a second factor starting Mon, Dec 7."
    assert notice in " ".join(BeautifulSoup(sign_in(COORDINATOR).get("/").text, "lxml").get_text().split())
    assert notice not in sign_in(ROSA).get("/").text
    frozen_clock.advance(hours=1)
    coordinator = sign_in(COORDINATOR)
    for address in ("/", "/people", "/board", "/account", "/search?q=steel", "/join", "/setup/second-factor"):
        assert coordinator.get(address).location == "/account/second-factor", address
    assert coordinator.post("/people/new").location == "/account/second-factor"
    assert "set one up to continue" in coordinator.get("/account/second-factor").text
    assert coordinator.get("/healthz").status_code in {200, 503}
    assert app.test_client().get("/").status_code == 200
    assert sign_in(ROSA).get("/people").status_code == 200
    set_up_app(coordinator, database, frozen_clock)
    assert coordinator.get("/people").status_code == 200
    refused = coordinator.post("/account/second-factor/app/remove")
    assert (refused.status_code, "Your role needs a second factor." in refused.text) == (422, True)


def test_someone_who_gets_a_role_later_has_as_many_days(
    frozen_clock: FrozenClock, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    require(database, "board", frozen_clock.at)
    frozen_clock.advance(days=100)
    sign_in(COORDINATOR).post(f"/people/{alliance.keisha}/role", data={"role": "board"})
    frozen_clock.advance(days=13)
    assert sign_in("keisha@lakeshore.example").get("/people").status_code == 200
    assert sign_in("ruth@lakeshore.example").get("/people").status_code == 302
    frozen_clock.advance(days=1)
    assert sign_in("keisha@lakeshore.example").get("/people").status_code == 302


def test_the_coordinator_chooses_the_roles_unless_the_operator_did(
    frozen_clock: FrozenClock, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    require(database, "coordinator board", frozen_clock.at - timedelta(days=3))
    coordinator = sign_in(COORDINATOR)
    page = BeautifulSoup(coordinator.get("/setup/second-factor").text, "lxml")
    assert [box["value"] for box in page.select("input[name=roles][checked]")] == ["coordinator", "board"]
    assert coordinator.post("/setup/second-factor", data={"roles": ["representative"]}).location == "/setup"
    assert "Dec 7" in sign_in(ROSA).get("/").text, "the days of grace begin today"
    assert coordinator.post("/setup/second-factor", data={}).location == "/setup"
    assert "second factor from" not in sign_in(ROSA).get("/").text
    assert sign_in(ROSA).get("/setup/second-factor").status_code == 403
    config = database.config
    database.config = replace(config, SECOND_FACTOR_ROLES="none", given=config.given | {"SECOND_FACTOR_ROLES"})
    shown = coordinator.get("/setup/second-factor").text
    assert "The hub’s operator has set the roles: none." in shown
    assert 'name="roles"' not in shown
    with database.writing() as db, pytest.raises(Refused):
        factors_actions.require_factor(db, db.get_one(Person, alliance.coordinator), [Role.BOARD])


# Lost


@pytest.mark.both_databases
def test_a_lost_factor_is_removed_after_a_day_and_its_owner_can_stop_it(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa, coordinator = sign_in(ROSA), sign_in(COORDINATOR)
    set_up_app(rosa, database, frozen_clock)
    page = f"/people/{alliance.rosa}"
    assert "Remove lost second factor" in coordinator.get(page).text
    assert "econd factor" not in sign_in("tom@lakeshore.example").get(page).text
    assert sign_in("tom@lakeshore.example").post(f"{page}/second-factor").status_code == 403
    assert coordinator.post(f"{page}/second-factor").location == page
    assert coordinator.post(f"{page}/second-factor").location == page, "pressed twice"
    assert subjects(database)[1:] == ["Your second factor will be removed"]
    assert "Marguerite asked to remove your second factor" in rosa.get("/account/second-factor").text

    with database.reading() as db:
        letter = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert letter
        link = re.search(r"/second-factor/keep/[\w-]+", letter.text)
    assert link
    assert app.test_client().get(link[0]).status_code == 200
    frozen_clock.advance(hours=23)
    assert _carry_out(database) == 0, "a GET of the link changed nothing, and the day isn't over"
    assert "Your second factor stays." in app.test_client().post(link[0]).text
    frozen_clock.advance(hours=2)
    assert _carry_out(database) == 0
    half_signed_in(app)

    assert sign_in(COORDINATOR).post(f"{page}/second-factor").location == page
    frozen_clock.advance(hours=24)
    assert _carry_out(database) == 1
    assert _carry_out(database) == 0
    assert subjects(database)[-1] == "A second factor was removed from your account"
    assert rosa.get("/account").status_code == 302, "sessions end with it"
    assert sign_in(ROSA).get("/account").status_code == 200
    assert "was removed" in app.test_client().get(link[0]).text or "stays" in app.test_client().get(link[0]).text


def _carry_out(database: Database) -> int:
    with database.writing() as db:
        return factors_actions.carry_out_resets(db)


def test_the_owner_or_the_coordinator_stops_a_removal_on_their_own_pages(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    set_up_app(rosa, database, frozen_clock)
    page = f"/people/{alliance.rosa}/second-factor"
    for is_owner in (True, False):
        coordinator = sign_in(COORDINATOR)
        assert coordinator.post(page).status_code == 302
        stopped = rosa.post("/account/second-factor/keep") if is_owner else coordinator.post(f"{page}/keep")
        assert stopped.status_code == 302
        frozen_clock.advance(days=2)
        assert _carry_out(database) == 0


def test_a_coordinator_does_not_reset_their_own_factor(
    frozen_clock: FrozenClock, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator = sign_in(COORDINATOR)
    set_up_app(coordinator, database, frozen_clock)
    page = coordinator.post(f"/people/{alliance.coordinator}/second-factor", follow_redirects=True).text
    assert "Use a recovery code, or ask another coordinator" in page
    with database.writing() as db:
        factors_actions.remove_all(db, None, db.get_one(Person, alliance.coordinator), by="the hub’s operator")
    assert sign_in(COORDINATOR).get("/account").status_code == 200

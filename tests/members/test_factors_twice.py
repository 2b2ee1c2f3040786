"""Second factors, when a form is sent twice, as by a double click, and when the clocks of two machines differ."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.members.rules.factors import CLOCKS_DIFFER, FREE_TRIES, RECENT, is_within, wait_after, wait_left
from tests.members.conftest import Alliance
from tests.members.test_factors import (
    FACTORS,
    ROSA,
    begun_app,
    code_at,
    enter,
    half_signed_in,
    set_up_app,
    shown_codes,
)
from tests.world import PASSWORD, FrozenClock, SignIn


@pytest.mark.parametrize("way", ["app", "recovery codes"])
def test_a_double_click_shows_the_recovery_codes_that_work(
    frozen_clock: FrozenClock, sign_in: SignIn, alliance: Alliance, database: Database, way: str
) -> None:
    rosa = sign_in(ROSA)
    if way == "app":
        secret = begun_app(rosa)
        address, entered = f"{FACTORS}/app", {"code": code_at(frozen_clock.at, secret)}
    else:
        set_up_app(rosa, database, frozen_clock)
        address, entered = f"{FACTORS}/recovery-codes", {}
    first, second = (rosa.post(address, data=entered | {"form_id": "a form"}) for _ in range(2))
    assert shown_codes(first)
    assert shown_codes(second) == shown_codes(first)
    assert first.headers["Cache-Control"] == second.headers["Cache-Control"] == "private, no-store"
    frozen_clock.advance(minutes=2)
    later = rosa.post(address, data=entered | {"form_id": "a form"})
    assert not set(shown_codes(first)) & set(shown_codes(later)), "someone else may sit there"
    frozen_clock.advance(minutes=14)
    assert rosa.post(address, data=entered | {"form_id": "a form"}).location == "/account/confirm"


def test_the_form_works_that_is_sent_again_after_confirming_that_it_is_them(
    frozen_clock: FrozenClock, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa, form = sign_in(ROSA), {"form_id": "a form"}
    set_up_app(rosa, database, frozen_clock)
    frozen_clock.advance(minutes=16)
    assert rosa.post(f"{FACTORS}/recovery-codes", data=form).location == "/account/confirm"
    rosa.post("/account/confirm", data={"password": PASSWORD})
    assert shown_codes(rosa.post(f"{FACTORS}/recovery-codes", data=form)), "after going back twice"


def test_a_code_that_was_just_used_is_refused_and_is_no_wrong_one(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    secret, _codes = set_up_app(sign_in(ROSA), database, frozen_clock)
    browser, another = half_signed_in(app), half_signed_in(app)
    code = code_at(frozen_clock.at, secret)
    assert enter(browser, code) == 302
    answer = another.post("/sign-in/second-step", data={"code": code})
    assert (answer.status_code, "That code was used already." in answer.text) == (422, True)
    with database.reading() as db:
        assert "failed the second step for" not in db.scalars(select(Entry.action)).all()
    frozen_clock.advance(seconds=30)
    assert enter(another, code) == 422
    assert enter(another, code_at(frozen_clock.at, secret)) == 302


@pytest.mark.both_databases
def test_the_first_codes_never_wait_for_one_that_came_later_or_whose_machine_is_ahead(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    set_up_app(sign_in(ROSA), database, frozen_clock)
    browser = half_signed_in(app)
    for _ in range(FREE_TRIES):
        assert enter(browser, "000000") == 422
        frozen_clock.advance(seconds=-1)
    assert enter(browser, "000000") == 429


def test_a_machine_whose_clock_is_behind_knows_that_someone_has_just_proved_who_they_are(
    frozen_clock: FrozenClock, app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    frozen_clock.advance(seconds=-30)
    secret, _codes = set_up_app(rosa, database, frozen_clock)
    browser = half_signed_in(app)
    frozen_clock.advance(seconds=-30)
    assert enter(browser, code_at(frozen_clock.at, secret)) == 302


@given(st.integers(0, 60), st.timedeltas(timedelta(days=-2), timedelta(days=2)))
def test_a_try_waits_at_most_as_long_as_its_count_asks_for(tries: int, since: timedelta) -> None:
    last = datetime(2026, 11, 2, tzinfo=UTC)
    left = wait_left(tries, last, last + since)
    assert bool(left) == (since < wait_after(tries) != timedelta())
    assert left == min(wait_after(tries), max(wait_after(tries) - since, timedelta()))


def test_a_proof_lasts_its_time_by_either_clock() -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    ages = (-CLOCKS_DIFFER - timedelta(seconds=1), -CLOCKS_DIFFER, timedelta(), RECENT - timedelta(seconds=1), RECENT)
    assert [is_within(RECENT, now - age, now) for age in ages] == [False, True, True, True, False]

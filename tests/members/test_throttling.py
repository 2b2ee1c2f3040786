"""Guessing is slowed down, its target hears of it, and no stranger locks anyone out."""

import json
import logging
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.log import JsonLines
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind
from hub.members.actions import throttling as throttling_actions
from hub.members.models import SignInTries
from hub.members.rules.throttling import LIMITS, Limit, TryKind, wait_words
from hub.worker import STEPS
from tests.members.conftest import Alliance
from tests.members.records import ROSA
from tests.serving import TIMEOUT
from tests.world import PASSWORD, FrozenClock, SignIn

TOM = "tom@lakeshore.example"
WRONG = "not the password"
FREE, EVERYWHERE = LIMITS[TryKind.PAIR].free, LIMITS[TryKind.ACCOUNT].free


def tries(browser: FlaskClient, email: str = ROSA, password: str = WRONG, network: str = "192.0.2.1") -> int:
    data = {"email": email, "password": password}
    return browser.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": network}).status_code


def counts(database: Database) -> dict[TryKind, list[int]]:
    with database.reading() as db:
        rows = db.scalars(select(SignInTries).order_by(SignInTries.failures)).all()
    return {kind: [row.failures for row in rows if row.kind is kind] for kind in TryKind}


def letters(database: Database) -> list[OutboxMessage]:
    STEPS["sign-ins"](database, None)  # type: ignore[arg-type]
    with database.reading() as db:
        security = select(OutboxMessage).where(OutboxMessage.kind == LetterKind.SECURITY)
        return list(db.scalars(security.order_by(OutboxMessage.id)))


@pytest.mark.both_databases
def test_waits_grow_after_five_failures_from_one_network_and_the_owner_elsewhere_never_waits(
    app: Flask, visitor: FlaskClient, frozen_clock: FrozenClock
) -> None:
    stranger = app.test_client()
    for _ in range(FREE):
        assert tries(stranger) == 422
    for seconds in (30, 60, 120, 240):
        answer = stranger.post(
            "/sign-in", data={"email": ROSA.upper(), "password": PASSWORD}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
        )
        assert answer.status_code == 429, "also with the right password"
        assert f"Wait {wait_words(timedelta(seconds=seconds))}, then try again." in answer.text
        assert f'value="{ROSA.upper()}"' in answer.text, "the form stays, with the address"
        frozen_clock.advance(seconds=seconds - 1)
        assert tries(stranger) == 429
        frozen_clock.advance(seconds=1)
        assert tries(stranger) == 422
    assert tries(visitor, password=PASSWORD, network="198.51.100.1") == 302
    assert tries(stranger, TOM, PASSWORD) == 302, "other accounts don't wait on this network"


@pytest.mark.both_databases
def test_a_stranger_with_one_network_guesses_all_day_and_the_owner_still_signs_in_from_a_new_browser(
    app: Flask, visitor: FlaskClient, frozen_clock: FrozenClock, database: Database
) -> None:
    guesses = 0
    for _ in range(24 * 12):
        guesses += tries(app.test_client()) == 422
        frozen_clock.advance(minutes=5)
    assert 20 < guesses < EVERYWHERE
    assert tries(visitor, password=PASSWORD, network="198.51.100.1") == 302


def test_a_known_browser_passes_while_strangers_with_many_networks_make_the_account_wait(
    app: Flask, sign_in: SignIn, alliance: Alliance, frozen_clock: FrozenClock
) -> None:
    rosa = sign_in(ROSA)
    rosa.post("/sign-out")
    for number in range(EVERYWHERE):
        assert tries(app.test_client(), network=f"192.0.2.{number}") == 422
    assert tries(app.test_client(), password=PASSWORD, network="198.51.100.1") == 429
    assert tries(rosa, password=PASSWORD, network="192.0.2.1") == 302, "even on the network of a stranger"
    frozen_clock.advance(minutes=15)
    assert tries(app.test_client(), password=PASSWORD, network="198.51.100.1") == 302


def test_a_known_browser_can_not_be_used_to_guess_forever(sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    rosa.post("/sign-out")
    free = LIMITS[TryKind.BROWSER].free
    assert [tries(rosa, network=f"192.0.2.{number}") for number in range(free + 1)] == [422] * free + [429]
    assert tries(rosa, TOM, PASSWORD) == 302, "it is known to Rosa alone"


@pytest.mark.both_databases
def test_guessing_many_accounts_from_one_network_has_to_wait_for_every_account(
    app: Flask, visitor: FlaskClient, frozen_clock: FrozenClock
) -> None:
    for number in range(LIMITS[TryKind.NETWORK].free):
        assert tries(visitor, f"person{number}@x.example") == 422
    assert tries(visitor, TOM, PASSWORD) == 429
    assert tries(app.test_client(), TOM, PASSWORD, "192.0.2.99") == 302
    frozen_clock.advance(seconds=30)
    assert tries(visitor, TOM, PASSWORD) == 302
    assert tries(visitor, ROSA) == 422, "the sign-in of one account resets no count of others"
    assert tries(visitor, ROSA) == 429


def test_unknown_accounts_wait_like_known_ones_and_leave_as_many_rows(
    app: Flask, visitor: FlaskClient, database: Database
) -> None:
    answers: dict[str, list[int]] = {}
    rows: dict[str, int] = {}
    for email, network in ((ROSA, "192.0.2.1"), ("nobody@x.example", "198.51.100.2")):
        with database.reading() as db:
            before = len(db.scalars(select(Entry)).all())
        answers[network] = [tries(visitor, email, network=network) for _ in range(FREE + 1)]
        with database.reading() as db:
            rows[network] = len(db.scalars(select(Entry)).all()) - before
    assert answers["192.0.2.1"] == answers["198.51.100.2"] == [422] * FREE + [429]
    assert len(set(rows.values())) == 1


@pytest.mark.both_databases
def test_a_sign_in_clears_only_the_failures_of_its_account_from_its_network(
    app: Flask, visitor: FlaskClient, database: Database, frozen_clock: FrozenClock
) -> None:
    tries(visitor, network="192.0.2.99")
    tries(visitor, TOM)
    for _ in range(FREE - 1):
        tries(visitor)
    assert counts(database) == {
        TryKind.PAIR: [1, 1, 4], TryKind.NETWORK: [1, 5], TryKind.ACCOUNT: [1, 5], TryKind.BROWSER: []
    }  # fmt: skip
    assert tries(app.test_client(), password=PASSWORD) == 302
    assert counts(database) == {
        TryKind.PAIR: [1, 1], TryKind.NETWORK: [1, 5], TryKind.ACCOUNT: [1, 5], TryKind.BROWSER: []
    }  # fmt: skip
    frozen_clock.advance(days=1, seconds=1)
    letters(database)
    assert not any(counts(database).values()), "after a day, nothing is left"


@pytest.mark.both_databases
def test_parallel_attempts_are_counted_too(app: Flask, visitor: FlaskClient, database: Database) -> None:
    attempts, statuses = 4 * FREE, []
    start = Barrier(attempts, timeout=TIMEOUT)

    def guess() -> None:
        browser = app.test_client()
        start.wait()
        statuses.append(tries(browser))

    threads = [Thread(target=guess) for _ in range(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert (statuses.count(422), statuses.count(429)) == (FREE, attempts - FREE)
    assert counts(database)[TryKind.PAIR] == [FREE]


@pytest.mark.both_databases
def test_free_attempts_never_wait_for_one_that_came_later_or_whose_machine_is_ahead(
    app: Flask, frozen_clock: FrozenClock, database: Database
) -> None:
    for _ in range(FREE):
        assert tries(app.test_client()) == 422
        frozen_clock.advance(seconds=-1)
    assert counts(database)[TryKind.PAIR] == [FREE]
    assert tries(app.test_client()) == 429


@pytest.mark.both_databases
def test_a_failure_is_recorded_even_if_its_count_is_deleted_while_the_password_is_checked(
    visitor: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = throttling_actions.count_failure

    def count_after_deletion(db: Session, *rest: Any) -> None:
        db.execute(delete(SignInTries))
        db.commit()
        count(db, *rest)

    monkeypatch.setattr(throttling_actions, "count_failure", count_after_deletion)
    assert tries(visitor, "nobody@x.example") == 422
    with database.reading() as db:
        assert db.scalars(select(Entry.subject).order_by(Entry.id.desc())).first() == "no account"


def test_the_current_password_cannot_be_guessed_forever_in_an_open_session(sign_in: SignIn, alliance: Alliance) -> None:
    rosa, free = sign_in(ROSA), LIMITS[TryKind.BROWSER].free
    data = {"current": WRONG, "password": "quite another one", "repeated": "quite another one"}
    statuses = [rosa.post("/account/password", data=data).status_code for _ in range(free + 1)]
    assert statuses == [422] * free + [429]


@pytest.mark.both_databases
def test_the_owner_hears_of_guessing_once_a_day(
    app: Flask, visitor: FlaskClient, database: Database, frozen_clock: FrozenClock
) -> None:
    for number in range(5):
        assert letters(database) == []
        tries(app.test_client(), network=f"192.0.2.{number}")
        tries(app.test_client(), "nobody@x.example", network=f"192.0.2.{number}")
    for _ in range(2):
        [letter] = letters(database)
        tries(app.test_client(), network="198.51.100.9")
    assert (letter.to, letter.subject) == (ROSA, "Someone tried to guess your password (AMCC Resource Hub)")
    words = " ".join(letter.text.split())
    assert "There were 5 attempts with a wrong password since" in words
    assert "no one got in" in words
    frozen_clock.advance(days=1)
    for number in range(5):
        tries(app.test_client(), network=f"203.0.113.{number}")
    assert len(letters(database)) == 2


def test_sign_in_events_are_in_the_audit_and_the_log_without_what_was_typed(
    app: Flask, visitor: FlaskClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    typed = ("hunter2 in the wrong field", "my secret passphrase")
    logger = logging.getLogger("hub")
    logger.addHandler(caplog.handler)
    with caplog.at_level("INFO", "hub"):
        for _ in range(FREE + 1):
            tries(visitor, typed[0], typed[1])
            tries(visitor, ROSA, typed[1], "192.0.2.2")
        tries(visitor, ROSA, PASSWORD, "192.0.2.3")
        visitor.post("/sign-out")
    logger.removeHandler(caplog.handler)
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "hub.sign_in"]
    of_rosa = [(line["event"], line["address"]) for line in lines if line["person"]]
    assert of_rosa == [
        *[("sign-in failed", "192.0.2.2")] * (FREE - 1),
        ("sign-in failed, next has to wait", "192.0.2.2"),
        ("sign-in has to wait", "192.0.2.2"),
        ("signed in", "192.0.2.3"),
        ("signed out", "192.0.2.3"),
    ]
    with database.reading() as db:
        entries = db.scalars(select(Entry).order_by(Entry.id)).all()
        stored = db.scalars(select(SignInTries.key)).all()
    failed = [(entry.actor, entry.subject) for entry in entries if entry.action == "failed to sign in to"]
    assert failed.count(("a visitor", "Rosa Peña <rosa@lakeshore.example>")) == FREE
    assert failed.count(("a visitor", "no account")) == FREE
    assert entries[-1].action == "signed out"
    everything = str([vars(entry) for entry in entries]) + json.dumps(lines) + str(stored)
    assert not [words for words in typed if words in everything]


@given(st.integers(0, 200), st.integers(0, 60))
def test_waits_only_grow_and_never_beyond_the_longest(failures: int, free: int) -> None:
    limit = Limit(free=free, longest=timedelta(hours=1))
    assert limit.wait(failures) <= limit.wait(failures + 1) <= limit.longest
    assert bool(limit.wait(failures)) == (failures >= free)


@given(st.integers(0, 60), st.timedeltas(timedelta(days=-2), timedelta(days=2)))
def test_only_failures_that_are_not_free_leave_a_wait_and_never_a_longer_one(failures: int, since: timedelta) -> None:
    limit, last = Limit(free=5, longest=timedelta(hours=1)), datetime(2026, 11, 2, tzinfo=UTC)
    left = limit.wait_left(failures, last, last + since)
    assert bool(left) == (failures >= limit.free and since < limit.wait(failures))
    assert timedelta() <= left <= limit.wait(failures)
    assert left + max(since, timedelta()) >= limit.wait(failures)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.01, "1 second"), (30, "30 seconds"), (60, "60 seconds"), (61, "2 minutes"), (3_600, "60 minutes")],
)
def test_a_wait_is_rounded_up(seconds: float, words: str) -> None:
    assert wait_words(timedelta(seconds=seconds)) == words

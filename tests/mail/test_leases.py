"""Leases of messages: how long they last, and whose have ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail.delivery import leases
from hub.mail.letters import Letter, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from tests.world import FrozenClock

LETTER = Letter("Leased", (Paragraph("You get this once."),), "You are a test.")


@pytest.fixture
def outbox(database: Database, frozen_clock: FrozenClock) -> Database:
    """A database with two waiting messages."""
    with database.writing() as db:
        for once in ("first", "second"):
            mail_actions.post(db, LETTER, to="ana@lakeshore.example", once=once, kind=LetterKind.QUESTION)
    return database


def states(database: Database) -> list[tuple[State, str | None]]:
    with database.reading() as db:
        query = select(OutboxMessage.state, OutboxMessage.lease_token).order_by(OutboxMessage.id)
        return [(state, token) for state, token in db.execute(query)]


@pytest.mark.both_databases
def test_only_the_messages_whose_own_lease_is_over_are_released(outbox: Database, frozen_clock: FrozenClock) -> None:
    first, second = leases.claim(outbox)
    frozen_clock.advance(minutes=14)
    assert leases.mark_sending(outbox, first), "a slow worker begins to send it"
    frozen_clock.advance(minutes=2)
    leases.release_dead_leases(outbox)
    assert states(outbox) == [(State.SENDING, first.lease_token), (State.WAITING, None)]
    assert not leases.mark_sending(outbox, second)
    frozen_clock.advance(minutes=14)
    leases.release_dead_leases(outbox)
    assert states(outbox)[0] == (State.UNKNOWN, first.lease_token)


def test_a_message_that_its_worker_begins_to_send_just_before_it_is_released_is_not_uncertain(
    outbox: Database, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = leases.claim(outbox)
    frozen_clock.advance(minutes=15, seconds=1)
    writing = outbox.writing

    @contextmanager
    def after_another() -> Iterator[Session]:
        monkeypatch.setattr(outbox, "writing", writing)
        frozen_clock.advance(seconds=-2)  # that of a machine which is a bit behind
        assert leases.mark_sending(outbox, first)
        frozen_clock.advance(seconds=2)
        with writing() as db:
            yield db

    monkeypatch.setattr(outbox, "writing", after_another)
    leases.release_dead_leases(outbox)
    assert states(outbox) == [(State.SENDING, first.lease_token), (State.WAITING, None)]


def test_a_lease_begins_when_the_wait_for_other_writers_is_over(
    outbox: Database, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = outbox.writing

    @contextmanager
    def after_a_wait() -> Iterator[Session]:
        with writing() as db:
            frozen_clock.advance(seconds=30)
            yield db

    monkeypatch.setattr(outbox, "writing", after_a_wait)
    first, _second = leases.claim(outbox)
    assert first.lease_until == frozen_clock.at + leases.LEASE
    frozen_clock.advance(minutes=1)
    assert leases.mark_sending(outbox, first)
    with outbox.reading() as db:
        assert db.get_one(OutboxMessage, first.id).lease_until == frozen_clock.at + timedelta(minutes=15)

"""Which worker has which message in hand, and what becomes of it when that worker dies."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hub.core import clock, heartbeats
from hub.core.db import Database
from hub.mail.models import OutboxMessage
from hub.mail.rules import State

# Longer than the mail server may take for its last answer, so that a living worker never loses its lease there.
LEASE = timedelta(minutes=15)
AT_ONCE = 20  # messages that a worker takes in hand together
NOBODY_KNOWS = (
    "The hub was interrupted at the moment when the mail server took this message, so it may have arrived or not. "
    "Ask the recipient, or send it again: a mail program that got it twice shows it once."
)


def claim(database: Database) -> Sequence[OutboxMessage]:
    """Take what is due in hand: what someone waits for first, then what goes to many."""
    now = clock.now()
    with database.reading() as db:  # a look costs no lock when there is nothing to do
        if db.scalar(select(OutboxMessage.id).where(*_free(now)).limit(1)) is None:
            return ()
    token = f"{heartbeats.my_name()[:80]} {secrets.token_hex(8)}"
    with database.writing() as db:
        found = db.scalars(
            select(OutboxMessage)
            .where(*_free(now))
            .order_by(OutboxMessage.bulk, OutboxMessage.due_at, OutboxMessage.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for message in found:
            message.lease_token, message.lease_until = token, now + LEASE
        return found


def _free(now: datetime) -> tuple[Any, ...]:
    unheld = or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now)
    return OutboxMessage.state == State.WAITING, OutboxMessage.due_at <= now, unheld


def is_being_sent(database: Database, message: OutboxMessage) -> bool:
    """Write down that the server is about to take the message; False when it was canceled or taken over meanwhile."""
    now = clock.now()
    held = _held(message, State.WAITING)
    with database.writing() as db:
        began = update(OutboxMessage).where(*held, OutboxMessage.lease_until > now)
        result: Any = db.execute(began.values(state=State.SENDING, lease_until=now + LEASE))
        return bool(result.rowcount)


def settle(db: Session, message: OutboxMessage, state: State, trouble: str = "", **others: Any) -> None:
    """Write down what became of the message. One that was given up as unknown meanwhile is known now."""
    held = _held(message, State.WAITING, State.SENDING, State.UNKNOWN)
    values = {"state": state, "trouble": trouble, "lease_token": None, "lease_until": None, **others}
    if state is not State.WAITING:
        values["settled_at"] = clock.now()
    db.execute(update(OutboxMessage).where(*held).values(**values))


def _held(message: OutboxMessage, *states: State) -> tuple[Any, ...]:
    return (
        OutboxMessage.id == message.id,
        OutboxMessage.lease_token == message.lease_token,
        OutboxMessage.state.in_(states),
    )


def let_go(database: Database, messages: Sequence[OutboxMessage]) -> None:
    """Give back what wasn't begun."""
    tokens = {message.lease_token for message in messages}
    if not tokens:
        return
    with database.writing() as db:
        ours = update(OutboxMessage).where(OutboxMessage.lease_token.in_(tokens), OutboxMessage.state == State.WAITING)
        db.execute(ours.values(lease_token=None, lease_until=None))


def take_over_from_the_dead(database: Database) -> None:
    """End the leases of workers that died: what wasn't begun is free again, of the rest no one knows."""
    now = clock.now()
    with database.reading() as db:
        open_ones = select(OutboxMessage.lease_token, OutboxMessage.lease_until).where(
            OutboxMessage.lease_token.is_not(None), OutboxMessage.state.in_((State.WAITING, State.SENDING))
        )
        rows = db.execute(open_ones.distinct()).all()
    over = {
        token
        for token, until in rows
        if token and (until is None or until < now or heartbeats.is_known_dead(token.partition(" ")[0]))
    }
    if not over:
        return
    theirs = OutboxMessage.lease_token.in_(over)
    with database.writing() as db:
        free = update(OutboxMessage).where(theirs, OutboxMessage.state == State.WAITING)
        db.execute(free.values(lease_token=None, lease_until=None))
        # The token stays: a worker that was only slow may still say what it knows.
        begun = update(OutboxMessage).where(theirs, OutboxMessage.state == State.SENDING)
        db.execute(begun.values(state=State.UNKNOWN, trouble=NOBODY_KNOWS, settled_at=now))

"""Leases of messages: which worker is delivering which message, and cleaning up after a dead worker."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, literal, or_, select, update
from sqlalchemy.orm import Session

from hub.core import clock, heartbeats
from hub.core.db import Database
from hub.mail.models import OutboxMessage
from hub.mail.rules import State

# Longer than the mail server may take for its final reply, so that a living worker never loses its lease then.
LEASE = timedelta(minutes=15)
AT_ONCE = 20  # messages that a worker claims at once
UNKNOWN_OUTCOME = (
    "The hub was interrupted while the mail server was accepting this email, so it may or may not have arrived. "
    "Ask the recipient, or send it again: most mail programs show a duplicate only once."
)


def claim(database: Database) -> Sequence[OutboxMessage]:
    """Lease messages that are due: first those that someone waits for, then bulk mail."""
    now = clock.now()
    with database.reading() as db:  # checking first avoids the write lock when nothing is due
        if db.scalar(select(OutboxMessage.id).where(*_free(now)).limit(1)) is None:
            return ()
    token = f"{heartbeats.worker_name()[:80]} {secrets.token_hex(8)}"
    with database.writing() as db:
        messages = db.scalars(
            select(OutboxMessage)
            .where(*_free(now))
            .order_by(OutboxMessage.bulk, OutboxMessage.due_at, OutboxMessage.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for message in messages:
            message.lease_token, message.lease_until = token, clock.now() + LEASE
        return messages


def _free(now: datetime) -> tuple[Any, ...]:
    unheld = or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now)
    return OutboxMessage.state == State.WAITING, OutboxMessage.due_at <= now, unheld


def mark_sending(database: Database, message: OutboxMessage) -> bool:
    """Mark the message as being sent; return False if it was canceled or its lease was lost."""
    held = _held(message, State.WAITING)
    with database.writing() as db:
        now = clock.now()  # after the wait for other writers
        began = update(OutboxMessage).where(*held, OutboxMessage.lease_until > now)
        result: Any = db.execute(began.values(state=State.SENDING, lease_until=now + LEASE))
        return bool(result.rowcount)


def settle(db: Session, message: OutboxMessage, state: State, trouble: str = "", **others: Any) -> bool:
    """Store the message's outcome and end its lease; return False if it was canceled or the lease was lost.

    This also resolves a message that was marked unknown meanwhile.
    """
    held = _held(message, State.WAITING, State.SENDING, State.UNKNOWN)
    values = {"state": state, "trouble": trouble, "lease_token": None, "lease_until": None, **others}
    if state is not State.WAITING:
        values["settled_at"] = clock.now()
    else:  # unless the recipient was erased while it was being sent
        is_erased, type_ = OutboxMessage.to == "", OutboxMessage.state.type
        values["state"] = case((is_erased, literal(State.CANCELLED, type_)), else_=literal(State.WAITING, type_))
        values["settled_at"] = case((is_erased, clock.now()), else_=OutboxMessage.settled_at)
    result: Any = db.execute(update(OutboxMessage).where(*held).values(**values))
    return bool(result.rowcount)


def _held(message: OutboxMessage, *states: State) -> tuple[Any, ...]:
    return (
        OutboxMessage.id == message.id,
        OutboxMessage.lease_token == message.lease_token,
        OutboxMessage.state.in_(states),
    )


def release(database: Database, messages: Sequence[OutboxMessage]) -> None:
    """Release the messages that weren't started."""
    tokens = {message.lease_token for message in messages}
    if not tokens:
        return
    with database.writing() as db:
        leased = update(OutboxMessage).where(
            OutboxMessage.lease_token.in_(tokens), OutboxMessage.state == State.WAITING
        )
        db.execute(leased.values(lease_token=None, lease_until=None))


def release_dead_leases(database: Database) -> None:
    """Release the leases of dead workers: messages that weren't started wait again, others become unknown."""
    leased = OutboxMessage.lease_token.is_not(None), OutboxMessage.state.in_((State.WAITING, State.SENDING))
    with database.reading() as db:
        held = select(OutboxMessage.lease_token, OutboxMessage.lease_until).where(*leased)
        leases = db.execute(held.distinct()).all()
    dead = {token for token, _until in leases if token and heartbeats.is_known_dead(token.partition(" ")[0])}
    now = clock.now()
    if not dead and all(until and until >= now for _token, until in leases):
        return
    with database.writing() as db:
        # Each message has its own end: a living worker may have just begun to send one of those that it leased.
        now = clock.now()
        is_over = or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now)
        is_expired = and_(*leased, or_(is_over, OutboxMessage.lease_token.in_(dead)))
        waiting = update(OutboxMessage).where(is_expired, OutboxMessage.state == State.WAITING)
        db.execute(waiting.values(lease_token=None, lease_until=None))
        # Keep the token: a worker that was only slow can still store the outcome.
        sending = update(OutboxMessage).where(is_expired, OutboxMessage.state == State.SENDING)
        db.execute(sending.values(state=State.UNKNOWN, trouble=UNKNOWN_OUTCOME, settled_at=now))

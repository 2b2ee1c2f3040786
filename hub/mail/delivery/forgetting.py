"""Deletes texts and addresses of old messages and of erased people's; the fact that they were sent, and when, stays."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database, config_of
from hub.mail.actions import CLEARED
from hub.mail.delivery import keeping
from hub.mail.models import OutboxMessage
from hub.mail.queries import address_hashes
from hub.mail.rules import State

AT_ONCE = 200


def catch_up(database: Database) -> int:
    """Clear messages that were settled more than MAIL_KEEP_DAYS ago, and return how many."""
    before = clock.now() - timedelta(days=database.config.MAIL_KEEP_DAYS)
    old = select(OutboxMessage.id).where(OutboxMessage.settled_at < before, OutboxMessage.text != "").limit(AT_ONCE)
    with database.reading() as db:
        ids = db.scalars(old).all()
    if not ids:
        return 0
    for message_id in ids:
        keeping.drop(database.config, message_id)
    with database.writing() as db:
        db.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(**CLEARED))
    return len(ids)


def forget_recipient(db: Session, person_id: int, address: str) -> None:
    """Forget all messages to a person; see `forget_messages`."""
    to_them = OutboxMessage.to_hash.in_(address_hashes(db, address)), func.lower(OutboxMessage.to) == address.lower()
    ids = select(OutboxMessage.id).where(or_(OutboxMessage.person_id == person_id, *to_them))
    forget_messages(db, db.scalars(ids).all())


def forget_messages(db: Session, ids: Sequence[int]) -> None:
    """Cancel those of the messages with these ids that wait, and delete addresses, texts and files of all of them.

    A message that the mail server is accepting at this moment is still sent; `leases.settle` doesn't let it wait again.
    """
    of_them = OutboxMessage.id.in_(ids)
    waiting = update(OutboxMessage).where(of_them, OutboxMessage.state == State.WAITING)
    db.execute(waiting.values(state=State.CANCELLED, settled_at=clock.now()))
    db.execute(update(OutboxMessage).where(of_them).values(**CLEARED, trouble=""))
    for message_id in ids:
        keeping.drop(config_of(db), message_id)

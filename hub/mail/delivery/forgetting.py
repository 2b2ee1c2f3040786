"""Deletes texts and addresses of old messages; the fact that they were sent, and when, stays."""

from datetime import timedelta

from sqlalchemy import select, update

from hub.core import clock
from hub.core.db import Database
from hub.mail.actions import CLEARED
from hub.mail.delivery import keeping
from hub.mail.models import OutboxMessage

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

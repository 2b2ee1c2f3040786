"""Deletes texts and addresses of old messages and of erased people's; the fact that they were sent, and when, stays.

Their files are deleted by the worker, from what is committed: a file can't come back if a transaction fails.
"""

import contextlib
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database
from hub.mail.actions import CLEARED
from hub.mail.delivery import keeping
from hub.mail.models import OutboxMessage
from hub.mail.queries import address_hashes
from hub.mail.rules import State

AT_ONCE = 200


def catch_up(database: Database) -> int:
    """Clear messages that were settled more than MAIL_KEEP_DAYS ago; once a minute, delete files of cleared messages.

    Returns how many messages and files it was.
    """
    return _clear_old(database) + _sweep_files(database)


def _clear_old(database: Database) -> int:
    before = clock.now() - timedelta(days=database.config.MAIL_KEEP_DAYS)
    old = select(OutboxMessage.id).where(OutboxMessage.settled_at < before, OutboxMessage.text != "").limit(AT_ONCE)
    with database.reading() as db:
        ids = db.scalars(old).all()
    if not ids:
        return 0
    with database.writing() as db:
        db.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(**CLEARED))
    return len(ids)


def _sweep_files(database: Database) -> int:
    marker = database.config.INSTANCE / keeping.FOLDER / "swept"
    minute = f"{clock.now():%Y-%m-%dT%H:%M}"
    if not marker.parent.exists() or (marker.exists() and marker.read_text() == minute):
        return 0
    # A message is committed before its file is written, so every file that is listed here has its row.
    kept = keeping.all_kept(database.config)
    cleared: list[int] = []
    with database.reading() as db:
        for start in range(0, len(kept), AT_ONCE):
            is_kept = OutboxMessage.id.in_(kept[start : start + AT_ONCE])
            cleared += db.scalars(select(OutboxMessage.id).where(is_kept, OutboxMessage.text == "")).all()
    for message_id in cleared:
        keeping.drop(database.config, message_id)
    with contextlib.suppress(OSError):  # on a full disk it sweeps more often, and mail is sent as before
        marker.write_text(minute)
    return len(cleared)


def forget_recipient(db: Session, person_id: int, address: str) -> None:
    """Forget all messages to a person; see `forget_messages`."""
    to_them = OutboxMessage.to_hash.in_(address_hashes(db, address)), func.lower(OutboxMessage.to) == address.lower()
    ids = select(OutboxMessage.id).where(or_(OutboxMessage.person_id == person_id, *to_them))
    forget_messages(db, db.scalars(ids).all())


def forget_messages(db: Session, ids: Sequence[int]) -> None:
    """Cancel those of the messages with these ids that wait, and delete the addresses and texts of all of them.

    The worker deletes their files. A message that the mail server is accepting at this moment is still sent;
    `leases.settle` doesn't let it wait again.
    """
    of_them = OutboxMessage.id.in_(ids)
    waiting = update(OutboxMessage).where(of_them, OutboxMessage.state == State.WAITING)
    db.execute(waiting.values(state=State.CANCELLED, settled_at=clock.now()))
    db.execute(update(OutboxMessage).where(of_them).values(**CLEARED, trouble=""))

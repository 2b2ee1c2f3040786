"""What is known of messages. Who may see them is asked where they are shown."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hub.core.errors import NotFound
from hub.core.outbox.models import OutboxMessage
from hub.core.outbox.rules import TROUBLED, State

MESSAGES_PER_PAGE = 50


def counts_of(db: Session, about: str) -> Counter[State]:
    """How many messages of a thing (``pack 12``) stand where."""
    found = select(OutboxMessage.state, func.count()).where(OutboxMessage.about == about).group_by(OutboxMessage.state)
    return Counter(dict(db.execute(found).all()))


def troubles_of(db: Session, about: str) -> Sequence[OutboxMessage]:
    """The messages of a thing that weren't delivered, perhaps weren't, or came back; each says why in ``trouble``."""
    hers = OutboxMessage.about == about, OutboxMessage.state.in_(TROUBLED)
    return db.scalars(select(OutboxMessage).where(*hers).order_by(OutboxMessage.id)).all()


def states_of(db: Session, about: str) -> dict[str, State]:
    """Where each message of a thing stands, by its ``once``."""
    found = select(OutboxMessage.once, OutboxMessage.state).where(OutboxMessage.about == about)
    return dict(db.execute(found).all())


def messages(
    db: Session, state: State | None = None, kind: str = "", words: str = "", page: int = 1
) -> tuple[Sequence[OutboxMessage], int]:
    """A page of messages, newest first, and how many there are; ``words`` are looked for in recipient and subject."""
    conditions: list[ColumnElement[bool]] = []
    if state:
        conditions.append(OutboxMessage.state == state)
    if kind:
        conditions.append(OutboxMessage.kind == kind)
    if words:
        columns = (OutboxMessage.to, OutboxMessage.name, OutboxMessage.subject)
        conditions.append(
            func.lower(columns[0] + " " + columns[1] + " " + columns[2]).contains(words.lower(), autoescape=True)
        )
    total = db.scalar(select(func.count(OutboxMessage.id)).where(*conditions)) or 0
    found = select(OutboxMessage).where(*conditions).order_by(OutboxMessage.id.desc())
    return db.scalars(found.offset((page - 1) * MESSAGES_PER_PAGE).limit(MESSAGES_PER_PAGE)).all(), total


def counts(db: Session) -> Counter[State]:
    """How many messages stand where, in all."""
    found = db.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    return Counter(dict(found.all()))


def kinds(db: Session) -> Sequence[str]:
    """The kinds of messages that there are, in order."""
    return db.scalars(select(OutboxMessage.kind).distinct().order_by(OutboxMessage.kind)).all()


def message(db: Session, message_id: int) -> OutboxMessage:
    """The message with this number; raises NotFound."""
    found = db.get(OutboxMessage, message_id)
    if found is None:
        raise NotFound
    return found

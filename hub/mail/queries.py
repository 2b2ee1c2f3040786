"""What is known of messages, bounced addresses and scheduled mail. Who may see them is asked where they are shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.mail.models import BouncedAddress, MailRound, MailStart, OutboxMessage
from hub.mail.rules import TROUBLED, State, keyed_hash


def bouncing(db: Session, addresses: Iterable[str]) -> dict[str, BouncedAddress]:
    """Return which of the addresses take no mail, as they were asked for, with since when and why."""
    hashes = {address: address_hash(db, address) for address in addresses}
    found = db.scalars(select(BouncedAddress).where(BouncedAddress.address_hash.in_(set(hashes.values()))))
    marked = {one.address_hash: one for one in found}
    return {address: marked[kept] for address, kept in hashes.items() if kept in marked}


def address_hash(db: Session, address: str) -> str:
    """Return what is kept of an address."""
    return keyed_hash(config_of(db).SECRET_KEY, address)


MESSAGES_PER_PAGE = 50


@dataclass(frozen=True)
class Seer:
    """Who looks at the outbox: everyone sees what they caused themselves, and who runs the mail the rest."""

    person_id: int
    sees_all: bool = False


def messages(
    db: Session, seer: Seer, state: State | None = None, kind: str = "", words: str = "", page: int = 1
) -> tuple[Sequence[OutboxMessage], int]:
    """Return a page of messages, newest first, and how many there are; ``words`` are looked for in recipient and subject."""
    conditions = [_seen(seer)]
    if state:
        conditions.append(OutboxMessage.state == state)
    if kind:
        conditions.append(OutboxMessage.kind == kind)
    if words:
        conditions += [_open(seer), _with(words)]  # a hit tells as much as the text does
    total = db.scalar(select(func.count(OutboxMessage.id)).where(*conditions)) or 0
    found = select(OutboxMessage).where(*conditions).order_by(OutboxMessage.id.desc())
    return db.scalars(found.offset((page - 1) * MESSAGES_PER_PAGE).limit(MESSAGES_PER_PAGE)).all(), total


def _seen(seer: Seer) -> ColumnElement[bool]:
    return true() if seer.sees_all else OutboxMessage.sent_by_id == seer.person_id


def _open(seer: Seer) -> ColumnElement[bool]:
    """Return as `OutboxMessage.is_open_to` says it of one."""
    return or_(
        OutboxMessage.sent_by_id.is_(None),
        OutboxMessage.person_id.is_not(None),
        OutboxMessage.sent_by_id == seer.person_id,
    )


def _with(words: str) -> ColumnElement[bool]:
    columns = (OutboxMessage.to, OutboxMessage.name, OutboxMessage.subject)
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def counts(db: Session, seer: Seer) -> Counter[State]:
    """Return how many messages stand where, in all."""
    found = select(OutboxMessage.state, func.count()).where(_seen(seer)).group_by(OutboxMessage.state)
    return Counter(dict(db.execute(found).all()))


def kinds(db: Session, seer: Seer) -> Sequence[str]:
    """Return the kinds of messages that there are, in order."""
    return db.scalars(select(OutboxMessage.kind).where(_seen(seer)).distinct().order_by(OutboxMessage.kind)).all()


def message(db: Session, seer: Seer, message_id: int) -> OutboxMessage:
    """Return the message with this number, if ``seer`` may read it; raises NotFound."""
    found = db.get(OutboxMessage, message_id)
    if (
        found is None
        or not found.is_open_to(seer.person_id)
        or not (seer.sees_all or found.sent_by_id == seer.person_id)
    ):
        raise NotFound
    return found


def troubles_caused_by(db: Session, person_id: int, since: datetime) -> int:
    """Return how many messages that the person caused weren't delivered, perhaps weren't, or came back since then."""
    hers = OutboxMessage.sent_by_id == person_id, OutboxMessage.state.in_(TROUBLED), OutboxMessage.settled_at >= since
    return db.scalar(select(func.count(OutboxMessage.id)).where(*hers)) or 0


def last_trouble(db: Session) -> OutboxMessage | None:
    """Return the message that waits longest because something went wrong: what it says tells how the mail server is."""
    waits = OutboxMessage.state == State.WAITING, OutboxMessage.trouble != ""
    return db.scalar(select(OutboxMessage).where(*waits).order_by(OutboxMessage.id).limit(1))


def round_is_done(db: Session, name: str) -> bool:
    """Return whether the round was done."""
    return db.get(MailRound, name) is not None


def sending_has_begun(db: Session, kind: str) -> bool:
    """Return whether someone let this kind of mail begin."""
    return db.get(MailStart, kind) is not None


def sending_started(db: Session, kind: str) -> MailStart | None:
    """Return who let this kind of mail begin, and when; None when no one did."""
    return db.get(MailStart, kind)

"""Queries for messages, bounced addresses and scheduled mail. Callers check permissions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.core.remembered import remembered
from hub.mail.models import BouncedAddress, MailRound, MailStart, OutboxMessage
from hub.mail.rules import TROUBLED, LetterKind, State, keyed_hash


def bouncing(db: Session, addresses: Iterable[str]) -> dict[str, BouncedAddress]:
    """Return the addresses that bounce, written as they were passed, each with since when and why."""
    hashes = [(address, hashed) for address in addresses for hashed in address_hashes(db, address)]
    rows = db.scalars(select(BouncedAddress).where(BouncedAddress.address_hash.in_({hashed for _, hashed in hashes})))
    marked = {row.address_hash: row for row in rows}
    return {address: marked[hashed] for address, hashed in hashes if hashed in marked}


def address_hashes(db: Session, address: str) -> list[str]:
    """Return the hashes under which an address may be stored, the current one first.

    Before version 0.4.0, messages and addresses that bounced were stored with the secret key.
    """
    return [lasting_hash(db, address), *(keyed_hash(key, address) for key in config_of(db).secret_keys)]


def lasting_hash(db: Session, address: str) -> str:
    """Return the keyed hash of an address, which is stored in its place.

    Its key never changes, unlike the hub's secret key.
    """
    return keyed_hash(config_of(db).UNSUBSCRIBE_KEY, address)


MESSAGES_PER_PAGE = 50


@dataclass(frozen=True)
class Viewer:
    """The person viewing the outbox. Everyone sees the messages that they caused; the coordinator sees all."""

    person_id: int
    sees_all: bool = False


def messages(
    db: Session, viewer: Viewer, state: State | None = None, kind: str = "", words: str = "", page: int = 1
) -> tuple[Sequence[OutboxMessage], int]:
    """Return a page of messages, newest first, and the total. ``words`` is searched for in recipients and subjects."""
    conditions = [_visible_to(viewer)]
    if state:
        conditions.append(OutboxMessage.state == state)
    if kind:
        conditions.append(OutboxMessage.kind == kind)
    if words:
        conditions += [_is_open_to(viewer), _matches_words(words)]  # a match would reveal a hidden recipient
    total = db.scalar(select(func.count(OutboxMessage.id)).where(*conditions)) or 0
    query = select(OutboxMessage).where(*conditions).order_by(OutboxMessage.id.desc())
    return db.scalars(query.offset((page - 1) * MESSAGES_PER_PAGE).limit(MESSAGES_PER_PAGE)).all(), total


def _visible_to(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.sees_all else OutboxMessage.sent_by_id == viewer.person_id


def _is_open_to(viewer: Viewer) -> ColumnElement[bool]:
    """Return `OutboxMessage.is_open_to` as an SQL condition."""
    return or_(
        OutboxMessage.sent_by_id.is_(None),
        OutboxMessage.person_id.is_not(None),
        OutboxMessage.sent_by_id == viewer.person_id,
    )


def _matches_words(words: str) -> ColumnElement[bool]:
    columns = (OutboxMessage.to, OutboxMessage.name, OutboxMessage.subject)
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def counts(db: Session, viewer: Viewer) -> Counter[State]:
    """Return the number of messages in each state."""
    query = select(OutboxMessage.state, func.count()).where(_visible_to(viewer)).group_by(OutboxMessage.state)
    return Counter(dict(db.execute(query).all()))


def kinds(db: Session, viewer: Viewer) -> Sequence[str]:
    """Return the kinds of messages in the outbox, sorted."""
    return db.scalars(
        select(OutboxMessage.kind).where(_visible_to(viewer)).distinct().order_by(OutboxMessage.kind)
    ).all()


def message(db: Session, viewer: Viewer, message_id: int) -> OutboxMessage:
    """Return the message with this id; raises NotFound if ``viewer`` may not read it."""
    row = db.get(OutboxMessage, message_id)
    if (
        row is None
        or not row.is_open_to(viewer.person_id)
        or not (viewer.sees_all or row.sent_by_id == viewer.person_id)
    ):
        raise NotFound
    return row


def is_canceled(db: Session, message_id: int) -> bool:
    """Return True if the message was canceled."""
    return db.scalar(select(OutboxMessage.state).where(OutboxMessage.id == message_id)) is State.CANCELLED


def troubles_caused_by(db: Session, person_id: int, since: datetime) -> int:
    """Return the number of messages caused by the person that failed, may have failed or bounced since then."""
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)  # what is remembered can't depend on the moment
    settled = remembered(db, ("troubles", person_id, midnight), lambda: _troubles(db, person_id, midnight))
    return sum(at is not None and at >= since for at in settled)


def _troubles(db: Session, person_id: int, since: datetime) -> Sequence[datetime | None]:
    troubled = OutboxMessage.state.in_(TROUBLED), OutboxMessage.settled_at >= since
    return db.scalars(select(OutboxMessage.settled_at).where(OutboxMessage.sent_by_id == person_id, *troubled)).all()


def waiting_about(db: Session, kind: LetterKind) -> frozenset[str]:
    """Return what the waiting messages of a kind belong to (their ``about``)."""
    waiting = OutboxMessage.state == State.WAITING, OutboxMessage.kind == kind
    return frozenset(db.scalars(select(OutboxMessage.about).where(*waiting).distinct()))


def oldest_delayed_message(db: Session) -> OutboxMessage | None:
    """Return the oldest message that waits because of a problem, which shows the state of the mail server."""
    waits = OutboxMessage.state == State.WAITING, OutboxMessage.trouble != ""
    return db.scalar(select(OutboxMessage).where(*waits).order_by(OutboxMessage.id).limit(1))


def round_is_done(db: Session, name: str) -> bool:
    """Return True if the round of scheduled mail is done."""
    return db.get(MailRound, name) is not None


def sending_is_on(db: Session, kind: str) -> bool:
    """Return True if this kind of scheduled mail is turned on."""
    return db.get(MailStart, kind) is not None


def sending_start(db: Session, kind: str) -> MailStart | None:
    """Return the row that says who turned on this kind of scheduled mail, and when; None if it is off or paused."""
    return db.get(MailStart, kind)

"""Adds messages to the outbox, in the transaction of the change they report; cancels and resends them."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import Actor, note
from hub.core.db import config_of, insert_into
from hub.core.errors import Refused
from hub.core.text import clean, one_line
from hub.mail.letters import Letter
from hub.mail.models import BouncedAddress, MailRound, MailStart, OutboxMessage
from hub.mail.queries import address_hashes
from hub.mail.rules import LetterKind, Quiet, State, deliverable, keyed_hash


def mark_bounced(db: Session, address_hash: str, words: str) -> None:
    """Mark an address as bouncing; ``words`` is the reason. A second report changes nothing."""
    if db.get(BouncedAddress, address_hash) is None:
        db.add(BouncedAddress(address_hash=address_hash, since=clock.now(), words=words))


def clear_bounced(db: Session, address: str) -> None:
    """Unmark an address: it works again."""
    db.execute(delete(BouncedAddress).where(BouncedAddress.address_hash.in_(address_hashes(db, address))))


RESENDABLE = frozenset({State.FAILED, State.UNKNOWN, State.BOUNCED, State.CANCELLED, State.KEPT})
STATE_CHANGED = "This email’s status has changed. Reload the page and check it."


def send_again(db: Session, actor: Actor, message: OutboxMessage) -> None:
    """Queue the message again, with the same Message-ID. Raises Refused if its text is gone or its state changed."""
    if not message.to or (message.secret and not message.html):
        raise Refused(
            "This email’s text has been deleted, so it can’t be sent again. Create a new one where it came from."
        )
    now = clock.now()
    values = {"since": now, "due_at": now, "tries": 0, "trouble": "", "settled_at": None, "lease_token": None}
    _change_state(db, message, RESENDABLE, State.WAITING, **values, lease_until=None)
    note(db, actor, "sent again", message, was=message.state)


def count_as_sent(db: Session, actor: Actor, message: OutboxMessage) -> None:
    """Mark a possibly sent message as sent, because the recipient has it. Raises Refused if its state changed."""
    values: dict[str, Any] = {"trouble": "", "lease_token": None, "lease_until": None}
    _change_state(db, message, frozenset({State.UNKNOWN}), State.SENT, **values, **(WIPED if message.secret else {}))
    note(db, actor, "counted as sent", message)


def cancel_message(db: Session, actor: Actor, message: OutboxMessage) -> None:
    """Cancel a waiting message. Raises Refused if it is no longer waiting."""
    _change_state(db, message, frozenset({State.WAITING}), State.CANCELLED, settled_at=clock.now(), trouble="")
    note(db, actor, "canceled", message)


def _change_state(db: Session, message: OutboxMessage, allowed: frozenset[State], state: State, **values: Any) -> None:
    moved = update(OutboxMessage).where(OutboxMessage.id == message.id, OutboxMessage.state.in_(allowed))
    result: Any = db.execute(moved.values(state=state, **values), execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Refused(STATE_CHANGED)


LONGEST_ONCE = 200
ROWS_AT_ONCE = 400  # stays below SQLite's limit of parameters


@dataclass(frozen=True)
class Post:
    """A letter to one recipient; `post` explains the fields."""

    letter: Letter
    to: str
    once: str
    kind: LetterKind
    name: str = ""
    about: str = ""
    person_id: int | None = None
    sent_by_id: int | None = None
    sender_name: str = ""
    reply_to: str = ""
    unsubscribe: str = ""
    calendar: str = ""
    not_before: datetime | None = None
    quiet: Quiet | None = None
    secret: bool = False


def post(
    db: Session,
    letter: Letter,
    *,
    to: str,
    once: str,
    kind: LetterKind,
    name: str = "",
    about: str = "",
    person_id: int | None = None,
    sent_by_id: int | None = None,
    sender_name: str = "",
    reply_to: str = "",
    unsubscribe: str = "",
    calendar: str = "",
    not_before: datetime | None = None,
    quiet: Quiet | None = None,
    secret: bool = False,
) -> int:
    """Add ``letter`` to the outbox and return the message's id. Doesn't commit.

    ``once`` is an idempotency key in words (``reminder 2026Q3 two-weeks person 7``): posted twice, even by two
    requests at once, there is one message, the first. ``kind`` says what it is, and whether it is bulk mail; ``about`` is
    the key by which a page finds its messages (``pack 12``). ``person_id`` is the recipient if they have an account,
    ``sent_by_id`` the person who caused the message. ``sender_name`` precedes the hub's address in From, and
    ``reply_to`` receives replies. ``unsubscribe`` is a URL of the hub, which bulk mail needs: POST unsubscribes, GET only shows a
    button. ``calendar`` is iCalendar text. ``not_before`` delays the message, ``quiet`` are the
    recipient's quiet hours. ``secret``: the text has a sign-in link and is deleted after sending.

    Raises Refused if ``to`` or ``reply_to`` isn't a valid address.
    """
    item = Post(
        letter=letter, to=to, once=once, kind=kind, name=name, about=about, person_id=person_id, sent_by_id=sent_by_id,
        sender_name=sender_name, reply_to=reply_to, unsubscribe=unsubscribe, calendar=calendar, not_before=not_before,
        quiet=quiet, secret=secret,
    )  # fmt: skip
    return post_all(db, [item])[once]


def post_all(db: Session, posts: Iterable[Post]) -> dict[str, int]:
    """Add many messages to the outbox and return the id of each ``once``. Doesn't commit.

    Raises Refused if any address is invalid; then no message is added.
    """
    key, now = config_of(db).UNSUBSCRIBE_KEY, clock.now()
    rows = iter([_row(key, item, now) for item in posts])
    ids: dict[str, int] = {}
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        db.execute(_insert_if_new(db), batch)
        names = [row["once"] for row in batch]
        query = select(OutboxMessage.once, OutboxMessage.id).where(OutboxMessage.once.in_(names))
        ids |= dict(db.execute(query).all())
    return ids


def _insert_if_new(db: Session) -> Any:
    """Return an INSERT that skips rows whose ``once`` exists."""
    return insert_into(db, OutboxMessage).on_conflict_do_nothing(index_elements=["once"])


def _row(key: str, item: Post, now: datetime) -> dict[str, Any]:
    if not item.once or len(item.once) > LONGEST_ONCE:
        message = f"A message's `once` has 1 to {LONGEST_ONCE} characters, not {len(item.once)}."
        raise ValueError(message)
    if item.kind.is_bulk != bool(item.unsubscribe):
        message = f"Email of the kind {item.kind} {'needs' if item.kind.is_bulk else 'has no'} unsubscribe URL."
        raise ValueError(message)
    if item.kind.is_bulk and not item.letter.imprint.name:
        message = f"Email of the kind {item.kind} needs the name of the organization that sends it."
        raise ValueError(message)
    to, since = deliverable(item.to), max(now, item.not_before or now)
    if item.quiet:
        since = item.quiet.next_allowed(since)
    return {
        "once": item.once,
        "key": secrets.token_hex(16),
        "kind": item.kind,
        "about": item.about,
        "state": State.WAITING,
        "bulk": item.kind.is_bulk,
        "secret": item.secret,
        "person_id": item.person_id,
        "sent_by_id": item.sent_by_id,
        "to": to,
        "to_hash": keyed_hash(key, to),
        "name": one_line(item.name),
        "sender_name": one_line(item.sender_name),
        "reply_to": deliverable(item.reply_to) if item.reply_to else "",
        "subject": one_line(item.letter.subject),
        "text": clean(item.letter.text(item.unsubscribe)) + "\n",
        "html": clean(item.letter.html(item.unsubscribe)) + "\n",
        "calendar": item.calendar,
        "unsubscribe": item.unsubscribe,
        "posted_at": now,
        "since": since,
        "quiet": str(item.quiet or ""),
        "due_at": since,
        "tries": 0,
        "trouble": "",
    }


def cancel(db: Session, *, about: str = "", once: Sequence[str] = ()) -> int:
    """Cancel waiting messages by ``about`` or by ``once``, and return how many.

    Exactly one of the two is given. A message that is being sent at this moment is still sent.
    """
    count = 0
    for condition in _conditions(about, once):
        waiting = update(OutboxMessage).where(OutboxMessage.state == State.WAITING, condition)
        result: Any = db.execute(waiting.values(state=State.CANCELLED, settled_at=clock.now(), trouble=""))
        count += result.rowcount
    return count


def cancel_kind(db: Session, person_id: int, kind: str) -> None:
    """Cancel a person's waiting messages of one kind, after they turned that kind off."""
    waiting = OutboxMessage.person_id == person_id, OutboxMessage.kind == kind, OutboxMessage.state == State.WAITING
    db.execute(update(OutboxMessage).where(*waiting).values(state=State.CANCELLED, settled_at=clock.now(), trouble=""))


# The values that clear a message when MAIL_KEEP_DAYS have passed, or its recipient is deleted.
CLEARED = {"to": "", "name": "", "text": "", "html": "", "calendar": "", "reply_to": "", "unsubscribe": ""}


def forget_sender(db: Session, person_id: int, address: str, former: str) -> None:
    """Call the sender of a person's messages ``former``, and delete their address for replies.

    Those are the messages that name a sender and were caused by the person, and those with this address for replies.
    """
    own = (OutboxMessage.sent_by_id == person_id) & (OutboxMessage.sender_name != "")
    replied = func.lower(OutboxMessage.reply_to) == deliverable(address).lower()
    db.execute(update(OutboxMessage).where(own | replied).values(reply_to="", sender_name=former))


# The text that replaces that of a message with a secret link after it was sent.
WIPED = {"text": "This email had a private link. Its text was deleted after it was sent.\n", "html": ""}


def _conditions(about: str, once: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    if about and once:
        message = "Pass either `about` or `once`."
        raise ValueError(message)
    if about:
        yield OutboxMessage.about == about
    for start in range(0, len(once), ROWS_AT_ONCE):
        yield OutboxMessage.once.in_(once[start : start + ROWS_AT_ONCE])


def finish_round(db: Session, name: str) -> None:
    """Record that a round of scheduled mail is done."""
    db.merge(MailRound(name=name, done_at=clock.now()))


def turn_on_sending(db: Session, kind: str, by_id: int | None) -> MailStart:
    """Turn on a kind of scheduled mail. If it is on already, the first start stays recorded."""
    start = db.get(MailStart, kind)
    return start or db.merge(MailStart(kind=kind, at=clock.now(), by_id=by_id))


def pause_sending(db: Session, kind: str) -> None:
    """Pause a kind of scheduled mail until it is turned on again."""
    start = db.get(MailStart, kind)
    if start is not None:
        db.delete(start)

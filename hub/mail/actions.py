"""Posting messages in the transaction of the fact that they tell of, and what is decided about them."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import Actor, note
from hub.core.db import config_of
from hub.core.errors import Refused
from hub.core.text import clean, one_line
from hub.mail.letters import Letter
from hub.mail.models import BouncedAddress, MailRound, MailStart, OutboxMessage
from hub.mail.queries import address_hash
from hub.mail.rules import Quiet, State, deliverable, keyed_hash


def mark_bounced(db: Session, address_hash: str, words: str) -> None:
    """The address takes no mail; the first report stands."""
    if db.get(BouncedAddress, address_hash) is None:
        db.add(BouncedAddress(address_hash=address_hash, since=clock.now(), words=words))


def clear_bounced(db: Session, address: str) -> None:
    """Somebody says that the address works again."""
    db.execute(delete(BouncedAddress).where(BouncedAddress.address_hash == address_hash(db, address)))


AGAIN = frozenset({State.FAILED, State.UNKNOWN, State.BOUNCED, State.CANCELLED, State.KEPT})
MOVED_ON = "This message has moved on meanwhile. Look at it again."


def send_again(db: Session, actor: Actor, message: OutboxMessage) -> None:
    """Let the message go once more, with the same Message-ID. Raises Refused when it can't."""
    if not message.to or (message.secret and not message.html):
        raise Refused("What this message said isn't kept any more. Make a new one where it came from.")
    now = clock.now()
    values = {"since": now, "due_at": now, "tries": 0, "trouble": "", "settled_at": None, "lease_token": None}
    _move(db, message, AGAIN, State.WAITING, **values, lease_until=None)
    note(db, actor, "sent again", message, was=message.state)


def count_as_sent(db: Session, actor: Actor, message: OutboxMessage) -> None:
    """The recipient has it: what no one knew is known. Raises Refused when there is nothing to settle."""
    values: dict[str, Any] = {"trouble": "", "lease_token": None, "lease_until": None}
    _move(db, message, frozenset({State.UNKNOWN}), State.SENT, **values, **(WIPED if message.secret else {}))
    note(db, actor, "counted as sent", message)


def take_back(db: Session, actor: Actor, message: OutboxMessage) -> None:
    """Don't send it. Raises Refused when it went meanwhile."""
    _move(db, message, frozenset({State.WAITING}), State.CANCELLED, settled_at=clock.now(), trouble="")
    note(db, actor, "took back", message)


def _move(db: Session, message: OutboxMessage, allowed: frozenset[State], state: State, **values: Any) -> None:
    moved = update(OutboxMessage).where(OutboxMessage.id == message.id, OutboxMessage.state.in_(allowed))
    result: Any = db.execute(moved.values(state=state, **values), execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Refused(MOVED_ON)


LONGEST_ONCE = 200
ROWS_AT_ONCE = 400  # below the number of parameters that SQLite takes


@dataclass(frozen=True)
class Post:
    """A letter to one recipient; see `post` for what the fields mean."""

    letter: Letter
    to: str
    once: str
    kind: str
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
    kind: str,
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
    """Put ``letter`` to the address ``to`` into the outbox; answers the message's id. Doesn't commit.

    ``once`` says in words what the message is for (``reminder 2026Q3 two-weeks person 7``): posted twice, also by
    two requests at the same moment, it is one message, the first. ``kind`` is a short word for people
    (``reminder``), ``about`` what its sender's page asks by (``pack 12``). ``person_id`` is the recipient when they
    are someone of the hub, ``sent_by_id`` who caused it. ``sender_name`` stands before the hub's address in From,
    ``reply_to`` is whom answers reach. ``unsubscribe`` is an address of the hub's whose POST ends such messages (and
    whose GET only shows a button); with it the message counts as one to many. ``calendar`` is an iCalendar text.
    ``not_before`` holds it back until then, and ``quiet`` in those hours. ``secret``: its text holds a link that lets in, and isn't kept.

    Raises Refused when mail can't go to ``to`` or ``reply_to``.
    """
    one = Post(
        letter=letter, to=to, once=once, kind=kind, name=name, about=about, person_id=person_id, sent_by_id=sent_by_id,
        sender_name=sender_name, reply_to=reply_to, unsubscribe=unsubscribe, calendar=calendar, not_before=not_before,
        quiet=quiet, secret=secret,
    )  # fmt: skip
    return post_all(db, [one])[once]


def post_all(db: Session, posts: Iterable[Post]) -> dict[str, int]:
    """Put many into the outbox at once; answers the message's id for each ``once``. Doesn't commit.

    Raises Refused when mail can't go to one of the addresses; then nothing of it is kept.
    """
    key, now = config_of(db).SECRET_KEY, clock.now()
    rows = iter([_row(key, one, now) for one in posts])
    ids: dict[str, int] = {}
    while some := list(islice(rows, ROWS_AT_ONCE)):
        db.execute(_unless_there(db), some)
        names = [row["once"] for row in some]
        found = select(OutboxMessage.once, OutboxMessage.id).where(OutboxMessage.once.in_(names))
        ids |= dict(db.execute(found).all())
    return ids


def _unless_there(db: Session) -> Any:
    """Return an INSERT that leaves a row with the same ``once`` alone; both kinds of database write it alike."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(OutboxMessage).on_conflict_do_nothing(index_elements=["once"])


def _row(key: str, one: Post, now: datetime) -> dict[str, Any]:
    if not one.once or len(one.once) > LONGEST_ONCE:
        message = f"A message's `once` has 1 to {LONGEST_ONCE} characters, not {len(one.once)}."
        raise ValueError(message)
    to, since = deliverable(one.to), max(now, one.not_before or now)
    if one.quiet:
        since = one.quiet.over(since)
    return {
        "once": one.once,
        "key": secrets.token_hex(16),
        "kind": one.kind,
        "about": one.about,
        "state": State.WAITING,
        "bulk": bool(one.unsubscribe),
        "secret": one.secret,
        "person_id": one.person_id,
        "sent_by_id": one.sent_by_id,
        "to": to,
        "to_hash": keyed_hash(key, to),
        "name": one_line(one.name),
        "sender_name": one_line(one.sender_name),
        "reply_to": deliverable(one.reply_to) if one.reply_to else "",
        "subject": one_line(one.letter.subject),
        "text": clean(one.letter.text(one.unsubscribe)) + "\n",
        "html": clean(one.letter.html(one.unsubscribe)) + "\n",
        "calendar": one.calendar,
        "unsubscribe": one.unsubscribe,
        "posted_at": now,
        "since": since,
        "quiet": str(one.quiet or ""),
        "due_at": since,
        "tries": 0,
        "trouble": "",
    }


def cancel(db: Session, *, about: str = "", once: Sequence[str] = ()) -> int:
    """Take messages back that no mail server has yet: of a thing, or of some names; answers how many.

    One of the two is given. A message that is being sent at this moment goes.
    """
    done = 0
    for condition in _conditions(about, once):
        taken = update(OutboxMessage).where(OutboxMessage.state == State.WAITING, condition)
        result: Any = db.execute(taken.values(state=State.CANCELLED, settled_at=clock.now(), trouble=""))
        done += result.rowcount
    return done


def cancel_kind(db: Session, person_id: int, kind: str) -> None:
    """Take back what waits of a kind for someone of the hub who does without it from now on."""
    hers = OutboxMessage.person_id == person_id, OutboxMessage.kind == kind, OutboxMessage.state == State.WAITING
    db.execute(update(OutboxMessage).where(*hers).values(state=State.CANCELLED, settled_at=clock.now(), trouble=""))


# What a message loses when its time is over, or its recipient is forgotten.
FORGOTTEN = {"to": "", "name": "", "text": "", "html": "", "calendar": "", "reply_to": "", "unsubscribe": ""}

# What stays of a message that holds a secret once it is sent.
WIPED = {"text": "This message held a link that lets one person in. Its text isn't kept once it is sent.\n", "html": ""}


def _conditions(about: str, once: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    if about and once:
        message = "Say one thing: which messages are meant."
        raise ValueError(message)
    if about:
        yield OutboxMessage.about == about
    for start in range(0, len(once), ROWS_AT_ONCE):
        yield OutboxMessage.once.in_(once[start : start + ROWS_AT_ONCE])


def finish_round(db: Session, name: str) -> None:
    """The round is done."""
    db.merge(MailRound(name=name, done_at=clock.now()))


def begin_sending(db: Session, kind: str, by_id: int | None) -> MailStart:
    """Let a kind of mail begin; the first who did stays on record."""
    known = db.get(MailStart, kind)
    return known or db.merge(MailStart(kind=kind, at=clock.now(), by_id=by_id))


def hold_sending(db: Session, kind: str) -> None:
    """Send no more of a kind until someone lets it begin again."""
    known = db.get(MailStart, kind)
    if known is not None:
        db.delete(known)

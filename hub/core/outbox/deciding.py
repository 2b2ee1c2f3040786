"""What a person decides about a message when the hub can't: send it again, count it as sent, take it back."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import Actor, note
from hub.core.errors import Refused
from hub.core.outbox.models import OutboxMessage
from hub.core.outbox.posting import WIPED
from hub.core.outbox.rules import State

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
    """The recipient has it: what nobody knew is known. Raises Refused when there is nothing to settle."""
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

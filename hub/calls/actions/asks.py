"""Asks and follow-ups from calls."""

from sqlalchemy.orm import Session

from hub.calls.models import Ask, AskKind, Call
from hub.core import clock
from hub.core.audit import note
from hub.core.dates import number
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may

LONGEST_ASK = 1_000


def add_ask(db: Session, person: Person, call: Call, organization: Organization, kind: AskKind, text: str) -> Ask:
    """Add an ask or a follow-up of an organization; raises Refused if the text is empty or too long."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, organization):
        raise NotFound
    text = clean(text)
    if not text:
        raise Refused("Describe the ask or follow-up in a sentence.")
    if len(text) > LONGEST_ASK:
        raise Refused(
            f"That’s too long. Use up to {number(LONGEST_ASK)} characters and put the rest in the call notes."
        )
    ask = Ask(
        call_id=call.id, kind=kind, text=text, organization_id=organization.id, person_id=person.id,
        added_at=clock.now(),
    )  # fmt: skip
    db.add(ask)
    note(db, person, f"added the {kind.value}", ask, call=str(call.day))
    return ask


def settle_ask(db: Session, person: Person, ask: Ask, *, done: bool) -> None:
    """Mark an ask as done or reopen it; allowed for its organization and the coordinator."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, ask):
        raise NotFound
    ask.done_at = clock.now() if done else None
    note(db, person, "marked as done" if done else "reopened", ask)

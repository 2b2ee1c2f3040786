"""Asks and follow-ups of a call."""

from sqlalchemy.orm import Session

from hub.calls.models import Ask, AskKind, Call
from hub.core import clock
from hub.core.audit import note
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may

LONGEST_ASK = 1_000


def add_ask(db: Session, person: Person, call: Call, organization: Organization, kind: AskKind, text: str) -> Ask:
    """Write down what an organization asks for, or what it will do."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, organization):
        raise NotFound
    text = clean(text)
    if not text:
        raise Refused("Write what is asked for, or what will be done.")
    if len(text) > LONGEST_ASK:
        raise Refused(f"Up to {LONGEST_ASK:,} characters fit; put the rest into the notes.")
    ask = Ask(
        call_id=call.id, kind=kind, text=text, organization_id=organization.id, person_id=person.id,
        added_at=clock.now(),
    )  # fmt: skip
    db.add(ask)
    note(db, person, f"wrote down the {kind.value}", ask, call=str(call.day))
    return ask


def settle_ask(db: Session, person: Person, ask: Ask, *, done: bool) -> None:
    """Mark it as done, or as open again; its organization and who runs the calls may."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, ask):
        raise NotFound
    ask.done_at = clock.now() if done else None
    note(db, person, "settled" if done else "opened again", ask)

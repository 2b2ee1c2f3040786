"""Presentations: proposed, accepted or moved, given their deck."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import Call, Presentation
from hub.calls.queries import presentations as presentations_queries
from hub.calls.rules.presentations import (
    FEWEST_MINUTES,
    LONGEST_TITLE,
    MOST_A_CALL,
    MOST_MINUTES,
    TAKES_PLACE,
    SlotState,
)
from hub.calls.rules.series import LONGEST_REASON, CallState
from hub.core import clock
from hub.core.audit import note
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.library import actions as library_actions
from hub.library.models import Resource
from hub.library.rules import BIG_SIX, Kind
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


@dataclass(frozen=True)
class Proposal:
    """What an organization wants to present."""

    title: str
    minutes: int = MOST_MINUTES
    topic: str = ""
    speaker: str = ""


def propose(db: Session, person: Person, organization: Organization, call: Call, proposal: Proposal) -> Presentation:
    """Propose a presentation for a call that has room; the coordinator's own proposal is accepted at once."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, organization):
        raise NotFound
    if organization.kind is OrganizationKind.HOST:
        raise Refused("Members and BFFs present; the host runs the calls.")
    runs = may(person, Permission.RUN_CALLS)
    _refuse_without_room(db, call, over=not runs)
    _refuse_second(db, organization, call)
    now = clock.now()
    presentation = Presentation(
        call_id=call.id,
        organization_id=organization.id,
        state=SlotState.ACCEPTED if runs else SlotState.PROPOSED,
        proposed_at=now,
        proposed_by_id=person.id,
        decided_at=now if runs else None,
        decided_by_id=person.id if runs else None,
        **_checked(proposal),
    )
    db.add(presentation)
    note(db, person, "proposed the presentation", presentation, call=str(call.day))
    return presentation


def _checked(proposal: Proposal) -> dict[str, object]:
    title, speaker = clean(proposal.title), clean(proposal.speaker)
    if not title:
        raise Refused("Give it a title, even a first one.")
    if max(len(title), len(speaker)) > LONGEST_TITLE:
        raise Refused(f"Title and speaker may have up to {LONGEST_TITLE} characters each.")
    if not FEWEST_MINUTES <= proposal.minutes <= MOST_MINUTES:
        raise Refused(f"A presentation lasts from {FEWEST_MINUTES} to {MOST_MINUTES} minutes.")
    if proposal.topic and proposal.topic not in BIG_SIX:
        raise Refused("Choose one of the topics, or none.")
    return {"title": title, "speaker": speaker, "minutes": proposal.minutes, "topic": proposal.topic}


def change(db: Session, person: Person, presentation: Presentation, proposal: Proposal) -> None:
    """Change what is said of a presentation; its organization and who runs the calls may."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, presentation):
        raise NotFound
    for name, value in _checked(proposal).items():
        setattr(presentation, name, value)
    note(db, person, "changed the presentation", presentation)


def accept(db: Session, person: Person, presentation: Presentation) -> None:
    """The date holds."""
    _decide(db, person, presentation, SlotState.ACCEPTED, "")
    note(db, person, "accepted the presentation", presentation)


def decline(db: Session, person: Person, presentation: Presentation, reason: str) -> None:
    """Not like this: with a reason that the organization reads."""
    reason = clean(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Say why: the organization reads it, and proposes anew.")
    _decide(db, person, presentation, SlotState.DECLINED, reason)
    note(db, person, "declined the presentation", presentation, reason=reason)


def _decide(db: Session, person: Person, presentation: Presentation, state: SlotState, reason: str) -> None:
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if state in TAKES_PLACE and presentation.state not in TAKES_PLACE:
        _refuse_without_room(db, presentation.call, over=False)
    presentation.state, presentation.reason = state, reason
    presentation.decided_at, presentation.decided_by_id = clock.now(), person.id


def move(db: Session, person: Person, presentation: Presentation, call: Call, reason: str = "") -> None:
    """Put a presentation on another call, which accepts it."""
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.id == presentation.call_id:
        raise Refused("The presentation is on that call already.")
    _refuse_without_room(db, call, over=False)
    before = presentation.call.day
    if presentation.resource_id:
        library_actions.follow_call(db, before, call.day, only=presentation.resource_id)
    presentation.call_id, presentation.call = call.id, call
    presentation.state, presentation.reason = SlotState.ACCEPTED, clean(reason)[:LONGEST_REASON]
    presentation.decided_at, presentation.decided_by_id = clock.now(), person.id
    note(db, person, "moved the presentation", presentation, to=str(call.day), before=str(before))


def withdraw(db: Session, person: Person, presentation: Presentation) -> None:
    """The organization takes its proposal back; the place is free again."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, presentation):
        raise NotFound
    if presentation.call.ends_at <= clock.now():
        raise Refused("The call is over: what was presented stays on record.")
    presentation.state, presentation.reason = SlotState.WITHDRAWN, ""
    note(db, person, "withdrew the presentation", presentation)


def give_deck(db: Session, person: Person, presentation: Presentation, file: library_actions.File) -> Resource:
    """Return the deck of a presentation: a resource of the organization; a later file becomes its next revision."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, presentation):
        raise NotFound
    deck = presentation.resource
    if deck is not None and deck.withdrawn_at is None and may(person, Permission.CHANGE, deck):
        library_actions.replace(db, person, deck, file, "A newer deck for the call")
        return deck
    facts = library_actions.Facts(
        kind=Kind.PRESENTATION,
        title=presentation.title,
        topics=(presentation.topic,) if presentation.topic else (),
        published_on=None,
        call_on=presentation.call.day,
    )
    deck = library_actions.add(db, person, presentation.organization, facts, file)
    presentation.resource_id = deck.id
    note(db, person, "gave the deck of the presentation", presentation, resource=deck.id)
    return deck


def link_deck(db: Session, person: Person, presentation: Presentation, deck: Resource) -> None:
    """Let a resource that is in the hub be the deck; ``deck`` is one that the person may read."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, presentation) or not may(person, Permission.READ, deck):
        raise NotFound
    presentation.resource_id = deck.id
    note(db, person, "gave the deck of the presentation", presentation, resource=deck.id)


def _refuse_without_room(db: Session, call: Call, *, over: bool) -> None:
    """Two a call at most. The call's row is locked, so that two at once don't both take the last place."""
    db.execute(select(Call.id).where(Call.id == call.id).with_for_update())
    if call.state is not CallState.PLANNED:
        raise Refused("There is no call on that day. Choose another.")
    if over and call.starts_at <= clock.now():
        raise Refused("That call has begun or is over. Choose one to come.")
    if presentations_queries.taken_places(db, call) >= MOST_A_CALL:
        raise Refused("That call has two presentations already. Choose another.")


def _refuse_second(db: Session, organization: Organization, call: Call) -> None:
    second = select(Presentation.id).where(
        Presentation.call_id == call.id,
        Presentation.organization_id == organization.id,
        Presentation.state.in_(TAKES_PLACE),
    )
    if db.scalar(second.limit(1)) is not None:
        raise Refused("You have a presentation on that call already.")

"""Presentations: proposing, deciding, moving, decks."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.calls.models import Call, ChangeKind, Presentation, PresentationChange
from hub.calls.queries import presentations as presentations_queries
from hub.calls.queries.membership import took_part_on
from hub.calls.rules.presentations import (
    FEWEST_MINUTES,
    LONGEST_TITLE,
    MOST_MINUTES,
    MOST_PER_CALL,
    TAKES_SLOT,
    Outcome,
    SlotState,
)
from hub.calls.rules.series import LONGEST_REASON, CallState, is_held
from hub.core import clock
from hub.core.audit import note
from hub.core.dates import with_year
from hub.core.errors import NotFound, Refused
from hub.core.text import clean, one_line
from hub.library import actions as library_actions
from hub.library.models import Resource
from hub.library.rules import BIG_SIX, Kind
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


@dataclass(frozen=True)
class Proposal:
    """The details of a proposed presentation."""

    title: str
    minutes: int = MOST_MINUTES
    topic: str = ""
    speaker: str = ""


def propose(db: Session, person: Person, organization: Organization, call: Call, proposal: Proposal) -> Presentation:
    """Propose a presentation for a call with an open slot; the coordinator's proposals are accepted immediately."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, organization):
        raise NotFound
    if organization.kind is OrganizationKind.HOST:
        raise Refused("Only members and BFFs give presentations. Choose one of them.")
    is_coordinator = may(person, Permission.RUN_CALLS)
    _refuse_unless_member(organization, call)
    _refuse_without_slot(db, call, must_be_upcoming=not is_coordinator)
    _refuse_second(db, organization.id, call)
    now = clock.now()
    presentation = Presentation(
        call_id=call.id,
        organization_id=organization.id,
        state=SlotState.ACCEPTED if is_coordinator else SlotState.PROPOSED,
        proposed_at=now,
        proposed_by_id=person.id,
        decided_at=now if is_coordinator else None,
        decided_by_id=person.id if is_coordinator else None,
        **_checked(proposal),
    )
    db.add(presentation)
    note(db, person, "proposed the presentation", presentation, call=str(call.day))
    return presentation


def _checked(proposal: Proposal) -> dict[str, object]:
    title, speaker = one_line(proposal.title), one_line(proposal.speaker)
    if not title:
        raise Refused("Enter a title. You can change it later.")
    if max(len(title), len(speaker)) > LONGEST_TITLE:
        raise Refused(f"The title or speaker is too long. Use up to {LONGEST_TITLE} characters for each.")
    if not FEWEST_MINUTES <= proposal.minutes <= MOST_MINUTES:
        raise Refused(f"A presentation can be {FEWEST_MINUTES} to {MOST_MINUTES} minutes long.")
    if proposal.topic and proposal.topic not in BIG_SIX:
        raise Refused("Choose one of the Big 6 topics, or none.")
    return {"title": title, "speaker": speaker, "minutes": proposal.minutes, "topic": proposal.topic}


def change(db: Session, person: Person, presentation: Presentation, proposal: Proposal) -> None:
    """Edit a presentation's details; allowed for its organization and the coordinator."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, presentation):
        raise NotFound
    for name, value in _checked(proposal).items():
        setattr(presentation, name, value)
    note(db, person, "edited the presentation", presentation)


def accept(db: Session, person: Person, presentation: Presentation) -> None:
    """Accept a presentation on its call."""
    _decide(db, person, presentation, SlotState.ACCEPTED, "")
    note(db, person, "accepted the presentation", presentation)


def decline(db: Session, person: Person, presentation: Presentation, reason: str) -> None:
    """Decline a presentation, with a reason that the organization sees."""
    reason = clean(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Enter a reason. The organization sees it and can propose another presentation.")
    if presentation.state is SlotState.ACCEPTED and presentation.call.ends_at <= clock.now():
        raise Refused("The call is over, so this presentation can’t be declined. Mark it as a no-show, or move it.")
    _decide(db, person, presentation, SlotState.DECLINED, reason)
    note(db, person, "declined the presentation", presentation, reason=reason)


def _decide(db: Session, person: Person, presentation: Presentation, state: SlotState, reason: str) -> None:
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if state in TAKES_SLOT and presentation.state not in TAKES_SLOT:
        _refuse_without_slot(db, presentation.call, must_be_upcoming=False)
    presentation.state, presentation.reason = state, reason
    presentation.decided_at, presentation.decided_by_id = clock.now(), person.id


def move(db: Session, person: Person, presentation: Presentation, call: Call, reason: str = "") -> None:
    """Move a presentation to another call, and accept it there."""
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.id == presentation.call_id:
        raise Refused("The presentation is already on that call. Choose another one.")
    _refuse_unless_member(presentation.organization, call)
    _refuse_without_slot(db, call, must_be_upcoming=False)
    _refuse_second(db, presentation.organization_id, call)
    before = presentation.call.day
    reason = clean(reason)[:LONGEST_REASON]
    if presentation.resource_id:
        library_actions.move_call_resources(db, before, call.day, only=presentation.resource_id)
    presentation.call_id, presentation.call = call.id, call
    presentation.state, presentation.reason, presentation.outcome = SlotState.ACCEPTED, reason, None
    presentation.decided_at, presentation.decided_by_id = clock.now(), person.id
    change = _change(person, presentation, ChangeKind.MOVED, reason)
    change.day, change.new_day = before, call.day
    db.add(change)
    note(db, person, "moved the presentation", presentation, to=str(call.day), before=str(before))


def _change(person: Person, presentation: Presentation, kind: ChangeKind, reason: str) -> PresentationChange:
    return PresentationChange(
        presentation_id=presentation.id,
        kind=kind,
        day=presentation.call.day,
        note=reason,
        recorded_at=clock.now(),
        recorded_by_id=person.id,
        recorded_by_name=person.name,
    )


def settle(db: Session, person: Person, presentation: Presentation, outcome: Outcome | None, reason: str = "") -> None:
    """Say if a presentation was given; None takes the answer back, so that recorded attendance decides again.

    Can be corrected at any time; every answer stays in its history. Answering the same again changes nothing, unless it
    has another note. Raises Refused unless it was accepted and its call was held.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    call = presentation.call
    if presentation.state is not SlotState.ACCEPTED or not is_held(call.state, call.ends_at, clock.now()):
        raise Refused("You can confirm a presentation only if it was accepted and its call was held.")
    kind = ChangeKind(outcome.value) if outcome else ChangeKind.REOPENED
    change = _change(person, presentation, kind, clean(reason)[:LONGEST_REASON])
    if outcome is presentation.outcome and not _has_new_note(db, presentation, change):
        return
    presentation.outcome = outcome
    db.add(change)
    done = {ChangeKind.GIVEN: "marked as given", ChangeKind.NO_SHOW: "marked as a no-show"}.get(kind, "reopened")
    note(db, person, f"{done} the presentation", presentation, call=str(call.day))


def _has_new_note(db: Session, presentation: Presentation, change: PresentationChange) -> bool:
    """Return True if the change has a note that the newest one in the presentation's history doesn't have."""
    last = presentations_queries.changes_of(db, presentation)[-1:]
    return bool(change.note) and (change.kind, change.note) not in [(row.kind, row.note) for row in last]


def settle_all(db: Session, person: Person, numbers: Collection[int], outcome: Outcome) -> int:
    """Give the same answer for those of the presentations that aren't confirmed; returns their number."""
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    waiting = [
        presentation for presentation in presentations_queries.to_confirm(db, clock.now()) if presentation.id in numbers
    ]
    for presentation in waiting:
        settle(db, person, presentation, outcome)
    return len(waiting)


def withdraw(db: Session, person: Person, presentation: Presentation) -> None:
    """Withdraw a presentation, which opens its slot."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, presentation):
        raise NotFound
    if presentation.call.ends_at <= clock.now():
        raise Refused("The call is over, so this presentation can’t be withdrawn.")
    presentation.state, presentation.reason = SlotState.WITHDRAWN, ""
    note(db, person, "withdrew the presentation", presentation)


def upload_deck(db: Session, person: Person, presentation: Presentation, file: library_actions.File) -> Resource:
    """Add the file as the deck of a presentation, or as the next revision of its deck; returns the resource."""
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
    note(db, person, "set the deck of the presentation", presentation, resource=deck.id)
    return deck


def link_deck(db: Session, person: Person, presentation: Presentation, deck: Resource) -> None:
    """Use a resource that is already in the hub as the deck; the person must be able to read it."""
    if not may(person, Permission.TAKE_PART_IN_CALLS, presentation) or not may(person, Permission.READ, deck):
        raise NotFound
    presentation.resource_id = deck.id
    note(db, person, "set the deck of the presentation", presentation, resource=deck.id)


def _refuse_without_slot(db: Session, call: Call, *, must_be_upcoming: bool) -> None:
    """Refuse a call without an open slot.

    Locks the call's row, so that two concurrent proposals can't both take the last slot.
    """
    db.execute(select(Call.id).where(Call.id == call.id).with_for_update())
    if call.state is not CallState.PLANNED:
        raise Refused("There’s no call on that date. Choose another one.")
    if must_be_upcoming and call.starts_at <= clock.now():
        raise Refused("That call has already started. Choose an upcoming one.")
    if presentations_queries.count_taken_slots(db, call) >= MOST_PER_CALL:
        raise Refused("That call already has two presentations. Choose another one.")


def _refuse_unless_member(organization: Organization, call: Call) -> None:
    if not took_part_on(organization, call.day):
        raise Refused(
            f"{organization.name} isn’t in the alliance on {with_year(call.day)}. Choose a call within its membership."
        )


def _refuse_second(db: Session, organization_id: int, call: Call) -> None:
    second = select(Presentation.id).where(
        Presentation.call_id == call.id,
        Presentation.organization_id == organization_id,
        Presentation.state.in_(TAKES_SLOT),
        or_(Presentation.outcome.is_(None), Presentation.outcome != Outcome.NO_SHOW),
    )
    if db.scalar(second.limit(1)) is not None:
        raise Refused("This organization already has a presentation on that call. Choose another call.")

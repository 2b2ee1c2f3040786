"""Declarations of sharing, and corrections of log entries, which are new entries."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import add_unless, config_of
from hub.core.errors import NotFound, Refused
from hub.core.quarters import Quarter
from hub.core.text import text_of
from hub.library.models import Resource
from hub.mail import actions as mail_actions
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.actions.entries import (
    ALREADY_SENT,
    AlreadySentError,
    actor_columns,
    add_once,
    checked_earlier,
    checked_people,
    checked_resources,
    digest,
    new_event,
)
from hub.sharing.models import SharingEvent
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.queries import entries as entries_queries
from hub.sharing.rules.standing import Act, Channel, objection_to_day
from hub.sharing.rules.texts import LONGEST_AUDIENCE, LONGEST_NOTE


@dataclass(frozen=True)
class Declaration:
    """A report of sharing: when, how, to which audience, and about how many people."""

    happened_on: date
    with_whom: str
    channel: Channel | None
    people: int | None = None
    note: str = ""
    earlier: tuple[int, ...] = ()  # ids of resources that were added after the quarter, and shared earlier


def declare(
    db: Session,
    person: Person,
    resource_ids: Iterable[int],
    declaration: Declaration,
    form_id: str = "",
    link_id: int | None = None,
    page_number: int | None = None,
) -> list[SharingEvent]:
    """Record that the person's organization shared the resources, as one event each.

    Idempotent for the same ``form_id``; the same form with other contents is refused. ``link_id`` is the share link
    that was sent, ``page_number`` the page that it opens. Raises NotFound if the person may not declare, Refused with
    a sentence if something is missing or invalid.
    """
    declaration = _checked(db, person, declaration)
    resources = checked_resources(db, person, resource_ids)
    if not resources:
        raise Refused("Choose at least one resource that you shared.")
    titles = declarations_queries.visible_titles(db, person, resources)
    earlier = checked_earlier(db, resources, titles, Quarter.of(declaration.happened_on), declaration.earlier)
    declaration = replace(declaration, earlier=earlier)
    events = [
        _declared_event(db, person, resource, titles[resource.id], declaration, form_id) for resource in resources
    ]
    for event in events:
        event.link_id, event.page_number = link_id, page_number
    if form_id and (before := _earlier_events(db, events)):
        return before
    first: SharingEvent | None = None
    for event in events:
        event.share_id = first.id if first else None
        if event.once is None:
            db.add(event)
        elif not add_once(db, event):
            continue
        db.flush()
        first = first or event
        note(db, person, "logged", event, resource=event.resource_id, with_whom=event.with_whom, people=event.people)
    # Reminders still in the outbox are obsolete now.
    mail_actions.cancel(db, about=reminders_actions.about(person.organization, Quarter.of(declaration.happened_on)))
    return events


def _declared_event(
    db: Session,
    person: Person,
    resource: Resource,
    title: str,
    declaration: Declaration,
    form_id: str,
) -> SharingEvent:
    event = new_event(db, Act.DECLARED, resource, title, **actor_columns(person, person.organization))
    _fill(event, declaration)
    event.once = f"declare {person.id} {digest(form_id)} {resource.id}" if form_id else None
    return event


def _fill(event: SharingEvent, declaration: Declaration) -> None:
    """Set the event's columns from the declaration."""
    for name, value in (asdict(declaration) | {"earlier": event.resource_id in declaration.earlier}).items():
        setattr(event, name, value)
    event.quarter = str(Quarter.of(declaration.happened_on))


def _earlier_events(db: Session, events: Sequence[SharingEvent]) -> list[SharingEvent]:
    """Return the events recorded from the same form; raises AlreadySentError if its contents have changed."""
    keys = [event.once for event in events]
    before = list(db.scalars(select(SharingEvent).where(SharingEvent.once.in_(keys))))
    if before and {_content(event) for event in before} != {_content(event) for event in events}:
        raise AlreadySentError(ALREADY_SENT)
    return before


def _content(event: SharingEvent) -> tuple[object, ...]:
    return (
        event.resource_id,
        event.happened_on,
        event.with_whom,
        event.people,
        event.channel,
        event.note,
        bool(event.void),
        bool(event.earlier),
    )


def _checked(db: Session, person: Person, declaration: Declaration) -> Declaration:
    """Return the declaration with cleaned texts; raises Refused, or NotFound if the person may not declare."""
    if not may(person, Permission.DECLARE, person.organization):
        raise NotFound
    today = clock.today(config_of(db).zone)
    if objection := objection_to_day(declaration.happened_on, today, person.organization.membership):
        raise Refused(objection)
    if declaration.channel is None:
        raise Refused("Choose how you shared it.")
    return Declaration(
        happened_on=declaration.happened_on,
        with_whom=text_of(declaration.with_whom, LONGEST_AUDIENCE, "Say who you shared it with."),
        channel=declaration.channel,
        people=checked_people(declaration.people),
        note=text_of(declaration.note, LONGEST_NOTE),
        earlier=tuple(declaration.earlier),
    )


def correct(db: Session, person: Person, line: entries_queries.LogEntry, declaration: Declaration) -> SharingEvent:
    """Add a declaration that supersedes the one of ``line``; both stay. Raises Refused."""
    if line.event.act is not Act.DECLARED:
        raise Refused("You can’t change an entry that the hub logged. You can only retract it.")
    declaration = _checked(db, person, declaration)
    resource = line.event.resource
    quarter, titles = Quarter.of(declaration.happened_on), {resource.id: line.event.title}
    earlier = checked_earlier(db, [resource], titles, quarter, declaration.earlier)
    declaration = replace(declaration, earlier=earlier)
    return _supersede(db, person, line, declaration, void=False)


def retract(db: Session, person: Person, line: entries_queries.LogEntry, reason: str) -> SharingEvent:
    """Add an entry saying that the one of ``line`` was a mistake and doesn't count; both stay. Raises Refused."""
    old = line.event
    why = text_of(reason, LONGEST_NOTE, "Enter a reason.")
    earlier = (old.resource_id,) if old.earlier else ()
    declaration = Declaration(old.happened_on, old.with_whom, old.channel, old.people, why, earlier)
    return _supersede(db, person, line, declaration, void=True)


def _supersede(
    db: Session, person: Person, line: entries_queries.LogEntry, declaration: Declaration, *, void: bool
) -> SharingEvent:
    """Add the entry that supersedes the one of ``line``. Idempotent; refuses a second, different correction."""
    old = line.event
    if old.organization_id != person.organization_id:
        raise NotFound
    new = SharingEvent(
        act=old.act,
        carrier=old.carrier,
        **actor_columns(person, person.organization),
        resource_id=old.resource_id,
        title=old.title,
        revision_number=old.revision_number,
        page_number=old.page_number,
        link_id=old.link_id,
        share_id=old.share,
        recorded_at=clock.now(),
        supersedes_id=old.id,
        void=void,
    )
    _fill(new, declaration)
    if not old.void and _add_correction(db, new):
        note(
            db,
            person,
            "retracted an entry with" if void else "corrected an entry with",
            new,
            supersedes=old.id,
            reason=declaration.note,
        )
        return new
    correction = db.scalar(select(SharingEvent).where(SharingEvent.supersedes_id == old.id))
    if correction is None or correction.person_id != person.id or _content(correction) != _content(new):
        raise Refused("This entry has already been corrected. Correct the newest entry in your sharing log instead.")
    return correction


def _add_correction(db: Session, new: SharingEvent) -> bool:
    """Add the entry unless another one supersedes the same entry, even one that a concurrent request adds."""
    existing = select(SharingEvent.id).where(SharingEvent.supersedes_id == new.supersedes_id)
    return add_unless(db, new, existing)

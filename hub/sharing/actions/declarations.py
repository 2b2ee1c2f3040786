"""Declaring what was shared, and correcting what was logged: the log only grows."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
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
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.actions.entries import SENT_BEFORE, SentBeforeError, add_once, digest, event_now, named, people_of
from hub.sharing.models import SharingEvent
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.queries import entries as entries_queries
from hub.sharing.rules.standing import Act, Channel, objection_to_day
from hub.sharing.rules.texts import LONGEST_AUDIENCE, LONGEST_NOTE


@dataclass(frozen=True)
class Declaration:
    """What someone says of sharing: when, with whom, how, about how many people."""

    happened_on: date
    with_whom: str
    channel: Channel | None
    people: int | None = None
    note: str = ""


def declare(
    db: Session,
    person: Person,
    resource_ids: Iterable[int],
    said: Declaration,
    form_id: str = "",
    link_id: int | None = None,
    page_number: int | None = None,
) -> list[SharingEvent]:
    """Record that the person's organization shared the resources, one event each.

    A form that comes twice with the same ``form_id`` is recorded once; with other words it is refused.
    ``link_id`` names the share link that was sent, ``page_number`` the page that it opens.
    Raises Refused with a sentence when something is missing or can't be.
    """
    said = _checked(db, person, said)
    resources = named(db, person, resource_ids)
    if not resources:
        raise Refused("Choose at least one resource that you shared.")
    titles = declarations_queries.known_titles(db, person, resources)
    events = [_declared(db, person, resource, titles[resource.id], said, form_id) for resource in resources]
    for event in events:
        event.link_id, event.page_number = link_id, page_number
    if form_id and (before := _sent_before(db, events)):
        return before
    for event in events:
        if event.once is None:
            db.add(event)
        elif not add_once(db, event):
            continue
        note(db, person, "logged the", event, resource=event.resource_id, with_whom=said.with_whom, people=said.people)
    return events


def _declared(
    db: Session,
    person: Person,
    resource: Resource,
    title: str,
    said: Declaration,
    form_id: str,
) -> SharingEvent:
    event = event_now(db, Act.DECLARED, resource, title, organization_id=person.organization_id, person_id=person.id)
    _say(event, said)
    event.once = f"declare {person.id} {digest(form_id)} {resource.id}" if form_id else None
    return event


def _say(event: SharingEvent, said: Declaration) -> None:
    """Put into the event what was said."""
    for name, value in asdict(said).items():
        setattr(event, name, value)
    event.quarter = str(Quarter.of(said.happened_on))


def _sent_before(db: Session, events: Sequence[SharingEvent]) -> list[SharingEvent]:
    """Return what this form recorded when it came before; raises SentBeforeError when it says something else now."""
    keys = [event.once for event in events]
    before = list(db.scalars(select(SharingEvent).where(SharingEvent.once.in_(keys))))
    if before and {_content(event) for event in before} != {_content(event) for event in events}:
        raise SentBeforeError(SENT_BEFORE)
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
    )


def _checked(db: Session, person: Person, said: Declaration) -> Declaration:
    """Return the declaration as it is kept; raises Refused when it can't be so, NotFound when the person may not declare."""
    if not may(person, Permission.DECLARE, person.organization):
        raise NotFound
    today = clock.today(config_of(db).zone)
    if objection := objection_to_day(said.happened_on, today, person.organization.joined_on):
        raise Refused(objection)
    if said.channel is None:
        raise Refused("Say how you shared it.")
    return Declaration(
        happened_on=said.happened_on,
        with_whom=text_of(said.with_whom, LONGEST_AUDIENCE, "Say with whom you shared it."),
        channel=said.channel,
        people=people_of(said.people),
        note=text_of(said.note, LONGEST_NOTE),
    )


def correct(db: Session, person: Person, line: entries_queries.LoggedLine, said: Declaration) -> SharingEvent:
    """Record a declaration that supersedes the one of ``line``; both stay. Raises Refused."""
    if line.event.act is not Act.DECLARED:
        raise Refused("What the hub itself logged can't be changed, only taken back.")
    said = _checked(db, person, said)
    return _supersede(db, person, line, said, void=False)


def take_back(db: Session, person: Person, line: entries_queries.LoggedLine, reason: str) -> SharingEvent:
    """Record that an event was a mistake and doesn't count; it stays in the log. Raises Refused."""
    old = line.event
    why = text_of(reason, LONGEST_NOTE, "Say in a few words why it is taken back.")
    said = Declaration(old.happened_on, old.with_whom, old.channel, old.people, why)
    return _supersede(db, person, line, said, void=True)


def _supersede(
    db: Session, person: Person, line: entries_queries.LoggedLine, said: Declaration, *, void: bool
) -> SharingEvent:
    """Add the entry that supersedes the one of ``line``: at most one, whoever else is at it; sent twice it is one."""
    old = line.event
    if old.organization_id != person.organization_id:
        raise NotFound
    new = SharingEvent(
        act=old.act,
        carrier=old.carrier,
        organization_id=old.organization_id,
        person_id=person.id,
        resource_id=old.resource_id,
        title=old.title,
        revision_number=old.revision_number,
        page_number=old.page_number,
        link_id=old.link_id,
        recorded_at=clock.now(),
        supersedes_id=old.id,
        void=void,
    )
    _say(new, said)
    if not old.void and _add_correction(db, new):
        note(
            db,
            person,
            "took an entry back by the" if void else "corrected an entry by the",
            new,
            supersedes=old.id,
            reason=said.note,
        )
        return new
    there = db.scalar(select(SharingEvent).where(SharingEvent.supersedes_id == old.id))
    if there is None or there.person_id != person.id or _content(there) != _content(new):
        raise Refused("This entry was corrected already. Open the newest one in your record, and correct that.")
    return there


def _add_correction(db: Session, new: SharingEvent) -> bool:
    """Add it unless the entry that it supersedes is superseded already, even by a request of this moment."""
    there = select(SharingEvent.id).where(SharingEvent.supersedes_id == new.supersedes_id)
    return add_unless(db, new, there)

"""What changes the log of sharing: taking out, forwarding, declaring, confirming, correcting."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import Base, config_of
from hub.core.errors import NotFound, Refused
from hub.core.quarters import Quarter
from hub.core.text import clean
from hub.library.models import Page, Resource, Revision
from hub.members.models import Person
from hub.members.rules import Permission, may
from hub.sharing import queries
from hub.sharing.models import Confirmation, ConfirmedResource, ShareLink, SharingEvent
from hub.sharing.rules import (
    LONGEST_AUDIENCE,
    LONGEST_NOTE,
    MOST_PEOPLE,
    MOST_RESOURCES,
    Act,
    Channel,
    LinkState,
    link_end,
    link_state,
    may_revoke,
    objection_to_confirming,
    objection_to_day,
)

SENT_BEFORE = (
    "This form was sent before, and what it said then is on record. Send it again to record this too, "
    "or correct the entry in your record."
)


class SentBeforeError(Refused):
    """A form came again with other words than the first time; the person decides which they meant."""


# Taking out.


def log_download(db: Session, person: Person | None, resource: Resource, revision: Revision, *, whole: bool) -> None:
    """Record that ``person`` took a revision out: one event per person, resource, revision and hour.

    A visitor is counted without identity, so what comes in ranges counts with the range that begins the file:
    ``whole`` tells whether this request begins it. The event is its own record; the audit repeats nothing of it.
    """
    event = _event(db, Act.DOWNLOAD, resource, revision_number=revision.number)
    if person is None:
        if whole:
            db.add(event)
        return
    event.organization_id, event.person_id = person.organization_id, person.id
    event.once = f"download {person.id} {resource.id} {revision.number} {event.recorded_at:%Y-%m-%dT%H}"
    _add_once(db, event)


def _event(db: Session, act: Act, resource: Resource, **others: object) -> SharingEvent:
    """An event of this moment."""
    now = clock.now()
    today = now.astimezone(config_of(db).zone).date()
    return SharingEvent(
        act=act,
        resource_id=resource.id,
        happened_on=today,
        quarter=str(Quarter.of(today)),
        recorded_at=now,
        **others,
    )


def _add_once(db: Session, row: SharingEvent | Confirmation) -> bool:
    """Add the row unless one with the same ``once`` is there, even one that another request adds right now."""
    return _add_unless(db, row, select(type(row).id).where(type(row).once == row.once))


def _add_unless(db: Session, row: Base, there: Select[int]) -> bool:
    """Add the row unless ``there`` finds one; the database's unique index decides between two requests."""
    if db.scalar(there) is not None:
        return False
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        if db.scalar(there) is None:
            raise
        return False
    return True


# Share links.


def make_link(db: Session, person: Person, resource: Resource, page: Page | None, days: int) -> ShareLink:
    """A link that opens ``resource``, or only ``page`` of its current revision, for ``days`` days.

    The person's link to the same with the same end is given again, so that a form sent twice makes one link.
    """
    if not may(person, Permission.FORWARD, resource) or resource.withdrawn_at:
        raise NotFound
    config = config_of(db)
    end = link_end(clock.today(config.zone), days, config.zone)
    same = db.scalar(
        select(ShareLink).where(
            ShareLink.person_id == person.id,
            ShareLink.resource_id == resource.id,
            ShareLink.page_number.is_(None) if page is None else ShareLink.page_number == page.number,
            ShareLink.revision_number.is_(None)
            if page is None
            else ShareLink.revision_number == resource.revision_number,
            ShareLink.expires_at == end,
            ShareLink.revoked_at.is_(None),
        )
    )
    if same is not None:
        return same
    link = ShareLink(
        token=secrets.token_urlsafe(24),
        resource_id=resource.id,
        page_number=page.number if page else None,
        revision_number=resource.revision_number if page else None,
        organization_id=person.organization_id,
        person_id=person.id,
        created_at=clock.now(),
        expires_at=end,
    )
    db.add(link)
    note(db, person, "make a share link", link, resource=resource.title, page=link.page_number, until=str(end))
    return link


def revoke(db: Session, person: Person, link: ShareLink) -> None:
    """Close a link for good. Its sharer may, and who manages the people of its organization."""
    if not may_revoke(person, link):
        raise NotFound
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        note(db, person, "revoke a share link", link)


def open_link(db: Session, link: ShareLink, opener: Person | None, visit: str) -> None:
    """Record that somebody opened the link by their own act: a ``forward``, once per visit.

    ``visit`` is a random word that the opener's browser keeps. The sharer who tries their own link is nobody new.
    Raises NotFound when the link opens no longer. The event is its own record; the audit repeats nothing of it.
    """
    if not opens(link):
        raise NotFound
    if opener is not None and opener.id == link.person_id:
        return
    event = _event(
        db,
        Act.FORWARD,
        link.resource,
        organization_id=link.organization_id,
        person_id=link.person_id,
        revision_number=queries.revision_of(link).number,
        page_number=link.page_number,
        link_id=link.id,
        once=f"forward {link.id} {_digest(visit)}",
    )
    _add_once(db, event)


def opens(link: ShareLink) -> bool:
    """Whether the link opens now: it is open, its resource is there, and its sharer may still forward that."""
    if link_state(link, clock.now()) is not LinkState.OPEN or link.resource.withdrawn_at:
        return False
    return may(link.person, Permission.FORWARD, link.resource)


def _digest(word: str) -> str:
    """A word of a form or a browser in a length that fits, whatever it was."""
    return sha256(word.encode("utf-8", "replace")).hexdigest()[:32]


# Declaring.


@dataclass(frozen=True)
class Declaration:
    """What somebody says of sharing: when, with whom, how, about how many people."""

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
    link: ShareLink | None = None,
) -> list[SharingEvent]:
    """Record that the person's organization shared the resources, one event each.

    A form that comes twice with the same ``form_id`` is recorded once; with other words it is refused.
    Raises Refused with a sentence when something is missing or can't be.
    """
    said = _checked(db, person, said)
    resources = _named(db, person, resource_ids)
    if not resources:
        raise Refused("Choose at least one resource that you shared.")
    events = [_declared(db, person, resource, said, form_id, link) for resource in resources]
    if form_id and (before := _sent_before(db, events)):
        return before
    for event in events:
        if event.once is None:
            db.add(event)
        elif not _add_once(db, event):
            continue
        note(db, person, "declare", event, resource=event.resource_id, with_whom=said.with_whom, people=said.people)
    return events


def _declared(
    db: Session, person: Person, resource: Resource, said: Declaration, form_id: str, link: ShareLink | None
) -> SharingEvent:
    event = _event(db, Act.DECLARED, resource, organization_id=person.organization_id, person_id=person.id)
    _say(event, said)
    event.once = f"declare {person.id} {_digest(form_id)} {resource.id}" if form_id else None
    if link is not None:
        event.link_id, event.page_number = link.id, link.page_number
    return event


def _say(event: SharingEvent, said: Declaration) -> None:
    """Put into the event what was said."""
    for name, value in asdict(said).items():
        setattr(event, name, value)
    event.quarter = str(Quarter.of(said.happened_on))


def _sent_before(db: Session, events: Sequence[SharingEvent]) -> list[SharingEvent]:
    """What this form recorded when it came before; raises SentBeforeError when it says something else now."""
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
    """The declaration as it is kept; raises Refused when it can't be so, NotFound when the person may not declare."""
    if not may(person, Permission.DECLARE, person.organization):
        raise NotFound
    today = clock.today(config_of(db).zone)
    if objection := objection_to_day(said.happened_on, today, person.organization.joined_on):
        raise Refused(objection)
    if said.channel is None:
        raise Refused("Say how you shared it.")
    return Declaration(
        happened_on=said.happened_on,
        with_whom=_text(said.with_whom, LONGEST_AUDIENCE, "Say with whom you shared it."),
        channel=said.channel,
        people=_people(said.people),
        note=_text(said.note, LONGEST_NOTE),
    )


def _text(typed: str, longest: int, missing: str = "") -> str:
    """What was typed, cleaned; raises Refused when it is too long, or missing and may not be."""
    typed = clean(typed)
    if missing and not typed:
        raise Refused(missing)
    if len(typed) > longest:
        raise Refused(f"A text is too long: up to {longest:,} characters fit here.")
    return typed


def _people(number: int | None) -> int | None:
    if number is not None and not 0 < number <= MOST_PEOPLE:
        raise Refused(f"About how many people is a number from 1 to {MOST_PEOPLE:,}; leave it empty if nobody knows.")
    return number


def _named(db: Session, person: Person, resource_ids: Iterable[int]) -> list[Resource]:
    """The resources, if the person may name every one; raises Refused."""
    ids = set(resource_ids)
    if len(ids) > MOST_RESOURCES:
        raise Refused(f"Up to {MOST_RESOURCES:,} resources fit in one entry. Choose fewer.")
    resources = queries.nameable(db, person, sorted(ids))
    if len(resources) < len(ids):
        raise Refused("One of the resources isn't there any more. Look at the list again and choose anew.")
    return resources


# Correcting: the log only grows.


def correct(db: Session, person: Person, line: queries.LoggedLine, said: Declaration) -> SharingEvent:
    """Record a declaration that supersedes the one of ``line``; both stay. Raises Refused."""
    if line.event.act is not Act.DECLARED:
        raise Refused("What the hub itself logged can't be changed, only taken back.")
    said = _checked(db, person, said)
    return _supersede(db, person, line, said, void=False)


def take_back(db: Session, person: Person, line: queries.LoggedLine, reason: str) -> SharingEvent:
    """Record that an event was a mistake and doesn't count; it stays in the log. Raises Refused."""
    old = line.event
    why = _text(reason, LONGEST_NOTE, "Say in a few words why it is taken back.")
    said = Declaration(old.happened_on, old.with_whom, old.channel, old.people, why)
    return _supersede(db, person, line, said, void=True)


def _supersede(db: Session, person: Person, line: queries.LoggedLine, said: Declaration, *, void: bool) -> SharingEvent:
    """Add the entry that supersedes the one of ``line``: at most one, whoever else is at it; sent twice it is one."""
    old = line.event
    if old.organization_id != person.organization_id:
        raise NotFound
    new = SharingEvent(
        act=old.act,
        organization_id=old.organization_id,
        person_id=person.id,
        resource_id=old.resource_id,
        revision_number=old.revision_number,
        page_number=old.page_number,
        link_id=old.link_id,
        recorded_at=clock.now(),
        supersedes_id=old.id,
        void=void,
    )
    _say(new, said)
    if not old.void and _add_correction(db, new):
        note(db, person, "take back" if void else "correct", new, supersedes=old.id, reason=said.note)
        return new
    there = db.scalar(select(SharingEvent).where(SharingEvent.supersedes_id == old.id))
    if there is None or there.person_id != person.id or _content(there) != _content(new):
        raise Refused("This entry was corrected already. Open the newest one in your record, and correct that.")
    return there


def _add_correction(db: Session, new: SharingEvent) -> bool:
    """Add it unless the entry that it supersedes is superseded already, even by a request of this moment."""
    there = select(SharingEvent.id).where(SharingEvent.supersedes_id == new.supersedes_id)
    return _add_unless(db, new, there)


# Confirming a quarter.


@dataclass(frozen=True)
class Statement:
    """What a representative or alternate says of a quarter; ``reason`` alone when nothing was shared."""

    shared: bool
    resource_ids: tuple[int, ...] = ()
    with_whom: str = ""
    people: int | None = None
    note: str = ""
    reason: str = ""


def confirm(db: Session, person: Person, quarter: Quarter, said: Statement, form_id: str = "") -> Confirmation:
    """Record in writing what the person's organization shared in ``quarter``, or that nothing was.

    An earlier confirmation stays and is superseded. A form that comes twice with the same ``form_id`` is recorded
    once. Raises NotFound when the person may not confirm, Refused with a sentence when it can't be so.
    """
    organization = person.organization
    if not may(person, Permission.CONFIRM, organization):
        raise NotFound
    if objection := objection_to_confirming(quarter, clock.today(config_of(db).zone), organization):
        raise Refused(objection)
    said = _complete(said)
    resources = _named(db, person, said.resource_ids)
    once = f"confirm {person.id} {_digest(form_id)}" if form_id else None
    before = queries.confirmations_of(db, organization, quarter)
    confirmation = Confirmation(
        organization_id=organization.id,
        quarter=str(quarter),
        person_id=person.id,
        role=person.role,
        confirmed_at=clock.now(),
        shared=said.shared,
        with_whom=said.with_whom,
        people=said.people,
        note=said.note,
        reason=said.reason,
        once=once,
        supersedes_id=before[0].id if before else None,
        items=[ConfirmedResource(resource_id=resource.id) for resource in resources],
    )
    if once is None:
        db.add(confirmation)
    elif not _add_once(db, confirmation):
        return _confirmed_before(db, confirmation, quarter, person)
    note(db, person, "confirm the quarter", confirmation, shared=said.shared, resources=len(resources))
    return confirmation


def _complete(said: Statement) -> Statement:
    """The statement as it is kept; raises Refused when something is missing."""
    if not said.shared:
        return Statement(shared=False, reason=_text(said.reason, LONGEST_NOTE, "Say why nothing was shared."))
    with_whom = _text(said.with_whom, LONGEST_NOTE, "Say with whom you shared it.")
    words = _text(said.note, LONGEST_NOTE)
    if not said.resource_ids and not words:
        raise Refused("Tick at least one resource, or say in the note what you shared.")
    return Statement(
        shared=True, resource_ids=said.resource_ids, with_whom=with_whom, people=_people(said.people), note=words
    )


def _confirmed_before(db: Session, new: Confirmation, quarter: Quarter, person: Person) -> Confirmation:
    """The confirmation that the same form made; raises SentBeforeError when it says something else now."""
    made = queries.confirmations_of(db, person.organization, quarter)
    same = next((one for one in made if one.once == new.once), None)
    if same is None or _statement(same) != _statement(new):
        raise SentBeforeError(SENT_BEFORE)
    return same


def _statement(one: Confirmation) -> tuple[object, ...]:
    named = frozenset(item.resource_id for item in one.items)
    return (one.quarter, one.shared, one.with_whom, one.people, one.note, one.reason, named)

"""Closing what opens a resource to outsiders, when its audience is limited to its organization."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.dates import plural
from hub.core.errors import Refused
from hub.library.actions import OPENINGS, Opening
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.mail.actions import CLEARED
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members import queries as members_queries
from hub.members.models import Person
from hub.outreach.models import Pack, PackItem, PackLink, ShareLink
from hub.outreach.rules.packs import LinkPart, PackState

UNSYNCHRONIZED = {"synchronize_session": False}
RECALLED = "Written again without a resource that was limited to its organization."


def _count_links(db: Session, resource: Resource) -> str:
    """Return the number of share links to the resource that work, in words."""
    now, closed_at = clock.now(), resource.closed_to_outsiders_at
    if resource.audience is Audience.ORGANIZATION:
        return ""
    works = [ShareLink.resource_id == resource.id, ShareLink.revoked_at.is_(None), ShareLink.expires_at > now]
    if closed_at is not None:
        works.append(ShareLink.created_at > closed_at)
    count = db.scalar(select(func.count(ShareLink.id)).where(*works)) or 0
    return plural(count, "share link") if count else ""


def _count_packs(db: Session, resource: Resource) -> str:
    """Return the number of packs with the resource that are scheduled, being sent, or can be opened, in words."""
    now, closed_at = clock.now(), resource.closed_to_outsiders_at
    if resource.audience is Audience.ORGANIZATION:
        return ""
    has_it = [PackItem.pack_id == Pack.id, PackItem.resource_id == resource.id]
    if closed_at is not None:
        has_it.append(PackItem.added_at > closed_at)
    is_live = or_(
        Pack.state.in_((PackState.SCHEDULED, PackState.SENDING)),
        and_(Pack.published_at.is_not(None), Pack.expires_at > now),
    )
    packs = select(func.count(Pack.id)).where(is_live, select(PackItem.id).where(*has_it).exists())
    count = db.scalar(packs) or 0
    return plural(count, "pack") if count else ""


def recall_of(db: Session, resource: Resource) -> None:
    """Recall the emails with the resource that wait in the outbox."""
    packs = select(PackItem.pack_id).where(PackItem.resource_id == resource.id)
    # A worker that is writing emails right now, or is about to, may not see the new audience: wait for it to finish.
    is_under_way = Pack.state.in_((PackState.SCHEDULED, PackState.SENDING))
    sending = select(Pack.id).where(Pack.id.in_(packs), is_under_way).order_by(Pack.id)
    for pack_id in db.scalars(sending.with_for_update()).all():
        recall(db, pack_id)


def recall(db: Session, pack: int) -> int:
    """Cancel the waiting emails of a pack and have them written again; return their number.

    The canceled ones keep no text, so that no one can send them again.
    """
    now = clock.now()
    mark = f" until {now.isoformat()}"  # frees the idempotency key for the new email
    links = select(PackLink.message_id).where(PackLink.pack_id == pack, PackLink.message_id.is_not(None))
    waiting = OutboxMessage.id.in_(links), OutboxMessage.state == State.WAITING
    canceled = {"state": State.CANCELLED, "settled_at": now, "trouble": RECALLED, "once": OutboxMessage.once + mark}
    db.execute(update(OutboxMessage).where(*waiting).values(**canceled, **CLEARED), execution_options=UNSYNCHRONIZED)
    recalled = select(OutboxMessage.id).where(OutboxMessage.id.in_(links), OutboxMessage.once.endswith(mark))
    again = update(PackLink).where(PackLink.pack_id == pack, PackLink.message_id.in_(recalled))
    values = {"part": LinkPart.WAITING, "message_id": None}
    result: Any = db.execute(again.values(**values), execution_options=UNSYNCHRONIZED)
    return int(result.rowcount)


def outdated(db: Session) -> Select[Any]:
    """Select packs with waiting emails that were written before a resource in them was closed, or their sender left.

    `recall_of` can't stop an email that the mail server is accepting. If the server answers "later", it waits again.
    """
    written_before = (
        select(OutboxMessage.id)
        .join(PackLink, PackLink.message_id == OutboxMessage.id)
        .join(PackItem, PackItem.pack_id == PackLink.pack_id)
        .join(Resource, Resource.id == PackItem.resource_id)
        .where(
            PackLink.pack_id == Pack.id,
            OutboxMessage.state == State.WAITING,
            Resource.closed_to_outsiders_at >= PackItem.added_at,
            Resource.closed_to_outsiders_at >= OutboxMessage.posted_at,
        )
    )
    waiting = (
        select(OutboxMessage.id)
        .join(PackLink, PackLink.message_id == OutboxMessage.id)
        .where(PackLink.pack_id == Pack.id, OutboxMessage.state == State.WAITING)
    )
    is_outdated = or_(written_before.exists(), and_(~has_sender(db), waiting.exists()))
    return select(Pack.id).where(Pack.state == PackState.SENDING, is_outdated).order_by(Pack.id)


def has_sender(db: Session) -> ColumnElement[bool]:
    """Return the SQL condition for packs whose sender still shares for their organization: `shares_for` in SQL."""
    of_pack = (Person.id == Pack.person_id, Person.organization_id == Pack.organization_id)
    return select(Person.id).where(*of_pack, members_queries.takes_part(db)).exists()


def refuse_if_closed(db: Session, message: OutboxMessage) -> None:
    """Raise Refused if the email has a resource that is now for its organization only, or its sender left."""
    of_message = select(PackLink.pack_id).where(PackLink.message_id == message.id)
    if db.scalar(select(Pack.id).where(Pack.id.in_(of_message), ~has_sender(db)).limit(1)) is not None:
        raise Refused("This email can’t be sent again, because its sender no longer shares for the organization.")
    closed = (
        select(PackItem.id)
        .join(Resource, Resource.id == PackItem.resource_id)
        .where(
            PackItem.pack_id.in_(of_message),
            or_(
                Resource.audience == Audience.ORGANIZATION,
                and_(
                    Resource.closed_to_outsiders_at >= PackItem.added_at,
                    Resource.closed_to_outsiders_at >= message.posted_at,
                ),
            ),
        )
    )
    if db.scalar(closed.limit(1)) is not None:
        raise Refused(
            "This email can’t be sent again, because a resource in it is now for its organization only. Create a new pack."
        )


OPENINGS.extend((Opening(_count_links, lambda _db, _resource: None), Opening(_count_packs, recall_of)))

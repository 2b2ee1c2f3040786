"""Queries for openings of links that the person who created the links hasn't heard of yet."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Utc, config_of
from hub.members import queries as members_queries
from hub.members.models import OpeningMail, Person
from hub.members.rules.mail import Frequency
from hub.outreach.models import Pack, PackLink, PackTrace, ShareLink, Stakeholder
from hub.outreach.rules.notices import notice_moment
from hub.outreach.rules.openings import Trace
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import is_current
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act, Channel

REMOVED = "Someone who is no longer on your list"


@dataclass(frozen=True)
class OpenedLink:
    """A share link that was opened."""

    link_id: int
    resource_id: int
    title: str  # of the resource, as in the sharing log
    openings: int


@dataclass(frozen=True)
class OpenedPackLink:
    """A link to a pack that was opened: a recipient's, or a channel's."""

    link_id: int
    pack_id: int
    title: str  # of the pack
    recipient: str  # their name or address; empty for a channel
    channel: Channel | None
    first_at: datetime


@dataclass
class Openings:
    """What was opened through the links of one person."""

    links: list[OpenedLink] = field(default_factory=list)
    pack_links: list[OpenedPackLink] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The number of links."""
        return len(self.links) + len(self.pack_links)


def has_due_notices(db: Session) -> bool:
    """Return True if someone's email about openings is due."""
    return db.scalar(select(OpeningMail.person_id).join(Person).where(*is_due(db)).limit(1)) is not None


def is_due(db: Session) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL conditions for people whose email is due and hasn't been written."""
    return members_queries.takes_part(db), OpeningMail.told_until < _until(db)


def _until(db: Session) -> ColumnElement[Any]:
    """Return the SQL expression for when a person's latest email was due, by how often they chose."""
    now, zone = clock.now(), config_of(db).zone
    daily, weekly = (notice_moment(every, now, zone) for every in (Frequency.DAILY, Frequency.WEEKLY))
    return case((OpeningMail.every == Frequency.DAILY, literal(daily, Utc())), else_=literal(weekly, Utc()))


def openings_of(db: Session, person_ids: Collection[int]) -> dict[int, Openings]:
    """Return what was opened since these people asked to hear of it, of links they haven't heard of, by person."""
    opened: dict[int, Openings] = defaultdict(Openings)
    for person_id, *values in db.execute(_select_links(db, person_ids)):
        opened[person_id].links.append(OpenedLink(*values))
    for person_id, link_id, pack_id, title, name, email, channel, first_at in db.execute(
        _select_pack_links(db, person_ids)
    ):
        recipient = "" if channel else name or email or REMOVED
        opened[person_id].pack_links.append(OpenedPackLink(link_id, pack_id, title, recipient, channel, first_at))
    return dict(opened)


def _select_links(db: Session, person_ids: Collection[int]) -> Any:
    return (
        select(
            Person.id,
            ShareLink.id,
            ShareLink.resource_id,
            func.max(SharingEvent.title),
            func.count(SharingEvent.id),
        )
        .join(SharingEvent, SharingEvent.link_id == ShareLink.id)
        .join(Person, and_(Person.id == ShareLink.person_id, Person.organization_id == ShareLink.organization_id))
        .join(OpeningMail, OpeningMail.person_id == Person.id)
        .where(
            Person.id.in_(person_ids),
            ShareLink.noticed_at.is_(None),
            SharingEvent.act == Act.FORWARD,
            SharingEvent.carrier == Carrier.OPENING,
            is_current(),
            SharingEvent.recorded_at >= OpeningMail.since,
            SharingEvent.recorded_at < _until(db),
        )
        .group_by(Person.id, ShareLink.id, ShareLink.resource_id)
        .order_by(ShareLink.id)
    )


def _select_pack_links(db: Session, person_ids: Collection[int]) -> Any:
    created = or_(
        and_(PackLink.channel.is_(None), Pack.person_id == Person.id),
        and_(PackLink.channel.is_not(None), PackLink.person_id == Person.id),
    )
    shown = (PackLink.id, Pack.id, Pack.title, Stakeholder.name, Stakeholder.email, PackLink.channel)
    return (
        select(Person.id, *shown, func.min(PackTrace.at))
        .select_from(PackLink)
        .join(Pack, Pack.id == PackLink.pack_id)
        .join(PackTrace, and_(PackTrace.link_id == PackLink.id, PackTrace.act == Trace.OPENED))
        .join(Person, and_(Person.organization_id == Pack.organization_id, created))
        .join(OpeningMail, OpeningMail.person_id == Person.id)
        .outerjoin(Stakeholder, Stakeholder.id == PackLink.stakeholder_id)
        .where(
            Person.id.in_(person_ids),
            PackLink.noticed_at.is_(None),
            PackTrace.at >= OpeningMail.since,
            PackTrace.at < _until(db),
        )
        .group_by(Person.id, *shown)
        .order_by(Pack.id, func.min(PackTrace.at), PackLink.id)
    )

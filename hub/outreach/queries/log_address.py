"""Queries for log addresses and the resources in emails that were copied to them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.library.models import Resource, Revision
from hub.members.models import Person
from hub.outreach.models import LogAddress, PackItem, PackLink, ShareLink
from hub.outreach.rules.copied_mail import Mail
from hub.outreach.rules.log_address import Sender
from hub.outreach.rules.places import HubLinks
from hub.outreach.rules.stakeholders import counts_colleagues
from hub.sharing.queries.declarations import declarable, visible_titles


@dataclass(frozen=True)
class Recognized:
    """A resource found in an email: its revision, and the page if a link opened one."""

    resource: Resource
    title: str  # that the person may see
    revision_number: int
    page_number: int | None = None
    link_id: int | None = None


def log_address_of(db: Session, person: Person) -> LogAddress | None:
    """Return the person's active log address, or None."""
    return db.scalar(select(LogAddress).where(LogAddress.person_id == person.id, LogAddress.ended_at.is_(None)))


def address_by_token(db: Session, token: str) -> LogAddress | None:
    """Return the active log address with this token, with its person, or None."""
    return db.scalar(
        select(LogAddress)
        .where(LogAddress.token == token, LogAddress.ended_at.is_(None))
        .options(joinedload(LogAddress.person))
    )


def log_sender_of(db: Session, person: Person, day: date) -> Sender:
    """Return the sender data of a person, for the rules of log addresses and an email that counts for ``day``."""
    colleagues = db.scalars(select(Person.email).where(Person.organization_id == person.organization_id))
    organization = person.organization
    return Sender(
        email=person.email,
        website=organization.website,
        colleagues=frozenset(colleagues),
        counts_colleagues=counts_colleagues(organization.membership.kind_on(day)),
    )


def recognized_in(db: Session, person: Person, mail: Mail, hub_links: HubLinks) -> list[Recognized]:
    """Return the resources that the email attaches or links to at ``hub_links``, each once, if the person may report them.

    Files that the person may not see aren't recognized, so that no one can test which files the hub has.
    """
    matches = {match.resource_id: match for match in reversed([*_attached(db, mail), *_linked(db, hub_links)])}
    resources = {resource.id: resource for resource in declarable(db, person, matches)}
    titles = visible_titles(db, person, resources.values())
    return [
        Recognized(
            resource=resources[number],
            title=titles[number],
            revision_number=match.revision_number or resources[number].revision_number,
            page_number=match.page,
            link_id=match.link_id,
        )
        for number, match in reversed(matches.items())
        if number in resources
    ]


@dataclass(frozen=True)
class _Match:
    resource_id: int
    revision_number: int | None = None
    page: int | None = None
    link_id: int | None = None


def _attached(db: Session, mail: Mail) -> list[_Match]:
    """Return the resources with an attachment's file, each with the newest revision that has it."""
    digests = frozenset[str]().union(*(attachment.digests for attachment in mail.attachments))
    if not digests:
        return []
    rows = db.execute(
        select(Revision.resource_id, func.max(Revision.number))
        .where(Revision.sha256.in_(digests))
        .group_by(Revision.resource_id)
        .order_by(Revision.resource_id)
    )
    return [_Match(resource_id, number) for resource_id, number in rows]


def _linked(db: Session, hub_links: HubLinks) -> list[_Match]:
    """Return the resources that share links, packs and resource URLs open."""
    links = select(ShareLink).where(ShareLink.token.in_(list(hub_links.links)))
    opened = [_Match(link.resource_id, link.revision_number, link.page_number, link.id) for link in db.scalars(links)]
    items = (
        select(PackItem.resource_id)
        .join(PackLink, PackLink.pack_id == PackItem.pack_id)
        .where(PackLink.token.in_(list(hub_links.packs)))
        .order_by(PackItem.pack_id, PackItem.position)
    )
    return [*opened, *(_Match(number) for number in (*db.scalars(items), *hub_links.resources))]

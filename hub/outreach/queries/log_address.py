"""Log addresses, what came to them, and the resources that a mail passes on."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.library.models import Resource, Revision
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.outreach.models import LogAddress, PackItem, PackLink, ShareLink
from hub.outreach.rules.copied_mail import Mail
from hub.outreach.rules.log_address import Sender
from hub.outreach.rules.places import Places
from hub.sharing.queries.declarations import known_titles, nameable


@dataclass(frozen=True)
class Recognized:
    """A resource that a mail passes on: which revision, and which page when a link led to one."""

    resource: Resource
    title: str  # what the person knows it as
    revision_number: int
    page_number: int | None = None
    link_id: int | None = None


def log_address_of(db: Session, person: Person) -> LogAddress | None:
    """Return the person's log address, if they have one."""
    return db.scalar(select(LogAddress).where(LogAddress.person_id == person.id, LogAddress.ended_at.is_(None)))


def address_by_token(db: Session, token: str) -> LogAddress | None:
    """Return the log address with this token that takes mail, with its person."""
    return db.scalar(
        select(LogAddress)
        .where(LogAddress.token == token, LogAddress.ended_at.is_(None))
        .options(joinedload(LogAddress.person))
    )


def log_sender_of(db: Session, person: Person) -> Sender:
    """Return what tells whether a mail is the person's own, and whether it left their organization."""
    colleagues = db.scalars(select(Person.email).where(Person.organization_id == person.organization_id))
    organization = person.organization
    return Sender(
        email=person.email,
        website=organization.website,
        colleagues=frozenset(colleagues),
        inside_counts=organization.kind is OrganizationKind.BFF,
    )


def recognized_in(db: Session, person: Person, mail: Mail, places: Places) -> list[Recognized]:
    """Return the resources that the mail carries as a file or links to at ``places``, of those that the person may name; each once.

    A file that the hub holds for others alone isn't recognized: mailing it in must not tell that it is there.
    """
    found = {one.resource_id: one for one in reversed([*_attached(db, mail), *_linked(db, places)])}
    resources = {resource.id: resource for resource in nameable(db, person, found)}
    titles = known_titles(db, person, resources.values())
    return [
        Recognized(
            resource=resources[number],
            title=titles[number],
            revision_number=one.revision_number or resources[number].revision_number,
            page_number=one.page,
            link_id=one.link_id,
        )
        for number, one in reversed(found.items())
        if number in resources
    ]


@dataclass(frozen=True)
class _Named:
    resource_id: int
    revision_number: int | None = None
    page: int | None = None
    link_id: int | None = None


def _attached(db: Session, mail: Mail) -> list[_Named]:
    """Return the newest revision that each attachment is, by the hash of its bytes."""
    digests = frozenset[str]().union(*(one.digests for one in mail.attachments))
    if not digests:
        return []
    rows = db.execute(
        select(Revision.resource_id, func.max(Revision.number))
        .where(Revision.sha256.in_(digests))
        .group_by(Revision.resource_id)
        .order_by(Revision.resource_id)
    )
    return [_Named(resource_id, number) for resource_id, number in rows]


def _linked(db: Session, places: Places) -> list[_Named]:
    """Return what its links open: share links, packs, and resources by their own addresses."""
    links = select(ShareLink).where(ShareLink.token.in_(list(places.links)))
    opened = [_Named(one.resource_id, one.revision_number, one.page_number, one.id) for one in db.scalars(links)]
    items = (
        select(PackItem.resource_id)
        .join(PackLink, PackLink.pack_id == PackItem.pack_id)
        .where(PackLink.token.in_(list(places.packs)))
        .order_by(PackItem.pack_id, PackItem.position)
    )
    return [*opened, *(_Named(number) for number in (*db.scalars(items), *places.resources))]

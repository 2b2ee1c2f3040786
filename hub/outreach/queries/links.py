"""Share links, and what they open."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from hub.core.errors import NotFound
from hub.library.models import Page, Resource, Revision
from hub.members.models import Organization, Person
from hub.outreach.models import ShareLink
from hub.outreach.rules.links import may_revoke
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import stands
from hub.sharing.rules.standing import Act

LINKS_PER_PAGE = 50


@dataclass(frozen=True)
class LinkLine:
    """A share link, and how often it was opened."""

    link: ShareLink  # with its resource and person
    openings: int


def links_of(
    db: Session, organization: Organization, page: int = 1, resource: Resource | None = None
) -> tuple[list[LinkLine], int]:
    """Return a page of the organization's links, newest first, and how many there are; those of one resource if it is given."""
    condition = ShareLink.organization_id == organization.id
    if resource is not None:
        condition = and_(condition, ShareLink.resource_id == resource.id)
    openings = (
        select(func.count(SharingEvent.id))
        .where(SharingEvent.link_id == ShareLink.id, SharingEvent.act == Act.FORWARD, stands())
        .scalar_subquery()
    )
    total = db.scalar(select(func.count(ShareLink.id)).where(condition)) or 0
    rows = db.execute(
        select(ShareLink, openings)
        .where(condition)
        .options(joinedload(ShareLink.resource), joinedload(ShareLink.person))
        .order_by(ShareLink.created_at.desc(), ShareLink.id.desc())
        .limit(LINKS_PER_PAGE)
        .offset((page - 1) * LINKS_PER_PAGE)
    )
    return [LinkLine(link, count) for link, count in rows], total


def _whole_link() -> Select[ShareLink]:
    """Return a link with all that its page shows."""
    return select(ShareLink).options(
        joinedload(ShareLink.organization),
        joinedload(ShareLink.person),
        joinedload(ShareLink.resource).joinedload(Resource.organization),
        joinedload(ShareLink.resource).selectinload(Resource.revisions),
    )


def link_by_token(db: Session, token: str) -> ShareLink:
    """Return the link that a token opens, in whatever state it is; raises NotFound."""
    link = db.scalar(_whole_link().where(ShareLink.token == token))
    if link is None:
        raise NotFound
    return link


def link_for(db: Session, person: Person, link_id: int) -> ShareLink:
    """Return a link that ``person`` may revoke; raises NotFound."""
    link = db.scalar(_whole_link().where(ShareLink.id == link_id))
    if link is None or not may_revoke(person, link):
        raise NotFound
    return link


def own_link(db: Session, person: Person, link_id: int) -> ShareLink:
    """Return a link of the person's own organization; raises NotFound."""
    link = db.scalar(_whole_link().where(ShareLink.id == link_id))
    if link is None or link.organization_id != person.organization_id:
        raise NotFound
    return link


def revision_of(link: ShareLink) -> Revision:
    """Return what the link shows: the current revision, or for one page the revision that the page was taken from."""
    number = link.revision_number or link.resource.revision_number
    return next(revision for revision in link.resource.revisions if revision.number == number)


def pages_through(db: Session, link: ShareLink, first: int, count: int) -> Sequence[Page]:
    """Return the pages that the link opens, from the ``first``-th on, ``count`` at most; for a link to one page that one."""
    statement = select(Page).where(Page.revision_id == revision_of(link).id).order_by(Page.number)
    if link.page_number is not None:
        return db.scalars(statement.where(Page.number == link.page_number)).all()
    return db.scalars(statement.offset(first - 1).limit(count)).all()


def pages_in(db: Session, revision: Revision, first: int, count: int) -> Sequence[Page]:
    """Return the pages of a revision whose numbers lie from ``first`` on, ``count`` of them at most."""
    within = Page.number.between(first, first + count - 1)
    return db.scalars(select(Page).where(Page.revision_id == revision.id, within).order_by(Page.number)).all()


def page_through(db: Session, revision: Revision, number: int | None) -> Page | None:
    """Return the page of a revision with that number, if it has one."""
    if number is None:
        return None
    return db.scalar(select(Page).where(Page.revision_id == revision.id, Page.number == number))

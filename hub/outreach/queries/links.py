"""Queries for share links and the pages that they open."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from hub.core.errors import NotFound
from hub.library import queries as library_queries
from hub.library.models import Page, Resource, Revision
from hub.members.models import Organization, Person
from hub.outreach.models import ShareLink
from hub.outreach.rules.links import Offer, may_revoke
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import is_current
from hub.sharing.rules.standing import Act

LINKS_PER_PAGE = 50


@dataclass(frozen=True)
class LinkLine:
    """A share link, with the number of its openings."""

    link: ShareLink  # with its resource and person
    openings: int


def links_of(
    db: Session, organization: Organization, page: int = 1, resource: Resource | None = None
) -> tuple[list[LinkLine], int]:
    """Return a page of the organization's links (to ``resource``, if given), newest first, and their total."""
    condition = ShareLink.organization_id == organization.id
    if resource is not None:
        condition = and_(condition, ShareLink.resource_id == resource.id)
    openings = (
        select(func.count(SharingEvent.id))
        .where(SharingEvent.link_id == ShareLink.id, SharingEvent.act == Act.FORWARD, is_current())
        .scalar_subquery()
    )
    total = db.scalar(select(func.count(ShareLink.id)).where(condition)) or 0
    rows = db.execute(
        select(ShareLink, openings)
        .where(condition)
        .options(joinedload(ShareLink.resource).selectinload(Resource.revisions), joinedload(ShareLink.person))
        .order_by(ShareLink.created_at.desc(), ShareLink.id.desc())
        .limit(LINKS_PER_PAGE)
        .offset((page - 1) * LINKS_PER_PAGE)
    )
    return [LinkLine(link, count) for link, count in rows], total


def _select_links() -> Select[ShareLink]:
    """Select links with the relationships that their pages show."""
    return select(ShareLink).options(
        joinedload(ShareLink.organization),
        joinedload(ShareLink.person),
        joinedload(ShareLink.resource).joinedload(Resource.organization),
        joinedload(ShareLink.resource).selectinload(Resource.revisions),
    )


def link_by_token(db: Session, token: str) -> ShareLink:
    """Return the link with this token, in any state; raise NotFound if there is none."""
    link = db.scalar(_select_links().where(ShareLink.token == token))
    if link is None:
        raise NotFound
    return link


def link_for(db: Session, person: Person, link_id: int) -> ShareLink:
    """Return a link that ``person`` may revoke; raise NotFound otherwise."""
    link = db.scalar(_select_links().where(ShareLink.id == link_id))
    if link is None or not may_revoke(person, link):
        raise NotFound
    return link


def own_link(db: Session, person: Person, link_id: int) -> ShareLink:
    """Return a link of the person's organization; raise NotFound otherwise."""
    link = db.scalar(_select_links().where(ShareLink.id == link_id))
    if link is None or link.organization_id != person.organization_id:
        raise NotFound
    return link


def revision_of(link: ShareLink) -> Revision:
    """Return the revision that the link opens: the current one, or the one that a link to a page was created for."""
    number = link.revision_number or link.resource.revision_number
    return next(revision for revision in link.resource.revisions if revision.number == number)


def offer_of(link: ShareLink) -> Offer:
    """Return what decides if the link opens."""
    resource = link.resource
    return Offer(
        link.person,
        link.organization_id,
        link.expires_at,
        is_revoked=link.revoked_at is not None,
        is_open=resource.withdrawn_at is None
        and library_queries.is_open_to_outsiders(resource, revision_of(link), link.created_at),
    )


def pages_of_link(db: Session, link: ShareLink, first: int, count: int) -> Sequence[Page]:
    """Return up to ``count`` pages that the link opens, from position ``first``; for a link to one page, only that page."""
    statement = select(Page).where(Page.revision_id == revision_of(link).id).order_by(Page.number)
    if link.page_number is not None:
        return db.scalars(statement.where(Page.number == link.page_number)).all()
    return db.scalars(statement.offset(first - 1).limit(count)).all()


def pages_in(db: Session, revision: Revision, first: int, count: int) -> Sequence[Page]:
    """Return up to ``count`` pages of a revision, starting with page number ``first``."""
    within = Page.number.between(first, first + count - 1)
    return db.scalars(select(Page).where(Page.revision_id == revision.id, within).order_by(Page.number)).all()


def find_page(db: Session, revision: Revision, number: int | None) -> Page | None:
    """Return the page of a revision with this number, or None."""
    if number is None:
        return None
    return db.scalar(select(Page).where(Page.revision_id == revision.id, Page.number == number))

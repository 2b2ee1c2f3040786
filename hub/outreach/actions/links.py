"""Actions on share links: create, open, revoke."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.library import queries as library_queries
from hub.library.models import Page, Resource
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.outreach.models import ShareLink
from hub.outreach.queries import links as links_queries
from hub.outreach.rules.links import link_end, may_revoke, opens
from hub.outreach.rules.openings import Visitor, is_outside
from hub.sharing.actions import reach as reach_actions
from hub.sharing.actions.entries import actor_columns, add_once, network_mark, new_event
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act


def make_link(db: Session, person: Person, resource: Resource, page: Page | None, days: int) -> ShareLink:
    """Create and return a link that opens ``resource``, or only ``page`` of its current revision, for ``days`` days.

    Returns the person's existing link with the same target and expiry, so that submitting a form twice creates one
    link. Raises NotFound if the person may not read the resource, and Refused if it is for one organization only.
    """
    if not may(person, Permission.READ, resource) or resource.withdrawn_at:
        raise NotFound
    if objection := library_queries.objection_to_forwarding(person, resource):
        raise Refused(objection)
    config = config_of(db)
    end = link_end(clock.today(config.zone), days, config.zone)
    existing = db.scalar(
        select(ShareLink).where(
            ShareLink.person_id == person.id,
            ShareLink.resource_id == resource.id,
            ShareLink.page_number.is_(None) if page is None else ShareLink.page_number == page.number,
            ShareLink.revision_number.is_(None)
            if page is None
            else ShareLink.revision_number == resource.revision_number,
            ShareLink.expires_at == end,
            ShareLink.revoked_at.is_(None),
            *([ShareLink.created_at > resource.closed_to_outsiders_at] if resource.closed_to_outsiders_at else []),
        )
    )
    if existing is not None:
        return existing
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
    note(db, person, "created the", link, resource=resource.title, page=link.page_number, until=str(end))
    return link


def revoke(db: Session, person: Person, link: ShareLink) -> None:
    """Revoke a link; raise NotFound if the person may not."""
    if not may_revoke(person, link):
        raise NotFound
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        note(db, person, "revoked the", link)


def open_link(db: Session, link: ShareLink, visitor: Visitor) -> None:
    """Log a ``forward`` for a person who opened the link by pressing the button, once for each network and day.

    People of the sharing organization don't count, no matter who created the link. Raises NotFound if the link no longer
    works. The audit log gets no entry, since the event itself is the record.
    """
    if not is_usable(link):
        raise NotFound
    if not is_outside(link.organization_id, visitor.organizations):
        return
    day = clock.today(config_of(db).zone)
    event = new_event(
        db,
        Act.FORWARD,
        link.resource,
        **actor_columns(link.person, link.organization),
        revision_number=links_queries.revision_of(link).number,
        page_number=link.page_number,
        link_id=link.id,
        carrier=Carrier.OPENING,
        once=f"forward {link.id} {day} {network_mark(db, f'link {link.id} {day}', visitor.network)}",
    )
    if add_once(db, event):
        reach_actions.add_people(db, event, [network_mark(db, f"link {link.id}", visitor.network)])


def is_usable(link: ShareLink) -> bool:
    """Return True if outsiders can open the link now."""
    return opens(links_queries.offer_of(link), clock.now())

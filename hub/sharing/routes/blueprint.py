"""The blueprint of sharing, and helpers that parse a request's organization and quarter."""

from flask import Blueprint, request

from hub.core import clock, web
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may

bp = Blueprint("sharing", __name__)


def requested_organization(person: Person) -> Organization:
    """Return the requested organization: the person's own, or one whose log they may see (``?organization=``).

    Raises NotFound, or NotAllowed.
    """
    own = person.organization  # loaded with the person
    slug = request.args.get("organization", own.slug)
    if slug == own.slug and may(person, Permission.SEE_RECORD, own):
        return own
    return members_queries.organization_for(db, person, slug, Permission.SEE_RECORD)


def other_slug(person: Person, organization: Organization) -> str | None:
    """Return the organization's slug for the page's links, or None if it is the person's own."""
    return organization.slug if organization.id != person.organization_id else None


def this_quarter() -> Quarter:
    """Return the current quarter in the hub's time zone."""
    return Quarter.of(clock.today(web.config().zone))


def quarter_from_url(text: str) -> Quarter:
    """Return the quarter in a URL; raises NotFound if it isn't one."""
    try:
        return Quarter.parse(text)
    except ValueError as error:
        raise NotFound from error

"""What every page of sharing starts with: the blueprint, the person, the organization, the quarter."""

from flask import Blueprint, request

from hub.core import clock, web
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission

bp = Blueprint("sharing", __name__)


def whose_record(person: Person) -> Organization:
    """Return the organization whose record is asked for: the person's own, or one that they may see (``?organization=``)."""
    slug = request.args.get("organization", person.organization.slug)
    return members_queries.organization_for(db, person, slug, Permission.SEE_RECORD)


def theirs(person: Person, organization: Organization) -> str | None:
    """Return what the page's links must carry when the record is another organization's."""
    return organization.slug if organization.id != person.organization_id else None


def this_quarter() -> Quarter:
    """Return the quarter of today in the hub's time zone."""
    return Quarter.of(clock.today(web.config().zone))


def quarter_named(text: str) -> Quarter:
    """Return the quarter of an address; raises NotFound when it isn't one."""
    try:
        return Quarter.parse(text)
    except ValueError as error:
        raise NotFound from error

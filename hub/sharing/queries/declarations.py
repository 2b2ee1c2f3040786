"""The resources that a declaration or a confirmation may name."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.library.queries import visible_to
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import in_quarters, stands, titles_logged

OFFERED = 20  # resources that a form offers by itself
FOUND = 20  # resources that a form's search gives


def offered_to(db: Session, person: Person) -> Sequence[Resource]:
    """Return the resources that the person's organization took or passed on lately, newest first."""
    quarter = Quarter.of(clock.today(config_of(db).zone))
    lately = (
        select(SharingEvent.resource_id, func.max(SharingEvent.id).label("last"))
        .where(
            in_quarters(SharingEvent.quarter, quarter.back(2)),
            SharingEvent.organization_id == person.organization_id,
            stands(),
        )
        .group_by(SharingEvent.resource_id)
        .subquery()
    )
    return db.scalars(
        select(Resource)
        .join(lately, lately.c.resource_id == Resource.id)
        .order_by(lately.c.last.desc())
        .limit(OFFERED)
        .options(joinedload(Resource.organization))
    ).all()


def found_by_title(db: Session, person: Person, words: str) -> Sequence[Resource]:
    """Resources that the person may read, with every one of the words in the title, newest first."""
    conditions = [Resource.title.icontains(word, autoescape=True) for word in words.split()[:10]]
    if not conditions:
        return []
    return db.scalars(
        select(Resource)
        .where(visible_to(person), *conditions)
        .order_by(Resource.published_on.desc(), Resource.id.desc())
        .limit(FOUND)
        .options(joinedload(Resource.organization))
    ).all()


def known_titles(db: Session, person: Person, resources: Iterable[Resource]) -> dict[int, str]:
    """Return what the person knows each of the resources as, by its number, in their order.

    That is its title, withdrawn or not; or, where it is for others alone by now, what their organization's log called
    it last: what it was renamed to since is not for them.
    """
    of_all = list(resources)
    titles = {resource.id: resource.title for resource in of_all}
    closed = [resource.id for resource in of_all if not may(person, Permission.READ, resource)]
    if closed:
        logged = titles_logged().where(
            SharingEvent.resource_id.in_(closed), SharingEvent.organization_id == person.organization_id
        )
        titles |= {number: f"Resource {number}" for number in closed}
        titles |= dict(db.execute(logged).all())
    return titles


def nameable(db: Session, person: Person, resource_ids: Iterable[int]) -> list[Resource]:
    """Return those of the resources that the person may name: they may read them, or their own log has them already.

    In the order of ``resource_ids``.
    """
    ids = [number for number in dict.fromkeys(resource_ids) if 0 < number < 2**31]  # others no row can have
    logged = (
        select(SharingEvent.id)
        .where(SharingEvent.resource_id == Resource.id, SharingEvent.organization_id == person.organization_id)
        .exists()
    )
    found = db.scalars(
        select(Resource)
        .where(Resource.id.in_(ids), or_(visible_to(person), logged))
        .options(joinedload(Resource.organization))
    )
    by_id = {resource.id: resource for resource in found}
    return [by_id[resource_id] for resource_id in ids if resource_id in by_id]

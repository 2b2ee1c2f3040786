"""Resources that a declaration or a confirmation may name."""

from collections.abc import Iterable, Sequence
from datetime import date

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
from hub.sharing.queries.entries import in_quarters, is_current, logged_titles
from hub.sharing.rules.earlier import answer_label, was_added_after

OFFERED = 20  # resources that a form offers without a search
FOUND = 20  # results of a form's search


def suggested_resources(db: Session, person: Person) -> Sequence[Resource]:
    """Return the resources that the person's organization recently downloaded or shared, newest first."""
    quarter = Quarter.of(clock.today(config_of(db).zone))
    recent = (
        select(SharingEvent.resource_id, func.max(SharingEvent.id).label("last"))
        .where(
            in_quarters(SharingEvent.quarter, quarter.back(2)),
            SharingEvent.organization_id == person.organization_id,
            is_current(),
        )
        .group_by(SharingEvent.resource_id)
        .subquery()
    )
    return db.scalars(
        select(Resource)
        .join(recent, recent.c.resource_id == Resource.id)
        .order_by(recent.c.last.desc())
        .limit(OFFERED)
        .options(joinedload(Resource.organization))
    ).all()


def search_by_title(db: Session, person: Person, words: str) -> Sequence[Resource]:
    """Return the resources that the person may read with all of the words in their title, newest first."""
    conditions = [Resource.title.icontains(word, autoescape=True) for word in words.split()[:10]]
    if not conditions:
        return []
    return db.scalars(
        select(Resource)
        .where(visible_to(person), *conditions)
        .order_by(Resource.published_on.desc(), Resource.id.desc())
        .limit(FOUND)
        .options(joinedload(Resource.organization), joinedload(Resource.created_by))
    ).all()


def visible_titles(db: Session, person: Person, resources: Iterable[Resource]) -> dict[int, str]:
    """Return the title of each resource that the person may see, by resource id and in the given order.

    This is the current title, even of a withdrawn resource. If the person may no longer read the resource, it is the
    last title in their organization's log, because a newer title may be confidential.
    """
    resources = list(resources)
    titles = {resource.id: resource.title for resource in resources}
    unreadable = [resource.id for resource in resources if not may(person, Permission.READ, resource)]
    if unreadable:
        logged = logged_titles().where(
            SharingEvent.resource_id.in_(unreadable), SharingEvent.organization_id == person.organization_id
        )
        titles |= {resource_id: f"Resource {resource_id}" for resource_id in unreadable}
        titles |= dict(db.execute(logged).all())
    return titles


def added_after(db: Session, resources: Iterable[Resource], quarter: Quarter) -> dict[int, date]:
    """Return the day on which each resource was added that the hub didn't have in the quarter, by resource id."""
    zone = config_of(db).zone
    added = {resource.id: resource.created_at.astimezone(zone).date() for resource in resources}
    return {number: day for number, day in added.items() if was_added_after(day, quarter)}


def answers_of(db: Session, resources: Iterable[Resource], quarter: Quarter | None) -> dict[int, str]:
    """Return the labels of the checkboxes that say that resources were shared before they were added, by resource id."""
    if quarter is None:
        return {}
    return {number: answer_label(day, quarter) for number, day in added_after(db, resources, quarter).items()}


def declarable(db: Session, person: Person, resource_ids: Iterable[int]) -> list[Resource]:
    """Return the resources that the person may list in a declaration or confirmation, in the order of ``resource_ids``.

    These are the ones that they may read, and those in their organization's log.
    """
    ids = [resource_id for resource_id in dict.fromkeys(resource_ids) if 0 < resource_id < 2**31]  # the column's range
    logged = (
        select(SharingEvent.id)
        .where(SharingEvent.resource_id == Resource.id, SharingEvent.organization_id == person.organization_id)
        .exists()
    )
    resources = db.scalars(
        select(Resource)
        .where(Resource.id.in_(ids), or_(visible_to(person), logged))
        .options(joinedload(Resource.organization))
    )
    by_id = {resource.id: resource for resource in resources}
    return [by_id[resource_id] for resource_id in ids if resource_id in by_id]

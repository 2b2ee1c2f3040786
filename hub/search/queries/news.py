"""New resources: in saved searches, in feeds, and since a person's last visit.

A resource is new by the time it was added to the hub, not by its date of publication. Their own resources are never
new to a person.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.core.remembered import remembered
from hub.library.extract.version import READER_VERSION
from hub.library.models import Listed, Resource, Revision
from hub.library.queries import reader_key, unread, visible_to
from hub.library.rules import Kind
from hub.members.models import Organization, Person
from hub.search.models import SavedSearch
from hub.search.queries.results import ids_of
from hub.search.rules import addresses as addresses_rules
from hub.search.rules.results import Query
from hub.search.store import folders, snapshots

MOST_NEW_RESOURCES = 5_000  # that are counted since a person last looked
READ_WITHIN = timedelta(hours=1)  # resources that take longer to be read are not waited for


@dataclass(frozen=True)
class NewResource:
    """A resource that was added to the hub."""

    resource: int
    title: str
    kind: Kind
    organization_name: str
    published_on: date
    added_at: datetime
    changed_at: datetime  # when its current revision was added
    summary: str


def new_in(db: Session, person: Person, saved: Sequence[SavedSearch]) -> Mapping[int, int]:
    """Return the number of new resources in each saved search since the person last looked at it, by id.

    Saved searches without notifications, and those that can't have anything new, are left out.
    """
    notified = [search for search in saved if search.tells]
    if not notified:
        return {}
    since = min(search.looked_at for search in notified)
    new_resources = _new_resources(db, person, since)
    notified = [search for search in notified if new_resources and new_resources[0].added_at > search.looked_at]
    matches = ids_of(db, person, [query_of(search.address) for search in notified])
    return {
        search.id: sum(new.added_at > search.looked_at and new.resource in ids for new in new_resources)
        for search, ids in zip(notified, matches, strict=True)
    }


def newest_of(db: Session, person: Person, query: Query, most: int) -> Sequence[NewResource]:
    """Return the resources of a search that were added last, newest first, including the person's own: a feed's entries."""
    [ids] = ids_of(db, person, [query])
    newest = db.execute(
        select(Resource.id).where(visible_to(person)).order_by(Resource.created_at.desc(), Resource.id.desc())
    )
    order = [row.id for row in newest if row.id in ids][:most]
    rows = db.execute(_NEW_RESOURCE.where(Resource.id.in_(order), visible_to(person)))
    return sorted((NewResource(*row) for row in rows), key=lambda new_resource: order.index(new_resource.resource))


def is_new(resource: Resource | Listed, person: Person, since: datetime | None) -> bool:
    """Return True if someone else added the resource after ``since``; never on a first visit (None)."""
    return since is not None and resource.created_at > since and resource.created_by_id != person.id


def query_of(address: str) -> Query:
    """Return the query of a saved search's address."""
    search = addresses_rules.parse_saved(address)
    return Query(search.text, search.filters, search.sort, exact=search.exact)


def settled_until(db: Session) -> datetime:
    """Return the moment up to which all added resources are searchable: now, or just before the first unread one."""
    now = clock.now()
    pending = _pending(db, Resource.created_at > now - READ_WITHIN)
    return min([now, *(added_at - timedelta(microseconds=1) for added_at in pending)])


def is_settled(db: Session, since: datetime, until: datetime) -> bool:
    """Return True if all resources that were added from ``since`` to before ``until`` are searchable."""
    return not _pending(db, Resource.created_at >= since, Resource.created_at < until)


def _pending(db: Session, *conditions: ColumnElement[bool]) -> Sequence[datetime]:
    """Return when those of the selected resources were added whose text isn't searchable yet."""
    rows = db.execute(
        select(Resource.id, Resource.version, Resource.created_at, unread(READER_VERSION).label("unread"))
        .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .where(Resource.withdrawn_at.is_(None), *conditions)
    ).all()
    stamps = _stamps(db, [row.id for row in rows])
    return [row.created_at for row in rows if row.unread or stamps.get(row.id, "").split(".")[0] != str(row.version)]


def _stamps(db: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Return the version stamps that the index has for these resources; none while there is no index."""
    try:
        snapshot = folders.opened(config_of(db)).snapshot
    except snapshots.IndexUnusable:
        return {}
    return {id_: snapshot.facts[snapshot.doc_of[id_]].stamp for id_ in ids if id_ in snapshot.doc_of}


_NEW_RESOURCE = (
    select(
        Resource.id,
        Resource.title,
        Resource.kind,
        Organization.name,
        Resource.published_on,
        Resource.created_at,
        Revision.created_at,
        Resource.summary,
    )
    .join(Organization, Organization.id == Resource.organization_id)
    .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
)


def _new_resources(db: Session, person: Person, since: datetime) -> Sequence[NewResource]:
    """Return the resources that others added after ``since`` and the person may open, newest first."""
    key = ("new", person.id, reader_key(person), since)
    return remembered(db, key, lambda: _added_by_others(db, person, since))


def _added_by_others(db: Session, person: Person, since: datetime) -> Sequence[NewResource]:
    rows = db.execute(
        _NEW_RESOURCE.where(Resource.created_at > since, visible_to(person), _not_added_by(person))
        .order_by(Resource.created_at.desc(), Resource.id.desc())
        .limit(MOST_NEW_RESOURCES)
    )
    return [NewResource(*row) for row in rows]


def _not_added_by(person: Person) -> ColumnElement[bool]:
    return or_(Resource.created_by_id.is_(None), Resource.created_by_id != person.id)

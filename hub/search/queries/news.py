"""What is new: in saved searches, in feeds, since someone was here.

New is what came into the hub, not what was published lately; and no one is told of what they added themselves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.library.extract.reader import READER_VERSION
from hub.library.models import Resource, Revision
from hub.library.queries import unread, visible_to
from hub.library.rules import Kind
from hub.members.models import Organization, Person
from hub.search.models import SavedSearch
from hub.search.queries.results import ids_of
from hub.search.rules import addresses as addresses_rules
from hub.search.rules.results import Query
from hub.search.store import folders, snapshots

MOST_LOOKED_AT = 5_000  # newcomers since someone looked; whoever was away for longer sees a number that large
READ_WITHIN = timedelta(hours=1)  # what is unread for longer stays so


@dataclass(frozen=True)
class Newcomer:
    """A resource that came into the hub."""

    resource: int
    title: str
    kind: Kind
    organization_name: str
    published_on: date
    came_at: datetime
    changed_at: datetime  # when its current revision came
    summary: str


def new_in(db: Session, person: Person, saved: Sequence[SavedSearch]) -> Mapping[int, int]:
    """Return how much is new in each saved search since its person looked at it, by id; for those that tell."""
    told = [one for one in saved if one.tells]
    if not told:
        return {}
    since = min(one.looked_at for one in told)
    came = _newcomers(db, person, since)
    told = [one for one in told if came and came[0].came_at > one.looked_at]
    found = ids_of(db, person, [query_of(one.address) for one in told])
    return {
        one.id: sum(new.came_at > one.looked_at and new.resource in ids for new in came)
        for one, ids in zip(told, found, strict=True)
    }


def newest_of(db: Session, person: Person, query: Query, most: int) -> Sequence[Newcomer]:
    """Return the resources of a search that came last, the last first: what a feed has. The person's own are among them."""
    [ids] = ids_of(db, person, [query])
    came = db.execute(
        select(Resource.id).where(visible_to(person)).order_by(Resource.created_at.desc(), Resource.id.desc())
    )
    last = [row.id for row in came if row.id in ids][:most]
    rows = db.execute(_NEWCOMER.where(Resource.id.in_(last), visible_to(person)))
    return sorted((Newcomer(*row) for row in rows), key=lambda one: last.index(one.resource))


def is_new(resource: Resource, person: Person, since: datetime | None) -> bool:
    """Return whether a resource came after ``since`` (None: a first visit, on which nothing stands out) from someone else."""
    return since is not None and resource.created_at > since and resource.created_by_id != person.id


def query_of(address: str) -> Query:
    """Return the query that a kept address stands for."""
    asked = addresses_rules.opened(address)
    return Query(asked.text, asked.filters, asked.sort, exact=asked.exact)


def settled_until(db: Session) -> datetime:
    """Return the moment up to which everything that came can be found: now, or just before the first that is being read."""
    now = clock.now()
    waiting = _being_read(db, Resource.created_at > now - READ_WITHIN)
    return min([now, *(came - timedelta(microseconds=1) for came in waiting)])


def is_settled(db: Session, since: datetime, until: datetime) -> bool:
    """Return whether everything that came from ``since`` to before ``until`` can be found, however long that took."""
    return not _being_read(db, Resource.created_at >= since, Resource.created_at < until)


def _being_read(db: Session, *conditions: ColumnElement[bool]) -> Sequence[datetime]:
    """Return when those of some resources came whose words can't be searched yet."""
    rows = db.execute(
        select(Resource.id, Resource.version, Resource.created_at, unread(READER_VERSION).label("unread"))
        .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .where(Resource.withdrawn_at.is_(None), *conditions)
    ).all()
    stamps = _stamps(db, [row.id for row in rows])
    return [row.created_at for row in rows if row.unread or stamps.get(row.id, "").split(".")[0] != str(row.version)]


def _stamps(db: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Return what the index has of these resources; nothing while there is none."""
    try:
        snapshot = folders.opened(config_of(db)).snapshot
    except snapshots.IndexUnusable:
        return {}
    return {id_: snapshot.facts[snapshot.doc_of[id_]].stamp for id_ in ids if id_ in snapshot.doc_of}


_NEWCOMER = (
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


def _newcomers(db: Session, person: Person, since: datetime) -> Sequence[Newcomer]:
    """Return what came from others since then and is there for the person, the last first."""
    rows = db.execute(
        _NEWCOMER.where(Resource.created_at > since, visible_to(person), _not_added_by(person))
        .order_by(Resource.created_at.desc(), Resource.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    return [Newcomer(*row) for row in rows]


def _not_added_by(person: Person) -> ColumnElement[bool]:
    return or_(Resource.created_by_id.is_(None), Resource.created_by_id != person.id)

"""The state of the database that the index must reflect."""

import zlib
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BigInteger, Select, cast, func, not_, select
from sqlalchemy.orm import Session

from hub.core.remembered import remembered
from hub.library.extract.version import READER_VERSION
from hub.library.models import Resource, Revision
from hub.members.models import Organization

NEWEST = 20  # resources that are looked at for those that someone waits for
AT_ONCE = 1_000  # ids in a query

# Runs on every search over every resource: a few sums that a covering index answers.
_SIGNATURE = select(
    func.count(),
    func.sum(Resource.version),
    func.sum(cast(Resource.id, BigInteger) * Resource.version),
).where(Resource.withdrawn_at.is_(None))


def signature(db: Session) -> tuple[int, ...]:
    """Return numbers that change with every change of a searchable resource, from one quick query."""
    return remembered(db, "signature", lambda: tuple(int(number or 0) for number in db.execute(_SIGNATURE).one()))


def newest_awaited() -> Select[int]:
    """Return the query for the ids of the resources that people added last, without those that came in bulk."""
    return (
        select(Revision.resource_id)
        .where(Revision.reader_version == READER_VERSION, not_(Revision.in_bulk))
        .order_by(Revision.id.desc())
        .limit(NEWEST)
    )


def in_bulk(db: Session, resources: Sequence[int]) -> Collection[int]:
    """Return those of ``resources`` whose current revision came in bulk, so that no one waits for them."""
    many: set[int] = set()
    for start in range(0, len(resources), AT_ONCE):
        some = Resource.id.in_(resources[start : start + AT_ONCE])
        many.update(db.scalars(select(Resource.id).join(Resource.current).where(some, Revision.in_bulk)))
    return many


def checksums(db: Session) -> Mapping[int, int]:
    """Return a checksum of the indexed slug and name of each organization, by id."""
    rows = db.execute(select(Organization.id, Organization.slug, Organization.name))
    return {id_: zlib.crc32(f"{slug}\n{name}".encode()) for id_, slug, name in rows}


def stamps(db: Session, organizations: Mapping[int, int], among: Select[int] | None = None) -> Mapping[int, str]:
    """Return the version stamp that the index entry of each searchable resource must have, by resource.

    ``organizations`` has the `checksums`; ``among`` selects the ids of a few resources.
    """
    live = select(Resource.id, Resource.version, Resource.organization_id).where(Resource.withdrawn_at.is_(None))
    rows = db.execute((live if among is None else live.where(Resource.id.in_(among))).order_by(Resource.id))
    return {id_: f"{version}.{organizations[organization]:x}" for id_, version, organization in rows}

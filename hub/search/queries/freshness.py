"""What the rows say that the index must stand for."""

import zlib
from collections.abc import Mapping

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from hub.library.models import Resource
from hub.members.models import Organization

# Every search asks it, and it looks at every resource: as few sums as tell, over an index that has all of it.
_SIGNATURE = select(
    func.count(),
    func.sum(Resource.version),
    func.sum(cast(Resource.id, BigInteger) * Resource.version),
).where(Resource.withdrawn_at.is_(None))


def signature(db: Session) -> tuple[int, ...]:
    """Return what changes whenever a resource that can be found does: one quick look at the rows."""
    return tuple(int(number or 0) for number in db.execute(_SIGNATURE).one())


def marks(db: Session) -> Mapping[int, int]:
    """For each organization a checksum of what the index says of it."""
    rows = db.execute(select(Organization.id, Organization.slug, Organization.name))
    return {id_: zlib.crc32(f"{slug}\n{name}".encode()) for id_, slug, name in rows}


def stamps(db: Session, marked: Mapping[int, int]) -> Mapping[int, str]:
    """Return the resources that can be found, each with what its entry in the index must say it was made from."""
    rows = db.execute(
        select(Resource.id, Resource.version, Resource.organization_id)
        .where(Resource.withdrawn_at.is_(None))
        .order_by(Resource.id)
    )
    return {id_: f"{version}.{marked[organization]:x}" for id_, version, organization in rows}

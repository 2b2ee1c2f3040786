"""The state of the database that the index must reflect."""

import zlib
from collections.abc import Mapping

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from hub.core.remembered import remembered
from hub.library.models import Resource
from hub.members.models import Organization

# Runs on every search over every resource: a few sums that a covering index answers.
_SIGNATURE = select(
    func.count(),
    func.sum(Resource.version),
    func.sum(cast(Resource.id, BigInteger) * Resource.version),
).where(Resource.withdrawn_at.is_(None))


def signature(db: Session) -> tuple[int, ...]:
    """Return numbers that change with every change of a searchable resource, from one quick query."""
    return remembered(db, "signature", lambda: tuple(int(number or 0) for number in db.execute(_SIGNATURE).one()))


def checksums(db: Session) -> Mapping[int, int]:
    """Return a checksum of the indexed slug and name of each organization, by id."""
    rows = db.execute(select(Organization.id, Organization.slug, Organization.name))
    return {id_: zlib.crc32(f"{slug}\n{name}".encode()) for id_, slug, name in rows}


def stamps(db: Session, organizations: Mapping[int, int]) -> Mapping[int, str]:
    """Return the version stamp that the index entry of each searchable resource must have, by resource.

    ``organizations`` has the `checksums`.
    """
    rows = db.execute(
        select(Resource.id, Resource.version, Resource.organization_id)
        .where(Resource.withdrawn_at.is_(None))
        .order_by(Resource.id)
    )
    return {id_: f"{version}.{organizations[organization]:x}" for id_, version, organization in rows}

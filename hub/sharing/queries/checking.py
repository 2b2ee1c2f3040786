"""Detection of records that were altered in the database."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.core.fingerprints import digest_of
from hub.sharing.models import AuditPacket, Confirmation

AT_A_TIME = 500  # rows in memory


def altered_records(db: Session) -> Sequence[str]:
    """Return a sentence for each confirmation and audit packet that no longer matches its digest.

    The hub never changes them, so someone changed the database. A backup has the original.
    """
    confirmations = (
        select(Confirmation)
        .options(joinedload(Confirmation.organization), selectinload(Confirmation.items))
        .order_by(Confirmation.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    altered = [
        f"Confirmation {confirmation.id} ({confirmation.organization.name}, {confirmation.of_quarter.label}) "
        "was altered after it was recorded."
        for confirmation in db.scalars(confirmations)
        if not confirmation.is_unaltered
    ]
    packets = (
        select(AuditPacket.id, AuditPacket.manifest, AuditPacket.digest)
        .order_by(AuditPacket.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    return altered + [
        f"Audit packet {id_} was altered after it was created."
        for id_, manifest, digest in db.execute(packets)
        if digest_of(manifest) != digest
    ]

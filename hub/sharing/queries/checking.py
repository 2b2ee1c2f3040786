"""Whether the record still says what it said."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.core.fingerprints import digest_of
from hub.sharing.models import AuditPacket, Confirmation

AT_A_TIME = 500  # rows in memory


def what_was_changed(db: Session) -> Sequence[str]:
    """Return a sentence for each confirmation and each packet that no longer says what it did when it was made.

    Nothing in the hub changes them: someone did in the rows themselves. A backup has what was said.
    """
    said = (
        select(Confirmation)
        .options(joinedload(Confirmation.organization), selectinload(Confirmation.items))
        .order_by(Confirmation.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    found = [
        f"The confirmation {one.id} ({one.organization.name}, {one.of_quarter.label}) was changed after it was made."
        for one in db.scalars(said)
        if not one.is_as_said
    ]
    made = (
        select(AuditPacket.id, AuditPacket.manifest, AuditPacket.digest)
        .order_by(AuditPacket.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    return found + [
        f"The audit packet {id_} was changed after it was made."
        for id_, manifest, digest in db.execute(made)
        if digest_of(manifest) != digest
    ]

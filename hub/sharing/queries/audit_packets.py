"""Queries of audit packets."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import AuditPacket


def packets_of(db: Session, organization: Organization, quarter: Quarter) -> Sequence[AuditPacket]:
    """Return the packets of a quarter, current one first, with the people who created them; without their content."""
    return db.scalars(
        select(AuditPacket)
        .where(AuditPacket.organization_id == organization.id, AuditPacket.quarter == str(quarter))
        .options(joinedload(AuditPacket.person))
        .order_by(AuditPacket.id.desc())
    ).all()


def last_packets(db: Session, organization: Organization) -> dict[str, AuditPacket]:
    """Return the current packet of each quarter that has one, by quarter."""
    packets = db.scalars(
        select(AuditPacket).where(AuditPacket.organization_id == organization.id).order_by(AuditPacket.id)
    )
    return {packet.quarter: packet for packet in packets}  # the last one wins


def packet_for(db: Session, person: Person, packet_id: int) -> AuditPacket:
    """Return a packet that ``person`` may see, with its content and organization; raises NotFound."""
    packet = db.scalar(
        select(AuditPacket)
        .where(AuditPacket.id == packet_id)
        .options(joinedload(AuditPacket.organization), undefer(AuditPacket.content))
    )
    if packet is None or not may(person, Permission.SEE_RECORD, packet):
        raise NotFound
    return packet


def manifests_before(db: Session, packet: AuditPacket | None) -> dict[str, str]:
    """Return the manifests of ``packet`` and its predecessors, by quarter, newest first: the next packet's chain."""
    if packet is None:
        return {}
    rows = db.execute(
        select(AuditPacket.id, AuditPacket.quarter, AuditPacket.manifest, AuditPacket.previous_id).where(
            AuditPacket.organization_id == packet.organization_id, AuditPacket.id <= packet.id
        )
    )
    by_id = {row.id: row for row in rows}
    chain: dict[str, str] = {}
    packet_id: int | None = packet.id
    while packet_id is not None:
        row = by_id[packet_id]
        chain[row.quarter] = row.manifest
        packet_id = row.previous_id
    return chain

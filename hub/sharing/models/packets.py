"""Audit packets as they were handed out: a later packet never changes an earlier one."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.db import Base
from hub.members.models import Organization, Person
from hub.sharing.models.log import refuse_changes


class AuditPacket(Base):
    """One packet of an organization's quarter; of several the last one stands, and names the one it replaces."""

    __tablename__ = "audit_packet"
    __table_args__ = (Index("ix_audit_packet_quarter", "organization_id", "quarter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    quarter: Mapped[str] = mapped_column(String(6))  # as 2026Q3
    made_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    manifest: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the manifest
    # SHA-256 of the tables in it: the same log makes no second packet.
    tables_digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]  # bytes
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    # The packet of the quarter before that this one's manifest names; None in the organization's first quarter.
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("audit_packet.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("audit_packet.id"), unique=True)

    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"audit packet of {self.quarter}"


for _moment in ("before_update", "before_delete"):
    event.listen(AuditPacket, _moment, refuse_changes)

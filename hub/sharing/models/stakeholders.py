"""An organization's own stakeholders, and who asked not to be mailed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.db import Base


class Stakeholder(Base):
    """Somebody to whom an organization passes things on. Seen by that organization alone; may be deleted."""

    __tablename__ = "stakeholder"
    __table_args__ = (UniqueConstraint("organization_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    email: Mapped[str] = mapped_column(String(254))  # lower case
    # The keyed hash of the address: says whether somebody unsubscribed without asking each address.
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(Text, default="")
    affiliation: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    groups: Mapped[list["StakeholderGroup"]] = relationship(
        order_by="StakeholderGroup.name", cascade="all, delete-orphan", passive_deletes=True, lazy="raise"
    )

    def __str__(self) -> str:
        return f"stakeholder {self.id}"  # the audit is read by others: no name, no address


class StakeholderGroup(Base):
    """A group that a stakeholder belongs to, by its name."""

    __tablename__ = "stakeholder_group"
    __table_args__ = (UniqueConstraint("stakeholder_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80), index=True)


class Unsubscribe(Base):
    """An address that gets no more mail from an organization, or from none through this hub: kept for ever, as a hash.

    Deleting the stakeholder leaves it; only the recipient takes it back.
    """

    __tablename__ = "unsubscribe"
    __table_args__ = (Index("ix_unsubscribe_hash", "address_hash", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))  # None: from every one
    # Of an unsubscribe from every one: whose message it was done by, and only such a message's link takes it back.
    # None: it is older than this column, and any link does.
    through_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    key_name: Mapped[str] = mapped_column(String(16))  # which key made the hash: another one would find nobody
    at: Mapped[datetime]

    def __str__(self) -> str:
        return f"unsubscribe {self.id}"

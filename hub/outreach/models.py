"""The tables of outreach: share links, log addresses, stakeholders, packs and how their links were used."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.db import Base
from hub.library.models import Resource
from hub.members.models import Organization, Person
from hub.outreach.rules.openings import Trace
from hub.outreach.rules.packs import LinkPart, PackState
from hub.sharing.rules.standing import Channel


class LogAddress(Base):
    """A person's secret address for copies of their own email; only one at a time is active."""

    __tablename__ = "log_address"
    __table_args__ = (
        Index(
            "one_log_address_of_each",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)  # in plain text, because its owner copies it again
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"log address {self.id}"


class ShareLink(Base):
    """A link that opens a resource, or one page of it, to anyone who has it; it expires and can be revoked."""

    __tablename__ = "share_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)  # in plain text, because its creator copies it again
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    page_number: Mapped[int | None]
    # A link to one page keeps its revision: page 7 of the next revision may be another page.
    revision_number: Mapped[int | None]
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    noticed_at: Mapped[datetime | None]  # when its creator was told that someone opened it

    resource: Mapped[Resource] = relationship(lazy="raise")
    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"share link {self.id}"


class Stakeholder(Base):
    """A person outside the hub that an organization shares with. Only that organization sees them; can be deleted."""

    __tablename__ = "stakeholder"
    __table_args__ = (UniqueConstraint("organization_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    email: Mapped[str] = mapped_column(String(254))  # lower case
    # The keyed hash of the address, to look up unsubscribes in one query.
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(Text, default="")
    affiliation: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    groups: Mapped[list["StakeholderGroup"]] = relationship(
        order_by="StakeholderGroup.name", cascade="all, delete-orphan", passive_deletes=True, lazy="raise"
    )

    def __str__(self) -> str:
        return f"stakeholder {self.id}"  # shown in the audit log, which others read, so without name or address


class StakeholderGroup(Base):
    """A stakeholder's membership of a group, which exists by its name only."""

    __tablename__ = "stakeholder_group"
    __table_args__ = (UniqueConstraint("stakeholder_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80), index=True)


class Unsubscribe(Base):
    """An address that unsubscribed from an organization, or from all of them; kept forever, as a hash.

    It stays when the stakeholder is deleted; only the recipient can undo it.
    """

    __tablename__ = "unsubscribe"
    __table_args__ = (Index("ix_unsubscribe_hash", "address_hash", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))  # None: from all
    # For an unsubscribe from all: the organization whose email had the link; only a link in its emails undoes it.
    # None: it is older than this column, and any link undoes it.
    through_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    key_name: Mapped[str] = mapped_column(
        String(16)
    )  # of the key that made the hash; with another key no hash would match
    at: Mapped[datetime]

    def __str__(self) -> str:
        return f"unsubscribe {self.id}"


class Pack(Base):
    """A selection of resources with a note, for chosen groups of stakeholders."""

    __tablename__ = "pack"
    # The worker polls for packs by state.
    __table_args__ = (Index("ix_pack_state", "state", "send_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # its creator, then its sender
    quarter: Mapped[str] = mapped_column(String(6))  # that it was created for, such as 2026Q3
    title: Mapped[str] = mapped_column(Text)  # the mail's subject
    note: Mapped[str] = mapped_column(Text, default="")
    groups: Mapped[list[str]] = mapped_column(JSON, default=list)
    everyone: Mapped[bool] = mapped_column(default=False)  # all stakeholders, in any group or none
    # The number of people chosen beside the groups: in a draft when it was saved, otherwise when it was sent.
    chosen_people: Mapped[int] = mapped_column(default=0)
    state: Mapped[PackState] = mapped_column(default=PackState.DRAFT)
    created_at: Mapped[datetime]
    send_at: Mapped[datetime | None]
    # When its first link started to work, and when its links stop working.
    published_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    recipients: Mapped[int] = mapped_column(default=0)  # people who get a link by email
    skipped_unsubscribed: Mapped[int] = mapped_column(default=0)
    skipped_bouncing: Mapped[int] = mapped_column(default=0)
    logged_at: Mapped[datetime | None]  # when accepted messages were last added to the sharing log
    rounds: Mapped[int] = mapped_column(default=0)  # of adding accepted messages to the sharing log
    finished_at: Mapped[datetime | None]  # every message was accepted or has failed for good
    reduced_at: Mapped[datetime | None]  # when the traces of each recipient were reduced to counts

    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    items: Mapped[list["PackItem"]] = relationship(
        order_by="PackItem.position", cascade="all, delete-orphan", lazy="raise"
    )

    def __str__(self) -> str:
        return f"pack {self.id}"


class PackPerson(Base):
    """A stakeholder who gets a pack beside its groups. People who are removed from the list drop out."""

    __tablename__ = "pack_person"

    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), primary_key=True)
    stakeholder_id: Mapped[int] = mapped_column(
        ForeignKey("stakeholder.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PackItem(Base):
    """A resource in a pack, or some pages of one revision of it."""

    __tablename__ = "pack_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"), index=True)
    position: Mapped[int]
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    added_at: Mapped[datetime]
    revision_number: Mapped[int | None]  # of the pages; a whole resource is always its newest revision
    first_page: Mapped[int | None]
    last_page: Mapped[int | None]

    resource: Mapped[Resource] = relationship(lazy="raise")


class PackLink(Base):
    """A tracked link to a pack's page: one for each recipient, and one for each other channel.

    It refers to its recipient until they are removed from the list or the traces are reduced to counts.
    """

    __tablename__ = "pack_link"
    __table_args__ = (Index("ix_pack_link_part", "pack_id", "part", "logged"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    stakeholder_id: Mapped[int | None] = mapped_column(ForeignKey("stakeholder.id", ondelete="SET NULL"), index=True)
    part: Mapped[LinkPart] = mapped_column(default=LinkPart.WAITING)
    message_id: Mapped[int | None] = mapped_column(index=True)  # in the outbox, which knows its state
    channel: Mapped[Channel | None]  # of a link that isn't emailed to one recipient
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who created a channel's link
    created_at: Mapped[datetime]
    logged: Mapped[bool] = mapped_column(default=False)  # in the sharing log, or a colleague, who doesn't count
    noticed_at: Mapped[datetime | None]  # when the sender, or a channel's creator, was told that someone opened it

    pack: Mapped[Pack] = relationship(lazy="raise")
    stakeholder: Mapped[Stakeholder | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"pack link {self.id}"


class PackTrace(Base):
    """An action that a person took on a pack's page. Not a business record: traces are later reduced to counts."""

    __tablename__ = "pack_trace"

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("pack_link.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("pack_item.id"))
    act: Mapped[Trace]
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text, default="")  # of a question
    # Idempotency key: link, act and item; for a channel's link also a hash of the visitor's browser id.
    once: Mapped[str] = mapped_column(String(120), unique=True)


class PackFetch(Base):
    """The number of fetches of a link without a known person, which never count as openings."""

    __tablename__ = "pack_fetch"

    link_id: Mapped[int] = mapped_column(ForeignKey("pack_link.id"), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class PackCount(Base):
    """A count computed from a pack's traces before they were deleted."""

    __tablename__ = "pack_count"
    __table_args__ = (UniqueConstraint("pack_id", "item_id", "act"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("pack_item.id"))
    act: Mapped[str] = mapped_column(
        String(20)
    )  # the act of a trace, the state of a message, or the evidence of a link
    count: Mapped[int]

"""The tables of outreach: share links, log addresses, stakeholders, packs and what their links show."""

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
    """A person's secret address for copies of their own mail; one at a time, and the old ones take nothing more."""

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
    token: Mapped[str] = mapped_column(String(40), unique=True)  # kept as it is: its owner copies it again
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"log address {self.id}"


class ShareLink(Base):
    """A link that opens one resource, or one page of it, to whoever has it; revocable, and it expires."""

    __tablename__ = "share_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)  # kept as it is: its maker copies it again
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    page_number: Mapped[int | None]
    # A link to one page stays with the revision that it was made for: in the next one page 7 may be another page.
    revision_number: Mapped[int | None]
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    resource: Mapped[Resource] = relationship(lazy="raise")
    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"share link {self.id}"


class Stakeholder(Base):
    """Somebody to whom an organization passes things on. Seen by that organization alone; may be deleted."""

    __tablename__ = "stakeholder"
    __table_args__ = (UniqueConstraint("organization_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    email: Mapped[str] = mapped_column(String(254))  # lower case
    # The keyed hash of the address: says whether someone unsubscribed without asking each address.
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
    key_name: Mapped[str] = mapped_column(String(16))  # which key made the hash: another one would find no one
    at: Mapped[datetime]

    def __str__(self) -> str:
        return f"unsubscribe {self.id}"


class Pack(Base):
    """Some resources with a few words, for chosen groups of stakeholders."""

    __tablename__ = "pack"
    # The worker asks again and again which packs are on their way.
    __table_args__ = (Index("ix_pack_state", "state", "send_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # who made it, then who sends it
    quarter: Mapped[str] = mapped_column(String(6))  # that it was made for, as 2026Q3
    title: Mapped[str] = mapped_column(Text)  # the mail's subject
    note: Mapped[str] = mapped_column(Text, default="")
    groups: Mapped[list[str]] = mapped_column(JSON, default=list)
    everyone: Mapped[bool] = mapped_column(default=False)  # all stakeholders, whatever their group
    state: Mapped[PackState] = mapped_column(default=PackState.DRAFT)
    created_at: Mapped[datetime]
    send_at: Mapped[datetime | None]
    # When its first link could be opened, and until when its links open.
    published_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    recipients: Mapped[int] = mapped_column(default=0)  # who got a link by mail
    skipped_unsubscribed: Mapped[int] = mapped_column(default=0)
    skipped_bouncing: Mapped[int] = mapped_column(default=0)
    logged_at: Mapped[datetime | None]  # when the log last learned whom the mail server took messages for
    rounds: Mapped[int] = mapped_column(default=0)  # in which it learned
    finished_at: Mapped[datetime | None]  # every message was accepted or has failed for good
    reduced_at: Mapped[datetime | None]  # what single recipients did has become counts

    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    items: Mapped[list["PackItem"]] = relationship(
        order_by="PackItem.position", cascade="all, delete-orphan", lazy="raise"
    )

    def __str__(self) -> str:
        return f"pack {self.id}"


class PackItem(Base):
    """A resource in a pack, or some pages of one revision of it."""

    __tablename__ = "pack_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"), index=True)
    position: Mapped[int]
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    revision_number: Mapped[int | None]  # of the pages; the whole resource is always the newest
    first_page: Mapped[int | None]
    last_page: Mapped[int | None]

    resource: Mapped[Resource] = relationship(lazy="raise")


class PackLink(Base):
    """A tracked link to a pack's page: one for each recipient, and one for each other channel.

    It names its recipient as long as they are on the list and traces are kept; then it is a number.
    """

    __tablename__ = "pack_link"
    __table_args__ = (Index("ix_pack_link_part", "pack_id", "part", "logged"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    stakeholder_id: Mapped[int | None] = mapped_column(ForeignKey("stakeholder.id", ondelete="SET NULL"), index=True)
    part: Mapped[LinkPart] = mapped_column(default=LinkPart.WAITING)
    message_id: Mapped[int | None] = mapped_column(index=True)  # in the outbox, which tells what became of it
    channel: Mapped[Channel | None]  # of a link that isn't mailed to one recipient
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who made a channel's link
    created_at: Mapped[datetime]
    logged: Mapped[bool] = mapped_column(default=False)  # an entry of the log counts this recipient

    pack: Mapped[Pack] = relationship(lazy="raise")
    stakeholder: Mapped[Stakeholder | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"pack link {self.id}"


class PackTrace(Base):
    """What someone did with a link by an act of their own: a trace, reduced to counts in time. No business fact."""

    __tablename__ = "pack_trace"

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("pack_link.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("pack_item.id"))
    act: Mapped[Trace]
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text, default="")  # of a question
    # Makes an act that is done again one trace: "4 opened", "4 useful 7", on a channel with the browser's word
    once: Mapped[str] = mapped_column(String(120), unique=True)


class PackFetch(Base):
    """How often a link was fetched by a machine or by no one known: counts nothing, shown as what it is."""

    __tablename__ = "pack_fetch"

    link_id: Mapped[int] = mapped_column(ForeignKey("pack_link.id"), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class PackCount(Base):
    """What is left of a pack's traces after their time: how many, of what."""

    __tablename__ = "pack_count"
    __table_args__ = (UniqueConstraint("pack_id", "item_id", "act"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("pack_item.id"))
    act: Mapped[str] = mapped_column(String(20))  # a trace, or how a message ended
    count: Mapped[int]

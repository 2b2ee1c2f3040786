"""The tables of the record: sharing events, confirmations, audit packets and copied mail. Events and confirmations are append-only."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from hub.core.db import Base
from hub.core.fingerprints import digest_of
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization, Person
from hub.members.rules.organizations import Role
from hub.sharing.rules.confirmations import canonical
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.logged_mail import Outcome
from hub.sharing.rules.standing import Act, Channel


class LoggedMail(Base):
    """A mail that came to a log address, and what became of it."""

    __tablename__ = "logged_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    once: Mapped[str] = mapped_column(String(64), unique=True)  # of Message-ID, person and body
    received_at: Mapped[datetime]
    happened_on: Mapped[date]
    outcome: Mapped[Outcome]
    subject: Mapped[str] = mapped_column(Text)
    people: Mapped[int | None]  # whom it went to; None: they stood in BCC
    domains: Mapped[dict[str, int]] = mapped_column(JSON)  # how many at each
    attachments: Mapped[int]  # how many it had
    event_ids: Mapped[list[int]] = mapped_column(JSON)  # the events that it made

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"mail {self.id} to the log address"


class SharingEvent(Base):
    """One act of taking or passing on. ``happened_on`` decides the quarter; ``recorded_at`` is for the auditor.

    An entry that corrects another names it in ``supersedes_id``; one that takes it back is ``void`` besides.
    Both stay; only entries that nothing supersedes and that are not void count.
    """

    __tablename__ = "sharing_event"
    __table_args__ = (
        # Answers by itself what stands in a quarter, for one organization or for all: no row is fetched.
        Index(
            "ix_sharing_event_standing",
            "quarter",
            "organization_id",
            "act",
            "void",
            "carrier",
            postgresql_include=["id"],
        ),
        # What was passed on in a quarter, by resource and organization, again without fetching rows.
        Index("ix_sharing_event_reach", "quarter", "act", "resource_id", "organization_id", "void"),
        # Of each entry at most one correction. Most entries correct nothing, so the index leaves them out.
        Index(
            "one_correction_of_each",
            "supersedes_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NOT NULL"),
            postgresql_where=text("supersedes_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[Act]
    carrier: Mapped[Carrier | None]  # of a forward: what carried it; None: a link that someone opened
    # None: a visitor took a public resource, counted without identity
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    title: Mapped[str] = mapped_column(Text)  # what the organization knew the resource as then; it may be renamed
    revision_number: Mapped[int | None]
    page_number: Mapped[int | None]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("share_link.id"), index=True)
    pack_id: Mapped[int | None] = mapped_column(ForeignKey("pack.id"), index=True)  # that it went out in
    happened_on: Mapped[date]
    quarter: Mapped[str] = mapped_column(String(6))  # of happened_on, as 2026Q3: the board groups by it
    recorded_at: Mapped[datetime]
    with_whom: Mapped[str] = mapped_column(Text, default="")
    people: Mapped[int | None]  # about how many were reached
    channel: Mapped[Channel | None]
    note: Mapped[str] = mapped_column(Text, default="")
    # Makes an act that is seen many times one event: "download 7 of 12 revision 1 in hour 2026-11-23T14"
    once: Mapped[str | None] = mapped_column(String(80), unique=True)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("sharing_event.id"))
    void: Mapped[bool] = mapped_column(default=False)

    resource: Mapped[Resource] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"{self.act} event {self.id}"


class Confirmation(Base):
    """A representative or alternate says in writing what was shared in a quarter. The last one stands."""

    __tablename__ = "confirmation"
    __table_args__ = (Index("ix_confirmation_standing", "organization_id", "quarter", "confirmed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    quarter: Mapped[str] = mapped_column(String(6), index=True)  # as 2026Q3
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]  # that the person had when confirming
    confirmed_at: Mapped[datetime]
    shared: Mapped[bool]  # False: an honest "nothing was shared"
    with_whom: Mapped[str] = mapped_column(Text, default="")
    people: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")  # why nothing was shared
    # Makes a form that is sent twice one confirmation: "confirm 7 <the form's own random word>"
    once: Mapped[str | None] = mapped_column(String(80), unique=True)
    # The one that stood before; of two made at the same moment both name the same one, and the last stands.
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("confirmation.id"))
    # SHA-256 of what it says, made when it was said; None: it is older than digests.
    digest: Mapped[str | None] = mapped_column(String(64))

    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    items: Mapped[list["ConfirmedResource"]] = relationship(order_by="ConfirmedResource.id", lazy="raise")

    @property
    def of_quarter(self) -> Quarter:
        """The quarter that it confirms."""
        return Quarter.parse(self.quarter)

    @property
    def canonical(self) -> str:
        """What it says, in the form that its digest is made of; needs its items."""
        return canonical(self, (item.resource_id for item in self.items))

    @property
    def is_as_said(self) -> bool:
        """Whether it still says what it said when its digest was made; needs its items."""
        return self.digest in {None, digest_of(self.canonical)}

    def __str__(self) -> str:
        return f"confirmation of {self.quarter}"


class ConfirmedResource(Base):
    """A resource that a confirmation names."""

    __tablename__ = "confirmed_resource"

    id: Mapped[int] = mapped_column(primary_key=True)
    confirmation_id: Mapped[int] = mapped_column(ForeignKey("confirmation.id"), index=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    title: Mapped[str] = mapped_column(Text)  # what the organization knew it as then

    resource: Mapped[Resource] = relationship(lazy="raise")


def refuse_changes(_mapper: Mapper[Base], _connection: object, row: Base) -> None:
    """Called by SQLAlchemy before a row of a log changes or goes: neither may be."""
    message = f"{type(row).__name__} rows are append-only: a mistake is corrected by an entry that supersedes it."
    raise TypeError(message)


for _model in (SharingEvent, Confirmation, ConfirmedResource):
    event.listen(_model, "before_update", refuse_changes)
    event.listen(_model, "before_delete", refuse_changes)


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

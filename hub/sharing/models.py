"""Tables: sharing events, people reached, confirmations, audit packets, logged emails. All but the last are append-only."""

import json
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
    """An email that came to a log address, and its outcome."""

    __tablename__ = "logged_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person_name: Mapped[str] = mapped_column(Text, default="")  # at that time
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    once: Mapped[str] = mapped_column(String(64), unique=True)  # hash of person, Message-ID and body
    received_at: Mapped[datetime]
    happened_on: Mapped[date]
    outcome: Mapped[Outcome]
    subject: Mapped[str] = mapped_column(Text)
    people: Mapped[int | None]  # number of recipients; None: they were in BCC
    domains: Mapped[dict[str, int]] = mapped_column(JSON)  # recipients by domain
    attachments: Mapped[int]  # their number
    event_ids: Mapped[list[int]] = mapped_column(JSON)  # the entries that it led to

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"email {self.id} to the log address"


class SharingEvent(Base):
    """A download, declaration or forward. ``happened_on`` decides the quarter; ``recorded_at`` is for auditors.

    An entry that corrects another has its id in ``supersedes_id``; one that retracts another is also ``void``.
    Both stay; only current entries count, which are not void and not superseded.
    """

    __tablename__ = "sharing_event"
    __table_args__ = (
        # Covers the query of a quarter's current entries, for one organization or for all: no row is fetched.
        Index(
            "ix_sharing_event_standing",
            "quarter",
            "organization_id",
            "act",
            "void",
            "carrier",
            postgresql_include=["id"],
        ),
        # Covers the query of what was shared in a quarter, by resource and organization.
        Index("ix_sharing_event_reach", "quarter", "act", "resource_id", "organization_id", "void"),
        # An entry has at most one correction. Most entries correct nothing, so the index is partial.
        Index(
            "one_correction_of_each",
            "supersedes_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NOT NULL"),
            postgresql_where=text("supersedes_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The first entry of the same act of sharing (a report, an email, a pack's round); None: this is the first.
    share_id: Mapped[int | None] = mapped_column(ForeignKey("sharing_event.id"))
    act: Mapped[Act]
    carrier: Mapped[Carrier | None]  # of a forward; None: an opened link, from before carriers were logged
    # None: a visitor downloaded a public resource, counted without identity
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The names at that time; people, organizations and resources are renamed. Empty for a visitor.
    person_name: Mapped[str] = mapped_column(Text, default="")
    organization_name: Mapped[str] = mapped_column(Text, default="")
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    title: Mapped[str] = mapped_column(Text)  # that the organization knew
    revision_number: Mapped[int | None]
    page_number: Mapped[int | None]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("share_link.id"), index=True)
    pack_id: Mapped[int | None] = mapped_column(ForeignKey("pack.id"), index=True)  # that it was sent in
    happened_on: Mapped[date]
    quarter: Mapped[str] = mapped_column(String(6))  # of happened_on, as 2026Q3, for the board's GROUP BY
    recorded_at: Mapped[datetime]
    with_whom: Mapped[str] = mapped_column(Text, default="")
    # A forward's recipients, or the number that a report says. To add up entries, see `people_reached`.
    people: Mapped[int | None]
    channel: Mapped[Channel | None]
    note: Mapped[str] = mapped_column(Text, default="")
    # Idempotency key of an act that is seen many times: "download 7 12 1 2026-11-23T14"
    once: Mapped[str | None] = mapped_column(String(80), unique=True)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("sharing_event.id"))
    void: Mapped[bool] = mapped_column(default=False)
    # The resource was added after the quarter: the person, or their email, says that it was shared outside the hub.
    earlier: Mapped[bool] = mapped_column(default=False)

    resource: Mapped[Resource] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")

    @property
    def share(self) -> int:
        """The number of the first entry of the same act of sharing."""
        return self.share_id or self.id

    def __str__(self) -> str:
        return f"entry {self.id} ({self.act.label.lower()})"


class ReachedPerson(Base):
    """A person whom an act of sharing reached, known by a key that isn't their address.

    They belong to the act, not to its entries: an email with ten resources to 500 people has 500 of them.
    """

    __tablename__ = "reached_person"

    share_id: Mapped[int] = mapped_column(ForeignKey("sharing_event.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # see `hub.sharing.actions.reach`


class Confirmation(Base):
    """A representative's or alternate's written statement of what was shared in a quarter. The last one counts."""

    __tablename__ = "confirmation"
    __table_args__ = (Index("ix_confirmation_standing", "organization_id", "quarter", "confirmed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    quarter: Mapped[str] = mapped_column(String(6), index=True)  # as 2026Q3
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # The names at that time, and the role that the person had when confirming.
    person_name: Mapped[str] = mapped_column(Text, default="")
    organization_name: Mapped[str] = mapped_column(Text, default="")
    role: Mapped[Role]
    confirmed_at: Mapped[datetime]
    shared: Mapped[bool]  # False: there was nothing to share
    with_whom: Mapped[str] = mapped_column(Text, default="")
    people: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")  # why nothing was shared
    # Idempotency key of a form that is sent twice: "confirm 7 <hash of the form's random token>"
    once: Mapped[str | None] = mapped_column(String(80), unique=True)
    # The previous confirmation. Two made at the same moment have the same one here, and the last of them counts.
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("confirmation.id"))
    # SHA-256 of its canonical form when it was made; None: it is older than digests.
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
        """Its canonical form, from which the digest is computed; needs its items."""
        return canonical(
            self,
            (item.resource_id for item in self.items),
            (item.resource_id for item in self.items if item.earlier),
        )

    @property
    def is_unaltered(self) -> bool:
        """True if it still matches its digest, or has none; needs its items."""
        return self.digest in {None, digest_of(self.canonical)}

    def __str__(self) -> str:
        return f"{self.of_quarter.label} confirmation"


class ConfirmedResource(Base):
    """A resource that a confirmation names."""

    __tablename__ = "confirmed_resource"

    id: Mapped[int] = mapped_column(primary_key=True)
    confirmation_id: Mapped[int] = mapped_column(ForeignKey("confirmation.id"), index=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    title: Mapped[str] = mapped_column(Text)  # the title that the organization knew at that time
    earlier: Mapped[bool] = mapped_column(default=False)  # added after the quarter, and shared earlier, outside the hub

    resource: Mapped[Resource] = relationship(lazy="raise")


def refuse_changes(_mapper: Mapper[Base], _connection: object, row: Base) -> None:
    """Refuse updates and deletions; called by SQLAlchemy before it makes one."""
    message = f"A {type(row).__name__} is never changed. Add one that corrects it."
    raise TypeError(message)


for _model in (SharingEvent, ReachedPerson, Confirmation, ConfirmedResource):
    event.listen(_model, "before_update", refuse_changes)
    event.listen(_model, "before_delete", refuse_changes)


class AuditPacket(Base):
    """An audit packet of an organization's quarter; the last one is current, and names the one that it replaces."""

    __tablename__ = "audit_packet"
    __table_args__ = (Index("ix_audit_packet_quarter", "organization_id", "quarter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    quarter: Mapped[str] = mapped_column(String(6))  # as 2026Q3
    made_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    manifest: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the manifest
    # SHA-256 of its tables, so that an unchanged log gets no second packet.
    tables_digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]  # bytes
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    # The previous quarter's packet, which the manifest names; None in the organization's first quarter.
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("audit_packet.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("audit_packet.id"), unique=True)

    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")

    @property
    def made_by(self) -> str:
        """The name of the person who created it, at that time."""
        return str(json.loads(self.manifest)["made_by"])

    def __str__(self) -> str:
        return f"{Quarter.parse(self.quarter).label} audit packet"


for _moment in ("before_update", "before_delete"):
    event.listen(AuditPacket, _moment, refuse_changes)

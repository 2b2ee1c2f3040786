"""Resources, their revisions, and the pages extracted from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, and_, select, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from hub.core.db import Base
from hub.library.rules import Audience, Kind, PageKind, PreviewState, ScanState, Source, State, place_name
from hub.members.models import Organization, Person

_LIVE = text("withdrawn_at IS NULL")


class Resource(Base):
    """A briefing, call notes, a presentation, or anything else worth sharing."""

    __tablename__ = "resource"
    # SQLite reads an index alone only if it has all columns of the query, `withdrawn_at` too. It must find no index that
    # begins with that column, or it takes that one for the newest resources, and sorts all of them.
    __table_args__ = (
        # Every search asks which resources are live, and in which version.
        Index("ix_resource_live", "version", "id", "withdrawn_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
        # Home lists the newest that a person may read: the columns of `visible_to`.
        Index(
            "ix_resource_newest",
            "created_at",
            "id",
            "audience",
            "organization_id",
            "withdrawn_at",
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[Kind] = mapped_column(index=True)
    summary: Mapped[str] = mapped_column(Text, default="")
    published_on: Mapped[date] = mapped_column(index=True)
    call_on: Mapped[date | None]  # the Monday call that it belongs to
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    audience: Mapped[Audience] = mapped_column(default=Audience.NETWORK)
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Suggested by the hub and not yet edited by a person: reading the document may find a better one.
    title_is_proposed: Mapped[bool] = mapped_column(default=False)
    date_is_proposed: Mapped[bool] = mapped_column(default=False)
    # When it last became for its organization only: links and packs from before stay closed (`is_open_to_outsiders`).
    closed_to_outsiders_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    revision_number: Mapped[int] = mapped_column(default=0)  # of the current revision
    # Incremented with every change that search or pages show; derived data compares it with its own version.
    version: Mapped[int] = mapped_column(default=1)

    organization: Mapped[Organization] = relationship(lazy="raise")
    created_by: Mapped[Person | None] = relationship(lazy="raise")
    topics: Mapped[list["Topic"]] = relationship(order_by="Topic.id", cascade="all, delete-orphan", lazy="raise")
    revisions: Mapped[list["Revision"]] = relationship(
        back_populates="resource", order_by="Revision.number.desc()", lazy="raise"
    )
    current: Mapped["Revision"] = relationship(
        primaryjoin=lambda: and_(
            Resource.id == foreign(Revision.resource_id), Resource.revision_number == Revision.number
        ),
        uselist=False,
        viewonly=True,
        lazy="raise",
    )

    def __str__(self) -> str:
        return self.title


class Topic(Base):
    """A topic of a resource: the slug of one of the Big 6, or a free tag in lower case."""

    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("resource_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    name: Mapped[str] = mapped_column(String(80), index=True)


class FollowedTopic(Base):
    """A topic that a person follows: a slug of the Big 6, or a free tag."""

    __tablename__ = "followed_topic"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)


class Revision(Base):
    """One version of a resource's content: a file, Markdown text, or a link. Never changed, never deleted."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("resource_id", "number"),
        # The worker's next file: those never read come first, and of those the ones that a person waits for.
        Index("ix_revision_unread", "reader_version", "in_bulk", "id"),
        Index("ix_revision_undrawn", "preview_version", "lease_until"),
        # Every turn of the worker asks which of the few that failed are due again.
        Index("ix_revision_read_tools", "read_tools"),
        Index("ix_revision_preview_tools", "preview_tools"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    number: Mapped[int]
    source: Mapped[Source]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)  # of a file; its name in uploads/files
    size: Mapped[int | None]  # bytes
    file_name: Mapped[str | None] = mapped_column(Text)
    media_type: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)  # typed Markdown
    url: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")  # what changed, in the words of the person who replaced it
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The audience when the next revision replaced this one, narrowed whenever the resource's audience was narrowed
    # since; None: the resource's own audience. Widening the resource's audience doesn't open earlier revisions: the
    # person who widens it has checked the current content, not the earlier one.
    audience: Mapped[Audience | None]

    # No one waits for it: it came with many others, or the hub itself has it read again.
    in_bulk: Mapped[bool] = mapped_column(default=False)

    # Derived: the result of reading it. The worker that reads it holds the lease.
    state: Mapped[State] = mapped_column(default=State.WAITING)
    state_detail: Mapped[str] = mapped_column(Text, default="")
    reader_version: Mapped[int] = mapped_column(default=0)
    page_count: Mapped[int] = mapped_column(default=0)
    # A sentence a line: the parts that couldn't be read, and the kinds of parts that are left out on purpose.
    unread: Mapped[str] = mapped_column(Text, default="")
    left_out: Mapped[str] = mapped_column(Text, default="")
    # Whether the person who added it needs to be told what couldn't be read.
    to_tell: Mapped[bool] = mapped_column(default=False, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(120))  # the worker that reads it, and a random word
    lease_until: Mapped[datetime | None]
    # If it couldn't be read: the versions of the programs that tried, a line each; how often in a row it failed for a
    # reason that may pass, and when it is tried again. The same below, if its pages couldn't be drawn.
    read_tools: Mapped[str] = mapped_column(Text, default="")
    read_failures: Mapped[int] = mapped_column(default=0)
    read_retry_at: Mapped[datetime | None]
    # Derived: the result of drawing its pages, after reading; the worker that draws holds the same lease.
    preview_state: Mapped[PreviewState] = mapped_column(default=PreviewState.WAITING)
    preview_version: Mapped[int] = mapped_column(default=0)
    preview_tools: Mapped[str] = mapped_column(Text, default="")
    preview_failures: Mapped[int] = mapped_column(default=0)
    preview_retry_at: Mapped[datetime | None]

    resource: Mapped[Resource] = relationship(back_populates="revisions", lazy="raise")
    created_by: Mapped[Person | None] = relationship(lazy="raise")
    pages: Mapped[list["Page"]] = relationship(
        back_populates="revision", order_by="Page.number", lazy="raise", passive_deletes=True
    )


class Page(Base):
    """A numbered part of a revision with its text. Derived: can be deleted and extracted again."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("revision_id", "number"),
        # The worker asks several times a second which pictures wait for text recognition.
        Index(
            "ix_page_unrecognized",
            "number",
            "revision_id",
            sqlite_where=text("is_picture = 1 AND confidence IS NULL"),
            postgresql_where=text("is_picture AND confidence IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[PageKind]
    title: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")  # speaker notes, which aren't on the slide
    hidden: Mapped[bool] = mapped_column(default=False)  # a slide that is skipped in the slide show
    also_searched: Mapped[str] = mapped_column(Text, default="")  # found by search, but not shown
    is_picture: Mapped[bool] = mapped_column(default=False)  # it shows pictures and has no text of its own
    seconds: Mapped[int | None]  # where a moment begins in its recording
    part: Mapped[str] = mapped_column(Text, default="")  # the address of an attachment in its file
    # Read from the picture: how sure text recognition is (0 to 100), None when the text is the page's own; and the words'
    # places as JSON, `[["word", left, top, width, height], …]` in thousandths of the page's width and height.
    confidence: Mapped[int | None]
    places: Mapped[str] = mapped_column(Text, default="", deferred=True)

    revision: Mapped["Revision"] = relationship(back_populates="pages", lazy="raise")

    @property
    def place(self) -> str:
        """Its name on screens: ``Slide 7``; of a moment, its time."""
        return place_name(self.kind, self.number, self.seconds)


class FileScan(Base):
    """The last virus scan of an original. An original without a row waits for its first scan, if there is a scanner."""

    __tablename__ = "file_scan"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[ScanState] = mapped_column(default=ScanState.WAITING, index=True)
    signature: Mapped[str] = mapped_column(Text, default="")  # what was found, by the scanner's name for it
    scanner: Mapped[str] = mapped_column(Text, default="", index=True)  # its version and that of its signatures
    trouble: Mapped[str] = mapped_column(Text, default="")  # why there is no verdict yet, for the coordinator
    scanned_at: Mapped[datetime | None]


class KeptFile(Base):
    """An original needed by a record other than a revision: stored and verified like others, but not in search."""

    __tablename__ = "kept_file"
    __table_args__ = (UniqueConstraint("sha256", "holder"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    holder: Mapped[str] = mapped_column(String(80))  # the record that needs it, in words: "evidence 12"
    file_name: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Named:
    """The organization of a listed resource."""

    name: str


@dataclass(frozen=True)
class Listed:
    """A resource in a list, with the same names as `Resource`."""

    id: int
    title: str
    kind: Kind
    audience: Audience
    published_on: date
    created_at: datetime
    created_by_id: int | None
    organization: Named

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Return the resource of a row of `LISTED`."""
        id_, title, kind, audience, published_on, created_at, created_by_id, name = row
        return cls(id_, title, kind, audience, published_on, created_at, created_by_id, Named(name))


LISTED = select(
    Resource.id,
    Resource.title,
    Resource.kind,
    Resource.audience,
    Resource.published_on,
    Resource.created_at,
    Resource.created_by_id,
    Organization.name,
).join(Organization, Organization.id == Resource.organization_id)

"""The tables of search: the glossary, and each person's saved searches, feeds, recent searches and last visit.

Only the person sees their own rows, and no rule reads them. Besides, the vectors of pages, which are derived data.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.db import Base
from hub.members.models import Person
from hub.search.rules.glossary import Entry


class GlossaryEntry(Base):
    """One thing and the names that people search for it by."""

    __tablename__ = "glossary_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)  # the short name, usually an acronym
    meaning: Mapped[str] = mapped_column(Text)  # what the short name stands for
    others: Mapped[str] = mapped_column(Text, default="")  # other and former names, one per line
    is_word: Mapped[bool] = mapped_column(
        default=False
    )  # the short name is also an ordinary word: it means the entry only in capitals
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: included with the hub
    version: Mapped[int] = mapped_column(default=1)  # increases with every edit

    changed_by: Mapped[Person | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the short one first."""
        return tuple(dict.fromkeys([self.name, self.meaning, *self.others.splitlines()]))

    @property
    def entry(self) -> Entry:
        """The entry as a value for the rules."""
        return Entry(self.names, self.is_word)


class SavedSearch(Base):
    """A named search. ``address`` is its URL query string as `addresses.canonical` writes it."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("person_id", "address_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    address_hash: Mapped[str] = mapped_column(String(64))  # a text of any length can't be indexed
    created_at: Mapped[datetime]
    tells: Mapped[bool] = mapped_column(default=True)  # the person is notified about new resources
    # When the person last looked at it, and the time before that: see `rules.visits`.
    looked_at: Mapped[datetime]
    looked_before_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"saved search {self.id}"


class SearchFeed(Base):
    """A feed of the new resources in a search, with the permissions of the person who created it.

    The token is stored in plain text, since its owner copies it again: anyone who reads this table can read the
    resources.
    """

    __tablename__ = "search_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"feed {self.id}"


class RecentSearch(Base):
    """A query that a person ran; only the last few are kept, and the person can clear them."""

    __tablename__ = "recent_search"
    __table_args__ = (UniqueConstraint("person_id", "text_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))  # of the casefolded text
    at: Mapped[datetime]


class LastVisit(Base):
    """When a person last looked at lists of resources, and the visit before. Written on a GET: nothing depends on it."""

    __tablename__ = "last_visit"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]
    before_at: Mapped[datetime | None]


class PageVector(Base):
    """The vector of a part of a page, for search by meaning. Derived: can be deleted and made again."""

    __tablename__ = "page_vector"
    __table_args__ = (UniqueConstraint("page_id", "model", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"))
    model: Mapped[str] = mapped_column(String(40))  # the version of the model and of the texts
    part: Mapped[int]  # from 0
    digest: Mapped[str] = mapped_column(String(32))  # of the page's texts
    vector: Mapped[bytes]  # integers of a byte, which are multiplied with the scale
    scale: Mapped[float]


class EncodedResource(Base):
    """A resource whose pages all have vectors, as they were in this version of it; 0: not all of them yet. Derived."""

    __tablename__ = "encoded_resource"
    # Every search and every turn of the worker asks whether something changed.
    __table_args__ = (Index("ix_encoded_resource_version", "model", "version", "resource_id"),)

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    model: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]

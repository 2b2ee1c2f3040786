"""The tables of search: the glossary, and what people keep of their searching. The latter is a person's own: no one else sees it, no rule reads it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.db import Base
from hub.members.models import Person
from hub.search.rules.glossary import Entry


class GlossaryEntry(Base):
    """One thing and the names that people search for it by."""

    __tablename__ = "glossary_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)  # how it is said in short: an acronym, mostly
    meaning: Mapped[str] = mapped_column(Text)  # what that stands for
    others: Mapped[str] = mapped_column(Text, default="")  # other and former names, one a line
    is_word: Mapped[bool] = mapped_column(default=False)  # an ordinary word too: only in capitals it is meant
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: it came with the hub
    version: Mapped[int] = mapped_column(default=1)  # counts up with every change

    changed_by: Mapped[Person | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> tuple[str, ...]:
        """All of its names, the short one first."""
        return tuple(dict.fromkeys([self.name, self.meaning, *self.others.splitlines()]))

    @property
    def entry(self) -> Entry:
        """As the rules know it."""
        return Entry(self.names, self.is_word)


class SavedSearch(Base):
    """A search under a name. ``address`` is what stands after the question mark, as `addresses.kept` writes it."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("person_id", "address_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    address_hash: Mapped[str] = mapped_column(String(64))  # an index takes no text of any length
    created_at: Mapped[datetime]
    tells: Mapped[bool] = mapped_column(default=True)  # the person is told when there is more
    # When it was looked at, and when the time before: see `rules.visits`.
    looked_at: Mapped[datetime]
    looked_before_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"saved search {self.id}"


class SearchFeed(Base):
    """An address at which a feed reader finds what is new in a search, with the rights of the person who made it.

    The token is kept as it is, since its maker copies it again: whoever reads these rows reads the resources too.
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
    """Words that a person searched for; the last few are kept, and forgotten when they say so."""

    __tablename__ = "recent_search"
    __table_args__ = (UniqueConstraint("person_id", "text_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))  # of the words without case
    at: Mapped[datetime]


class LastVisit(Base):
    """When a person looked at lists of resources, and when the time before. A GET keeps it: nothing counts by it."""

    __tablename__ = "last_visit"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]
    before_at: Mapped[datetime | None]

"""The glossary's rows."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
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

"""Log addresses, and what came to them: counts, never addresses of recipients, never what was written."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.db import Base
from hub.members.models import Person
from hub.sharing.rules.incoming import Outcome


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

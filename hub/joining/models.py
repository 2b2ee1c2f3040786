"""Applications to join, with their evidence and votes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.db import Base
from hub.joining.rules import Ballot, Conflict, Criterion, Departure, Invited, Progress
from hub.library.rules import State
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role


class Application(Base):
    """An application to join. The applicant has no account and opens it with a secret link."""

    __tablename__ = "application"
    __table_args__ = (Index("ix_application_from", "from_network", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # only the hash, which can't be used as a link
    kind: Mapped[OrganizationKind]
    name: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(Text, default="")
    interest: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(Text)
    contact_email: Mapped[str] = mapped_column(String(320))
    answered_email: Mapped[str] = mapped_column(String(320), default="")  # the address whose owner pressed its button
    representative_name: Mapped[str] = mapped_column(Text, default="")
    representative_email: Mapped[str] = mapped_column(String(320), default="")
    alternate_name: Mapped[str] = mapped_column(Text, default="")
    alternate_email: Mapped[str] = mapped_column(String(320), default="")
    progress: Mapped[Progress] = mapped_column(default=Progress.DRAFT, index=True)
    round: Mapped[int] = mapped_column(default=1)  # increased when it is resubmitted, which restarts voting
    asked: Mapped[str] = mapped_column(Text, default="")  # changes that were requested
    asked_by_role: Mapped[Role | None]  # of the person who requested them; None before the hub stored it
    reason: Mapped[str] = mapped_column(Text, default="")  # of the decision or the withdrawal
    from_network: Mapped[str] = mapped_column(String(64), default="")  # to limit applications from one network
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_by_name: Mapped[str] = mapped_column(Text, default="")  # at the time
    quorum: Mapped[int | None]  # at the decision; None before the hub stored it
    departure: Mapped[Departure | None]  # how the decision departs from the vote
    departure_reason: Mapped[str] = mapped_column(Text, default="")  # for the board
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))  # added on approval
    # What was done for the people on approval; None if there was no such person, or before the hub stored it.
    representative_invited: Mapped[Invited | None]
    alternate_invited: Mapped[Invited | None]

    statements: Mapped[list["Statement"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id", lazy="raise")
    votes: Mapped[list["Vote"]] = relationship(order_by="Vote.id", lazy="raise")
    organization: Mapped[Organization | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"application of {self.name}"

    @property
    def has_answered(self) -> bool:
        """True if the owner of the contact's address confirmed it, so that email to it may have typed words."""
        return bool(self.answered_email) and self.answered_email.lower() == self.contact_email.lower()


class Statement(Base):
    """The applicant's statement on a criterion."""

    __tablename__ = "application_statement"
    __table_args__ = (UniqueConstraint("application_id", "criterion"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    criterion: Mapped[Criterion]
    text: Mapped[str] = mapped_column(Text, default="")


class Evidence(Base):
    """A document for a criterion, and the page to read. It isn't a resource, so search doesn't find it."""

    __tablename__ = "application_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    criterion: Mapped[Criterion]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]  # bytes
    file_name: Mapped[str] = mapped_column(Text)
    page_number: Mapped[int | None]  # the page that the board should read
    added_at: Mapped[datetime]
    # Derived: the result of reading it.
    state: Mapped[State] = mapped_column(default=State.WAITING)
    state_detail: Mapped[str] = mapped_column(Text, default="")
    page_count: Mapped[int] = mapped_column(default=0)
    reader_version: Mapped[int] = mapped_column(default=0, index=True)

    pages: Mapped[list["EvidencePage"]] = relationship(
        order_by="EvidencePage.number", lazy="raise", passive_deletes=True
    )

    def __str__(self) -> str:
        return self.file_name


class EvidencePage(Base):
    """The text of a page of evidence. Derived: can be deleted and rebuilt."""

    __tablename__ = "application_evidence_page"
    __table_args__ = (UniqueConstraint("evidence_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("application_evidence.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")


class Vote(Base):
    """A vote of a board member; their last one in a round counts, and earlier ones stay."""

    __tablename__ = "application_vote"
    __table_args__ = (Index("ix_application_vote_standing", "application_id", "round", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    round: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ballot: Mapped[Ballot]
    reason: Mapped[str] = mapped_column(Text, default="")
    cast_at: Mapped[datetime]
    # At the time: later changes of the person change neither the record nor the result.
    voter_name: Mapped[str] = mapped_column(Text, default="")
    conflict: Mapped[Conflict | None]  # the one that the hub saw; such a vote doesn't count

    person: Mapped[Person] = relationship(lazy="raise")

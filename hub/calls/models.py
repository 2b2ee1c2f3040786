"""Calls, attendance, presentations, and calendar subscriptions."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from hub.calls.rules.attendance_reports import Tool
from hub.calls.rules.matching import How
from hub.calls.rules.presentations import Outcome, SlotState
from hub.calls.rules.series import CallState
from hub.core.dates import with_year
from hub.core.db import Base
from hub.library.models import Resource
from hub.members.models import Organization, Person


class Call(Base):
    """A call, or a day of the weekly series without one. Its day is its address, so it is unique."""

    __tablename__ = "weekly_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    # The call's original day in the weekly series, kept when it moves; None: an extra call.
    series_day: Mapped[date | None] = mapped_column(unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[CallState] = mapped_column(default=CallState.PLANNED)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was moved, canceled, or skipped
    title: Mapped[str] = mapped_column(Text)
    agenda: Mapped[str] = mapped_column(Text, default="")  # Markdown
    joining_link: Mapped[str] = mapped_column(Text, default="")
    recording_link: Mapped[str] = mapped_column(Text, default="")
    # The permanent ID and the revision number of its calendar event (RFC 5545: UID, SEQUENCE).
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]  # when the invitation was first sent
    briefed_at: Mapped[datetime | None]  # when the recap was last sent

    presentations: Mapped[list["Presentation"]] = relationship(
        back_populates="call", order_by="Presentation.id", lazy="raise"
    )
    asks: Mapped[list["Ask"]] = relationship(order_by="Ask.id", lazy="raise")

    def __str__(self) -> str:
        return f"call on {with_year(self.day)}"


class AskKind(StrEnum):
    """The kind of an ask: a request to others, or a follow-up that someone promised."""

    ASK = "ask"
    FOLLOW_UP = "follow-up"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {"ask": "Ask", "follow-up": "Follow-up"}[self.value]


class Ask(Base):
    """A request that an organization makes on a call, or a follow-up that it promises."""

    __tablename__ = "call_ask"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("weekly_call.id"), index=True)
    kind: Mapped[AskKind]
    text: Mapped[str] = mapped_column(Text)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))  # the one that asks, or that does it
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # who added it
    added_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.text[:80]


class Source(StrEnum):
    """The source of an attendance entry."""

    CHECK_IN = "check-in"
    COORDINATOR = "coordinator"
    REPORT = "report"
    TRANSCRIPT = "transcript"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {
            "check-in": "Check-in",
            "coordinator": "Added by the coordinator",
            "report": "Attendance report",
            "transcript": "Transcript",
        }[self.value]


class Attendance(Base):
    """An attendance entry: someone from an organization attended a call. Append-only, like sharing events.

    An entry that retracts another one has its ID in ``supersedes_id`` and is ``void``; both stay. Only entries that are
    neither superseded nor void count.
    """

    __tablename__ = "call_attendance"
    __table_args__ = (
        Index("ix_call_attendance_counting", "call_id", "organization_id", "void"),
        Index(
            "one_taking_back_of_each",
            "supersedes_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NOT NULL"),
            postgresql_where=text("supersedes_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("weekly_call.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[Source]
    # What the person and the organization were called then; the person's name may be unknown.
    name: Mapped[str] = mapped_column(Text, default="")
    organization_name: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    # Idempotency key, so that a double click adds one entry: "check-in 12 p7 0"
    once: Mapped[str] = mapped_column(String(120), unique=True)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("call_attendance.id"))
    void: Mapped[bool] = mapped_column(default=False)

    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    recorded_by: Mapped[Person] = relationship(foreign_keys=[recorded_by_id], lazy="raise")

    def __str__(self) -> str:
        return f"attendance {self.id}"


class MeetingReport(Base):
    """An attendance report that was imported for a call, or a transcript whose speakers were."""

    __tablename__ = "meeting_report"
    __table_args__ = (UniqueConstraint("call_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("weekly_call.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(Text)
    tool: Mapped[Tool]
    read_at: Mapped[datetime]
    read_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    people: Mapped[int]  # number of people in the file

    read_by: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.file_name


class GuestState(StrEnum):
    """The state of a meeting participant."""

    WAITING = "waiting"  # needs a decision
    MATCHED = "matched"
    OUTSIDE = "outside"  # not in the alliance
    NOT_ADMITTED = "not-admitted"  # never left the waiting room
    NOT_MEMBER = "not-member"  # of an organization that had not joined yet, or had left

    @property
    def label(self) -> str:
        """The label on screens."""
        return {
            "waiting": "Unmatched",
            "matched": "Matched",
            "outside": "Not in the alliance",
            "not-admitted": "Stayed in the waiting room",
            "not-member": "Not in the alliance on that day",
        }[self.value]


class Guest(Base):
    """A participant from a call's attendance reports and transcripts, once per call; none are dropped."""

    __tablename__ = "meeting_participant"
    __table_args__ = (UniqueConstraint("call_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("weekly_call.id"))
    report_id: Mapped[int] = mapped_column(ForeignKey("meeting_report.id"), index=True)
    key: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(Text)
    # The normalized name, by which other reports may know them; empty if many devices use it.
    name_key: Mapped[str] = mapped_column(String(320), default="", index=True)
    email: Mapped[str] = mapped_column(String(320), default="")
    has_namesake: Mapped[bool] = mapped_column(default=False)  # with this name, on the call at the same time
    joins: Mapped[int] = mapped_column(default=1)
    minutes: Mapped[int | None]
    state: Mapped[GuestState] = mapped_column(index=True)
    how: Mapped[How | None]
    # When it was matched; None: matched by name against an address, before the hub gave addresses precedence.
    decided_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))

    person: Mapped[Person | None] = relationship(lazy="raise")
    organization: Mapped[Organization | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.name


class Alias(Base):
    """A remembered match of a participant's name or address, used for later reports.

    With neither person nor organization: not in the alliance.
    """

    __tablename__ = "meeting_alias"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(320), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    def __str__(self) -> str:
        return self.key


class Presentation(Base):
    """A presentation of an organization on a call, from its proposal on."""

    __tablename__ = "presentation"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("weekly_call.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int]
    topic: Mapped[str] = mapped_column(String(80), default="")  # one of the Big 6, by its slug
    speaker: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[SlotState]
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was moved or declined
    # What the coordinator says about it, after the call; None: attendance decides. `PresentationChange` has who and when.
    outcome: Mapped[Outcome | None]
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"), index=True)  # the deck
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    call: Mapped[Call] = relationship(back_populates="presentations", lazy="raise")
    organization: Mapped[Organization] = relationship(lazy="raise")
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id], lazy="raise")
    resource: Mapped[Resource | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.title


class ChangeKind(StrEnum):
    """The kind of a change to a presentation's outcome or call."""

    GIVEN = "given"
    NO_SHOW = "no_show"
    REOPENED = "reopened"  # no longer answered: attendance decides
    MOVED = "moved"


class PresentationChange(Base):
    """A change to a presentation's outcome or call: who made it, when, and for which day. Append-only."""

    __tablename__ = "presentation_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id"), index=True)
    kind: Mapped[ChangeKind]
    day: Mapped[date]  # of the call that it was on
    new_day: Mapped[date | None]  # of the call that it moved to
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_by_name: Mapped[str] = mapped_column(Text)  # then

    def __str__(self) -> str:
        return f"presentation change {self.id}"


class CalendarFeed(Base):
    """A person's calendar link; anyone who has it can read the calls until it is turned off."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(60), unique=True)  # in plain text, so that the person can copy it again
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"calendar link {self.id}"


def _refuse(_mapper: Mapper[Base], _connection: object, row: Base) -> None:
    message = f"{type(row).__name__} entries are never changed or deleted. Add a correcting entry instead."
    raise TypeError(message)


for _moment in ("before_update", "before_delete"):
    for _append_only in (Attendance, PresentationChange):
        event.listen(_append_only, _moment, _refuse)

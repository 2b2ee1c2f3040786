"""Calls, who was there, what was presented, and the calendars that people subscribe to."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from hub.calls.rules.attendance_reports import Tool
from hub.calls.rules.matching import How
from hub.calls.rules.presentations import SlotState
from hub.calls.rules.series import CallState
from hub.core.db import Base
from hub.library.models import Resource
from hub.members.models import Organization, Person


class Call(Base):
    """A call, or a day of the series on which there is none. Its day is its address; no two share one."""

    __tablename__ = "weekly_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    # The day of the series that it stands for, which stays when it is moved; None: a call beside the series.
    series_day: Mapped[date | None] = mapped_column(unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[CallState] = mapped_column(default=CallState.PLANNED)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was moved, canceled or left out
    title: Mapped[str] = mapped_column(Text)
    agenda: Mapped[str] = mapped_column(Text, default="")  # Markdown
    joining_link: Mapped[str] = mapped_column(Text, default="")
    recording_link: Mapped[str] = mapped_column(Text, default="")
    # What calendars know it by, for good; and how often what they hold has changed (RFC 5545: UID, SEQUENCE).
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]  # when the invitation went out by mail
    briefed_at: Mapped[datetime | None]  # when the brief went to those who weren't there

    presentations: Mapped[list["Presentation"]] = relationship(
        back_populates="call", order_by="Presentation.id", lazy="raise"
    )
    asks: Mapped[list["Ask"]] = relationship(order_by="Ask.id", lazy="raise")

    def __str__(self) -> str:
        return f"call of {self.day}"


class AskKind(StrEnum):
    """What was said on a call that someone should do."""

    ASK = "ask"
    FOLLOW_UP = "follow-up"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return {"ask": "Ask", "follow-up": "Follow-up"}[self.value]


class Ask(Base):
    """What an organization asks the others for on a call, or what someone promised to do after it."""

    __tablename__ = "call_ask"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("weekly_call.id"), index=True)
    kind: Mapped[AskKind]
    text: Mapped[str] = mapped_column(Text)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))  # who asks, or who does it
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # who wrote it down
    added_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.text[:80]


class Source(StrEnum):
    """How it is known that someone was on a call."""

    CHECK_IN = "check-in"
    COORDINATOR = "coordinator"
    REPORT = "report"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {"check-in": "Said so", "coordinator": "Ticked by the coordinator", "report": "Meeting report"}[
            self.value
        ]


class Attendance(Base):
    """Somebody of an organization was on a call: append-only, as sharing events are.

    An entry that takes another back names it in ``supersedes_id`` and is ``void``; both stay. Only entries that
    nothing supersedes and that aren't void count.
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
    name: Mapped[str] = mapped_column(Text, default="")  # as the meeting tool showed it
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    # Makes a button that is pressed twice one entry: "check-in 12 7 0"
    once: Mapped[str] = mapped_column(String(120), unique=True)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("call_attendance.id"))
    void: Mapped[bool] = mapped_column(default=False)

    organization: Mapped[Organization] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    recorded_by: Mapped[Person] = relationship(foreign_keys=[recorded_by_id], lazy="raise")

    def __str__(self) -> str:
        return f"attendance {self.id}"


class MeetingReport(Base):
    """A file of the meeting tool that was read into a call's attendance."""

    __tablename__ = "meeting_report"
    __table_args__ = (UniqueConstraint("call_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("weekly_call.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(Text)
    tool: Mapped[Tool]
    read_at: Mapped[datetime]
    read_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    people: Mapped[int]  # in the file, each once

    read_by: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.file_name


class GuestState(StrEnum):
    """What became of a participant of a meeting."""

    WAITING = "waiting"  # someone has to say who it is
    MATCHED = "matched"
    OUTSIDE = "outside"  # no one of the alliance
    NOT_ADMITTED = "not-admitted"  # never left the waiting room

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {
            "waiting": "To be decided",
            "matched": "Recognized",
            "outside": "Not of the alliance",
            "not-admitted": "Stayed in the waiting room",
        }[self.value]


class Guest(Base):
    """A participant as the meeting tool names them, once a call; no one is dropped."""

    __tablename__ = "meeting_participant"
    __table_args__ = (UniqueConstraint("call_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("weekly_call.id"))
    report_id: Mapped[int] = mapped_column(ForeignKey("meeting_report.id"), index=True)
    key: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(320), default="")
    joins: Mapped[int] = mapped_column(default=1)
    minutes: Mapped[int | None]
    state: Mapped[GuestState] = mapped_column(index=True)
    how: Mapped[How | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))

    person: Mapped[Person | None] = relationship(lazy="raise")
    organization: Mapped[Organization | None] = relationship(lazy="raise")

    def __str__(self) -> str:
        return self.name


class Alias(Base):
    """Who is meant by a name or an address of the meeting tool, as someone decided; used from then on.

    With neither person nor organization: no one of the alliance.
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
    """What an organization presents on a call, from the proposal on."""

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


class CalendarFeed(Base):
    """The address at which a person's calendar gets the calls; whoever has it can read them, until it is ended."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(60), unique=True)  # kept as it is: its person copies it again
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"calendar address {self.id}"


def _refuse(_mapper: Mapper[Base], _connection: object, row: Base) -> None:
    message = f"{type(row).__name__} rows are append-only: a mistake is corrected by an entry that supersedes it."
    raise TypeError(message)


for _moment in ("before_update", "before_delete"):
    event.listen(Attendance, _moment, _refuse)

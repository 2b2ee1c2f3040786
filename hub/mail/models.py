"""The tables of mail: messages, addresses that bounced, and scheduled mail."""

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.db import Base
from hub.mail.rules import State


class BouncedAddress(Base):
    """An address that takes no mail. Its keyed hash is kept, so that rooms can ask and no one can read."""

    __tablename__ = "bounced_address"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)  # what the other side said


class OutboxMessage(Base):
    """A message to one recipient. People are numbers here, not links: mail knows no people.

    A worker that delivers holds a lease; ``state`` becomes *sending* before the mail server can have taken the
    message, so that after a crash the row says that no one knows, instead of sending twice.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_due", "state", "bulk", "due_at"),
        Index("ix_outbox_message_about_state", "about", "state"),
        # What is to be forgotten one day; rows that are forgotten leave it.
        Index(
            "ix_outbox_message_remembered",
            "settled_at",
            sqlite_where=text("text <> ''"),
            postgresql_where=text("text <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    once: Mapped[str] = mapped_column(String(200), unique=True)  # of one thing one message, however often it is posted
    key: Mapped[str] = mapped_column(String(32), unique=True)  # random; the Message-ID is made of it
    kind: Mapped[str] = mapped_column(String(30))  # a word: reminder, digest, pack, invitation …
    about: Mapped[str] = mapped_column(String(60), default="")  # what it belongs to, as "pack 12"; its page asks by it
    state: Mapped[State] = mapped_column(default=State.WAITING)
    bulk: Mapped[bool] = mapped_column(default=False)  # goes to many: after those that someone waits for
    # Holds a link that lets in: its text is hidden before it is sent, and not kept afterward.
    secret: Mapped[bool] = mapped_column(default=False)

    person_id: Mapped[int | None] = mapped_column(index=True)  # the recipient, when it is someone of the hub
    sent_by_id: Mapped[int | None] = mapped_column(index=True)  # who caused it and hears of failures; None: the hub
    to: Mapped[str] = mapped_column(String(320))  # empty once it is forgotten
    to_hash: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(Text, default="")

    sender_name: Mapped[str] = mapped_column(Text, default="")
    reply_to: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str] = mapped_column(Text, default="")
    unsubscribe: Mapped[str] = mapped_column(Text, default="")

    posted_at: Mapped[datetime] = mapped_column(index=True)
    since: Mapped[datetime]  # from when on it may go; giving up counts from here
    quiet: Mapped[str] = mapped_column(String(60), default="")  # the recipient's quiet hours, in which it isn't sent
    due_at: Mapped[datetime]  # when it is tried next
    tries: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(Text, default="")  # what went wrong last, for people
    lease_token: Mapped[str | None] = mapped_column(String(120), index=True)
    lease_until: Mapped[datetime | None]

    def is_open_to(self, person_id: int) -> bool:
        """Return whether someone who sees all mail may read to whom this goes and what it says.

        What a person sends to people outside the hub is between them: an organization's stakeholders are its own.
        """
        return self.sent_by_id is None or self.person_id is not None or self.sent_by_id == person_id

    def __str__(self) -> str:
        return f"message {self.id}"


class MailRound(Base):
    """A round that is done, as ``digest 2026-11-23``: it isn't looked at again. That it was done twice would change
    nothing, since each message has its own name.
    """

    __tablename__ = "mail_round"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    done_at: Mapped[datetime]


class MailStart(Base):
    """Somebody looked at who would get what, and let a kind of mail begin."""

    __tablename__ = "mail_start"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None]  # None: the hub's operator

    def __str__(self) -> str:
        return f"sending of {self.kind}s"

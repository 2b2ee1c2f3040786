"""The tables of mail: messages, addresses that bounced, and scheduled mail."""

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.db import Base
from hub.mail.rules import State


class BouncedAddress(Base):
    """An address that bounces. Only its keyed hash is stored, so that it can be looked up but not read."""

    __tablename__ = "bounced_address"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)  # the other server's reason


class OutboxMessage(Base):
    """A message to one recipient. Person ids aren't foreign keys, because this room knows no people.

    The worker that delivers a message holds a lease on it. ``state`` becomes *sending* before the mail server can
    accept the message, so that after a crash its outcome is marked unknown instead of sending it twice.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_due", "state", "bulk", "due_at"),
        Index("ix_outbox_message_about_state", "about", "state"),
        # A partial index for deleting old texts; rows without text aren't in it.
        Index(
            "ix_outbox_message_remembered",
            "settled_at",
            sqlite_where=text("text <> ''"),
            postgresql_where=text("text <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    once: Mapped[str] = mapped_column(String(200), unique=True)  # idempotency key: one message for one purpose
    key: Mapped[str] = mapped_column(String(32), unique=True)  # random; part of the Message-ID
    kind: Mapped[str] = mapped_column(String(30))  # reminder, digest, pack, invitation …
    about: Mapped[str] = mapped_column(String(60), default="")  # what it belongs to, such as "pack 12"
    state: Mapped[State] = mapped_column(default=State.WAITING)
    bulk: Mapped[bool] = mapped_column(default=False)  # sent after messages that someone waits for
    # Has a sign-in link: its text is hidden, and deleted after sending.
    secret: Mapped[bool] = mapped_column(default=False)

    person_id: Mapped[int | None] = mapped_column(index=True)  # the recipient, if they have an account
    sent_by_id: Mapped[int | None] = mapped_column(index=True)  # who caused it and sees failures; None: the hub
    to: Mapped[str] = mapped_column(String(320))  # empty after MAIL_KEEP_DAYS
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
    since: Mapped[datetime]  # when it may be sent first; giving up counts from here
    quiet: Mapped[str] = mapped_column(String(60), default="")  # the recipient's quiet hours
    due_at: Mapped[datetime]  # time of the next try
    tries: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(Text, default="")  # the last problem, for people
    lease_token: Mapped[str | None] = mapped_column(String(120), index=True)
    lease_until: Mapped[datetime | None]

    def is_open_to(self, person_id: int) -> bool:
        """Return True if someone who may see all mail may also see this message's recipient and text.

        Email from a person to people outside the hub is private: an organization's stakeholders are its own.
        """
        return self.sent_by_id is None or self.person_id is not None or self.sent_by_id == person_id

    def __str__(self) -> str:
        return f"message {self.id}"


class MailRound(Base):
    """A finished round of scheduled mail, such as ``digest 2026-11-23``. It is skipped from then on.

    A second run would change nothing, since each message has its own idempotency key.
    """

    __tablename__ = "mail_round"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    done_at: Mapped[datetime]


class MailStart(Base):
    """When and by whom a kind of scheduled mail was turned on, after a preview."""

    __tablename__ = "mail_start"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None]  # None: the hub's operator

    def __str__(self) -> str:
        return f"sending of {self.kind}s"

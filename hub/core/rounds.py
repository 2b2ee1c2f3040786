"""Mail that the hub sends by itself: whether somebody let it begin, and which rounds are done."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.core import clock
from hub.core.db import Base


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


def is_done(db: Session, name: str) -> bool:
    """Whether the round was done."""
    return db.get(MailRound, name) is not None


def finish(db: Session, name: str) -> None:
    """The round is done."""
    db.merge(MailRound(name=name, done_at=clock.now()))


def has_begun(db: Session, kind: str) -> bool:
    """Whether somebody let this kind of mail begin."""
    return db.get(MailStart, kind) is not None


def started(db: Session, kind: str) -> MailStart | None:
    """Who let this kind of mail begin, and when; None when nobody did."""
    return db.get(MailStart, kind)


def begin(db: Session, kind: str, by_id: int | None) -> MailStart:
    """Let a kind of mail begin; the first who did stays on record."""
    known = db.get(MailStart, kind)
    return known or db.merge(MailStart(kind=kind, at=clock.now(), by_id=by_id))


def hold(db: Session, kind: str) -> None:
    """Send no more of a kind until somebody lets it begin again."""
    known = db.get(MailStart, kind)
    if known is not None:
        db.delete(known)

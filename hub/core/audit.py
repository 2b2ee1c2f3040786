"""The audit log. Entries are written in the transaction of the change; no rule reads them."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import JSON, ColumnElement, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import Config
from hub.core import clock
from hub.core.db import Base, config_of

AT_ONCE = 1_000  # entries that are deleted in one transaction

request_id: ContextVar[str] = ContextVar("request_id", default="")


class Entry(Base):
    """A change. It stores the actor's name, not a foreign key, so it stays readable if the person is deleted."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    subject: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str] = mapped_column(String(40), default="")


class Actor(Protocol):
    """Someone who changes something: a person, `VISITOR`, `HUB`, or None for the command line."""

    @property
    def id(self) -> int | None: ...  # noqa: D102 - a column
    @property
    def email(self) -> str: ...  # noqa: D102 - a column


@dataclass(frozen=True)
class _WithoutAccount:
    email: str
    id: int | None = None


VISITOR: Actor = _WithoutAccount("a visitor")  # anyone who isn't signed in
HUB: Actor = _WithoutAccount("the hub")  # what the worker does without being asked


def note(db: Session, actor: Actor | None, action: str, subject: Base, **details: Any) -> None:
    """Add an audit entry: ``actor`` did ``action`` (a verb) to ``subject``.

    ``details`` must be serializable as JSON and contain no secrets.
    """
    db.flush()  # assigns the id of a new subject
    entry = Entry(
        at=clock.now(),
        actor_id=actor.id if actor else None,
        actor=actor.email if actor else "the hub's operator",
        action=action,
        subject_kind=type(subject).__name__,
        subject_id=getattr(subject, "id", None),
        subject=str(subject),
        details=details,
        request_id=request_id.get(),
    )
    db.add(entry)


def _expired(config: Config) -> ColumnElement[bool]:
    return Entry.at < clock.now() - timedelta(days=config.AUDIT_KEEP_DAYS)


def has_expired(db: Session) -> bool:
    """Return True if there are entries older than AUDIT_KEEP_DAYS."""
    config = config_of(db)
    return bool(config.AUDIT_KEEP_DAYS) and db.scalar(select(Entry.id).where(_expired(config)).limit(1)) is not None


def delete_expired(db: Session) -> int:
    """Delete entries older than AUDIT_KEEP_DAYS, up to a thousand, and return how many."""
    config = config_of(db)
    ids = db.scalars(select(Entry.id).where(_expired(config)).limit(AT_ONCE)).all() if config.AUDIT_KEEP_DAYS else []
    db.execute(delete(Entry).where(Entry.id.in_(ids)))
    return len(ids)

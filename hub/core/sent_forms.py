"""The responses to forms that made something, so that the same form sent twice makes it once: see `hub.core.once`."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.core import clock
from hub.core.db import Base

MOMENT = timedelta(minutes=1)  # longer than a slow request and a few more clicks
DAYS_KEPT = 3  # longer than anyone presses Back for; a form that is sent again later makes something again


class SentForm(Base):
    """The response to a form that made something."""

    __tablename__ = "sent_form"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # a hash of its id and all that was entered
    at: Mapped[datetime] = mapped_column(index=True)
    response: Mapped[bytes]  # encrypted with a key that only the form has


def has_expired(db: Session) -> bool:
    """Return True if a response has been kept for DAYS_KEPT."""
    return db.scalar(select(SentForm.key).where(_expired()).limit(1)) is not None


def delete_expired(db: Session) -> int:
    """Delete the responses that have been kept for DAYS_KEPT, and return 0: nothing is left to do."""
    db.execute(delete(SentForm).where(_expired()))
    return 0


def _expired() -> ColumnElement[bool]:
    return SentForm.at < clock.now() - timedelta(days=DAYS_KEPT)

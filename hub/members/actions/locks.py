"""Locks and unique-index errors when two people act at the same time."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core.errors import Refused
from hub.members.models import Organization


def lock_roles(db: Session, organization_id: int) -> None:
    """Lock the roles of an organization until the end of the transaction (SQLite has one writer anyway)."""
    db.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update())


def flush_or(db: Session, sentence: str) -> None:
    """Flush; when a unique index is violated, roll back the whole transaction and raise Refused with ``sentence``.

    The indexes catch a race that the checks before them can't.
    """
    try:
        db.flush()
    except IntegrityError as error:
        db.rollback()
        raise Refused(sentence) from error

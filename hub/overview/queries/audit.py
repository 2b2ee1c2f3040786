"""Entries of the audit log."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core.audit import Entry

ENTRIES_PER_PAGE = 50


def audit_entries(db: Session, words: str, page: int) -> tuple[Sequence[Entry], int]:
    """Return a page of the audit log, newest first, and the number of entries; ``words`` match actor, action or subject."""
    condition = (
        Entry.actor.icontains(words, autoescape=True)
        | Entry.action.icontains(words, autoescape=True)
        | Entry.subject.icontains(words, autoescape=True)
    )
    total = db.scalar(select(func.count(Entry.id)).where(condition)) or 0
    query = select(Entry).where(condition).order_by(Entry.id.desc())
    return db.scalars(query.offset((page - 1) * ENTRIES_PER_PAGE).limit(ENTRIES_PER_PAGE)).all(), total

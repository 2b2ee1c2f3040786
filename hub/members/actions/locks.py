"""What guards the rows of people when two act at once."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core.errors import Refused
from hub.members.models import Organization


def lock_roles(db: Session, organization_id: int) -> None:
    """Roles of an organization change one at a time (SQLite has but one writer anyway)."""
    db.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update())


def flush_or(db: Session, sentence: str) -> None:
    """Write what is pending; what the database's unique indexes don't let in is refused with ``sentence``.

    They are the last line: two who act at once. All that the transaction did is undone.
    """
    try:
        db.flush()
    except IntegrityError as error:
        db.rollback()
        raise Refused(sentence) from error

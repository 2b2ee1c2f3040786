"""Locks and unique-index errors when two people act at the same time. Roles are locked before people, people before links."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core.errors import Refused
from hub.members.models import Organization, Person


def lock_roles(db: Session, organization_id: int) -> None:
    """Lock the roles of an organization until the end of the transaction (SQLite has one writer anyway)."""
    db.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update())


def lock_person(db: Session, person_id: int) -> None:
    """Lock a person's row until the end of the transaction, so that their sessions and links change one at a time."""
    db.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def lock_account(db: Session, person: Person) -> None:
    """Lock the account of ``person`` until the end of the transaction; raises Refused if it has changed meanwhile.

    What was just checked, such as the password, must still be true when it takes effect.
    """
    if not is_unchanged(db, person):
        raise Refused("This account was changed just now. Sign in again.")


def is_unchanged(db: Session, person: Person) -> bool:
    """Lock the account of ``person``, and return True if they may still sign in with the password that was loaded."""
    account = select(Person.password_hash, Person.left_at).where(Person.id == person.id)
    row = db.execute(account.with_for_update(key_share=True)).one_or_none()
    return row is not None and row.left_at is None and row.password_hash == person.password_hash


def lock_roles_of(db: Session, person: Person, *more: int) -> None:
    """Lock the roles of the organization where ``person`` is, and of ``more``, then the person, and reload the person.

    Organizations are locked in the order of their ids. Someone may have moved the person until the lock was there.
    """
    held = 0
    while held != person.organization_id:
        held = person.organization_id
        for organization_id in sorted({held, *more}):
            lock_roles(db, organization_id)
        db.refresh(person)
    lock_person(db, person.id)
    db.refresh(person)


def flush_or(db: Session, sentence: str) -> None:
    """Flush; when a unique index is violated, roll back the whole transaction and raise Refused with ``sentence``.

    The indexes catch a race that the checks before them can't.
    """
    try:
        db.flush()
    except IntegrityError as error:
        db.rollback()
        raise Refused(sentence) from error

"""Texts that lost when two people edited the same thing: kept for a while, so that either choice loses nothing."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import JSON, ColumnElement, String, Text, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Base
from hub.core.errors import NotFound

DAYS_KEPT = 90
MOST_KEPT = 20  # texts of one kind about one thing by one person, so that no one can fill the disk
MOST_ENTRIES = 100  # of the audit log, that are searched for the last change


class SetAside(Base):
    """The text that wasn't kept when a save met a newer version. Like the audit log, it has no foreign keys."""

    __tablename__ = "set_aside"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(index=True)  # who chose; None: an applicant without an account
    author_id: Mapped[int | None] = mapped_column(index=True)  # who had saved it, if that was someone else
    subject: Mapped[str] = mapped_column(String(120), index=True)  # "Resource 7"
    title: Mapped[str] = mapped_column(Text)
    was_saved: Mapped[bool]  # True: it was saved, then replaced; False: it was typed, and not saved
    texts: Mapped[list[list[str]]] = mapped_column(JSON)  # label and text of each field, in the form's order

    def __str__(self) -> str:
        return self.title


def subject_of(subject: Base | str) -> str:
    """Return the name under which texts of ``subject`` are set aside: ``Resource 7``, or a text as it is."""
    return subject if isinstance(subject, str) else f"{type(subject).__name__} {getattr(subject, 'id', '')}"


def add(db: Session, row: SetAside) -> None:
    """Add a text, and delete the oldest if the same person has set aside more than MOST_KEPT like it.

    Texts that someone else had saved aren't among them, so no one can make another person's text disappear.
    """
    db.add(row)
    db.flush()
    alike = (
        SetAside.subject == row.subject,
        SetAside.person_id.is_not_distinct_from(row.person_id),
        SetAside.author_id.is_not_distinct_from(row.author_id),
        SetAside.was_saved == row.was_saved,
    )
    surplus = db.scalars(select(SetAside.id).where(*alike).order_by(SetAside.id.desc()).offset(MOST_KEPT)).all()
    db.execute(delete(SetAside).where(SetAside.id.in_(surplus)))


def set_aside_of(db: Session, person_id: int) -> Sequence[SetAside]:
    """Return the texts that a person may read, newest first: those they set aside, and those they had written."""
    query = select(SetAside).where(_readable_by(person_id)).options(defer(SetAside.texts))
    return db.scalars(query.order_by(SetAside.id.desc())).all()


def set_aside_for(db: Session, person_id: int, number: int) -> SetAside:
    """Return a text that the person may read; raises NotFound."""
    return _one(db, SetAside.id == number, _readable_by(person_id))


def set_aside_about(db: Session, subject: Base) -> Sequence[SetAside]:
    """Return the texts about ``subject`` that were set aside, newest first, for people who have its private link."""
    query = select(SetAside).where(SetAside.subject == subject_of(subject)).options(defer(SetAside.texts))
    return db.scalars(query.order_by(SetAside.id.desc())).all()


def set_aside_about_for(db: Session, subject: Base, number: int) -> SetAside:
    """Return a text about ``subject`` that was set aside; raises NotFound."""
    return _one(db, SetAside.id == number, SetAside.subject == subject_of(subject))


def _one(db: Session, *conditions: ColumnElement[bool]) -> SetAside:
    if row := db.scalar(select(SetAside).where(*conditions)):
        return row
    raise NotFound


def _readable_by(person_id: int) -> ColumnElement[bool]:
    return or_(SetAside.person_id == person_id, SetAside.author_id == person_id)


def hide_from_former_colleague(db: Session, person_id: int) -> None:
    """Hide from a person who moves to another organization what others had saved; their own texts stay theirs."""
    by_others = (SetAside.was_saved, SetAside.author_id.is_distinct_from(person_id))
    db.execute(update(SetAside).where(SetAside.person_id == person_id, *by_others).values(person_id=None))


def delete_about(db: Session, kind: str, numbers: Iterable[int]) -> None:
    """Delete the texts about records that are deleted, named by their model and ids."""
    db.execute(delete(SetAside).where(SetAside.subject.in_([f"{kind} {number}" for number in numbers])))


def last_change(db: Session, subject: Base | str, logged_as: Collection[str]) -> Entry | None:
    """Return the entry of the audit log that says who saved what a form edits last, and when; None if unknown.

    ``logged_as``: the actions about ``subject`` that save it, such as ``edited the``, or ``changed:periods`` for
    entries with that detail. People who did something else to it may not read what was saved, so nothing is guessed.
    """
    if isinstance(subject, str) or not logged_as:
        return None
    wanted = [action.partition(":") for action in logged_as]
    entries = db.scalars(
        select(Entry)
        .where(
            Entry.subject_kind == type(subject).__name__,
            Entry.subject_id == getattr(subject, "id", None),
            Entry.action.in_({action for action, _, _ in wanted}),
        )
        .order_by(Entry.id.desc())
        .limit(MOST_ENTRIES)
    )
    return next((entry for entry in entries if any(_is_logged_as(entry, *action) for action in wanted)), None)


def _is_logged_as(entry: Entry, action: str, has_detail: str, detail: str) -> bool:
    return entry.action == action and (not has_detail or detail in entry.details)


def has_expired(db: Session) -> bool:
    """Return True if a text has been kept for DAYS_KEPT."""
    return db.scalar(select(SetAside.id).where(_expired()).limit(1)) is not None


def delete_expired(db: Session) -> int:
    """Delete the texts that have been kept for DAYS_KEPT, and return 0: nothing is left to do."""
    db.execute(delete(SetAside).where(_expired()))
    return 0


def _expired() -> ColumnElement[bool]:
    return SetAside.at < clock.now() - timedelta(days=DAYS_KEPT)

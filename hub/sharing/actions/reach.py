"""Adding the people whom an act of sharing reached, by keys that tell two people apart and name no one."""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.sharing.models import ReachedPerson, SharingEvent


def add_share(db: Session, events: Sequence[SharingEvent], keys: Iterable[str] = ()) -> None:
    """Add the entries of one act of sharing, and the people whom it reached, each once. Without entries, add nothing.

    A key is the keyed hash of an address (`lasting_hash`), or of a link and a visitor's network. It never changes, like
    the entries.
    """
    if not events:
        return
    first, *others = events
    db.add(first)
    db.flush()
    for event in others:
        event.share_id = first.id
    db.add_all(others)
    db.flush()
    add_people(db, first, keys)


def add_people(db: Session, event: SharingEvent, keys: Iterable[str]) -> None:
    """Add the people whom the act of sharing of a new entry reached, each once."""
    rows = [{"share_id": event.share, "key": key} for key in sorted(set(keys))]
    if rows:
        db.execute(insert(ReachedPerson), rows)

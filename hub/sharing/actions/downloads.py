"""Logging downloads."""

from sqlalchemy.orm import Session

from hub.library.models import Resource, Revision
from hub.members.models import Person
from hub.members.rules.membership import Access
from hub.sharing.actions.entries import actor_columns, add_once, new_event
from hub.sharing.rules.standing import Act


def log_download(db: Session, person: Person | None, resource: Resource, revision: Revision, *, whole: bool) -> None:
    """Log the download of a revision: one event per person, resource, revision and hour.

    Visitors are counted without identity, so a file that is fetched in ranges counts once, with its first range:
    ``whole`` is true if this request has the first byte and isn't answered with "not modified". The audit log gets
    no entry, since the event is the record.
    """
    if person is not None and person.access is not Access.FULL:
        person = None  # whose organization left reads what visitors read, and acts for no one
    actor = actor_columns(person, person.organization if person else None)
    event = new_event(db, Act.DOWNLOAD, resource, revision_number=revision.number, **actor)
    if person is None:
        if whole:
            db.add(event)
        return
    event.once = f"download {person.id} {resource.id} {revision.number} {event.recorded_at:%Y-%m-%dT%H}"
    add_once(db, event)

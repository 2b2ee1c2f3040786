"""Logging downloads."""

from sqlalchemy.orm import Session

from hub.library.models import Resource, Revision
from hub.members.models import Person
from hub.members.rules.membership import Access
from hub.sharing.actions.entries import actor_columns, add_once, network_mark, new_event
from hub.sharing.models import SharingEvent
from hub.sharing.rules.standing import Act


def download_event(
    db: Session, person: Person | None, resource: Resource, revision: Revision, *, whole: bool, network: str = ""
) -> SharingEvent | None:
    """Return the event of a download that happens now, not added yet: one per person, resource, revision and hour.

    Visitors are counted without identity, by ``network``, which only a hash is kept of: so a download that broke off
    counts once when it is repeated. ``whole`` is true if this request has the first byte and isn't answered with
    "not modified"; others of a visitor don't count. None if it doesn't count.
    """
    if person is not None and person.access is not Access.FULL:
        person = None  # whose organization left reads what visitors read, and acts for no one
    actor = actor_columns(person, person.organization if person else None)
    event = new_event(db, Act.DOWNLOAD, resource, revision_number=revision.number, **actor)
    if person is None and not whole:
        return None
    about = f"{resource.id} {revision.number} {event.recorded_at:%Y-%m-%dT%H}"
    if person is not None:
        event.once = f"download {person.id} {about}"
    elif network:
        event.once = f"download visitor {network_mark(db, f'download {about}', network)} {about}"
    return event


def log_download(db: Session, person: Person | None, resource: Resource, revision: Revision, *, whole: bool) -> None:
    """Log a download that happens now. The audit log gets no entry, since the event is the record."""
    if event := download_event(db, person, resource, revision, whole=whole):
        log_event(db, event)


def log_event(db: Session, event: SharingEvent) -> None:
    """Log a download that `download_event` described. Adds a copy, so that it can be tried again after a failure."""
    columns = {column.key: getattr(event, column.key) for column in SharingEvent.__mapper__.column_attrs}
    row = SharingEvent(**{name: value for name, value in columns.items() if value is not None})
    if row.once is not None:
        add_once(db, row)
        return
    db.add(row)
    db.flush()

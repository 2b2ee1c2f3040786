"""Taking out."""

from sqlalchemy.orm import Session

from hub.library.models import Resource, Revision
from hub.members.models import Person
from hub.sharing.actions.entries import add_once, event_now
from hub.sharing.rules.standing import Act


def log_download(db: Session, person: Person | None, resource: Resource, revision: Revision, *, whole: bool) -> None:
    """Record that ``person`` took a revision out: one event per person, resource, revision and hour.

    A visitor is counted without identity, so what comes in ranges counts with the range that begins the file:
    ``whole`` tells whether this request begins it, and isn't answered "you have it already". The event is its own record; the audit repeats nothing of it.
    """
    event = event_now(db, Act.DOWNLOAD, resource, revision_number=revision.number)
    if person is None:
        if whole:
            db.add(event)
        return
    event.organization_id, event.person_id = person.organization_id, person.id
    event.once = f"download {person.id} {resource.id} {revision.number} {event.recorded_at:%Y-%m-%dT%H}"
    add_once(db, event)

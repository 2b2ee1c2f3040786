"""Changes to emails that were copied to a log address."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hub.core.audit import note
from hub.core.errors import NotFound, Refused
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import LoggedMail, SharingEvent
from hub.sharing.rules.logged_mail import Outcome


def attach_entries(db: Session, logged: LoggedMail, events: Sequence[SharingEvent]) -> None:
    """Attach the entries that a person declared for an email in which the hub recognized no resource."""
    db.flush()  # sets the events' ids
    logged.event_ids = [*logged.event_ids, *(event.id for event in events if event.id not in logged.event_ids)]


def dismiss_mail(db: Session, person: Person, logged: LoggedMail) -> None:
    """Mark an email as having no hub resource. Raises NotFound if the person may not, Refused if it has entries."""
    if not may(person, Permission.DECLARE, logged):
        raise NotFound
    if logged.event_ids or logged.outcome not in {Outcome.NOTHING_FOUND, Outcome.DISMISSED}:
        raise Refused("Part of this email has already been logged. Undo that entry instead.")
    logged.outcome = Outcome.DISMISSED
    note(db, person, "dismissed", logged)

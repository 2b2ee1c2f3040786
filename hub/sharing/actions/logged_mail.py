"""What a person says of a mail that was copied to their log address."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hub.core.audit import note
from hub.core.errors import NotFound, Refused
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import LoggedMail, SharingEvent
from hub.sharing.rules.logged_mail import Outcome


def name_mail(db: Session, logged: LoggedMail, events: Sequence[SharingEvent]) -> None:
    """Somebody declared what was in a mail in which the hub recognized nothing: it waits no longer."""
    db.flush()  # gives the events their numbers
    logged.event_ids = [*logged.event_ids, *(event.id for event in events if event.id not in logged.event_ids)]


def dismiss_mail(db: Session, person: Person, logged: LoggedMail) -> None:
    """Nothing of the hub was in the mail. Raises NotFound when the person may not say so, Refused when it has entries."""
    if not may(person, Permission.DECLARE, logged):
        raise NotFound
    if logged.event_ids or logged.outcome not in {Outcome.NOTHING_FOUND, Outcome.DISMISSED}:
        raise Refused("Something of this mail is on the record already. Take that back instead.")
    logged.outcome = Outcome.DISMISSED
    note(db, person, "dismissed the", logged)

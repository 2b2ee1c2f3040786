"""Email to the owner of an account when its security changes. No one can turn it off."""

import logging
import secrets

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.mail import actions as mail_actions
from hub.mail.rules import LetterKind
from hub.members import letters as members_letters
from hub.members.models import Person
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin

log = logging.getLogger("hub.sign_in")


def tell_owner(
    db: Session,
    person: Person,
    change: SecurityChange,
    origin: Origin | None = None,
    *,
    by: str = "",
    details: str = "",
    to: str = "",
) -> None:
    """Post the email that tells ``person`` about a change to their account. Doesn't commit.

    ``origin`` is where the change was made (`hub.members.login.origin`), None for the command line and the worker.
    ``by`` is the name of the person who made it, if it wasn't ``person``. ``details`` is a further sentence. ``to`` is
    another address than the present one, such as the former one. Writes a line to the log, too.
    """
    event = f"owner told: {change.name.lower().replace('_', ' ')}"
    log.info(event, extra={"event": event, "person": person.id, "address": origin.network if origin else ""})
    config = config_of(db)
    letter = members_letters.security_change(
        config, change, name=person.name, at=clock.now(), origin=origin or Origin(), by=by, details=details
    )
    mail_actions.post(
        db,
        letter,
        to=to or person.email,
        name=person.name,
        once=f"{change.name.lower()} person {person.id} {secrets.token_hex(8)}",
        kind=LetterKind.SECURITY,
        about=f"person {person.id}",
        person_id=person.id,
    )

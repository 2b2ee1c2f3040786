"""Notification settings and closed hints."""

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.errors import NotFound
from hub.mail import actions as mail_actions
from hub.mail.rules import Quiet
from hub.members.models import DismissedHint, Person, QuietHours, StoppedMail
from hub.members.rules.hints import HINTS
from hub.members.rules.mail import MailKind


def unsubscribe(db: Session, person: Person, kind: MailKind) -> None:
    """Turn off a kind of email for ``person``, and cancel what is waiting in the outbox."""
    if db.get(StoppedMail, (person.id, kind)) is None:
        db.add(StoppedMail(person_id=person.id, kind=kind, at=clock.now()))
        note(db, person, "turned off email for", person, kind=kind)
    mail_actions.cancel_kind(db, person.id, kind)


def change_notification_settings(db: Session, person: Person, kinds: Collection[MailKind], quiet: Quiet) -> None:
    """Turn on ``kinds`` of email for ``person`` and turn off all others; set their quiet hours."""
    for kind in MailKind:
        if kind not in kinds:
            unsubscribe(db, person, kind)
    turned_on = delete(StoppedMail).where(StoppedMail.person_id == person.id, StoppedMail.kind.in_(kinds))
    db.execute(turned_on)
    db.merge(QuietHours(person_id=person.id, hours=str(quiet)))
    note(db, person, "changed notification settings of", person, kinds=sorted(kinds), quiet=str(quiet))


def dismiss_hint(db: Session, person: Person, name: str) -> None:
    """Stop showing ``person`` this hint; raises NotFound when no hint has this name."""
    if name not in HINTS:
        raise NotFound
    db.merge(DismissedHint(person_id=person.id, name=name))
    db.flush()


def show_hints_again(db: Session, person: Person) -> None:
    """Show ``person`` every hint again."""
    db.execute(delete(DismissedHint).where(DismissedHint.person_id == person.id))

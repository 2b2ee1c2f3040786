"""Notification settings and closed hints."""

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.errors import NotFound, Refused
from hub.mail import actions as mail_actions
from hub.mail.models import OutboxMessage
from hub.mail.rules import Quiet
from hub.members.models import DismissedHint, OpeningMail, Person, QuietHours, StoppedMail
from hub.members.rules.hints import HINTS
from hub.members.rules.mail import STOPPABLE, Frequency, MailKind, openings_key


def unsubscribe(db: Session, person: Person, kind: MailKind) -> None:
    """Turn off a kind of email for ``person``, and cancel what is waiting in the outbox."""
    if kind is MailKind.OPENING:
        hear_of_openings(db, person, None)
        return
    if db.get(StoppedMail, (person.id, kind)) is None:
        db.add(StoppedMail(person_id=person.id, kind=kind, at=clock.now()))
        note(db, person, "turned off email for", person, kind=kind)
    mail_actions.cancel_kind(db, person.id, kind)


def hear_of_openings(db: Session, person: Person, every: Frequency | None) -> None:
    """Email ``person`` ``every`` day or week if someone opens what they shared from now on; None: don't."""
    wish = db.get(OpeningMail, person.id)
    if every is None:
        if wish is not None:
            db.delete(wish)
            note(db, person, "turned off email for", person, kind=MailKind.OPENING)
        mail_actions.cancel(db, about=openings_key(person.id))
    elif wish is None:
        now = clock.now()
        db.add(OpeningMail(person_id=person.id, every=every, since=now, told_until=now))
    else:
        wish.every = every


def refuse_if_turned_off(db: Session, message: OutboxMessage) -> None:
    """Raise Refused if the recipient of an email turned off its kind."""
    kind = next((kind for kind in MailKind if kind == message.kind), None)
    # Email about openings isn't filed under its recipient's account, so that the coordinator sees no stakeholder's name.
    person_id = message.sent_by_id if kind is MailKind.OPENING else message.person_id
    if kind is None or person_id is None:
        return
    if kind is MailKind.OPENING:
        is_off = db.get(OpeningMail, person_id) is None
    else:
        is_off = db.get(StoppedMail, (person_id, kind)) is not None
    if is_off:
        raise Refused("The recipient turned off this kind of email, so it can’t be sent again.")


def change_notification_settings(
    db: Session, person: Person, kinds: Collection[MailKind], quiet: Quiet, openings: Frequency | None = None
) -> None:
    """Turn on ``kinds`` of email for ``person`` and turn off all others; set their quiet hours.

    ``openings`` is how often they hear that someone opened what they shared; None: never.
    """
    hear_of_openings(db, person, openings)
    for kind in STOPPABLE:
        if kind not in kinds:
            unsubscribe(db, person, kind)
    turned_on = delete(StoppedMail).where(StoppedMail.person_id == person.id, StoppedMail.kind.in_(kinds))
    db.execute(turned_on)
    db.merge(QuietHours(person_id=person.id, hours=str(quiet)))
    wishes = {"kinds": sorted(kinds), "quiet": str(quiet), "openings": openings or "off"}
    note(db, person, "changed notification settings of", person, **wishes)


def dismiss_hint(db: Session, person: Person, name: str) -> None:
    """Stop showing ``person`` this hint; raises NotFound when no hint has this name."""
    if name not in HINTS:
        raise NotFound
    db.merge(DismissedHint(person_id=person.id, name=name))
    db.flush()


def show_hints_again(db: Session, person: Person) -> None:
    """Show ``person`` every hint again."""
    db.execute(delete(DismissedHint).where(DismissedHint.person_id == person.id))

"""What mail someone wants, and when; which hints they have seen."""

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


def stop_mail(db: Session, person: Person, kind: MailKind) -> None:
    """``person`` does without this kind of mail from now on; what waits for them is taken back."""
    if db.get(StoppedMail, (person.id, kind)) is None:
        db.add(StoppedMail(person_id=person.id, kind=kind, at=clock.now()))
        note(db, person, "stopped mail for", person, kind=kind)
    mail_actions.cancel_kind(db, person.id, kind)


def wish_for_mail(db: Session, person: Person, kinds: Collection[MailKind], quiet: Quiet) -> None:
    """``person`` wants these kinds of mail and no other, and none in these hours."""
    for kind in MailKind:
        if kind not in kinds:
            stop_mail(db, person, kind)
    started = delete(StoppedMail).where(StoppedMail.person_id == person.id, StoppedMail.kind.in_(kinds))
    db.execute(started)
    db.merge(QuietHours(person_id=person.id, hours=str(quiet)))
    note(db, person, "chose mail for", person, kinds=sorted(kinds), quiet=str(quiet))


def dismiss_hint(db: Session, person: Person, name: str) -> None:
    """``person`` doesn't want to see this hint any more; raises NotFound when there is none of this name."""
    if name not in HINTS:
        raise NotFound
    db.merge(DismissedHint(person_id=person.id, name=name))
    db.flush()


def show_hints_again(db: Session, person: Person) -> None:
    """``person`` sees every hint again."""
    db.execute(delete(DismissedHint).where(DismissedHint.person_id == person.id))

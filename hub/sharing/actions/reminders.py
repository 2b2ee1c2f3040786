"""Reminders of an open quarter to representatives and alternates, scheduled or sent by the coordinator."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.actions import Post
from hub.mail.rules import LetterKind
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.mail import MailKind, unsubscribe_url
from hub.members.rules.permissions import Permission, may
from hub.sharing import letters as sharing_letters
from hub.sharing.queries import reminders as reminders_queries
from hub.sharing.queries.reminders import Reminder, round_key
from hub.sharing.rules.reminders import Stage


def post_due_reminders(db: Session) -> int:
    """Post today's due reminders and return the number of finished rounds. Idempotent."""
    due = reminders_queries.due_occasions(db)
    for occasion in due:
        reminders, _unreached = reminders_queries.reminders(db, occasion.quarter, occasion.stage)
        _post(db, reminders, once=f"reminder {occasion.quarter} {occasion.stage}", sender=None)
        mail_actions.finish_round(db, round_key(db, occasion))
    return len(due)


def send_now(db: Session, actor: Person, quarter: Quarter, organization_ids: Collection[int]) -> list[Reminder]:
    """Send reminders to these organizations now and return them; at most one per person and day.

    Organizations that need no reminder get none. Raises NotFound if ``actor`` may not run the mail.
    """
    if not may(actor, Permission.RUN_MAIL):
        raise NotFound
    reminders, _unreached = reminders_queries.reminders(db, quarter, Stage.NUDGE, organization_ids)
    sent = [reminder for reminder in reminders if reminder.will_be_sent]
    _post(db, sent, once=f"nudge {quarter} {clock.today(config_of(db).zone)}", sender=actor)
    for organization in {reminder.organization.id: reminder.organization for reminder in sent}.values():
        note(db, actor, "reminded", organization, quarter=str(quarter))
    return sent


def about(organization: Organization, quarter: Quarter) -> str:
    """Return the outbox key of an organization's reminders of a quarter, by which they are canceled."""
    return f"reminders {quarter} organization {organization.id}"


def cancel_all(db: Session, quarter: Quarter) -> None:
    """Cancel the waiting reminders of a quarter, which is due from no one anymore."""
    for key in mail_queries.waiting_about(db, LetterKind.REMINDER):
        if key.startswith(f"reminders {quarter} "):
            mail_actions.cancel(db, about=key)


def _post(db: Session, reminders: Collection[Reminder], *, once: str, sender: Person | None) -> None:
    config, imprint = config_of(db), members_queries.host_imprint(db)
    mail_actions.post_all(
        db,
        [
            Post(
                letter=sharing_letters.reminder(
                    config.BASE_URL, reminder.facts, name=reminder.person.name, role=reminder.person.role
                ).sent_by(imprint),
                to=reminder.person.email,
                name=reminder.person.name,
                once=f"{once} organization {reminder.organization.id} person {reminder.person.id}",
                kind=LetterKind.REMINDER,
                about=about(reminder.organization, reminder.facts.quarter),
                person_id=reminder.person.id,
                sent_by_id=sender.id if sender else None,
                unsubscribe=unsubscribe_url(
                    config.BASE_URL, config.UNSUBSCRIBE_KEY, reminder.person.id, MailKind.REMINDER
                ),
                quiet=reminder.settings.quiet,
            )
            for reminder in reminders
            if reminder.will_be_sent
        ],
    )

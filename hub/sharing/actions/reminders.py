"""Reminders of an open quarter, to representative and alternate: by themselves, or by the coordinator's hand."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.mail import actions as mail_actions
from hub.mail.actions import Post
from hub.members.models import Organization, Person
from hub.members.rules.mail import MailKind, stop_token
from hub.members.rules.permissions import Permission, may
from hub.sharing import letters as sharing_letters
from hub.sharing.queries import reminders as reminders_queries
from hub.sharing.queries.reminders import Reminder, round_name
from hub.sharing.rules.reminders import Stage


def post_due_reminders(db: Session) -> int:
    """Post what is due today; answers how many rounds were done. Posting it again changes nothing."""
    waiting = reminders_queries.reminders_wait(db)
    for occasion in waiting:
        found, _unreached = reminders_queries.reminders(db, occasion.quarter, occasion.stage)
        _post(db, found, once=f"reminder {occasion.quarter} {occasion.stage}", sender=None)
        mail_actions.finish_round(db, round_name(db, occasion))
    return len(waiting)


def nudge(db: Session, actor: Person, quarter: Quarter, organization_ids: Collection[int]) -> list[Reminder]:
    """Remind these organizations now; answers what was sent. Twice on a day is once; what needs no reminding gets none.

    Raises NotFound when ``actor`` doesn't run the mail.
    """
    if not may(actor, Permission.RUN_MAIL):
        raise NotFound
    found, _unreached = reminders_queries.reminders(db, quarter, Stage.NUDGE, organization_ids)
    sent = [one for one in found if one.goes_out]
    _post(db, sent, once=f"nudge {quarter} {clock.today(config_of(db).zone)}", sender=actor)
    for organization in {one.organization.id: one.organization for one in sent}.values():
        note(db, actor, "reminded", organization, quarter=str(quarter))
    return sent


def about(organization: Organization, quarter: Quarter) -> str:
    """Return what the outbox keeps the reminders by that an organization gets of a quarter."""
    return f"reminders {quarter} organization {organization.id}"


def _post(db: Session, found: Collection[Reminder], *, once: str, sender: Person | None) -> None:
    config = config_of(db)
    mail_actions.post_all(
        db,
        [
            Post(
                letter=sharing_letters.reminder(config.BASE_URL, one.facts, name=one.person.name, role=one.person.role),
                to=one.person.email,
                name=one.person.name,
                once=f"{once} organization {one.organization.id} person {one.person.id}",
                kind=MailKind.REMINDER,
                about=about(one.organization, one.facts.quarter),
                person_id=one.person.id,
                sent_by_id=sender.id if sender else None,
                unsubscribe=f"{config.BASE_URL}/mail/stop/"
                + stop_token(config.SECRET_KEY, one.person.id, MailKind.REMINDER),
                quiet=one.wishes.quiet,
            )
            for one in found
            if one.goes_out
        ],
    )

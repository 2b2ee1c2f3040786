"""The demo world's email: followed topics, a digest, and reminders that the coordinator sent."""

from datetime import timedelta

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.library import actions as library_actions
from hub.library.rules import BIG_SIX
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.rules import Quiet
from hub.members.actions import notification_settings as notification_settings_actions
from hub.members.models import Person
from hub.members.rules.mail import MailKind
from hub.overview import actions as overview_actions
from hub.overview.queries import board as board_queries
from hub.overview.rules.digests import due_week
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.queries import reminders as reminders_queries
from hub.sharing.rules.reminders import Stage

FOLLOWED = {
    "representative@demo.example": ("workforce", "supply-chain", "cmmc"),
    "alternate@demo.example": ("operations", "trade"),
    "contributor@demo.example": ("workforce", "research"),
    "bff@demo.example": ("research", "infrastructure"),
    "board@demo.example": tuple(BIG_SIX),
}
CENTRAL_NIGHT = Quiet.parse("18:00-08:00 America/Chicago")
WEEKS_BACK = 10
REMINDED = 3  # organizations that the coordinator sent a reminder to


def add_mail(db: Session, people: dict[str, Person]) -> None:
    """Turn on scheduled mail, send the digests that are due, and remind some organizations that are behind."""
    coordinator = people["coordinator@demo.example"]
    for email, topics in FOLLOWED.items():
        library_actions.follow_topics(db, people[email], topics)
    notification_settings_actions.change_notification_settings(
        db, people["alternate@demo.example"], list(MailKind), CENTRAL_NIGHT
    )
    for kind in overview_actions.SCHEDULED_KINDS:
        overview_actions.turn_on_mail(db, coordinator, kind)
    overview_actions.post_due_digests(db)
    _add_digest(db)
    quarter = board_queries.this_quarter(db)
    unconfirmed, _unreached = reminders_queries.reminders(db, quarter, Stage.NUDGE)
    behind = list(dict.fromkeys(reminder.organization.id for reminder in unconfirmed))[:REMINDED]
    reminders_actions.send_now(db, coordinator, quarter, behind)
    if unconfirmed:
        bounced = mail_queries.lasting_hash(db, unconfirmed[-1].person.email)
        mail_actions.mark_bounced(db, bounced, "550 5.1.1 The email account that you tried to reach does not exist")


def _add_digest(db: Session) -> None:
    """Send the digest of the most recent week with new resources in followed topics."""
    now, zone = clock.now(), config_of(db).zone
    for weeks in range(WEEKS_BACK):
        if overview_actions.post_digests(db, due_week(now - timedelta(weeks=weeks), zone)):
            return

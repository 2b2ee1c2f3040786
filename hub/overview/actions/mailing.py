"""What the overview sends by itself, and who lets it begin."""

from sqlalchemy.orm import Session

from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.actions import Post
from hub.members.models import Person
from hub.members.rules.mail import MailKind, stop_token
from hub.members.rules.permissions import Permission, may
from hub.overview.derive import letters
from hub.overview.queries import digests as digests_queries
from hub.overview.rules.digests import DigestWeek

# What begins only once somebody has looked at who would get what.
LOOKED_AT = (MailKind.REMINDER, MailKind.DIGEST)


def post_due_digests(db: Session) -> int:
    """Post the digests of the last week, if it is time; answers how many rounds were done, 0 or 1."""
    week = digests_queries.digest_to_post(db)
    if week is None:
        return 0
    post_digests(db, week)
    mail_actions.finish_round(db, digests_queries.round_name(week))
    return 1


def post_digests(db: Session, week: DigestWeek) -> int:
    """Post the digests of a week; answers how many. Posting them again changes nothing."""
    config = config_of(db)
    due = [one for one in digests_queries.digests(db, week) if one.goes_out]
    mail_actions.post_all(
        db,
        [
            Post(
                letter=letters.digest(config.BASE_URL, one),
                to=one.person.email,
                name=one.person.name,
                once=f"digest {week.monday} person {one.person.id}",
                kind=MailKind.DIGEST,
                about=f"digests {week.monday}",
                person_id=one.person.id,
                unsubscribe=f"{config.BASE_URL}/mail/stop/"
                + stop_token(config.SECRET_KEY, one.person.id, MailKind.DIGEST),
                quiet=one.wishes.quiet,
            )
            for one in due
        ],
    )
    return len(due)


def let_begin(db: Session, actor: Person, kind: MailKind) -> None:
    """Let a kind of mail go out by itself from now on. Raises NotFound when ``actor`` doesn't run the mail."""
    _must_run_mail(actor, kind)
    if not mail_queries.sending_has_begun(db, kind):
        note(db, actor, "let begin", mail_actions.begin_sending(db, kind, actor.id))


def hold(db: Session, actor: Person, kind: MailKind) -> None:
    """Send no more of a kind until somebody lets it begin again. What waits already goes."""
    _must_run_mail(actor, kind)
    begun = mail_queries.sending_started(db, kind)
    if begun is not None:
        note(db, actor, "held", begun)
        mail_actions.hold_sending(db, kind)


def _must_run_mail(actor: Person, kind: MailKind) -> None:
    if kind not in LOOKED_AT or not may(actor, Permission.RUN_MAIL):
        raise NotFound

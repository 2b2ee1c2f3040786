"""Emails to applicants, and to everyone on the Advisory Board."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.joining import letters as joining_letters
from hub.joining import queries as joining_queries
from hub.joining.models import Application
from hub.joining.rules import MOST_LINKS, mailed_token
from hub.mail import actions as mail_actions
from hub.mail.letters import Letter
from hub.mail.rules import LetterKind
from hub.members.queries import token_hash

MORNING = time(8)


def post_to_applicant(db: Session, application: Application, key: str, letter: Letter) -> None:
    """Email the contact of ``application``, once for each ``key``.

    An address that wasn't confirmed gets only the link, since the letter has words that a stranger typed. Nothing is
    sent if the contact was erased.
    """
    if not application.contact_email:
        return
    if not application.has_answered:
        post_link(db, application, has_news=True)
        return
    db.flush()
    mail_actions.post(
        db,
        letter,
        to=application.contact_email,
        name=application.contact_name,
        kind=LetterKind.APPLICATION,
        once=f"application {application.id} {key}",
    )


def post_link(db: Session, application: Application, *, has_news: bool = False) -> None:
    """Email the link to the address that a stranger entered: without their words, and once a day for each address.

    Otherwise anyone could have the hub send what they like to anyone. ``has_news``: if the address had today's email
    already, it gets one tomorrow.
    """
    db.flush()
    config, day, not_before = config_of(db), clock.today(config_of(db).zone), None
    if has_news and joining_queries.has_link_of(db, _once(application, day)):
        day += timedelta(days=1)
        not_before = datetime.combine(day, MORNING, config.zone).astimezone(UTC)
    token = mailed_token(config.UNSUBSCRIBE_KEY, application.id, application.contact_email)
    mail_actions.post(
        db,
        joining_letters.link(f"{config.BASE_URL}/join/{token}"),
        to=application.contact_email,
        kind=LetterKind.APPLICATION,
        once=_once(application, day),
        about=joining_queries.link_letter_of(application),
        not_before=not_before,
        secret=True,
    )


def post_link_to_new_address(db: Session, application: Application) -> None:
    """Email the link to the contact's new address, unless the application had the hub send several today."""
    if joining_queries.links_mailed(db, application, clock.now() - timedelta(days=1)) < MOST_LINKS:
        post_link(db, application)


def _once(application: Application, day: date) -> str:
    return f"application link {token_hash(application.contact_email)} {day}"


def post_to_board(db: Session, application: Application, key: str, letter_for: Callable[[str, str], Letter]) -> None:
    """Email everyone who may vote, once for each ``key``; ``letter_for`` takes a name and the application's URL."""
    address = f"{config_of(db).BASE_URL}/applications/{application.id}"
    mail_actions.post_all(
        db,
        [
            mail_actions.Post(
                letter_for(person.name, address),
                to=person.email,
                name=person.name,
                person_id=person.id,
                kind=LetterKind.APPLICATION,
                once=f"application {application.id} {key} person {person.id}",
            )
            for person in joining_queries.voters(db)
        ],
    )

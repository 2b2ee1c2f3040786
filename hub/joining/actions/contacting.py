"""Emails to applicants, and to everyone on the Advisory Board."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.joining import queries as joining_queries
from hub.joining.models import Application
from hub.mail import actions as mail_actions
from hub.mail.letters import Letter
from hub.mail.rules import LetterKind
from hub.members.queries import token_hash


def post_to_applicant(db: Session, application: Application, key: str, letter: Letter) -> None:
    """Email the contact of ``application``, once for each ``key``."""
    db.flush()
    mail_actions.post(
        db,
        letter,
        to=application.contact_email,
        name=application.contact_name,
        kind=LetterKind.APPLICATION,
        once=f"application {application.id} {key}",
    )


def post_link(db: Session, application: Application, letter: Letter) -> None:
    """Email the link to the address that a stranger entered: without their words, and once a day for each address.

    Otherwise anyone could have the hub send what they like to anyone.
    """
    db.flush()
    mail_actions.post(
        db,
        letter,
        to=application.contact_email,
        kind=LetterKind.APPLICATION,
        once=f"application link {token_hash(application.contact_email)} {clock.today(config_of(db).zone)}",
        about=joining_queries.link_letter_of(application),
        secret=True,
    )


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

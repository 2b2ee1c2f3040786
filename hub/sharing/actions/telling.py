"""Telling a person by mail what was logged of theirs."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.mail.actions import post
from hub.mail.letters import Bullets, Button, Letter, Paragraph, greeting
from hub.members.models import Person
from hub.sharing.models.incoming import LoggedMail
from hub.sharing.rules.incoming import Audience, Outcome

REASON = "You get this because a copy of this mail came to your log address."


def tell_of_mail(db: Session, person: Person, logged: LoggedMail, titles: Sequence[str], audience: Audience) -> None:
    """Put a letter about a logged mail into the outbox, once; of mail that wasn't theirs one a day at most."""
    letter = _LETTERS[logged.outcome](config_of(db).BASE_URL, person, logged, titles, audience)
    once = f"log mail {logged.id}"
    if logged.outcome is Outcome.FORGED:
        once = f"log mail not theirs {person.id} {logged.received_at:%Y-%m-%d}"
    post(db, letter, to=person.email, name=person.name, once=once, kind="log address", person_id=person.id)


def _about(logged: LoggedMail) -> str:
    return f"“{logged.subject}”" if logged.subject else "your mail without a subject"


def _of_logged(base: str, person: Person, logged: LoggedMail, titles: Sequence[str], audience: Audience) -> Letter:
    day = f"{logged.happened_on:%B} {logged.happened_on.day}, {logged.happened_on.year}"
    what = "1 resource" if len(titles) == 1 else f"{len(titles):,} resources"
    return Letter(
        f"Logged: {logged.subject or 'your mail'}",
        (
            greeting(person.name),
            Paragraph(
                f"{_about(logged)} is on the record of {person.organization.name} for {day}: {what}, {audience.label}."
            ),
            Bullets(tuple(titles)),
            Button("See it, or correct it", f"{base}/sharing/mails/{logged.id}"),
        ),
        REASON,
    )


def _of_nothing_found(
    base: str, person: Person, logged: LoggedMail, _titles: Sequence[str], audience: Audience
) -> Letter:
    return Letter(
        f"Which resource was it? {logged.subject}".strip(),
        (
            greeting(person.name),
            Paragraph(
                f"{_about(logged)} came, with {audience.label}. No attachment and no link in it is a resource of the "
                "hub, so nothing is on the record yet. Say which it was, and it counts."
            ),
            Button("Say which resource it was", f"{base}/sharing/declare?mail={logged.id}"),
        ),
        REASON,
    )


def _of_own_only(base: str, person: Person, logged: LoggedMail, _titles: Sequence[str], _audience: Audience) -> Letter:
    return Letter(
        f"Not counted: {logged.subject or 'your mail'}",
        (
            greeting(person.name),
            Paragraph(
                f"{_about(logged)} went to people of {person.organization.name} alone, so it doesn't count as shared "
                "with your stakeholders. If others got it too, declare it."
            ),
            Button("Declare it", f"{base}/sharing/declare?mail={logged.id}"),
        ),
        REASON,
    )


def _of_forged(base: str, person: Person, logged: LoggedMail, _titles: Sequence[str], _audience: Audience) -> Letter:
    return Letter(
        "Mail that wasn't from you came to your log address",
        (
            greeting(person.name),
            Paragraph(
                f"{_about(logged)} came to your log address from somebody else, and isn't logged. Perhaps the address "
                "stood in To or Cc, where recipients see it and answer to it: put it in BCC. A new address ends this."
            ),
            Button("Make a new log address", f"{base}/sharing/log-address"),
        ),
        REASON,
    )


_LETTERS = {
    Outcome.LOGGED: _of_logged,
    Outcome.NOTHING_FOUND: _of_nothing_found,
    Outcome.OWN_ONLY: _of_own_only,
    Outcome.FORGED: _of_forged,
}

"""Forgotten passwords: written down when someone asks, answered by the worker, so that the answer takes as long for all."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import TooManyTries
from hub.core.text import clean
from hub.members import letters as members_letters
from hub.members import queries as members_queries
from hub.members.actions.invitations import mail_new_password, post_link
from hub.members.actions.tokens import new_link
from hub.members.models import LinkKind, PasswordRequest, Person
from hub.members.rules.fields import LONGEST_EMAIL
from hub.members.rules.signing_in import REQUESTS_PER_ACCOUNT, REQUESTS_PER_ADDRESS, REQUESTS_WITHIN, same_network


def ask_for_password(db: Session, email: str, address: str) -> None:
    """Write down that someone forgot the password of ``email``; the worker answers by mail. Commits.

    The same work and the same answer whether there is such an account. Raises TooManyTries when there were too many.
    """
    account, now = clean(email).lower()[:LONGEST_EMAIL], clock.now()
    asked = PasswordRequest(account=account, address=same_network(address), at=now)
    db.add(asked)
    db.commit()
    of_account, of_address = (
        select(func.count()).where(column == value, PasswordRequest.at > now - REQUESTS_WITHIN).scalar_subquery()
        for column, value in ((PasswordRequest.account, account), (PasswordRequest.address, asked.address))
    )
    by_account, by_address = db.execute(select(of_account, of_address)).one()
    if by_account > REQUESTS_PER_ACCOUNT or by_address > REQUESTS_PER_ADDRESS:
        db.delete(asked)
        db.commit()
        raise TooManyTries(
            "A link was asked for too often. Look into your mail, also where spam goes, or wait an hour."
        )
    db.commit()


def answer_password_requests(db: Session) -> int:
    """Send a link to whoever asked for one and has an account; answers how many requests were looked at.

    Someone who was invited and never set a password gets a new invitation. Links that they have keep their power,
    since anyone may ask.
    """
    waiting = select(PasswordRequest).where(PasswordRequest.answered_at.is_(None)).order_by(PasswordRequest.id)
    requests = db.scalars(waiting.with_for_update(skip_locked=True)).all()
    for request in requests:
        request.answered_at = clock.now()
        person = members_queries.person_by_email(db, request.account)
        if person and person.is_active:
            _send_asked_link(db, person)
    old = PasswordRequest.at < clock.now() - 2 * REQUESTS_WITHIN
    if requests:
        db.execute(delete(PasswordRequest).where(old, PasswordRequest.answered_at.is_not(None)))
    return len(requests)


def _send_asked_link(db: Session, person: Person) -> None:
    if person.password_hash:
        note(db, person, "asked for a password link for", person)
        token = new_link(db, None, LinkKind.PASSWORD_RESET, person, keep_older=True)
        mail_new_password(db, None, person, token)
        return
    note(db, person, "asked for another invitation of", person)
    token = new_link(db, None, LinkKind.INVITATION, person, keep_older=True)
    letter = members_letters.invitation(
        config_of(db), token, name=person.name, organization=person.organization.name, by=""
    )
    post_link(db, None, person, token, letter, kind="invitation")

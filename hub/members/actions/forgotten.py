"""Requests for password links: recorded by the page and answered by the worker, so that timing shows no accounts."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of, take_turns
from hub.core.errors import TooManyAttempts
from hub.core.text import clean
from hub.mail.rules import LetterKind
from hub.members import letters as members_letters
from hub.members import queries as members_queries
from hub.members.actions.invitations import mail_new_password, post_link
from hub.members.actions.tokens import new_link
from hub.members.models import LinkKind, PasswordRequest, Person
from hub.members.rules.fields import LONGEST_EMAIL
from hub.members.rules.signing_in import REQUESTS_PER_ACCOUNT, REQUESTS_PER_ADDRESS, REQUESTS_WITHIN, same_network
from hub.members.rules.single_sign_on import required_of


def ask_for_password(db: Session, email: str, address: str) -> None:
    """Record a request for a password link for ``email``, which the worker answers by email.

    Does the same work whether or not there is such an account. Requests at once are counted one after the other. Raises
    TooManyAttempts after too many requests.
    """
    account, network, now = clean(email).lower()[:LONGEST_EMAIL], same_network(address), clock.now()
    take_turns(db, [f"password links of {account}", f"password links of {network}"])
    of_account, of_address = (
        select(func.count()).where(column == value, PasswordRequest.at > now - REQUESTS_WITHIN).scalar_subquery()
        for column, value in ((PasswordRequest.account, account), (PasswordRequest.address, network))
    )
    by_account, by_address = db.execute(select(of_account, of_address)).one()
    if by_account >= REQUESTS_PER_ACCOUNT or by_address >= REQUESTS_PER_ADDRESS:
        raise TooManyAttempts(
            "Too many links were requested. Check your inbox and your spam folder, or try again in an hour."
        )
    db.add(PasswordRequest(account=account, address=network, at=now))


def answer_password_requests(db: Session) -> int:
    """Answer the waiting requests that have an account with a link; returns the number of requests.

    Someone who must use single sign-on gets none. A person who was invited and never set a password gets a new
    invitation. Their earlier links stay valid, because anyone can make a request.
    """
    waiting = select(PasswordRequest).where(PasswordRequest.answered_at.is_(None)).order_by(PasswordRequest.id)
    requests = db.scalars(waiting.with_for_update(skip_locked=True)).all()
    for request in requests:
        request.answered_at = clock.now()
    providers = config_of(db).sign_on_providers
    for account in dict.fromkeys(request.account for request in requests):  # one email, even after a double click
        person = members_queries.person_by_email(db, account)
        if person and person.may_sign_in and not required_of(providers, person.email, person.role):
            _send_requested_link(db, person)
    old = PasswordRequest.at < clock.now() - 2 * REQUESTS_WITHIN
    if requests:
        db.execute(delete(PasswordRequest).where(old, PasswordRequest.answered_at.is_not(None)))
    return len(requests)


def _send_requested_link(db: Session, person: Person) -> None:
    if person.password_hash:
        note(db, person, "requested a password link for", person)
        token = new_link(db, None, LinkKind.PASSWORD_RESET, person, keep_older=True)
        mail_new_password(db, None, person, token)
        return
    note(db, person, "requested another invitation for", person)
    token = new_link(db, None, LinkKind.INVITATION, person, keep_older=True)
    letter = members_letters.invitation(
        config_of(db), token, name=person.name, organization=person.organization.name, by=""
    )
    post_link(db, None, person, token, letter, kind=LetterKind.INVITATION)

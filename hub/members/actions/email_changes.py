"""Changes of email addresses. A new address works after a link that was sent to it is pressed.

Anyone who receives email for an account can set its password. So a link that a colleague asked for works only for the
person, signed in: otherwise a representative could enter an address of their own. For a link that the coordinator asked
for, the new mailbox is enough: the person may have lost both the former mailbox and the password.
"""

import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, SignInNeeded
from hub.mail import actions as mail_actions
from hub.mail.rules import LetterKind
from hub.members import letters as members_letters
from hub.members import queries as members_queries
from hub.members.actions.locks import flush_or, lock_person
from hub.members.actions.people import EMAIL_TAKEN, check_email_is_free
from hub.members.actions.telling import tell_owner
from hub.members.actions.tokens import LinkUnusable, void_links
from hub.members.models import EmailChange, Person
from hub.members.rules.fields import email_of
from hub.members.rules.permissions import Permission, may, may_manage
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin
from hub.members.rules.signing_in import EMAIL_CHANGE_LIFETIME


def change_email(db: Session, actor: Person, person: Person, email: str, origin: Origin) -> bool:
    """Send a link to the new address of ``person``, who can be ``actor``, and tell the present one. Return True.

    The address of a person who never signed in is changed at once, since no link could be pressed by mistake; links that
    went to it are voided. Returns False if the address is changed, or is the same.
    """
    if actor.id != person.id and not may_manage(actor, person):
        raise NotFound
    email = email_of(email)
    lock_person(db, person.id)
    db.refresh(person)
    if email == person.email:
        return False
    check_email_is_free(db, actor, email, person.organization)
    if not members_queries.has_signed_in(db, person):
        _set_email(db, person, email)
        note(db, actor, "changed", person, email=email)
        return False
    _send_link(db, actor, person, email)
    by = actor.name if actor.id != person.id else ""
    note(db, actor, "asked to change the email address of", person, email=email)
    details = f"The new address is {email}. It works after the link that was sent to it is used."
    tell_owner(db, person, SecurityChange.EMAIL_ASKED, origin, by=by, details=details)
    return True


def email_change(db: Session, token: str, actor: Person | None) -> EmailChange:
    """Return the change that a link confirms, with its person, for ``actor`` or a visitor.

    Raises NotFound, LinkUnusable when it has expired, and SignInNeeded when it takes the person, signed in.
    """
    change = members_queries.email_change(db, token)
    if change is None or not change.person.is_active:
        raise NotFound
    if clock.now() >= change.asked_at + EMAIL_CHANGE_LIFETIME:
        raise LinkUnusable("This link has expired. Change your email address again to get a new one.")
    if change.needs_sign_in and actor is None:
        raise SignInNeeded
    if change.needs_sign_in and actor is not None and actor.id != change.person_id:
        raise LinkUnusable(f"Only {change.person.name} can use this link. Sign out, then sign in to that account.")
    return change


def confirm_email(db: Session, token: str, actor: Person | None, origin: Origin) -> Person:
    """Change the address to the one that the link was sent to, once, and tell the former one; returns the person.

    Raises like `email_change`, and Refused when the address was taken meanwhile.
    """
    lock_person(db, email_change(db, token, actor).person_id)
    change = email_change(db, token, actor)  # again, in case it was used or replaced before the lock
    person, former = change.person, change.person.email
    check_email_is_free(db, None, change.email, person.organization)
    _set_email(db, person, change.email)
    note(db, person, "changed", person, email=person.email, before=former)
    tell_owner(db, person, SecurityChange.EMAIL, origin, details=f"It is now {person.email}.", to=former)
    return person


def cancel_email_change(db: Session, person: Person) -> None:
    """Void the link that was sent to a new address of ``person``, who acts."""
    lock_person(db, person.id)
    change = db.get(EmailChange, person.id)
    if change is None:
        return
    db.delete(change)
    note(db, person, "canceled a change of the email address of", person, email=change.email)


def _send_link(db: Session, actor: Person, person: Person, email: str) -> None:
    """Post a link to the new address, in place of an earlier one."""
    db.execute(delete(EmailChange).where(EmailChange.person_id == person.id))
    token = secrets.token_urlsafe(32)
    token_hash = members_queries.token_hash(token)
    is_own = actor.id == person.id or not may(actor, Permission.MANAGE_ORGANIZATIONS)
    db.add(
        EmailChange(person_id=person.id, email=email, token_hash=token_hash, asked_at=clock.now(), needs_sign_in=is_own)
    )
    mail_actions.post(
        db,
        members_letters.new_email(config_of(db), token, name=person.name, email=email),
        to=email,
        name=person.name,
        once=f"email link {token_hash}",
        kind=LetterKind.SECURITY,
        about=f"person {person.id}",
        person_id=person.id,
        secret=True,
    )


def _set_email(db: Session, person: Person, email: str) -> None:
    db.execute(delete(EmailChange).where(EmailChange.person_id == person.id))
    void_links(db, person)
    person.email = email
    flush_or(db, EMAIL_TAKEN)

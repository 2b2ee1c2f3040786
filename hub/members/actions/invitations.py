"""Invitations and password links."""

from sqlalchemy.orm import Session

from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.mail import actions as mail_actions
from hub.mail.letters import Letter
from hub.mail.rules import LetterKind
from hub.members import letters as members_letters
from hub.members import queries as members_queries
from hub.members.actions.locks import lock_person
from hub.members.actions.organizations import add_organization
from hub.members.actions.people import add_person, check_active
from hub.members.actions.signing_in import hashed, names_at_hand, set_password
from hub.members.actions.telling import tell_owner
from hub.members.actions.tokens import mark_used, new_link, usable_link
from hub.members.models import LinkKind, Person
from hub.members.rules.fields import email_of
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import may_manage
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin


def invite(db: Session, actor: Person | None, person: Person) -> str:
    """Return the token of a new link for ``person`` to set a first password; older links are voided."""
    _check_may_invite(actor, person)
    if person.password_hash:
        raise Refused(f"{person.name} has already accepted an invitation. Create a password link instead.")
    note(db, actor, "invited", person)
    token = new_link(db, actor, LinkKind.INVITATION, person)
    _mail_invitation(db, actor, person, token)
    return token


def reset_link(db: Session, actor: Person | None, person: Person) -> str:
    """Return the token of a new link for ``person`` to set a new password; older links are voided."""
    _check_may_invite(actor, person)
    if not person.password_hash:
        raise Refused(f"{person.name} has no password yet. Create an invitation link instead.")
    note(db, actor, "created a password link for", person)
    token = new_link(db, actor, LinkKind.PASSWORD_RESET, person)
    if config_of(db).mail_server:
        mail_new_password(db, actor, person, token)
    return token


def accept(db: Session, token: str, password: str, origin: Origin | None = None) -> Person:
    """Set ``password`` with an invitation or a password link, once. Commits before hashing.

    Its owner hears of a new password by email, with ``origin``.

    Raises NotFound or Refused when the link can't be used, Refused when the password isn't allowed.
    """
    kinds = (LinkKind.INVITATION, LinkKind.PASSWORD_RESET)
    invited = usable_link(db, token, *kinds).person
    names = names_at_hand(db, invited) if invited else ()
    db.commit()
    password_hash = hashed(password, names)
    if invited:
        lock_person(db, invited.id)
    link = usable_link(db, token, *kinds)
    mark_used(db, link)
    person = link.person
    if person is None:
        raise NotFound
    set_password(db, person, password_hash)
    accepted = link.kind is LinkKind.INVITATION
    note(db, person, "accepted the invitation for" if accepted else "used a link to set a new password for", person)
    if not accepted:
        tell_owner(db, person, SecurityChange.PASSWORD, origin, details="It was set with a link.")
    return person


def first_coordinator_link(db: Session) -> str | None:
    """Return the token of a new sign-up link for the first coordinator; None when the hub has people."""
    if members_queries.has_people(db):
        return None
    return new_link(db, None, LinkKind.FIRST_COORDINATOR, None)


def sign_up_first_coordinator(
    db: Session, token: str, *, organization: str, name: str, email: str, password: str
) -> Person:
    """Add the host ``organization`` and its first coordinator, once. Commits before hashing.

    An existing host keeps its name. Raises NotFound or Refused when the link can't be used.
    """
    usable_link(db, token, LinkKind.FIRST_COORDINATOR)
    known = members_queries.host(db)
    names = name, email_of(email), known.name if known else organization, config_of(db).HUB_NAME
    db.commit()
    password_hash = hashed(password, names)
    mark_used(db, usable_link(db, token, LinkKind.FIRST_COORDINATOR))
    if members_queries.has_people(db):
        raise Refused("This hub already has people. Sign in, or ask the coordinator for an invitation.")
    host = members_queries.host(db) or add_organization(db, None, name=organization, kind=OrganizationKind.HOST)
    return add_person(db, None, host, email=email, name=name, role=Role.COORDINATOR, password_hash=password_hash)


def _check_may_invite(actor: Person | None, person: Person) -> None:
    if actor and not may_manage(actor, person):
        raise NotFound
    check_active(person)


def _mail_invitation(db: Session, actor: Person | None, person: Person, token: str) -> None:
    """Email the invitation; without a mail server, the inviting person sends the link."""
    config = config_of(db)
    if config.mail_server is None:
        return
    by = actor.name if actor else ""
    letter = members_letters.invitation(config, token, name=person.name, organization=person.organization.name, by=by)
    post_link(db, actor, person, token, letter, kind=LetterKind.INVITATION)


def mail_new_password(db: Session, actor: Person | None, person: Person, token: str) -> None:
    """Post the letter with a link to set a new password."""
    letter = members_letters.new_password(config_of(db), token, name=person.name, by=actor.name if actor else "")
    post_link(db, actor, person, token, letter, kind=LetterKind.PASSWORD)


def post_link(db: Session, actor: Person | None, person: Person, token: str, letter: Letter, kind: LetterKind) -> None:
    """Post a letter with a link, once per link, marked secret so that the outbox hides its text."""
    mail_actions.post(
        db,
        letter,
        to=person.email,
        name=person.name,
        once=f"link {members_queries.token_hash(token)}",
        kind=kind,
        about=f"person {person.id}",
        person_id=person.id,
        sent_by_id=actor.id if actor else None,
        secret=True,
    )

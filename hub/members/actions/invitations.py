"""Invitations and password links."""

import re

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.mail import actions as mail_actions
from hub.mail.letters import Letter
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind
from hub.members import letters as members_letters
from hub.members import queries as members_queries
from hub.members.actions.locks import lock_person
from hub.members.actions.organizations import add_organization
from hub.members.actions.people import add_person, check_active
from hub.members.actions.signing_in import hashed, names_at_hand, set_password
from hub.members.actions.telling import tell_owner
from hub.members.actions.tokens import mark_used, new_link, usable_link
from hub.members.models import LinkKind, OneTimeLink, Person
from hub.members.rules.fields import email_of
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission, may, may_manage
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin

OPERATOR_NAME = "the hub’s operator"
LINK_TEXT = re.compile(r"link ([0-9a-f]{64})")  # the idempotency key of an email with a link; see `post_link`


def invite(db: Session, actor: Person | None, person: Person) -> str | None:
    """Send ``person`` a new link to set a first password; older links are voided.

    Returns its token if ``actor`` may see it, who then sends it; see `_sees_link`.
    """
    _check_may_invite(actor, person)
    if person.password_hash:
        raise Refused(f"{person.name} has already accepted an invitation. Create a password link instead.")
    token, is_shown = _new_link(db, actor, person, LinkKind.INVITATION, "invited")
    if _is_posted(db, is_shown=is_shown):
        by = actor.name if actor else ""
        letter = members_letters.invitation(
            config_of(db), token, name=person.name, organization=person.organization.name, by=by
        )
        post_link(db, actor, person, token, letter, kind=LetterKind.INVITATION)
    return token if is_shown else None


def reset_link(db: Session, actor: Person | None, person: Person) -> str | None:
    """Send ``person`` a new link to set a new password; older links are voided.

    Returns its token if ``actor`` may see it, who then sends it; see `_sees_link`.
    """
    _check_may_invite(actor, person)
    if not person.password_hash:
        raise Refused(f"{person.name} has no password yet. Create an invitation link instead.")
    token, is_shown = _new_link(db, actor, person, LinkKind.PASSWORD_RESET, "created a password link for")
    if _is_posted(db, is_shown=is_shown):
        mail_new_password(db, actor, person, token)
    return token if is_shown else None


def _sees_link(db: Session, actor: Person | None) -> bool:
    """Return True if ``actor`` may see a link that signs in someone else.

    Anyone who sees it can take over the account. So where email works, it goes to its person alone; where it doesn't, the
    coordinator passes it on. The operator at the command line can do anything anyway.
    """
    return actor is None or (config_of(db).mail_server is None and may(actor, Permission.SEE_LINKS))


def _is_posted(db: Session, *, is_shown: bool) -> bool:
    """Return True if a letter takes the link: by email, or without a mail server to the outbox for the coordinator."""
    return config_of(db).mail_server is not None or not is_shown


def _new_link(db: Session, actor: Person | None, person: Person, kind: LinkKind, action: str) -> tuple[str, bool]:
    """Return the token of a new link, and whether ``actor`` sees it, which the audit log says."""
    is_shown = _sees_link(db, actor)
    viewer = (actor.name if actor else OPERATOR_NAME) if is_shown else ""
    waits = "by email" if config_of(db).mail_server else "in the outbox, for the coordinator"
    note(db, actor, action, person, link=f"shown to {viewer}" if viewer else waits)
    return new_link(db, actor, kind, person, shown_to=viewer), is_shown


def show_letter(db: Session, actor: Person, message: OutboxMessage) -> None:
    """Record that ``actor`` reads a private link in the outbox, on a hub without a mail server.

    Raises NotFound when ``actor`` may not see links, or when the mail server sends them.
    """
    if not message.secret or not _sees_link(db, actor):
        raise NotFound
    note(db, actor, "was shown the link in", message)
    if key := LINK_TEXT.fullmatch(message.once):
        seen = update(OneTimeLink).where(OneTimeLink.token_hash == key[1], OneTimeLink.shown_to == "")
        db.execute(seen.values(shown_to=actor.name))


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

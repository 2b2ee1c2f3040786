"""What changes organizations, people, their roles and how they get in.

None commits, except where a password is hashed: that takes 0.2 s, in which nobody else could write. Those
functions say so, and must be the first in their request to touch rows.

``actor`` is the person who acts, or None for the hub's operator at the command line, who may do all.
"""

import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.errors import NotFound, Refused
from hub.members import queries
from hub.members.models import Designation, LinkKind, OneTimeLink, Organization, Person, RoleHeld, SignInTry
from hub.members.rules import (
    INVITATION_DAYS,
    LONGEST_EMAIL,
    RESET_HOURS,
    ROLES_OF_KIND,
    SINGLE_ROLES,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ADDRESS,
    TRIES_WITHIN,
    DesignationFacts,
    OrganizationKind,
    Permission,
    Role,
    email_of,
    may,
    may_manage,
    name_of,
    password_of,
    roles_to_give,
    same_network,
    slug_of,
    website_of,
)

PASSWORDS = PasswordHasher()

LIFETIME = {
    LinkKind.INVITATION: timedelta(days=INVITATION_DAYS),
    LinkKind.PASSWORD_RESET: timedelta(hours=RESET_HOURS),
    LinkKind.FIRST_COORDINATOR: timedelta(days=INVITATION_DAYS),
}


class TriedTooOften(Refused):
    """Too many wrong passwords for this account or from this address; refused for a while."""


# Passwords and signing in


def hashed(password: str, email: str = "") -> str:
    """What is kept of a new password; raises Refused when it can't be one. Slow: call it outside of transactions."""
    return PASSWORDS.hash(_as_typed_anywhere(password_of(password, email)))


def sign_in(db: Session, email: str, password: str, address: str) -> Person:
    """The person with this e-mail address and password, trying from the network ``address``. Commits.

    Raises Refused with the same words, after the same work, for a wrong password, an unknown address, somebody
    who hasn't accepted their invitation and somebody who left; TriedTooOften without looking at the password.
    """
    account = email.strip().lower()[:LONGEST_EMAIL]
    tried = _count_try(db, account, address)
    person = queries.person_by_email(db, account)
    known = person.password_hash if person and person.is_active else None
    db.commit()
    right = _is_right(known or _nobodys_hash(), password)
    if not (person and known and right):
        raise Refused("That e-mail address and password don't belong together. Check both, and try again.")
    newer = PASSWORDS.hash(_as_typed_anywhere(password)) if PASSWORDS.check_needs_rehash(known) else None
    _forget_tries(db, tried)
    if newer:
        db.execute(
            update(Person).where(Person.id == person.id, Person.password_hash == known).values(password_hash=newer)
        )
    return person


def change_password(db: Session, person: Person, current: str, new: str, address: str) -> None:
    """Give ``person`` the ``new`` password if ``current`` is right; their sessions elsewhere end. Commits."""
    password_of(new, person.email)
    tried = _count_try(db, person.email, address)
    if not _is_right(person.password_hash or _nobodys_hash(), current):
        raise Refused("The current password isn't right.")
    new_hash = hashed(new, person.email)
    _forget_tries(db, tried)
    _set_password(db, person, new_hash)
    note(db, person, "changed the password of", person)


def _as_typed_anywhere(password: str) -> bytes:
    """The password's bytes; keyboards differ in how they compose é."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _is_right(known: str, password: str) -> bool:
    try:
        return PASSWORDS.verify(known, _as_typed_anywhere(password))
    except (VerificationError, InvalidHashError):
        return False


def _nobodys_hash() -> str:
    """A hash that no password fits and that takes as long to try as anybody's."""
    p = PASSWORDS
    salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (p.salt_len, p.hash_len))
    return f"$argon2id$v=19$m={p.memory_cost},t={p.time_cost},p={p.parallelism}${salt}${digest}"


def _count_try(db: Session, account: str, address: str) -> SignInTry:
    """Write a try down before it is made, so that many at once are counted too. Commits.

    Raises TriedTooOften when there were too many; a try that is refused doesn't count.
    """
    now = clock.now()
    db.execute(delete(SignInTry).where(SignInTry.at < now - TRIES_WITHIN))
    tried = SignInTry(account=account, address=same_network(address), at=now)
    db.add(tried)
    db.commit()
    of_account, of_address = (
        select(func.count()).where(column == value).scalar_subquery()
        for column, value in ((SignInTry.account, tried.account), (SignInTry.address, tried.address))
    )
    by_account, by_address = db.execute(select(of_account, of_address)).one()
    if by_account > TRIES_PER_ACCOUNT or by_address > TRIES_PER_ADDRESS:
        db.delete(tried)
        db.commit()
        raise TriedTooOften("Too many tries to sign in. Wait a quarter of an hour, then try again.")
    db.commit()
    return tried


def _forget_tries(db: Session, tried: SignInTry) -> None:
    """A right password makes good the wrong ones before it, from the same address."""
    db.execute(delete(SignInTry).where(SignInTry.account == tried.account, SignInTry.address == tried.address))


def _set_password(db: Session, person: Person, password_hash: str) -> None:
    """Sessions that began with the old password end, and links that would set another lose their power."""
    person.password_hash = password_hash
    person.session_version += 1
    _void_links(db, person)


# Links that let somebody in, once


def invite(db: Session, actor: Person | None, person: Person) -> str:
    """The token of a new link with which ``person`` sets a first password; older links lose their power."""
    _may_let_in(actor, person)
    if person.password_hash:
        raise Refused(f"{person.name} has accepted an invitation already. Make a link for a new password instead.")
    note(db, actor, "invited", person)
    return _new_link(db, actor, LinkKind.INVITATION, person)


def reset_link(db: Session, actor: Person | None, person: Person) -> str:
    """The token of a new link with which ``person`` sets a new password; older links lose their power."""
    _may_let_in(actor, person)
    if not person.password_hash:
        raise Refused(f"{person.name} has no password yet. Invite them again instead.")
    note(db, actor, "made a password link for", person)
    return _new_link(db, actor, LinkKind.PASSWORD_RESET, person)


def usable_link(db: Session, token: str, *kinds: LinkKind) -> OneTimeLink:
    """The link with this token, if it may still be used; raises NotFound, or Refused with what to do."""
    link = queries.link(db, token)
    if link is None or link.kind not in kinds or (link.person and not link.person.is_active):
        raise NotFound
    if link.used_at:
        raise Refused("This link was used already: it works once. Sign in with the password that was set with it.")
    if link.expires_at <= clock.now():
        raise Refused("This link has expired, or a newer one took its place. Ask for a new one where you got it from.")
    return link


def accept(db: Session, token: str, password: str) -> Person:
    """Use an invitation or a link for a new password: set ``password``, once. Commits before it hashes.

    Raises NotFound or Refused when the link can't be used, Refused when the password can't be one.
    """
    kinds = (LinkKind.INVITATION, LinkKind.PASSWORD_RESET)
    invited = usable_link(db, token, *kinds).person
    db.commit()
    password_hash = hashed(password, invited.email if invited else "")
    link = usable_link(db, token, *kinds)
    _use(db, link)
    person = link.person
    if person is None:
        raise NotFound
    _set_password(db, person, password_hash)
    accepted = link.kind is LinkKind.INVITATION
    note(db, person, "accepted the invitation of" if accepted else "set a new password with a link for", person)
    return person


def first_coordinator_link(db: Session) -> str | None:
    """The token of the link with which the first coordinator signs up; None when the hub has people."""
    if queries.anyone(db):
        return None
    return _new_link(db, None, LinkKind.FIRST_COORDINATOR, None)


def sign_up_first_coordinator(
    db: Session, token: str, *, organization: str, name: str, email: str, password: str
) -> Person:
    """Set up the host ``organization`` and its first coordinator, once. Commits before it hashes.

    A host that is there already keeps its name. Raises NotFound or Refused when the link can't be used.
    """
    usable_link(db, token, LinkKind.FIRST_COORDINATOR)
    db.commit()
    password_hash = hashed(password, email_of(email))
    _use(db, usable_link(db, token, LinkKind.FIRST_COORDINATOR))
    if queries.anyone(db):
        raise Refused("The hub has people already. Sign in, or ask the coordinator for an invitation.")
    host = queries.host(db) or add_organization(
        db, None, name=organization, kind=OrganizationKind.HOST, joined_on=clock.now().date()
    )
    return add_person(db, None, host, email=email, name=name, role=Role.COORDINATOR, password_hash=password_hash)


def _may_let_in(actor: Person | None, person: Person) -> None:
    if actor and not may_manage(actor, person):
        raise NotFound
    if not person.is_active:
        raise Refused(f"{person.name} has left. Let them come back first.")


def _new_link(db: Session, actor: Person | None, kind: LinkKind, person: Person | None) -> str:
    _void_links(db, person)
    token, now = secrets.token_urlsafe(32), clock.now()
    link = OneTimeLink(
        kind=kind,
        token_hash=queries.token_hash(token),
        person_id=person.id if person else None,
        created_at=now,
        created_by_id=actor.id if actor else None,
        expires_at=now + LIFETIME[kind],
    )
    db.add(link)
    db.flush()
    return token


def _void_links(db: Session, person: Person | None) -> None:
    """Links of ``person`` that nobody used lose their power; None: those for the first coordinator."""
    whose = OneTimeLink.person_id == person.id if person else OneTimeLink.person_id.is_(None)
    now = clock.now()
    db.execute(
        update(OneTimeLink)
        .where(whose, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(expires_at=now)
    )


def _use(db: Session, link: OneTimeLink) -> None:
    """Use the link up. Of two who try at once the row lets one through."""
    used = update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
    result: Any = db.execute(used.values(used_at=clock.now()))
    if result.rowcount != 1:
        raise Refused("This link was used already: it works once. Sign in with the password that was set with it.")

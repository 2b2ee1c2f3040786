"""What changes organizations, people, their roles and how they get in.

None commits, except where a password is hashed: that takes 0.2 s, in which nobody else could write. Those
functions say so, and must be the first in their request to touch rows.

``actor`` is the person who acts, or None for the hub's operator at the command line, who may do all.
"""

import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.core import clock, outbox
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused, TooManyTries
from hub.core.letters import Letter
from hub.core.quiet import Quiet
from hub.core.text import clean
from hub.members import queries
from hub.members.derive import letters
from hub.members.models import (
    Designation,
    DismissedHint,
    LinkKind,
    OneTimeLink,
    Organization,
    PasswordRequest,
    Person,
    QuietHours,
    RoleHeld,
    SignInTry,
    StoppedMail,
)
from hub.members.rules import (
    HOST_ROLES,
    INVITATION_DAYS,
    LONGEST_EMAIL,
    REQUESTS_PER_ACCOUNT,
    REQUESTS_PER_ADDRESS,
    REQUESTS_WITHIN,
    RESET_HOURS,
    ROLES_OF_KIND,
    SINGLE_ROLES,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ADDRESS,
    TRIES_WITHIN,
    DesignationFacts,
    MailKind,
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
from hub.members.rules.hints import HINTS

PASSWORDS = PasswordHasher()

RESERVED_SLUGS = frozenset({"new"})  # /organizations/new is a page
EMAIL_TAKEN = "This e-mail address can't be added here. Ask the coordinator to help."
LINK_USED = "This link was used already: it works once. Sign in with the password that was set with it."

LIFETIME = {
    LinkKind.INVITATION: timedelta(days=INVITATION_DAYS),
    LinkKind.PASSWORD_RESET: timedelta(hours=RESET_HOURS),
    LinkKind.FIRST_COORDINATOR: timedelta(days=INVITATION_DAYS),
}


class LinkIsGone(Refused):
    """The link was used, has expired, or was replaced."""


# Organizations


def add_organization(
    db: Session,
    actor: Person | None,
    *,
    name: str,
    kind: OrganizationKind,
    joined_on: date | None = None,
    slug: str = "",
    region: str = "",
    website: str = "",
    left_on: date | None = None,
    designations: Iterable[DesignationFacts] = (),
) -> Organization:
    """A new organization; without ``slug`` its name makes one, and without ``joined_on`` it joins today.

    Raises Refused with what to change.
    """
    if actor and not may(actor, Permission.MANAGE_ORGANIZATIONS):
        raise NotFound
    organization = Organization(
        **_facts(name, kind, region, website, joined_on or clock.today(config_of(db).zone), left_on),
        slug=_free_slug(db, slug, name),
        designations=_designations(designations),
    )
    db.add(organization)
    _flush_or(db, "Somebody else just added an organization with this name. Look at the list, then try again.")
    note(db, actor, "added", organization)
    return organization


def change_organization(
    db: Session,
    actor: Person | None,
    organization: Organization,
    *,
    name: str,
    kind: OrganizationKind,
    joined_on: date,
    region: str = "",
    website: str = "",
    left_on: date | None = None,
    designations: Iterable[DesignationFacts] = (),
) -> None:
    """Give ``organization`` these facts and designations instead of its own; its slug stays."""
    if actor and not may(actor, Permission.MANAGE_ORGANIZATIONS, organization):
        raise NotFound
    facts = _facts(name, kind, region, website, joined_on, left_on)
    stated = _designations(designations)
    organization = queries.organization_of(db, organization.slug)
    _lock_roles(db, organization.id)
    _keep_roles_fitting(db, organization, kind)
    changed = {key: _plain(value) for key, value in facts.items() if getattr(organization, key) != value}
    for key, value in facts.items():
        setattr(organization, key, value)
    if {_identity(d) for d in stated} != {_identity(d) for d in organization.designations}:
        changed["designations"] = [d.name for d in stated]
        organization.designations = stated
    if changed:
        note(db, actor, "changed", organization, **changed)


def _facts(
    name: str, kind: OrganizationKind, region: str, website: str, joined_on: date, left_on: date | None
) -> dict[str, Any]:
    """What somebody says of an organization, checked."""
    if left_on and left_on < joined_on:
        raise Refused("The day it left is before the day it joined. Correct one of them.")
    return {
        "name": name_of(name),
        "kind": kind,
        "region": name_of(region, "region") if region.strip() else "",
        "website": website_of(website),
        "joined_on": joined_on,
        "left_on": left_on,
    }


def _designations(stated: Iterable[DesignationFacts]) -> list[Designation]:
    rows = []
    for facts in stated:
        if facts.starts_on and facts.ends_on and facts.ends_on < facts.starts_on:
            raise Refused(f"The designation {facts.name} ends before it starts. Correct one of the dates.")
        name = name_of(facts.name, "designation")
        rows.append(Designation(name=name, status=facts.status, starts_on=facts.starts_on, ends_on=facts.ends_on))
    return rows


def _identity(designation: Designation) -> tuple[Any, ...]:
    return designation.name, designation.status, designation.starts_on, designation.ends_on


def _plain(value: object) -> object:
    """``value`` as the audit keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def _free_slug(db: Session, wanted: str, name: str) -> str:
    """``wanted`` if it is free and fit for an address; without it one made of ``name``, numbered when taken."""
    taken = {*db.scalars(select(Organization.slug)), *RESERVED_SLUGS}
    if wanted:
        if wanted != slug_of(wanted):
            raise Refused(f"The short name may have small letters, digits and hyphens, for example {slug_of(wanted)}.")
        if wanted in taken:
            raise Refused(f"The short name {wanted} is taken. Choose another one.")
        return wanted
    slug, number = slug_of(name), 1
    while slug in taken:
        number += 1
        slug = f"{slug_of(name)[:55].rstrip('-')}-{number}"
    return slug


def _keep_roles_fitting(db: Session, organization: Organization, kind: OrganizationKind) -> None:
    """The host's people have other roles than a member's: an organization with people can't become another kind."""
    for person in queries.people_of(db, organization):
        if person.role not in ROLES_OF_KIND[kind]:
            raise Refused(f"{person.name} is {person.role.label} here, and a {kind.label} has no such role.")


# People and their roles


def add_person(
    db: Session,
    actor: Person | None,
    organization: Organization,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str | None = None,
) -> Person:
    """A new person, who gets in with `invite`, or at once with a ``password_hash`` that `hashed` made."""
    if actor and not may(actor, Permission.MANAGE_PEOPLE, organization):
        raise NotFound
    email, name = email_of(email), name_of(name)
    _lock_roles(db, organization.id)
    _check_role(actor, organization, role)
    _check_email_is_free(db, actor, email, organization)
    person = Person(
        email=email,
        name=name,
        organization=organization,
        role=Role.BOARD if organization.kind is OrganizationKind.HOST else Role.CONTRIBUTOR,
        password_hash=password_hash,
        created_at=clock.now(),
    )
    db.add(person)
    _flush_or(db, EMAIL_TAKEN)
    note(db, actor, "added", person, role=role)
    _put(db, actor, person, role)
    return person


def change_person(db: Session, actor: Person | None, person: Person, *, name: str, email: str) -> None:
    """Correct a name or an e-mail address; links that went to another address lose their power."""
    if actor and not may_manage(actor, person):
        raise NotFound
    email, name = email_of(email), name_of(name)
    changed = {key: value for key, value in (("name", name), ("email", email)) if getattr(person, key) != value}
    if "email" in changed:
        _check_email_is_free(db, actor, email, person.organization)
        _void_links(db, person)
    person.name, person.email = name, email
    _flush_or(db, EMAIL_TAKEN)
    if changed:
        note(db, actor, "changed", person, **changed)


def dismiss_hint(db: Session, person: Person, name: str) -> None:
    """``person`` doesn't want to see this hint any more; raises NotFound when there is none of this name."""
    if name not in HINTS:
        raise NotFound
    db.merge(DismissedHint(person_id=person.id, name=name))
    db.flush()


def show_hints_again(db: Session, person: Person) -> None:
    """``person`` sees every hint again."""
    db.execute(delete(DismissedHint).where(DismissedHint.person_id == person.id))


def rename(db: Session, person: Person, name: str) -> None:
    """Somebody corrects their own name."""
    person.name = name_of(name)
    note(db, person, "changed", person, name=person.name)


def end_sessions(db: Session, person: Person) -> None:
    """``person`` is signed out in every browser, and wherever somebody has a copy of their session."""
    person.session_version += 1
    note(db, person, "signed out everywhere", person)


def give_role(db: Session, actor: Person | None, person: Person, role: Role) -> None:
    """Make ``person`` what ``role`` says; who was the representative (or alternate) becomes a contributor."""
    if actor and not may_manage(actor, person):
        raise NotFound
    _lock_roles(db, person.organization_id)
    db.refresh(person)
    _check_here(person)
    _check_role(actor, person.organization, role)
    if person.role is role:
        return
    _keep_a_coordinator(db, person)
    note(db, actor, "gave a role to", person, role=role, before=person.role)
    if role in HOST_ROLES:
        _void_links(db, person)  # made by whoever managed them till now, who must not get in as one of the alliance
    _put(db, actor, person, role)


def move(db: Session, actor: Person | None, person: Person, organization: Organization, role: Role) -> None:
    """``person`` belongs to ``organization`` from now on, with ``role``.

    What they did stays with the organization that they did it for. Links that would let somebody in as them lose
    their power: whoever managed them till now made them.
    """
    if actor and not (may_manage(actor, person) and may(actor, Permission.MANAGE_ORGANIZATIONS, organization)):
        raise NotFound
    if person.organization_id == organization.id:
        raise Refused(f"{person.name} belongs to {organization.name} already.")
    for organization_id in sorted((person.organization_id, organization.id)):
        _lock_roles(db, organization_id)
    db.refresh(person)
    _check_here(person)
    _check_role(actor, organization, role)
    _keep_a_coordinator(db, person)
    note(db, actor, "moved", person, to=organization.name, role=role, before=person.organization.name, was=person.role)
    _void_links(db, person)
    _close_role(db, person)
    person.role = Role.CONTRIBUTOR  # or they would look like who has the role there now
    person.organization = organization
    db.flush()
    _put(db, actor, person, role)


def leave(db: Session, actor: Person | None, person: Person) -> None:
    """``person`` is gone: may no longer sign in, and sessions end. What they did stays."""
    if actor and not may_manage(actor, person):
        raise NotFound
    if actor and actor.id == person.id:
        raise Refused("You can't mark yourself as gone. Ask somebody else who manages people to do it.")
    _lock_roles(db, person.organization_id)
    db.refresh(person)
    if not person.is_active:
        return
    _keep_a_coordinator(db, person)
    note(db, actor, "marked as gone", person, role=person.role)
    _close_role(db, person)
    if person.role in SINGLE_ROLES:
        person.role = Role.CONTRIBUTOR
    person.left_at = clock.now()
    person.session_version += 1
    _void_links(db, person)


def come_back(db: Session, actor: Person | None, person: Person, role: Role) -> None:
    """``person``, who was gone, may sign in again, with ``role``."""
    if actor and not may_manage(actor, person):
        raise NotFound
    _lock_roles(db, person.organization_id)
    db.refresh(person)
    if person.is_active:
        return
    _check_role(actor, person.organization, role)
    person.left_at = None
    note(db, actor, "let come back", person, role=role)
    _put(db, actor, person, role)


def _check_here(person: Person) -> None:
    if not person.is_active:
        raise Refused(f"{person.name} has left. Let them come back first.")


def _check_role(actor: Person | None, organization: Organization, role: Role) -> None:
    kind = organization.kind
    if role not in ROLES_OF_KIND[kind]:
        roles = ", ".join(r.label for r in ROLES_OF_KIND[kind])
        raise Refused(f"{organization.name} is a {kind.label}. Choose one of its roles: {roles}.")
    if actor and role not in roles_to_give(actor, kind):
        raise Refused(f"Only the coordinator gives the role {role.label}.")


def _check_email_is_free(db: Session, actor: Person | None, email: str, organization: Organization) -> None:
    """Tells who has the address only to those who may see that person."""
    person = queries.person_by_email(db, email)
    if person is None:
        return
    if actor is None or may(actor, Permission.SEE_PEOPLE, person):
        gone = "" if person.is_active else ", and has left"
        where = "here" if person.organization_id == organization.id else f"in {person.organization.name}"
        raise Refused(f"{person.name} has this e-mail address and is known {where}{gone}.")
    raise Refused(EMAIL_TAKEN)


def _lock_roles(db: Session, organization_id: int) -> None:
    """Roles of an organization change one at a time (SQLite has but one writer anyway)."""
    db.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update())


def _keep_a_coordinator(db: Session, person: Person) -> None:
    """Somebody must always be able to run the hub."""
    if person.role is not Role.COORDINATOR:
        return
    others = select(Person.id).where(
        Person.role == Role.COORDINATOR,
        Person.id != person.id,
        Person.left_at.is_(None),
        Person.password_hash.is_not(None),
    )
    if not db.scalars(others.with_for_update()).all():
        raise Refused(f"{person.name} is the last coordinator who can sign in. Let another one get in first.")


def _put(db: Session, actor: Person | None, person: Person, role: Role) -> None:
    """Give ``role``, taking it from who has it when there is one of each only."""
    former = queries.holder(db, person.organization_id, role) if role in SINGLE_ROLES else None
    if former and former.id != person.id:
        db.refresh(former)
        _hold(db, former, Role.CONTRIBUTOR)
        note(db, actor, "gave a role to", former, role=Role.CONTRIBUTOR, before=role)
    _hold(db, person, role)


def _hold(db: Session, person: Person, role: Role) -> None:
    _close_role(db, person)
    person.role = role
    db.add(RoleHeld(person_id=person.id, organization_id=person.organization_id, role=role, since=clock.now()))
    _flush_or(db, "Somebody else just changed this role. Look at the people again, then try again.")


def _close_role(db: Session, person: Person) -> None:
    held = update(RoleHeld).where(RoleHeld.person_id == person.id, RoleHeld.until.is_(None))
    db.execute(held.values(until=clock.now()))


def _flush_or(db: Session, sentence: str) -> None:
    """Write what is pending; what the database's unique indexes don't let in is refused with ``sentence``.

    They are the last line: two who act at once. All that the transaction did is undone.
    """
    try:
        db.flush()
    except IntegrityError as error:
        db.rollback()
        raise Refused(sentence) from error


# Passwords and signing in


def hashed(password: str, email: str = "") -> str:
    """What is kept of a new password; raises Refused when it can't be one. Slow: call it outside of transactions."""
    return PASSWORDS.hash(_as_typed_anywhere(password_of(password, email)))


def sign_in(db: Session, email: str, password: str, address: str) -> Person:
    """The person with this e-mail address and password, trying from the network ``address``. Commits.

    Raises Refused with the same words, after the same work, for a wrong password, an unknown address, somebody
    who hasn't accepted their invitation and somebody who left; TooManyTries without looking at the password.
    """
    account = clean(email).lower()[:LONGEST_EMAIL]
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

    Raises TooManyTries when there were too many; a try that is refused doesn't count.
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
        raise TooManyTries("Too many tries to sign in. Wait a quarter of an hour, then try again.")
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
    token = _new_link(db, actor, LinkKind.INVITATION, person)
    _mail_invitation(db, actor, person, token)
    return token


def reset_link(db: Session, actor: Person | None, person: Person) -> str:
    """The token of a new link with which ``person`` sets a new password; older links lose their power."""
    _may_let_in(actor, person)
    if not person.password_hash:
        raise Refused(f"{person.name} has no password yet. Invite them again instead.")
    note(db, actor, "made a password link for", person)
    token = _new_link(db, actor, LinkKind.PASSWORD_RESET, person)
    if config_of(db).mail_server:
        _mail_new_password(db, actor, person, token)
    return token


def _mail_invitation(db: Session, actor: Person | None, person: Person, token: str) -> None:
    """Send the link too; without a mail server whoever invites hands it over."""
    config = config_of(db)
    if config.mail_server is None:
        return
    by = actor.name if actor else ""
    letter = letters.invitation(config, token, name=person.name, organization=person.organization.name, by=by)
    _post_link(db, actor, person, token, letter, kind="invitation")


def _mail_new_password(db: Session, actor: Person | None, person: Person, token: str) -> None:
    letter = letters.new_password(config_of(db), token, name=person.name, by=actor.name if actor else "")
    _post_link(db, actor, person, token, letter, kind="password")


def _post_link(db: Session, actor: Person | None, person: Person, token: str, letter: Letter, kind: str) -> None:
    outbox.post(
        db,
        letter,
        to=person.email,
        name=person.name,
        once=f"link {queries.token_hash(token)}",
        kind=kind,
        about=f"person {person.id}",
        person_id=person.id,
        sent_by_id=actor.id if actor else None,
        secret=True,
    )


def ask_for_password(db: Session, email: str, address: str) -> None:
    """Write down that somebody forgot the password of ``email``; the worker answers by mail. Commits.

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

    Somebody who was invited and never set a password gets a new invitation. Links that they have keep their power,
    since anybody may ask.
    """
    waiting = select(PasswordRequest).where(PasswordRequest.answered_at.is_(None)).order_by(PasswordRequest.id)
    requests = db.scalars(waiting.with_for_update(skip_locked=True)).all()
    for request in requests:
        request.answered_at = clock.now()
        person = queries.person_by_email(db, request.account)
        if person and person.is_active:
            _send_asked_link(db, person)
    old = PasswordRequest.at < clock.now() - 2 * REQUESTS_WITHIN
    if requests:
        db.execute(delete(PasswordRequest).where(old, PasswordRequest.answered_at.is_not(None)))
    return len(requests)


def _send_asked_link(db: Session, person: Person) -> None:
    if person.password_hash:
        note(db, person, "asked for a password link for", person)
        token = _new_link(db, None, LinkKind.PASSWORD_RESET, person, keep_older=True)
        _mail_new_password(db, None, person, token)
        return
    note(db, person, "asked for another invitation of", person)
    token = _new_link(db, None, LinkKind.INVITATION, person, keep_older=True)
    letter = letters.invitation(config_of(db), token, name=person.name, organization=person.organization.name, by="")
    _post_link(db, None, person, token, letter, kind="invitation")


def usable_link(db: Session, token: str, *kinds: LinkKind) -> OneTimeLink:
    """The link with this token, if it may still be used; raises NotFound, or LinkIsGone with what to do."""
    link = queries.link(db, token)
    if link is None or link.kind not in kinds or (link.person and not link.person.is_active):
        raise NotFound
    if link.used_at:
        raise LinkIsGone(LINK_USED)
    if link.expires_at <= clock.now():
        raise LinkIsGone(
            "This link has expired, or a newer one took its place. Ask whoever gave it to you for a new one."
        )
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
    host = queries.host(db) or add_organization(db, None, name=organization, kind=OrganizationKind.HOST)
    return add_person(db, None, host, email=email, name=name, role=Role.COORDINATOR, password_hash=password_hash)


# What mail somebody wants, and when


def stop_mail(db: Session, person: Person, kind: MailKind) -> None:
    """``person`` does without this kind of mail from now on; what waits for them is taken back."""
    if db.get(StoppedMail, (person.id, kind)) is None:
        db.add(StoppedMail(person_id=person.id, kind=kind, at=clock.now()))
        note(db, person, "stopped mail for", person, kind=kind)
    outbox.cancel_kind(db, person.id, kind)


def wish_for_mail(db: Session, person: Person, kinds: Collection[MailKind], quiet: Quiet) -> None:
    """``person`` wants these kinds of mail and no other, and none in these hours."""
    for kind in MailKind:
        if kind not in kinds:
            stop_mail(db, person, kind)
    started = delete(StoppedMail).where(StoppedMail.person_id == person.id, StoppedMail.kind.in_(kinds))
    db.execute(started)
    db.merge(QuietHours(person_id=person.id, hours=str(quiet)))
    note(db, person, "chose mail for", person, kinds=sorted(kinds), quiet=str(quiet))


def _may_let_in(actor: Person | None, person: Person) -> None:
    if actor and not may_manage(actor, person):
        raise NotFound
    _check_here(person)


def _new_link(
    db: Session, actor: Person | None, kind: LinkKind, person: Person | None, *, keep_older: bool = False
) -> str:
    if not keep_older:
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
        raise LinkIsGone(LINK_USED)

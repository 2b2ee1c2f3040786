"""People and their roles.

``actor`` is the person who acts, or None for the hub's operator at the command line, who may do everything.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.core import clock, set_aside
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions import sessions as sessions_actions
from hub.members.actions.locks import flush_or, lock_roles, lock_roles_of
from hub.members.actions.tokens import void_links
from hub.members.models import Organization, Person, RoleHeld
from hub.members.rules.fields import email_of, name_of
from hub.members.rules.organizations import HOST_ROLES, ROLES_OF_KIND, SINGLE_ROLES, OrganizationKind, Role
from hub.members.rules.permissions import Permission, assignable_roles, may, may_manage
from hub.members.rules.sessions import Ending

EMAIL_TAKEN = "This email address can’t be added here. Ask the coordinator for help."


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
    """Add a person and return them; they need `invite` to sign in, or a ``password_hash`` from `hashed`."""
    if actor and not may(actor, Permission.MANAGE_PEOPLE, organization):
        raise NotFound
    email, name = email_of(email), name_of(name)
    lock_roles(db, organization.id)
    _check_role(actor, organization, role)
    check_email_is_free(db, actor, email, organization)
    person = Person(
        email=email,
        name=name,
        organization=organization,
        role=Role.BOARD if organization.kind is OrganizationKind.HOST else Role.CONTRIBUTOR,
        password_hash=password_hash,
        created_at=clock.now(),
    )
    db.add(person)
    flush_or(db, EMAIL_TAKEN)
    note(db, actor, "added", person, role=role)
    _assign(db, actor, person, role)
    return person


def change_name(db: Session, actor: Person | None, person: Person, name: str) -> None:
    """Change the name of ``person``; `hub.members.actions.email_changes` changes their address."""
    if actor and not may_manage(actor, person):
        raise NotFound
    name = name_of(name)
    if person.name != name:
        person.name = name
        note(db, actor, "changed", person, name=name)


def rename(db: Session, person: Person, name: str) -> None:
    """Change the name of ``person``, who acts."""
    person.name = name_of(name)
    note(db, person, "changed", person, name=person.name)


def change_role(db: Session, actor: Person | None, person: Person, role: Role) -> None:
    """Change the role of ``person``; a former representative or alternate becomes a contributor."""
    _lock(db, actor, person)
    check_active(person)
    _check_role(actor, person.organization, role)
    if person.role is role:
        return
    _check_not_last_coordinator(db, person)
    note(db, actor, "changed the role of", person, role=role, before=person.role)
    if role in HOST_ROLES:
        void_links(db, person)  # their managers created them, and must not sign in as a coordinator or board member
    _assign(db, actor, person, role)


def move(db: Session, actor: Person | None, person: Person, organization: Organization, role: Role) -> None:
    """Move ``person`` to ``organization``, with ``role``.

    Past activity stays with the former organization. Links are voided, because people at the former organization
    created them.
    """
    if actor and not may(actor, Permission.MANAGE_ORGANIZATIONS, organization):
        raise NotFound
    _lock(db, actor, person, organization.id)
    if person.organization_id == organization.id:
        raise Refused(f"{person.name} is already at {organization.name}. Choose another organization.")
    check_active(person)
    _check_role(actor, organization, role)
    _check_not_last_coordinator(db, person)
    note(db, actor, "moved", person, to=organization.name, role=role, before=person.organization.name, was=person.role)
    set_aside.hide_from_former_colleague(db, person.id)
    void_links(db, person)
    _end_role(db, person)
    person.role = Role.CONTRIBUTOR  # otherwise `_assign` would take them for the current holder
    person.organization = organization
    db.flush()
    _assign(db, actor, person, role)


def deactivate(db: Session, actor: Person | None, person: Person) -> None:
    """Deactivate ``person``: they can no longer sign in, and their sessions end. Past activity stays."""
    if actor and actor.id == person.id:
        raise Refused("You can’t deactivate your own account. Ask someone else who manages people to do it.")
    _lock(db, actor, person)
    if not person.is_active:
        return
    _check_not_last_coordinator(db, person)
    note(db, actor, "deactivated", person, role=person.role)
    _end_role(db, person)
    if person.role in SINGLE_ROLES:
        person.role = Role.CONTRIBUTOR
    person.left_at = clock.now()
    sessions_actions.end_all(db, person, Ending.LEFT)
    void_links(db, person)


def reactivate(db: Session, actor: Person | None, person: Person, role: Role) -> None:
    """Reactivate ``person``, with ``role``."""
    _lock(db, actor, person)
    if person.is_active:
        return
    _check_role(actor, person.organization, role)
    person.left_at = None
    note(db, actor, "reactivated", person, role=role)
    _assign(db, actor, person, role)


def _lock(db: Session, actor: Person | None, person: Person, *organization_ids: int) -> None:
    """Lock the roles where ``person`` is and in these organizations, and check that ``actor`` may manage the person.

    Someone may have moved the person in the meantime, so this is checked again once no one can anymore.
    """
    if actor and not may_manage(actor, person):
        raise NotFound
    lock_roles_of(db, person, *organization_ids)
    if actor and not may_manage(actor, person):
        raise NotFound


def check_active(person: Person) -> None:
    """Raise Refused when ``person`` is deactivated."""
    if not person.is_active:
        raise Refused(f"The account of {person.name} is deactivated. Reactivate it first.")


def _check_role(actor: Person | None, organization: Organization, role: Role) -> None:
    kind = organization.kind
    if role not in ROLES_OF_KIND[kind]:
        roles = ", ".join(r.label for r in ROLES_OF_KIND[kind])
        raise Refused(f"{organization.name} is a {kind.noun}. Choose one of its roles: {roles}.")
    if actor and role not in assignable_roles(actor, kind):
        raise Refused(f"Only the coordinator can assign the {role.label} role.")


def check_email_is_free(db: Session, actor: Person | None, email: str, organization: Organization) -> None:
    """Raise Refused when ``email`` is taken; names the person only to those who may see them."""
    person = members_queries.person_by_email(db, email)
    if person is None:
        return
    if actor is None or may(actor, Permission.SEE_PEOPLE, person):
        place = "" if person.organization_id == organization.id else f" at {person.organization.name}"
        hint = "Use another address." if person.is_active else "Their account is deactivated. Reactivate it instead."
        raise Refused(f"{person.name}{place} already has this email address. {hint}")
    raise Refused(EMAIL_TAKEN)


def _check_not_last_coordinator(db: Session, person: Person) -> None:
    """Raise Refused when ``person`` is the last coordinator who can sign in."""
    if person.role is not Role.COORDINATOR:
        return
    others = select(Person.id).where(
        Person.role == Role.COORDINATOR,
        Person.id != person.id,
        Person.left_at.is_(None),
        credentials.can_sign_in(config_of(db).sign_on_providers),
    )
    if not db.scalars(others.with_for_update()).all():
        raise Refused(f"{person.name} is the last coordinator who can sign in. Add another coordinator first.")


def _assign(db: Session, actor: Person | None, person: Person, role: Role) -> None:
    """Assign ``role``; if only one person can have it, make the current holder a contributor."""
    former = members_queries.holder(db, person.organization_id, role) if role in SINGLE_ROLES else None
    if former and former.id != person.id:
        db.refresh(former)
        _set_role(db, former, Role.CONTRIBUTOR)
        note(db, actor, "changed the role of", former, role=Role.CONTRIBUTOR, before=role)
    _set_role(db, person, role)


def _set_role(db: Session, person: Person, role: Role) -> None:
    _end_role(db, person)
    person.role = role
    sessions_actions.end_all(db, person, Ending.ROLE)  # a session never has more permissions than its sign-in
    db.add(RoleHeld(person_id=person.id, organization_id=person.organization_id, role=role, since=clock.now()))
    flush_or(db, "Someone else just changed this role. Reload the page, then try again.")


def _end_role(db: Session, person: Person) -> None:
    current = update(RoleHeld).where(RoleHeld.person_id == person.id, RoleHeld.until.is_(None))
    db.execute(current.values(until=clock.now()))

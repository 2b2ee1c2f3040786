"""People and their roles.

``actor`` is the person who acts, or None for the hub's operator at the command line, who may do all.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.errors import NotFound, Refused
from hub.members import queries as members_queries
from hub.members.actions.locks import flush_or, lock_roles
from hub.members.actions.tokens import void_links
from hub.members.models import Organization, Person, RoleHeld
from hub.members.rules.fields import email_of, name_of
from hub.members.rules.organizations import HOST_ROLES, ROLES_OF_KIND, SINGLE_ROLES, OrganizationKind, Role
from hub.members.rules.permissions import Permission, may, may_manage, roles_to_give

EMAIL_TAKEN = "This email address can't be added here. Ask the coordinator to help."


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
    """Return a new person, who gets in with `invite`, or at once with a ``password_hash`` that `hashed` made."""
    if actor and not may(actor, Permission.MANAGE_PEOPLE, organization):
        raise NotFound
    email, name = email_of(email), name_of(name)
    lock_roles(db, organization.id)
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
    flush_or(db, EMAIL_TAKEN)
    note(db, actor, "added", person, role=role)
    _put(db, actor, person, role)
    return person


def change_person(db: Session, actor: Person | None, person: Person, *, name: str, email: str) -> None:
    """Correct a name or an email address; links that went to another address lose their power."""
    if actor and not may_manage(actor, person):
        raise NotFound
    email, name = email_of(email), name_of(name)
    changed = {key: value for key, value in (("name", name), ("email", email)) if getattr(person, key) != value}
    if "email" in changed:
        _check_email_is_free(db, actor, email, person.organization)
        void_links(db, person)
    person.name, person.email = name, email
    flush_or(db, EMAIL_TAKEN)
    if changed:
        note(db, actor, "changed", person, **changed)


def rename(db: Session, person: Person, name: str) -> None:
    """Somebody corrects their own name."""
    person.name = name_of(name)
    note(db, person, "changed", person, name=person.name)


def give_role(db: Session, actor: Person | None, person: Person, role: Role) -> None:
    """Make ``person`` what ``role`` says; who was the representative (or alternate) becomes a contributor."""
    if actor and not may_manage(actor, person):
        raise NotFound
    lock_roles(db, person.organization_id)
    db.refresh(person)
    check_here(person)
    _check_role(actor, person.organization, role)
    if person.role is role:
        return
    _keep_a_coordinator(db, person)
    note(db, actor, "gave a role to", person, role=role, before=person.role)
    if role in HOST_ROLES:
        void_links(db, person)  # made by whoever managed them till now, who must not get in as one of the alliance
    _put(db, actor, person, role)


def move(db: Session, actor: Person | None, person: Person, organization: Organization, role: Role) -> None:
    """``person`` belongs to ``organization`` from now on, with ``role``.

    What they did stays with the organization that they did it for. Links that would let someone in as them lose
    their power: whoever managed them till now made them.
    """
    if actor and not (may_manage(actor, person) and may(actor, Permission.MANAGE_ORGANIZATIONS, organization)):
        raise NotFound
    if person.organization_id == organization.id:
        raise Refused(f"{person.name} belongs to {organization.name} already.")
    for organization_id in sorted((person.organization_id, organization.id)):
        lock_roles(db, organization_id)
    db.refresh(person)
    check_here(person)
    _check_role(actor, organization, role)
    _keep_a_coordinator(db, person)
    note(db, actor, "moved", person, to=organization.name, role=role, before=person.organization.name, was=person.role)
    void_links(db, person)
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
        raise Refused("You can't mark yourself as gone. Ask someone else who manages people to do it.")
    lock_roles(db, person.organization_id)
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
    void_links(db, person)


def come_back(db: Session, actor: Person | None, person: Person, role: Role) -> None:
    """``person``, who was gone, may sign in again, with ``role``."""
    if actor and not may_manage(actor, person):
        raise NotFound
    lock_roles(db, person.organization_id)
    db.refresh(person)
    if person.is_active:
        return
    _check_role(actor, person.organization, role)
    person.left_at = None
    note(db, actor, "let come back", person, role=role)
    _put(db, actor, person, role)


def check_here(person: Person) -> None:
    """Raises Refused when ``person`` has left."""
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
    person = members_queries.person_by_email(db, email)
    if person is None:
        return
    if actor is None or may(actor, Permission.SEE_PEOPLE, person):
        gone = "" if person.is_active else ", and has left"
        where = "here" if person.organization_id == organization.id else f"in {person.organization.name}"
        raise Refused(f"{person.name} has this email address and is known {where}{gone}.")
    raise Refused(EMAIL_TAKEN)


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
    former = members_queries.holder(db, person.organization_id, role) if role in SINGLE_ROLES else None
    if former and former.id != person.id:
        db.refresh(former)
        _hold(db, former, Role.CONTRIBUTOR)
        note(db, actor, "gave a role to", former, role=Role.CONTRIBUTOR, before=role)
    _hold(db, person, role)


def _hold(db: Session, person: Person, role: Role) -> None:
    _close_role(db, person)
    person.role = role
    db.add(RoleHeld(person_id=person.id, organization_id=person.organization_id, role=role, since=clock.now()))
    flush_or(db, "Somebody else just changed this role. Look at the people again, then try again.")


def _close_role(db: Session, person: Person) -> None:
    held = update(RoleHeld).where(RoleHeld.person_id == person.id, RoleHeld.until.is_(None))
    db.execute(held.values(until=clock.now()))

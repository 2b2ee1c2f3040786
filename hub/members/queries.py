"""What is known of organizations and people. Permission is checked here, where rows are loaded."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.mail.rules import Quiet
from hub.members.models import (
    Designation,
    DismissedHint,
    OneTimeLink,
    Organization,
    PasswordRequest,
    Person,
    QuietHours,
    RoleHeld,
    StoppedMail,
)
from hub.members.rules.mail import USUAL_NIGHT, MailKind
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import MAY, Permission, Scope, may, may_manage

PEOPLE_PER_PAGE = 50


def organizations(
    db: Session, kind: OrganizationKind | None = None, region: str = "", designation: str = ""
) -> Sequence[Organization]:
    """Return every organization by name, with its designations; those that left too. Empty filters take all."""
    query = select(Organization).options(selectinload(Organization.designations))
    if kind:
        query = query.where(Organization.kind == kind)
    if region:
        query = query.where(Organization.region == region)
    if designation:
        query = query.where(Organization.designations.any(Designation.name == designation))
    return db.scalars(query.order_by(func.lower(Organization.name), Organization.id)).all()


def regions(db: Session) -> Sequence[str]:
    """Return the regions that organizations name, in order."""
    return db.scalars(
        select(Organization.region).where(Organization.region != "").distinct().order_by(Organization.region)
    ).all()


def designation_names(db: Session) -> Sequence[str]:
    """Return the designations that organizations have, in order."""
    return db.scalars(select(Designation.name).distinct().order_by(Designation.name)).all()


def organization_of(db: Session, slug: str) -> Organization:
    """Return the organization with this slug, with its designations; raises NotFound."""
    organization = db.scalar(
        select(Organization).where(Organization.slug == slug).options(selectinload(Organization.designations))
    )
    if organization is None:
        raise NotFound
    return organization


def organization_by_id(db: Session, number: int) -> Organization:
    """Return the organization with this number; raises NotFound."""
    organization = db.get(Organization, number)
    if organization is None:
        raise NotFound
    return organization


def organization_for(db: Session, actor: Person, slug: str, permission: Permission) -> Organization:
    """Return the organization with this slug, if ``actor`` may do ``permission`` to it; else raises NotFound."""
    organization = organization_of(db, slug)
    if not may(actor, permission, organization):
        raise NotFound
    return organization


def host(db: Session) -> Organization | None:
    """Return the organization that runs the hub, once it is set up."""
    return db.scalar(
        select(Organization).where(Organization.kind == OrganizationKind.HOST).order_by(Organization.id).limit(1)
    )


def people_of(db: Session, organization: Organization) -> Sequence[Person]:
    """Return who belongs to the organization now, by name."""
    return db.scalars(
        select(Person)
        .where(Person.organization_id == organization.id, Person.left_at.is_(None))
        .order_by(func.lower(Person.name), Person.id)
    ).all()


def people(db: Session, actor: Person, named: str = "", page: int = 1) -> tuple[Sequence[Person], int]:
    """Return a page of the people whom ``actor`` may see, by name, those who left last; and how many there are in all.

    ``named`` is looked for in names and email addresses.
    """
    scope = MAY[Permission.SEE_PEOPLE].get(actor.role)
    if scope is None:
        raise NotFound
    query = select(Person)
    if scope is not Scope.ALL:
        query = query.where(Person.organization_id == actor.organization_id)
    if named:
        query = query.where(
            or_(
                Person.name.icontains(named, autoescape=True),
                Person.name.contains(named, autoescape=True),  # SQLite folds the case of ASCII alone
                Person.email.contains(named.lower(), autoescape=True),
            )
        )
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Person.left_at.is_not(None), func.lower(Person.name), Person.id)
    return db.scalars(ordered.offset((page - 1) * PEOPLE_PER_PAGE).limit(PEOPLE_PER_PAGE)).all(), total


def person_for(db: Session, actor: Person, person_id: int, permission: Permission) -> Person:
    """Return the person, if ``actor`` may do ``permission`` to them; else raises NotFound."""
    person = db.get(Person, person_id)
    if person is None or not may(actor, permission, person):
        raise NotFound
    if permission is Permission.MANAGE_PEOPLE and not may_manage(actor, person):
        raise NotFound
    return person


def person(db: Session, person_id: int) -> Person | None:
    """Return the person with this number, whoever asks; None when no one has it or they left."""
    found = db.get(Person, person_id)
    return found if found and found.is_active else None


def person_by_email(db: Session, email: str) -> Person | None:
    """Return the person with this email address, however it is written; those who left too."""
    return db.scalar(select(Person).where(Person.email == email.strip().lower()))


def holder(db: Session, organization_id: int, role: Role) -> Person | None:
    """Return who is the organization's representative (or alternate) now."""
    return db.scalar(
        select(Person)
        .where(Person.organization_id == organization_id, Person.role == role, Person.left_at.is_(None))
        .order_by(Person.id)
        .limit(1)
    )


def role_history(db: Session, organization: Organization) -> Sequence[RoleHeld]:
    """Return who held which role in the organization from when to when, newest first, with the people."""
    return db.scalars(
        select(RoleHeld)
        .where(RoleHeld.organization_id == organization.id)
        .options(joinedload(RoleHeld.person))
        .order_by(RoleHeld.since.desc(), RoleHeld.id.desc())
    ).all()


def roles_of(db: Session, person: Person) -> Sequence[RoleHeld]:
    """Return the roles that the person had from when to when, newest first, with the organizations."""
    return db.scalars(
        select(RoleHeld)
        .where(RoleHeld.person_id == person.id)
        .options(joinedload(RoleHeld.organization))
        .order_by(RoleHeld.since.desc(), RoleHeld.id.desc())
    ).all()


@dataclass(frozen=True)
class Wishes:
    """What mail someone does without, and when they want none."""

    stopped: frozenset[MailKind]
    quiet: Quiet


def wishes_of(db: Session, person_ids: Collection[int]) -> dict[int, Wishes]:
    """Return what mail each of these people wants; who never said has the hub's usual night."""
    usual = Quiet(*USUAL_NIGHT, config_of(db).TIME_ZONE)
    stopped: dict[int, set[MailKind]] = defaultdict(set)
    for person_id, kind in db.execute(
        select(StoppedMail.person_id, StoppedMail.kind).where(StoppedMail.person_id.in_(person_ids))
    ):
        stopped[person_id].add(kind)
    chosen = select(QuietHours.person_id, QuietHours.hours).where(QuietHours.person_id.in_(person_ids))
    hours = {person_id: Quiet.parse(text) for person_id, text in db.execute(chosen)}
    return {one: Wishes(frozenset(stopped[one]), hours.get(one, usual)) for one in person_ids}


def anybody_waits_for_a_link(db: Session) -> bool:
    """Return whether someone asked for a link with which they set a new password, and wasn't answered."""
    return db.scalar(select(PasswordRequest.id).where(PasswordRequest.answered_at.is_(None)).limit(1)) is not None


def anyone(db: Session) -> bool:
    """Return whether there is any person at all."""
    return db.scalar(select(Person.id).limit(1)) is not None


def link(db: Session, token: str) -> OneTimeLink | None:
    """Return the link with this token, used or not, with its person."""
    return db.scalar(
        select(OneTimeLink)
        .where(OneTimeLink.token_hash == token_hash(token))
        .options(joinedload(OneTimeLink.person))
        .execution_options(populate_existing=True)
    )


def token_hash(token: str) -> str:
    """Return what is kept of a token: who reads the rows can't use the links. Tokens are random, so no salt is needed."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def dismissed_hints(db: Session, person: Person) -> frozenset[str]:
    """Return the names of the hints that the person has put away."""
    return frozenset(db.scalars(select(DismissedHint.name).where(DismissedHint.person_id == person.id)))

"""Queries for organizations and people. Permission is checked here, where rows are loaded."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from hub.core import clock
from hub.core.db import config_of
from hub.core.errors import NotAllowed, NotFound
from hub.core.remembered import remembered
from hub.mail.letters import Imprint
from hub.mail.rules import Quiet
from hub.members.models import (
    Designation,
    DismissedHint,
    EmailChange,
    MembershipPeriod,
    OneTimeLink,
    OpeningMail,
    Organization,
    PasswordRequest,
    Person,
    QuietHours,
    RoleHeld,
    SignInSession,
    StoppedMail,
)
from hub.members.rules.mail import DEFAULT_QUIET_HOURS, Frequency, MailKind
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission, Scope, may, may_manage, roles_with, scope_of
from hub.members.rules.sessions import SessionLimits
from hub.members.rules.signing_in import EMAIL_CHANGE_LIFETIME

PEOPLE_PER_PAGE = 50
MOST_SESSIONS = 50  # that a page lists
MOST_ASKED = 3  # people whom a page names to someone who lacks a permission


def organizations(
    db: Session, kind: OrganizationKind | None = None, region: str = "", designation: str = ""
) -> Sequence[Organization]:
    """Return organizations with their designations by name, including those that left; empty filters match all."""
    query = select(Organization).options(selectinload(Organization.designations))
    if kind:
        query = query.where(Organization.kind == kind)
    if region:
        query = query.where(Organization.region == region)
    if designation:
        query = query.where(Organization.designations.any(Designation.name == designation))
    return db.scalars(query.order_by(func.lower(Organization.name), Organization.id)).all()


def regions(db: Session) -> Sequence[str]:
    """Return the regions of organizations, in order."""
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


def organization_by_id(db: Session, organization_id: int) -> Organization:
    """Return the organization with this id; raises NotFound."""
    organization = db.get(Organization, organization_id)
    if organization is None:
        raise NotFound
    return organization


def organization_for(db: Session, actor: Person, slug: str, permission: Permission) -> Organization:
    """Return the organization with this slug; raises NotFound, or NotAllowed, unless ``actor`` has ``permission``."""
    organization = organization_of(db, slug)
    if may(actor, permission, organization):
        return organization
    if may(actor, Permission.SEE_MEMBERS, organization):
        raise NotAllowed(permission, organization.name)
    raise NotFound


def was_member_on(day: date | InstrumentedAttribute[date]) -> ColumnElement[bool]:
    """Return the SQL condition for organizations that are in the alliance on ``day``, like `Membership.includes`."""
    return Organization.periods.any(
        and_(
            MembershipPeriod.joined_on <= day,
            or_(MembershipPeriod.left_on.is_(None), MembershipPeriod.left_on >= day),
        )
    )


def takes_part(db: Session) -> ColumnElement[bool]:
    """Return the SQL condition for active people whose organization hasn't left: `Access.FULL` in SQL."""
    today = clock.today(config_of(db).zone)
    is_new = ~Organization.periods.any(MembershipPeriod.joined_on <= today)
    return and_(Person.left_at.is_(None), Person.organization.has(or_(was_member_on(today), is_new)))


def has_not_left(today: date) -> ColumnElement[bool]:
    """Return the SQL condition for organizations whose last day isn't over, like `Membership.has_left`."""
    return Organization.periods.any(or_(MembershipPeriod.left_on.is_(None), MembershipPeriod.left_on >= today))


def host(db: Session) -> Organization | None:
    """Return the host organization, or None before setup."""
    return db.scalar(
        select(Organization).where(Organization.kind == OrganizationKind.HOST).order_by(Organization.id).limit(1)
    )


def imprint_of(organization: Organization) -> Imprint:
    """Return who sends email of the organization: its name and postal address."""
    return Imprint(organization.name, organization.postal_address)


def host_imprint(db: Session) -> Imprint:
    """Return who sends the hub's own email: the host, or before setup the hub."""
    organization = host(db)
    return imprint_of(organization) if organization else Imprint(config_of(db).HUB_NAME)


def people_of(db: Session, organization: Organization) -> Sequence[Person]:
    """Return the organization's active people, by name."""
    return db.scalars(
        select(Person)
        .where(Person.organization_id == organization.id, Person.left_at.is_(None))
        .order_by(func.lower(Person.name), Person.id)
    ).all()


def people(db: Session, actor: Person, named: str = "", page: int = 1) -> tuple[Sequence[Person], int]:
    """Return a page of the people that ``actor`` may see, and the total; sorted by name, deactivated people last.

    ``named`` is searched for in names and email addresses.
    """
    scope = scope_of(actor, Permission.SEE_PEOPLE)
    if scope is None:
        raise NotFound
    query = select(Person)
    if scope is not Scope.ALL:
        query = query.where(Person.organization_id == actor.organization_id)
    if named:
        query = query.where(
            or_(
                Person.name.icontains(named, autoescape=True),
                Person.name.contains(named, autoescape=True),  # SQLite folds the case of ASCII only
                Person.email.contains(named.lower(), autoescape=True),
            )
        )
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Person.left_at.is_not(None), func.lower(Person.name), Person.id)
    return db.scalars(ordered.offset((page - 1) * PEOPLE_PER_PAGE).limit(PEOPLE_PER_PAGE)).all(), total


def person_for(db: Session, actor: Person, person_id: int, permission: Permission) -> Person:
    """Return the person; raises NotFound unless ``actor`` may see them, NotAllowed unless they have ``permission``."""
    person = db.get(Person, person_id)
    if person is None or not may(actor, Permission.SEE_PEOPLE, person):
        raise NotFound
    if not may(actor, permission, person):
        raise NotAllowed(permission)
    if permission is Permission.MANAGE_PEOPLE and not may_manage(actor, person):
        raise NotAllowed(Permission.ASSIGN_HOST_ROLES)
    return person


def people_with(db: Session, permission: Permission, person: Person) -> Sequence[Person]:
    """Return whom ``person`` can ask, who lacks ``permission``: at their own organization, or else the coordinators."""
    of_own = Organization.id == person.organization_id
    places = [
        and_(of_own, Person.role.in_({Role.REPRESENTATIVE, Role.ALTERNATE} & {*roles_with(permission)})),
        Person.role.in_({Role.COORDINATOR} & {*roles_with(permission)}),
    ]
    active = select(Person).join(Person.organization).where(takes_part(db)).order_by(Person.id)
    for place in places:
        if asked := db.scalars(active.where(place).limit(MOST_ASKED)).all():
            return asked
    return []


def coordinators(db: Session) -> Sequence[Person]:
    """Return the active coordinators."""
    return db.scalars(
        select(Person).where(Person.role == Role.COORDINATOR, Person.left_at.is_(None)).order_by(Person.id)
    ).all()


def person(db: Session, person_id: int) -> Person | None:
    """Return the active person with this id, without a permission check; None when there is none."""
    match = db.get(Person, person_id)
    return match if match and match.is_active else None


def person_by_email(db: Session, email: str) -> Person | None:
    """Return the person with this email address in any case, deactivated people too; None when there is none."""
    return db.scalar(select(Person).where(Person.email == email.strip().lower()))


def holder(db: Session, organization_id: int, role: Role) -> Person | None:
    """Return the organization's active person with a role that one person has, such as representative; None: vacant."""
    return db.scalar(
        select(Person)
        .where(Person.organization_id == organization_id, Person.role == role, Person.left_at.is_(None))
        .order_by(Person.id)
        .limit(1)
    )


def role_history(db: Session, organization: Organization) -> Sequence[RoleHeld]:
    """Return the roles held in the organization, newest first, with their people."""
    return db.scalars(
        select(RoleHeld)
        .where(RoleHeld.organization_id == organization.id)
        .options(joinedload(RoleHeld.person))
        .order_by(RoleHeld.since.desc(), RoleHeld.id.desc())
    ).all()


def roles_of(db: Session, person: Person) -> Sequence[RoleHeld]:
    """Return the roles that the person has had, newest first, with their organizations."""
    return db.scalars(
        select(RoleHeld)
        .where(RoleHeld.person_id == person.id)
        .options(joinedload(RoleHeld.organization))
        .order_by(RoleHeld.since.desc(), RoleHeld.id.desc())
    ).all()


@dataclass(frozen=True)
class NotificationSettings:
    """The kinds of email that a person turned off, and their quiet hours."""

    stopped: frozenset[MailKind]
    quiet: Quiet
    openings: Frequency | None = None  # how often they hear that someone opened what they shared


def notification_settings(db: Session, person_ids: Collection[int]) -> dict[int, NotificationSettings]:
    """Return the notification settings of these people by id; the default quiet hours where none were chosen."""
    default = Quiet(*DEFAULT_QUIET_HOURS, config_of(db).TIME_ZONE)
    stopped: dict[int, set[MailKind]] = defaultdict(set)
    for person_id, kind in db.execute(
        select(StoppedMail.person_id, StoppedMail.kind).where(StoppedMail.person_id.in_(person_ids))
    ):
        stopped[person_id].add(kind)
    chosen = select(QuietHours.person_id, QuietHours.hours).where(QuietHours.person_id.in_(person_ids))
    hours = {person_id: Quiet.parse(text) for person_id, text in db.execute(chosen)}
    wishes = select(OpeningMail.person_id, OpeningMail.every).where(OpeningMail.person_id.in_(person_ids))
    openings: dict[int, Frequency] = dict(db.execute(wishes).all())
    return {
        person_id: NotificationSettings(
            frozenset(stopped[person_id]), hours.get(person_id, default), openings.get(person_id)
        )
        for person_id in person_ids
    }


def has_unanswered_password_requests(db: Session) -> bool:
    """Return True if a request for a password link is unanswered."""
    return db.scalar(select(PasswordRequest.id).where(PasswordRequest.answered_at.is_(None)).limit(1)) is not None


def has_people(db: Session) -> bool:
    """Return True if the hub has any people."""
    return db.scalar(select(Person.id).limit(1)) is not None


def link(db: Session, token: str) -> OneTimeLink | None:
    """Return the link with this token, used or not, with its person; None when there is none."""
    return db.scalar(
        select(OneTimeLink)
        .where(OneTimeLink.token_hash == token_hash(token))
        .options(joinedload(OneTimeLink.person))
        .execution_options(populate_existing=True)
    )


# Every page begins with this statement, so it is built only once.
_SESSION = (
    select(SignInSession)
    .where(SignInSession.token_hash == bindparam("token"), SignInSession.ended_at.is_(None))
    .options(
        joinedload(SignInSession.person, innerjoin=True)
        .joinedload(Person.organization, innerjoin=True)
        .joinedload(Organization.periods)
    )
)


def session_by_token(db: Session, token: str) -> SignInSession | None:
    """Return the session with this token, with its person, unless it was ended; it may have expired."""
    return db.scalars(_SESSION, {"token": token_hash(token)}).unique().one_or_none()


def sessions_of(db: Session, person: Person, now: datetime) -> Sequence[SignInSession]:
    """Return the sessions of ``person`` that haven't ended or expired at ``now``, last used first."""
    limits = session_limits(db)
    return db.scalars(
        select(SignInSession)
        .where(
            SignInSession.person_id == person.id,
            SignInSession.ended_at.is_(None),
            SignInSession.made_at > now - limits.longest,
            SignInSession.used_at > now - limits.idle_of(person.role),
        )
        .order_by(SignInSession.used_at.desc(), SignInSession.id.desc())
        .limit(MOST_SESSIONS)
    ).all()


def session_for(db: Session, person: Person, number: int) -> SignInSession:
    """Return this session of ``person``, ended or not, with its person; raises NotFound if it is someone else's."""
    row = db.get(SignInSession, number, options=[joinedload(SignInSession.person, innerjoin=True)])
    if row is None or row.person_id != person.id:
        raise NotFound
    return row


def browsers_of(db: Session, person: Person) -> frozenset[str]:
    """Return the hashes that recognize the browsers on which the person signed in; "" for those to forget."""
    signed_in = select(SignInSession.browser_hash).where(SignInSession.person_id == person.id)
    return frozenset(db.scalars(signed_in.distinct()))


def has_signed_in(db: Session, person: Person) -> bool:
    """Return True if the person has a password, or has signed in without one."""
    session = select(SignInSession.id).where(SignInSession.person_id == person.id)
    return bool(person.password_hash) or db.scalar(session.limit(1)) is not None


def email_change(db: Session, token: str) -> EmailChange | None:
    """Return the change of an email address that this token confirms, with its person; None if there is none."""
    return db.scalar(
        select(EmailChange)
        .where(EmailChange.token_hash == token_hash(token))
        .options(joinedload(EmailChange.person, innerjoin=True))
        .execution_options(populate_existing=True)
    )


def pending_email(db: Session, person: Person, now: datetime) -> str:
    """Return the new email address that the person hasn't confirmed yet, or ""."""
    change = select(EmailChange.email).where(
        EmailChange.person_id == person.id, EmailChange.asked_at > now - EMAIL_CHANGE_LIFETIME
    )
    return db.scalar(change) or ""


def known_browser(db: Session, person_id: int, browser_token: str) -> str:
    """Return the hash of ``browser_token`` if this person has signed in on that browser, otherwise ""."""
    signed_in = select(SignInSession.browser_hash).where(
        SignInSession.person_id == person_id, SignInSession.browser_hash == token_hash(browser_token)
    )
    return db.scalar(signed_in.limit(1)) or ""


def session_limits(db: Session) -> SessionLimits:
    """Return how long sessions last on this hub."""
    config = config_of(db)
    return SessionLimits(
        longest=timedelta(days=config.SESSION_DAYS),
        idle=timedelta(days=config.SESSION_IDLE_DAYS),
        idle_of_host_roles=timedelta(hours=config.SESSION_IDLE_HOURS_HOST),
    )


def token_hash(token: str) -> str:
    """Return the stored hash of a token, which can't be used as a link. Tokens are random, so it needs no salt."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def dismissed_hints(db: Session, person: Person) -> frozenset[str]:
    """Return the names of the hints that the person closed."""
    return remembered(db, ("hints", person.id), lambda: _dismissed_hints(db, person.id))


def _dismissed_hints(db: Session, person_id: int) -> frozenset[str]:
    return frozenset(db.scalars(select(DismissedHint.name).where(DismissedHint.person_id == person_id)))

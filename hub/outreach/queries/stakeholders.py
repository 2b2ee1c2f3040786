"""Queries for an organization's stakeholders, which no other organization may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.mail.queries import bouncing, lasting_hash
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.outreach.models import Stakeholder, StakeholderGroup, Unsubscribe
from hub.outreach.rules.stakeholders import (
    Entry,
    Line,
    Planned,
    key_name,
    lines_of,
    plan,
    with_group,
    with_known_spelling,
)

STAKEHOLDERS_PER_PAGE = 50


@dataclass(frozen=True)
class StakeholderLine:
    """A stakeholder in the list, with the reasons why they get no email, if any."""

    stakeholder: Stakeholder  # with its groups
    unsubscribed: bool
    bouncing: str  # the mail server's error; empty if nothing bounced


@dataclass(frozen=True)
class Group:
    """A group, and how many people in it can get email."""

    name: str
    people: int


def entry_of_row(stakeholder: Stakeholder) -> Entry:
    """Return a stakeholder as an entry for the rules."""
    groups = tuple(group.name for group in stakeholder.groups)
    return Entry(stakeholder.email, stakeholder.name, stakeholder.affiliation, groups)


def stakeholders_of(
    db: Session, person: Person, words: str = "", group: str = "", page: int | None = 1
) -> tuple[list[StakeholderLine], int]:
    """Return a page of the list of the person's organization by name (all of it if ``page`` is None), and the total.

    ``words`` are searched in names, addresses and affiliations. Raises NotFound if the person may not see the list.
    """
    conditions = _conditions(_managed_organization(person), words, group)
    total = db.scalar(select(func.count(Stakeholder.id)).where(*conditions)) or 0
    statement = _select_lines(conditions)
    if page is not None:
        statement = statement.limit(STAKEHOLDERS_PER_PAGE).offset((page - 1) * STAKEHOLDERS_PER_PAGE)
    return _lines(db, statement), total


def lines_by_id(db: Session, person: Person, ids: Iterable[int]) -> list[StakeholderLine]:
    """Return the stakeholders with these ids by name, if they are on the list of the person's organization."""
    numbers = [number for number in set(ids) if 0 < number < 2**31]
    conditions = [*_conditions(_managed_organization(person), "", ""), Stakeholder.id.in_(numbers)]
    return _lines(db, _select_lines(conditions)) if numbers else []


def _select_lines(conditions: Sequence[ColumnElement[bool]]) -> Select[Stakeholder, bool]:
    return (
        select(Stakeholder, unsubscribed())
        .where(*conditions)
        .options(selectinload(Stakeholder.groups))
        .order_by(func.lower(Stakeholder.name), Stakeholder.email)
    )


def _lines(db: Session, statement: Select[Stakeholder, bool]) -> list[StakeholderLine]:
    rows = db.execute(statement).all()
    bounced = bouncing(db, [stakeholder.email for stakeholder, _stopped in rows])
    return [
        StakeholderLine(stakeholder, stopped, bounced[stakeholder.email].words if stakeholder.email in bounced else "")
        for stakeholder, stopped in rows
    ]


def _managed_organization(person: Person) -> Organization:
    """Return the organization whose list the person may manage; raise NotFound otherwise."""
    if not may(person, Permission.KEEP_STAKEHOLDERS, person.organization):
        raise NotFound
    return person.organization


def _conditions(organization: Organization, words: str, group: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Stakeholder.organization_id == organization.id]
    columns = (Stakeholder.name, Stakeholder.email, Stakeholder.affiliation)
    conditions += [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words.split()[:10]]
    if group:
        conditions.append(Stakeholder.groups.any(StakeholderGroup.name == group))
    return conditions


def unsubscribed() -> ColumnElement[bool]:
    """Return the SQL condition for stakeholders who have unsubscribed from their organization or from all."""
    return (
        select(Unsubscribe.id)
        .where(
            Unsubscribe.address_hash == Stakeholder.address_hash,
            or_(
                Unsubscribe.organization_id.is_(None),
                Unsubscribe.organization_id == Stakeholder.organization_id,
            ),
        )
        .exists()
    )


def is_colleague() -> ColumnElement[bool]:
    """Return the SQL condition for stakeholders whose address is that of an account at their organization."""
    return (
        select(Person.id)
        .where(
            Person.organization_id == Stakeholder.organization_id,
            Person.email == Stakeholder.email,
            Person.left_at.is_(None),
        )
        .exists()
    )


def stakeholder_for(db: Session, person: Person, stakeholder_id: int) -> Stakeholder:
    """Return a stakeholder of the person's organization, with groups; raise NotFound otherwise."""
    stakeholder = db.scalar(
        select(Stakeholder).where(Stakeholder.id == stakeholder_id).options(selectinload(Stakeholder.groups))
    )
    if stakeholder is None or not may(person, Permission.KEEP_STAKEHOLDERS, stakeholder):
        raise NotFound
    return stakeholder


def ids_with_address(db: Session, email: str) -> Sequence[int]:
    """Return the ids of the stakeholders with this address, in the lists of all organizations."""
    return db.scalars(select(Stakeholder.id).where(func.lower(Stakeholder.email) == email)).all()


def stakeholders_by_id(db: Session, person: Person, ids: Iterable[int]) -> Sequence[Stakeholder]:
    """Return the stakeholders with these ids, if they are on the list of the person's organization."""
    numbers = [number for number in set(ids) if 0 < number < 2**31]
    return db.scalars(
        select(Stakeholder).where(
            Stakeholder.organization_id == _managed_organization(person).id, Stakeholder.id.in_(numbers)
        )
    ).all()


def groups_with_counts(db: Session, organization: Organization) -> list[Group]:
    """Return the groups of an organization by name, each with the number of people who haven't unsubscribed."""
    rows = db.execute(
        select(StakeholderGroup.name, func.count(Stakeholder.id))
        .join(Stakeholder, Stakeholder.id == StakeholderGroup.stakeholder_id)
        .where(Stakeholder.organization_id == organization.id, ~unsubscribed())
        .group_by(StakeholderGroup.name)
        .order_by(func.lower(StakeholderGroup.name))
    )
    return [Group(name, count) for name, count in rows]


def group_names(db: Session, organization: Organization) -> Sequence[str]:
    """Return the names of an organization's groups, sorted."""
    return db.scalars(
        select(StakeholderGroup.name)
        .join(Stakeholder, Stakeholder.id == StakeholderGroup.stakeholder_id)
        .where(Stakeholder.organization_id == organization.id)
        .distinct()
        .order_by(StakeholderGroup.name)
    ).all()


def count_reachable(db: Session, organization: Organization) -> int:
    """Return the number of an organization's stakeholders who haven't unsubscribed."""
    return (
        db.scalar(
            select(func.count(Stakeholder.id)).where(Stakeholder.organization_id == organization.id, ~unsubscribed())
        )
        or 0
    )


def plan_import(db: Session, person: Person, text: str, group: str = "") -> list[Planned]:
    """Return the planned result of importing a list into the person's organization; raise Refused or NotFound."""
    organization = _managed_organization(person)
    lines = with_known_spelling(with_group(lines_of(text), group), group_names(db, organization))
    entries = {listed.email: entry_of_row(listed) for listed in all_stakeholders(db, organization)}
    return plan(lines, entries, _stopped(db, organization, lines))


def all_stakeholders(db: Session, organization: Organization) -> Sequence[Stakeholder]:
    """Return all stakeholders of an organization with their groups."""
    return db.scalars(
        select(Stakeholder)
        .where(Stakeholder.organization_id == organization.id)
        .options(selectinload(Stakeholder.groups))
        .order_by(Stakeholder.id)
    ).all()


def _stopped(db: Session, organization: Organization, lines: Sequence[Line]) -> set[str]:
    """Return the lines' addresses that have unsubscribed from the organization or from all."""
    hashes = {hash_of(db, line.entry.email): line.entry.email for line in lines if line.entry}
    return {hashes[hashed] for hashed in stopped_hashes(db, organization) if hashed in hashes}


def stopped_hashes(db: Session, organization: Organization) -> Sequence[str]:
    """Return the hashes of all addresses that have unsubscribed from the organization or from all."""
    condition = or_(Unsubscribe.organization_id.is_(None), Unsubscribe.organization_id == organization.id)
    return db.scalars(select(Unsubscribe.address_hash).where(condition)).all()


def hash_of(db: Session, email: str) -> str:
    """Return the keyed hash of an address, as kept for unsubscribes."""
    return lasting_hash(db, email)


def key_was_changed(db: Session) -> bool:
    """Return True if there are unsubscribes hashed with another key, which therefore match no address."""
    current = key_name(config_of(db).UNSUBSCRIBE_KEY)
    return db.scalar(select(Unsubscribe.id).where(Unsubscribe.key_name != current).limit(1)) is not None


def stopped_through_another(db: Session, organization: Organization, hashed: str) -> Organization | None:
    """Return the other organization through whose email the address unsubscribed from all, or None."""
    unsubscribe = unsubscribe_of(db, None, hashed)
    if unsubscribe is None or unsubscribe.through_id in {None, organization.id}:
        return None
    return db.get(Organization, unsubscribe.through_id)


def unsubscribe_of(db: Session, organization_id: int | None, hashed: str) -> Unsubscribe | None:
    """Return the unsubscribe of an address from an organization, or from all if ``organization_id`` is None."""
    scope = (
        Unsubscribe.organization_id.is_(None)
        if organization_id is None
        else Unsubscribe.organization_id == organization_id
    )
    return db.scalar(select(Unsubscribe).where(and_(Unsubscribe.address_hash == hashed, scope)).limit(1))

"""Everything the hub has about a person, read from every table that names people."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, or_, select
from sqlalchemy.orm import Session

from hub.calls import models as calls_models
from hub.calls.rules.participants import participant_key
from hub.core import set_aside
from hub.core.audit import Entry
from hub.core.db import Base
from hub.joining import models as joining_models
from hub.mail import models as mail_models
from hub.members.models import Organization, Person, RoleHeld
from hub.members.rules.organizations import Role
from hub.outreach import models as outreach_models
from hub.overview import models as overview_models
from hub.overview.rules.personal_data import HELD, SECRETS, Held, OnErasing, former_name
from hub.search import models as search_models
from hub.sharing import models as sharing_models

# Importing these models makes their tables known to Base.metadata, also in a command that imports nothing else.
MODELS = (
    set_aside,
    calls_models,
    joining_models,
    mail_models,
    outreach_models,
    overview_models,
    search_models,
    sharing_models,
)


def held_of(db: Session, person: Person) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield each table with rows about ``person``: its name, what it is about, and the rows, oldest first.

    Leaves out keys that open something, texts of email with a private link, and columns about other people.
    """
    for name, held in HELD.items():
        table = Base.metadata.tables[name]
        columns = [table.c[column] for column in held.only or table.c.keys() if column not in SECRETS]
        rows = db.execute(select(*columns).where(about(table, held, person)).order_by(*table.primary_key)).mappings()
        if listed := [_without_link(dict(row)) for row in rows]:
            yield name, held.about, listed


def _without_link(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row without the text of an email with a private link, which only the address it goes to may open."""
    return row | {"text": "", "html": ""} if row.get("secret") else row


def counts_of(db: Session, person: Person) -> list[tuple[str, int, OnErasing]]:
    """Return what each table with rows about ``person`` is about, how many there are, and what erasing does to them."""
    counts = []
    for name, held in HELD.items():
        table = Base.metadata.tables[name]
        count = db.scalar(select(func.count()).select_from(table).where(about(table, held, person))) or 0
        if count and name != "person":
            counts.append((held.about, count, held.on_erasing))
    return counts


def about(table: Table, held: Held, person: Person) -> ColumnElement[bool]:
    """Return the condition for the rows of ``table`` about ``person``: by id, by email address in any case, or by name.

    A name alone counts only if `is_typed_name` is sure.
    """
    addresses = person.email, participant_key("", person.email)
    by_id = [table.c[column] == person.id for column in held.people]
    by_address = [func.lower(table.c[column]).in_(addresses) for column in held.addresses]
    by_name = [is_typed_name(table, held, column, person) for column in held.typed]
    return or_(*by_id, *by_address, *by_name)


def in_meetings(person: Person) -> ColumnElement[bool]:
    """Return the condition for the participants of meetings who are ``person``."""
    name = calls_models.Guest.__tablename__
    return about(Base.metadata.tables[name], HELD[name], person)


def is_typed_name(table: Table, held: Held, column: str, person: Person) -> ColumnElement[bool]:
    """Return the condition for rows whose ``column`` has a typed name that certainly means ``person``.

    It is their full name, in a row of an organization that they are or were from. No one else with that name is or was
    from it, and the row has no account and no address that says otherwise.
    """
    organization = table.c[held.typed[column]]
    roles = select(RoleHeld.organization_id)
    people = Base.metadata.tables[Person.__tablename__].c
    namesake = (people.id != person.id) & _is_name(people.name, person.name)
    return and_(
        _is_name(table.c[column], person.name) | (table.c[column] == participant_key(person.name, "")),
        or_(organization == person.organization_id, organization.in_(roles.where(RoleHeld.person_id == person.id))),
        organization.not_in(select(people.organization_id).where(namesake)),
        organization.not_in(roles.where(RoleHeld.person_id.in_(select(people.id).where(namesake)))),
        *(table.c[account].is_(None) for account in held.people if account == "person_id"),
        *(table.c[address] == "" for address in held.addresses if address != column),
    )


def _is_name(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Return the condition for a name in any case; SQLite ignores the case of A to Z only."""
    return or_(column == name, func.lower(column) == name.lower())


def called_after_erasing(db: Session, person: Person) -> str:
    """Return what ``person`` is called once they are erased."""
    return former_name(last_role(db, person), person.organization.name)


def last_role(db: Session, person: Person) -> Role:
    """Return the role that ``person`` has, or had last: deactivating makes a representative a contributor."""
    held = select(RoleHeld.role).where(
        RoleHeld.person_id == person.id, RoleHeld.organization_id == person.organization_id
    )
    return db.scalar(held.order_by(RoleHeld.since.desc(), RoleHeld.id.desc()).limit(1)) or person.role


def own_entries(person: Person) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the entries of the audit log by ``person``, and for those about them."""
    is_about = (Entry.subject_kind == Person.__name__) & (Entry.subject_id == person.id)
    return Entry.actor_id == person.id, is_about


def former_addresses(db: Session, person: Person) -> list[str]:
    """Return the other email addresses of ``person`` that the audit log has, and that are no one's now."""
    details = db.scalars(select(Entry.details).where(own_entries(person)[1])).all()
    values = (each.get(key) for each in details for key in ("email", "before"))
    addresses = sorted({value for value in values if isinstance(value, str) and "@" in value} - {person.email})
    in_use = db.scalars(select(Person.email).where(Person.email.in_(addresses))).all()
    return [address for address in addresses if address not in in_use]


def name_is_unique(db: Session, person: Person) -> bool:
    """Return True if no one else's name, and no organization's, has the name of ``person`` in it."""
    others = select(Person.id).where(Person.name.icontains(person.name, autoescape=True), Person.id != person.id)
    organizations = select(Organization.id).where(Organization.name.icontains(person.name, autoescape=True))
    return db.scalar(others.limit(1)) is None and db.scalar(organizations.limit(1)) is None

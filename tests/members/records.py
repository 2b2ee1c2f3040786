"""The current roles and the audit log, as stored."""

from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.members.models import Person, RoleHeld
from hub.members.rules.organizations import Role

ROSA = "rosa@lakeshore.example"
COORDINATOR = "coordinator@demo.example"


def roles(database: Database, organization: str = "lakeshore") -> dict[str, Role]:
    """Return the current roles by first name, and check that roles held and people agree."""
    with database.reading() as db:
        rows = db.execute(
            select(Person, RoleHeld.role)
            .join(RoleHeld, RoleHeld.person_id == Person.id)
            .where(RoleHeld.until.is_(None), Person.organization.has(slug=organization))
        ).all()
    assert all(person.role is role for person, role in rows)
    assert len({person.id for person, _ in rows}) == len(rows)
    return {person.name.split()[0]: role for person, role in rows}


def audited(database: Database) -> list[tuple[str, str]]:
    """Return who did what, in order; without sign-ins, which every test needs."""
    with database.reading() as db:
        entries = db.scalars(select(Entry).where(Entry.action != "signed in").order_by(Entry.id))
        return [(entry.actor, entry.action) for entry in entries]

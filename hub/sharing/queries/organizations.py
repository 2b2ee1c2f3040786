"""The organizations whose sharing logs a person may choose from."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may

_BY_NAME = select(Organization.id, Organization.slug, Organization.name).order_by(
    func.lower(Organization.name), Organization.id
)


@dataclass(frozen=True)
class OrganizationName:
    """An organization's name in a list to choose from."""

    organization_id: int
    slug: str
    name: str


def names_to_choose(db: Session, person: Person) -> list[OrganizationName]:
    """Return the organizations whose sharing log ``person`` may see, by name, including those that left."""
    names = [OrganizationName(*row) for row in db.execute(_BY_NAME)]
    return [name for name in names if may(person, Permission.SEE_RECORD, name)]

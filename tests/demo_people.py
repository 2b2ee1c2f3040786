"""The people of the demo world who send forms, and what belongs to them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.library.models import Resource
from hub.mail.queries import lasting_hash
from hub.members.models import Organization, Person
from hub.members.rules.organizations import Role
from hub.outreach.models import Stakeholder
from hub.search.models import SavedSearch

VISITOR = "visitor"
SENDER = "sender"  # in the info of a session: the role of the person who will send the form
HAL = "hal.okafor@lakeshore-forge.example"
MANAGED = {"bff": "june.akintola@supply-atlas.example"}  # someone whom they manage; the others manage Hal


def sender(db: Session) -> Person:
    """Return the person who will send the form; if it doesn't matter, the representative of the demo member."""
    role = db.info.get(SENDER, VISITOR)
    email = f"{'representative' if role == VISITOR else role}@demo.example"
    return db.scalars(select(Person).where(Person.email == email)).one()


def organization_of_sender(db: Session) -> Organization:
    """Return the organization for which the form is sent: the sender's own, or for the coordinator, the demo member."""
    own = sender(db)
    slug = "lakeshore" if own.role is Role.COORDINATOR else own.organization.slug
    return db.scalars(select(Organization).where(Organization.slug == slug)).one()


def own_resource(db: Session) -> int:
    """Return a resource that the sender may change."""
    own = Resource.organization_id == organization_of_sender(db).id
    return db.scalars(select(Resource.id).where(own, Resource.title != "").order_by(Resource.id)).first() or 0


def saved_search(db: Session) -> int:
    """Return a saved search of the sender."""
    own = SavedSearch.person_id == sender(db).id
    return db.scalars(select(SavedSearch.id).where(own).order_by(SavedSearch.id)).first() or 0


def own_stakeholders(db: Session) -> list[int]:
    """Return the stakeholders of the sender's organization; there is at least one."""
    own = sender(db).organization_id
    query = select(Stakeholder.id).where(Stakeholder.organization_id == own).order_by(Stakeholder.id)
    if not db.scalar(query):
        email = "eli@reader.example"
        db.add(
            Stakeholder(
                organization_id=own,
                email=email,
                address_hash=lasting_hash(db, email),
                created_at=clock.now(),
            )
        )
        db.flush()
    return list(db.scalars(query))

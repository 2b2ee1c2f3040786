"""A community whose second quarter is confirmed, and its audit packets."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.actions import audit_packets as audit_packets_actions
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.models import AuditPacket
from hub.sharing.queries import audit_packets as audit_packets_queries
from hub.sharing.rules.standing import Channel
from tests.world import LONG_AGO, a_person, a_resource, an_organization

JULY = datetime(2026, 7, 8, 15, 0, tzinfo=UTC)
Q1, Q2, Q3 = (Quarter(2026, number) for number in (1, 2, 3))
NAUGHTY = "=1+1, \"quotes\" & 'more'\nsecond line \u202e🦊 مرحبا"


def a_world(database: Database) -> None:
    """A community that joined in January: shared on June 30, recorded and confirmed on July 8 by both."""
    with database.writing() as db:
        community = an_organization(db, "Prairie Works", joined_on=date(2026, 1, 20))
        other = an_organization(db, "Delta Works", joined_on=date(2026, 1, 20))
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        rita = a_person(db, community, Role.REPRESENTATIVE, "rita@prairie.example", "Rita Peña")
        alan = a_person(db, community, Role.ALTERNATE, "alan@prairie.example", "Alan")
        a_person(db, community, Role.CONTRIBUTOR, "ana@prairie.example")
        a_person(db, other, Role.REPRESENTATIVE, "dora@delta.example")
        a_person(db, other, Role.BOARD, "bo@delta.example")
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
        resources = [a_resource(db, host, title=title, created_at=LONG_AGO) for title in ("Toolkit", NAUGHTY)]
        numbers = [resource.id for resource in resources]
        for day in (date(2026, 2, 3), date(2026, 6, 30), date(2026, 7, 1)):
            declarations_actions.declare(
                db, rita, numbers, declarations_actions.Declaration(day, NAUGHTY, Channel.EMAIL, 40, NAUGHTY)
            )
        statement = confirmations_actions.Statement(
            shared=True, resource_ids=tuple(numbers), with_whom=NAUGHTY, people=40, note=NAUGHTY
        )
        for person in (rita, alan):
            confirmations_actions.confirm(db, person, Q2, statement)


def make(database: Database, quarter: Quarter, email: str = "rita@prairie.example") -> AuditPacket:
    with database.writing() as db:
        person = db.scalars(select(Person).where(Person.email == email)).one()
        organization = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        packet = audit_packets_actions.make_packet(db, person, organization, quarter)
        return audit_packets_queries.packet_for(db, person, packet.id)

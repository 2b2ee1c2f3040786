"""Helpers: an email arrives at a log address, and what is logged of it."""

from datetime import UTC, datetime

from sqlalchemy import select

from hub.core.db import Database
from hub.mail.models import OutboxMessage
from hub.members.models import Person
from hub.outreach import spool
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.queries import log_address as log_address_queries
from hub.sharing.models import SharingEvent
from hub.sharing.rules.logged_mail import Outcome

DOMAIN = "log.hub.example"
NOW = datetime(2026, 7, 8, 15, 0, tzinfo=UTC)
FILE, SECRET_FILE = b"%PDF-1.4 energy kit", b"%PDF-1.4 of Delta alone"


def token_of(database: Database, email: str = "rita@prairie.example") -> str:
    with database.writing() as db:
        person = db.scalars(select(Person).where(Person.email == email)).one()
        address = log_address_queries.log_address_of(db, person) or log_address_actions.new_log_address(db, person)
        return address.token


def arrive(database: Database, raw: bytes, email: str = "rita@prairie.example", at: datetime = NOW) -> list[Outcome]:
    address = f"log+{token_of(database, email)}@{DOMAIN}"
    return log_address_actions.log_queued_mail(database, spool.QueuedMail((address,), at, raw))


def events(database: Database) -> list[SharingEvent]:
    with database.reading() as db:
        return list(db.scalars(select(SharingEvent).order_by(SharingEvent.id)))


def letters(database: Database) -> list[OutboxMessage]:
    with database.reading() as db:
        return list(db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

"""Queries of emails that were copied to log addresses."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.core.errors import NotFound
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import LoggedMail
from hub.sharing.queries.entries import LogEntry, entries_by_id

MAILS_PER_PAGE = 20


def mail_for(db: Session, person: Person, mail_id: int) -> LoggedMail:
    """Return a logged email that ``person`` may see, with its sender; raises NotFound."""
    mail = db.scalar(select(LoggedMail).where(LoggedMail.id == mail_id).options(joinedload(LoggedMail.person)))
    if mail is None or not may(person, Permission.SEE_RECORD, mail):
        raise NotFound
    return mail


def mails_of(db: Session, person: Person) -> Sequence[LoggedMail]:
    """Return the last emails to the person's log address, newest first."""
    return db.scalars(
        select(LoggedMail)
        .where(LoggedMail.person_id == person.id, LoggedMail.organization_id == person.organization_id)
        .order_by(LoggedMail.id.desc())
        .limit(MAILS_PER_PAGE)
    ).all()


def entries_of_mail(db: Session, organization: Organization, mail: LoggedMail) -> list[LogEntry]:
    """Return the log entries of an email."""
    return entries_by_id(db, organization, mail.event_ids)

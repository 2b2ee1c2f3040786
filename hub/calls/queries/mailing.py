"""Recipients of email about calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.calls.models import Call, Presentation
from hub.calls.queries.attendance import expected_on, present_ids
from hub.calls.rules.presentations import SlotState
from hub.calls.rules.series import CallState
from hub.mail import queries as mail_queries
from hub.mail.models import MailRound
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.queries import NotificationSettings
from hub.members.rules.mail import MailKind
from hub.members.rules.organizations import Role

WEEK_BEFORE = timedelta(days=7)
REPRESENTING_ROLES = (Role.REPRESENTATIVE, Role.ALTERNATE)


@dataclass(frozen=True)
class Recipient:
    """A recipient of email about calls, with their notification settings."""

    person: Person
    settings: NotificationSettings


def recipients(db: Session, people: Sequence[Person]) -> list[Recipient]:
    """Return the ``people`` who want email about calls and whose address doesn't bounce."""
    settings = members_queries.notification_settings(db, [person.id for person in people])
    bouncing = mail_queries.bouncing(db, [person.email for person in people])
    return [
        Recipient(person, settings[person.id])
        for person in people
        if person.email not in bouncing and MailKind.CALL not in settings[person.id].stopped
    ]


def all_recipients(db: Session, today: date) -> list[Recipient]:
    """Return everyone in the alliance who gets email about calls."""
    people = (
        select(Person)
        .join(Organization, Organization.id == Person.organization_id)
        .where(Person.left_at.is_(None), members_queries.was_member_on(today))
        .order_by(Person.id)
    )
    return recipients(db, db.scalars(people).all())


def representatives_of(db: Session, organization_ids: Sequence[int], today: date) -> list[Recipient]:
    """Return the representatives and alternates who get email about calls, of those organizations that are members today."""
    people = (
        select(Person)
        .join(Organization, Organization.id == Person.organization_id)
        .where(
            Person.organization_id.in_(organization_ids),
            Person.left_at.is_(None),
            members_queries.was_member_on(today),
            Person.role.in_(REPRESENTING_ROLES),
        )
        .order_by(Person.id)
    )
    return recipients(db, db.scalars(people).all())


def absent(db: Session, call: Call) -> list[Organization]:
    """Return the members and BFFs without recorded attendance for a call."""
    present = present_ids(db, call)
    return [organization for organization in expected_on(db, call.day) if organization.id not in present]


def round_key(presentation: Presentation) -> str:
    """Return the name of the mail round for a deck reminder; it changes when the presentation moves."""
    return f"deck of {presentation.id} on {presentation.call.day}"


def presentations_without_deck(db: Session, now: datetime) -> list[Presentation]:
    """Return the accepted presentations of the next seven days without a deck or a reminder so far."""
    presentations = db.scalars(
        select(Presentation)
        .join(Presentation.call)
        .where(
            Presentation.state == SlotState.ACCEPTED,
            Presentation.resource_id.is_(None),
            Call.state == CallState.PLANNED,
            Call.starts_at.between(now, now + WEEK_BEFORE),
        )
        .options(joinedload(Presentation.call))
        .order_by(Presentation.id)
    ).all()
    names = [round_key(presentation) for presentation in presentations]
    done = set(db.scalars(select(MailRound.name).where(MailRound.name.in_(names)))) if names else set()
    return [presentation for presentation, name in zip(presentations, names, strict=True) if name not in done]

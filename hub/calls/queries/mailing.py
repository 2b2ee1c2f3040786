"""Who hears of calls by mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
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
SPEAK = (Role.REPRESENTATIVE, Role.ALTERNATE)


@dataclass(frozen=True)
class Reader:
    """Somebody who gets mail about calls, and when they want it."""

    person: Person
    wishes: NotificationSettings


def readers(db: Session, people: Sequence[Person]) -> list[Reader]:
    """Return those of ``people`` who want mail about calls and whose address takes it."""
    wishes = members_queries.notification_settings(db, [one.id for one in people])
    bouncing = mail_queries.bouncing(db, [one.email for one in people])
    return [
        Reader(one, wishes[one.id])
        for one in people
        if one.email not in bouncing and MailKind.CALL not in wishes[one.id].stopped
    ]


def everybody(db: Session, today: date) -> list[Reader]:
    """Return the people of the alliance who hear of calls."""
    there = (
        select(Person)
        .join(Organization, Organization.id == Person.organization_id)
        .where(Person.left_at.is_(None), or_(Organization.left_on.is_(None), Organization.left_on >= today))
        .order_by(Person.id)
    )
    return readers(db, db.scalars(there).all())


def speakers_of(db: Session, organization_ids: Sequence[int]) -> list[Reader]:
    """Representative and alternate of these organizations, as far as they hear of calls."""
    there = (
        select(Person)
        .where(Person.organization_id.in_(organization_ids), Person.left_at.is_(None), Person.role.in_(SPEAK))
        .order_by(Person.id)
    )
    return readers(db, db.scalars(there).all())


def absent(db: Session, call: Call) -> list[Organization]:
    """Return the members and BFFs of which no one is on record for a call."""
    present = present_ids(db, call)
    return [one for one in expected_on(db, call.day) if one.id not in present]


def round_of(presentation: Presentation) -> str:
    """Return what the reminder of a presentation's deck is called; another one when it is moved."""
    return f"deck of {presentation.id} on {presentation.call.day}"


def decks_missing(db: Session, now: datetime) -> list[Presentation]:
    """Accepted presentations of the next seven days without a deck, of which no one was reminded yet."""
    found = db.scalars(
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
    names = [round_of(one) for one in found]
    done = set(db.scalars(select(MailRound.name).where(MailRound.name.in_(names)))) if names else set()
    return [one for one, name in zip(found, names, strict=True) if name not in done]

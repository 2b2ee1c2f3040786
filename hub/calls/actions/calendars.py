"""The address at which a person's calendar gets the calls."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import CalendarFeed
from hub.core import clock
from hub.core.audit import note
from hub.core.errors import NotFound
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may


def make_feed(db: Session, person: Person) -> CalendarFeed:
    """Give the person a calendar address; one that they had works no longer."""
    if not may(person, Permission.SEE_CALLS):
        raise NotFound
    end_feed(db, person)
    feed = CalendarFeed(token=secrets.token_urlsafe(32), person_id=person.id, made_at=clock.now())
    db.add(feed)
    note(db, person, "made the", feed)
    return feed


def end_feed(db: Session, person: Person) -> None:
    """The person's calendar address works no longer."""
    working = select(CalendarFeed).where(CalendarFeed.person_id == person.id, CalendarFeed.ended_at.is_(None))
    for feed in db.scalars(working).all():
        feed.ended_at = clock.now()
        note(db, person, "ended the", feed)

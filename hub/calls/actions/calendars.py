"""Calendar links, with which people subscribe to the calls."""

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
    """Create a calendar link for the person, and turn off the previous one."""
    if not may(person, Permission.SEE_CALLS):
        raise NotFound
    end_feed(db, person)
    feed = CalendarFeed(token=secrets.token_urlsafe(32), person_id=person.id, made_at=clock.now())
    db.add(feed)
    note(db, person, "created the", feed)
    return feed


def end_feed(db: Session, person: Person) -> None:
    """Turn off the person's calendar link."""
    active = select(CalendarFeed).where(CalendarFeed.person_id == person.id, CalendarFeed.ended_at.is_(None))
    for feed in db.scalars(active).all():
        feed.ended_at = clock.now()
        note(db, person, "turned off the", feed)

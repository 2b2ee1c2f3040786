"""Emails to people about openings of the links that they created."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.actions import Post
from hub.mail.letters import Imprint
from hub.mail.rules import LetterKind
from hub.members import queries as members_queries
from hub.members.models import OpeningMail, Person
from hub.members.queries import NotificationSettings
from hub.members.rules.mail import MailKind, openings_key, unsubscribe_url
from hub.outreach.letters import openings_letter
from hub.outreach.models import PackLink, ShareLink
from hub.outreach.queries import notices as notices_queries
from hub.outreach.queries.notices import Openings

PEOPLE_AT_ONCE = 100


def post_due_notices(db: Session) -> int:
    """Post the emails about openings that are due, and return the number of people who are up to date now.

    What a person hears of is marked in the same transaction, so nothing is mailed twice or lost, no matter when the
    worker stops.
    """
    due = db.scalars(
        select(OpeningMail)
        .join(Person, Person.id == OpeningMail.person_id)
        .where(*notices_queries.is_due(db))
        .order_by(OpeningMail.person_id)
        .limit(PEOPLE_AT_ONCE)
        .with_for_update(of=OpeningMail, skip_locked=True)
    ).all()
    ids = [row.person_id for row in due]
    opened = notices_queries.openings_of(db, ids)
    people = db.scalars(select(Person).where(Person.id.in_(opened)).order_by(Person.id)).all()
    bounced = mail_queries.bouncing(db, [person.email for person in people])
    reachable = [person for person in people if person.email not in bounced]
    settings = members_queries.notification_settings(db, [person.id for person in reachable])
    imprint = members_queries.host_imprint(db)
    mail_actions.post_all(
        db, [_post(db, imprint, person, opened[person.id], settings[person.id]) for person in reachable]
    )
    _mark_noticed(db, [opened[person.id] for person in reachable])
    for row in due:
        row.told_until = clock.now()
    return len(due)


def _post(db: Session, imprint: Imprint, person: Person, opened: Openings, settings: NotificationSettings) -> Post:
    config = config_of(db)
    return Post(
        letter=openings_letter(config.BASE_URL, config.zone, person.name, opened).sent_by(imprint),
        to=person.email,
        name=person.name,
        once=f"openings for person {person.id} {clock.now().isoformat(timespec='seconds')}",
        kind=LetterKind.OPENING,
        about=openings_key(person.id),
        # Not as the recipient's account: the coordinator would see the names of an organization's stakeholders.
        sent_by_id=person.id,
        unsubscribe=unsubscribe_url(config.BASE_URL, config.UNSUBSCRIBE_KEY, person.id, MailKind.OPENING),
        quiet=settings.quiet,
    )


def _mark_noticed(db: Session, opened: list[Openings]) -> None:
    now = clock.now()
    links = [{"id": link.link_id, "noticed_at": now} for openings in opened for link in openings.links]
    pack_links = [{"id": link.link_id, "noticed_at": now} for openings in opened for link in openings.pack_links]
    if links:
        db.execute(update(ShareLink), links)
    if pack_links:
        db.execute(update(PackLink), pack_links)

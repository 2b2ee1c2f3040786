"""Reminders of an open quarter: recipients and contents."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.mail import queries as mail_queries
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.queries import NotificationSettings
from hub.members.rules.mail import MailKind
from hub.members.rules.organizations import SINGLE_ROLES
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import is_current, logged_titles
from hub.sharing.queries.quarters import QuarterRow, sharing_of
from hub.sharing.rules.reminders import MORNING, Facts, Occasion, Stage, needs_reminder, occasions_on
from hub.sharing.rules.standing import Act


@dataclass(frozen=True)
class Reminder:
    """A reminder to one person, with the reasons not to send it."""

    organization: Organization
    person: Person
    row: QuarterRow
    facts: Facts
    settings: NotificationSettings
    stopped: bool  # the person turned reminders off
    bounces: bool  # email to the address bounced

    @property
    def will_be_sent(self) -> bool:
        """True if it is sent."""
        return not self.stopped and not self.bounces


@dataclass(frozen=True)
class Unreached:
    """An organization that needs a reminder but has no representative or alternate."""

    organization: Organization
    row: QuarterRow


def reminders(
    db: Session, quarter: Quarter, stage: Stage, only: Collection[int] | None = None
) -> tuple[list[Reminder], list[Unreached]]:
    """Return the reminders of a quarter by organization and person, and the organizations without a recipient.

    ``only`` limits them to the organizations with these ids.
    """
    today = clock.today(config_of(db).zone)
    rows = [
        row
        for row in sharing_of(db, quarter)
        if needs_reminder(row.standing, row.organization.membership, today)
        and (only is None or row.organization.id in only)
    ]
    people = _people(db, [row.organization.id for row in rows])
    everyone = [person for group in people.values() for person in group]
    settings = members_queries.notification_settings(db, [person.id for person in everyone])
    bounced = mail_queries.bouncing(db, [person.email for person in everyone])
    titles = _titles(db, quarter, [row.organization.id for row in rows])
    result = [
        Reminder(
            row.organization,
            person,
            row,
            _facts(db, row, stage, titles.get(row.organization.id, [])),
            settings[person.id],
            stopped=MailKind.REMINDER in settings[person.id].stopped,
            bounces=person.email in bounced,
        )
        for row in rows
        for person in people.get(row.organization.id, ())
    ]
    return result, [Unreached(row.organization, row) for row in rows if row.organization.id not in people]


def _facts(db: Session, row: QuarterRow, stage: Stage, titles: Sequence[str]) -> Facts:
    today = clock.today(config_of(db).zone)
    return Facts(row.quarter, stage, row.organization.name, row.downloads, tuple(titles), today)


def _people(db: Session, organization_ids: Sequence[int]) -> dict[int, list[Person]]:
    """Return the representatives and alternates of these organizations."""
    rows = db.scalars(
        select(Person)
        .where(Person.organization_id.in_(organization_ids), Person.role.in_(SINGLE_ROLES), Person.left_at.is_(None))
        .order_by(Person.role.desc(), Person.id)  # the representative first
    )
    people: dict[int, list[Person]] = defaultdict(list)
    for person in rows:
        people[person.organization_id].append(person)
    return dict(people)


def _titles(db: Session, quarter: Quarter, organization_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the titles that these organizations downloaded in the quarter, without withdrawn resources."""
    downloaded = (
        logged_titles(SharingEvent.organization_id)
        .join(Resource, Resource.id == SharingEvent.resource_id)
        .where(
            SharingEvent.quarter == str(quarter),
            SharingEvent.organization_id.in_(organization_ids),
            SharingEvent.act == Act.DOWNLOAD,
            Resource.withdrawn_at.is_(None),
            is_current(),
        )
    )
    titles: dict[int, dict[int, str]] = defaultdict(dict)
    for organization_id, resource_id, title in db.execute(downloaded):
        if organization_id is not None:
            titles[organization_id][resource_id] = title  # the last one wins
    return {organization_id: sorted(by_resource.values()) for organization_id, by_resource in titles.items()}


def round_key(db: Session, occasion: Occasion) -> str:
    """Return the key of today's round of an occasion; there is one each day, as standings and people change."""
    return f"reminders {occasion.quarter} {occasion.stage} {clock.today(config_of(db).zone)}"


def due_occasions(db: Session) -> list[Occasion]:
    """Return the due occasions without a round today; none before the morning, or while reminders are paused."""
    now = clock.now().astimezone(config_of(db).zone)
    today = now.date()
    if (
        now.time() < MORNING
        or not (due := occasions_on(today))
        or not mail_queries.sending_is_on(db, MailKind.REMINDER)
    ):
        return []
    return [occasion for occasion in due if not mail_queries.round_is_done(db, round_key(db, occasion))]

"""Who would be reminded of an open quarter, with what."""

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
from hub.sharing.queries.entries import stands, titles_logged
from hub.sharing.queries.quarters import QuarterRow, sharing_of
from hub.sharing.rules.reminders import MORNING, Facts, Occasion, Stage, needs_reminding, occasions_on
from hub.sharing.rules.standing import Act


@dataclass(frozen=True)
class Reminder:
    """A reminder to one person: what it is about, and why it would not go out, if so."""

    organization: Organization
    person: Person
    row: QuarterRow
    facts: Facts
    wishes: NotificationSettings
    stopped: bool  # the person does without reminders
    bounces: bool  # the address takes no mail

    @property
    def goes_out(self) -> bool:
        """Whether it would be sent."""
        return not self.stopped and not self.bounces


@dataclass(frozen=True)
class Unreached:
    """An organization that would be reminded and has neither a representative nor an alternate."""

    organization: Organization
    row: QuarterRow


def reminders(
    db: Session, quarter: Quarter, stage: Stage, only: Collection[int] | None = None
) -> tuple[list[Reminder], list[Unreached]]:
    """Return the reminders of a quarter as it stands now, by organization and person; and whom no one hears for.

    ``only`` keeps those organizations.
    """
    rows = [
        row
        for row in sharing_of(db, quarter)
        if needs_reminding(row.standing) and (only is None or row.organization.id in only)
    ]
    people = _people(db, [row.organization.id for row in rows])
    everybody = [person for some in people.values() for person in some]
    wishes = members_queries.notification_settings(db, [person.id for person in everybody])
    bounced = mail_queries.bouncing(db, [person.email for person in everybody])
    titles = _titles(db, quarter, [row.organization.id for row in rows])
    found = [
        Reminder(
            row.organization,
            person,
            row,
            _facts(db, row, stage, titles.get(row.organization.id, [])),
            wishes[person.id],
            stopped=MailKind.REMINDER in wishes[person.id].stopped,
            bounces=person.email in bounced,
        )
        for row in rows
        for person in people.get(row.organization.id, ())
    ]
    return found, [Unreached(row.organization, row) for row in rows if row.organization.id not in people]


def _facts(db: Session, row: QuarterRow, stage: Stage, titles: Sequence[str]) -> Facts:
    today = clock.today(config_of(db).zone)
    return Facts(row.quarter, stage, row.organization.name, row.downloads, tuple(titles), today)


def _people(db: Session, organization_ids: Sequence[int]) -> dict[int, list[Person]]:
    """Return the representatives and alternates of these organizations."""
    found = db.scalars(
        select(Person)
        .where(Person.organization_id.in_(organization_ids), Person.role.in_(SINGLE_ROLES), Person.left_at.is_(None))
        .order_by(Person.role.desc(), Person.id)  # the representative first
    )
    people: dict[int, list[Person]] = defaultdict(list)
    for person in found:
        people[person.organization_id].append(person)
    return dict(people)


def _titles(db: Session, quarter: Quarter, organization_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return what these organizations took out in the quarter, less what was withdrawn since."""
    taken = (
        titles_logged(SharingEvent.organization_id)
        .join(Resource, Resource.id == SharingEvent.resource_id)
        .where(
            SharingEvent.quarter == str(quarter),
            SharingEvent.organization_id.in_(organization_ids),
            SharingEvent.act == Act.DOWNLOAD,
            Resource.withdrawn_at.is_(None),
            stands(),
        )
    )
    titles: dict[int, dict[int, str]] = defaultdict(dict)
    for organization_id, resource_id, title in db.execute(taken):
        if organization_id is not None:
            titles[organization_id][resource_id] = title  # the last one stays
    return {organization_id: sorted(called.values()) for organization_id, called in titles.items()}


def round_name(db: Session, occasion: Occasion) -> str:
    """Return what today's look at an occasion is called: each day looks anew, as standings and people change."""
    return f"reminders {occasion.quarter} {occasion.stage} {clock.today(config_of(db).zone)}"


def reminders_wait(db: Session) -> list[Occasion]:
    """Return the occasions whose time it is and that weren't looked at today; none until someone let reminders begin.

    Not before the morning: what the log has then is what the reminder tells.
    """
    now = clock.now().astimezone(config_of(db).zone)
    today = now.date()
    if (
        now.time() < MORNING
        or not (due := occasions_on(today))
        or not mail_queries.sending_has_begun(db, MailKind.REMINDER)
    ):
        return []
    return [one for one in due if not mail_queries.round_is_done(db, round_name(db, one))]

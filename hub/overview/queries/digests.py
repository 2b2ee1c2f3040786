"""The weekly digests: for each person, new resources on topics that they follow and searches that they saved."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.library import queries as library_queries
from hub.library.models import Resource
from hub.library.rules import topic_label
from hub.mail import queries as mail_queries
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.queries import NotificationSettings
from hub.members.rules.mail import MailKind
from hub.members.rules.permissions import Permission, may
from hub.overview.rules.digests import LONGEST_WAIT, DigestWeek, due_week
from hub.search.models import SavedSearch
from hub.search.queries.news import is_settled, query_of
from hub.search.queries.results import ids_of


@dataclass(frozen=True)
class DigestPart:
    """New resources under one topic or saved search."""

    label: str
    resources: tuple[Resource, ...]


@dataclass(frozen=True)
class Digest:
    """One person's digest. It lists a resource once: under the first of its topics, or else the first search."""

    person: Person
    week: DigestWeek
    parts: tuple[DigestPart, ...]
    settings: NotificationSettings
    bounces: bool  # email to the address bounced

    @property
    def will_be_sent(self) -> bool:
        """True if the person wants digests and their address doesn't bounce."""
        return MailKind.DIGEST not in self.settings.stopped and not self.bounces

    @property
    def count(self) -> int:
        """The number of resources in it."""
        return sum(len(part.resources) for part in self.parts)


def digests(db: Session, week: DigestWeek) -> list[Digest]:
    """Return the digests of the week, ordered by person.

    People with nothing new have none, nor do those whose organization isn't in the alliance today.
    """
    new = library_queries.added_between(db, week.since, week.until)
    if not new:
        return []
    people = db.scalars(
        select(Person)
        .join(Organization, Organization.id == Person.organization_id)
        .where(Person.left_at.is_(None), members_queries.was_member_on(clock.today(config_of(db).zone)))
        .order_by(Person.id)
    ).all()
    followed = library_queries.topics_followed_by(db, [person.id for person in people])
    saved = _saved(db)
    parts = {
        person.id: _parts(db, person, new, followed.get(person.id, set()), saved.get(person.id, ()))
        for person in people
    }
    recipients = [person for person in people if parts[person.id]]
    settings = members_queries.notification_settings(db, [person.id for person in recipients])
    bounced = mail_queries.bouncing(db, [person.email for person in recipients])
    return [
        Digest(person, week, parts[person.id], settings[person.id], person.email in bounced) for person in recipients
    ]


def _saved(db: Session) -> dict[int, list[SavedSearch]]:
    """Return the saved searches with alerts turned on, by person id and ordered by name."""
    by_person: dict[int, list[SavedSearch]] = defaultdict(list)
    for search in db.scalars(select(SavedSearch).where(SavedSearch.tells).order_by(SavedSearch.name, SavedSearch.id)):
        by_person[search.person_id].append(search)
    return dict(by_person)


def _parts(
    db: Session, person: Person, new: Sequence[Resource], followed: set[str], saved: Sequence[SavedSearch]
) -> tuple[DigestPart, ...]:
    """Return the resources of ``new`` that the person may read, didn't add and follows: by topic, then by search."""
    readable = [item for item in new if item.created_by_id != person.id and may(person, Permission.READ, item)]
    by_label: dict[str, list[Resource]] = {}
    for resource in readable:
        labels = sorted(topic_label(topic.name) for topic in resource.topics if topic.name in followed)
        if labels:
            by_label.setdefault(labels[0], []).append(resource)
    listed = {resource.id for resources in by_label.values() for resource in resources}
    parts = [DigestPart(label, tuple(resources)) for label, resources in sorted(by_label.items())]
    if saved and len(listed) < len(readable):
        hits = ids_of(db, person, [query_of(search.address) for search in saved])
        for search, ids in zip(saved, hits, strict=True):
            matches = [resource for resource in readable if resource.id in ids and resource.id not in listed]
            listed |= {resource.id for resource in matches}
            parts += [DigestPart(f"Your search “{search.name}”", tuple(matches))] if matches else []
    return tuple(parts)


def round_key(week: DigestWeek) -> str:
    """Return the key under which the week's round of mail is recorded as done."""
    return f"digests {week.monday}"


def unposted_week(db: Session) -> DigestWeek | None:
    """Return the week whose digests are due and not posted yet; None while digests are paused."""
    week = due_week(clock.now(), config_of(db).zone)
    if mail_queries.round_is_done(db, round_key(week)) or not mail_queries.sending_is_on(db, MailKind.DIGEST):
        return None
    return week


def week_to_post(db: Session) -> DigestWeek | None:
    """Return the week whose digests can be posted now: its resources are indexed, or LONGEST_WAIT has passed.

    Each week is posted once, so a resource indexed after that is in no digest of a saved search.
    """
    week = unposted_week(db)
    if week is None or (clock.now() < week.until + LONGEST_WAIT and not is_settled(db, week.since, week.until)):
        return None
    return week

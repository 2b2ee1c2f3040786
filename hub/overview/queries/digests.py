"""Who gets which weekly digest: new resources on the topics that they follow and for the searches that they saved."""

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
from hub.members.models import Person
from hub.members.queries import NotificationSettings
from hub.members.rules.mail import MailKind
from hub.members.rules.permissions import Permission, may
from hub.overview.rules.digests import LONGEST_WAIT, DigestWeek, week_to_tell
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
    """One person's digest; each resource stands in it once: under the first of its topics, or the first search."""

    person: Person
    week: DigestWeek
    parts: tuple[DigestPart, ...]
    wishes: NotificationSettings
    bounces: bool  # the address takes no mail

    @property
    def goes_out(self) -> bool:
        """Whether it would be sent."""
        return MailKind.DIGEST not in self.wishes.stopped and not self.bounces

    @property
    def count(self) -> int:
        """How many resources it names."""
        return sum(len(part.resources) for part in self.parts)


def digests(db: Session, week: DigestWeek) -> list[Digest]:
    """Return the digests of the week, by person; who has nothing to hear gets none."""
    new = library_queries.came_between(db, week.since, week.until)
    if not new:
        return []
    people = db.scalars(select(Person).where(Person.left_at.is_(None)).order_by(Person.id)).all()
    followed = library_queries.topics_followed_by(db, [person.id for person in people])
    saved = _saved(db)
    parts = {
        person.id: _parts(db, person, new, followed.get(person.id, set()), saved.get(person.id, ()))
        for person in people
    }
    those = [person for person in people if parts[person.id]]
    wishes = members_queries.notification_settings(db, [person.id for person in those])
    bounced = mail_queries.bouncing(db, [person.email for person in those])
    return [Digest(one, week, parts[one.id], wishes[one.id], one.email in bounced) for one in those]


def _saved(db: Session) -> dict[int, list[SavedSearch]]:
    """Return the saved searches of which people want to be told, by person and name."""
    found: dict[int, list[SavedSearch]] = defaultdict(list)
    for saved in db.scalars(select(SavedSearch).where(SavedSearch.tells).order_by(SavedSearch.name, SavedSearch.id)):
        found[saved.person_id].append(saved)
    return dict(found)


def _parts(
    db: Session, person: Person, new: Sequence[Resource], followed: set[str], saved: Sequence[SavedSearch]
) -> tuple[DigestPart, ...]:
    """Return what of ``new`` the person may read, didn't add and wants to hear of: by topic, then by saved search."""
    readable = [one for one in new if one.created_by_id != person.id and may(person, Permission.READ, one)]
    by_label: dict[str, list[Resource]] = {}
    for resource in readable:
        labels = sorted(topic_label(topic.name) for topic in resource.topics if topic.name in followed)
        if labels:
            by_label.setdefault(labels[0], []).append(resource)
    told = {resource.id for some in by_label.values() for resource in some}
    parts = [DigestPart(label, tuple(found)) for label, found in sorted(by_label.items())]
    if saved and len(told) < len(readable):
        hits = ids_of(db, person, [query_of(one.address) for one in saved])
        for one, ids in zip(saved, hits, strict=True):
            found = [resource for resource in readable if resource.id in ids and resource.id not in told]
            told |= {resource.id for resource in found}
            parts += [DigestPart(f"Your search “{one.name}”", tuple(found))] if found else []
    return tuple(parts)


def round_name(week: DigestWeek) -> str:
    """Return what the round of a week is called."""
    return f"digests {week.monday}"


def digest_waits(db: Session) -> DigestWeek | None:
    """Return the week whose digests are due and weren't posted; none until someone let digests begin."""
    week = week_to_tell(clock.now(), config_of(db).zone)
    if mail_queries.round_is_done(db, round_name(week)) or not mail_queries.sending_has_begun(db, MailKind.DIGEST):
        return None
    return week


def digest_to_post(db: Session) -> DigestWeek | None:
    """Return the week whose digests can be posted now: due, and what came in it can be found, or was waited for long enough.

    A week is told once: what a saved search doesn't find by then, it never tells.
    """
    week = digest_waits(db)
    if week is None or (clock.now() < week.until + LONGEST_WAIT and not is_settled(db, week.since, week.until)):
        return None
    return week

"""Who gets which weekly digest: new resources on the topics that they follow and for the searches that they saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import bounces, clock, rounds
from hub.core.db import config_of
from hub.library import queries as library
from hub.library.models import Resource
from hub.library.rules import topic_label
from hub.members import queries as members
from hub.members.models import Person
from hub.members.queries import Wishes
from hub.members.rules import MailKind, Permission, may
from hub.overview.rules.digests import DigestWeek, week_to_tell

MOST_PEOPLE = 5_000


@dataclass(frozen=True)
class DigestPart:
    """New resources under one topic or saved search."""

    label: str
    resources: tuple[Resource, ...]


@dataclass(frozen=True)
class Digest:
    """One person's digest; each resource stands in it once, under the first of its topics."""

    person: Person
    parts: tuple[DigestPart, ...]
    wishes: Wishes
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
    """The digests of the week, by person; who has nothing to hear gets none."""
    new = library.came_between(db, week.since, week.until)
    if not new:
        return []
    people = db.scalars(select(Person).where(Person.left_at.is_(None)).order_by(Person.id)).all()
    ids = [person.id for person in people]
    followed = library.topics_followed_by(db, ids)
    parts = {person.id: _parts(person, new, followed.get(person.id, set())) for person in people}
    those = [person for person in people if parts[person.id]]
    wishes = members.wishes_of(db, [person.id for person in those])
    bounced = bounces.bouncing(db, [person.email for person in those])
    return [Digest(one, parts[one.id], wishes[one.id], one.email in bounced) for one in those]


def _parts(person: Person, new: Sequence[Resource], followed: set[str]) -> tuple[DigestPart, ...]:
    """What of ``new`` the person may read and wants to hear of, by topic."""
    wanted = [one for one in new if followed.intersection(topic.name for topic in one.topics)]
    by_topic: dict[str, list[Resource]] = {}
    for resource in wanted:
        if may(person, Permission.READ, resource):
            first = next(topic.name for topic in resource.topics if topic.name in followed)
            by_topic.setdefault(first, []).append(resource)
    return tuple(DigestPart(topic_label(name), tuple(found)) for name, found in sorted(by_topic.items()))


def round_name(week: DigestWeek) -> str:
    """What the round of a week is called."""
    return f"digests {week.monday}"


def digest_waits(db: Session) -> DigestWeek | None:
    """The week whose digests are due and weren't posted; none until somebody let digests begin."""
    week = week_to_tell(clock.now(), config_of(db).zone)
    if rounds.is_done(db, round_name(week)) or not rounds.has_begun(db, MailKind.DIGEST):
        return None
    return week

"""An organization's quarter by resource: each resource's current entries, added up."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import is_current, last_title, logged_by
from hub.sharing.queries.people_reached import NOBODY, people_reached_by
from hub.sharing.rules.evidence import RungCount, ladder
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import Act


@dataclass(frozen=True)
class ResourceLog:
    """A resource's current entries in a quarter, added up."""

    resource: Resource
    title: str  # the last logged one
    downloads: int
    forwards: int
    declared: int
    evidence: tuple[RungCount, ...]  # the rungs with entries, strongest first
    with_whom: tuple[str, ...]  # as declared
    reached: Reached
    earlier: bool  # an entry says that it was shared before it was added to the hub

    @property
    def is_shared(self) -> bool:
        """True if it was declared or forwarded, not just downloaded."""
        return bool(self.forwards or self.declared)


def log_by_resource(db: Session, organization: Organization, quarter: Quarter) -> list[ResourceLog]:
    """Return the quarter's current entries, added up by resource and sorted by title."""
    events = db.scalars(
        select(SharingEvent)
        .where(logged_by(organization, quarter), is_current())
        .options(joinedload(SharingEvent.resource))
        .order_by(SharingEvent.happened_on, SharingEvent.id)
    )
    grouped: dict[int, list[SharingEvent]] = defaultdict(list)
    for event in events:
        grouped[event.resource_id].append(event)
    reached = people_reached_by(db, [SharingEvent.resource_id], logged_by(organization, quarter))
    logs = [_log_of(group, reached.get((number,), NOBODY)) for number, group in grouped.items()]
    return sorted(logs, key=lambda log: log.title.casefold())


def _log_of(events: Sequence[SharingEvent], reached: Reached) -> ResourceLog:
    counts = Counter(event.act for event in events)
    return ResourceLog(
        resource=events[0].resource,
        title=last_title(events),
        downloads=counts[Act.DOWNLOAD],
        forwards=counts[Act.FORWARD],
        declared=counts[Act.DECLARED],
        evidence=tuple(step for step in ladder(events, confirmed=False) if step.count),
        with_whom=tuple(dict.fromkeys(event.with_whom for event in events if event.with_whom)),
        reached=reached,
        earlier=any(event.earlier for event in events),
    )

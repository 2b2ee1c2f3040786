"""The log of one organization: its events, what they add up to for each resource, its confirmations."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, selectinload

from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, Thing, may
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.rules.evidence import Rung, RungCount, ladder, rung_of
from hub.sharing.rules.reports import Reached, reached
from hub.sharing.rules.standing import Act

# The event that corrects or takes back another, beside the one it corrects.
Later = aliased(SharingEvent, name="later")


def stands() -> ColumnElement[bool]:
    """Return the condition under which an event counts: `what_stands` in SQL."""
    return and_(~SharingEvent.void, ~select(Later.id).where(Later.supersedes_id == SharingEvent.id).exists())


def in_quarters(column: InstrumentedAttribute[str], quarters: Iterable[Quarter]) -> ColumnElement[bool]:
    """Return the condition that ``column`` names one of the quarters."""
    return column.in_([str(quarter) for quarter in quarters])


def logged_by(organization: Organization, quarter: Quarter) -> ColumnElement[bool]:
    """Return the condition of an organization's events in a quarter, whether they stand or not."""
    return and_(SharingEvent.quarter == str(quarter), SharingEvent.organization_id == organization.id)


def titles_logged(*others: InstrumentedAttribute[Any]) -> Select[Any]:
    """Return what the log called each resource: ``others``, the resource's number and a title.

    A resource that was renamed has a row for each title; the last row has the one that was logged last.
    """
    columns = (*others, SharingEvent.resource_id, SharingEvent.title)
    return select(*columns).group_by(*columns).order_by(func.max(SharingEvent.id))


EVENTS_PER_PAGE = 50


@dataclass(frozen=True)
class EventFilter:
    """What of a quarter's log is shown; None shows all."""

    act: Act | None = None
    resource_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class LoggedLine:
    """An event of the log, and which event corrects it, if one does."""

    event: SharingEvent  # with its resource and person
    superseded_by: int | None

    @property
    def counts(self) -> bool:
        """Whether the event stands."""
        return self.superseded_by is None and not self.event.void

    @property
    def rung(self) -> Rung:
        """The rung of the ladder of evidence that the event is on."""
        return rung_of(self.event)

    @property
    def mark(self) -> str:
        """What a reader must know of it before they count it."""
        if self.event.void:
            return "taken back"
        return "superseded" if self.superseded_by else ("correction" if self.event.supersedes_id else "")


def events_of(
    db: Session,
    organization: Organization,
    quarters: Sequence[Quarter],
    only: EventFilter = EventFilter(),
    page: int | None = None,
) -> list[LoggedLine]:
    """Return the log of the quarters, newest first, with what was superseded; one page of it, or all when ``page`` is None."""
    statement = (
        select(SharingEvent, Later.id)
        .outerjoin(Later, Later.supersedes_id == SharingEvent.id)
        .where(*_conditions(organization, quarters, only))
        .options(joinedload(SharingEvent.resource), joinedload(SharingEvent.person))
        .order_by(SharingEvent.happened_on.desc(), SharingEvent.id.desc())
    )
    if page is not None:
        statement = statement.limit(EVENTS_PER_PAGE).offset((page - 1) * EVENTS_PER_PAGE)
    return [LoggedLine(event, later) for event, later in db.execute(statement)]


def lines_of(db: Session, organization: Organization, event_ids: Sequence[int]) -> list[LoggedLine]:
    """Some entries of an organization's log, in their order."""
    rows = db.execute(
        select(SharingEvent, Later.id)
        .outerjoin(Later, Later.supersedes_id == SharingEvent.id)
        .where(SharingEvent.id.in_(event_ids), SharingEvent.organization_id == organization.id)
        .options(joinedload(SharingEvent.resource), joinedload(SharingEvent.person))
        .order_by(SharingEvent.id)
    )
    return [LoggedLine(event, later) for event, later in rows]


def count_events(db: Session, organization: Organization, quarters: Sequence[Quarter], only: EventFilter) -> int:
    """Return how many events the log has, superseded ones too."""
    conditions = _conditions(organization, quarters, only)
    return db.scalar(select(func.count(SharingEvent.id)).where(*conditions)) or 0


def _conditions(
    organization: Organization, quarters: Sequence[Quarter], only: EventFilter
) -> list[ColumnElement[bool]]:
    wanted = {
        SharingEvent.act: only.act,
        SharingEvent.resource_id: only.resource_id,
        SharingEvent.person_id: only.person_id,
    }
    return [
        in_quarters(SharingEvent.quarter, quarters),
        SharingEvent.organization_id == organization.id,
        *(column == value for column, value in wanted.items() if value is not None),
    ]


def titles_in(db: Session, organization: Organization, quarter: Quarter) -> list[tuple[int, str]]:
    """Return the resources that the log of the quarter names, each with what it was called there last; by title."""
    called: dict[int, str] = dict(db.execute(titles_logged().where(logged_by(organization, quarter))).all())
    return sorted(called.items(), key=lambda one: (one[1].casefold(), one[0]))


def people_in(db: Session, organization: Organization, quarter: Quarter) -> Sequence[Person]:
    """Return the people who have entries in the log of the quarter, by name."""
    named = select(SharingEvent.person_id).where(logged_by(organization, quarter))
    return db.scalars(select(Person).where(Person.id.in_(named)).order_by(Person.name, Person.id)).all()


@dataclass(frozen=True)
class ResourceLog:
    """What stands of one resource in a quarter: how a confirmation begins."""

    resource: Resource
    title: str  # what the log called it last
    downloads: int
    forwards: int
    declared: int
    evidence: tuple[RungCount, ...]  # the rungs that it reached, the strongest first
    with_whom: tuple[str, ...]  # as declared
    people: int  # as declared, in all
    reached: Reached

    @property
    def passed_on(self) -> bool:
        """Whether it was declared or forwarded; otherwise it was only taken."""
        return bool(self.forwards or self.declared)


def log_by_resource(db: Session, organization: Organization, quarter: Quarter) -> list[ResourceLog]:
    """Return what stands in the quarter, grouped by resource, by title."""
    events = db.scalars(
        select(SharingEvent)
        .where(logged_by(organization, quarter), stands())
        .options(joinedload(SharingEvent.resource))
        .order_by(SharingEvent.happened_on, SharingEvent.id)
    )
    grouped: dict[int, list[SharingEvent]] = defaultdict(list)
    for event in events:
        grouped[event.resource_id].append(event)
    return sorted((_log_of(group) for group in grouped.values()), key=lambda log: log.title.casefold())


def last_title(events: Sequence[SharingEvent]) -> str:
    """Return what a resource was called in the one of its events that was logged last: `titles_logged` for rows at hand."""
    return max(events, key=lambda event: event.id).title


def _log_of(events: Sequence[SharingEvent]) -> ResourceLog:
    counts = Counter(event.act for event in events)
    return ResourceLog(
        resource=events[0].resource,
        title=last_title(events),
        downloads=counts[Act.DOWNLOAD],
        forwards=counts[Act.FORWARD],
        declared=counts[Act.DECLARED],
        evidence=tuple(step for step in ladder(events, confirmed=False) if step.count),
        with_whom=tuple(dict.fromkeys(event.with_whom for event in events if event.with_whom)),
        people=sum(event.people or 0 for event in events),
        reached=reached(events),
    )


def confirmations_of(db: Session, organization: Organization, quarter: Quarter) -> Sequence[Confirmation]:
    """Return all that was confirmed for the quarter, the one that stands first, with people and named resources."""
    return db.scalars(
        select(Confirmation)
        .where(Confirmation.organization_id == organization.id, Confirmation.quarter == str(quarter))
        .options(
            joinedload(Confirmation.person),
            selectinload(Confirmation.items),
        )
        .order_by(Confirmation.confirmed_at.desc(), Confirmation.id.desc())
    ).all()


def confirmation_for(db: Session, person: Person, confirmation_id: int) -> Confirmation:
    """Return a confirmation of a record that ``person`` may see, with its organization, person and items; else NotFound."""
    confirmation = db.scalar(
        select(Confirmation)
        .where(Confirmation.id == confirmation_id)
        .options(
            joinedload(Confirmation.organization),
            joinedload(Confirmation.person),
            selectinload(Confirmation.items),
        )
    )
    if confirmation is None or not may(person, Permission.SEE_RECORD, confirmation):
        raise NotFound
    return confirmation


def superseder_of(db: Session, confirmation: Confirmation) -> int | None:
    """Return the number of the confirmation that stands for the same quarter, if it is another one."""
    stands_now = db.scalar(
        select(Confirmation.id)
        .where(
            Confirmation.organization_id == confirmation.organization_id, Confirmation.quarter == confirmation.quarter
        )
        .order_by(Confirmation.confirmed_at.desc(), Confirmation.id.desc())
        .limit(1)
    )
    return stands_now if stands_now != confirmation.id else None


def event_for(db: Session, person: Person, event_id: int, permission: Permission) -> LoggedLine:
    """Return an event of the log, if ``person`` may do ``permission`` to it; else raises NotFound."""
    row = db.execute(
        select(SharingEvent, Later.id)
        .outerjoin(Later, Later.supersedes_id == SharingEvent.id)
        .where(SharingEvent.id == event_id)
        .options(joinedload(SharingEvent.resource), joinedload(SharingEvent.person))
    ).one_or_none()
    if row is None or row[0].organization_id is None or not may(person, permission, cast(Thing, row[0])):
        raise NotFound
    return LoggedLine(row[0], row[1])

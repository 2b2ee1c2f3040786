"""Queries of an organization's sharing log: its entries, their sums by resource, and its confirmations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, selectinload

from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, PermissionSubject, may
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.rules.evidence import Rung, rung_of
from hub.sharing.rules.standing import Act, Mark

# The event that corrects or retracts another, joined to the one it corrects.
Later = aliased(SharingEvent, name="later")


def is_current() -> ColumnElement[bool]:
    """Return the SQL condition for events that count, like `current_events`: not void and not superseded."""
    return and_(~SharingEvent.void, ~select(Later.id).where(Later.supersedes_id == SharingEvent.id).exists())


def in_quarters(column: InstrumentedAttribute[str], quarters: Iterable[Quarter]) -> ColumnElement[bool]:
    """Return the SQL condition for rows whose ``column`` is one of the quarters."""
    return column.in_([str(quarter) for quarter in quarters])


def logged_by(organization: Organization, quarter: Quarter) -> ColumnElement[bool]:
    """Return the SQL condition for an organization's events in a quarter, current or not."""
    return and_(SharingEvent.quarter == str(quarter), SharingEvent.organization_id == organization.id)


def logged_titles(*extra: InstrumentedAttribute[Any]) -> Select[Any]:
    """Return a query for the logged titles of resources, as rows of ``extra`` columns, resource id and title.

    A resource that was renamed has a row for each title, the last logged one at the end.
    """
    columns = (*extra, SharingEvent.resource_id, SharingEvent.title)
    return select(*columns).group_by(*columns).order_by(func.max(SharingEvent.id))


EVENTS_PER_PAGE = 50


@dataclass(frozen=True)
class EventFilter:
    """A filter for log entries; None shows all."""

    act: Act | None = None
    resource_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class LogEntry:
    """A log entry, with the id of the entry that corrects it."""

    event: SharingEvent  # with its resource and person
    superseded_by: int | None

    @property
    def counts(self) -> bool:
        """True if the event is current."""
        return self.superseded_by is None and not self.event.void

    @property
    def rung(self) -> Rung:
        """The rung of the event on the evidence ladder."""
        return rung_of(self.event)

    @property
    def mark(self) -> Mark:
        """The remark shown with the event: retracted, superseded, a correction, or none."""
        if self.event.void:
            return Mark.RETRACTED
        if self.superseded_by:
            return Mark.SUPERSEDED
        return Mark.CORRECTION if self.event.supersedes_id else Mark.NONE


def events_of(
    db: Session,
    organization: Organization,
    quarters: Sequence[Quarter],
    only: EventFilter = EventFilter(),
    page: int | None = None,
) -> list[LogEntry]:
    """Return the log of the quarters, newest first, with superseded entries; all of it if ``page`` is None."""
    statement = (
        select(SharingEvent, Later.id)
        .outerjoin(Later, Later.supersedes_id == SharingEvent.id)
        .where(*_conditions(organization, quarters, only))
        .options(joinedload(SharingEvent.resource), joinedload(SharingEvent.person))
        .order_by(SharingEvent.happened_on.desc(), SharingEvent.id.desc())
    )
    if page is not None:
        statement = statement.limit(EVENTS_PER_PAGE).offset((page - 1) * EVENTS_PER_PAGE)
    return [LogEntry(event, later) for event, later in db.execute(statement)]


def entries_by_id(db: Session, organization: Organization, event_ids: Sequence[int]) -> list[LogEntry]:
    """Return the given entries of an organization's log, in order of id."""
    rows = db.execute(
        select(SharingEvent, Later.id)
        .outerjoin(Later, Later.supersedes_id == SharingEvent.id)
        .where(SharingEvent.id.in_(event_ids), SharingEvent.organization_id == organization.id)
        .options(joinedload(SharingEvent.resource), joinedload(SharingEvent.person))
        .order_by(SharingEvent.id)
    )
    return [LogEntry(event, later) for event, later in rows]


def count_events(db: Session, organization: Organization, quarters: Sequence[Quarter], only: EventFilter) -> int:
    """Return the number of events in the log, including superseded ones."""
    conditions = _conditions(organization, quarters, only)
    return db.scalar(select(func.count(SharingEvent.id)).where(*conditions)) or 0


def _conditions(
    organization: Organization, quarters: Sequence[Quarter], only: EventFilter
) -> list[ColumnElement[bool]]:
    filters = {
        SharingEvent.act: only.act,
        SharingEvent.resource_id: only.resource_id,
        SharingEvent.person_id: only.person_id,
    }
    return [
        in_quarters(SharingEvent.quarter, quarters),
        SharingEvent.organization_id == organization.id,
        *(column == value for column, value in filters.items() if value is not None),
    ]


def titles_in(db: Session, organization: Organization, quarter: Quarter) -> list[tuple[int, str]]:
    """Return the resources in the quarter's log as (id, last logged title), sorted by title."""
    titles: dict[int, str] = dict(db.execute(logged_titles().where(logged_by(organization, quarter))).all())
    return sorted(titles.items(), key=lambda item: (item[1].casefold(), item[0]))


def people_in(db: Session, organization: Organization, quarter: Quarter) -> list[tuple[int, str]]:
    """Return the people with entries in the quarter's log as (id, last logged name), sorted by name."""
    columns = (SharingEvent.person_id, SharingEvent.person_name)
    by_last = select(*columns).group_by(*columns).order_by(func.max(SharingEvent.id))
    logged = by_last.where(logged_by(organization, quarter), SharingEvent.person_id.is_not(None))
    names = {number: name for number, name in db.execute(logged) if number is not None}
    return sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))


def former_names(db: Session, organization: Organization, quarter: Quarter) -> list[str]:
    """Return other names that the organization had when the quarter's entries and confirmations were made."""
    logged = select(SharingEvent.organization_name).where(logged_by(organization, quarter))
    confirmed = select(Confirmation.organization_name).where(
        Confirmation.organization_id == organization.id, Confirmation.quarter == str(quarter)
    )
    names = set(db.scalars(union(logged, confirmed)))
    return sorted(names - {"", organization.name})


def last_title(events: Sequence[SharingEvent]) -> str:
    """Return the title of the resource's most recently logged event, like `logged_titles` in SQL."""
    return max(events, key=lambda event: event.id).title


def confirmations_of(db: Session, organization: Organization, quarter: Quarter) -> Sequence[Confirmation]:
    """Return the confirmations of the quarter, current one first, with people and resources."""
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
    """Return a confirmation that ``person`` may see, with organization, person and items; raises NotFound."""
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


def replacement_of(db: Session, confirmation: Confirmation) -> int | None:
    """Return the id of the same quarter's current confirmation, or None if this is the current one."""
    current = db.scalar(
        select(Confirmation.id)
        .where(
            Confirmation.organization_id == confirmation.organization_id, Confirmation.quarter == confirmation.quarter
        )
        .order_by(Confirmation.confirmed_at.desc(), Confirmation.id.desc())
        .limit(1)
    )
    return current if current != confirmation.id else None


def event_for(db: Session, person: Person, event_id: int, permission: Permission) -> LogEntry:
    """Return a log entry for which ``person`` has ``permission``; raises NotFound."""
    row = db.execute(
        select(SharingEvent, Later.id)
        .outerjoin(Later, Later.supersedes_id == SharingEvent.id)
        .where(SharingEvent.id == event_id)
        .options(joinedload(SharingEvent.resource), joinedload(SharingEvent.person))
    ).one_or_none()
    if row is None or row[0].organization_id is None or not may(person, permission, cast(PermissionSubject, row[0])):
        raise NotFound
    return LogEntry(row[0], row[1])

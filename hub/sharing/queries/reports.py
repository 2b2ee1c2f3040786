"""Contents of reports: an organization's quarter or year, and the alliance's quarter."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries.entries import LogEntry, events_of, in_quarters, last_title
from hub.sharing.queries.people_reached import NOBODY, people_reached, people_reached_by
from hub.sharing.queries.quarters import QuarterRow, quarters_of, sharing_of
from hub.sharing.rules.evidence import RungCount, ladder
from hub.sharing.rules.reports import Period, Reached
from hub.sharing.rules.standing import Due, count_met


@dataclass(frozen=True)
class ResourceLine:
    """A resource's current entries in the period, added up."""

    resource: Resource
    title: str  # the last logged one
    evidence: tuple[RungCount, ...]
    reached: Reached
    with_whom: tuple[str, ...]  # as declared


@dataclass(frozen=True)
class Report:
    """An organization's quarter or year: standings, log (oldest first) and confirmations."""

    organization: Organization
    period: Period
    rows: tuple[QuarterRow, ...]
    lines: tuple[LogEntry, ...]  # with superseded entries
    confirmations: tuple[Confirmation, ...]  # all, oldest first, with people and items
    reached: Reached  # in the whole period, each person once
    reached_in: Mapping[Quarter, Reached]
    reached_by: Mapping[int, Reached]  # by resource id

    @property
    def current_events(self) -> list[SharingEvent]:
        """The current events."""
        return [line.event for line in self.lines if line.counts]

    @property
    def former_names(self) -> list[str]:
        """Other names that the organization had when its entries and confirmations were made, oldest first."""
        names = [line.event.organization_name for line in self.lines]
        names += [confirmation.organization_name for confirmation in self.confirmations]
        return [name for name in dict.fromkeys(names) if name not in {"", self.organization.name}]

    @property
    def met(self) -> tuple[int, int]:
        """The number of quarters in which the commitment was met, and in which it was due."""
        return count_met(row.standing for row in self.rows)

    def by_resource(self) -> list[ResourceLine]:
        """Return the current events, added up by resource and sorted by title."""
        grouped: dict[int, list[SharingEvent]] = defaultdict(list)
        for event in self.current_events:
            grouped[event.resource_id].append(event)
        lines = [_line_of(group, self.reached_by.get(number, NOBODY)) for number, group in grouped.items()]
        return sorted(lines, key=lambda line: line.title.casefold())


def _line_of(events: Sequence[SharingEvent], reached: Reached) -> ResourceLine:
    return ResourceLine(
        resource=events[0].resource,
        title=last_title(events),
        evidence=tuple(step for step in ladder(events, confirmed=False) if step.count),
        reached=reached,
        with_whom=tuple(dict.fromkeys(event.with_whom for event in events if event.with_whom)),
    )


def report_of(db: Session, organization: Organization, period: Period, last: Quarter) -> Report:
    """Return the report of the organization's ``period``, up to the quarter ``last``."""
    quarters = period.until(last)
    in_period = (in_quarters(SharingEvent.quarter, quarters), SharingEvent.organization_id == organization.id)
    by_quarter = people_reached_by(db, [SharingEvent.quarter], *in_period)
    by_resource = people_reached_by(db, [SharingEvent.resource_id], *in_period)
    return Report(
        organization=organization,
        period=period,
        rows=tuple(quarters_of(db, organization, quarters)),
        lines=tuple(reversed(events_of(db, organization, quarters))),
        confirmations=tuple(_confirmations_in(db, organization, quarters)),
        reached=people_reached(db, *in_period),
        reached_in={quarter: by_quarter.get((str(quarter),), NOBODY) for quarter in quarters},
        reached_by={number: reached for (number,), reached in by_resource.items()},
    )


def _confirmations_in(db: Session, organization: Organization, quarters: Sequence[Quarter]) -> Sequence[Confirmation]:
    return db.scalars(
        select(Confirmation)
        .where(Confirmation.organization_id == organization.id, in_quarters(Confirmation.quarter, quarters))
        .options(
            joinedload(Confirmation.person),
            selectinload(Confirmation.items),
        )
        .order_by(Confirmation.confirmed_at, Confirmation.id)
    ).all()


def alliance_quarter(db: Session, quarter: Quarter) -> list[QuarterRow]:
    """Return the quarter of every member and BFF, by name, if sharing was due or something is logged."""
    rows = sharing_of(db, quarter)
    return [row for row in rows if row.organization.kind is not OrganizationKind.HOST and _is_listed(row)]


def alliance_reached(db: Session, rows: Sequence[QuarterRow], quarter: Quarter) -> Reached:
    """Return the people whom the organizations of ``rows`` reached in the quarter, each person once."""
    ids = [row.organization.id for row in rows]
    return people_reached(db, SharingEvent.quarter == str(quarter), SharingEvent.organization_id.in_(ids))


def _is_listed(row: QuarterRow) -> bool:
    return row.due is not Due.NO or any(step.count for step in row.evidence)

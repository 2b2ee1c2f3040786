"""Standings of organizations in quarters, with their evidence and confirmation."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.core.remembered import remembered, set_free
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries.entries import in_quarters, is_current
from hub.sharing.rules.evidence import Rung, RungCount, acts_of, ladder_of, rung
from hub.sharing.rules.next_steps import NextStep, QuarterFacts, next_step
from hub.sharing.rules.standing import SHARING_ACTS, Act, Due, Standing, due_in, is_late, strongest_standing


@dataclass(frozen=True)
class QuarterRow:
    """An organization's quarter: standing, counts of current events, and current confirmation."""

    organization: Organization
    quarter: Quarter
    standing: Standing
    downloads: int
    forwards: int
    declared: int
    evidence: tuple[RungCount, ...]  # current events by rung, strongest first
    confirmation: Confirmation | None
    confirmed_on: date | None  # in the hub's time zone
    late: bool  # True if that confirmation is late
    due: Due
    kind: OrganizationKind  # of the organization on the quarter's last day

    def as_json(self) -> dict[str, str | int | bool | date | None]:
        """Return the row as JSON values, as printed by ``hub sharing``."""
        return {
            "organization": self.organization.slug,
            "kind": self.kind.value,
            "standing": self.standing.value,
            "downloads": self.downloads,
            "forwards": self.forwards,
            "declared": self.declared,
            "confirmed_on": self.confirmed_on,
            "confirmed_by": self.confirmation.person_name if self.confirmation else None,
            "late": self.late,
        }


def quarters_of(db: Session, organization: Organization, quarters: Sequence[Quarter]) -> list[QuarterRow]:
    """Return the organization's quarters in the order of ``quarters``."""
    names, id_ = tuple(str(quarter) for quarter in quarters), organization.id
    counts = remembered(db, ("rungs", id_, names), lambda: _counts(db, quarters, organization))
    confirmations = remembered(db, ("confirmed", id_, names), lambda: _confirmations_of(db, quarters, organization))
    return [
        _row(
            db,
            organization,
            quarter,
            counts.get((organization.id, str(quarter)), Counter()),
            confirmations.get((organization.id, str(quarter))),
        )
        for quarter in quarters
    ]


def sharing_of(db: Session, quarter: Quarter) -> list[QuarterRow]:
    """Return every organization's quarter, sorted by name."""
    organizations = db.scalars(select(Organization).order_by(Organization.name, Organization.id)).all()
    counts, confirmations = _counts(db, [quarter]), _confirmations(db, [quarter])
    name = str(quarter)
    return [
        _row(
            db,
            organization,
            quarter,
            counts.get((organization.id, name), Counter()),
            confirmations.get((organization.id, name)),
        )
        for organization in organizations
    ]


def _row(
    db: Session, organization: Organization, quarter: Quarter, rungs: Counter[Rung], confirmation: Confirmation | None
) -> QuarterRow:
    counts = acts_of(rungs)
    membership = organization.membership
    due = due_in(membership, quarter, config_of(db).records_begin)
    confirmed_on = confirmation.confirmed_at.astimezone(config_of(db).zone).date() if confirmation else None
    confirmed = confirmation is not None and confirmation.shared
    return QuarterRow(
        organization=organization,
        quarter=quarter,
        standing=strongest_standing(counts, due=due, said_shared=confirmation.shared if confirmation else None),
        downloads=counts[Act.DOWNLOAD],
        forwards=counts[Act.FORWARD],
        declared=counts[Act.DECLARED],
        evidence=tuple(ladder_of(rungs, confirmed=confirmed)),
        confirmation=confirmation,
        confirmed_on=confirmed_on,
        late=confirmed_on is not None and is_late(quarter, confirmed_on),
        due=due,
        kind=membership.kind_on(quarter.last_day),
    )


def _counts(
    db: Session, quarters: Sequence[Quarter], organization: Organization | None = None
) -> Mapping[tuple[int, str], Counter[Rung]]:
    """Return the number of current events by rung, for each organization and quarter."""
    key = (SharingEvent.organization_id, SharingEvent.quarter, SharingEvent.act, SharingEvent.carrier)
    statement = (
        select(*key, func.count()).where(in_quarters(SharingEvent.quarter, quarters), is_current()).group_by(*key)
    )
    if organization is not None:
        statement = statement.where(SharingEvent.organization_id == organization.id)
    counts: dict[tuple[int, str], Counter[Rung]] = defaultdict(Counter)
    for organization_id, quarter, act, carrier, count in db.execute(statement):
        if organization_id is not None:
            counts[organization_id, quarter][rung(act, carrier)] += count
    return dict(counts)


def _confirmations_of(
    db: Session, quarters: Sequence[Quarter], organization: Organization
) -> dict[tuple[int, str], Confirmation]:
    confirmations = _confirmations(db, quarters, organization)
    set_free(db, confirmations.values())
    return confirmations


def _confirmations(
    db: Session, quarters: Sequence[Quarter], organization: Organization | None = None
) -> dict[tuple[int, str], Confirmation]:
    """Return the current confirmation for each organization and quarter that has one."""
    statement = (
        select(Confirmation)
        .where(in_quarters(Confirmation.quarter, quarters))
        .order_by(Confirmation.confirmed_at, Confirmation.id)
    )
    if organization is not None:
        statement = statement.where(Confirmation.organization_id == organization.id)
    # The last confirmation of a quarter wins.
    return {
        (confirmation.organization_id, confirmation.quarter): confirmation for confirmation in db.scalars(statement)
    }


@dataclass(frozen=True)
class YourQuarter:
    """The quarter of a person's organization, with the next step."""

    quarter: Quarter
    standing: Standing
    downloads: int
    forwards: int
    declared: int
    only_downloaded: int  # resources that were downloaded, and neither declared nor forwarded
    confirmation: Confirmation | None
    late: bool
    next_step: NextStep


def your_quarter(db: Session, person: Person, quarter: Quarter) -> YourQuarter:
    """Return the quarter of the person's organization, with the person's next step."""
    return your_quarters(db, person, [quarter])[0][0]


def your_quarters(
    db: Session, person: Person, yours: Sequence[Quarter], shown: Sequence[Quarter] = ()
) -> tuple[list[YourQuarter], list[QuarterRow]]:
    """Return the quarters ``yours`` of the person's organization with the person's next steps, and all of ``shown``."""
    every = sorted({*yours, *shown}, key=str)
    rows = {row.quarter: row for row in quarters_of(db, person.organization, every)}
    id_, names = person.organization_id, tuple(str(quarter) for quarter in yours)
    only = remembered(db, ("downloaded and shared", id_, names), lambda: _downloaded_and_shared(db, id_, names))
    return (
        [_yours(db, person, rows[quarter], *only.get(str(quarter), (0, 0))) for quarter in yours],
        [rows[quarter] for quarter in shown],
    )


def _yours(db: Session, person: Person, row: QuarterRow, only_downloaded: int, shared: int) -> YourQuarter:
    """Return a quarter with the person's next step; the counts are those of `_downloaded_and_shared`."""
    facts = QuarterFacts(
        standing=row.standing,
        only_downloaded=only_downloaded,
        shared=shared,
        ended=clock.today(config_of(db).zone) > row.quarter.last_day,
    )
    return YourQuarter(
        quarter=row.quarter,
        standing=row.standing,
        downloads=row.downloads,
        forwards=row.forwards,
        declared=row.declared,
        only_downloaded=only_downloaded,
        confirmation=row.confirmation,
        late=row.late,
        next_step=next_step(facts, may_confirm=may(person, Permission.CONFIRM, person.organization)),
    )


def _downloaded_and_shared(db: Session, organization_id: int, quarters: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """Return by quarter how many resources were only downloaded, and how many were declared or forwarded."""
    is_shared = case((SharingEvent.act.in_(SHARING_ACTS), 1), else_=0)
    is_downloaded = case((SharingEvent.act == Act.DOWNLOAD, 1), else_=0)
    resources = (
        select(
            SharingEvent.quarter,
            func.max(is_shared).label("shared"),
            func.max(is_downloaded).label("downloaded"),
        )
        .where(SharingEvent.quarter.in_(quarters), SharingEvent.organization_id == organization_id, is_current())
        .group_by(SharingEvent.quarter, SharingEvent.resource_id)
        .subquery()
    )
    only = case((resources.c.shared == 0, resources.c.downloaded), else_=0)
    rows = db.execute(
        select(resources.c.quarter, func.sum(only), func.sum(resources.c.shared)).group_by(resources.c.quarter)
    )
    return {quarter: (int(only_downloaded), int(shared)) for quarter, only_downloaded, shared in rows}

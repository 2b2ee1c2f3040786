"""Standings of organizations in quarters, with their evidence and confirmation."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries.entries import in_quarters, is_current, logged_by
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
    confirmation: Confirmation | None  # with its person
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
    counts = _counts(db, quarters, organization)
    confirmations = _confirmations(db, quarters, organization)
    return [
        _row(
            db,
            organization,
            quarter,
            counts[organization.id, str(quarter)],
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
        _row(db, organization, quarter, counts[organization.id, name], confirmations.get((organization.id, name)))
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
    return counts


def _confirmations(
    db: Session, quarters: Sequence[Quarter], organization: Organization | None = None
) -> dict[tuple[int, str], Confirmation]:
    """Return the current confirmation, with its person, for each organization and quarter that has one."""
    statement = (
        select(Confirmation)
        .where(in_quarters(Confirmation.quarter, quarters))
        .options(joinedload(Confirmation.person))
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
    [row] = quarters_of(db, person.organization, [quarter])
    downloaded, shared = _downloaded_and_shared(db, person.organization, quarter)
    facts = QuarterFacts(
        standing=row.standing,
        only_downloaded=len(downloaded - shared),
        shared=len(shared),
        ended=clock.today(config_of(db).zone) > quarter.last_day,
    )
    return YourQuarter(
        quarter=quarter,
        standing=row.standing,
        downloads=row.downloads,
        forwards=row.forwards,
        declared=row.declared,
        only_downloaded=facts.only_downloaded,
        confirmation=row.confirmation,
        late=row.late,
        next_step=next_step(facts, may_confirm=may(person, Permission.CONFIRM, person.organization)),
    )


def _downloaded_and_shared(db: Session, organization: Organization, quarter: Quarter) -> tuple[set[int], set[int]]:
    """Return the ids of downloaded resources, and of those that were declared or forwarded."""
    rows = db.execute(
        select(SharingEvent.resource_id, SharingEvent.act)
        .where(logged_by(organization, quarter), is_current())
        .distinct()
    ).all()
    return (
        {resource_id for resource_id, act in rows if act is Act.DOWNLOAD},
        {resource_id for resource_id, act in rows if act in SHARING_ACTS},
    )

"""The three commitments of each organization in a year."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import presentations as presentations_queries
from hub.calls.rules.commitment import AttendanceCounts, AttendanceStatus
from hub.calls.rules.presentations import NEEDS_DATE, PresentationStanding
from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.members import queries as members_queries
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind
from hub.overview.queries.board import this_quarter
from hub.sharing.queries import standings as standings_queries
from hub.sharing.rules.standing import Standing


@dataclass(frozen=True)
class Commitments:
    """One organization's three commitments in a year."""

    organization: Organization
    attended: AttendanceCounts
    presentation: PresentationStanding
    quarters: tuple[Standing, ...]  # of the year, up to the current quarter
    kind: OrganizationKind  # at the year's end, or now
    was_member: bool  # on any day of the year

    @property
    def behind(self) -> bool:
        """True if a commitment that is due isn't met."""
        quarters_missed = any(standing.is_behind for standing in self.quarters)
        missed = self.presentation in NEEDS_DATE
        return quarters_missed or missed or self.attended.status is AttendanceStatus.BEHIND


@dataclass(frozen=True)
class YearCommitments:
    """Every member's and BFF's commitments in a year, and its quarters so far."""

    year: int
    quarters: tuple[Quarter, ...]
    rows: tuple[Commitments, ...]


def quarters_of_year(db: Session, year: int) -> tuple[Quarter, ...]:
    """Return the quarters of a year up to the current one, oldest first."""
    current = this_quarter(db)
    return tuple(quarter for number in range(1, 5) if (quarter := Quarter(year, number)) <= current)


def commitments(
    db: Session, year: int, kind: OrganizationKind | None = None, *, only_behind: bool = False
) -> YearCommitments:
    """Return the commitments of each member and BFF of ``year``, with a constant number of queries."""
    quarters, first, last = quarters_of_year(db, year), date(year, 1, 1), date(year, 12, 31)
    now, today = clock.now(), clock.today(config_of(db).zone)
    organizations = [
        organization
        for organization in members_queries.organizations(db)
        if organization.kind is not OrganizationKind.HOST
        and organization.membership.overlaps(first, last)
        and kind in {None, organization.membership.kind_on(min(today, last))}
    ]
    attended = attendance_queries.attendance_counts(db, organizations, year, now)
    presented = presentations_queries.standings(db, organizations, year, today, now)
    shared = standings_queries.standings(db, organizations, quarters)
    rows = (
        Commitments(
            organization,
            attended[organization.id],
            presented[organization.id],
            tuple(shared[organization.id, str(quarter)] for quarter in quarters),
            organization.membership.kind_on(min(today, last)),
            was_member=True,
        )
        for organization in organizations
    )
    return YearCommitments(year, quarters, tuple(row for row in rows if row.behind or not only_behind))


def commitments_of(db: Session, organization: Organization, year: int) -> Commitments:
    """Return one organization's three commitments in a year."""
    now, today = clock.now(), clock.today(config_of(db).zone)
    quarters, first, last = quarters_of_year(db, year), date(year, 1, 1), date(year, 12, 31)
    shared = standings_queries.standings(db, [organization], quarters)
    return Commitments(
        organization,
        attendance_queries.attendance_counts(db, [organization], year, now).get(
            organization.id, AttendanceCounts(0, 0)
        ),
        presentations_queries.standings(db, [organization], year, today, now)[organization.id],
        tuple(shared[organization.id, str(quarter)] for quarter in quarters),
        organization.membership.kind_on(min(today, last)),
        organization.membership.overlaps(first, last),
    )

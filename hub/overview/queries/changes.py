"""Previews: what other dates would change. The figures come from the same rules, over the same records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import Presentation
from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import presentations as presentations_queries
from hub.calls.rules.commitment import AttendanceCounts
from hub.calls.rules.presentations import PresentationStanding, presentation_standing
from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.membership import Membership, Period, in_order
from hub.members.rules.organizations import OrganizationKind
from hub.overview.rules.changes import Run, quarters_between, runs
from hub.sharing.queries import standings as standings_queries
from hub.sharing.rules.standing import Standing, due_in


@dataclass(frozen=True)
class Figures:
    """An organization's calls and presentation in a year."""

    calls: AttendanceCounts
    presentation: PresentationStanding


@dataclass(frozen=True)
class YearChange:
    """A year in which the calls or the presentation change."""

    year: int
    before: Figures
    after: Figures


@dataclass(frozen=True)
class MembershipChanges:
    """What other periods of membership would change for an organization."""

    before: Membership
    after: Membership
    quarters: Sequence[Run]
    years: Sequence[YearChange]
    leaves: bool  # it is in the alliance today, and wouldn't be
    returns: bool  # it isn't, and would be
    people: Sequence[Person]  # who can sign in, if it leaves or returns

    @property
    def changes_figures(self) -> bool:
        """True if any figure changes."""
        return bool(self.quarters or self.years)


def membership_changes(db: Session, organization: Organization, periods: Sequence[Period]) -> MembershipChanges:
    """Return what ``periods``, which may be a membership, would change for the organization, with constant queries."""
    before, after = organization.membership, Membership(in_order(periods))
    today = clock.today(config_of(db).zone)
    leaves = before.includes(today) and after.is_out(today)
    returns = before.is_out(today) and after.includes(today)
    everyone = members_queries.people_of(db, organization) if leaves or returns else []
    invited = credentials.without_sign_in(db, everyone)
    return MembershipChanges(
        before=before,
        after=after,
        quarters=_changed_quarters(db, organization, before, after),
        years=_changed_years(db, organization, before, after),
        leaves=leaves,
        returns=returns,
        people=[person for person in everyone if person.id not in invited],
    )


def _changed_quarters(db: Session, organization: Organization, before: Membership, after: Membership) -> Sequence[Run]:
    """Return the quarters whose standing changes; only those in which sharing is due, or no longer due, can."""
    config = config_of(db)
    first = Quarter.of(min(before.first_day, after.first_day))
    due = {
        quarter: tuple(due_in(membership, quarter, config.records_begin) for membership in (before, after))
        for quarter in quarters_between(first, Quarter.of(clock.today(config.zone)))
    }
    changed = [quarter for quarter, (was, becomes) in due.items() if was is not becomes]
    facts = standings_queries.recorded(db, [organization], changed)
    changes = []
    for quarter in changed:
        was, becomes = (facts[organization.id, str(quarter)].standing(answer) for answer in due[quarter])
        changes.append((quarter, was, becomes))
    return runs(changes)


def _changed_years(
    db: Session, organization: Organization, before: Membership, after: Membership
) -> Sequence[YearChange]:
    today, begin = clock.today(config_of(db).zone), config_of(db).records_begin
    first = min(before.first_day, after.first_day, today).year
    figures = _figures(db, [organization], first, today.year)
    rows = (
        YearChange(
            year,
            figures(organization.id, year, before, begin),
            figures(organization.id, year, after, begin),
        )
        for year in range(first, today.year + 1)
        if organization.kind is not OrganizationKind.HOST
    )
    return [row for row in rows if row.before != row.after]


FiguresOf = Callable[[int, int, Membership, date], Figures]


def _figures(db: Session, organizations: Sequence[Organization], first: int, last: int) -> FiguresOf:
    """Return a function that computes an organization's year from ``first`` to ``last``; all records are loaded here."""
    now, today = clock.now(), clock.today(config_of(db).zone)
    ids = [organization.id for organization in organizations]
    days = attendance_queries.call_days(db, ids, date(first, 1, 1), date(last, 12, 31), now)
    slots = presentations_queries.slots_by_organization(db, Presentation.organization_id.in_(ids), now)

    def figures(organization_id: int, year: int, membership: Membership, begin: date) -> Figures:
        return Figures(
            days.counts(organization_id, year, membership, begin),
            presentation_standing(slots[organization_id], year, today, membership, begin),
        )

    return figures


@dataclass(frozen=True)
class StandingChange:
    """How many quarters of how many organizations change from one standing to another."""

    before: Standing
    after: Standing
    organizations: int
    quarters: int


@dataclass(frozen=True)
class RecordsChanges:
    """What another day on which the hub's records begin would change."""

    before: date
    after: date
    standings: Sequence[StandingChange]
    organizations: int  # with a quarter that changes
    quarters: int  # of all organizations together
    calls: int  # organizations with a year in which the calls that count change
    presentations: int  # organizations with a year in which the presentation changes

    @property
    def changes_figures(self) -> bool:
        """True if any figure changes."""
        return bool(self.quarters or self.calls or self.presentations)


def records_changes(db: Session, begin: date) -> RecordsChanges:
    """Return what changes if the hub's records begin on ``begin``, which isn't in the future, with constant queries."""
    config = config_of(db)
    before = config.records_begin
    organizations = db.scalars(select(Organization).where(Organization.kind != OrganizationKind.HOST)).all()
    joined = min((organization.membership.first_day for organization in organizations), default=begin)
    # Nothing changes before the first organization joined, nor after both days.
    first, last = max(min(before, begin), min(joined, begin)), max(before, begin)
    counts = _standing_changes(db, organizations, quarters_between(Quarter.of(first), Quarter.of(last)), begin)
    figures = _figures(db, organizations, first.year, last.year)
    changed: dict[str, set[int]] = {"calls": set(), "presentations": set()}
    for organization in organizations:
        membership = organization.membership
        for year in range(first.year, last.year + 1):
            was, becomes = (figures(organization.id, year, membership, day) for day in (before, begin))
            if was.calls != becomes.calls:
                changed["calls"].add(organization.id)
            if was.presentation is not becomes.presentation:
                changed["presentations"].add(organization.id)
    return RecordsChanges(
        before=before,
        after=begin,
        standings=[
            StandingChange(was, becomes, len(set(ids)), len(ids)) for (was, becomes), ids in sorted(counts.items())
        ],
        organizations=len({number for ids in counts.values() for number in ids}),
        quarters=sum(len(ids) for ids in counts.values()),
        calls=len(changed["calls"]),
        presentations=len(changed["presentations"]),
    )


def _standing_changes(
    db: Session, organizations: Sequence[Organization], quarters: Sequence[Quarter], begin: date
) -> dict[tuple[Standing, Standing], list[int]]:
    """Return the ids of organizations, one for each quarter that changes, by the standing before and after."""
    facts = standings_queries.recorded(db, organizations, quarters)
    changes: dict[tuple[Standing, Standing], list[int]] = {}
    for organization in organizations:
        membership = organization.membership
        for quarter in quarters:
            recorded = facts[organization.id, str(quarter)]
            was, becomes = (
                recorded.standing(due_in(membership, quarter, day)) for day in (config_of(db).records_begin, begin)
            )
            if was is not becomes:
                changes.setdefault((was, becomes), []).append(organization.id)
    return changes

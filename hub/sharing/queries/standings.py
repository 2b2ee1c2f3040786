"""Standings of many organizations in many quarters."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.members.models import Organization
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries.entries import is_current
from hub.sharing.rules.standing import SHARING_ACTS, Act, Due, Standing, due_in, strongest_standing

MOST_AT_ONCE = 400  # quarters in a statement; SQLite combines at most 500 SELECTs


class Recorded(NamedTuple):
    """What is recorded for an organization's quarter, apart from whether sharing was due."""

    act: Act | None  # the strongest
    said_shared: bool | None  # by the current confirmation

    def standing(self, due: Due) -> Standing:
        """Return the standing; the rule is `strongest_standing`, as for a single organization."""
        return strongest_standing((self.act,) if self.act else (), due=due, said_shared=self.said_shared)


def recorded(
    db: Session, organizations: Sequence[Organization], quarters: Sequence[Quarter]
) -> dict[tuple[int, str], Recorded]:
    """Return what is recorded for every organization and quarter, by organization id and quarter ("2026Q3").

    One query (for up to a century): for each pair it seeks one event of sharing, else one download, and the current
    confirmation, instead of reading the whole log.
    """
    if not organizations or not quarters:
        return {}
    batches = (quarters[start : start + MOST_AT_ONCE] for start in range(0, len(quarters), MOST_AT_ONCE))
    rows = (row for batch in batches for row in db.execute(_strongest_of(organizations, batch)))
    return {(row.id, row.quarter): Recorded(row.act, row.said_shared) for row in rows}


def standings(
    db: Session, organizations: Sequence[Organization], quarters: Sequence[Quarter]
) -> dict[tuple[int, str], Standing]:
    """Return every organization's standing in every quarter, by organization id and quarter ("2026Q3"); one query."""
    facts, records_begin = recorded(db, organizations, quarters), config_of(db).records_begin
    memberships = {organization.id: organization.membership for organization in organizations}
    names = {str(quarter): quarter for quarter in quarters}
    return {
        (number, name): facts[number, name].standing(due_in(membership, quarter, records_begin))
        for number, membership in memberships.items()
        for name, quarter in names.items()
    }


def _strongest_of(
    organizations: Sequence[Organization], quarters: Sequence[Quarter]
) -> Select[int, str, bool | None, Act]:
    """Return for each pair an act of sharing, else a download, else None; and what the confirmation says."""
    period = union_all(*(select(literal(str(quarter)).label("quarter")) for quarter in set(quarters))).subquery(
        "period"
    )

    def one_event(*acts: Act) -> ColumnElement[Act]:
        # A scalar with LIMIT 1, not EXISTS: PostgreSQL might hash the whole log for an EXISTS.
        return (
            select(SharingEvent.act)
            .where(
                SharingEvent.organization_id == Organization.id,
                SharingEvent.quarter == period.c.quarter,
                SharingEvent.act.in_(acts),
                is_current(),
            )
            .limit(1)
            .correlate(Organization, period)
            .scalar_subquery()
        )

    last = _last_confirmations(quarters)
    return (
        select(
            Organization.id,
            period.c.quarter,
            last.c.shared.label("said_shared"),
            case((last.c.shared, None), else_=func.coalesce(one_event(*SHARING_ACTS), one_event(Act.DOWNLOAD))).label(
                "act"
            ),
        )
        .select_from(Organization)
        .join(period, true())
        .outerjoin(last, and_(last.c.organization_id == Organization.id, last.c.quarter == period.c.quarter))
        .where(Organization.id.in_([organization.id for organization in organizations]))
    )


def _last_confirmations(quarters: Sequence[Quarter]) -> Subquery:
    """Return the current confirmation's ``shared``, for each organization and quarter that has one."""
    newest_first = func.row_number().over(
        partition_by=(Confirmation.organization_id, Confirmation.quarter),
        order_by=(Confirmation.confirmed_at.desc(), Confirmation.id.desc()),
    )
    ranked = (
        select(Confirmation.organization_id, Confirmation.quarter, Confirmation.shared, newest_first.label("rank"))
        .where(Confirmation.quarter.in_([str(quarter) for quarter in quarters]))
        .subquery("ranked")
    )
    columns = (ranked.c.organization_id, ranked.c.quarter, ranked.c.shared)
    return select(*columns).where(ranked.c.rank == 1).subquery("last")

"""Standings of many organizations in many quarters."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.members.models import Organization
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries.entries import is_current
from hub.sharing.rules.standing import SHARING_ACTS, Act, Standing, due_in, strongest_standing


def standings(
    db: Session, organizations: Sequence[Organization], quarters: Sequence[Quarter]
) -> dict[tuple[int, str], Standing]:
    """Return every organization's standing in every quarter, by organization id and quarter ("2026Q3").

    One query: for each pair it seeks one event of sharing, else one download, and the current confirmation, instead
    of reading the whole log. The rule is `strongest_standing`, as for a single organization.
    """
    if not organizations or not quarters:
        return {}
    rows = {(row.id, row.quarter): row for row in db.execute(_strongest_of(organizations, quarters))}
    records_begin = config_of(db).records_begin
    result = {}
    for organization in organizations:
        membership = organization.membership
        for quarter in quarters:
            row = rows[organization.id, str(quarter)]
            result[organization.id, str(quarter)] = strongest_standing(
                (row.act,) if row.act else (),
                due=due_in(membership, quarter, records_begin),
                said_shared=row.said_shared,
            )
    return result


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

"""The standing of many organizations in many quarters."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from hub.core.quarters import Quarter
from hub.members.models import Organization
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries.entries import stands
from hub.sharing.rules.standing import PASSED_ON, Act, Standing, is_due, strongest


def standings(
    db: Session, organizations: Sequence[Organization], quarters: Sequence[Quarter]
) -> dict[tuple[int, str], Standing]:
    """Return every organization's standing in every quarter, by organization's id and quarter as written ("2026Q3").

    One query: for each pair it seeks one event that passes something on, else one download, and the confirmation
    that stands, instead of reading the whole log. The rule is the same as for one: `strongest`.
    """
    if not organizations or not quarters:
        return {}
    found = {(row.id, row.quarter): row for row in db.execute(_strongest_of(organizations, quarters))}
    answer = {}
    for quarter in quarters:
        name = str(quarter)
        first, last = quarter.first_day, quarter.last_day
        for organization in organizations:
            row = found[organization.id, name]
            acts = (row.act,) if row.act else ()
            answer[organization.id, name] = strongest(
                acts, due=is_due(organization, first, last), confirmed=bool(row.confirmed)
            )
    return answer


def _strongest_of(organizations: Sequence[Organization], quarters: Sequence[Quarter]) -> Select[int, str, bool, Act]:
    """For each pair: an act that passes something on, else a download, else None; and what the confirmation says."""
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
                stands(),
            )
            .limit(1)
            .correlate(Organization, period)
            .scalar_subquery()
        )

    said = _last_said(quarters)
    return (
        select(
            Organization.id,
            period.c.quarter,
            said.c.shared.label("confirmed"),
            case((said.c.shared, None), else_=func.coalesce(one_event(*PASSED_ON), one_event(Act.DOWNLOAD))).label(
                "act"
            ),
        )
        .select_from(Organization)
        .join(period, true())
        .outerjoin(said, and_(said.c.organization_id == Organization.id, said.c.quarter == period.c.quarter))
        .where(Organization.id.in_([organization.id for organization in organizations]))
    )


def _last_said(quarters: Sequence[Quarter]) -> Subquery:
    """Return what the confirmation that stands says, for each organization and quarter that has one."""
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
    return select(*columns).where(ranked.c.rank == 1).subquery("said")

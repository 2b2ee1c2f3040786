"""The number of people reached, counted in SQL: `reached` in hub/sharing/rules/reports.py is the definition."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.sharing.models import ReachedPerson, SharingEvent
from hub.sharing.queries.entries import is_current
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import SHARING_ACTS, Act

NOBODY = Reached(0, 0, 0)


def people_reached(db: Session, *conditions: ColumnElement[bool]) -> Reached:
    """Return the people reached by the current entries that meet the conditions, each person once."""
    return people_reached_by(db, (), *conditions).get((), NOBODY)


def people_reached_by(
    db: Session, columns: Sequence[InstrumentedAttribute[Any]], *conditions: ColumnElement[bool]
) -> dict[tuple[Any, ...], Reached]:
    """Return the same for each combination of values of these columns of entries, in two queries for any number.

    Each value is a count of its own: a person reached in two quarters counts in both, so don't add them up.
    """
    shares = _shares(columns, conditions)
    keys = [shares.c[column.key] for column in columns]
    counted = (
        select(*keys, func.count(ReachedPerson.key.distinct()))
        .join(shares, shares.c.share == ReachedPerson.share_id)
        .group_by(*keys)
    )
    people = {tuple(row[:-1]): row[-1] for row in db.execute(counted)}
    is_known = select(ReachedPerson.key).where(ReachedPerson.share_id == shares.c.share).exists()
    is_unknown = and_(shares.c.reported.is_(None), ~is_known)
    reported = select(*keys, func.sum(shares.c.reported), func.sum(case((is_unknown, 1), else_=0))).group_by(*keys)
    return {
        tuple(row[:-2]): Reached(people.get(tuple(row[:-2]), 0), int(row[-2] or 0), int(row[-1] or 0))
        for row in db.execute(reported)
    }


def _shares(columns: Sequence[InstrumentedAttribute[Any]], conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """Return the acts of sharing with the largest number that was reported of each, if any."""
    share = func.coalesce(SharingEvent.share_id, SharingEvent.id)
    reported = func.max(case((SharingEvent.act == Act.DECLARED, SharingEvent.people)))
    return (
        select(*columns, share.label("share"), reported.label("reported"))
        .where(SharingEvent.act.in_(SHARING_ACTS), is_current(), *conditions)
        .group_by(*columns, share)
        .subquery("shares")
    )

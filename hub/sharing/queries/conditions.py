"""Which events of the log are meant, and what it calls resources: what queries share."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from hub.core.quarters import Quarter
from hub.members.models import Organization
from hub.sharing.models import SharingEvent

# The event that corrects or takes back another, beside the one it corrects.
Later = aliased(SharingEvent, name="later")


def stands() -> ColumnElement[bool]:
    """The condition under which an event counts: `what_stands` in SQL."""
    return and_(~SharingEvent.void, ~select(Later.id).where(Later.supersedes_id == SharingEvent.id).exists())


def in_quarters(column: InstrumentedAttribute[str], quarters: Iterable[Quarter]) -> ColumnElement[bool]:
    """The condition that ``column`` names one of the quarters."""
    return column.in_([str(quarter) for quarter in quarters])


def logged_by(organization: Organization, quarter: Quarter) -> ColumnElement[bool]:
    """The condition of an organization's events in a quarter, whether they stand or not."""
    return and_(SharingEvent.quarter == str(quarter), SharingEvent.organization_id == organization.id)


def titles_logged(*others: InstrumentedAttribute[Any]) -> Select[Any]:
    """What the log called each resource: ``others``, the resource's number and a title.

    A resource that was renamed has a row for each title; the last row has the one that was logged last.
    """
    columns = (*others, SharingEvent.resource_id, SharingEvent.title)
    return select(*columns).group_by(*columns).order_by(func.max(SharingEvent.id))

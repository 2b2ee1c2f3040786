"""Which events of the log are meant: the conditions that queries share."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, select
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

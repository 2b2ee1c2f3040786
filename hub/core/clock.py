"""The only reader of the clock. Rules receive dates; tests replace `now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Give this moment in UTC, to the microsecond."""
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """Return the calendar day in the hub's time zone."""
    return now().astimezone(zone).date()

"""The only place that reads the clock. Rules get dates as arguments; tests replace `now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """Return today's date in the hub's time zone."""
    return now().astimezone(zone).date()

"""When the weekly national call is. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY = 0
# The weekly Monday calls take half an hour.
LASTS = timedelta(minutes=30)


def next_call(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The start of the next Monday call that has not ended, at ``at`` on the clocks of ``zone``.

    Holidays are not known here: a call that falls on one is skipped by word of mouth.
    """
    local = now.astimezone(zone)
    monday = local.date() + timedelta(days=(MONDAY - local.weekday()) % 7)
    start = datetime.combine(monday, at, zone)
    return start if start + LASTS > local else datetime.combine(monday + timedelta(days=7), at, zone)

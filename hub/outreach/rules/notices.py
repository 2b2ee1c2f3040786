"""When people hear that someone outside opened what they shared. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.members.rules.mail import Frequency

NOTICE_TIME = time(8)  # in the hub's time zone, like the weekly digest
MOST_NAMED = 30  # recipients of one pack in an email; the pack's page has all of them


def notice_moment(every: Frequency, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the latest email is due: 8:00 a.m. of a day, or of a Monday, at or before ``now``."""
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=local.weekday() if every is Frequency.WEEKLY else 0)
    moment = datetime.combine(day, NOTICE_TIME, zone)
    if moment <= local:
        return moment
    return datetime.combine(day - timedelta(days=7 if every is Frequency.WEEKLY else 1), NOTICE_TIME, zone)

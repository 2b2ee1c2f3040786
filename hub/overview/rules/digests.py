"""What week a digest is of. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DIGEST_DAY, DIGEST_TIME = 0, time(8)  # Monday at eight on the hub's clocks
LONGEST_WAIT = timedelta(days=3)  # after the week, for what came in it and is still being read


@dataclass(frozen=True)
class DigestWeek:
    """The week that a digest tells of: from ``since`` to before ``until``, midnights of two Mondays."""

    monday: date  # on which it is sent
    since: datetime
    until: datetime


def week_to_tell(now: datetime, zone: ZoneInfo) -> DigestWeek:
    """Return the week whose digest is the newest one that is due: the last whole one, once it is Monday morning."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=(local.weekday() - DIGEST_DAY) % 7)
    if local < datetime.combine(monday, DIGEST_TIME, zone):
        monday -= timedelta(days=7)
    before = monday - timedelta(days=7)
    return DigestWeek(monday, datetime.combine(before, time(), zone), datetime.combine(monday, time(), zone))


def week_to_come(now: datetime, zone: ZoneInfo) -> DigestWeek:
    """Return the week whose digest is the next one."""
    return week_to_tell(datetime.combine(week_to_tell(now, zone).monday + timedelta(days=7), DIGEST_TIME, zone), zone)

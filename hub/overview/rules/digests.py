"""Weeks of the digest. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DIGEST_DAY, DIGEST_TIME = 0, time(8)  # Mondays at 8:00 a.m. in the hub's time zone
LONGEST_WAIT = timedelta(days=3)  # after the week, for its resources to be indexed


@dataclass(frozen=True)
class DigestWeek:
    """The week that a digest covers: from ``since`` to before ``until``, midnight of two consecutive Mondays."""

    monday: date  # when it is sent
    since: datetime
    until: datetime


def due_week(now: datetime, zone: ZoneInfo) -> DigestWeek:
    """Return the week of the latest digest that is due: the last complete week, from Monday morning on."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=(local.weekday() - DIGEST_DAY) % 7)
    if local < datetime.combine(monday, DIGEST_TIME, zone):
        monday -= timedelta(days=7)
    previous = monday - timedelta(days=7)
    return DigestWeek(monday, datetime.combine(previous, time(), zone), datetime.combine(monday, time(), zone))


def upcoming_week(now: datetime, zone: ZoneInfo) -> DigestWeek:
    """Return the week of the digest after the one that is due."""
    return due_week(datetime.combine(due_week(now, zone).monday + timedelta(days=7), DIGEST_TIME, zone), zone)

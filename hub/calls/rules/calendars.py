"""Calls as iCalendar (RFC 5545), which people's calendars subscribe to or take as a file. Pure.

Each call is an event of its own: one that is moved or canceled keeps its UID, and its SEQUENCE counts up, so that
a calendar changes the entry that it has. Times name the zone and carry its rules, so that 11:30 stays 11:30 on
both sides of a clock change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

PRODUCT = "-//AMCC Resource Hub//Calls//EN"
LOOK_AGAIN = timedelta(hours=6)  # how often a calendar that subscribes may ask
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Occasion:
    """A call as a calendar needs it; ``starts_at`` and ``ends_at`` in UTC."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    sequence: int
    cancelled: bool
    address: str  # of the call's page
    joining_link: str
    reason: str = ""  # why it was moved or canceled


def calendar(occasions: Sequence[Occasion], zone: ZoneInfo, name: str, method: str = "PUBLISH", **mail: str) -> bytes:
    """Return an iCalendar file of the calls, times on the clocks of ``zone``.

    ``method`` is PUBLISH for what is subscribed to or downloaded; REQUEST or CANCEL for mail, with ``organizer`` and
    ``attendee`` addresses.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", zone.key)
    made.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    if occasions:
        first, last = min(one.starts_at for one in occasions), max(one.ends_at for one in occasions)
        made.add_component(_zone(zone, datetime(first.year - 1, 1, 1, tzinfo=UTC), last + YEAR))
    for one in occasions:
        made.add_component(_event(one, zone, mail))
    return bytes(made.to_ical())


def _zone(zone: ZoneInfo, first: datetime, last: datetime) -> Timezone:
    """Return the clock changes of the zone between two moments, each with the local time at which it comes (RFC 5545, 3.6.5).

    Written here, since the library dates the change to summer time an hour late.
    """
    made = Timezone()
    made.add("tzid", zone.key)
    offset, name = _clock(first, zone)
    onsets: dict[tuple[timedelta, timedelta, str], list[datetime]] = {(offset, offset, name): [_local(first, offset)]}
    for moment in _changes(zone, first, last):
        before, (offset, name) = offset, _clock(moment, zone)
        onsets.setdefault((before, offset, name), []).append(_local(moment, before))
    for (before, after, called), moments in onsets.items():
        part = (TimezoneDaylight if after > before else TimezoneStandard)()
        part.add("dtstart", moments[0])
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", called)
        if moments[1:]:
            part.add("rdate", moments[1:])
        made.add_component(part)
    return made


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterable[datetime]:
    """Yield the moments in UTC, to the minute, from which the clocks of the zone show another offset."""
    day = first
    while day < last:
        low, high = day, day + timedelta(days=1)
        if _clock(low, zone) != _clock(high, zone):
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if _clock(middle, zone) == _clock(low, zone) else (low, middle)
            yield high.replace(second=0, microsecond=0)
        day += timedelta(days=1)


def _clock(moment: datetime, zone: ZoneInfo) -> tuple[timedelta, str]:
    local = moment.astimezone(zone)
    return local.utcoffset() or timedelta(0), local.tzname() or zone.key


def _local(moment: datetime, offset: timedelta) -> datetime:
    return moment.replace(tzinfo=None) + offset


def _event(one: Occasion, zone: ZoneInfo, mail: dict[str, str]) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.changed_at)
    event.add("last-modified", one.changed_at)
    event.add("dtstart", one.starts_at.astimezone(zone))
    event.add("dtend", one.ends_at.astimezone(zone))
    event.add("summary", f"Cancelled: {one.title}" if one.cancelled else one.title)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if one.cancelled else "OPAQUE")
    event.add("url", one.address)
    event.add("description", "\n".join(_description(one)))
    if one.joining_link and not one.cancelled:
        event.add("location", one.joining_link)
    _add_people(event, mail)
    return event


def _description(one: Occasion) -> Iterable[str]:
    if one.reason:
        yield one.reason
    if one.joining_link and not one.cancelled:
        yield f"Join: {one.joining_link}"
    yield f"Agenda, decks and notes: {one.address}"


def _add_people(event: Event, mail: dict[str, str]) -> None:
    """Who invites and who is invited, in what goes by mail."""
    if organizer := mail.get("organizer"):
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    if attendee := mail.get("attendee"):
        address = vCalAddress(f"mailto:{attendee}")
        address.params["RSVP"] = vText("FALSE")
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        event.add("attendee", address)

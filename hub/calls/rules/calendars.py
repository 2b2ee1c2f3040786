"""Calls in iCalendar format (RFC 5545), for calendar subscriptions, downloads, and invitations. Pure.

Each call is an event of its own: a moved or canceled call keeps its UID and increments its SEQUENCE, so that calendars
update the event that they have. Times include the time zone and its rules, so that 11:30 stays 11:30 across a change
to or from daylight saving time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

PRODUCT = "-//AMCC Resource Hub//Calls//EN"
REFRESH_INTERVAL = timedelta(hours=6)  # how often subscribed calendars should refresh
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class CalendarEvent:
    """The calendar data of a call; ``starts_at`` and ``ends_at`` are in UTC."""

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


def calendar(
    calendar_events: Sequence[CalendarEvent], zone: ZoneInfo, name: str, method: str = "PUBLISH", **mail: str
) -> bytes:
    """Return an iCalendar file of the calls, with local times in ``zone``.

    ``method`` is PUBLISH for subscriptions and downloads; REQUEST or CANCEL for email, with ``organizer`` and ``attendee``
    addresses.
    """
    result = Calendar()
    result.add("prodid", PRODUCT)
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", method)
    result.add("x-wr-calname", name)
    result.add("x-wr-timezone", zone.key)
    result.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    if calendar_events:
        first, last = (
            min(calendar_event.starts_at for calendar_event in calendar_events),
            max(calendar_event.ends_at for calendar_event in calendar_events),
        )
        result.add_component(_zone(zone, datetime(first.year - 1, 1, 1, tzinfo=UTC), last + YEAR))
    for calendar_event in calendar_events:
        result.add_component(_event(calendar_event, zone, mail))
    return bytes(result.to_ical())


def _zone(zone: ZoneInfo, first: datetime, last: datetime) -> Timezone:
    """Return the zone's clock changes between two moments, each with its local time (RFC 5545, 3.6.5).

    Written here because the library dates the start of daylight saving time an hour late.
    """
    component = Timezone()
    component.add("tzid", zone.key)
    offset, name = _clock(first, zone)
    onsets: dict[tuple[timedelta, timedelta, str], list[datetime]] = {(offset, offset, name): [_local(first, offset)]}
    for moment in _changes(zone, first, last):
        before, (offset, name) = offset, _clock(moment, zone)
        onsets.setdefault((before, offset, name), []).append(_local(moment, before))
    for (before, after, abbreviation), moments in onsets.items():
        part = (TimezoneDaylight if after > before else TimezoneStandard)()
        part.add("dtstart", moments[0])
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", abbreviation)
        if moments[1:]:
            part.add("rdate", moments[1:])
        component.add_component(part)
    return component


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterable[datetime]:
    """Yield the moments in UTC, to the minute, when the zone's offset changes."""
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


def _event(calendar_event: CalendarEvent, zone: ZoneInfo, mail: dict[str, str]) -> Event:
    event = Event()
    event.add("uid", calendar_event.uid)
    event.add("sequence", calendar_event.sequence)
    event.add("dtstamp", calendar_event.changed_at)
    event.add("last-modified", calendar_event.changed_at)
    event.add("dtstart", calendar_event.starts_at.astimezone(zone))
    event.add("dtend", calendar_event.ends_at.astimezone(zone))
    event.add("summary", f"Canceled: {calendar_event.title}" if calendar_event.cancelled else calendar_event.title)
    event.add("status", "CANCELLED" if calendar_event.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if calendar_event.cancelled else "OPAQUE")
    event.add("url", calendar_event.address)
    event.add("description", "\n".join(_description(calendar_event)))
    if calendar_event.joining_link and not calendar_event.cancelled:
        event.add("location", calendar_event.joining_link)
    _add_people(event, mail)
    return event


def _description(calendar_event: CalendarEvent) -> Iterable[str]:
    if calendar_event.reason:
        yield calendar_event.reason
    if calendar_event.joining_link and not calendar_event.cancelled:
        yield f"Join: {calendar_event.joining_link}"
    yield f"Agenda, decks and notes: {calendar_event.address}"


def _add_people(event: Event, mail: dict[str, str]) -> None:
    """Add the organizer and the attendee, for invitations by email."""
    if organizer := mail.get("organizer"):
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    if attendee := mail.get("attendee"):
        address = vCalAddress(f"mailto:{attendee}")
        address.params["RSVP"] = vText("FALSE")
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        event.add("attendee", address)

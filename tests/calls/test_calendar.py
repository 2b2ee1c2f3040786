"""iCalendar files, parsed by another library."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.calls.rules.calendars import CalendarEvent, calendar
from hub.calls.rules.series import span

EASTERN = ZoneInfo("America/New_York")
CREATED = datetime(2026, 1, 2, 15, tzinfo=UTC)


def read(content: bytes) -> Any:
    """Return the file as parsed by vobject, without the time zones it has cached."""
    getattr(vobject.icalendar, "__tzidMap").clear()
    return vobject.readOne(content.decode())


def occasion(day: date, sequence: int = 0, cancelled: bool = False, **others: str) -> CalendarEvent:
    start, end = span(day, time(11, 30), 30, EASTERN)
    return CalendarEvent(
        f"call-{day}@hub.example", "Weekly call", start, end, CREATED, sequence, cancelled,
        f"https://hub.example/calls/{day}", "https://meet.example/j/1?pwd=a,b;c", **others,
    )  # fmt: skip


def test_calls_stay_at_11_30_across_both_clock_changes_in_another_parser() -> None:
    mondays = [date(2026, 3, 2) + timedelta(weeks=week) for week in range(52)]
    events = read(calendar([occasion(day) for day in mondays], EASTERN, "Calls")).vevent_list
    assert [event.dtstart.value.date() for event in events] == mondays
    for event, day in zip(events, mondays, strict=True):
        start = event.dtstart.value
        assert (start.hour, start.minute) == (11, 30)
        # The offset comes from the file's VTIMEZONE, which vobject turned into a zone.
        assert start.utcoffset() == datetime(day.year, day.month, day.day, 11, 30, tzinfo=EASTERN).utcoffset()
        assert event.dtend.value - start == timedelta(minutes=30)
    offsets = {event.dtstart.value.utcoffset() for event in events}
    assert offsets == {timedelta(hours=-4), timedelta(hours=-5)}


def test_clock_changes_have_the_local_time_before_the_change() -> None:
    content = calendar([occasion(date(2026, 11, 16))], EASTERN, "Calls").decode()
    assert "20260308T020000" in content  # 2 a.m. Eastern Standard Time
    assert "20261101T020000" in content  # 2 a.m. Eastern Daylight Time
    assert "DTSTART;TZID=America/New_York:20261116T113000" in content


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.sampled_from(["America/New_York", "Europe/Berlin", "UTC"]))
def test_every_day_is_read_back_as_the_same_moment(day: date, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    start, end = span(day, time(11, 30), 30, zone)
    call = CalendarEvent("x@hub", "Call", start, end, CREATED, 0, False, "https://hub.example/calls/1", "")
    event = read(calendar([call], zone, "Calls")).vevent
    assert event.dtstart.value.astimezone(UTC) == start
    assert event.dtend.value.astimezone(UTC) == end


def test_a_canceled_call_keeps_its_uid_increments_its_sequence_and_gives_the_reason() -> None:
    before = read(calendar([occasion(date(2026, 11, 16))], EASTERN, "Calls")).vevent
    after = vobject.readOne(
        calendar([occasion(date(2026, 11, 16), 1, True, reason="Snow, lots of it")], EASTERN, "Calls").decode()
    ).vevent
    assert after.uid.value == before.uid.value
    assert (before.sequence.value, after.sequence.value) == ("0", "1")
    assert (before.status.value, after.status.value) == ("CONFIRMED", "CANCELLED")
    assert "Snow, lots of it" in after.description.value
    assert "meet.example" not in after.serialize()


def test_texts_are_escaped_and_read_back_unchanged() -> None:
    event = read(calendar([occasion(date(2026, 11, 16))], EASTERN, "Calls")).vevent
    assert event.location.value == "https://meet.example/j/1?pwd=a,b;c"
    assert "Agenda, decks and notes: https://hub.example/calls/2026-11-16" in event.description.value


def test_invitations_name_organizer_and_attendee() -> None:
    content = calendar(
        [occasion(date(2026, 11, 16))], EASTERN, "Calls", "REQUEST",
        organizer="calls@hub.example", attendee="rosa@lakeshore.example",
    )  # fmt: skip
    assert b"METHOD:REQUEST" in content
    assert read(content).vevent.organizer.value == "mailto:calls@hub.example"
    assert read(content).vevent.attendee.value == "mailto:rosa@lakeshore.example"


def test_a_calendar_without_calls_is_valid() -> None:
    assert "BEGIN:VCALENDAR" in calendar([], EASTERN, "Calls").decode()

"""iCalendar files, read back by another library."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.calls.rules.calendars import Occasion, calendar
from hub.calls.rules.series import span

EASTERN = ZoneInfo("America/New_York")
MADE = datetime(2026, 1, 2, 15, tzinfo=UTC)


def read(made: bytes) -> Any:
    """Return the file as vobject understands it; it would go on using the first rules that it read for a zone."""
    getattr(vobject.icalendar, "__tzidMap").clear()
    return vobject.readOne(made.decode())


def occasion(day: date, sequence: int = 0, cancelled: bool = False, **others: str) -> Occasion:
    start, end = span(day, time(11, 30), 30, EASTERN)
    return Occasion(
        f"call-{day}@hub.example", "Weekly call", start, end, MADE, sequence, cancelled,
        f"https://hub.example/calls/{day}", "https://meet.example/j/1?pwd=a,b;c", **others,
    )  # fmt: skip


def test_calls_stay_at_half_past_eleven_across_both_clock_changes_for_another_reader() -> None:
    mondays = [date(2026, 3, 2) + timedelta(weeks=week) for week in range(52)]
    events = read(calendar([occasion(day) for day in mondays], EASTERN, "Calls")).vevent_list
    assert [event.dtstart.value.date() for event in events] == mondays
    for event, day in zip(events, mondays, strict=True):
        start = event.dtstart.value
        assert (start.hour, start.minute) == (11, 30)
        # The offset is the one of the file's own VTIMEZONE, which vobject turned into a zone of its own.
        assert start.utcoffset() == datetime(day.year, day.month, day.day, 11, 30, tzinfo=EASTERN).utcoffset()
        assert event.dtend.value - start == timedelta(minutes=30)
    offsets = {event.dtstart.value.utcoffset() for event in events}
    assert offsets == {timedelta(hours=-4), timedelta(hours=-5)}


def test_clock_changes_are_dated_by_the_clocks_before_them() -> None:
    made = calendar([occasion(date(2026, 11, 16))], EASTERN, "Calls").decode()
    assert "20260308T020000" in made  # 2 a.m. Eastern Standard Time
    assert "20261101T020000" in made  # 2 a.m. Eastern Daylight Time
    assert "DTSTART;TZID=America/New_York:20261116T113000" in made


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.sampled_from(["America/New_York", "Europe/Berlin", "UTC"]))
def test_every_day_of_every_year_is_read_back_as_the_same_moment(day: date, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    start, end = span(day, time(11, 30), 30, zone)
    one = Occasion("x@hub", "Call", start, end, MADE, 0, False, "https://hub.example/calls/1", "")
    event = read(calendar([one], zone, "Calls")).vevent
    assert event.dtstart.value.astimezone(UTC) == start
    assert event.dtend.value.astimezone(UTC) == end


def test_a_cancelled_call_keeps_its_uid_counts_up_and_says_why() -> None:
    before = read(calendar([occasion(date(2026, 11, 16))], EASTERN, "Calls")).vevent
    after = vobject.readOne(
        calendar([occasion(date(2026, 11, 16), 1, True, reason="Snow, lots of it")], EASTERN, "Calls").decode()
    ).vevent
    assert after.uid.value == before.uid.value
    assert (before.sequence.value, after.sequence.value) == ("0", "1")
    assert (before.status.value, after.status.value) == ("CONFIRMED", "CANCELLED")
    assert "Snow, lots of it" in after.description.value
    assert "meet.example" not in after.serialize()


def test_texts_are_escaped_and_come_back_as_they_were() -> None:
    event = read(calendar([occasion(date(2026, 11, 16))], EASTERN, "Calls")).vevent
    assert event.location.value == "https://meet.example/j/1?pwd=a,b;c"
    assert "Agenda, decks and notes: https://hub.example/calls/2026-11-16" in event.description.value


def test_mail_names_who_invites_and_who_is_invited() -> None:
    made = calendar(
        [occasion(date(2026, 11, 16))], EASTERN, "Calls", "REQUEST",
        organizer="calls@hub.example", attendee="rosa@lakeshore.example",
    )  # fmt: skip
    assert b"METHOD:REQUEST" in made
    assert read(made).vevent.organizer.value == "mailto:calls@hub.example"
    assert read(made).vevent.attendee.value == "mailto:rosa@lakeshore.example"


def test_a_calendar_without_calls_is_still_one() -> None:
    assert "BEGIN:VCALENDAR" in calendar([], EASTERN, "Calls").decode()

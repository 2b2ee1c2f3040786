"""Dates, times and numbers in American formats, and parsing them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from hub.core import dates

TODAY = date(2026, 11, 24)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 9), "Mon, Nov 9"),
        (date(2026, 12, 31), "Thu, Dec 31"),
        (date(2025, 12, 31), "Dec 31, 2025"),
        (date(2027, 1, 1), "Jan 1, 2027"),
    ],
)
def test_a_short_date_shows_the_weekday_this_year_and_the_year_otherwise(day: date, words: str) -> None:
    assert dates.short(day, TODAY) == words


def test_a_date_has_one_format_for_each_use() -> None:
    day = date(2026, 11, 9)
    assert dates.with_year(day) == "Nov 9, 2026"
    assert dates.month_day(day) == "November 9"
    assert dates.long(day) == "November 9, 2026"
    assert dates.month_year(day) == "November 2026"
    assert dates.in_full(day) == "Monday, November 9, 2026"


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "12:05 a.m."), (11, "11:05 a.m."), (12, "12:05 p.m."), (23, "11:05 p.m.")]
)
def test_times_of_day_use_the_12_hour_clock(hour: int, words: str) -> None:
    assert dates.time_of_day(datetime(2026, 11, 9, hour, 5, tzinfo=UTC)) == words
    assert dates.time_of_day(time(hour, 5)) == words


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("America/New_York", "ET"),
        ("America/Chicago", "CT"),
        ("America/Indiana/Indianapolis", "ET"),
        ("America/Boise", "MT"),
        ("America/Phoenix", "MST"),
        ("Asia/Shanghai", "CST"),
        ("Europe/London", "GMT"),
        ("UTC", "UTC"),
    ],
)
def test_time_zones_have_the_names_that_american_schedules_use(zone: str, name: str) -> None:
    assert dates.zone_name(datetime(2026, 11, 9, 12, tzinfo=ZoneInfo(zone))) == name


def test_a_zone_has_the_same_name_in_summer_and_winter() -> None:
    assert {dates.zone_name(datetime(2026, month, 9, 12, tzinfo=NEW_YORK)) for month in (1, 7)} == {"ET"}


def test_times_in_email_and_reports_name_their_time_zone() -> None:
    moment = datetime(2026, 11, 9, 15, 5, tzinfo=NEW_YORK)
    assert dates.moment_short(moment, TODAY) == "Mon, Nov 9, 3:05 p.m."
    assert dates.moment_with_year(moment) == "Nov 9, 2026, 3:05 p.m. ET"
    assert dates.moment_in_full(moment) == "Monday, November 9, 2026, 3:05 p.m. ET"


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_one_element_for_programs_screens_and_print(moment: datetime) -> None:
    for markup, machine_form in (
        (dates.day_markup(moment.date(), TODAY), moment.date().isoformat()),
        (dates.moment_markup(moment, TODAY), moment.isoformat(timespec="seconds")),
    ):
        element = html.fromstring(str(markup))
        assert (element.tag, element.get("datetime")) == ("time", machine_form)
        assert str(moment.year) in (element.get("data-paper") or "")
        assert element.text_content() in dates.moment_short(moment, TODAY)
    assert ">Mon, Nov 9, 3:05 p.m. ET<" in dates.moment_markup(
        datetime(2026, 11, 9, 15, 5, tzinfo=NEW_YORK), TODAY, with_zone=True
    )


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 pages"), (1, "1 page"), (2, "2 pages"), (1_234_567, "1,234,567 pages")],
)
def test_counts_have_commas_and_the_right_plural(count: int, words: str) -> None:
    assert dates.plural(count, "page") == words


def test_an_irregular_plural_can_be_passed() -> None:
    assert dates.plural(2, "person", "people") == "2 people"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (2_500, "2.5 KB"),
        (12_345, "12 KB"),
        (2_500_000, "2.5 MB"),
        (612_000_000, "612 MB"),
        (3_400_000_000, "3.4 GB"),
    ],
)
def test_file_sizes_have_decimal_units(count: int, words: str) -> None:
    assert dates.file_size(count) == words


@pytest.mark.parametrize(
    "typed",
    [
        "11/30/2026",
        "11/30/26",
        "11/30",
        "Nov 30",
        "nov. 30",
        "Mon, Nov 30",
        "November 30, 2026",
        "Monday, November 30, 2026",
        "Nov 30th, 2026",
        " 2026-11-30 ",
    ],
)
def test_dates_can_be_typed_in_american_forms_and_in_iso_form(typed: str) -> None:
    assert dates.parse_day(typed, TODAY) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("typed", "today", "day"),
    [
        ("Dec 30", date(2027, 1, 5), date(2026, 12, 30)),
        ("Jan 5", date(2026, 11, 24), date(2027, 1, 5)),
        ("2/29", date(2028, 3, 1), date(2028, 2, 29)),
    ],
)
def test_a_date_without_a_year_is_the_nearest_one(typed: str, today: date, day: date) -> None:
    assert dates.parse_day(typed, today) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [("Nov 24", date(2026, 11, 24)), ("Nov 25", date(2025, 11, 25)), ("2/29", date(2024, 2, 29))],
)
def test_a_past_date_without_a_year_is_the_latest_one(typed: str, day: date) -> None:
    assert dates.parse_day(typed, TODAY, past=True) == day


@pytest.mark.parametrize(
    "typed",
    ["2/29", "30/11/2026", "2/30/2026", "Feb 30", "soon", "Smarch 3", "2026-13-01", "", "1" * 5000, "١١/٣٠/٢٠٢٦"],
)
def test_an_invalid_date_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date\. Write it like 11/30/2026, Nov 30 or 2026-11-30\."):
        dates.parse_day(typed, TODAY)


@given(st.dates())
def test_a_date_that_the_hub_writes_with_its_year_can_be_parsed(day: date) -> None:
    for written in (dates.with_year(day), dates.in_full(day), day.isoformat()):
        assert day.year < 1000 or dates.parse_day(written, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("11:30 a.m.", time(11, 30)),
        ("11:30am", time(11, 30)),
        ("2 PM", time(14)),
        ("12 a.m.", time(0)),
        ("12:15 p.m.", time(12, 15)),
        ("14:00", time(14)),
        ("14:00:00", time(14)),
        ("noon", time(12)),
    ],
)
def test_times_can_be_typed_with_12_or_24_hours(typed: str, at: time) -> None:
    assert dates.parse_time(typed) == at


@pytest.mark.parametrize("typed", ["25:00", "11:60", "13 pm", "0 am", "7", "later", "", "1" * 5000])
def test_an_invalid_time_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time of day\. Write it like 11:30 a\.m\. or 2 p\.m\."):
        dates.parse_time(typed)


@given(st.times())
def test_a_time_that_the_hub_writes_can_be_parsed(at: time) -> None:
    assert dates.parse_time(dates.time_of_day(at)) == at.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    "typed",
    ["11/30/2026 2:00 p.m.", "Nov 30, 2 PM", "Nov 30 at 2 pm", "Mon, Nov 30, 2026, 2:00 p.m.", "2026-11-30T14:00"],
)
def test_a_date_can_be_typed_with_a_time(typed: str) -> None:
    assert dates.parse_moment(typed, TODAY) == datetime(2026, 11, 30, 14)


def test_a_date_without_a_time_is_refused_where_a_time_is_needed() -> None:
    with pytest.raises(ValueError, match="is not a date with a time"):
        dates.parse_moment("Nov 30", TODAY)


@pytest.mark.parametrize(("zone", "fold"), [("America/New_York", 0), ("America/New_York", 1), ("America/Chicago", 0)])
def test_equal_moments_are_written_in_their_own_time_zone(zone: str, fold: int) -> None:
    moment = datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=ZoneInfo(zone))
    same = moment.astimezone(ZoneInfo("America/Denver"))
    today = date(2026, 11, 3)
    for each in (moment, same, moment, moment.astimezone(UTC), same):
        written = dates.moment_markup(each, today, with_zone=True)
        assert f'datetime="{each.isoformat(timespec="seconds")}"' in written
        assert dates.zone_name(each) in written
    for day in (moment, same):
        assert day.isoformat() in dates.day_markup(day, today)

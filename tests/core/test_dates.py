"""Dates as people say them, as paper needs them, and as machines read them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from hub.core import dates

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 9), "Mon 9 Nov"),
        (date(2026, 12, 31), "Thu 31 Dec"),
        (date(2025, 12, 31), "31 Dec 2025"),
        (date(2027, 1, 1), "1 Jan 2027"),
    ],
)
def test_a_date_of_this_year_is_said_with_its_weekday_others_with_their_year(day: date, words: str) -> None:
    assert dates.said(day, TODAY) == words


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "12:05 a.m."), (11, "11:05 a.m."), (12, "12:05 p.m."), (23, "11:05 p.m.")]
)
def test_times_of_day_are_said_on_twelve_hours(hour: int, words: str) -> None:
    assert dates.clock_time(datetime(2026, 11, 9, hour, 5, tzinfo=UTC)) == words


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_is_one_element_for_machines_screens_and_paper(moment: datetime) -> None:
    for markup, in_machines in (
        (dates.day_markup(moment.date(), TODAY), moment.date().isoformat()),
        (dates.moment_markup(moment, TODAY), moment.isoformat(timespec="seconds")),
    ):
        element = html.fromstring(str(markup))
        assert (element.tag, element.get("datetime")) == ("time", in_machines)
        assert str(moment.year) in (element.get("data-paper") or "")
        assert element.text_content() in dates.moment_said(moment, TODAY)

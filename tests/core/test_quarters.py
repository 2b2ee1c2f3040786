"""Calendar quarters."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.quarters import Quarter

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2024, 2, 29), "2024Q1"),
        (date(2026, 6, 30), "2026Q2"),
        (date(2026, 7, 1), "2026Q3"),
        (date(2026, 12, 31), "2026Q4"),
    ],
)
def test_a_date_is_in_its_calendar_quarter(day: date, quarter: str) -> None:
    assert str(Quarter.of(day)) == quarter


@given(DAYS)
def test_a_date_is_between_the_first_and_last_day_of_its_quarter(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first_day <= day <= quarter.last_day
    assert quarter.last_day + timedelta(days=1) == quarter.next.first_day
    assert quarter.next.previous == quarter
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter.previous < quarter < quarter.next


@pytest.mark.parametrize(
    "text", ["", "2026", "2026Q5", "Q3", "2026Q33", "0000Q1", "1899Q4", "9999Q4", "2026Q0", "'; drop"]
)
def test_an_invalid_quarter_is_refused_with_an_example(text: str) -> None:
    for parse in (Quarter.parse, Quarter.parse_typed):
        with pytest.raises(ValueError, match="2026Q3"):
            parse(text)


@pytest.mark.parametrize("typed", ["2026Q3", "Q3 2026", "q3 2026", "Q3, 2026"])
def test_a_quarter_may_be_typed_as_screens_show_it(typed: str) -> None:
    assert Quarter.parse_typed(typed) == Quarter(2026, 3)


def test_going_back_lists_the_newest_quarter_first() -> None:
    assert [str(quarter) for quarter in Quarter(2026, 2).back(3)] == ["2026Q2", "2026Q1", "2025Q4"]

"""The parser of dates in queries."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import dates as dates_rules
from tests.search.typed import TODAY


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", (2025, 1, 1), (2025, 12, 31)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2026-03-31", (2026, 3, 31), (2026, 3, 31)),
        ("today", (2026, 11, 24), (2026, 11, 24)),
        ("yesterday", (2026, 11, 23), (2026, 11, 23)),
        ("this week", (2026, 11, 23), (2026, 11, 29)),
        ("last week", (2026, 11, 16), (2026, 11, 22)),
        ("this month", (2026, 11, 1), (2026, 11, 30)),
        ("Last Month", (2026, 10, 1), (2026, 10, 31)),
        ("this quarter", (2026, 10, 1), (2026, 12, 31)),
        ("last quarter", (2026, 7, 1), (2026, 9, 30)),
        ("this year", (2026, 1, 1), (2026, 12, 31)),
        ("previous year", (2025, 1, 1), (2025, 12, 31)),
        ("last 30 days", (2026, 10, 25), (2026, 11, 24)),
        ("the past 3 months", (2026, 8, 24), (2026, 11, 24)),
        ("2 weeks ago", (2026, 11, 10), (2026, 11, 24)),
        ("Q3 2025", (2025, 7, 1), (2025, 9, 30)),
        ("2025Q3", (2025, 7, 1), (2025, 9, 30)),
        ("q1", (2026, 1, 1), (2026, 3, 31)),
        ("March", (2026, 3, 1), (2026, 3, 31)),
        ("December", (2025, 12, 1), (2025, 12, 31)),
        ("last november", (2025, 11, 1), (2025, 11, 30)),
        ("Mar 2025", (2025, 3, 1), (2025, 3, 31)),
        ("spring", (2026, 3, 1), (2026, 5, 31)),
        ("fall 2025", (2025, 9, 1), (2025, 11, 30)),
        ("last fall", (2025, 9, 1), (2025, 11, 30)),
        ("winter", (2025, 12, 1), (2026, 2, 28)),
        ("March 31, 2025", (2025, 3, 31), (2025, 3, 31)),
        ("31  march  2025", (2025, 3, 31), (2025, 3, 31)),
        ("3/31/2025", (2025, 3, 31), (2025, 3, 31)),
        ("3/31/25", (2025, 3, 31), (2025, 3, 31)),
        ("3/31", (2026, 3, 31), (2026, 3, 31)),
        ("12/1", (2025, 12, 1), (2025, 12, 1)),
        ("2/29", (2024, 2, 29), (2024, 2, 29)),
        ("9999-12", (9999, 12, 1), (9999, 12, 31)),
    ],
)
def test_dates_are_parsed_as_people_write_them(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert dates_rules.period_of(text, TODAY) == dates_rules.Period(date(*first), date(*last))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2025-02-30",
        "0000",
        "q5",
        "13/13/2025",
        "13/13",
        "11/0",
        "last 99999 years",
        "february 30, 2025",
        "february 30",
        "２０２５",
    ],
)
def test_text_that_is_not_a_date_is_none(text: str) -> None:
    assert dates_rules.period_of(text, TODAY) is None


@given(
    st.lists(
        st.sampled_from(
            ["last", "this", "q3", "2025", "spring", "march", "9999", "0001", "3", "weeks", "ago", "/", "-"]
        )
    ).map(" ".join)
    | st.text(max_size=12),
    st.dates(),
)
def test_no_text_raises_and_each_period_has_its_first_day_first(text: str, today: date) -> None:
    period = dates_rules.period_of(text, today)
    assert period is None or period.first <= period.last

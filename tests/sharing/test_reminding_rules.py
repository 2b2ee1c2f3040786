"""When reminders are due, by plain days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.quarters import Quarter
from hub.sharing.rules.reminders import Stage, last_weekday, needs_reminding, next_occasions, occasions_of, occasions_on
from hub.sharing.rules.standing import Standing

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("quarter", "day"),
    [
        ("2026Q4", date(2026, 12, 31)),  # a Thursday
        ("2027Q2", date(2027, 6, 30)),
        ("2028Q4", date(2028, 12, 29)),  # ends on a Sunday
        ("2029Q1", date(2029, 3, 30)),  # ends on a Saturday
        ("2024Q1", date(2024, 3, 29)),
    ],
)
def test_the_last_weekday_is_a_weekday(quarter: str, day: date) -> None:
    assert last_weekday(Quarter.parse(quarter)) == day


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 12, 16), []),
        (date(2026, 12, 17), ["2026Q4 two-weeks"]),
        (date(2026, 12, 30), ["2026Q4 two-weeks"]),
        (date(2026, 12, 31), ["2026Q4 last-weekday"]),
        (date(2027, 1, 1), []),
        (date(2027, 1, 9), []),
        (date(2027, 1, 10), ["2026Q4 afterward"]),
        (date(2027, 1, 30), ["2026Q4 afterward"]),
        (date(2027, 1, 31), []),
        (date(2028, 12, 29), ["2028Q4 last-weekday"]),
        (date(2028, 12, 31), ["2028Q4 last-weekday"]),  # a hub that stood still on Friday
    ],
)
def test_what_is_due_on_a_day(today: date, due: list[str]) -> None:
    assert [f"{one.quarter} {one.stage}" for one in occasions_on(today)] == due


@given(DAYS)
def test_each_occasion_has_its_days_and_no_two_share_one(day: date) -> None:
    assert len(occasions_on(day)) <= 1
    one, two, three = occasions_of(Quarter.of(day))
    end = Quarter.of(day).last_day
    assert one.first == end - timedelta(days=14)
    assert one.first <= one.last < two.first <= end < three.first
    assert two.first.weekday() < 5
    assert three.first == end + timedelta(days=10)
    assert all(occasion.last >= day for occasion in next_occasions(day))
    assert next_occasions(day)


def test_who_is_reminded() -> None:
    assert {one for one in Standing if needs_reminding(one)} == {Standing.SILENT, Standing.DOWNLOADED}
    assert Stage.NUDGE not in {one.stage for one in occasions_of(Quarter(2026, 4))}

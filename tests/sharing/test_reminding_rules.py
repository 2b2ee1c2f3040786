"""The days on which reminders are due."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.quarters import Quarter
from hub.members.rules.membership import Membership, Period
from hub.members.rules.organizations import OrganizationKind
from hub.sharing.rules.reminders import Stage, last_weekday, needs_reminder, next_occasions, occasions_of, occasions_on
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
        (date(2026, 12, 17), [(Quarter(2026, 4), Stage.TWO_WEEKS)]),
        (date(2026, 12, 30), [(Quarter(2026, 4), Stage.TWO_WEEKS)]),
        (date(2026, 12, 31), [(Quarter(2026, 4), Stage.LAST_WEEKDAY)]),
        (date(2027, 1, 1), []),
        (date(2027, 1, 9), []),
        (date(2027, 1, 10), [(Quarter(2026, 4), Stage.AFTERWARDS)]),
        (date(2027, 1, 30), [(Quarter(2026, 4), Stage.AFTERWARDS)]),
        (date(2027, 1, 31), []),
        (date(2028, 12, 29), [(Quarter(2028, 4), Stage.LAST_WEEKDAY)]),
        (date(2028, 12, 31), [(Quarter(2028, 4), Stage.LAST_WEEKDAY)]),  # the hub was down on Friday
    ],
)
def test_the_occasions_that_are_due_on_a_day(today: date, due: list[tuple[Quarter, Stage]]) -> None:
    assert [(occasion.quarter, occasion.stage) for occasion in occasions_on(today)] == due


@given(DAYS)
def test_each_occasion_has_its_days_and_no_two_share_one(day: date) -> None:
    assert len(occasions_on(day)) <= 1
    first, second, third = occasions_of(Quarter.of(day))
    end = Quarter.of(day).last_day
    assert first.first == end - timedelta(days=14)
    assert first.first <= first.last < second.first <= end < third.first
    assert second.first.weekday() < 5
    assert third.first == end + timedelta(days=10)
    assert all(occasion.last >= day for occasion in next_occasions(day))
    assert next_occasions(day)


def test_who_is_reminded() -> None:
    gap = Membership(
        (
            Period(OrganizationKind.MEMBER, date(2020, 1, 1), date(2026, 11, 30)),
            Period(OrganizationKind.BFF, date(2026, 12, 20)),
        )
    )
    reminded = {standing for standing in Standing if needs_reminder(standing, gap, date(2026, 11, 30))}
    assert reminded == {Standing.SILENT, Standing.DOWNLOADED}
    assert not any(needs_reminder(standing, gap, date(2026, 12, 19)) for standing in Standing), "not while it is away"
    assert needs_reminder(Standing.SILENT, gap, date(2026, 12, 20))
    assert Stage.NUDGE not in {occasion.stage for occasion in occasions_of(Quarter(2026, 4))}

"""Periods of membership: joining, leaving, coming back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.members.rules.membership import Membership, Period, in_order, objection_to_periods
from hub.members.rules.organizations import OrganizationKind

MEMBER, BFF, HOST = OrganizationKind.MEMBER, OrganizationKind.BFF, OrganizationKind.HOST
FIRST = Period(MEMBER, date(2020, 3, 1), date(2021, 6, 30), "It merged with another one.")
BACK = Period(BFF, date(2024, 1, 1))
RETURNED = Membership((FIRST, BACK))


@pytest.mark.parametrize(
    ("day", "is_in", "kind"),
    [
        (date(2020, 2, 29), False, MEMBER),
        (date(2020, 3, 1), True, MEMBER),
        (date(2021, 6, 30), True, MEMBER),  # its last day
        (date(2021, 7, 1), False, MEMBER),
        (date(2023, 12, 31), False, MEMBER),
        (date(2024, 1, 1), True, BFF),
        (date(2030, 1, 1), True, BFF),
    ],
)
def test_an_organization_that_came_back_belongs_in_both_periods(day: date, is_in: bool, kind: OrganizationKind) -> None:
    assert RETURNED.includes(day) == is_in
    assert RETURNED.kind_on(day) is kind


def test_a_membership_keeps_its_first_day_its_last_day_and_its_present_kind() -> None:
    assert (RETURNED.first_day, RETURNED.last_day, RETURNED.kind) == (date(2020, 3, 1), None, BFF)
    assert Membership((FIRST,)).last_day == date(2021, 6, 30)


def test_an_organization_has_left_when_its_last_day_is_over() -> None:
    left = Membership((FIRST,))
    assert not left.has_left(date(2021, 6, 30))
    assert left.has_left(date(2021, 7, 1))
    assert not RETURNED.has_left(date(2022, 1, 1)), "it comes back"


def test_a_span_overlaps_a_membership_by_a_single_day() -> None:
    assert RETURNED.overlaps(date(2021, 6, 30), date(2022, 1, 1))
    assert not RETURNED.overlaps(date(2021, 7, 1), date(2023, 12, 31))
    assert RETURNED.overlaps(date(2021, 7, 1), date(2024, 1, 1))


def test_the_part_since_a_day_begins_with_that_day() -> None:
    assert RETURNED.since(date(2021, 6, 30)) == (
        Period(MEMBER, date(2021, 6, 30), date(2021, 6, 30), FIRST.reason),
        BACK,
    )
    assert RETURNED.since(date(2021, 7, 1)) == (BACK,)
    assert RETURNED.since(date(2025, 1, 1)) == (Period(BFF, date(2025, 1, 1)),)


def test_the_nearest_day_of_membership() -> None:
    assert RETURNED.nearest(date(2020, 5, 5)) == date(2020, 5, 5)
    assert RETURNED.nearest(date(2019, 1, 1)) == date(2020, 3, 1)
    assert RETURNED.nearest(date(2022, 1, 1)) == date(2024, 1, 1)
    assert Membership((FIRST,)).nearest(date(2022, 1, 1)) == date(2021, 6, 30)


@pytest.mark.parametrize(
    ("periods", "says"),
    [
        ([], "Enter the date it joined"),
        ([Period(MEMBER, date(2026, 1, 2), date(2026, 1, 1))], "before the date it joined"),
        ([Period(MEMBER, date(2020, 1, 1)), BACK], "Enter the last day of the earlier one"),
        ([FIRST, Period(MEMBER, date(2021, 6, 30))], "Two periods overlap"),
        ([Period(HOST, date(2020, 1, 1), date(2021, 1, 1)), Period(HOST, date(2022, 1, 1))], "The host doesn’t leave"),
    ],
)
def test_periods_that_cannot_be_are_refused_with_what_to_correct(periods: list[Period], says: str) -> None:
    assert says in str(objection_to_periods(periods))


def test_a_period_may_begin_the_day_after_the_last_one_ended() -> None:
    assert objection_to_periods([FIRST, Period(BFF, date(2021, 7, 1))]) is None


DAYS = st.dates(date(2020, 1, 1), date(2022, 12, 31))


@given(st.lists(DAYS, min_size=1, max_size=7, unique=True), DAYS, DAYS)
def test_counting_days_one_by_one_gives_what_the_rules_say(ends: list[date], first: date, last: date) -> None:
    days = sorted(ends)
    pairs = [(days[n], days[n + 1] if n + 1 < len(days) else None) for n in range(0, len(days), 2)]
    membership = Membership(in_order(Period(MEMBER, joined, left) for joined, left in pairs))
    assert objection_to_periods(membership.periods) is None
    first, last = min(first, last), max(first, last)
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    inside = {day for day in span if any(joined <= day <= (left or day) for joined, left in pairs)}
    assert {day for day in span if membership.includes(day)} == inside
    assert membership.overlaps(first, last) == bool(inside)
    later = membership.since(first)
    assert {day for day in span if any(period.includes(day) for period in later)} == inside
    assert all(period.joined_on >= first for period in later)

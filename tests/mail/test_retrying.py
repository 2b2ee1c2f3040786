"""When the hub tries again to send an email, and when it gives up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail.rules import GIVE_UP_AFTER, next_try

SINCE = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, 1), (1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 240), (8, 240), (99, 240)]
)
def test_the_pauses_between_tries_grow_to_four_hours(tries: int, minutes: int) -> None:
    assert next_try(tries, SINCE, SINCE) == SINCE + timedelta(minutes=minutes)


def test_the_last_try_is_at_the_latest_four_days_after_the_first_and_then_the_hub_gives_up() -> None:
    last = SINCE + timedelta(days=4)
    assert next_try(9, SINCE, last - timedelta(hours=4)) == last
    assert next_try(9, SINCE, last - timedelta(hours=4) + timedelta(seconds=1)) is None
    assert next_try(1, SINCE, last) is None


def test_a_message_that_waited_for_its_day_has_four_days_from_then() -> None:
    posted = SINCE - timedelta(days=30)
    assert next_try(1, SINCE, SINCE) is not None
    assert next_try(1, posted, SINCE) is None


@given(st.integers(0, 50), st.timedeltas(timedelta(0), timedelta(days=10)))
def test_every_try_is_later_and_within_the_days(tries: int, waited: timedelta) -> None:
    now = SINCE + waited
    next_at = next_try(tries, SINCE, now)
    if next_at is None:
        assert waited > GIVE_UP_AFTER - timedelta(hours=4)
    else:
        assert now < next_at <= SINCE + GIVE_UP_AFTER

"""When the next Monday call is."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.calls.rules import next_call

EASTERN = ZoneInfo("America/New_York")
HALF_PAST_ELEVEN = time(11, 30)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23T11:29", "2026-11-23T11:30"),
        ("2026-11-23T11:59", "2026-11-23T11:30"),  # it is going on
        ("2026-11-23T12:00", "2026-11-30T11:30"),
        ("2026-11-24T00:00", "2026-11-30T11:30"),
        ("2026-10-30T09:00", "2026-11-02T11:30"),  # across the end of daylight time
        ("2026-12-31T23:59", "2027-01-04T11:30"),
    ],
)
def test_the_next_call_is_the_monday_that_has_not_ended(now: str, expected: str) -> None:
    found = next_call(datetime.fromisoformat(now).replace(tzinfo=EASTERN), HALF_PAST_ELEVEN, EASTERN)
    assert found.isoformat(timespec="minutes")[:16] == expected


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_it_is_always_a_monday_at_half_past_eleven_within_a_week(now: datetime) -> None:
    found = next_call(now.replace(tzinfo=UTC), HALF_PAST_ELEVEN, EASTERN)
    assert (found.weekday(), found.time()) == (0, HALF_PAST_ELEVEN)
    assert timedelta(minutes=-31) < found - now.replace(tzinfo=UTC) < timedelta(days=7, hours=2)

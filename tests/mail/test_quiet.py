"""Quiet hours over midnight, across clock changes, and in every time zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail.rules import Quiet

NEW_YORK, SYDNEY = "America/New_York", "Australia/Sydney"
NIGHT = Quiet(time(20), time(7), NEW_YORK)


def at(text: str, zone: str = NEW_YORK, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-11-24 12:00", "2026-11-24 12:00"),
        ("2026-11-24 20:00", "2026-11-25 07:00"),
        ("2026-11-25 06:59", "2026-11-25 07:00"),
        ("2026-11-25 07:00", "2026-11-25 07:00"),
        ("2026-12-31 23:30", "2027-01-01 07:00"),
        ("2026-10-31 23:00", "2026-11-01 07:00"),  # clocks are set back in between: nine hours
        ("2026-03-07 23:00", "2026-03-08 07:00"),  # and forward: seven hours
    ],
)
def test_mail_waits_until_quiet_hours_end(moment: str, end: str) -> None:
    assert NIGHT.next_allowed(at(moment)) == at(end)


def test_quiet_hours_that_end_in_a_skipped_hour_end_at_the_clock_change() -> None:
    assert Quiet(time(20), time(2, 30), NEW_YORK).next_allowed(at("2026-03-08 01:00")) == at("2026-03-08 03:00")


def test_quiet_hours_that_end_in_a_repeated_hour_end_twice() -> None:
    quiet = Quiet(time(20), time(1, 30), NEW_YORK)
    assert quiet.next_allowed(at("2026-11-01 01:10")) == at("2026-11-01 01:30")
    assert quiet.next_allowed(at("2026-11-01 01:10", fold=1)) == at("2026-11-01 01:30", fold=1)


def test_quiet_hours_follow_the_clocks_of_their_zone() -> None:
    moment = at("2026-11-24 12:00")
    assert NIGHT.next_allowed(moment) == moment
    assert Quiet(time(20), time(7), SYDNEY).next_allowed(moment) == at("2026-11-25 07:00", SYDNEY)


def test_the_same_start_and_end_means_no_quiet_hours() -> None:
    assert not Quiet(time(7), time(7), NEW_YORK).covers(at("2026-11-24 07:00"))


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.times(),
    st.times(),
    st.sampled_from([NEW_YORK, SYDNEY, "Europe/London", "Asia/Kathmandu", "UTC", "Australia/Lord_Howe"]),
)
def test_the_end_of_quiet_hours_is_never_quiet_early_or_days_late(
    moment: datetime, begins: time, ends: time, zone: str
) -> None:
    quiet = Quiet(begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0), zone)
    end = quiet.next_allowed(moment)
    assert end >= moment
    assert not quiet.covers(end)
    assert end - moment <= timedelta(hours=26)
    assert end == moment or quiet.covers(end - timedelta(seconds=1))
    assert Quiet.parse(str(quiet)) == quiet

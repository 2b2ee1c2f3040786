"""The rules of backups: which are kept, when the next is due, what a manifest says."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Refused
from hub.operations.rules import backups as backups_rules
from hub.operations.rules.backups import Keep, LastBackups, Manifest

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
COUNTS = st.integers(0, 12)


def named(*moments: datetime) -> list[str]:
    return [backups_rules.name_of(moment) for moment in moments]


def test_a_daily_backup_is_thinned_out_to_days_weeks_and_months() -> None:
    daily = named(*(NOW - timedelta(days=days) for days in range(400)))
    kept = sorted(backups_rules.kept(daily, Keep.parse("7d,4w,12m"), NEW_YORK), reverse=True)
    days = [backups_rules.made_at_of(name).date().isoformat() for name in kept]
    assert days[:7] == [f"2026-11-{day}" for day in range(27, 20, -1)]
    assert days[7:9] == ["2026-11-15", "2026-11-08"]  # the Sundays that end the third and fourth week
    assert days[9:12] == ["2026-10-31", "2026-09-30", "2026-08-31"]
    assert days[-1] == "2025-12-31"
    assert len(days) == 7 + 2 + 11


@given(st.lists(MOMENTS, min_size=1, max_size=60), COUNTS, COUNTS, COUNTS)
def test_the_newest_is_always_kept_and_pruning_again_drops_nothing(
    moments: list[datetime], days: int, weeks: int, months: int
) -> None:
    keep, names = Keep(days, weeks, months), named(*moments)
    kept = backups_rules.kept(names, keep, NEW_YORK)
    assert max(names) in kept
    assert len(kept) <= max(1, days + weeks + months)
    assert backups_rules.kept(kept, keep, NEW_YORK) == kept


@given(MOMENTS, MOMENTS)
def test_names_sort_by_time_and_give_the_time_back(first: datetime, second: datetime) -> None:
    assert (first < second) == (backups_rules.name_of(first) < backups_rules.name_of(second))
    assert backups_rules.made_at_of(backups_rules.name_of(first)) == first


@pytest.mark.parametrize("text", ["", "7", "7x", "d7", "7d,", "0d", "7d 4w", "1d,2d", "-1d", "7d,4w,12m,3y"])
def test_what_to_keep_is_checked(text: str) -> None:
    with pytest.raises(ValueError, match="7d,4w,12m"):
        Keep.parse(text)


def test_what_to_keep_may_have_any_order() -> None:
    assert Keep.parse("12m, 7d") == Keep(days=7, months=12)


def test_a_backup_is_due_once_a_day_at_its_time_in_the_hubs_zone() -> None:
    at = time(2, 30)
    slot = backups_rules.last_slot(NOW, at, NEW_YORK)
    assert slot == datetime(2026, 11, 27, 7, 30, tzinfo=UTC)
    assert backups_rules.last_slot(slot - timedelta(seconds=1), at, NEW_YORK) == slot - timedelta(days=1)
    assert LastBackups().is_due(NOW, slot)
    assert not LastBackups(slot, "", slot).is_due(NOW, slot)
    assert LastBackups(slot - timedelta(hours=1), "", slot - timedelta(hours=1)).is_due(NOW, slot)


def test_a_failed_backup_is_tried_again_after_an_hour() -> None:
    slot = backups_rules.last_slot(NOW, time(2, 30), NEW_YORK)
    failed = LastBackups(NOW - timedelta(minutes=59), "", slot - timedelta(days=1), "The disk is full.")
    assert not failed.is_due(NOW, slot)
    assert failed.is_due(NOW + timedelta(minutes=1), slot)


@given(st.none() | MOMENTS, st.none() | MOMENTS, st.text())
def test_the_record_of_backups_is_stored_as_text(tried: datetime | None, good: datetime | None, words: str) -> None:
    record = LastBackups(tried, words, good, words)
    assert LastBackups.parse(record.as_json()) == record


def test_a_manifest_of_a_newer_format_asks_for_a_newer_hub() -> None:
    newer = Manifest("2026-11-27T12:00:00+00:00", "9.0", "2099_01_01_later", "a", {"a": 1}, format=2)
    with pytest.raises(Refused, match="newer version"):
        Manifest.parse(newer.as_json())


def test_names_of_encrypted_objects_depend_on_key_and_recipients() -> None:
    keys = {backups_rules.names_key(key, to) for key in ("one", "two") for to in (["a"], ["b"], ["a", "b"])}
    assert len(keys) == 6
    assert backups_rules.names_key("one", []) == ""
    assert backups_rules.names_key("one", ["a", "b"]) == backups_rules.names_key("one", ["b", "a"])

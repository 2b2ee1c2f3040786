"""The worker makes the daily backup, keeps what the setting says, and tells the coordinators of failures."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.core import heartbeats
from hub.core.db import Database
from hub.library.files import originals
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind
from hub.operations.actions import backing_up as backing_up_actions
from hub.operations.queries import backups as backups_queries
from hub.operations.rules import backups as backups_rules
from hub.operations.rules.backups import Keep, LastBackups
from hub.operations.store.target import Target
from tests.operations.places import files_of, place, restored
from tests.world import FrozenClock, an_organization


def letters(database: Database) -> list[OutboxMessage]:
    with database.reading() as db:
        return list(db.scalars(select(OutboxMessage).where(OutboxMessage.kind == LetterKind.BACKUP)))


def last(database: Database) -> LastBackups:
    with database.reading() as db:
        return backups_queries.last_backups(db)


@pytest.fixture
def daily(small: Database, target: Target, frozen_clock: FrozenClock) -> Database:
    """A hub with daily backups at 2:30 a.m.; it is Friday noon."""
    frozen_clock.at = datetime(2026, 11, 27, 17, tzinfo=UTC)
    small.config = replace(small.config, BACKUP_TO=str(target.folder), BACKUP_KEEP="2d")
    return small


@pytest.mark.both_databases
def test_the_worker_backs_up_once_a_day_and_deletes_old_backups(
    daily: Database, target: Target, frozen_clock: FrozenClock
) -> None:
    assert [backing_up_actions.catch_up(daily) for _ in range(2)] == [1, 0]
    assert last(daily).good_at == frozen_clock.at
    frozen_clock.advance(hours=14)  # 2 a.m. in New York
    assert backing_up_actions.catch_up(daily) == 0
    for _ in range(3):
        frozen_clock.advance(hours=24)
        assert [backing_up_actions.catch_up(daily) for _ in range(2)] == [1, 0]
    days = [backups_rules.made_at_of(name).day for name in target.names()]
    assert days == [30, 1]
    assert letters(daily) == []


def test_without_a_folder_there_are_no_daily_backups(small: Database) -> None:
    assert backing_up_actions.catch_up(small) == 0
    assert last(small) == LastBackups()


def test_a_failure_is_recorded_mailed_once_a_day_and_tried_again(
    daily: Database, target: Target, frozen_clock: FrozenClock
) -> None:
    target.folder.write_text("in the way")
    for _ in range(3):
        assert backing_up_actions.catch_up(daily) == 1
        assert backing_up_actions.catch_up(daily) == 0
        frozen_clock.advance(hours=1)
    [letter] = letters(daily)
    assert "is not a folder" in letter.text
    assert "There is no backup yet." in letter.text
    assert "is not a folder" in last(daily).problem
    target.folder.unlink()
    assert backing_up_actions.catch_up(daily) == 1
    assert last(daily) == LastBackups(frozen_clock.at, "", frozen_clock.at, "")


def test_an_incomplete_backup_is_mailed_too(daily: Database) -> None:
    next(originals.all_stored(daily.config)).unlink()
    assert backing_up_actions.catch_up(daily) == 1
    assert "lacks 1 file" in letters(daily)[0].text
    assert last(daily).good_at is not None


def test_an_unexpected_error_is_recorded_and_left_to_the_log(daily: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "publish", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backing_up_actions.catch_up(daily)
    assert "unexpected error" in last(daily).problem
    assert last(daily).tried_by == ""


def test_a_backup_whose_worker_was_killed_is_made_by_the_next_one(
    daily: Database, target: Target, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Target, "publish", killed)
        patch.setattr(backing_up_actions, "_tell", lambda *_: None)  # a killed process does nothing more
        with pytest.raises(SystemExit):
            backing_up_actions.catch_up(daily)
    assert backing_up_actions.catch_up(daily) == 0
    monkeypatch.setattr(heartbeats, "is_known_dead", lambda name: name == last(daily).tried_by)
    assert backing_up_actions.catch_up(daily) == 1
    assert len(target.names()) == 1


def test_old_backups_go_with_the_objects_that_no_other_uses(
    small: Database, target: Target, tmp_path: Path, frozen_clock: FrozenClock
) -> None:
    backing_up_actions.back_up(small, target)
    frozen_clock.advance(days=1)
    with small.writing() as db:
        an_organization(db, "Prairie Works")
    made = backing_up_actions.back_up(small, target, keep=Keep(days=1))
    assert (made.dropped, target.names()) == (1, [made.name])
    stored = {path.name for path in (target.folder / "store").glob("??/*")}
    assert stored == set(target.manifest(made.name).objects)
    with closing(Database(place(tmp_path / "restored"))) as database:
        restored(database.config, target)
        assert files_of(database.config) == files_of(small.config)


def test_nothing_is_deleted_while_a_manifest_cannot_be_read(
    small: Database, target: Target, frozen_clock: FrozenClock
) -> None:
    """It may use any object."""
    first = backing_up_actions.back_up(small, target)
    (target.folder / "backups" / f"{first.name}.json").write_text("{")
    frozen_clock.advance(days=1)
    before = {path.name for path in (target.folder / "store").glob("??/*")}
    made = backing_up_actions.back_up(small, target, keep=Keep(days=1))
    assert (made.dropped, made.new_objects) == (0, 0)
    assert "older ones weren’t deleted" in made.problem
    assert before <= {path.name for path in (target.folder / "store").glob("??/*")}

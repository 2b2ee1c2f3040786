"""A restore verifies everything before it replaces anything, and moves the old hub aside."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text

from config import Config
from hub.core import clock, heartbeats, in_use
from hub.core.db import Database
from hub.core.errors import Refused
from hub.library.files import originals
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.models import Organization
from hub.migrations import schema
from hub.operations.actions import backing_up as backing_up_actions
from hub.operations.actions import restoring as restoring_actions
from hub.operations.store import staging, swap
from hub.operations.store.target import Target
from tests import postgres
from tests.operations.places import files_of, place, restored, rows_in, rows_of
from tests.world import an_organization


def a_hub_in(config: Config) -> None:
    """Put a hub with one organization and one file into a place."""
    with closing(Database(config)) as database:
        schema.upgrade(database)
        with database.writing() as db:
            an_organization(db, "The old hub")
    (config.UPLOADS / "files" / "aa" / "bb").mkdir(parents=True)
    (config.UPLOADS / "files" / "aa" / "bb" / "old").write_bytes(b"old")


def names_in(config: Config) -> list[str]:
    with closing(Database(config)) as database, database.reading() as db:
        return list(db.scalars(select(Organization.name).order_by(Organization.name)))


def test_a_hub_that_is_there_is_replaced_only_on_request_and_moved_aside(
    small: Database, target: Target, elsewhere: Config
) -> None:
    backing_up_actions.back_up(small, target)
    a_hub_in(elsewhere)
    with pytest.raises(Refused, match="--replace"):
        restored(elsewhere, target)
    assert names_in(elsewhere) == ["The old hub"]
    [aside, uploads_aside] = restored(elsewhere, target, replaces=True, sends_mail=True).aside
    assert rows_in(elsewhere) == rows_of(small)
    assert files_of(elsewhere) == files_of(small.config)
    assert (Path(uploads_aside) / "files" / "aa" / "bb" / "old").read_bytes() == b"old"
    assert names_in(place(Path(aside), DATABASE_URL=f"sqlite:///{aside}/hub.sqlite3")) == ["The old hub"]
    assert not list(elsewhere.INSTANCE.glob("restoring*"))
    assert not (elsewhere.UPLOADS / "restoring").exists()


def test_the_journal_of_a_crashed_hub_is_moved_aside_and_never_replayed(
    small: Database, target: Target, elsewhere: Config
) -> None:
    """With the old -wal next to it, the restored database would be malformed."""
    backing_up_actions.back_up(small, target)
    path = elsewhere.INSTANCE / "hub.sqlite3"
    a_hub_in(elsewhere)
    with closing(sqlite3.connect(path)) as crashed:
        crashed.execute("PRAGMA journal_mode=WAL")
        crashed.execute("PRAGMA wal_autocheckpoint=0")
        crashed.execute("UPDATE organization SET name = 'In the journal'")
        crashed.commit()
        left = {
            name: path.with_name(name).read_bytes() for name in ("hub.sqlite3", "hub.sqlite3-wal", "hub.sqlite3-shm")
        }
    for name, content in left.items():
        path.with_name(name).write_bytes(content)
    [aside, _uploads] = restored(elsewhere, target, replaces=True, sends_mail=True).aside
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert rows_in(elsewhere) == rows_of(small)
    assert names_in(place(Path(aside), DATABASE_URL=f"sqlite:///{aside}/hub.sqlite3")) == ["In the journal"]


def object_with(target: Target, choose: Callable[[restoring_actions.Source], str]) -> Path:
    source = restoring_actions.opened(target)
    return target.path_of(source.object_name(choose(source)))


PARTS: dict[str, Callable[[restoring_actions.Source], str]] = {
    "rows": lambda source: str(
        next(each for each in source.contents["tables"] if each["name"] == "person")["chunks"][0]
    ),
    "file": lambda source: source.files()[0],
    "key": lambda source: str(source.contents["instance"]["secret-key"]),
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_damaged_backup_is_refused_and_leaves_the_old_hub_as_it_was(
    small: Database, target: Target, elsewhere: Config, tmp_path: Path, part: str, damage: str
) -> None:
    backing_up_actions.back_up(small, target)
    a_hub_in(elsewhere)
    before = rows_in(elsewhere), files_of(elsewhere), place(tmp_path / "elsewhere").SECRET_KEY
    path = object_with(target, PARTS[part])
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:-1] + (bytes([content[-1] ^ 1]) if damage == "changed" else b""))
    with pytest.raises(Refused, match="incomplete or damaged"):
        restored(elsewhere, target, replaces=True)
    with pytest.raises(Refused, match="incomplete or damaged"):
        restoring_actions.check(restoring_actions.opened(target), tmp_path)
    assert (rows_in(elsewhere), files_of(elsewhere), place(tmp_path / "elsewhere").SECRET_KEY) == before
    assert not list(elsewhere.INSTANCE.glob("*restor*"))


@pytest.mark.parametrize("change", [b"", b"{}", b"nonsense", b"\xff\xfe"])
def test_a_damaged_manifest_is_refused(small: Database, target: Target, elsewhere: Config, change: bytes) -> None:
    made = backing_up_actions.back_up(small, target)
    path = target.folder / "backups" / f"{made.name}.json"
    path.write_bytes(change or path.read_bytes().replace(b'"schema": "2', b'"schema": "3'))
    with pytest.raises(Refused, match="manifest of this backup is damaged"):
        restored(elsewhere, target)


def test_a_backup_with_a_schema_from_the_future_is_refused(small: Database, target: Target, elsewhere: Config) -> None:
    with small.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '2099_01_01_later'"))
    backing_up_actions.back_up(small, target)
    with pytest.raises(Refused, match="Install that version or a newer one"):
        restored(elsewhere, target)


@pytest.mark.both_databases
def test_a_backup_of_an_earlier_schema_is_migrated(small: Database, target: Target, elsewhere: Config) -> None:
    alembic = schema._alembic()
    with small.engine.execution_options(hub_begin="IMMEDIATE").begin() as connection:
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, "2026_11_24_stopped_through")
    try:
        backing_up_actions.back_up(small, target)
    finally:
        schema.upgrade(small)  # on PostgreSQL, later tests get the same database
    restored(elsewhere, target)
    with closing(Database(elsewhere)) as database:
        assert schema.is_current(database)
    assert names_in(elsewhere) == ["Host", "Lakeshore"]


def test_a_running_hub_is_not_replaced(small: Database, target: Target, elsewhere: Config) -> None:
    backing_up_actions.back_up(small, target)
    with in_use.serving(elsewhere), pytest.raises(Refused, match="The hub is running"):
        restored(elsewhere, target, replaces=True)
    with in_use.stopped(elsewhere), pytest.raises(Refused, match="A restore is in progress"), in_use.serving(elsewhere):
        pass


@pytest.mark.postgresql
def test_a_postgresql_hub_is_kept_in_another_schema_and_workers_elsewhere_are_noticed(
    postgresql: str, small: Database, target: Target, tmp_path: Path
) -> None:
    backing_up_actions.back_up(small, target)
    postgres.create(postgresql, "replaced", template="pattern")
    config = place(tmp_path / "replaced", DATABASE_URL=postgresql.format(name="replaced"))
    with closing(Database(config)) as database, database.writing() as db:
        an_organization(db, "The old hub")
    with pytest.raises(Refused, match="--replace"):
        restored(config, target)
    with closing(Database(config)) as database, database.writing() as db:
        heartbeats.record_heartbeat(db, "elsewhere/12")
    with pytest.raises(Refused, match="another machine"):
        restored(config, target, replaces=True)
    with closing(Database(config)) as database, database.writing() as db:
        db.execute(text("UPDATE worker_pulse SET at = at - interval '1 hour'"))
    aside = restored(config, target, replaces=True, sends_mail=True).aside
    old = aside[-1].removeprefix("the schema ")
    with closing(Database(config)) as database, database.reading() as db:
        assert db.scalars(text(f"SELECT name FROM {old}.organization")).all() == ["The old hub"]
        assert schema.is_current(database)
    assert rows_in(config) == rows_of(small)


def test_email_that_was_waiting_is_not_sent_twice(small: Database, target: Target, elsewhere: Config) -> None:
    backing_up_actions.back_up(small, target)
    assert any("1 email was waiting" in note for note in restored(elsewhere, target).notes)
    with closing(Database(elsewhere)) as database, database.reading() as db:
        [message] = db.scalars(select(OutboxMessage)).all()
    assert (message.state, message.lease_token) == (State.UNKNOWN, None)
    assert "restored from a backup" in message.trouble


def test_an_unexpected_file_in_a_backup_is_refused(small: Database, target: Target, elsewhere: Config) -> None:
    backing_up_actions.back_up(small, target)
    source = restoring_actions.opened(target)
    contents: dict[str, Any] = json.loads(json.dumps(source.contents))
    contents["instance"] = {"../../evil-key": contents["instance"]["secret-key"]}
    forged = restoring_actions.Source(target, source.name, source.manifest, contents, None)
    with pytest.raises(Refused, match="unexpected file"):
        restoring_actions.restore(elsewhere, forged, restoring_actions.Migrations(schema.upgrade, schema.knows))
    assert not (elsewhere.INSTANCE.parent / "evil-key").exists()


def test_a_swap_that_is_cut_off_anywhere_is_finished_by_the_next_restore(
    small: Database, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backing_up_actions.back_up(small, target)
    moves = 0
    for cut in range(20):
        config = place(tmp_path / f"cut-{cut}")
        a_hub_in(config)
        if not _is_cut_off(config, target, cut, monkeypatch):
            break
        moves += 1
        with pytest.raises(Refused, match="A restore was cut off"):
            in_use.refuse_half_restored(config)
        plan = swap.pending(config)
        assert plan is not None
        staging.finish(config, plan)
        in_use.refuse_half_restored(config)
        assert rows_in(config, "outbox_message") == rows_of(small, "outbox_message")
        assert files_of(config) == files_of(small.config)
        [aside] = config.INSTANCE.glob("before-restore-*")
        assert names_in(place(aside, DATABASE_URL=f"sqlite:///{aside}/hub.sqlite3")) == ["The old hub"]
    assert moves >= 7


def _is_cut_off(config: Config, target: Target, after: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Restore, but end after some renames of the swap; return False if there are fewer."""
    count = 0
    rename = Path.rename

    def counted(self: Path, new: Path) -> Path:
        nonlocal count
        if count == after:
            raise KeyboardInterrupt
        count += 1
        return rename(self, new)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", counted)
        try:
            restored(config, target, replaces=True)
        except KeyboardInterrupt:
            return True
    return False


def test_workers_whose_last_heartbeat_is_old_do_not_block_a_restore(
    small: Database, target: Target, elsewhere: Config
) -> None:
    """A backup has no heartbeats: the restored hub doesn't seem to run."""
    with small.writing() as db:
        heartbeats.record_heartbeat(db, "elsewhere/12")
    backing_up_actions.back_up(small, target)
    restored(elsewhere, target)
    with closing(Database(elsewhere)) as database, database.reading() as db:
        assert heartbeats.last_heartbeat(db) is None


def test_restored_files_survive_the_daily_sweep(small: Database, target: Target, elsewhere: Config) -> None:
    """They are in use, and the files of a hub that lost its rows would be old enough to be swept."""
    backing_up_actions.back_up(small, target)
    restored(elsewhere, target)
    [path] = originals.all_stored(elsewhere)
    assert path.stat().st_mtime > (clock.now() - timedelta(hours=1)).timestamp()

"""A backup is restored into another place, also into the other kind of database, with everything that was in it."""

import os
import stat
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import select

from config import Config
from hub.core import clock, in_use
from hub.core.db import Database
from hub.core.errors import Refused
from hub.core.secret_keys import OLD_KEYS, OldKey, as_file
from hub.library.files import originals
from hub.members.models import Organization
from hub.operations.actions import backing_up as backing_up_actions
from hub.operations.store.staging import SETTINGS
from hub.operations.store.target import Target
from hub.outreach import spool
from tests.operations.places import files_of, place, restored, rows_in, rows_of, without_table
from tests.world import an_organization

BOTH = pytest.mark.parametrize(
    "other_place", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@BOTH
@pytest.mark.both_databases
def test_every_row_and_file_is_restored_into_either_kind_of_database(
    demo: Database, other_place: Config, target: Target
) -> None:
    made = backing_up_actions.back_up(demo, target)
    result = restored(other_place, target, sends_mail=True)
    assert (result.rows, result.files, made.missing) == (made.rows, made.files, [])
    assert rows_in(other_place) == rows_of(demo)
    assert files_of(other_place) == files_of(demo.config)
    with closing(Database(other_place)) as database, database.writing() as db:
        an_organization(db, "Added after the restore")  # the numbers of new rows continue


def test_keys_and_mail_in_files_are_restored_and_readable_only_by_their_owner(
    small: Database, target: Target, elsewhere: Config
) -> None:
    backing_up_actions.back_up(small, target)
    restored(elsewhere, target)
    keys = {name: (elsewhere.INSTANCE / name).read_text() for name in backing_up_actions.KEYS}
    assert keys == {"secret-key": small.config.SECRET_KEY, "unsubscribe-key": small.config.UNSUBSCRIBE_KEY}
    assert (elsewhere.INSTANCE / "mail" / "7.eml").read_bytes().endswith(b"kept")
    [arrived] = spool.queued_files(elsewhere)
    with spool.locked(arrived) as queued:
        assert queued is not None
        assert (queued.recipients, queued.raw) == (("log@hub.example",), b"copied")
    for path in (*target.folder.rglob("*"), *elsewhere.INSTANCE.rglob("*key*"), *originals.all_stored(elsewhere)):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0 or path.name in {"README.txt", "lock"}, path


def test_former_keys_from_the_environment_and_the_folder_still_work_after_a_restore(
    small: Database, target: Target, elsewhere: Config, tmp_path: Path
) -> None:
    listed, replaced = "a-former-key-in-a-setting", OldKey(clock.now() - timedelta(days=3), "a former key in a file")
    small.config = replace(small.config, SECRET_KEYS_OLD=listed, replaced_keys=(replaced,))
    (small.config.INSTANCE / OLD_KEYS).write_text(as_file([replaced]))
    backing_up_actions.back_up(small, target)
    assert backing_up_actions.back_up(small, target).new_objects == 0
    restored(elsewhere, target)
    assert place(tmp_path / "elsewhere").secret_keys == small.config.secret_keys
    assert f"{replaced}\n" in (elsewhere.INSTANCE / OLD_KEYS).read_text()


def test_a_second_backup_of_an_unchanged_hub_stores_nothing_new(small: Database, target: Target) -> None:
    first = backing_up_actions.back_up(small, target)
    second = backing_up_actions.back_up(small, target)
    assert first.new_objects > 10
    assert (second.new_objects, second.new_bytes, second.files) == (0, 0, first.files)
    assert target.names() == [first.name, second.name]


def test_a_backup_stores_only_what_changed(small: Database, target: Target) -> None:
    backing_up_actions.back_up(small, target)
    with small.writing() as db:
        an_organization(db, "Prairie Works")
    assert (
        backing_up_actions.back_up(small, target).new_objects == 3
    )  # organizations, periods of membership, and the list


def test_a_backup_that_was_cut_off_is_ignored_and_the_next_one_reuses_its_objects(
    small: Database, target: Target, elsewhere: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Target, "publish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            backing_up_actions.back_up(small, target)
    (target.folder / "unfinished" / "half").write_bytes(b"half of a file")
    with pytest.raises(Refused, match="no complete backup"):
        restored(elsewhere, target)
    assert backing_up_actions.back_up(small, target).new_objects == 0
    assert list((target.folder / "unfinished").iterdir()) == []
    restored(elsewhere, target, sends_mail=True)
    assert rows_in(elsewhere) == rows_of(small)


@pytest.mark.both_databases
def test_what_is_written_while_a_backup_runs_is_in_the_next_one(
    small: Database, target: Target, elsewhere: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables that are read later don't have what was written meanwhile either."""
    before = rows_of(small)
    put = Target.put

    def put_and_write(self: Target, *args: object) -> int:
        monkeypatch.setattr(Target, "put", put)
        with small.writing() as db:
            an_organization(db, "Added meanwhile")
        return put(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Target, "put", put_and_write)
    (spool.queued_files(small.config)[0]).unlink()  # so that the first object is of the database
    backing_up_actions.back_up(small, target)
    restored(elsewhere, target, sends_mail=True)
    assert rows_in(elsewhere) == before
    with small.reading() as db:
        assert "Added meanwhile" in db.scalars(select(Organization.name)).all()


def test_a_file_that_the_hub_has_lost_is_reported_and_the_rest_is_backed_up(
    small: Database, target: Target, elsewhere: Config
) -> None:
    [path] = originals.all_stored(small.config)
    path.write_bytes(b"damaged")
    made = backing_up_actions.back_up(small, target)
    assert made.missing == [path.name]
    assert "lacks 1 file" in made.problem
    assert any(path.name in note for note in restored(elsewhere, target).notes)


def test_an_infected_file_is_restored_apart_from_the_others(small: Database, target: Target, elsewhere: Config) -> None:
    [path] = originals.all_stored(small.config)
    originals.quarantine(small.config, path.name)
    assert backing_up_actions.back_up(small, target).missing == []
    restored(elsewhere, target)
    assert list(originals.all_stored(elsewhere)) == []
    assert originals.quarantine_of(elsewhere, path.name).read_bytes() == b"evidence of a hub"


def test_an_encrypted_backup_shows_nothing_and_opens_only_with_its_key(
    small: Database, target: Target, elsewhere: Config, tmp_path: Path
) -> None:
    owner, stranger = (pyrage.x25519.Identity.generate() for _ in range(2))
    backing_up_actions.back_up(small, target, recipients=[str(owner.to_public())])
    [file] = files_of(small.config)
    for path in target.folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for secret in (b"evidence of a hub", b"Tooling plan", small.config.SECRET_KEY.encode(), file.encode()):
            assert secret not in content
        assert file not in path.name
    key_file, wrong = tmp_path / "key.txt", tmp_path / "wrong.txt"
    key_file.write_text(f"# created: today\n{owner}\n")
    wrong.write_text(f"{stranger}\n")
    with pytest.raises(Refused, match="--identity"):
        restored(elsewhere, target)
    with pytest.raises(Refused, match="doesn’t belong to a key"):
        restored(elsewhere, target, identity=wrong)
    restored(elsewhere, target, identity=key_file, sends_mail=True)
    assert rows_in(elsewhere) == rows_of(small)
    assert files_of(elsewhere) == files_of(small.config)


def test_a_backup_for_another_key_reuses_nothing_that_the_key_cannot_open(
    small: Database, target: Target, elsewhere: Config, tmp_path: Path
) -> None:
    first, second = (pyrage.x25519.Identity.generate() for _ in range(2))
    backing_up_actions.back_up(small, target)
    made = backing_up_actions.back_up(small, target, recipients=[str(first.to_public())])
    again = backing_up_actions.back_up(small, target, recipients=[str(second.to_public())])
    assert made.new_objects == again.new_objects > 10
    assert backing_up_actions.back_up(small, target, recipients=[str(second.to_public())]).new_objects == 0
    (tmp_path / "second.txt").write_text(str(second))
    restored(elsewhere, target, identity=tmp_path / "second.txt")
    assert files_of(elsewhere) == files_of(small.config)


def test_two_backups_to_one_folder_wait_for_each_other(small: Database, target: Target) -> None:
    target.prepare()
    with target.lock(), pytest.raises(Refused, match="Another backup"):
        backing_up_actions.back_up(small, target)


@pytest.mark.parametrize("where", ["s3://bucket/backups", "sftp://host/backups"])
def test_a_target_that_is_not_a_folder_is_refused(where: str) -> None:
    with pytest.raises(Refused, match="choose a folder"):
        Target.at(where)


def test_a_folder_that_cannot_be_written_is_refused_with_a_sentence(small: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refused, match="can’t be used for backups"):
        backing_up_actions.back_up(small, Target(tmp_path / "file" / "backups"))


def test_a_full_disk_leaves_earlier_backups_as_they_are(
    small: Database, target: Target, elsewhere: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backing_up_actions.back_up(small, target)
    with small.writing() as db:
        an_organization(db, "Prairie Works")

    def full(*_args: object) -> int:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(Target, "_write", full)
        with pytest.raises(Refused, match=r"No space left on device.*Earlier backups are unchanged"):
            backing_up_actions.back_up(small, target)
    assert target.names() == [first.name]
    restored(elsewhere, target)


@pytest.mark.both_databases
def test_a_database_that_cannot_be_read_gives_a_sentence(small: Database, target: Target) -> None:
    with without_table(small, "alembic_version"), pytest.raises(Refused, match="database couldn’t be read"):
        backing_up_actions.back_up(small, target)


def test_a_backup_of_a_running_hub_is_made(small: Database, target: Target) -> None:
    with in_use.serving(small.config):
        assert backing_up_actions.back_up(small, target).files == 1


def test_the_settings_in_the_environment_are_kept_for_comparison(
    small: Database, target: Target, elsewhere: Config
) -> None:
    config = replace(small.config, MAIL_URL="smtp://mail.example.org", given=small.config.given | {"MAIL_URL"})
    with closing(Database(config)) as database:
        backing_up_actions.back_up(database, target)
    given = replace(elsewhere, SECRET_KEY="another key of this place", given=elsewhere.given | {"SECRET_KEY"})
    notes = " ".join(restored(given, target).notes)
    assert "HUB_MAIL_URL=smtp://mail.example.org" in (elsewhere.INSTANCE / SETTINGS).read_text()
    assert "HUB_SECRET_KEY differs" in notes
    assert small.config.SECRET_KEY not in notes


def test_the_backup_can_be_in_a_place_that_moved(
    small: Database, target: Target, elsewhere: Config, tmp_path: Path
) -> None:
    backing_up_actions.back_up(small, target)
    moved = target.folder.rename(tmp_path / "on another disk")
    restored(elsewhere, Target.at(str(moved)))
    assert files_of(elsewhere) == files_of(small.config)
    assert place(tmp_path / "elsewhere").SECRET_KEY == small.config.SECRET_KEY

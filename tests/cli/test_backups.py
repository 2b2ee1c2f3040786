"""hub backup, hub restore, and hub verify on a damaged database."""

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner, Result

from config import Config
from hub.cli.base import main
from hub.core import in_use

Hub = Callable[..., Result]


@pytest.fixture
def hub(config: Config, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Runs ``hub …`` for this test's hub, which has one organization."""
    for name in ("INSTANCE", "UPLOADS", "DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(f"HUB_{name}", str(getattr(config, name)))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    assert run("organization", "add", "Lakeshore Forge", "--kind", "member").exit_code == 0
    return run


@pytest.fixture
def elsewhere(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function that lets the following commands use another, empty place."""

    def move() -> None:
        monkeypatch.setenv("HUB_INSTANCE", str(tmp_path / "elsewhere"))
        monkeypatch.setenv("HUB_UPLOADS", str(tmp_path / "elsewhere" / "uploads"))
        monkeypatch.delenv("HUB_DATABASE_URL")

    return move


@pytest.mark.both_databases
def test_a_backup_is_listed_checked_and_restored_elsewhere(
    hub: Hub, elsewhere: Callable[[], None], tmp_path: Path
) -> None:
    folder = str(tmp_path / "backups")
    assert hub("restore", "--list", folder).stdout == "There is no complete backup in this folder.\n"
    made = hub("backup", folder, "--keep", "7d,4w,12m")
    assert made.exit_code == 0, made.stderr
    name = made.stdout.split(":")[0].removeprefix("Backup ")
    assert hub("restore", "--list", folder).stdout.startswith(f"{name}  ")
    assert "is complete" in hub("restore", "--check", folder).stdout
    elsewhere()
    restored = hub("restore", folder, "--at", name)
    assert restored.exit_code == 0, restored.stderr
    assert f"Restored backup {name}" in restored.stdout
    verified = hub("verify")
    assert (verified.exit_code, verified.stdout) == (0, "No problems found.\n"), verified.stderr
    assert "There is no search index yet." in verified.stderr
    again = hub("restore", folder)
    assert (again.exit_code, "--replace" in again.stderr) == (1, True)
    assert hub("organization", "add", "Lakeshore Forge", "--kind", "member", "--slug", "lakeshore-forge").exit_code == 1
    assert "The old data is in" in hub("restore", folder, "--replace").stdout


def test_an_encrypted_backup_needs_its_identity(hub: Hub, elsewhere: Callable[[], None], tmp_path: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(str(key))
    folder = str(tmp_path / "backups")
    assert hub("backup", folder, "--encrypt-to", str(key.to_public())).exit_code == 0
    assert ", encrypted" in hub("restore", "--list", folder).stdout
    elsewhere()
    assert "--identity FILE" in hub("restore", folder).stderr
    assert hub("restore", folder, "--identity", str(tmp_path / "key.txt")).exit_code == 0


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("backup", "s3://bucket"), 1, "choose a folder"),
        (("backup",), 2, "HUB_BACKUP_TO"),
        (("backup", "there", "--keep", "a week"), 2, "7d,4w,12m"),
        (("backup", "there", "--encrypt-to", "age1nonsense"), 1, "age public key"),
        (("restore", "nowhere"), 1, "no complete backup"),
        (("restore", "nowhere", "--at", "../../etc"), 1, "There is no backup"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    hub: Hub, words: tuple[str, ...], status: int, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = hub(*words)
    assert (answer.exit_code, sentence in answer.stderr) == (status, True), answer.stderr
    assert "Traceback" not in answer.output


def test_a_backup_without_target_goes_where_the_setting_says(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_BACKUP_TO", str(tmp_path / "backups"))
    assert hub("backup").exit_code == 0
    assert len(list((tmp_path / "backups" / "backups").iterdir())) == 1


def test_verify_reports_a_damaged_database_and_a_backup_repairs_it(hub: Hub, config: Config, tmp_path: Path) -> None:
    folder = str(tmp_path / "backups")
    assert hub("catch-up").exit_code == 0
    assert hub("backup", folder).exit_code == 0
    path = Path(config.DATABASE_URL.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'organization'").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : (root - 1) * 4096 + 200] = b"\xff" * 200
    path.write_bytes(content)
    damaged = hub("verify")
    assert damaged.exit_code == 1
    assert "database" in damaged.stdout
    assert "hub restore FOLDER --replace" in damaged.stderr
    assert isinstance(damaged.exception, SystemExit)
    assert hub("restore", folder, "--replace").exit_code == 0
    assert hub("catch-up").exit_code == 0
    assert hub("verify").stdout == "No problems found.\n"


def test_verify_reports_rows_that_refer_to_missing_ones(hub: Hub, config: Config) -> None:
    with closing(sqlite3.connect(config.DATABASE_URL.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE membership_period SET organization_id = 99")
        connection.commit()
    damaged = hub("verify")
    assert damaged.exit_code == 1
    assert "a row of membership_period refers to a missing row of organization" in damaged.stdout


def test_a_file_that_is_no_database_is_reported(hub: Hub, config: Config) -> None:
    Path(config.DATABASE_URL.removeprefix("sqlite:///")).write_bytes(b"not a database" * 1000)
    damaged = hub("verify")
    assert damaged.exit_code == 1
    assert "can’t be read: file is not a database" in damaged.stdout


@pytest.mark.parametrize("command", ["verify", "backup", "catch-up"])
def test_no_command_opens_a_hub_that_is_half_restored(hub: Hub, config: Config, command: str) -> None:
    (config.INSTANCE / in_use.PLAN).write_text('{"moves": []}')
    answer = hub(command)
    assert (answer.exit_code, "Run hub restore again" in answer.stderr) == (1, True)
    assert "is finished" in hub("restore", "anywhere").stdout
    assert hub("verify").exit_code == 0


def test_from_the_first_start_only_the_hubs_user_can_read_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o022)
    try:
        monkeypatch.setenv("HUB_INSTANCE", str(tmp_path / "first"))
        monkeypatch.setenv("HUB_UPLOADS", str(tmp_path / "first" / "uploads"))
        (tmp_path / "plan.txt").write_text("A plan.")
        run = CliRunner().invoke
        assert run(main, ["organization", "add", "Lakeshore", "--kind", "member"]).exit_code == 0
        words = ["import", str(tmp_path / "plan.txt"), "--organization", "lakeshore", "--kind", "resource"]
        assert run(main, words).exit_code == 0
    finally:
        os.umask(before)
    paths = [tmp_path / "first", *(tmp_path / "first").rglob("*")]
    assert {path.name for path in paths} >= {"hub.sqlite3", "secret-key", "unsubscribe-key", "uploads", "files"}
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []

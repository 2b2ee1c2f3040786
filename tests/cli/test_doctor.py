"""hub doctor says for each part of the installation what to do, and exits with 1 if something must be done."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config import Config
from hub.cli.base import main
from hub.core import disk, secret_keys
from hub.core.db import Database
from hub.library.extract import walls
from hub.operations.queries import doctor as doctor_queries
from hub.search import index
from tests.mailserver import a_certificate, a_mail_server
from tests.operations.monitors import beat
from tests.world import FrozenClock

Doctor = Callable[..., Result]


@pytest.fixture
def doctor(config: Config, database: Database, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Runs ``hub doctor`` for an installation in which everything but mail and backups is in order."""
    for name in ("INSTANCE", "UPLOADS", "DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(f"HUB_{name}", str(getattr(config, name)))
    monkeypatch.setenv("HUB_BASE_URL", "https://hub.example.org")
    monkeypatch.setenv("HUB_TRUSTED_PROXIES", "1")
    monkeypatch.setattr(walls, "missing", lambda _config: [])
    monkeypatch.setattr(doctor_queries, "libreoffice", lambda: "/usr/bin/soffice")
    for path in config.INSTANCE.parent.glob("hub.sqlite3*"):
        path.chmod(0o600)
    index.catch_up(database)
    beat(database)
    return lambda: CliRunner().invoke(main, ["doctor"])


def to_do(report: Result) -> dict[str, str]:
    """Return the lines of a report that ask for something, by name; checks the exit status."""
    urgent = [line for line in report.stdout.splitlines() if line.startswith("TO DO")]
    assert report.exit_code == bool(urgent), report.output
    return {line[7:20].strip(): line[20:] for line in urgent}


@pytest.mark.both_databases
def test_the_report_asks_for_mail_and_backups_and_then_for_nothing(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = doctor()
    assert to_do(report).keys() == {"mail server", "backup"}, report.stdout
    assert CliRunner().invoke(main, ["backup", str(tmp_path / "backups")]).exit_code == 0
    with a_mail_server() as server:
        monkeypatch.setenv("HUB_MAIL_URL", server.url)
        report = doctor()
        assert to_do(report) == {}
        assert server.received == []
    names = {line[7:20].strip() for line in report.stdout.splitlines()}
    assert names == {
        "settings", "secrets", "keys", "folders", "libreoffice", "tesseract", "mail server", "database", "clock", "migrations",
        "index", "worker", "disk", "mail", "files", "pictures", "backup", "walls",
        "reserve", "scanner",
    }  # fmt: skip


def test_the_age_of_the_secret_key_and_former_keys_that_still_work_are_reported(
    doctor: Doctor, config: Config, monkeypatch: pytest.MonkeyPatch, frozen_clock: FrozenClock
) -> None:
    assert "comes from HUB_SECRET_KEY. No former key works." in doctor().stdout
    monkeypatch.setenv("HUB_SECRET_KEYS_OLD", "a-key-that-was-listed another-key-that-was-listed")
    assert "HUB_SECRET_KEYS_OLD has 2 former keys. Remove a key 90 days after" in doctor().stdout
    monkeypatch.delenv("HUB_SECRET_KEYS_OLD")
    monkeypatch.delenv("HUB_SECRET_KEY")
    secret_keys.replace_key(config.INSTANCE, frozen_clock.at, 90)
    os.utime(config.INSTANCE / "secret-key", (frozen_clock.at.timestamp(),) * 2)
    assert "stored on Nov 23, 2026. The instance folder has 1 former key; the newest works until" in doctor().stdout
    frozen_clock.at += timedelta(days=90)
    assert "stored on Nov 23, 2026. No former key works." in doctor().stdout


def test_a_mail_server_that_refuses_is_reported_without_the_password(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_mail_server(signs_in=True, certificate=a_certificate(tmp_path)) as server:
        monkeypatch.setenv("HUB_MAIL_URL", f"smtp://hub:wrong-secret@127.0.0.1:{server.port}")
        report = doctor()
    assert "Check HUB_MAIL_URL" in to_do(report)["mail server"]
    assert "wrong-secret" not in report.output
    monkeypatch.setenv("HUB_MAIL_URL", f"smtp://127.0.0.1:{server.port}")
    assert "can’t be used" in to_do(doctor())["mail server"]


@pytest.mark.parametrize("name", ["instance", "instance/unsubscribe-key", "uploads", "hub.sqlite3"])
def test_secrets_that_others_may_read_are_reported_with_the_command(doctor: Doctor, config: Config, name: str) -> None:
    path = config.INSTANCE.parent / name
    path.chmod(0o755 if path.is_dir() else 0o644)
    assert f"Run chmod {'700' if path.is_dir() else '600'} {path}" in to_do(doctor())["secrets"]


@pytest.mark.parametrize(
    ("url", "proxies", "sentence"),
    [
        ("http://hub.example.org", "1", "unencrypted"),
        ("https://hub.example.org", "0", "HUB_TRUSTED_PROXIES is 0"),
        ("http://127.0.0.1:8000", "0", ""),
    ],
)
def test_settings_that_are_valid_and_wrong_are_reported(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, url: str, proxies: str, sentence: str
) -> None:
    monkeypatch.setenv("HUB_BASE_URL", url)
    monkeypatch.setenv("HUB_TRUSTED_PROXIES", proxies)
    assert sentence in to_do(doctor()).get("settings", "")


def test_an_invalid_setting_is_refused_with_its_sentence(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_BACKUP_KEEP", "forever")
    report = doctor()
    assert report.exit_code == 1
    assert "HUB_BACKUP_KEEP" in report.stderr


def test_what_the_health_check_sees_is_reported(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: 5 * 10**8)
    monkeypatch.setattr(doctor_queries, "libreoffice", lambda: None)
    urgent = to_do(doctor())
    assert "500 MB" in urgent["disk"]
    assert "Install libreoffice-impress" in urgent["libreoffice"]


@pytest.mark.parametrize(
    ("version", "advice"),
    [("2026_11_24_stopped_through", "hub db upgrade"), ("2999_01_01_from_the_future", "Update the hub")],
)
@pytest.mark.both_databases
def test_a_database_of_another_version_is_reported_and_left_alone(
    doctor: Doctor, database: Database, version: str, advice: str
) -> None:
    def store(version: str) -> str:
        with database.engine.begin() as connection:
            before = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
        return str(before)

    newest = store(version)
    try:
        assert advice in to_do(doctor())["migrations"]
    finally:
        left = store(newest)  # on PostgreSQL, later tests get the same database
    assert left == version


def test_a_damaged_database_is_reported(doctor: Doctor, config: Config) -> None:
    path = Path(config.DATABASE_URL.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO membership_period (organization_id, kind, joined_on, reason) VALUES (9, 'bff', '2026-01-01', '')"
        )
        connection.commit()
    assert "hub restore FOLDER --replace" in to_do(doctor())["database"]
    path.write_bytes(b"not a database" * 500)
    assert "Restore a backup with hub restore." in to_do(doctor())["database"]

"""Settings: the environment overrides defaults, errors are one sentence, and all are documented."""

import stat
from pathlib import Path

import pytest

from config import ROOT, Config, WrongSettingError, settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../etc/passwd"),
        ("BASE_URL", "hub.example.org"),
        ("BASE_URL", "https://hüb.example.org"),
        ("BASE_URL", "https://hub.example.org/>"),
        ("BASE_URL", "https://hub.example.org/" + "x" * 500),
        ("DATABASE_URL", "mysql://localhost/hub"),
        ("SEARCH_ENGINE", "grep"),
        ("MAX_UPLOAD_MB", "lots"),
        ("MAX_UPLOAD_MB", "0"),
        ("WEB_WORKERS", "-1"),
        ("WORKER_PAUSE", "0"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
        ("SECRET_KEY", "short"),
        ("UNSUBSCRIBE_KEY", "short"),
        ("TRACE_DAYS", "0"),
        ("SESSION_DAYS", "999999999"),
        ("SECRET_KEY_DAYS", "999999999"),
        ("AUDIT_KEEP_DAYS", "-1"),
        ("CALL_TIME", "half past"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_an_invalid_value_is_refused_with_one_sentence_that_names_the_setting(
    name: str, value: str, tmp_path: Path
) -> None:
    with pytest.raises(WrongSettingError) as refused:
        Config.load({f"HUB_{name}": value}, INSTANCE=tmp_path, UPLOADS=tmp_path)
    sentence = str(refused.value)
    assert f"HUB_{name}" in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_a_password_in_an_invalid_database_url_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(WrongSettingError) as refused:
        Config.load({"HUB_DATABASE_URL": "mysql://hub:secret@localhost/hub"}, INSTANCE=tmp_path, UPLOADS=tmp_path)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEYS_OLD", "UNSUBSCRIBE_KEY", "HEALTH_TOKEN", "MAIL_URL"])
def test_a_secret_that_is_refused_is_not_shown(name: str, tmp_path: Path) -> None:
    with pytest.raises(WrongSettingError) as refused:
        Config.load({f"HUB_{name}": "hunter2"}, INSTANCE=tmp_path, UPLOADS=tmp_path)
    assert "hunter2" not in str(refused.value)


def test_the_environment_overrides_and_an_empty_value_means_the_default(tmp_path: Path) -> None:
    config = Config.load({"HUB_MAX_UPLOAD_MB": "7", "HUB_TIME_ZONE": ""}, INSTANCE=tmp_path, UPLOADS=tmp_path)
    assert (config.MAX_UPLOAD_MB, config.TIME_ZONE) == (7, "America/New_York")


def test_the_secret_key_is_generated_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = Config.load({}, INSTANCE=tmp_path, UPLOADS=tmp_path).SECRET_KEY
    assert first == Config.load({}, INSTANCE=tmp_path, UPLOADS=tmp_path).SECRET_KEY
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert len(first) > 40


def test_postgresql_urls_use_the_psycopg_driver(tmp_path: Path) -> None:
    config = Config.load({"HUB_DATABASE_URL": "postgresql://localhost/hub"}, INSTANCE=tmp_path, UPLOADS=tmp_path)
    assert config.DATABASE_URL == "postgresql+psycopg://localhost/hub"


def test_a_folder_that_cannot_be_created_is_refused_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WrongSettingError, match="HUB_INSTANCE"):
        Config.load({}, INSTANCE=tmp_path / "file" / "instance", UPLOADS=tmp_path)


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    for setting in settings():
        assert f"`HUB_{setting.name}`" in documented, setting.name
        assert setting.metadata["means"] in documented, setting.name

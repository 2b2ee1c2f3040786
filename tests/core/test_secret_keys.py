"""Replacing the secret key: what the former key signed works for a time, and no longer once it is dropped."""

import errno
import json
import re
import stat
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from config import Config, WrongSettingError
from hub.app import create_app
from hub.cli.base import main
from hub.cli.opening import open_database
from hub.core import clock, secret_keys
from hub.core.db import Database
from hub.library.files import handles
from hub.library.files.originals import StoredFile
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail import rules as mail_rules
from hub.mail.rules import keyed_hash
from hub.members.actions import passkeys as passkeys_actions
from hub.members.models import Person
from hub.members.rules.mail import MailKind, unsubscribe_url
from hub.worker import STEPS
from tests.client import Browser
from tests.world import PASSWORD, FrozenClock, a_person, an_organization

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NEW_KEY = "a new key that signs from now on"
ROSA = "rosa@lakeshore.example"
Change = Callable[[Config], Config]


def load(folder: Path, **environ: str) -> Config:
    return Config.load({f"HUB_{name}": value for name, value in environ.items()}, INSTANCE=folder, UPLOADS=folder)


def reloaded(config: Config, **environ: str) -> Config:
    """Return the settings of a process that starts now."""
    return Config.load(
        {f"HUB_{name}": value for name, value in environ.items()},
        INSTANCE=config.INSTANCE,
        UPLOADS=config.UPLOADS,
        DATABASE_URL=config.DATABASE_URL,
        BASE_URL="http://localhost:8000",  # passkeys need a name
        LOG_LEVEL="WARNING",
        RESERVE_MB=0,
    )


def rotated(config: Config) -> Config:
    secret_keys.replace_key(config.INSTANCE, clock.now(), 90)
    return reloaded(config)


def rotated_long_ago(config: Config) -> Config:
    secret_keys.replace_key(config.INSTANCE, clock.now() - timedelta(days=90), 90)
    return reloaded(config)


def listed(config: Config) -> Config:
    return reloaded(config, SECRET_KEY=NEW_KEY, SECRET_KEYS_OLD=f"{'another-key' * 2} {config.SECRET_KEY}")


def no_longer_listed(config: Config) -> Config:
    return reloaded(config, SECRET_KEY=NEW_KEY)


@pytest.fixture
def former(config: Config) -> Config:
    """The settings of the test's hub, with a key in the instance folder, before it is replaced."""
    return reloaded(config)


def a_browser(database: Database, config: Config) -> FlaskClient:
    """Return a browser of a hub that started with these settings."""
    database.config = config
    app = create_app(config, database)
    app.test_client_class = Browser
    return app.test_client()


def handle_in(begun: dict[str, Any] | None) -> str:
    """Return the handle under which the browser is asked to keep a passkey."""
    assert begun
    return str(json.loads(begun["options"])["user"]["id"])


def test_a_rotation_makes_a_new_key_and_keeps_the_former_one_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_INSTANCE", str(tmp_path))
    monkeypatch.setenv("HUB_UPLOADS", str(tmp_path / "uploads"))
    first = load(tmp_path).SECRET_KEY
    answer = CliRunner().invoke(main, ["key", "rotate"])
    assert answer.exit_code == 0, answer.output
    assert "90 days" in answer.output
    assert "restart" in answer.output
    assert first not in answer.output
    second = load(tmp_path)
    assert first != second.SECRET_KEY
    assert second.secret_keys == (second.SECRET_KEY, first)
    for name in ("secret-key", "secret-keys-old"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert CliRunner().invoke(main, ["key", "rotate"]).exit_code == 0
    assert load(tmp_path).secret_keys[1:] == (second.SECRET_KEY, first)


def test_a_key_from_the_environment_is_not_rotated_and_the_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_INSTANCE", str(tmp_path))
    monkeypatch.setenv("HUB_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setenv("HUB_SECRET_KEY", "a key from the environment")
    answer = CliRunner().invoke(main, ["key", "rotate"])
    assert answer.exit_code == 1
    assert "HUB_SECRET_KEYS_OLD" in answer.output
    assert not (tmp_path / "secret-keys-old").exists()


def test_a_start_that_stops_while_it_makes_a_key_leaves_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_full_disk() -> str:
        assert not (tmp_path / "secret-key").exists(), "another process would read an empty key"
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(secret_keys, "new_key", on_full_disk)
        with pytest.raises(OSError, match="No space left"):
            load(tmp_path)
    assert not (tmp_path / "secret-key").exists()
    (tmp_path / "secret-key").write_text("\n")  # an earlier version left it behind
    first = load(tmp_path)
    assert len(first.SECRET_KEY) > 40
    assert load(tmp_path).SECRET_KEY == first.SECRET_KEY


def test_a_former_key_works_for_its_days_and_the_start_then_drops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(tmp_path).SECRET_KEY
    secret_keys.replace_key(tmp_path, NOW, 90)
    at = NOW + timedelta(days=90) - timedelta(seconds=1)
    monkeypatch.setattr("hub.core.clock.now", lambda: at)
    assert first in load(tmp_path).secret_keys
    assert secret_keys.drop_expired(tmp_path, at, 90) == 0
    at = NOW + timedelta(days=90)
    assert first not in load(tmp_path).secret_keys
    monkeypatch.setenv("HUB_INSTANCE", str(tmp_path))
    monkeypatch.setenv("HUB_UPLOADS", str(tmp_path / "uploads"))
    with open_database(serving=True, migrated=False):
        pass
    assert (tmp_path / "secret-keys-old").read_text() == ""


def test_former_keys_come_from_the_setting_and_are_never_shown(tmp_path: Path) -> None:
    config = load(tmp_path, SECRET_KEY="k" * 20, SECRET_KEYS_OLD=f"{'o' * 20}  {'p' * 20}")
    assert config.secret_keys == ("k" * 20, "o" * 20, "p" * 20)
    assert "oooo" not in repr(config)
    with pytest.raises(WrongSettingError) as refused:
        load(tmp_path, SECRET_KEYS_OLD="hunter2")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("line", ["hunter2hunter2hunter2", "hunter2 hunter2", "2026-11-27T12:00:00+00:00"])
def test_a_damaged_file_of_former_keys_is_refused_without_showing_it(tmp_path: Path, line: str) -> None:
    (tmp_path / "secret-keys-old").write_text(f"{line}\n")
    with pytest.raises(WrongSettingError, match="secret-keys-old") as refused:
        load(tmp_path)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value)), "the worker logs what it can't read"


CHANGES = pytest.mark.parametrize(
    ("change", "works"), [(rotated, True), (listed, True), (rotated_long_ago, False), (no_longer_listed, False)]
)


@CHANGES
def test_what_the_former_key_signed_works_until_it_is_dropped(former: Config, change: Change, *, works: bool) -> None:
    handle = handles.handle_of(former, 7, StoredFile("a" * 64, 3), "plan.txt")
    address = mail_rules.bounce_address(former.SECRET_KEY, "in.example.org", 7)
    later = change(former)
    assert (handles.opened(later, 7, handle) is not None) is works
    assert (mail_rules.message_of_bounce(later.secret_keys, "in.example.org", address) is not None) is works
    assert handles.opened(former, 7, handles.handle_of(later, 7, StoredFile("a" * 64, 3), "plan.txt")) is None


@CHANGES
@pytest.mark.both_databases
def test_a_session_and_an_open_form_still_work_until_the_former_key_is_dropped(
    database: Database, former: Config, change: Change, *, works: bool
) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore"), email=ROSA)
    browser = a_browser(database, former)
    assert browser.post("/sign-in", data={"email": ROSA, "password": PASSWORD}).status_code == 302
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/account/mail").text)
    cookie = browser.get_cookie("hub_session")
    assert token
    assert cookie
    browser = a_browser(database, change(former))
    browser.set_cookie("hub_session", cookie.value)
    assert (browser.get("/account").status_code == 200) is works
    browser.sends_csrf = False  # type: ignore[attr-defined]
    answer = browser.post("/sign-out", data={"csrf_token": token[1]})
    assert (answer.status_code == 302) is works
    browser.sends_csrf = True  # type: ignore[attr-defined]
    browser.post("/sign-in", data={"email": ROSA, "password": PASSWORD})
    assert browser.get("/account").status_code == 200


def test_a_running_process_refuses_a_former_key_after_its_days(
    database: Database, former: Config, frozen_clock: FrozenClock
) -> None:
    browser = a_browser(database, former)
    browser.get("/forgot-password")
    cookie = browser.get_cookie("hub_session")
    assert cookie
    browser = a_browser(database, rotated(former))
    browser.set_cookie("hub_session", cookie.value)
    for passed, is_known in ((timedelta(days=90) - timedelta(seconds=1), True), (timedelta(seconds=1), False)):
        frozen_clock.at += passed
        with browser.session_transaction() as session:
            assert ("csrf_token" in session) is is_known


@pytest.mark.parametrize("change", [rotated, listed, rotated_long_ago, no_longer_listed])
@pytest.mark.both_databases
def test_links_that_stop_email_addresses_that_bounced_and_passkeys_outlive_every_key(
    database: Database, former: Config, change: Change
) -> None:
    database.config = former
    with database.writing() as db:
        rosa = a_person(db, an_organization(db, "Lakeshore"), email=ROSA)
        mail_actions.mark_bounced(db, mail_queries.lasting_hash(db, "Carl@forge.example"), "unknown")
        link = unsubscribe_url("", former.UNSUBSCRIBE_KEY, rosa.id, MailKind.DIGEST)
        begun = passkeys_actions.options_to_add(db, rosa)
    database.config = change(former)
    with database.reading() as db:
        assert set(mail_queries.bouncing(db, ["carl@forge.example"])) == {"carl@forge.example"}
    browser = a_browser(database, database.config)
    browser.sends_csrf = False  # type: ignore[attr-defined]
    assert "Unsubscribed" in browser.post(link, data={"List-Unsubscribe": "One-Click"}).text
    with database.writing() as db:
        again = passkeys_actions.options_to_add(db, db.get_one(Person, rosa.id))
    assert handle_in(again) == handle_in(begun)


@CHANGES
@pytest.mark.both_databases
def test_what_earlier_versions_made_with_the_secret_key_works_until_it_is_dropped(
    database: Database, former: Config, change: Change, *, works: bool
) -> None:
    with database.writing() as db:
        rosa = a_person(db, an_organization(db, "Lakeshore"), email=ROSA)
        mail_actions.mark_bounced(db, keyed_hash(former.SECRET_KEY, "carl@forge.example"), "unknown")
        link = unsubscribe_url("", former.SECRET_KEY, rosa.id, MailKind.DIGEST)
    database.config = change(former)
    with database.writing() as db:
        assert (set(mail_queries.bouncing(db, ["carl@forge.example"])) == {"carl@forge.example"}) is works
        mail_actions.clear_bounced(db, "carl@forge.example")
        assert mail_queries.bouncing(db, ["carl@forge.example"]) == {}
    browser = a_browser(database, database.config)
    assert (browser.get(link).status_code == 200) is works


def test_the_worker_deletes_a_key_after_its_days(database: Database, former: Config, frozen_clock: FrozenClock) -> None:
    database.config = rotated(former)
    step = STEPS["keys"]
    assert step(database, None) == 0  # type: ignore[arg-type]
    frozen_clock.at += timedelta(days=90)
    assert step(database, None) == 1  # type: ignore[arg-type]
    assert former.SECRET_KEY not in (former.INSTANCE / "secret-keys-old").read_text()
    assert step(database, None) == 0  # type: ignore[arg-type]

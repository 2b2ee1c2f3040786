"""A disk that is really full: reading, signing in and downloading still work, and what can't be saved says so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Config
from hub.core import disk, later
from hub.core.db import Database
from hub.core.errors import NotNow
from hub.members.rules.organizations import Role
from hub.migrations import schema
from hub.sharing.models import SharingEvent
from tests.disks import fill, small_disk
from tests.world import PASSWORD, a_person, a_resource, an_organization

ANA = "ana@lakeshore.example"
MEGABYTES, RESERVE = 60, 8


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A hub on a small disk, with a member, its representative and a resource."""
    with small_disk(tmp_path / "small", MEGABYTES) as folder:
        config = Config.load(
            {}, INSTANCE=folder / "instance", UPLOADS=tmp_path / "uploads", SECRET_KEY="a key for the tests alone",
            LOG_LEVEL="ERROR", RESERVE_MB=RESERVE,
        )  # fmt: skip
        database = Database(config)
        schema.upgrade(database)
        with database.writing() as db:
            lakeshore = an_organization(db, "Lakeshore")
            a_person(db, lakeshore, Role.REPRESENTATIVE, ANA)
            a_resource(db, lakeshore, "Toolkit", ["Steel castings."])
        assert not disk.is_full(config)
        yield database
        database.close()


def signed_in(app: Flask) -> FlaskClient:
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": ANA, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return browser


def downloads(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count(SharingEvent.id))) or 0


def test_when_the_disk_is_full_reading_signing_in_and_downloading_work_and_the_rest_says_so(
    app: Flask, database: Database
) -> None:
    filling = fill(database.config.INSTANCE)
    browser = signed_in(app)
    assert not disk.reserve_of(database.config).exists()
    for page in ("/", "/resources/1", "/sharing", "/search?q=toolkit"):
        assert browser.get(page).status_code == 200
    assert browser.get("/resources/1/download").status_code == 200
    assert downloads(database) == 1
    form = {"title": "T", "body": "A text that took an hour to write.", "kind": "resource", "audience": "network"}
    answer = browser.post("/resources/new?by=text", data=form)
    assert answer.status_code == 507
    assert NotNow.DISK_FULL in answer.text
    assert "A text that took an hour to write." in answer.text
    assert browser.post("/sign-out").status_code == 302
    filling.unlink()
    signed_in(app)
    assert disk.reserve_of(database.config).stat().st_size == RESERVE * 1_000_000
    assert browser.get("/resources/1").status_code in {200, 302}


def test_when_not_a_byte_is_left_a_download_is_recorded_when_there_is_space_again(
    app: Flask, database: Database
) -> None:
    browser = signed_in(app)
    first = fill(database.config.INSTANCE)
    assert disk.is_full(database.config)  # releases the reserve
    second = database.config.INSTANCE / "more"
    first.rename(second)
    fill(database.config.INSTANCE)
    answer = browser.get("/resources/1/download")
    assert answer.status_code == 200
    assert "Steel castings." in answer.text
    assert downloads(database) == 0
    assert later.count() == 1
    assert browser.get("/resources/1").status_code == 200
    first.unlink()
    second.unlink()
    assert browser.get("/resources/1").status_code == 200
    assert downloads(database) == 1
    assert later.count() == 0


def test_a_commit_that_fails_for_lack_of_space_says_so(app: Flask, database: Database) -> None:
    browser = signed_in(app)
    database.config = replace(database.config, RESERVE_MB=0)
    disk.reserve_of(database.config).unlink()
    fill(database.config.INSTANCE)
    answer = browser.post("/sign-in", data={"email": ANA, "password": "wrong"})
    assert answer.status_code == 507
    assert NotNow.DISK_FULL in answer.text


def test_the_reserve_takes_its_space_from_the_disk_and_is_made_again(database: Database) -> None:
    config = database.config
    reserve = disk.reserve_of(config)
    assert reserve.stat().st_blocks * 512 >= RESERVE * 1_000_000
    assert reserve.stat().st_mode & 0o777 == 0o600
    filling = fill(config.INSTANCE)
    assert disk.is_full(config)
    assert not reserve.exists()
    assert disk.is_full(config)
    assert disk.free_bytes(config.INSTANCE) >= RESERVE * 1_000_000
    filling.unlink()
    assert not disk.is_full(config)
    assert reserve.exists()

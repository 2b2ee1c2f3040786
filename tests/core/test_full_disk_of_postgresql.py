"""A disk of PostgreSQL that is really full: what was saved can be read and downloaded, and the rest says so."""

import os
import pwd
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from config import Config
from hub.core import later
from hub.core.db import Database
from hub.core.errors import NotNow
from hub.members.rules.organizations import Role
from hub.migrations import schema
from hub.sharing.models import SharingEvent
from tests.disks import fill, small_disk
from tests.world import PASSWORD, a_person, a_resource, an_organization

pytestmark = pytest.mark.postgresql
ANA = "ana@lakeshore.example"
MEGABYTES = 40


@pytest.fixture
def disk_of_server() -> Iterator[Path]:
    """A small disk that PostgreSQL's account may write."""
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-disk-"))  # short and in /tmp, as the server's own folder
    try:
        folder.chmod(0o755)
        with small_disk(folder / "small", MEGABYTES) as small:
            account = pwd.getpwnam("postgres")
            os.chown(small, account.pw_uid, account.pw_gid)
            yield small
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database(postgresql: str, disk_of_server: Path, tmp_path: Path) -> Iterator[Database]:
    """A hub whose tables are on a small disk, with a member, its representative and a resource."""
    server = create_engine(postgresql.format(name="postgres"), isolation_level="AUTOCOMMIT")
    place = disk_of_server / "tables"
    place.mkdir()
    shutil.chown(place, "postgres", "postgres")
    with server.connect() as connection:
        connection.execute(text(f"CREATE TABLESPACE small LOCATION '{place}'"))
        connection.execute(text("CREATE DATABASE small TEMPLATE template0 TABLESPACE small"))
    config = Config.load(
        {}, INSTANCE=tmp_path / "instance", UPLOADS=tmp_path / "uploads", SECRET_KEY="a key for the tests alone",
        LOG_LEVEL="ERROR", DATABASE_URL=postgresql.format(name="small"),
    )  # fmt: skip
    database = Database(config)
    schema.upgrade(database)
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore")
        a_person(db, lakeshore, Role.REPRESENTATIVE, ANA)
        a_resource(db, lakeshore, "Toolkit", ["Steel castings."])
    yield database
    database.close()
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE small WITH (FORCE)"))
        connection.execute(text("DROP TABLESPACE small"))
    server.dispose()


def downloads(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count(SharingEvent.id))) or 0


def test_with_a_full_disk_of_the_database_reading_and_downloading_work_and_the_rest_says_so(
    app: Flask, database: Database, disk_of_server: Path
) -> None:
    browser = app.test_client()
    assert browser.post("/sign-in", data={"email": ANA, "password": PASSWORD}).status_code == 302
    filling = fill(disk_of_server)
    # Larger than the free part of any page of a table, and of words that the server can't compress.
    text_that_took_an_hour = " ".join(f"A text. {secrets.token_hex(8)}" for _ in range(2_000))
    form = {"title": "T", "body": text_that_took_an_hour, "kind": "resource", "audience": "network"}
    answer = browser.post("/resources/new?by=text", data=form)
    assert answer.status_code == 507
    assert NotNow.DISK_FULL in answer.text
    assert text_that_took_an_hour in answer.text
    for page in ("/", "/resources/1", "/sharing", "/search?q=toolkit"):
        assert browser.get(page).status_code == 200
    answer = browser.get("/resources/1/download")
    assert answer.status_code == 200
    assert "Steel castings." in answer.text
    filling.unlink()
    assert browser.get("/resources/1").status_code == 200
    assert downloads(database) == 1
    assert later.count() == 0
    assert browser.post("/resources/new?by=text", data=form).status_code == 302

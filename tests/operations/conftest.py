"""Fixtures of the tests of backups: a small hub, a folder for backups, and places to restore to."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import update

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.library.extract import walls
from hub.library.files import originals
from hub.library.models import KeptFile
from hub.mail import actions as mail_actions
from hub.mail.delivery import keeping
from hub.mail.letters import Letter, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind
from hub.members.rules.organizations import OrganizationKind, Role
from hub.operations.store.target import Target
from hub.outreach import spool
from hub.search import index
from tests import postgres
from tests.operations.monitors import beat
from tests.operations.places import place
from tests.world import a_person, a_resource, an_organization


@pytest.fixture
def small(database: Database) -> Database:
    """A hub with a coordinator, a resource, a file, and email that waits in each direction."""
    stored = originals.store(database.config, BytesIO(b"evidence of a hub"))
    with database.writing() as db:
        coordinator = a_person(db, an_organization(db, "Host", OrganizationKind.HOST), Role.COORDINATOR)
        a_resource(db, an_organization(db, "Lakeshore"), "Tooling plan", ["quillback"])
        db.add(KeptFile(sha256=stored.sha256, holder="application 1", file_name="plan.txt"))
        letter = Letter(subject="Hello", parts=(Paragraph("Text"),), reason="You get this because.")
        mail_actions.post(db, letter, to=coordinator.email, once="waiting", kind=LetterKind.QUESTION)
    keeping.keep(database.config, 7, b"From: hub\r\n\r\nkept")
    spool.enqueue(database.config, spool.QueuedMail(("log@hub.example",), datetime(2026, 11, 1, tzinfo=UTC), b"copied"))
    return database


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """A folder for backups."""
    return Target(tmp_path / "backups")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Config:
    """An empty place with an SQLite database."""
    return place(tmp_path / "elsewhere")


@pytest.fixture
def other_place(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    """An empty place with an SQLite database, or with a PostgreSQL database."""
    if request.param == "sqlite":
        return place(tmp_path / "other")
    pattern = request.getfixturevalue("postgresql")
    postgres.create(pattern, "restored", template="template0")
    return place(tmp_path / "other", DATABASE_URL=pattern.format(name="restored"))


@pytest.fixture
def running(small: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A small hub with an index, whose worker runs."""
    with small.writing() as db:
        db.execute(update(OutboxMessage).values(due_at=clock.now(), since=clock.now()))
    monkeypatch.setattr(walls, "missing", lambda _config: [])  # this machine may be unable to build them
    index.catch_up(small)
    beat(small)
    return small

"""Reading of page texts: once for each revision, with several workers, and after crashes."""

import io
import os
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database
from hub.core.errors import Refused
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.extract.pages import Extraction
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Kind, State
from tests.world import FrozenClock, a_resource, an_organization


def _added(database: Database, name: str, content: bytes) -> int:
    """Add a resource whose file isn't read yet, and return its id."""
    stored = originals.store(database.config, io.BytesIO(content))
    with database.writing() as db:
        organization = an_organization(db)
        return library_actions.add(
            db, None, organization, library_actions.Facts(Kind.RESOURCE), library_actions.File(stored, name)
        ).id


def _revision(db: Session, resource_id: int) -> Revision:
    return db.scalars(select(Revision).where(Revision.resource_id == resource_id)).one()


@pytest.mark.both_databases
def test_a_bad_file_gets_a_state_with_advice_and_does_not_block_the_next(database: Database) -> None:
    bad = _added(database, "broken.pdf", b"%PDF-1.7 and then nothing that a reader knows")
    good = _added(database, "good.txt", b"A sentence about workforce.")
    assert page_texts.catch_up(database) == 2
    with database.reading() as db:
        assert _revision(db, good).state is State.OK
        revision = _revision(db, bad)
        assert revision.state is State.CORRUPT
        assert revision.state_detail.endswith(".")


@pytest.mark.both_databases
def test_catching_up_again_does_nothing(database: Database) -> None:
    _added(database, "good.txt", b"A sentence about workforce.")
    assert page_texts.catch_up(database) == 1
    assert page_texts.catch_up(database) == 0


class CountingReader(Reader):
    """A reader that records the files it reads."""

    def __init__(self, asked: list[str]) -> None:
        super().__init__()
        self.asked = asked

    def read(self, path: Path, file_name: str) -> Extraction:
        """Record the file's name, then read it."""
        self.asked.append(file_name)
        return super().read(path, file_name)


@pytest.mark.both_databases
def test_two_workers_at_once_never_read_the_same_revision(database: Database) -> None:
    for number in range(12):
        _added(database, f"{number}.txt", f"text number {number}".encode())
    asked: list[str] = []

    def work() -> None:
        with CountingReader(asked) as reader:
            page_texts.catch_up(database, reader)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(asked) == Counter(f"{number}.txt" for number in range(12))
    with database.reading() as db:
        assert db.scalar(select(func.count(Page.id))) == 12


@pytest.mark.both_databases
def test_a_dead_workers_file_is_read_after_its_lease_expires(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource_id = _added(database, "held.txt", b"held text")
    assert page_texts._claim(database) is not None  # and then the worker dies
    assert page_texts.catch_up(database) == 0
    later = clock.now() + page_texts.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert page_texts.catch_up(database) == 1
    with database.reading() as db:
        assert _revision(db, resource_id).state is State.OK


@pytest.mark.both_databases
def test_a_dead_workers_file_is_read_at_once_on_the_same_machine(database: Database) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    _added(database, "held.txt", b"held text")
    page_texts._claim(database)
    page_texts.release_dead_leases(database)
    assert page_texts.catch_up(database) == 0  # the lease is held by this process, which is alive
    with database.writing() as db:
        token = f"{socket.gethostname()}/{process.pid} word"
        db.execute(update(Revision).values(lease_token=token))
    page_texts.release_dead_leases(database)
    assert page_texts.catch_up(database) == 1


@pytest.mark.both_databases
def test_a_worker_that_lost_its_lease_writes_nothing(database: Database) -> None:
    resource_id = _added(database, "slow.txt", b"slow text")
    slow = page_texts._claim(database)
    assert slow is not None
    with database.writing() as db:
        db.execute(update(Revision).values(lease_token=None, lease_until=None))
    page_texts.catch_up(database)
    page_texts._finish(database, slow, Extraction(State.CORRUPT, "wrong", "", None, ()))
    with database.reading() as db:
        assert _revision(db, resource_id).state is State.OK


@pytest.mark.both_databases
def test_a_file_that_crashes_the_worker_is_given_up_after_three_tries(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource_id = _added(database, "deadly.txt", b"deadly")
    start = clock.now()
    for number in range(page_texts.MOST_TRIES):
        monkeypatch.setattr(clock, "now", lambda number=number: start + 2 * number * page_texts.LEASE)
        assert page_texts._claim(database) is not None  # each time the worker dies
    monkeypatch.setattr(clock, "now", lambda: start + 10 * page_texts.LEASE)
    assert page_texts.catch_up(database) == 1
    with database.reading() as db:
        revision = _revision(db, resource_id)
        assert revision.state is State.CORRUPT
        assert "three times" in revision.state_detail


def test_the_documents_own_title_replaces_the_one_from_its_file_name(database: Database) -> None:
    mail = b"From: a@b.example\r\nSubject: AMCC Update\r\nDate: Tue, 4 Mar 2025 10:00:00 -0500\r\n\r\nHello.\r\n"
    resource_id = _added(database, "mail_0001.eml", mail)
    page_texts.catch_up(database)
    with database.reading() as db:
        resource = db.get_one(Resource, resource_id)
        assert (resource.title, resource.published_on.isoformat()) == ("AMCC Update", "2025-03-04")


def test_a_title_entered_by_a_person_stays(database: Database) -> None:
    stored = originals.store(database.config, io.BytesIO(b"Subject: AMCC Update\r\n\r\nHello.\r\n"))
    with database.writing() as db:
        facts = library_actions.Facts(Kind.BRIEFING, title="Typed title")
        resource_id = library_actions.add(
            db, None, an_organization(db), facts, library_actions.File(stored, "mail.eml")
        ).id
    page_texts.catch_up(database)
    with database.reading() as db:
        assert db.get_one(Resource, resource_id).title == "Typed title"


def test_a_missing_original_gives_a_state_and_is_reported(database: Database) -> None:
    resource_id = _added(database, "gone.txt", b"gone")
    with database.reading() as db:
        sha256 = str(_revision(db, resource_id).sha256)
    originals.path_of(database.config, sha256).unlink()
    page_texts.catch_up(database)
    with database.reading() as db:
        assert "missing" in _revision(db, resource_id).state_detail
    assert any("'gone.txt' is missing" in problem for problem in page_texts.file_problems(database))


def test_a_damaged_original_is_reported(database: Database) -> None:
    _added(database, "plan.txt", b"a plan")
    page_texts.catch_up(database)
    assert page_texts.file_problems(database) == []
    path = next(originals.all_stored(database.config))
    path.write_bytes(b"another plan")
    assert any("is damaged" in problem for problem in page_texts.file_problems(database))


@pytest.mark.both_databases
def test_rebuilding_restores_the_same_pages(database: Database) -> None:
    _added(database, "notes.md", b"# One\n\nfirst\n\n# Two\n\nsecond")
    with database.writing() as db:
        a_resource(db, an_organization(db), pages=["typed text"])

    def pages() -> list[tuple[int, int, str]]:
        with database.reading() as db:
            query = select(Page.revision_id, Page.number, Page.text).order_by(Page.revision_id, Page.number)
            return [(row.revision_id, row.number, row.text) for row in db.execute(query)]

    page_texts.catch_up(database)
    with database.writing() as db:
        library_actions.discard_page_texts(db)
    page_texts.catch_up(database)
    before = pages()
    with database.writing() as db:
        library_actions.discard_page_texts(db)
    page_texts.catch_up(database)
    assert pages() == before
    assert len(before) == 3


@pytest.mark.both_databases
def test_orphans_are_swept_once_a_day_when_they_are_a_day_old(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _added(database, "kept.txt", b"kept")
    orphan = originals.store(database.config, io.BytesIO(b"an orphan"))
    young = originals.store(database.config, io.BytesIO(b"of an upload in progress"))
    old = clock.now().timestamp() - 2 * 86_400
    for path in originals.all_stored(database.config):
        if path.name != young.sha256:
            os.utime(path, (old, old))
    assert page_texts.sweep_orphans(database) == 1
    names = {path.name for path in originals.all_stored(database.config)}
    assert orphan.sha256 not in names
    assert young.sha256 in names
    assert len(names) == 2
    assert page_texts.sweep_orphans(database) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("problem", ["too large", "empty"])
def test_a_file_that_is_refused_leaves_nothing_behind(database: Database, problem: str) -> None:
    config = replace(database.config, MAX_UPLOAD_MB=1)
    content = b"" if problem == "empty" else b"x" * 1_000_001
    with pytest.raises(Refused, match="empty" if problem == "empty" else "The limit is 1 MB"):
        originals.store(config, io.BytesIO(content))
    assert [path for path in (config.UPLOADS / "files").rglob("*") if path.is_file()] == []


def test_the_lease_of_a_file_begins_when_the_wait_for_other_writers_is_over(
    database: Database, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _added(database, "good.txt", b"A sentence about workforce.")
    writing = database.writing

    @contextmanager
    def after_a_wait() -> Iterator[Session]:
        with writing() as db:
            frozen_clock.advance(seconds=30)
            yield db

    monkeypatch.setattr(database, "writing", after_a_wait)
    revision = page_texts._claim(database)
    assert revision
    assert revision.lease_until == frozen_clock.at + page_texts.LEASE

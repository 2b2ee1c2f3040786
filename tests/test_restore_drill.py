"""The drill: a hub is backed up while people write, everything is killed, and it is restored elsewhere."""

import http.client
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config import Config
from hub.core.db import Database
from hub.library.derive import page_texts
from hub.library.files import originals
from hub.library.models import Revision
from hub.members.rules.permissions import OPERATOR
from hub.operations.actions import backing_up as backing_up_actions
from hub.operations.store.target import Target
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from tests import postgres
from tests.serving import Hub, Visitor, eventually

WRITERS = 4
SIGN_INS = [f"{name}@demo.example" for name in ("contributor", "representative", "alternate", "bff")]
QUERIES = (
    "workforce", "apprenticeship", "supply chain", "cyber", "CMMC", "energy", "grant", "export", "site", "capital",
    "training", "community college", "tooling", "reshoring", "briefing", "call notes", "foundry", "robot", "deadline",
    "quillback",
)  # fmt: skip


class Writers:
    """People who upload files one after another over HTTP, and note what the hub acknowledged."""

    def __init__(self, hub: Hub) -> None:
        self.acknowledged: dict[str, str] = {}  # text of a file by the path of its page
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(hub, email)) for email in SIGN_INS]
        assert len(self.threads) == WRITERS
        for thread in self.threads:
            thread.start()

    def _write(self, hub: Hub, email: str) -> None:
        try:
            browser = Visitor(hub).sign_in(email)
            token = browser.token("/resources/new")
            while not self.stop.is_set():
                text = f"quillback {email.split('@', maxsplit=1)[0]} number {len(self.acknowledged)} of {time.monotonic_ns()}"
                self.acknowledged[browser.upload(f"{len(text)}.txt", text.encode(), token)] = text
        except (OSError, http.client.HTTPException):
            return  # the hub was killed

    def wait_for(self, count: int) -> None:
        eventually(lambda: len(self.acknowledged) >= count)

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(60)


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Sequence[dict[str, Any]]:
    """The settings of the hub's database, and of the other kind to which it is restored."""
    pattern = request.getfixturevalue("postgresql")
    postgres.create(pattern, "drill", template="template0")
    both: list[dict[str, Any]] = [{}, {"DATABASE_URL": pattern.format(name="drill")}]
    return both if request.param == "sqlite" else both[::-1]


def caught_up(hub: Hub, newest: int = 0) -> dict[str, list[int]]:
    """Read and index everything, and return the resources that each query finds, up to the id ``newest``."""
    with closing(Database(Config.load(hub.environ))) as database:
        page_texts.catch_up(database)
        index.catch_up(database)
        with database.reading() as db:
            everyone: Any = OPERATOR
            return {
                query: sorted(
                    hit.resource
                    for hit in results_queries.search(db, everyone, Query(text=query, per_page=1000)).hits
                    if not newest or hit.resource <= newest
                )
                for query in QUERIES
            }


@pytest.mark.kills
@pytest.mark.postgresql
@pytest.mark.parametrize("databases", ["sqlite", "postgresql"], indirect=True)
def test_what_was_acknowledged_before_the_backup_is_restored_elsewhere(
    databases: Sequence[dict[str, Any]], own_demo: Database, tmp_path: Path
) -> None:
    hub, other = (
        Hub(tmp_path / name, 0, **settings) for name, settings in zip(("hub", "other"), databases, strict=True)
    )
    backing_up_actions.back_up(own_demo, Target(tmp_path / "pattern"))
    assert hub.command("restore", str(tmp_path / "pattern")).returncode == 0  # the demo world, in either database
    answers = caught_up(hub)
    assert len([query for query, hits in answers.items() if hits]) >= 15
    newest = max(max(hits, default=0) for hits in answers.values())
    hub.start()
    writers = Writers(hub)
    folder = str(tmp_path / "backups")
    try:
        writers.wait_for(8)
        before = dict(writers.acknowledged)
        made = hub.command("backup", folder)
        assert made.returncode == 0, made.stderr
        writers.wait_for(len(before) + 4)  # what comes after the backup is lost with the hub
    finally:
        hub.kill()
        writers.end()
    restored = other.command("restore", folder)
    assert restored.returncode == 0, restored.stderr
    assert caught_up(other, newest) == answers
    verified = other.command("verify")
    assert verified.returncode == 0, verified.stdout
    texts = texts_in(other)
    assert {path: text for path, text in before.items() if texts.get(path) != text} == {}


def texts_in(hub: Hub) -> dict[str, str]:
    """Return the contents of the writers' files by the path of their page."""
    config = Config.load(hub.environ)
    with closing(Database(config)) as database, database.reading() as db:
        stored = db.execute(
            select(Revision.resource_id, Revision.sha256).where(Revision.file_name.regexp_match(r"^\d+\.txt$"))
        )
        return {f"/resources/{id_}": originals.path_of(config, sha256 or "").read_text() for id_, sha256 in stored}

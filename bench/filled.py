"""Hubs filled with many resources, and what benchmarks do with them.

``HUB_BENCH_KEEP`` is a folder in which they are kept for the next run, with their indexes.
"""

import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import HTTPCookieProcessor

from bench import corpus
from config import Config
from hub.core.db import Database
from hub.migrations import schema
from hub.search import index
from hub.search.store import folders
from tests.serving import Hub, Visitor

PAGES = 10  # of each resource
KEEP = os.environ.get("HUB_BENCH_KEEP", "")


@dataclass
class Filled:
    """A filled hub that isn't running yet."""

    hub: Hub
    database: Database
    characters: int
    resources: int
    questions: Sequence[str]


def fill(folder: Path, size: int, stories: Sequence[corpus.Story], *, meaning: str = "off") -> Filled:
    """Make a hub with ``size`` resources in ``folder``, and Ana who may sign in; it has no index yet, and isn't running."""
    folder = Path(KEEP) / str(size) if KEEP else folder
    pause = str(Config.WORKER_PAUSE)  # instead of the shorter pause of tests
    hub = Hub(folder / "hub", WORKER_PAUSE=pause, MEANING=meaning)
    instance, uploads = Path(hub.environ["HUB_INSTANCE"]), Path(hub.environ["HUB_UPLOADS"])
    config = Config.load({}, INSTANCE=instance, UPLOADS=uploads, LOG_LEVEL="ERROR", MEANING=meaning)
    database = Database(config)
    kept = folder / "characters"
    if kept.exists():
        return Filled(hub, database, int(kept.read_text()), size, corpus.queries(stories))
    schema.upgrade(database)
    characters = corpus.fill(database, size, PAGES, stories)
    corpus.fill_vectors(database, stories)
    words = ("person", "add", "ana@lakeshore.example", "--name", "Ana", "--organization", "community-2")
    added = hub.command(*words, "--role", "representative", "--password-stdin", stdin="welcome-to-the-hub\n")
    assert added.returncode == 0, added.stderr
    kept.write_text(str(characters))
    return Filled(hub, database, characters, size, corpus.queries(stories))


@dataclass(frozen=True)
class Indexed:
    """How many resources were indexed in a second of one core, 0 if all were already, and the seconds by the clock."""

    per_second: float
    seconds: float


def make_index(filled: Filled) -> Indexed:
    """Index all resources in this process, and merge the index, as it is an hour after a large import."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    changed = index.catch_up(filled.database)
    after, took = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    merge_all(filled.database)
    return Indexed(filled.resources / cpu if changed else 0.0, took)


def merge_all(database: Database) -> None:
    """Merge all segments now, so that the worker doesn't merge them during the measurements."""
    index.QUIET_AFTER = 0.0
    root = folders.root_of(database.config)
    while index._could_merge(root):  # noqa: SLF001
        index.catch_up(database)


def load() -> str:
    """Return the machine's load of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def cookie_of(hub: Hub, email: str = "ana@lakeshore.example") -> str:
    """Return the session cookie of a member who signed in through the form."""
    browser = Visitor(hub).sign_in(email)
    handlers = vars(browser.opener)["handlers"]
    jar = next(handler.cookiejar for handler in handlers if isinstance(handler, HTTPCookieProcessor))
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)

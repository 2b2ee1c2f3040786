"""Several processes and threads with one index: killed writers, locks, and searches during changes."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from config import ROOT, Config
from hub.core.db import Database
from hub.members.models import Person
from hub.search import index
from hub.search.store import folders
from tests.search.index.finding import organization_of, search
from tests.serving import TIMEOUT
from tests.world import a_resource

# HUB_TEST_KILLS=100 is the long check, see docs/search.md.
KILLS = int(os.environ.get("HUB_TEST_KILLS", "4"))
WRITER = """
import sys, time
from config import Config
from hub.core.db import Database
from hub.search import index
database = Database(Config.load())
print("ready", flush=True)
while True:
    index.catch_up(database)
    if sys.argv[1:] == ["once"]:
        break
"""


def start_writer(config: Config, *arguments: str) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "HUB_INSTANCE": str(config.INSTANCE),
        "HUB_UPLOADS": str(config.UPLOADS),
        "HUB_DATABASE_URL": config.DATABASE_URL,
        "HUB_SECRET_KEY": config.SECRET_KEY,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", WRITER, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.kills
def test_the_next_writer_completes_the_index_of_a_killed_writer(database: Database, member: Person) -> None:
    rng = random.Random(9)
    count = 0
    for _ in range(KILLS):
        writer = start_writer(database.config)
        with writer:
            assert writer.stdout is not None
            try:
                writer.stdout.readline()
                until = time.monotonic() + rng.uniform(0.0, 0.5)
                while time.monotonic() < until:
                    with database.writing() as db:
                        a_resource(db, organization_of(db, member), f"Toolkit {count}", ["steel and forge " * 50] * 3)
                    count += 1
                    assert search(database, "toolkit", member).total <= count
            finally:
                writer.send_signal(signal.SIGKILL)
        assert search(database, "toolkit", member).total <= count
    index.catch_up(database)
    assert index.audit_index(database) == []
    assert search(database, "toolkit", member).total == count


@pytest.mark.both_databases
def test_concurrent_writers_do_the_work_once(database: Database, member: Person) -> None:
    with database.writing() as db:
        for number in range(30):
            a_resource(db, organization_of(db, member), f"Toolkit {number}")
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(index.catch_up(database))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 0, 30]
    assert index.audit_index(database) == []


@pytest.mark.both_databases
def test_a_writer_without_the_lock_leaves_the_work_to_the_other(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, organization_of(db, member))
    with folders.writer_lock(folders.root_of(database.config), 0) as has_lock:
        assert has_lock
        assert index.catch_up(database, timeout=0) == 0
        assert index.rebuild(database, timeout=0) == 0
    assert index.catch_up(database, timeout=0) == 1


@pytest.mark.both_databases
def test_threads_search_while_the_index_changes(database: Database, member: Person) -> None:
    with database.writing() as db:
        for number in range(20):
            a_resource(db, organization_of(db, member), f"Toolkit {number}", [f"steel forge number {number}"] * 3)
    index.catch_up(database)
    wrong: list[object] = []
    stop = threading.Event()

    def keep_searching() -> None:
        while not stop.is_set():
            try:
                results = search(database, '"steel forge" numb*', member)
                if not results.complete or results.total < 20 or not all(hit.page for hit in results.hits):
                    wrong.append(results)
            except Exception as error:  # noqa: BLE001 - the assertion shows it
                wrong.append(error)

    threads = [threading.Thread(target=keep_searching) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(20, 26):
            with database.writing() as db:
                a_resource(db, organization_of(db, member), f"Toolkit {number}", ["steel forge number"])
            index.catch_up(database)
        index.rebuild(database)
    finally:
        stop.set()
        for thread in threads:
            thread.join(TIMEOUT)
    assert wrong == []

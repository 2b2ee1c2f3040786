"""Writers of a SQLite database take turns: none is refused, and reading waits for none."""

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config import Config
from hub.core import writers
from hub.core.chosen_settings import Setting
from hub.core.db import Database
from hub.core.writers import TooBusyError, WriterLine
from hub.search.models import LastVisit
from tests.serving import TIMEOUT, eventually
from tests.world import SignIn, a_person, an_organization

WRITERS, EACH = 20, 10


@pytest.fixture
def counted(database: Database) -> Database:
    with database.writing() as db:
        db.add(Setting(name="count", value="0"))
    return database


def _count(database: Database) -> int:
    with database.reading() as db:
        return int(db.get_one(Setting, "count").value)


def _add(database: Database, times: int = EACH) -> None:
    for _ in range(times):
        with database.writing() as db:
            row = db.get_one(Setting, "count")
            row.value = str(int(row.value) + 1)


def _add_from_elsewhere(url: str, folder: Path) -> None:
    """Add from a process of its own, with as many threads."""
    with closing(Database(Config.load({}, INSTANCE=folder, UPLOADS=folder, DATABASE_URL=url))) as database:
        assert database.line
        database.line._longest = WRITERS  # the line moves, however slow the machine is
        _run([lambda: _add(database)] * WRITERS)


def _run(acts: Sequence[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)


def test_of_twenty_writers_none_is_refused_and_no_update_is_lost(
    counted: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "STUCK_AFTER", TIMEOUT)  # the line moves, however slow the machine is
    _run([lambda: _add(counted)] * WRITERS)
    assert _count(counted) == WRITERS * EACH


@pytest.mark.kills
def test_writers_of_several_processes_take_turns(counted: Database, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=_add_from_elsewhere, args=(str(counted.engine.url), tmp_path / str(place)))
        for place in range(2)
    ]
    for process in others:
        process.start()
    _add(counted, EACH)
    for process in others:
        process.join(TIMEOUT)
    assert [process.exitcode for process in others] == [0, 0]
    assert _count(counted) == 2 * WRITERS * EACH + EACH


def test_writers_are_served_in_the_order_in_which_they_came() -> None:
    line, served = WriterLine(None, longest=WRITERS), list[int]()
    line.join()

    def write(place: int) -> None:
        line.join()
        served.append(place)
        line.leave()

    threads = []
    for place in range(WRITERS):
        threads.append(threading.Thread(target=write, args=(place,)))
        threads[-1].start()
        eventually(lambda: len(line._line) == len(threads))
    line.leave()
    for thread in threads:
        thread.join(TIMEOUT)
    assert served == [*range(WRITERS)]


def test_a_process_that_just_wrote_does_not_overtake_one_that_waits(tmp_path: Path) -> None:
    """Two lines on the same files are like two processes."""
    first, second = (WriterLine(tmp_path / "hub.sqlite3", longest=WRITERS) for _ in range(2))
    served: list[str] = []
    first.join()

    def write(line: WriterLine, name: str) -> None:
        line.join()
        served.append(name)
        line.leave()

    second_waits = threading.Thread(target=write, args=(second, "second"))
    second_waits.start()
    eventually(lambda: not _can_lock(tmp_path / "hub.sqlite3-next"))
    first_waits = threading.Thread(target=write, args=(first, "first again"))
    first_waits.start()
    eventually(lambda: len(first._line) == 1)
    first.leave()
    for thread in (second_waits, first_waits):
        thread.join(TIMEOUT)
    assert served == ["second", "first again"]
    first.close()
    second.close()


def _can_lock(path: Path) -> bool:
    lock = writers.LockFile(path)
    try:
        lock.acquire(0)
    except TooBusyError:
        return False
    finally:
        lock.release()
        lock.close()
    return True


@contextmanager
def _held_by_another_program(database: Database) -> Iterator[None]:
    """Hold the write lock as a program does that knows nothing of the line, such as sqlite3."""
    assert database.engine.url.database
    with closing(sqlite3.connect(database.engine.url.database, isolation_level=None)) as program:
        program.execute("BEGIN IMMEDIATE")
        yield
        program.execute("ROLLBACK")


def test_while_another_program_holds_the_lock_pages_are_read_and_visits_dropped(
    app: Flask, database: Database, sign_in: SignIn
) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore"), email="ana@lakeshore.example")
    ana = sign_in("ana@lakeshore.example")
    with _held_by_another_program(database):
        for address in ("/", "/search?q=toolkit", "/account", "/resources/new"):
            answer = ana.get(address)
            answer.close()  # visits are noted now
            assert answer.status_code == 200
    with database.reading() as db:
        assert db.scalars(select(LastVisit)).all() == []
    ana.get("/search?q=toolkit").close()
    with database.reading() as db:
        assert len(db.scalars(select(LastVisit)).all()) == 1


def test_a_line_that_does_not_move_leaves_threads_free_for_reading(
    counted: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are refused, and free to answer those who read."""
    monkeypatch.setattr(writers, "STUCK_AFTER", 0.1)
    waiting, refused = 5, list[str]()
    assert counted.line
    counted.line._longest = waiting

    def write() -> None:
        try:
            _add(counted, 1)
        except OperationalError as error:
            refused.append(str(error.orig))

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    with _held_by_another_program(counted):
        for thread in threads:
            thread.start()
        eventually(lambda: len(refused) == WRITERS - waiting - 1)  # one is at the front, with the lock files
        assert counted.line
        eventually(lambda: len(counted.line._line) == waiting)  # type: ignore[union-attr]
    for thread in threads:
        thread.join(TIMEOUT)
    assert _count(counted) == waiting + 1
    assert set(refused) == {"database is locked: other writers are waiting"}


def test_a_writer_whose_turn_does_not_come_reads_what_to_do_and_loses_no_text(
    database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore"), email="ana@lakeshore.example")
    ana = sign_in("ana@lakeshore.example")
    assert database.line
    monkeypatch.setattr(database.line, "join", _refuse)
    answer = ana.post("/account", data={"name": "Ana of the Lake"})
    assert answer.status_code == 503
    assert "too busy" in answer.text
    assert "Ana of the Lake" in answer.text


def _refuse(_patience: float) -> None:
    raise TooBusyError

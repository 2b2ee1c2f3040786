"""Workers are woken by what other processes write; a lost sign costs them only the time until they look again."""

import errno
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from hub import worker
from hub.core import clock, heartbeats, waking
from hub.core.chosen_settings import Setting
from hub.core.db import Database
from tests.serving import TIMEOUT, eventually

NOTHING: list[Path] = []


def _pipes(instance: Path) -> list[Path]:
    folder = instance / waking.FOLDER
    return [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else NOTHING


def _signs(reader: int) -> bytes:
    """Return what came through a pipe since the last call."""
    try:
        return os.read(reader, 1 << 16)
    except BlockingIOError:
        return b""


def _another_reader(path: Path) -> int:
    """Make a pipe, as any program could, and return its reading end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


@contextmanager
def _closed(*descriptors: int) -> Iterator[None]:
    try:
        yield
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _change(database: Database, value: str = "x") -> None:
    with database.writing() as db:
        db.merge(Setting(name="a setting of this test", value=value))


def _fail_after_writing(db: Session) -> None:
    db.add(Setting(name="rolled back", value="x"))
    db.flush()
    raise ZeroDivisionError


def test_every_worker_gets_a_sign_of_one_byte_after_a_transaction_that_changes_something(database: Database) -> None:
    folder = database.config.INSTANCE / waking.FOLDER
    first, second = _another_reader(folder / "first"), _another_reader(folder / "second")
    with _closed(first, second):
        _change(database)
        assert [_signs(first), _signs(second)] == [b"\0", b"\0"]


def test_what_changes_nothing_wakes_no_one(database: Database) -> None:
    reader = _another_reader(database.config.INSTANCE / waking.FOLDER / "reader")
    with _closed(reader):
        with database.reading() as db:
            db.get(Setting, "a setting of this test")
        with database.writing() as db:
            db.get(Setting, "a setting of this test")
        with database.noting() as db:
            db.merge(Setting(name="a note that may be lost", value="x"))
        with pytest.raises(ZeroDivisionError), database.writing() as db:
            _fail_after_writing(db)
        with database.writing() as db:
            with db.begin_nested():
                db.add(Setting(name="in a savepoint", value="x"))
            assert not _signs(reader), "nothing is committed yet"
        assert _signs(reader)


def test_a_statement_wakes_like_an_object(database: Database) -> None:
    reader = _another_reader(database.config.INSTANCE / waking.FOLDER / "reader")
    with _closed(reader):
        with database.writing() as db:
            db.execute(update(Setting).values(value="y"))
        assert _signs(reader)


def test_without_a_worker_waking_does_nothing(tmp_path: Path) -> None:
    waking.wake(tmp_path / "missing")
    (tmp_path / waking.FOLDER).write_text("a file where the folder should be")
    waking.wake(tmp_path)


def test_the_pipe_of_a_worker_that_died_is_deleted_and_no_one_waits_for_it(tmp_path: Path) -> None:
    os.close(_another_reader(tmp_path / waking.FOLDER / "dead"))
    alive = waking.Pipe(tmp_path)
    waking.wake(tmp_path)
    assert _pipes(tmp_path) == [alive.path]
    assert alive.wait()
    alive.close()


def test_a_full_pipe_takes_no_more_signs_and_holds_up_no_one(tmp_path: Path) -> None:
    pipe = waking.Pipe(tmp_path)
    writer = os.open(pipe.path, os.O_WRONLY | os.O_NONBLOCK)
    with _closed(writer), suppress(BlockingIOError):
        while os.write(writer, b"\0" * 4096):
            pass
    waking.wake(tmp_path)
    assert pipe.wait()
    waking.wake(tmp_path)
    assert pipe.wait(), "signs come again once the worker has taken those before"
    pipe.close()


def test_other_accounts_can_neither_see_nor_open_the_pipe(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        pipe = waking.Pipe(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(pipe.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(pipe.path.stat().st_mode) == 0o600
    pipe.close()


def test_a_pipe_that_may_not_be_opened_wakes_no_one_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = waking.Pipe(tmp_path)

    def refuse(*_path: object, **_options: object) -> int:
        raise PermissionError(errno.EACCES, "refused")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        waking.wake(tmp_path)
    assert _pipes(tmp_path) == [pipe.path]
    pipe.close()


def test_a_worker_that_ends_leaves_no_pipe(tmp_path: Path) -> None:
    pipe = waking.Pipe(tmp_path)
    pipe.interrupt()
    assert pipe.wait()
    pipe.close()
    assert list((tmp_path / waking.FOLDER).iterdir()) == []


def test_a_pipe_that_someone_deleted_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "CHECKED_EVERY", 0.01)
    monkeypatch.setattr(waking, "CONNECTED_AGAIN_AFTER", 0.01)
    stop, alarm = threading.Event(), waking.Alarm()
    listening = threading.Thread(target=waking.listen, args=(stop, alarm, lambda: waking.Pipe(tmp_path)), daemon=True)
    listening.start()
    [first] = eventually(lambda: _pipes(tmp_path))
    first.unlink()
    [second] = eventually(lambda: _pipes(tmp_path))
    assert second != first
    stop.set()
    alarm.close()
    listening.join(TIMEOUT)
    assert not listening.is_alive()


def test_a_worker_that_cannot_be_woken_looks_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "CONNECTED_AGAIN_AFTER", 0.01)
    stop, alarm, tries = threading.Event(), waking.Alarm(), list[int]()

    def refuse() -> waking.Source:
        tries.append(len(tries))
        if len(tries) > 1:
            stop.set()
        raise PermissionError(errno.EPERM, "no pipes on this file system")

    waking.listen(stop, alarm, refuse)
    assert tries == [0, 1]
    assert alarm.source is None


def test_a_thread_does_not_wake_itself(database: Database) -> None:
    database.alarm = waking.Alarm()
    own, others = database.alarm.bell(), list[threading.Event]()
    other = threading.Thread(target=lambda: others.append(database.alarm.bell()) if database.alarm else None)
    other.start()
    other.join()
    _change(database)
    assert others[0].is_set()
    assert not own.is_set()


def test_a_change_while_the_worker_stops_listening_is_saved_and_signals_nothing_to_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = waking.Pipe(database.config.INSTANCE)
    database.alarm = waking.Alarm()
    looks = iter([pipe, None])
    monkeypatch.setattr(waking.Alarm, "source", property(lambda _alarm: next(looks)), raising=False)
    _change(database, "saved")
    assert _signs(pipe._reading) == b""
    pipe.close()
    with database.reading() as db:
        assert db.get_one(Setting, "a setting of this test").value == "saved"


def test_a_bell_that_rang_while_the_worker_looked_ends_its_next_pause_at_once() -> None:
    stop, bell = threading.Event(), threading.Event()
    bell.set()
    waking.pause(stop, bell, longest=2 * TIMEOUT, until=0.0)
    stop.set()
    waking.pause(stop, threading.Event(), longest=2 * TIMEOUT, until=time.monotonic() + 2 * TIMEOUT)


class _Once(threading.Event):
    """Ends a loop at its first pause."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_a_heartbeat_wakes_no_one_and_keeps_what_others_do(database: Database) -> None:
    reader = _another_reader(database.config.INSTANCE / waking.FOLDER / "reader")
    progress = heartbeats.Progress()
    progress.note("pages", "pages", 0)
    with database.writing() as db:
        heartbeats.record_heartbeat(db, "elsewhere/1", progress)
    with _closed(reader):
        _signs(reader)
        worker._send_heartbeats(_Once(), database, progress)
        assert not _signs(reader)
    with database.reading() as db:
        assert [line.name for line in heartbeats.lines(db)] == sorted(["elsewhere/1", heartbeats.worker_name()])


def test_a_worker_silent_for_a_day_is_forgotten_with_its_lines(database: Database) -> None:
    progress = heartbeats.Progress()
    progress.note("pages", "", 0)
    with database.writing() as db:
        heartbeats.record_heartbeat(db, "gone/1", progress)
        db.execute(update(heartbeats.Heartbeat).values(at=clock.now() - 2 * heartbeats.SILENT_AFTER * 1_000))
    for _ in range(2):
        with database.writing() as db:
            heartbeats.record_heartbeat(db, "new/1", progress)
    with database.reading() as db:
        assert {row.name for row in db.query(heartbeats.Heartbeat)} == {"new/1"}
        assert {row.name for row in db.query(heartbeats.WorkerLine)} == {"new/1"}


@contextmanager
def _running(database: Database, steps: dict[str, Callable[[], int]], patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a worker that does nothing but these steps, a line each, and would look by itself only after the test."""
    database.config = replace(database.config, WORKER_PAUSE=20.0 * TIMEOUT)
    patch.setattr(worker, "STEPS", {name: lambda _db, _reader, step=step: step() for name, step in steps.items()})
    patch.setattr(worker, "THREADS", tuple((name,) for name in steps))
    stop = threading.Event()
    running = threading.Thread(target=worker.run_until, args=(stop, database), daemon=True)
    running.start()
    try:
        yield
    finally:
        stop.set()
        running.join(TIMEOUT)
    assert not running.is_alive()


@pytest.mark.both_databases
def test_two_workers_see_at_once_what_another_process_writes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = [threading.Event(), threading.Event()]
    ready = threading.Event()

    def look(number: int) -> int:
        if ready.is_set():
            seen[number].set()
        return 0

    other, third = Database(database.config), Database(database.config)
    with (
        _running(database, {"pages": lambda: look(0), "index": lambda: look(1)}, monkeypatch),
        _running(other, {"pages": lambda: look(0), "index": lambda: look(1)}, monkeypatch),
    ):
        eventually(lambda: database.alarm and database.alarm.source and other.alarm and other.alarm.source)
        ready.set()
        _change(third)
        assert all(each.wait(TIMEOUT) for each in seen)
    other.close()
    third.close()


def test_a_line_begins_as_soon_as_another_line_has_written(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    written, drawn = threading.Event(), threading.Event()

    def write() -> int:
        if not written.is_set():
            _change(database)
            written.set()
        return 0

    def follow() -> int:
        if written.is_set():
            drawn.set()
        return 0

    with _running(database, {"pages": write, "previews": follow}, monkeypatch):
        assert drawn.wait(TIMEOUT)


def test_a_worker_at_rest_looks_no_further(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = list[str]()
    looked = threading.Event()

    def look() -> int:
        looks.append(threading.current_thread().name)
        looked.set()
        return 0

    with _running(database, {"pages": look}, monkeypatch):
        eventually(lambda: database.alarm and database.alarm.source)
        assert looked.wait(TIMEOUT)
        _change(database, "one change")
        eventually(lambda: len(looks) > 1)
        # Heartbeats and its own looks don't wake it: at most one look at the start, one when it listens, one now.
        assert len(looks) <= 3

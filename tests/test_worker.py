"""The worker stops on request, even during a long step, and retries steps that fail."""

import logging
import threading
from dataclasses import replace

import pytest

from config import Config
from hub import worker
from hub.core.db import Database
from tests.serving import TIMEOUT


def test_a_long_step_does_not_delay_stopping_the_worker(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started, finished, stop = threading.Event(), threading.Event(), threading.Event()

    def merge_for_hours(_database: Database, _reader: object) -> int:
        started.set()
        finished.wait(2 * TIMEOUT)
        return 0

    monkeypatch.setitem(worker.STEPS, "index", merge_for_hours)
    monkeypatch.setattr(worker, "SHUTDOWN_TIMEOUT", 0.1)
    caplog.set_level(logging.INFO, "hub.worker")
    running = threading.Thread(target=worker.run_until, args=(stop, database), daemon=True)
    running.start()
    assert started.wait(TIMEOUT)
    stop.set()
    running.join(TIMEOUT)
    assert not running.is_alive()
    [logged] = [record for record in caplog.records if "cut off" in record.message]
    assert "index" in vars(logged)["steps"]
    finished.set()
    names = {steps[0] for steps in worker.THREADS}
    for thread in [thread for thread in threading.enumerate() if thread.name in names]:
        thread.join(TIMEOUT)  # outside of tests, the process would end


def test_a_step_that_fails_is_logged_and_retried(
    config: Config, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[int] = []
    stop = threading.Event()

    def fail_once(_database: Database, _reader: object) -> int:
        tries.append(len(tries))
        if len(tries) == 1:
            raise RuntimeError
        stop.set()
        return 0

    database.config = replace(config, WORKER_PAUSE=0.01)
    monkeypatch.setitem(worker.STEPS, "index", fail_once)
    thread = threading.Thread(target=worker._run_steps, args=(stop, database, ("index",)), daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    assert tries == [0, 1]
    assert "A step of the worker failed" in caplog.text

"""hub serve: web and worker as two processes; one that dies is started again, and both go when we go."""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from config import Config
from hub import worker
from hub.app import create_app
from hub.cli.connections import PatientWorker
from hub.core.db import Database

log = logging.getLogger("hub.serve")

# A process that dies at once is started again after a pause, so that the log stays readable.
PAUSE = 1.0  # seconds
PATIENCE = 20  # seconds that a process gets to finish what it does when the hub stops, before it is killed
TOLD_TO_STOP = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Web(BaseApplication):  # type: ignore[misc]
    """Gunicorn with the hub's own settings: threads, since one slow upload must not block the others."""

    def __init__(self, config: Config, host: str, port: int) -> None:
        self.hub, self.host, self.port = config, host, port
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn."""
        bind = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        settings = {
            "bind": bind,
            "workers": self.hub.WEB_WORKERS,
            "threads": self.hub.WEB_THREADS,
            "worker_class": PatientWorker,
            "timeout": 120,
            "graceful_timeout": 15,
            "keepalive": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "hub-web",
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called by gunicorn in each web process: engines must not be shared by a fork."""
        return create_app(self.hub)


def serve_until_stopped(config: Config, host: str, port: int) -> int:
    """Run both until SIGTERM or SIGINT; answers the exit status: 1 when the web server can't start."""
    starts: dict[str, Callable[[], Any]] = {
        "web": lambda: Web(config, host, port).run(),
        "worker": lambda: worker.main(Database(config)),
    }
    running = {_start(start): name for name, start in starts.items()}
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        signal.alarm(PATIENCE)
        _tell(running, signal.SIGTERM)

    def cut_off(_number: int, _frame: FrameType | None) -> None:
        _tell(running, signal.SIGKILL)

    for number in TOLD_TO_STOP:
        signal.signal(number, stop)
    signal.signal(signal.SIGALRM, cut_off)
    began = time.monotonic()
    status = 0
    while running:
        pid, how = os.wait()
        name = running.pop(pid, "")
        if stopping or not name:
            continue
        if name == "web" and os.WIFEXITED(how) and time.monotonic() - began < PATIENCE:
            # It could not even start (the port is taken, say): starting again would not help.
            status = 1
            stop(0, None)
            continue
        log.warning("The %s process died; it is started again.", name)
        time.sleep(PAUSE)
        if not stopping:
            pid = _start(starts[name])
            running[pid] = name
            if stopping:  # told to meanwhile, before this one was known
                _tell([pid], signal.SIGTERM)
    return status


def _tell(processes: Iterable[int], what: signal.Signals) -> None:
    """Send a signal to processes, which may have ended just now."""
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def _start(run: Callable[[], Any]) -> int:
    """Fork a process that runs ``run``, and that ends when this one does, however that ends."""
    parent = os.getpid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TOLD_TO_STOP)  # a child has no handler of ours, not for a moment
    if pid := os.fork():
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid
    status = 1
    try:
        for number in (*TOLD_TO_STOP, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.setpgid(0, 0)  # Ctrl-C reaches us, and we tell them: each is told once
        _end_with_parent()
        if os.getppid() == parent:
            run()
            status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except Exception:
        log.exception("The process ended with an error.")
    finally:
        sys.stdout.flush()
        os._exit(status)


def _end_with_parent() -> None:
    """Linux tells a child when its parent dies; elsewhere `hub serve` must not be killed with -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

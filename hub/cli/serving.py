"""hub serve: runs web server and worker as child processes, restarts them if they die, and stops them together."""

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

# A pause before restarting a process that died, so that a crash loop doesn't flood the log.
RESTART_DELAY = 1.0  # seconds
SHUTDOWN_TIMEOUT = 20  # seconds that a process gets to finish when the hub stops, before it is killed
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Web(BaseApplication):  # type: ignore[misc]
    """Gunicorn with the hub's settings. It uses threads, so that a slow upload doesn't block other requests."""

    def __init__(self, config: Config, host: str, port: int) -> None:
        self.hub, self.host, self.port = config, host, port
        super().__init__()

    def load_config(self) -> None:
        """Apply the hub's settings. Gunicorn calls this."""
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
        """Create the app. Gunicorn calls this in each web process, since database engines can't be shared after a fork."""
        return create_app(self.hub)


def serve_until_stopped(config: Config, host: str, port: int, *, with_worker: bool = True) -> int:
    """Run the web server and the worker until SIGTERM or SIGINT, and return the exit status: 1 if the web server can't start.

    Without ``with_worker``, only the web server runs.
    """
    starts: dict[str, Callable[[], Any]] = {
        "web": lambda: Web(config, host, port).run(),
    }
    if with_worker:
        starts["worker"] = lambda: worker.main(Database(config))
    running = {_start(start): name for name, start in starts.items()}
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        signal.alarm(SHUTDOWN_TIMEOUT)
        _signal_all(running, signal.SIGTERM)

    def kill(_number: int, _frame: FrameType | None) -> None:
        _signal_all(running, signal.SIGKILL)

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    signal.signal(signal.SIGALRM, kill)
    started_at = time.monotonic()
    status = 0
    while running:
        pid, wait_status = os.wait()
        name = running.pop(pid, "")
        if stopping or not name:
            continue
        if name == "web" and os.WIFEXITED(wait_status) and time.monotonic() - started_at < SHUTDOWN_TIMEOUT:
            # It couldn't start, for example because the port is in use; restarting wouldn't help.
            status = 1
            stop(0, None)
            continue
        log.warning("The %s process died. Restarting it.", name)
        time.sleep(RESTART_DELAY)
        if not stopping:
            pid = _start(starts[name])
            running[pid] = name
            if stopping:  # a signal arrived before the new process was recorded
                _signal_all([pid], signal.SIGTERM)
    return status


def _signal_all(processes: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to processes; some may have ended already."""
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _start(run: Callable[[], Any]) -> int:
    """Fork a process that calls ``run``, and ends when this process ends."""
    parent = os.getpid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # the child must not run the parent's handlers
    if pid := os.fork():
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid
    status = 1
    try:
        for number in (*STOP_SIGNALS, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.setpgid(0, 0)  # Ctrl-C reaches only the parent, which signals each child once
        _end_with_parent()
        if os.getppid() == parent:
            run()
            status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except Exception:
        log.exception("A process of hub serve failed.")
    finally:
        sys.stdout.flush()
        os._exit(status)


def _end_with_parent() -> None:
    """Ask Linux to stop this process when its parent dies; elsewhere don't kill `hub serve` with -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

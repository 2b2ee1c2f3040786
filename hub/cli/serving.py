"""hub serve: runs web processes and the worker as child processes, restarts them if they die, stops them together.

The parent imports the hub and makes the web application once, and its children share that memory. It opens no
database, starts no thread and reads no upload: none of these survive a fork.
"""

import ctypes
import errno
import gc
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import configure_mappers

from config import Config
from hub import worker
from hub.app import create_app
from hub.cli.connections import WebServer
from hub.core import bodies, disk
from hub.core.db import Database
from hub.core.errors import Refused

log = logging.getLogger("hub.serve")

# A pause before restarting a process that died, so that a crash loop doesn't flood the log.
RESTART_DELAY = 1.0  # seconds
SHUTDOWN_TIMEOUT = 20  # seconds that a process gets to finish when the hub stops, before it is killed
# Processes of a killed `hub serve` close the port at once, but may need a moment for it.
PORT_TIMEOUT = 5.0  # seconds
BACKLOG = 1024  # connections that the kernel accepts while no process does
FILES = 8192  # open files of a web process: a connection, a body and a download each
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises Refused if another program uses the port or the address isn't ours."""
    deadline = time.monotonic() + PORT_TIMEOUT
    while True:
        try:
            return _bound(host, port)
        except OSError as error:
            is_used = error.errno == errno.EADDRINUSE
            if is_used and time.monotonic() < deadline:
                time.sleep(0.2)
                continue
            advice = (
                "Stop the program that uses it, or choose another port with --port." if is_used else "Check --host."
            )
            reason = "is in use" if is_used else f"can't be used ({error.strerror or error})"
            message = f"The address {host}:{port} {reason}. {advice}"
            raise Refused(message) from error


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def preload(config: Config) -> Flask:
    """Return the web application with all that it would make lazily, for processes that are forked afterward.

    The garbage collector skips all of it from then on: looking through it would copy each page of memory.
    """
    gc.disable()  # what it frees meanwhile would leave gaps, which children fill with copies
    try:
        app = create_app(config)
        configure_mappers()
        app.url_map.update()
        for name in app.jinja_loader.list_templates() if app.jinja_loader else ():
            app.jinja_env.get_template(name)
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()
    return app


def run_web(config: Config, app: Flask, listener: socket.socket) -> None:
    """Serve the application's pages on ``listener`` until SIGTERM or SIGINT."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if hard == resource.RLIM_INFINITY else min(FILES, hard), hard))
    logging.getLogger("waitress").parent = log  # so that its errors are written in the hub's format
    with suppress(OSError):  # bodies that arrive are large, and /tmp may be in memory
        folder = config.UPLOADS / "files" / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.tempdir = str(folder)
    server = WebServer(
        app,
        listener,
        config.WEB_THREADS,
        lambda environ: bodies.limit_of(app, environ),
        lambda environ: bodies.objection_of(app, environ),
        lambda size: disk.has_room(config, size),
        config.TRUSTED_PROXIES,
    )
    for number in STOP_SIGNALS:
        signal.signal(number, lambda _number, _frame: server.stop())
    database: Database = app.extensions["hub-database"]
    database.notes.start()
    server.run()
    database.notes.stop()


class Processes:
    """The child processes of `hub serve`."""

    def __init__(self, config: Config, listener: socket.socket, *, with_worker: bool) -> None:
        def run_worker() -> None:
            listener.close()
            worker.main(Database(config))

        self.listener, self.stopping = listener, False
        app = preload(config)
        self.starts: dict[str, Callable[[], Any]] = {
            f"web {number}": lambda: run_web(config, app, listener) for number in range(1, config.WEB_WORKERS + 1)
        }
        if with_worker:
            self.starts["worker"] = run_worker
        self.running: dict[int, str] = {}

    def start(self, name: str) -> None:
        """Start a process."""
        pid = _start(self.starts[name])
        self.running[pid] = name
        if self.stopping:  # a signal arrived before the process was recorded
            _signal_all([pid], signal.SIGTERM)

    def stop(self, *_signal: object) -> None:
        """Ask all processes to stop, and kill those that haven't after SHUTDOWN_TIMEOUT."""
        self.stopping = True
        self.listener.close()  # otherwise new connections would wait for a process that never comes
        signal.alarm(SHUTDOWN_TIMEOUT)
        _signal_all(self.running, signal.SIGTERM)

    def kill(self, _number: int, _frame: FrameType | None) -> None:
        """Kill all processes."""
        _signal_all(self.running, signal.SIGKILL)


def serve_until_stopped(config: Config, listener: socket.socket, *, with_worker: bool = True) -> int:
    """Run web processes and the worker until SIGTERM or SIGINT. Return the exit status: 1 if a process can't start.

    Without ``with_worker``, only web processes run.
    """
    processes = Processes(config, listener, with_worker=with_worker)
    for number in STOP_SIGNALS:
        signal.signal(number, processes.stop)
    signal.signal(signal.SIGALRM, processes.kill)
    started_at = time.monotonic()
    for name in processes.starts:
        processes.start(name)
    status = 0
    while processes.running:
        pid, wait_status = os.wait()
        name = processes.running.pop(pid, "")
        if processes.stopping or not name:
            continue
        if name != "worker" and os.WIFEXITED(wait_status) and time.monotonic() - started_at < SHUTDOWN_TIMEOUT:
            # It couldn't start; restarting wouldn't help.
            status = 1
            processes.stop()
            continue
        log.warning("The %s process died. Restarting it.", name)
        time.sleep(RESTART_DELAY)
        if not processes.stopping:
            processes.start(name)
    return status


def _signal_all(processes: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to processes; some may have ended already."""
    for pid in list(processes):
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
    except Refused as refused:
        click.echo(f"Error: {refused}", err=True)
    except Exception:
        log.exception("A process of hub serve failed.")
    finally:
        sys.stdout.flush()
        os._exit(status)


def _end_with_parent() -> None:
    """Ask Linux to stop this process when its parent dies; elsewhere don't kill `hub serve` with -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

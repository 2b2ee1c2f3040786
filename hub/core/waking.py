"""Waking of workers: a transaction that changed something tells them to look for work at once.

On SQLite, all processes are on one machine, and each worker has a pipe in the instance folder. On PostgreSQL, workers
listen to notifications. Both may be lost, such as when a worker dies. So every worker also looks by itself now and
then, which finds what it wasn't told.
"""

import errno
import logging
import os
import secrets
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Protocol, cast

from sqlalchemy import Executable, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger("hub.worker")

FOLDER = "wake"  # in the instance folder, with a pipe for each worker
CHANNEL = "hub_work"
CHECKED_EVERY = 15.0  # seconds after which a worker checks that its pipe still exists
CONNECTED_AGAIN_AFTER = 5.0  # seconds
_SIGN = b"\0"
_MOST = 1 << 16  # bytes: what a pipe holds


class Source(Protocol):
    """How a worker hears of what other processes changed. Making one raises OSError if that isn't possible."""

    @property
    def path(self) -> Path | None:
        """The worker's pipe, if it has one."""

    def wait(self) -> bool:
        """Wait for a sign; return whether there was one, or False after a while. Raises OSError if none can come."""

    def interrupt(self) -> None:
        """Have the thread that waits return. May be called at any time."""

    def close(self) -> None:
        """Release everything; no one waits any more."""


class Alarm:
    """Wakes the threads of a worker, each of which has its own bell."""

    def __init__(self) -> None:
        self.source: Source | None = None  # None: no other process can ring, so threads look for work more often
        self._bells: dict[int, threading.Event] = {}

    def bell(self) -> threading.Event:
        """Return the bell of the current thread."""
        return self._bells.setdefault(threading.get_ident(), threading.Event())

    def ring(self) -> None:
        """Wake all threads except the current one, which looks for more work by itself."""
        own = threading.get_ident()
        for owner, bell in list(self._bells.items()):
            if owner != own:
                bell.set()

    def close(self) -> None:
        """Wake all threads for the last time."""
        if (source := self.source) is not None:
            source.interrupt()
        self.ring()


def process_name() -> str:
    """Return the name of this process among those of all machines."""
    return f"{socket.gethostname()}/{os.getpid()}"


def wake(instance: Path, but: Path | None = None) -> None:
    """Wake the workers of an installation on this machine, except for the one whose pipe is ``but``. Never fails."""
    try:
        names = os.listdir(instance / FOLDER)  # noqa: PTH208 - only names, after every change
    except OSError:  # there was never a worker
        return
    for name in names:
        path = instance / FOLDER / name
        if not name.startswith(".") and path != but:
            _send(path)


def _send(path: Path) -> None:
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ENXIO:  # the worker died: its pipe has a name that no other one gets
            with suppress(OSError):
                path.unlink()
        return
    try:
        os.write(pipe, _SIGN)
    except OSError:  # full of signs that the worker hasn't taken yet, or it has just ended
        pass
    finally:
        os.close(pipe)


class Pipe:
    """A worker's pipe, in which others leave signs. Raises OSError if the file system has no pipes."""

    def __init__(self, instance: Path) -> None:
        folder = instance / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / f"{os.getpid()}-{secrets.token_hex(8)}"
        hidden = folder / f".{self.path.name}"
        os.mkfifo(hidden, 0o600)
        try:
            self._reading = os.open(hidden, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            # Kept open, so that the pipe doesn't end whenever another process closes it.
            self._writing = os.open(hidden, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            # Others see it only when it has a reader: a pipe without one belongs to a dead worker.
            hidden.rename(self.path)
        except OSError:
            hidden.unlink(missing_ok=True)
            raise

    def wait(self) -> bool:
        """Wait for a sign; return whether there was one, or False after a while. Raises OSError if the pipe is gone."""
        poll = select.poll()
        poll.register(self._reading, select.POLLIN)
        is_sign = bool(poll.poll(CHECKED_EVERY * 1000))
        if is_sign:
            with suppress(BlockingIOError):
                os.read(self._reading, _MOST)
        if not self.path.exists():
            raise FileNotFoundError(errno.ENOENT, "Its pipe was deleted", str(self.path))
        return is_sign

    def interrupt(self) -> None:
        """Have the thread that waits return."""
        _send(self.path)

    def close(self) -> None:
        """Delete the pipe."""
        self.path.unlink(missing_ok=True)
        os.close(self._reading)
        os.close(self._writing)


class Notifications:
    """A connection that listens to PostgreSQL's notifications. Raises OSError if that fails."""

    path: Path | None = None

    def __init__(self, engine: Engine) -> None:
        try:
            self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection.execute(text(f"LISTEN {CHANNEL}"))
        except SQLAlchemyError as error:
            raise OSError(str(error)) from error
        self._driver = cast(Any, self._connection.connection.driver_connection)
        self._interrupted, self._interrupting = socket.socketpair()

    def wait(self) -> bool:
        """Wait for a notification; return whether another process sent one, or False after a while."""
        poll = select.poll()
        try:
            for descriptor in (self._driver.fileno(), self._interrupted.fileno()):
                poll.register(descriptor, select.POLLIN)
            poll.poll(CHECKED_EVERY * 1000)
            signs = list(self._driver.notifies(timeout=0))
        except Exception as error:  # the driver's own exceptions
            raise OSError(str(error)) from error
        return any(sign.payload != process_name() for sign in signs)

    def interrupt(self) -> None:
        """Have the thread that waits return."""
        with suppress(OSError):  # closed meanwhile
            self._interrupting.send(_SIGN)

    def close(self) -> None:
        """Close the connection, which isn't for the next one who needs one: it still listens."""
        self._connection.invalidate()
        self._connection.close()
        self._interrupted.close()
        self._interrupting.close()


def notification() -> Executable:
    """Return the SQL statement that wakes all workers when its transaction commits."""
    return text("SELECT pg_notify(:channel, :name)").bindparams(channel=CHANNEL, name=process_name())


def listen(stop: threading.Event, alarm: Alarm, connect: Callable[[], Source]) -> None:
    """Ring the alarm at every sign of another process until ``stop`` is set; connects again after a failure."""
    while not stop.is_set():
        try:
            with closing(connect()) as source:
                _listen(stop, alarm, source)
        except OSError as error:
            log.warning("The worker can't be woken, so it looks for work more often: %s", error)
            alarm.ring()
            stop.wait(CONNECTED_AGAIN_AFTER)


def _listen(stop: threading.Event, alarm: Alarm, source: Source) -> None:
    alarm.source = source
    alarm.ring()  # there may be work since before
    try:
        while not stop.is_set():
            if source.wait():
                alarm.ring()
    finally:
        alarm.source = None


def pause(stop: threading.Event, bell: threading.Event, longest: float, until: float) -> None:
    """Wait until the bell rings, ``longest`` seconds at most; return at ``until`` (monotonic) at the earliest."""
    if not stop.is_set():  # it was set before the last ring
        bell.wait(longest)
    stop.wait(max(0.0, until - time.monotonic()))

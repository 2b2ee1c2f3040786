"""The line of writers before a SQLite database, which lets one write at a time.

SQLite itself makes writers poll, without any order: with many of them, some are never lucky and are refused. So the
writers of a process wait in line, and only the first of them competes with other processes, for two lock files. Who
holds *next* writes next, and lets go of it only with *writing* in hand; so a process that just wrote can't overtake.
Programs that don't know these files, such as `sqlite3`, still meet the database's own lock.
"""

import fcntl
import os
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

PATIENCE = 30.0  # seconds that a writer waits in line, before it is refused
# A line that doesn't move for this long has someone else's long transaction at its front. Then only as many keep
# waiting that the web server has threads left to read pages; those that come later are refused.
STUCK_AFTER = 2.0  # seconds
_LOOKS = (0.0005, 0.01)  # seconds between two tries of a lock file: at first, and at most


class TooBusyError(Exception):
    """Raised when a writer's turn didn't come."""


class WriterLine:
    """The writers of this process, first come, first served; then the lock files next to the database.

    ``longest``: how many may wait while the line doesn't move.
    """

    def __init__(self, database: Path | None, longest: int) -> None:
        self._longest = longest
        self._mutex = threading.Lock()
        self._line: deque[threading.Event] = deque()
        self._is_taken = False
        self._moved_at = time.monotonic()
        self._locks = [] if database is None else [LockFile(Path(f"{database}-{name}")) for name in ("next", "writing")]

    def join(self, patience: float = PATIENCE) -> None:
        """Wait for this writer's turn; then call `leave`.

        Raises TooBusyError after ``patience`` seconds.
        """
        until = time.monotonic() + patience
        self._wait_in_line(until)
        try:
            self._lock_others_out(until)
        except BaseException:
            self._call_next()
            raise

    def leave(self) -> None:
        """End this writer's turn."""
        for lock in self._locks:
            lock.release()
        self._call_next()

    def close(self) -> None:
        """Close the lock files."""
        for lock in self._locks:
            lock.close()

    def _wait_in_line(self, until: float) -> None:
        turn = threading.Event()
        with self._mutex:
            if not self._is_taken:
                self._is_taken, self._moved_at = True, time.monotonic()
                return
            self._line.append(turn)
        while not turn.wait(max(0.0, min(until - time.monotonic(), STUCK_AFTER / 4))):
            with self._mutex:
                if turn.is_set():
                    return
                now = time.monotonic()
                is_stuck = now - self._moved_at > STUCK_AFTER and self._line.index(turn) >= self._longest
                if now >= until or is_stuck:
                    self._line.remove(turn)
                    raise TooBusyError

    def _call_next(self) -> None:
        with self._mutex:
            self._moved_at = time.monotonic()
            if self._line:
                self._line.popleft().set()
            else:
                self._is_taken = False

    def _lock_others_out(self, until: float) -> None:
        if not self._locks:
            return
        following, writing = self._locks
        following.acquire(until)
        try:
            writing.acquire(until)
        finally:
            following.release()


class LockFile:
    """A lock between processes. Where the file can't be made, such as on a full disk, it locks nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tuple[int, int] | None = None  # the process that opened it, and its file descriptor

    def acquire(self, until: float) -> None:
        """Lock the file; raises TooBusyError if another process holds it until then."""
        number = self._descriptor()
        pause = _LOOKS[0]
        while number is not None:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise TooBusyError from None
                time.sleep(pause)
                pause = min(1.5 * pause, _LOOKS[1])
            except OSError:  # a file system without locks
                return
            else:
                return

    def release(self) -> None:
        """Unlock the file."""
        if self._opened and self._opened[0] == os.getpid():
            with suppress(OSError):
                fcntl.flock(self._opened[1], fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        if self._opened and self._opened[0] == os.getpid():
            os.close(self._opened[1])
        self._opened = None

    def _descriptor(self) -> int | None:
        """Return the descriptor of this process: a lock belongs to an open file, which a fork shares."""
        if self._opened is None or self._opened[0] != os.getpid():
            try:
                self._opened = (os.getpid(), os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            except OSError:
                return None
        return self._opened[1]

"""The processes that a fork of the reading process started: counted, limited, and ended without exception."""

import os
import resource
import signal
import time
from contextlib import suppress
from pathlib import Path

# More than LibreOffice needs (4 processes, 20 threads), and few enough to hurt no one.
MOST_PROCESSES = 64
LONGEST_KILLING = 5.0  # seconds

PROC = Path("/proc")


def descendants(process: int) -> list[int]:
    """Return the ids of the processes that a process started, and of those that they started; [] without /proc."""
    parents: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The name in brackets may itself have brackets and spaces.
            parent = int(entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(entry.parent.name))
    pending, everyone = [process], []
    while pending:
        children = parents.get(pending.pop(), [])
        everyone += children
        pending += children
    return everyone


def threads_of_this_user() -> int:
    """Return the number of threads that the kernel counts against this user's limit."""
    count = 0
    for entry in PROC.glob("[0-9]*/status"):
        with suppress(OSError, ValueError, IndexError):
            status = dict(line.partition(":")[::2] for line in entry.read_text(errors="replace").splitlines())
            if int(status["Uid"].split()[0]) == os.getuid():
                count += int(status["Threads"])
    return count


def allowed_threads() -> int:
    """Return the limit of threads that leaves MOST_PROCESSES to what is started now. The kernel exempts root from it."""
    return threads_of_this_user() + MOST_PROCESSES


def limit_processes(most: int) -> None:
    """Limit the threads of this process's user, as far as this process and what it starts are concerned."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def end_all() -> None:
    """Kill and reap everything that this process started; what lost its parent is this process's child by now."""
    deadline = time.monotonic() + LONGEST_KILLING
    while time.monotonic() < deadline:
        for process in descendants(os.getpid()):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return

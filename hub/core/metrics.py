"""Figures for monitoring: requests, sign-ins, and the worker's steps, of all processes on this machine.

Each process writes its figures to files of its own in a folder of the instance, and the page with the figures adds
them up. Without the folder, as in tests, there are only the figures of this process.
"""

import logging
import os
from contextlib import suppress
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

from config import Config

log = logging.getLogger("hub.metrics")

FOLDER = "figures"  # in the instance folder
_FILE_BYTES = 2**20  # of figures of one kind in one process; four times what all routes need
_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_STEP_SECONDS = (0.01, 0.1, 1, 10, 60, 600)

_own = CollectorRegistry()

# Always with labels: their values are made when they are first used, after `share` has chosen the folder.
REQUESTS = Counter("hub_requests", "Requests", ["route", "method", "status"], registry=_own)
REQUEST_SECONDS = Histogram("hub_request_seconds", "Duration of requests", ["route"], buckets=_SECONDS, registry=_own)
SIGN_INS = Counter(
    "hub_sign_ins",
    "Attempts to sign in, by way and result: accepted, continued (a second factor is asked for), refused",
    ["way", "result"],
    registry=_own,
)
STEP_SECONDS = Histogram(
    "hub_worker_step_seconds", "Duration of the worker's steps", ["step"], buckets=_STEP_SECONDS, registry=_own
)
STEP_ITEMS = Counter("hub_worker_items", "Items that the worker's steps processed", ["step"], registry=_own)
STEP_FAILURES = Counter("hub_worker_step_failures", "Failures of the worker's steps", ["step"], registry=_own)

_shared: list[Path] = []
_allocated: set[int] = set()  # processes whose files have their space


def share(config: Config) -> None:
    """Keep the figures of this process, and of those that it forks, in files. Called before anything is counted.

    On a full disk each process keeps its figures for itself: no page may fail for a figure.
    """
    folder = config.INSTANCE / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in folder.glob("*.db"):
            if not _is_running(path.stem.rpartition("_")[2]):
                path.unlink(missing_ok=True)
        _allocate(folder)
    except OSError:
        log.warning("The figures of this hub aren't shared: the disk is full, or can't be written.")
        return
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # As its documentation says, for processes that aren't gunicorn's.
    values.ValueClass = values.MultiProcessValue(process_identifier=partial(_identifier, folder))  # type: ignore[no-untyped-call]
    _shared[:] = [folder]


def add(counter: Counter, *labels: str, by: float = 1) -> None:
    """Add to a counter. Without space for the figure, it isn't counted."""
    with suppress(OSError):
        counter.labels(*labels).inc(by)


def observe(histogram: Histogram, *labels: str, seconds: float) -> None:
    """Add a duration to a histogram. Without space for the figure, it isn't counted."""
    with suppress(OSError):
        histogram.labels(*labels).observe(seconds)


def _identifier(folder: Path) -> int:
    """Return the number of this process, whose files have their space before anything is written to them."""
    if os.getpid() not in _allocated:
        _allocate(folder)
    return os.getpid()


def _allocate(folder: Path) -> None:
    """Create the files of this process at their full size: writing to memory without disk behind it kills a process."""
    for kind in ("counter", "histogram"):
        path = folder / f"{kind}_{os.getpid()}.db"
        with path.open("ab") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, _FILE_BYTES)
            except OSError:
                path.unlink(missing_ok=True)
                raise
    _allocated.add(os.getpid())


def collected() -> CollectorRegistry:
    """Return the figures of all processes, or of this one if they aren't shared."""
    if not _shared:
        return _own
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(_shared[0]))  # type: ignore[no-untyped-call]
    return registry


def _is_running(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True

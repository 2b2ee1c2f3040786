"""Benchmark of a hub at rest: the memory of all its processes, and the share of a core that each takes.

``HUB_BENCH_SIZES`` has the number of resources (2000), and ``HUB_BENCH_REST`` the seconds of rest (60).
"""

import os
import time
from collections.abc import Iterator, Mapping

import psutil

from bench.figures import Figure, show_filled
from bench.filled import Filled, cookie_of
from bench.load import load_of
from hub.core.dates import number

SIZE = min(int(size) for size in os.environ.get("HUB_BENCH_SIZES", "2000").split(","))
REST = float(os.environ.get("HUB_BENCH_REST", "60"))
SETTLE = 60.0  # seconds after which helpers that are no longer needed have ended
PAGES = ("/", "/resources/1", "/sharing", "/search?q=plan")


def main() -> None:
    """Print the table."""
    show_filled(SIZE, figures)


def figures(filled: Filled) -> Iterator[Figure]:
    """Measure a filled hub after fifty clients asked for some pages and left."""
    hub = filled.hub
    hub.start()
    try:
        cookie = cookie_of(hub)
        for page in PAGES:
            load_of(hub, page, cookie)
        time.sleep(SETTLE)
        family = [*hub.children(), psutil.Process(hub.process.pid)] if hub.process else []
        family += [helper for process in hub.children() for helper in process.children(recursive=True)]
        sizes = [_proportional(process) for process in family]
        each = ", ".join(f"{size:.0f}" for size in sorted(sizes, reverse=True))
        line = f"memory of all processes at rest, PSS, at {number(filled.resources)}"
        yield Figure(line, sum(sizes), 250.0, "MB", beside=f"{len(sizes)} processes: {each}")
        shares = _shares({"worker": hub.worker(), "supervisor": psutil.Process(hub.process.pid)} if hub.process else {})
        beside = f"supervisor {shares['supervisor']:.2f} %"
        yield Figure("worker at rest", shares["worker"], 0.5, "% of a core", beside=beside)
    finally:
        hub.stop()


def _proportional(process: psutil.Process) -> float:
    """Return the megabytes of a process; memory that several processes share counts for each in part."""
    return float(process.memory_full_info().pss) / 1e6


def _shares(processes: Mapping[str, psutil.Process | None]) -> Mapping[str, float]:
    """Return the percentage of a core that each process and its helpers take."""
    present = {name: process for name, process in processes.items() if process}
    before = {name: _cpu(process) for name, process in present.items()}
    time.sleep(REST)
    return {name: 100 * (_cpu(process) - before[name]) / REST for name, process in present.items()}


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


if __name__ == "__main__":
    main()

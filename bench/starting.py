"""Benchmark of commands: the seconds that `hub --help`, `hub search` and others take from start to end.

As in an installation, Python keeps the compiled modules of the first run, which isn't counted. ``HUB_BENCH_SIZES``
has the numbers of resources that are searched; the largest counts (50000).
"""

import os
import resource
import time
from collections.abc import Iterator
from itertools import chain

from bench.figures import Figure, median, show_filled
from bench.filled import Filled
from hub.core.dates import number
from tests.serving import Hub

SIZE = max(int(size) for size in os.environ.get("HUB_BENCH_SIZES", "50000").split(","))
TURNS = 7


def main() -> None:
    """Print the table."""
    show_filled(SIZE, lambda filled: chain([help_figure(filled.hub)], figures(filled)))


def help_figure(hub: Hub) -> Figure:
    """Measure `hub --help`."""
    return _figure(hub, "hub --help", ["--help"], 0.3)


def figures(filled: Filled) -> Iterator[Figure]:
    """Measure `hub search` in a filled hub."""
    yield _figure(filled.hub, f"hub search at {number(filled.resources)}", ["search", filled.questions[1]], 0.6)


def _figure(hub: Hub, line: str, words: list[str], asked: float) -> Figure:
    hub.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    hub.command(*words)
    times, before = [], _cpu()
    for _ in range(TURNS):
        began = time.perf_counter()
        assert hub.command(*words).returncode == 0, words
        times.append(time.perf_counter() - began)
    return Figure(line, median(times), asked, "s", beside=f"{(_cpu() - before) / TURNS:.2f} s of CPU")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()

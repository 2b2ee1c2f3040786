"""Figures that are compared with what was asked for, and how a table of them is printed."""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import corpus
from bench.filled import Filled, fill, load, make_index
from hub.core.dates import number


@dataclass(frozen=True)
class Figure:
    """A measured figure next to the one that was asked for, in the same unit."""

    line: str
    measured: float
    asked: float
    unit: str
    at_least: bool = False  # otherwise it may be at most what was asked
    beside: str = ""  # what else was seen, such as the 95th percentile
    peers: str = ""  # how the figure compares with other programs in their published run

    @property
    def is_met(self) -> bool:
        """Return True if the figure is as good as what was asked."""
        return self.measured >= self.asked if self.at_least else self.measured <= self.asked

    def row(self) -> str:
        """Return the row of the table."""
        ratio = self.measured / self.asked
        measured = f"{written(self.measured)} {self.unit}" + (f" ({self.beside})" if self.beside else "")
        asked = f"{'≥' if self.at_least else '≤'} {written(self.asked)} {self.unit}"
        met = "yes" if self.is_met else "no"
        return f"| {self.line} | {measured} | {asked} | {ratio:.2f} | {met} | {self.peers} | {load()} |"


def written(value: float) -> str:
    """Return a figure with three digits."""
    return number(round(value)) if value >= 100 else f"{value:.3g}"


def heading() -> str:
    """Return the machine, and the heading of the table."""
    return (
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; load is the machine’s of the last minute\n\n"
        "| figure | measured | asked | measured : asked | met | beside others | load |\n|---|---|---|---|---|---|---|"
    )


def show(figures: Iterable[Figure]) -> list[Figure]:
    """Print each figure as soon as it is measured, and return them all."""
    shown = []
    for figure in figures:
        print(figure.row(), flush=True)
        shown.append(figure)
    return shown


def show_filled(size: int, measure: Callable[[Filled], Iterable[Figure]]) -> None:
    """Print the table of figures that are measured in a hub with ``size`` resources and their index."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder:
        filled = fill(Path(folder), size, corpus.stories())
        make_index(filled)
        print(heading())
        show(measure(filled))
        filled.database.close()


def median(times: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(times)


def p95(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(times)[int(len(times) * 0.95)]

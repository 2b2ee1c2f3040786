"""All figures that the hub promises, next to what was asked: one page. Takes about half an hour.

``HUB_BENCH_SIZES`` has the numbers of resources (2000,10000,50000): the smallest is that of the hub at rest, the
largest that of a full hub, and search engines are compared at the middle one.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import corpus, load, originals, pages, resting, starting, while_importing
from bench.figures import Figure, heading, median, p95, show
from bench.filled import Filled, fill, make_index
from bench.search import engine_times, whole_requests
from bench.yardsticks import YARDSTICKS
from hub.core.dates import number

SIZES = sorted(int(size) for size in os.environ.get("HUB_BENCH_SIZES", "2000,10000,50000").split(","))
RESOURCE_PAGE = {2_000: 12.0, 10_000: 12.0}  # milliseconds; above, 15
COMPARED_AT = 10_000
FULL = 50_000


def main() -> None:
    """Print the page."""
    print(heading())
    missed = [figure.line for figure in show(_figures()) if not figure.is_met]
    if missed:
        print(f"\nNot met: {'; '.join(missed)}.")
    else:
        print("\nAll figures are met.")


def _figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as name:
        yield from _of_a_demo(Path(name))
    yield from originals.figures()
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as name:
        yield from while_importing.figures(Path(name))
    stories = corpus.stories()
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
            filled = fill(Path(name), size, stories)
            stack.callback(filled.database.close)
            yield from _of_size(filled, Path(name))


def _of_a_demo(folder: Path) -> Iterator[Figure]:
    """Measure a demo hub: fifty clients, and home alone in one process."""
    hub = load.demo(folder)
    hub.start()
    try:
        yield from load.figures(hub)
    finally:
        hub.stop()
    yield starting.help_figure(hub)
    yield from pages.home_figures(hub)


def _of_size(filled: Filled, folder: Path) -> Iterator[Figure]:
    size = filled.resources
    indexed = make_index(filled)
    times = pages.measured(filled)
    of_resource = times["resource"]
    asked = RESOURCE_PAGE.get(size, 15.0)
    beside = f"p95 {p95(of_resource.milliseconds):.0f} ms, {of_resource.statements} statements"
    yield Figure(f"resource page at {number(size)}", median(of_resource.milliseconds), asked, "ms", beside=beside)
    if size == SIZES[0]:
        yield from resting.figures(filled)
    if size == min(SIZES, key=lambda each: abs(each - COMPARED_AT)):
        yield from _against_tantivy(filled, folder)
    if size == SIZES[-1]:
        home = times["home"]
        beside = f"p95 {p95(home.milliseconds):.0f} ms, {home.statements} statements"
        yield Figure(f"home at {number(size)}", median(home.milliseconds), 12.0, "ms", beside=beside)
        if indexed.per_second:
            line, beside = f"building the index of {number(size)} resources of ten pages", f"{indexed.seconds:.0f} s"
            yield Figure(line, indexed.per_second, 400.0, "resources/s of a core", at_least=True, beside=beside)
        yield from whole_requests(filled)
        yield from starting.figures(filled)


def _against_tantivy(filled: Filled, folder: Path) -> Iterator[Figure]:
    """Compare the hub's engine, with facets, snippets and permissions, with a native one that has no permissions."""
    with YARDSTICKS["tantivy"](filled.database, folder / "tantivy") as search:
        rounds = [(engine_times(filled), engine_times(filled, search)) for _ in range(3)]
    own, native = min((pair for pair in rounds), key=lambda pair: median(pair[0]))
    beside = (
        f"{median(own):.1f} / {p95(own):.1f} ms, and {median(native):.1f} / {p95(native):.1f} ms; "
        f"95th percentiles {p95(own) / p95(native):.1f} ×"
    )
    line = f"the search engine against tantivy at {number(filled.resources)}, medians"
    yield Figure(line, median(own) / median(native), 1.5, "×", beside=beside)


if __name__ == "__main__":
    main()

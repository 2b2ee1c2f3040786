"""Benchmark of growth: how pages, searches and indexing change from 1,000 to 100,000 resources, as a table and a drawing.

``HUB_BENCH_SIZES`` has the numbers of resources (1000,10000,50000,100000). ``python -m bench growth FILE`` writes the
drawing, an SVG file.
"""

import math
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from bench import corpus
from bench.figures import median
from bench.filled import fill, load, make_index
from bench.pages import measured
from hub.core.dates import number
from hub.search.store import folders
from hub.search.store.snapshots import Snapshot

SIZES = sorted(int(size) for size in os.environ.get("HUB_BENCH_SIZES", "1000,10000,50000,100000").split(","))
PAGES = ("home", "resource", "sharing", "search")
# The drawing: its size, the room for labels, and a color for each page that is readable on white and on black.
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 340, 56, 40, 16, 96
LINE = 14.0  # from one label to the next
COLORS = {"home": "#2f78c4", "resource": "#c2410c", "sharing": "#4d8a2a", "search": "#9d4edd"}
Grown = Mapping[str, float]  # the figures of one size by name


def main(drawing: str = "") -> None:
    """Print the table, and write the drawing if a file is named."""
    stories = corpus.stories()
    print(
        "Whole requests in one process, median milliseconds; indexing in resources of ten pages a second of one core.\n"
    )
    print(
        f"| resources | {' | '.join(PAGES)} | opening the index, ms | indexing | load |\n|---|{'---|' * (len(PAGES) + 3)}"
    )
    rows = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder:
            rows[size] = row = _of(Path(folder), size, stories)
        cells = [
            number(size),
            *(f"{row[name]:.1f}" for name in (*PAGES, "opening")),
            f"{row['indexing']:.0f}/s",
            load(),
        ]
        print(f"| {' | '.join(cells)} |", flush=True)
    if drawing:
        Path(drawing).write_text(drawn({name: [rows[size][name] for size in SIZES] for name in PAGES}, SIZES))


def _of(folder: Path, size: int, stories: Sequence[corpus.Story]) -> Grown:
    filled = fill(folder, size, stories)
    indexed = make_index(filled)
    current = folders.current_folder(folders.root_of(filled.database.config))
    assert current
    began = time.perf_counter()
    assert Snapshot(current).size
    opening = (time.perf_counter() - began) * 1000
    times = {name: median(each.milliseconds) for name, each in measured(filled).items()}
    filled.database.close()
    return times | {"opening": opening, "indexing": indexed.per_second}


def drawn(lines: Mapping[str, Sequence[float]], sizes: Sequence[int]) -> str:
    """Return a drawing of milliseconds by number of resources, both from 0 on; an SVG text."""
    most = max(value for values in lines.values() for value in values)
    step = float(10 ** math.floor(math.log10(most))) / 2
    top = float(step * math.ceil(most / step))

    def x(size: float) -> float:
        return LEFT + size / sizes[-1] * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        "<title>Milliseconds of a request, by number of resources</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for turn in range(round(top / step) + 1):
        level, unit = turn * step, " ms" if turn * step == top else ""
        parts.append(f'<path d="M{LEFT} {y(level):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(level) + 4:.1f}" text-anchor="end">{level:g}{unit}</text>')
    parts += [f'<text x="{x(n):.1f}" y="{HEIGHT - 20}" text-anchor="middle">{number(n)}</text>' for n in sizes[1:]]
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">resources</text>')
    lowest = math.inf  # of the labels so far, from the lowest line up, so that none covers another
    for name, values in sorted(lines.items(), key=lambda line: line[1][-1]):
        points = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in zip(sizes, values, strict=True))
        color = COLORS[name]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        lowest = min(y(values[-1]) + 4, lowest - LINE)
        end = f'x="{x(sizes[-1]) + 6:.1f}" y="{lowest:.1f}"'
        parts.append(f'<text {end} fill="{color}">{escape(name)} {values[-1]:.0f}</text>')
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    main()

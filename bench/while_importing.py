"""Benchmark of what a person waits for while 400 PDFs are imported: from upload until search finds the file.

``HUB_BENCH_IMPORT_FILES`` changes the number of PDFs. The PDFs are real ones if they are next to the project.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from bench.corpus import REAL
from bench.figures import Figure, median
from bench.finding import a_pdf, files_waiting, seconds_to_find
from config import Config
from tests.serving import Visitor, a_hub

FILES = int(os.environ.get("HUB_BENCH_IMPORT_FILES", "400"))
PDFS = Path(os.environ.get("HUB_BENCH_PDFS", REAL))
PAUSE = 3.0  # seconds from one upload to the next
PAGES = 5  # of each upload


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        at_rest, during, took = measured(Path(name))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {FILES} PDFs\n")
    print("| from upload until search finds it | median | maximum | uploads |\n|---|---|---|---|")
    for label, times in (("at rest", at_rest), ("while PDFs are imported", during)):
        print(f"| {label} | {median(times):.2f} s | {max(times):.2f} s | {len(times)} |")
    print(f"\nAll PDFs were read {took:.0f} s after the import began.")


def figures(folder: Path) -> Iterator[Figure]:
    """Measure uploads at rest, and while PDFs are imported."""
    at_rest, during, took = measured(folder)
    peers = "0.39 × paperless-ngx, 0.11 × Mayan EDMS"
    beside = f"slowest of {len(at_rest)} {max(at_rest):.1f} s"
    yield Figure("upload to findable, at rest", median(at_rest), 2.0, "s", beside=beside, peers=peers)
    beside = f"slowest of {len(during)} {max(during):.1f} s; all PDFs read after {took:.0f} s"
    line = f"upload to findable while {FILES} PDFs are imported"
    yield Figure(line, median(during), 2.0, "s", beside=beside)


def measured(folder: Path) -> tuple[Sequence[float], Sequence[float], float]:
    """Return the seconds of uploads at rest, those of uploads during an import, and the seconds until all is read."""
    files = _make_files(folder / "files")
    with a_hub(folder / "hub", WORKER_PAUSE=str(Config.WORKER_PAUSE)) as hub:
        browser = Visitor(hub).sign_in()
        at_rest = [_seconds(browser, f"rest{turn}") for turn in range(5)]
        words = ["import", str(files), "--organization", "lakeshore", "--kind", "resource"]
        began = time.perf_counter()
        importing = subprocess.Popen(
            [sys.executable, "-m", "hub.cli", *words], env=hub.environ, stdout=subprocess.DEVNULL
        )
        during: list[float] = []
        while importing.poll() is None or files_waiting(hub) > 0:
            during.append(_seconds(browser, f"during{len(during)}"))
            time.sleep(PAUSE)
        return at_rest, during, time.perf_counter() - began


def _seconds(browser: Visitor, word: str) -> float:
    return seconds_to_find(browser, word, a_pdf(word, PAGES))


def _make_files(folder: Path) -> Path:
    """Write the PDFs, whose bytes all differ, and return their folder."""
    folder.mkdir()
    sources = [path.read_bytes() for path in sorted(PDFS.rglob("*.pdf"))] or [
        a_pdf(f"Document {n}", PAGES) for n in range(40)
    ]
    for number, content in enumerate(islice(cycle(sources), FILES)):
        (folder / f"{number:04d}.pdf").write_bytes(content + f"\n% {number}\n".encode())
    return folder


if __name__ == "__main__":
    main()

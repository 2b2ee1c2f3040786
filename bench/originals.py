"""Benchmark of real documents: derived data per megabyte of originals, and uploads while 400 PDF files are imported.

The documents are those of ``corpus/real`` next to the project, otherwise the demo's.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path

from bench.corpus import REUTERS
from bench.figures import Figure, heading, show
from bench.filled import load
from config import ROOT
from hub.demo import documents
from hub.demo.world import RESOURCES
from hub.library.rules import Source
from tests.serving import Hub, Visitor, a_hub

REAL = REUTERS.parent / "real"
PDFS = 400
UPLOADS = 9
SETTLED = 15.0  # seconds in which no derived file was written
WORDS = ("--organization", "lakeshore", "--kind", "resource", "--json")


def main() -> None:
    """Print the table."""
    print(heading())
    show(figures())


def figures() -> Iterator[Figure]:
    """Measure both in hubs of their own."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with a_hub(folder / "hub", WORKER_PAUSE="1") as hub:
            yield _derived(hub, folder)
        with a_hub(folder / "busy", WORKER_PAUSE="1") as hub:
            yield _uploads_during_an_import(hub, folder)


def _derived(hub: Hub, folder: Path) -> Figure:
    files = _documents(folder)
    imported = json.loads(hub.command("import", str(files), *WORDS).stdout)["imported"]
    uploads = Path(hub.environ["HUB_UPLOADS"])
    derived = uploads / "derived"
    size, since = _size(derived), time.monotonic()
    while _waiting(hub) or time.monotonic() - since < SETTLED:
        time.sleep(0.5)
        if (now := _size(derived)) != size:
            size, since = now, time.monotonic()
    originals = _size(uploads) - size
    parts = [f"{part.name} {_size(part) / originals:.2f}" for part in sorted(derived.iterdir()) if part.is_dir()]
    beside = f"{len(imported)} files of {originals / 1e6:.1f} MB; {', '.join(parts)}"
    return Figure("derived data per MB of originals", size / originals, 1.0, "MB", beside=beside)


def _uploads_during_an_import(hub: Hub, folder: Path) -> Figure:
    """Upload a text again and again while files are imported and read, and measure the time until search finds it."""
    files = _pdfs(folder)
    browser = Visitor(hub).sign_in()
    _findable(browser, "before")
    words = [sys.executable, "-m", "hub.cli", "import", str(files), *WORDS]
    importing = subprocess.Popen(words, env=hub.environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    times: list[float] = []
    began = time.monotonic()
    while not times or importing.poll() is None or _waiting(hub):
        if len(times) < UPLOADS or importing.poll() is None:
            times.append(_findable(browser, f"turn{len(times)}"))
        time.sleep(0.5)
    took = time.monotonic() - began
    assert importing.returncode == 0
    beside = (
        f"{len(times)} uploads, slowest {max(times):.1f} s; all {PDFS} files read after {took:.0f} s; load {load()}"
    )
    return Figure(
        f"upload to findable while {PDFS} PDF files are imported", statistics.median(times), 2.0, "s", beside=beside
    )


def _findable(browser: Visitor, word: str) -> float:
    """Return the seconds from the upload of a text until search finds its word."""
    word = f"zephyrine{word}"
    token = browser.token("/resources/new")
    began = time.perf_counter()
    browser.upload(f"{word}.txt", f"Suppliers of the region. {word}. ".encode() * 40, token)
    while "1 resource" not in browser.get(f"/search?q={word}"):
        time.sleep(0.05)
    return time.perf_counter() - began


def _waiting(hub: Hub) -> int:
    health = hub.health() or {"worker": {"files_waiting": 1}}
    return int(health["worker"]["files_waiting"])


def _documents(folder: Path) -> Path:
    """Return a folder with documents of many kinds."""
    if REAL.exists():
        return REAL
    made = folder / "documents"
    made.mkdir()
    for resource in RESOURCES:
        if resource.source is Source.FILE:
            (made / resource.file_name).write_bytes(documents.make(resource, date(2026, 11, 1)))
    return made


def _pdfs(folder: Path) -> Path:
    """Write PDF files that all differ, and return their folder."""
    made = folder / "pdfs"
    made.mkdir()
    if REAL.exists():
        originals = sorted(REAL.glob("*.pdf"))
        for turn, path in enumerate(islice(cycle(originals), PDFS)):
            (made / f"{turn:03}-{path.name}").write_bytes(path.read_bytes() + f"\n% {turn}\n".encode())
        return made
    of_demo = [resource for resource in RESOURCES if resource.file_name.endswith(".pdf")]
    for turn, resource in enumerate(islice(cycle(of_demo), PDFS)):
        content = documents.make(resource, date(2026, 11, 1) - timedelta(days=turn))
        (made / f"{turn:03}-{resource.file_name}").write_bytes(content)
    return made


def _size(folder: Path) -> int:
    """Return the bytes of all files in a folder; a file that is deleted meanwhile counts as none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


if __name__ == "__main__":
    main()

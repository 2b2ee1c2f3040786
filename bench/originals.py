"""Benchmark of the size of derived data per megabyte of originals, once everything is read and drawn.

The documents are those of ``corpus/real`` next to the project, otherwise the demo's.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.corpus import REAL
from bench.figures import Figure, heading, show
from bench.finding import files_waiting
from hub.demo import documents
from hub.demo.world import RESOURCES
from hub.library.rules import Source
from tests.serving import Hub, a_hub

SETTLED = 15.0  # seconds in which no derived file was written
WORDS = ("--organization", "lakeshore", "--kind", "resource", "--json")


def main() -> None:
    """Print the table."""
    print(heading())
    show(figures())


def figures() -> Iterator[Figure]:
    """Measure it in a hub of its own."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with a_hub(folder / "hub", WORKER_PAUSE="1") as hub:
            yield _derived(hub, folder)


def _derived(hub: Hub, folder: Path) -> Figure:
    files = _documents(folder)
    imported = json.loads(hub.command("import", str(files), *WORDS).stdout)["imported"]
    uploads = Path(hub.environ["HUB_UPLOADS"])
    derived = uploads / "derived"
    size, since = _size(derived), time.monotonic()
    while files_waiting(hub) or time.monotonic() - since < SETTLED:
        time.sleep(0.5)
        if (now := _size(derived)) != size:
            size, since = now, time.monotonic()
    originals = _size(uploads) - size
    parts = [f"{part.name} {_size(part) / originals:.2f}" for part in sorted(derived.iterdir()) if part.is_dir()]
    beside = f"{len(imported)} files of {originals / 1e6:.1f} MB; {', '.join(parts)}"
    return Figure("derived data per MB of originals", size / originals, 1.0, "MB", beside=beside)


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

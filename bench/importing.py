"""Benchmark of importing 1,000 mixed files: files/s, pages/s, memory of web and worker; and from upload to search."""

import json
import os
import sqlite3
import statistics
import tempfile
import threading
import time
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path

import psutil

from bench.finding import a_pdf, files_waiting, seconds_to_find
from hub.core.dates import number
from hub.demo import documents
from hub.demo.world import RESOURCES
from hub.library.rules import Source
from tests.serving import Visitor, a_hub

FILES = 1_000


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file_count = _make_files(folder / "files")
        with a_hub(folder / "hub") as hub:
            memory = MemoryPeaks(hub)
            began = time.perf_counter()
            words = ["import", str(folder / "files"), "--organization", "lakeshore", "--kind", "resource", "--json"]
            outcome = json.loads(hub.command(*words).stdout)
            imported = time.perf_counter() - began
            while files_waiting(hub):
                time.sleep(0.2)
            read = time.perf_counter() - began
            pages = _count(hub.environ["HUB_INSTANCE"])
            print(f"{os.cpu_count()} cores, {number(file_count)} files made from the demo world's documents\n")
            print("| measurement | result |\n|---|---|")
            imported_count = len(outcome["imported"])
            rate = imported_count / imported
            print(
                f"| imported (stored, in the database) | {number(imported_count)} files, {number(round(rate))} files/s |"
            )
            rates = f"{number(round(file_count / read, 1))} files/s, {number(round(pages / read))} pages/s"
            print(f"| read into pages | {number(pages)} pages, {rates} |")
            for process, peak in memory.stop().items():
                print(f"| largest {process} process | {number(round(peak))} MB |")
            browser = Visitor(hub).sign_in()
            words = [f"zephyrine{turn}" for turn in range(5)]
            times = [seconds_to_find(browser, word, a_pdf(word, 50)) for word in words]
            print(
                f"| from upload of a 50-page PDF to search | median {statistics.median(times):.2f} s, "
                f"maximum {max(times):.2f} s |"
            )


def _make_files(folder: Path) -> int:
    """Write the demo's files repeatedly, each with a different day, so that all differ, and return their number."""
    folder.mkdir()
    with_files = [resource for resource in RESOURCES if resource.source is Source.FILE]
    for index, resource in enumerate(islice(cycle(with_files), FILES)):
        content = documents.make(resource, date(2026, 11, 1) - timedelta(days=index))
        (folder / f"{index:04d}-{resource.file_name}").write_bytes(content)
    return FILES


def _count(instance: str) -> int:
    with sqlite3.connect(f"{instance}/hub.sqlite3") as database:
        return int(database.execute("SELECT count(*) FROM page").fetchone()[0])


class MemoryPeaks:
    """The peak memory of the hub's processes (resident set size), measured every 0.2 s in a thread."""

    def __init__(self, hub: object) -> None:
        self.hub, self.peaks, self.over = hub, {"web": 0.0, "worker": 0.0}, threading.Event()
        self.thread = threading.Thread(target=self._measure)
        self.thread.start()

    def _measure(self) -> None:
        while not self.over.wait(0.2):
            for name in self.peaks:
                root = getattr(self.hub, name)()
                if root is None:
                    continue
                try:
                    sizes = [process.memory_info().rss for process in (root, *root.children(recursive=True))]
                except psutil.Error:
                    continue
                self.peaks[name] = max(self.peaks[name], max(sizes) / 1e6)

    def stop(self) -> dict[str, float]:
        """Stop measuring, and return the peak of the largest web and worker process, in MB (1,000,000 bytes)."""
        self.over.set()
        self.thread.join()
        return self.peaks


if __name__ == "__main__":
    main()

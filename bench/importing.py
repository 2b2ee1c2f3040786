"""Import of 1,000 mixed files: files/s, pages/s, and what web and worker weigh meanwhile; upload to findable."""

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
from fpdf import FPDF

from hub.demo import documents
from hub.demo.world import RESOURCES
from hub.library.rules import Source
from tests.serving import Visitor, a_hub

FILES = 1_000


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = _make_files(folder / "files")
        with a_hub(folder / "hub") as hub:
            weights = Weights(hub)
            began = time.perf_counter()
            words = ["import", str(folder / "files"), "--organization", "lakeshore", "--kind", "resource", "--json"]
            outcome = json.loads(hub.command(*words).stdout)
            imported = time.perf_counter() - began
            while (hub.health() or {"worker": {"files_waiting": 1}})["worker"]["files_waiting"]:
                time.sleep(0.2)
            read = time.perf_counter() - began
            pages = _count(hub.environ["HUB_INSTANCE"])
            print(f"{os.cpu_count()} cores, {made} files made from the demo world's documents\n")
            print("| what | figure |\n|---|---|")
            print(
                f"| imported (stored, rows) | {len(outcome['imported'])} files, {len(outcome['imported']) / imported:,.0f} files/s |"
            )
            print(
                f"| read into pages meanwhile | {pages:,} pages, {made / read:,.1f} files/s, {pages / read:,.0f} pages/s |"
            )
            for who, most in weights.stop().items():
                print(f"| largest process of the {who} | {most:,.0f} MB |")
            found = [_findable(hub, turn) for turn in range(5)]
            print(
                f"| upload of a 50-page PDF to findable | median {statistics.median(found):.2f} s, most {max(found):.2f} s |"
            )


def _make_files(folder: Path) -> int:
    """Return the demo's files again and again, each time of another day, so that no two are the same."""
    folder.mkdir()
    wanted = [one for one in RESOURCES if one.source is Source.FILE]
    for number, resource in enumerate(islice(cycle(wanted), FILES)):
        content = documents.make(resource, date(2026, 11, 1) - timedelta(days=number))
        (folder / f"{number:04d}-{resource.file_name}").write_bytes(content)
    return FILES


def _count(instance: str) -> int:
    with sqlite3.connect(f"{instance}/hub.sqlite3") as rows:
        return int(rows.execute("SELECT count(*) FROM page").fetchone()[0])


def _findable(hub: object, turn: int) -> float:
    """Seconds from sending a 50-page PDF to its last page's word being found."""
    word = f"zephyrine{turn}"
    pdf = FPDF()
    pdf.set_font("helvetica", size=11)
    for page in range(50):
        pdf.add_page()
        pdf.multi_cell(0, 6, f"Page {page}. " + "Suppliers, sites and skills of a region. " * 60)
    pdf.ln()
    pdf.set_x(pdf.l_margin)
    pdf.multi_cell(0, 6, word)
    browser = Visitor(hub).sign_in()  # type: ignore[arg-type]
    token = browser.token("/resources/new")
    began = time.perf_counter()
    browser.upload(f"{word}.pdf", bytes(pdf.output()), token)
    while "1 resource" not in browser.get(f"/search?q={word}"):
        time.sleep(0.05)
    return time.perf_counter() - began


class Weights:
    """Looks every 0.2 s what the hub's processes weigh (their own memory, without what they share)."""

    def __init__(self, hub: object) -> None:
        self.hub, self.most, self.over = hub, {"web": 0.0, "worker": 0.0}, threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(0.2):
            for who in self.most:
                root = getattr(self.hub, who)()
                if root is None:
                    continue
                try:
                    each = [one.memory_info().rss for one in (root, *root.children(recursive=True))]
                except psutil.Error:
                    continue
                self.most[who] = max(self.most[who], max(each) / 1e6)

    def stop(self) -> dict[str, float]:
        """Return the most that one process of each weighed, in MB (1,000,000 bytes)."""
        self.over.set()
        self.thread.join()
        return self.most


if __name__ == "__main__":
    main()

"""Benchmark of the viewer: time from the click to the first picture, drawing times, and memory."""

import json
import os
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from bench.importing import MemoryPeaks
from hub.core.dates import number
from hub.demo import documents
from hub.demo.world import RESOURCES
from hub.library.extract.legacy import libreoffice
from hub.library.extract.reader import Reader
from tests.browser.chromium import FLAGS, HOW_TO_GET_IT, find_chromium
from tests.serving import Hub, a_hub

TURNS = 15
FORMATS = [("pptx", 1), *(("pdf", day) for day in range(1, TURNS + 1))]
# Milliseconds from the click until the browser painted the first large picture.
SHOWN = """() => new Promise(resolve => new PerformanceObserver(list => {
    const picture = list.getEntries().find(entry => entry.element?.matches(".viewer-picture img"));
    if (picture) resolve(performance.timeOrigin + picture.startTime - sessionStorage.getItem("clicked"));
}).observe({ type: "largest-contentful-paint", buffered: true }))"""
LINK = """address => {
    const link = document.createElement("a");
    link.href = address; link.id = "target"; link.textContent = "target";
    document.querySelector("main").prepend(link);
    link.addEventListener("click", () => sessionStorage.setItem("clicked", Date.now()));
}"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        deck, pdf, *others = (_dated_file(folder, extension, day) for extension, day in FORMATS)
        print(f"{os.cpu_count()} cores\n\n| measurement | result |\n|---|---|")
        _drawing(deck, pdf)
        with a_hub(folder / "hub") as hub:
            memory = MemoryPeaks(hub)
            began = time.perf_counter()
            addresses = _import(hub, pdf, *others)
            took = time.perf_counter() - began
            print(f"| {len(addresses)} PDFs, import to all pictures | {took:.1f} s |")
            _clicks(hub, addresses)
            for process, peak in memory.stop().items():
                print(f"| largest {process} process | {number(round(peak))} MB |")


def _dated_file(folder: Path, extension: str, day: int) -> Path:
    """Return the demo's first file with this extension, dated differently for each ``day``, so that no two are equal."""
    resource = next(resource for resource in RESOURCES if resource.extension == extension)
    path = folder / f"document-{day}.{extension}"
    path.write_bytes(documents.make(resource, date(2026, 11, day)))
    return path


def _drawing(deck: Path, pdf: Path) -> None:
    """Measure how long the helper process takes for a page, and LibreOffice for a deck."""
    with Reader() as reader:
        reader.make("draw", pdf, "pdf", numbers=[1], width=320, seconds=1)  # starts the helper
        for width in (320, 1200):
            times = [_milliseconds(reader, pdf, width) for _ in range(TURNS)]
            print(f"| a page of a PDF, {width} pixels wide | median {statistics.median(times):.0f} ms |")
        if libreoffice():
            began = time.perf_counter()
            printed = reader.make("print", deck, "pptx")
            took = time.perf_counter() - began
            print(f"| a deck of {next(iter(printed.each), 0)} slides, printed by LibreOffice | {took:.1f} s |")


def _milliseconds(reader: Reader, pdf: Path, width: int) -> float:
    began = time.perf_counter()
    pictures = reader.make("draw", pdf, "pdf", numbers=[1], width=width, seconds=1)
    assert pictures.each[1]
    return 1000 * (time.perf_counter() - began)


def _import(hub: Hub, *paths: Path) -> list[str]:
    """Import files, and return the addresses of their resources once all pictures are drawn."""
    words = ["import", *map(str, paths), "--organization", "lakeshore", "--kind", "resource", "--audience", "public"]
    imported = json.loads(hub.command(*words, "--json").stdout)["imported"]
    addresses = [f"/resources/{entry['resource']}" for entry in imported]
    for address in addresses:
        while _is_busy(hub.address + address):
            time.sleep(0.1)
    return addresses


def _is_busy(address: str) -> bool:
    with urlopen(f"{address}/state") as response:
        return bool(json.load(response)["busy"])


def _clicks(hub: Hub, addresses: list[str]) -> None:
    """Measure the time from the click on a link to the first picture, on the first visit and on the second."""
    with sync_playwright() as playwright:
        chromium = find_chromium()
        assert chromium, HOW_TO_GET_IT
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(base_url=hub.address)
        for _ in range(6):
            _click(page, addresses[0])  # warms up the processes of the hub and of the browser
        first = [_click(page, address) for address in addresses[1:]]
        print(f"| click to first picture, first visit | {_figures(first)} |")
        second = [_click(page, address) for address in addresses[1:]]
        print(f"| click to first picture, second visit | {_figures(second)} |")
        browser.close()


def _click(page: Page, address: str) -> float:
    page.goto("/sign-in")
    page.evaluate(LINK, address)
    page.locator("#target").click()
    page.wait_for_url(f"**{address}")
    page.wait_for_selector(".viewer-quick")
    return float(page.evaluate(SHOWN))


def _figures(times: list[float]) -> str:
    return f"median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms"


if __name__ == "__main__":
    main()

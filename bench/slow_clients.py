"""Benchmark of pages while 200 clients send and read as slowly as they can.

Prints the median and the 95th percentile of the time that pages take: idle, while slow clients hold connections, and
while slow readers download a large file; and the ratios, which matter on a busy machine.
"""

import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.upload import Browser
from tests.serving import a_hub

PAGES = ("/sign-in", "/", "/search?q=plan", "/resources/new", "/healthz")
TURNS = int(os.environ.get("HUB_BENCH_TURNS", "60"))  # times that each page is asked for
ALLOWED = 2.0  # times the 95th percentile of an idle hub
HEADS, FORMS, UPLOADS = 80, 80, 40  # 200 slow clients
READERS = 32
TIMEOUT = 20.0  # seconds after which a request counts as unanswered
MOST_UNANSWERED = 3
SETTLE = 5.0  # seconds until the slow clients hold what they can


@dataclass
class Slow:
    """A client that sends ``head`` at once, then ``piece`` every ``pause`` seconds; reconnects when it is cut off."""

    head: bytes
    piece: bytes
    pause: float
    due: float = 0.0
    connection: socket.socket | None = field(default=None, repr=False)
    cut_off: int = 0

    def move(self, address: tuple[str, int], now: float) -> None:
        """Send the next bytes if they are due."""
        if now < self.due:
            return
        self.due = now + self.pause
        try:
            if self.connection is None:
                self.connection = socket.create_connection(address, timeout=1)
                self.connection.sendall(self.head)
                self.connection.setblocking(False)
            else:
                self.connection.send(self.piece)
                with suppress(BlockingIOError):
                    if not self.connection.recv(1 << 10):
                        raise ConnectionResetError
        except OSError:
            self.cut_off += 1
            if self.connection is not None:
                self.connection.close()
            self.connection = None


def slow_clients(browser: Browser) -> list[Slow]:
    """Return half-sent headers, forms with a byte every 5 s, and uploads at 200 bytes/s of one signed-in person."""
    host = f"Host: {browser.host}\r\n"
    form = f"POST /sign-in HTTP/1.1\r\n{host}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n"
    clients = [Slow(f"GET / HTTP/1.1\r\n{host}X-Slow: ".encode(), b"a", 5) for _ in range(HEADS)]
    clients += [Slow(f"{form}\r\nemail=".encode(), b"a", 5) for _ in range(FORMS)]
    size = 8 << 20
    for number in range(UPLOADS):
        path = browser.begin_upload(f"slow {number}.png", size)
        head = (
            f"PATCH {path} HTTP/1.1\r\n{host}Cookie: {browser.cookie}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            f"X-CSRFToken: {browser.token}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {size}\r\n"
        )
        clients.append(Slow(f"{head}\r\n".encode(), b"x" * 100, 0.5))
    return clients


def slow_readers(browser: Browser, path: str) -> list[Slow]:
    """Return clients that ask for a large file, half of them for a range of it, and read up to 1 KiB a second."""
    head = f"GET {path} HTTP/1.1\r\nHost: {browser.host}\r\nCookie: {browser.cookie}\r\n"
    ranges = ("", "Range: bytes=1-\r\n")
    return [Slow(f"{head}{ranges[number % 2]}\r\n".encode(), b"", 1) for number in range(READERS)]


@contextmanager
def running(clients: Sequence[Slow], host: str) -> Iterator[None]:
    """Run the clients in a thread until the block ends."""
    parts = urlsplit(f"//{host}")
    address, done = (str(parts.hostname), int(parts.port or 80)), threading.Event()

    def run() -> None:
        while not done.wait(0.05):
            now = time.monotonic()
            for client in clients:
                client.move(address, now)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        done.wait(SETTLE)
        yield
    finally:
        done.set()
        thread.join()
        for client in clients:
            if client.connection is not None:
                client.connection.close()


def times(browser: Browser) -> list[float]:
    """Return the seconds that each request for a page took; stops early when too many got no answer."""
    took = []
    browser.timeout = TIMEOUT
    for _ in range(TURNS):
        for path in PAGES:
            start = time.perf_counter()
            with suppress(OSError):
                browser.ask("GET", path)
            took.append(time.perf_counter() - start)
            if sum(seconds >= TIMEOUT for seconds in took) > MOST_UNANSWERED:
                return took
    return took


def report(label: str, measured: Sequence[float], idle: Sequence[float], clients: Sequence[Slow] = ()) -> float:
    """Print a line of the table, and return the ratio of the 95th percentiles."""
    p95, idle_p95 = (statistics.quantiles(times, n=20)[18] for times in (measured, idle))
    held = sum(client.connection is not None for client in clients)
    print(
        f"{label:34}{1000 * statistics.median(measured):10.1f}{1000 * p95:10.1f}{1000 * max(measured):10.1f}"
        f"{p95 / idle_p95:8.2f}{held:8}{sum(client.cut_off for client in clients):10}",
        flush=True,
    )
    return p95 / idle_p95


def compare(browser: Browser, download: str) -> list[float]:
    """Print the table for a running hub, and return the ratios."""
    print(f"\n{'':34}{'median ms':>10}{'p95 ms':>10}{'max ms':>10}{'ratio':>8}{'held':>8}{'cut off':>10}")
    times(browser)
    idle = times(browser)
    report("idle", idle, idle)
    ratios = []
    cases: dict[str, Callable[[], list[Slow]]] = {
        f"{HEADS + FORMS + UPLOADS} slow senders": lambda: slow_clients(browser),
        f"{READERS} slow readers": lambda: slow_readers(browser, download),
    }
    for label, make in cases.items():
        clients = make()
        with running(clients, browser.host):
            measured = times(browser)
            ratios.append(report(label, measured, idle, clients))
    report("idle again", times(browser), idle)
    return ratios


def main() -> None:
    """Print the table; exit with status 1 if pages took more than twice as long."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; each line: {TURNS * len(PAGES)} requests")
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder,
        a_hub(Path(folder) / "hub") as hub,
    ):
        browser = Browser(hub)
        browser.tus_upload("large.png", 60_000_000)
        ratios = compare(browser, "/resources/1/download")
    if max(ratios) > ALLOWED:
        sys.exit(f"The 95th percentile grew more than {ALLOWED:.0f} times.")


if __name__ == "__main__":
    main()

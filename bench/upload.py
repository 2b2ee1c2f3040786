"""Benchmark of uploads and downloads: 500 MB files over HTTP, with the speed and the memory of each process.

``HUB_BENCH_UPLOAD_MB`` changes the size.
"""

import http.client
import os
import re
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil

from tests.serving import Hub, a_hub

MEGABYTES = int(os.environ.get("HUB_BENCH_UPLOAD_MB", "500"))
SIZE = MEGABYTES * 1_000_000
PIECE = 8 * 1024 * 1024  # as on the upload page
BLOCK = 1 << 20
ALLOWED = 50_000_000  # bytes that a process may grow
EDGE = "----bench"


def main() -> None:
    """Print the table; exit with status 1 if a process grew by more than 50 MB."""
    print(f"Upload and download of {MEGABYTES} MB, web and worker as in hub serve")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder,
        a_hub(Path(folder) / "hub") as hub,
    ):
        browser = Browser(hub)
        browser.small_upload()  # so that each process loads its code before the measurement
        browser.download("/resources/1/download")
        print(f"\n{'':34}{'MB/s':>8}{'web growth, MB':>16}{'other growth, MB':>18}")
        growths = [
            _measure(hub, "upload, plain form", lambda: browser.plain("plain.png", b"1")),
            _measure(hub, "upload, tus in pieces of 8 MiB", lambda: browser.tus("pieces.png", b"2", PIECE)),
            _measure(hub, "upload, tus in one piece", lambda: browser.tus("one.png", b"3", SIZE)),
            _measure(hub, "download", lambda: browser.download("/resources/3/download")),
        ]
    if max(growths) > ALLOWED:
        sys.exit(f"A process grew by more than {ALLOWED // 1_000_000} MB.")


def _measure(hub: Hub, label: str, work: Callable[[], None]) -> int:
    """Time ``work`` while watching the memory of each process, and return the largest growth in bytes."""
    before, peak = _memory(hub), dict[int, int]()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for pid, size in _memory(hub).items():
                peak[pid] = max(peak.get(pid, 0), size)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    done.set()
    watcher.join()
    web = {process.pid for process in hub.webs()}
    growths = {pid: size - before[pid] for pid, size in peak.items() if pid in before}
    of_web = max(growth for pid, growth in growths.items() if pid in web)
    of_others = max((growth for pid, growth in growths.items() if pid not in web), default=0)
    print(f"{label:34}{SIZE / took / 1e6:8.0f}{of_web / 1e6:16.1f}{of_others / 1e6:18.1f}", flush=True)
    return max(of_web, of_others)


def _memory(hub: Hub) -> dict[int, int]:
    """Return the memory of each process of the hub in bytes (resident set size), by process id.

    Short-lived processes that read one file have their own limit.
    """
    assert hub.process
    sizes = {}
    for process in psutil.Process(hub.process.pid).children(recursive=True):
        with suppress(psutil.Error):
            sizes[process.pid] = process.memory_info().rss
    return sizes


class Browser:
    """A browser with a session, which never keeps a whole file in memory."""

    def __init__(self, hub: Hub) -> None:
        self.host = urlsplit(hub.address).netloc
        self.timeout = 300.0  # seconds
        self.cookies: dict[str, str] = {}
        page = self.ask("GET", "/sign-in")[1]
        self.token = self._token(page)
        form = {"csrf_token": self.token, "email": "ana@lakeshore.example", "password": "welcome-to-the-hub"}
        self.ask("POST", "/sign-in", urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        self.token = self._token(self.ask("GET", "/resources/new")[1])

    @property
    def cookie(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request on its own connection, and return the response and its body."""
        connection = http.client.HTTPConnection(self.host, timeout=self.timeout)
        connection.request(method, path, body, {"Cookie": self.cookie} | (headers or {}))  # type: ignore[arg-type]
        response = connection.getresponse()
        content = response.read()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        assert response.status < 400, (method, path, response.status, content[:500])
        return response, content

    def _token(self, page: bytes) -> str:
        token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        return token[1].decode()

    def small_upload(self) -> None:
        """Upload a small file in each of the two ways."""
        self._plain("small.png", 1_000, b"0")
        self._tus("small too.png", 1_000, b"9", PIECE)

    def plain(self, name: str, mark: bytes) -> None:
        """Upload through the form."""
        self._plain(name, SIZE, mark)

    def tus(self, name: str, mark: bytes, piece: int) -> None:
        """Upload in pieces through tus, then add the resource."""
        self._tus(name, SIZE, mark, piece)

    def _plain(self, name: str, size: int, mark: bytes) -> None:
        fields = {"csrf_token": self.token, "kind": "resource", "audience": "network"}
        head = "".join(
            f'--{EDGE}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        )
        head += f'--{EDGE}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        tail = f"\r\n--{EDGE}--\r\n"

        def body() -> Iterator[bytes]:
            yield head.encode()
            yield from _content(0, size, mark)
            yield tail.encode()

        headers = {
            "Content-Type": f"multipart/form-data; boundary={EDGE}",
            "Content-Length": str(len(head.encode()) + size + len(tail)),
        }
        self.ask("POST", "/resources/new", body(), headers)

    def begin_upload(self, name: str, size: int) -> str:
        """Begin an upload through tus, and return its path."""
        headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.token}
        metadata = "filename " + b64encode(name.encode()).decode()
        creation, _ = self.ask(
            "POST", "/uploads", b"", headers | {"Upload-Length": str(size), "Upload-Metadata": metadata}
        )
        return str(creation.headers["Location"])

    def tus_upload(self, name: str, size: int) -> None:
        """Upload a file of ``size`` bytes in pieces through tus, then add the resource."""
        self._tus(name, size, b"7", PIECE)

    def _tus(self, name: str, size: int, mark: bytes, piece: int) -> None:
        headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.token}
        address = self.begin_upload(name, size)
        for offset in range(0, size, piece):
            end = min(offset + piece, size)
            self.ask(
                "PATCH",
                address,
                _content(offset, end, mark),
                headers
                | {
                    "Upload-Offset": str(offset),
                    "Content-Type": "application/offset+octet-stream",
                    "Content-Length": str(end - offset),
                },
            )
        _, response = self.ask("POST", f"{address}/keep", b"", headers)
        handle = re.search(rb'"handle":"([^"]+)"', response)
        assert handle
        form = {"csrf_token": self.token, "kind": "resource", "audience": "network", "kept": handle[1].decode()}
        self.ask(
            "POST", "/resources/new", urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def download(self, path: str) -> None:
        """Download a file without storing it."""
        connection = http.client.HTTPConnection(self.host, timeout=300)
        connection.request("GET", path, headers={"Cookie": self.cookie})
        response = connection.getresponse()
        assert response.status == 200, response.status
        while response.read(BLOCK):
            pass
        connection.close()


def _content(start: int, end: int, mark: bytes) -> Iterator[bytes]:
    """Yield the bytes from ``start`` to ``end`` of a file whose content depends on ``mark``."""
    row = mark + b",neither a picture nor a text\n"
    block = row * (BLOCK // len(row) + 2)
    while start < end:
        at = start % len(row)
        part = block[at : at + min(BLOCK, end - start)]
        yield part
        start += len(part)


if __name__ == "__main__":
    main()

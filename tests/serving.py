"""A real `hub serve` for tests, with its own folder and port."""

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO, Any

import psutil

from config import ROOT

TIMEOUT = 60  # seconds; the machine may be busy with other tests
PORTS = range(20_000, 32_000)


def eventually(condition: Callable[[], Any], timeout: float = 2 * TIMEOUT) -> Any:
    """Wait until ``condition`` is true and return its value; fails after ``timeout`` seconds, also if it is slow itself."""
    pause, until = threading.Event(), time.monotonic() + timeout
    while True:
        is_last = time.monotonic() >= until
        if value := condition():
            return value
        if is_last:
            raise AssertionError(f"{condition} wasn't true within {timeout} seconds")
        pause.wait(0.05)


_given_ports: set[int] = set()


def free_port() -> int:
    """Return a port that is free, and that no other test of this machine gets until this process ends.

    It isn't one of those from which programs connect to others (from 32768 on Linux): one of them could take it before
    the server that it is for listens.
    """
    lock = _port_lock()
    for number in range(len(PORTS)):
        port = PORTS[(os.getpid() * 97 + number) % len(PORTS)]
        if port in _given_ports:
            continue
        with suppress(OSError), socket.socket() as probe:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            probe.bind(("127.0.0.1", port))
            _given_ports.add(port)
            return port
    raise AssertionError("All ports for tests are taken.")


@cache
def _port_lock() -> IO[bytes]:
    """Return the file in which processes lock the byte of each port that they got. It stays open: closing it unlocks."""
    return (Path(tempfile.gettempdir()) / f"hub-test-ports-{os.getuid()}").open("ab")


class Hub:
    """An installation, and its `hub serve` process."""

    def __init__(self, folder: Path, port: int = 0, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")} | {
            "HUB_INSTANCE": str(folder / "instance"),
            "HUB_UPLOADS": str(folder / "uploads"),
            "HUB_BASE_URL": self.address,
            "HUB_WORKER_PAUSE": "0.1",
            "HUB_RESERVE_MB": "0",
        }
        self.environ |= {f"HUB_{name}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``hub …`` as a process."""
        return subprocess.run(
            [sys.executable, "-m", "hub.cli", *words],
            env=self.environ, cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=5 * TIMEOUT, check=False,
        )  # fmt: skip

    def start(self) -> None:
        """Start `hub serve`, and wait until it answers."""
        with (self.folder / "serve.log").open("ab") as log:
            words = [sys.executable, "-m", "hub.cli", "serve", "--port", str(self.port)]
            self.process = subprocess.Popen(words, env=self.environ, cwd=ROOT, stdout=log, stderr=log)
        eventually(self.health)

    def health(self) -> dict[str, Any] | None:
        """Return the content of /healthz, or None if it doesn't answer."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as response:
                return dict(json.load(response))
        except (OSError, HTTPException, ValueError):  # also an answer that was cut off because the process was killed
            return None

    def children(self) -> list[psutil.Process]:
        """Return the web processes and the worker."""
        assert self.process
        return psutil.Process(self.process.pid).children()

    def worker(self) -> psutil.Process | None:
        """Return the worker: the child process that doesn't listen on the port."""
        return next((child for child in self.children() if not self._listens(child)), None)

    def web(self) -> psutil.Process | None:
        """Return one of the web processes."""
        return next(iter(self.webs()), None)

    def webs(self) -> list[psutil.Process]:
        """Return the web processes."""
        return [child for child in self.children() if self._listens(child)]

    def _listens(self, child: psutil.Process) -> bool:
        try:
            connections = child.net_connections(kind="inet")
        except psutil.Error:
            return False
        return any(each.status == psutil.CONN_LISTEN and each.laddr.port == self.port for each in connections)

    def kill(self) -> None:
        """Kill all processes at once, like a power failure."""
        if self.process:
            family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
            for process in family:
                if process.is_running():
                    process.send_signal(signal.SIGKILL)
            psutil.wait_procs(family, timeout=TIMEOUT)
            self.process.wait(TIMEOUT)
            self.process = None

    def stop(self) -> int:
        """Stop it with SIGTERM, and return its exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(TIMEOUT)
        self.process = None
        return status


@contextmanager
def a_hub(folder: Path, **settings: str) -> Iterator[Hub]:
    """Run a hub with one member and its representative ana@lakeshore.example."""
    hub = Hub(folder, 0, **settings)
    assert hub.command("organization", "add", "Lakeshore", "--kind", "member").returncode == 0
    words = ("person", "add", "ana@lakeshore.example", "--name", "Ana", "--organization", "lakeshore")
    added = hub.command(*words, "--role", "representative", "--password-stdin", stdin="welcome-to-the-hub\n")
    assert added.returncode == 0, added.stderr
    hub.start()
    try:
        yield hub
    finally:
        hub.kill()


class Visitor:
    """A browser without JavaScript, over HTTP."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """Return the page's HTML."""
        return self.fetch(path)[1]

    def fetch(self, path: str) -> tuple[str, str]:
        """Return the media type and the text of a response."""
        with self.opener.open(self.hub.address + path, timeout=TIMEOUT) as response:
            return response.headers.get_content_type(), str(response.read().decode(errors="replace"))

    def post(self, path: str, **fields: str) -> str:
        """Submit the form of a page, and return the resulting page."""
        form = urllib.parse.urlencode(self.hidden(path) | fields).encode()
        with self.opener.open(self.hub.address + path, form, timeout=TIMEOUT) as response:
            return str(response.read().decode())

    def sign_in(self, email: str = "ana@lakeshore.example", password: str = "welcome-to-the-hub") -> "Visitor":
        """Sign in through the form."""
        token = self.token("/sign-in")
        form = urllib.parse.urlencode({"csrf_token": token, "email": email, "password": password}).encode()
        self.opener.open(f"{self.hub.address}/sign-in", form, timeout=TIMEOUT).close()
        return self

    def token(self, path: str) -> str:
        """Return the CSRF token of a page's form."""
        return self.hidden(path)["csrf_token"]

    def hidden(self, path: str) -> dict[str, str]:
        """Return the CSRF token of a page's form, and its version if it edits something."""
        names = dict(re.findall(r'name="(csrf_token|version)"[^>]*value="([^"]+)"', self.get(path)))
        assert "csrf_token" in names
        return names

    def upload(self, name: str, content: bytes, token: str) -> str:
        """Upload a file through the form without JavaScript, and return the path of its page."""
        fields = {"csrf_token": token, "kind": "resource", "audience": "network"}
        boundary = "----tests"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        request = urllib.request.Request(
            f"{self.hub.address}/resources/new", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        )
        with self.opener.open(request, timeout=TIMEOUT) as response:
            return str(urllib.parse.urlsplit(response.url).path)

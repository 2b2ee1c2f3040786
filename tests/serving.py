"""A real `hub serve` for tests: its own folder, its own port, ended with everything that it started."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psutil

from config import ROOT

PATIENCE = 60  # seconds, on a machine that is busy with other tests


def eventually(condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Return what ``condition`` answers once it is true; fails after ``patience`` seconds."""
    pause = threading.Event()
    for _ in range(int(patience / 0.05)):
        if found := condition():
            return found
        pause.wait(0.05)
    raise AssertionError(f"{condition} did not come true within {patience} seconds")


def free_port() -> int:
    """Return a port that no one listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Hub:
    """One installation, and the `hub serve` that runs it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")} | {
            "HUB_INSTANCE": str(folder / "instance"),
            "HUB_UPLOADS": str(folder / "uploads"),
            "HUB_BASE_URL": self.address,
            "HUB_WORKER_PAUSE": "0.1",
        }
        self.environ |= {f"HUB_{name}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``hub …`` in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "hub.cli", *words],
            env=self.environ, cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    def start(self) -> None:
        """`hub serve`, until it answers."""
        with (self.folder / "serve.log").open("ab") as log:
            words = [sys.executable, "-m", "hub.cli", "serve", "--port", str(self.port)]
            self.process = subprocess.Popen(words, env=self.environ, cwd=ROOT, stdout=log, stderr=log)
        eventually(self.health)

    def health(self) -> dict[str, Any] | None:
        """Return what /healthz says, or None while it doesn't answer."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return dict(json.load(answer))
        except OSError:
            return None

    def children(self) -> list[psutil.Process]:
        """Return the web server and the worker."""
        assert self.process
        return psutil.Process(self.process.pid).children()

    def worker(self) -> psutil.Process | None:
        """Return the worker: the child that itself has no web processes but reads files."""
        return next((child for child in self.children() if not self._listens(child)), None)

    def web(self) -> psutil.Process | None:
        """Return the web server's first process."""
        return next((child for child in self.children() if self._listens(child)), None)

    def _listens(self, child: psutil.Process) -> bool:
        try:
            found = child.net_connections(kind="inet")
        except psutil.Error:
            return False
        return any(one.status == psutil.CONN_LISTEN and one.laddr.port == self.port for one in found)

    def kill(self) -> None:
        """End everything at once with -9, as a power cut would."""
        if self.process:
            family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
            for one in family:
                if one.is_running():
                    one.send_signal(signal.SIGKILL)
            psutil.wait_procs(family, timeout=PATIENCE)
            self.process.wait(PATIENCE)
            self.process = None

    def stop(self) -> int:
        """End it as an operator does; answers its exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        self.process = None
        return status


@contextmanager
def a_hub(folder: Path, **settings: str) -> Iterator[Hub]:
    """A running hub with one member and the person ana@lakeshore.example."""
    hub = Hub(folder, **settings)
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
    """A browser without scripts, over real HTTP."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """Return the page's HTML."""
        return self.look(path)[1]

    def look(self, path: str) -> tuple[str, str]:
        """Return what an address answers: its media type, and the text."""
        with self.opener.open(self.hub.address + path, timeout=PATIENCE) as answer:
            return answer.headers.get_content_type(), str(answer.read().decode(errors="replace"))

    def post(self, path: str, **fields: str) -> str:
        """Send the form of a page; answers the page that comes of it."""
        form = urllib.parse.urlencode({"csrf_token": self.token(path)} | fields).encode()
        with self.opener.open(self.hub.address + path, form, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def sign_in(self, email: str = "ana@lakeshore.example", password: str = "welcome-to-the-hub") -> "Visitor":
        """Through the form."""
        token = self.token("/sign-in")
        form = urllib.parse.urlencode({"csrf_token": token, "email": email, "password": password}).encode()
        self.opener.open(f"{self.hub.address}/sign-in", form, timeout=PATIENCE).close()
        return self

    def token(self, path: str) -> str:
        """Return the CSRF token of a page's form."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert found
        return found[1]

    def upload(self, name: str, content: bytes, token: str) -> str:
        """Add one file through the plain form; answers the address of its page, once the hub acknowledges it."""
        fields = {"csrf_token": token, "kind": "resource", "audience": "network"}
        edge = "----tests"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = "".join(parts).encode() + head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        request = urllib.request.Request(
            f"{self.hub.address}/resources/new", body, {"Content-Type": f"multipart/form-data; boundary={edge}"}
        )
        with self.opener.open(request, timeout=PATIENCE) as answer:
            return str(urllib.parse.urlsplit(answer.url).path)

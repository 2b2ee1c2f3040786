"""Benchmark of fifty people at once: requests per second of the pages that they open most, in a demo hub.

Uses `wrk` where it is installed, otherwise clients in a process of their own. ``HUB_BENCH_CLIENTS`` is their number
(50), and ``HUB_BENCH_SECONDS`` how long each page is asked for (10).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.figures import Figure
from bench.filled import cookie_of, load
from config import ROOT, Config
from tests.serving import Hub

CLIENTS = int(os.environ.get("HUB_BENCH_CLIENTS", "50"))
SECONDS = int(os.environ.get("HUB_BENCH_SECONDS", "10"))
PAGES = {
    "home": "/",
    "a resource": "/resources/12",
    "sharing": "/sharing",
    "search": f"/search?{urlencode({'q': 'welding training'})}",
    "sign-in": "/sign-in",
}
TIMES = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}  # to milliseconds
EMAIL = "representative@demo.example"


@dataclass(frozen=True)
class Served:
    """How many requests were answered in a second, and the milliseconds that half of them took at most."""

    per_second: float
    median: float
    by: str


def main() -> None:
    """Print the table."""
    print(
        f"{CLIENTS} clients for {SECONDS} s on each page of a demo hub; {os.cpu_count()} cores, also for the clients\n"
    )
    print("| page | requests/s | median, ms | clients | load |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder:
        hub = demo(Path(folder))
        hub.start()
        try:
            cookie = cookie_of(hub, EMAIL)
            for name, path in PAGES.items():
                served = load_of(hub, path, "" if name == "sign-in" else cookie)
                cells = (name, f"{served.per_second:.0f}", f"{served.median:.0f}", served.by, load())
                print(f"| {' | '.join(cells)} |", flush=True)
        finally:
            hub.stop()


def figures(hub: Hub) -> Iterator[Figure]:
    """Measure home and the sharing page of a running demo hub."""
    cookie = cookie_of(hub, EMAIL)
    for name, asked in (("home", 150.0), ("sharing", 200.0)):
        served = load_of(hub, PAGES[name], cookie)
        beside = f"median {served.median:.0f} ms, by {served.by}"
        yield Figure(f"{name}, {CLIENTS} clients", served.per_second, asked, "requests/s", at_least=True, beside=beside)


def demo(folder: Path) -> Hub:
    """Return a hub with the demo's data and the usual settings, which isn't running yet."""
    hub = Hub(folder / "hub", WORKER_PAUSE=str(Config.WORKER_PAUSE), MEANING="off")
    made = hub.command("demo", "--if-empty")
    assert made.returncode == 0, made.stderr
    return hub


def load_of(hub: Hub, path: str, cookie: str) -> Served:
    """Ask for one page from many clients at once, after a warm-up."""
    ask = _by_wrk if shutil.which("wrk") else _by_python
    ask(hub.address + path, cookie, 2)
    return ask(hub.address + path, cookie, SECONDS)


def _by_wrk(address: str, cookie: str, seconds: int) -> Served:
    words = ["wrk", "-t2", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-H", f"Cookie: {cookie}"]
    shown = subprocess.run([*words, address], capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in shown, shown
    assert "Socket errors" not in shown, shown
    half = re.search(r"50%\s+([\d.]+)(us|ms|s|m)\b", shown)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", shown)
    assert half, shown
    assert rate, shown
    return Served(float(rate[1]), float(half[1]) * TIMES[half[2]], "wrk")


def _by_python(address: str, cookie: str, seconds: int) -> Served:
    words = [sys.executable, "-m", "bench._clients", address, str(CLIENTS), str(seconds)]
    shown = subprocess.run(words, input=cookie, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    answered = json.loads(shown)
    return Served(answered["per_second"], answered["median"], "Python")


if __name__ == "__main__":
    main()

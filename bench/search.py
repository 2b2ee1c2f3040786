"""Benchmark of search at several sizes: whole requests to the hub, its engine alone, and other engines.

``HUB_BENCH_SIZES`` has the numbers of resources (1000,10000,50000), with ten pages each. ``HUB_BENCH_NAIVE`` is the
largest size at which naive Whoosh is measured, since indexing takes it long. ``HUB_BENCH_ALONE=1`` measures only the
hub's own searches: no other engines, and nothing during searches. ``HUB_BENCH_MEANING=1`` gives each page a vector and
searches by meaning too, if the extra is installed. ``HUB_BENCH_FILES`` is the number of files that are imported while
the hub is searched (1000). Freshness, import and rebuild are measured at 10,000 resources, or at the largest size.
"""

import http.client
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import psutil

from bench import corpus
from bench.figures import Figure, median, p95
from bench.filled import PAGES, Filled, cookie_of, fill, load, make_index
from bench.finding import files_waiting, seconds_to_find
from bench.yardsticks import YARDSTICKS
from hub.core.dates import number, plural
from hub.core.db import Database
from hub.members.models import Person
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from hub.search.store import folders
from tests.serving import Hub, Visitor

SIZES = [int(size) for size in os.environ.get("HUB_BENCH_SIZES", "1000,10000,50000").split(",")]
NAIVE = int(os.environ.get("HUB_BENCH_NAIVE", "10000"))
ALONE = os.environ.get("HUB_BENCH_ALONE", "") == "1"
ENGINES = {} if ALONE else YARDSTICKS
MEANING = "on" if os.environ.get("HUB_BENCH_MEANING", "") == "1" else "off"
FILES = int(os.environ.get("HUB_BENCH_FILES", "1000"))
FRESH_AT = 10_000
CLIENTS = 8
SECONDS = 15.0
UPLOADS = 9


def main() -> None:
    """Print the tables."""
    stories = corpus.stories()
    source = "Reuters-21578" if corpus.REUTERS.exists() else "generated text"
    print(f"{source}, {PAGES} pages per resource; {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(f"Milliseconds as median / 95th percentile, one client, warm caches. Meaning is {MEANING}.\n")
    names = ["this hub, whole request", "its engine alone", *ENGINES]
    print(f"| resources | {' | '.join(names)} | {CLIENTS} clients | indexed | index : text | web process | load |")
    print(f"|---|{'---|' * (len(names) + 5)}", flush=True)
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder:
            filled = fill(Path(folder), size, stories, meaning=MEANING)
            _row(filled, Path(folder))
            if not ALONE and (size == min(FRESH_AT, max(SIZES)) or (FRESH_AT not in SIZES and size == max(SIZES))):
                fresh = _freshness(filled, Path(folder))
            filled.database.close()
    if ALONE:
        return
    print("\n| during searches | result |\n|---|---|")
    for measurement, result in fresh:
        print(f"| {measurement} | {result} |", flush=True)


# Speed


def _row(filled: Filled, folder: Path) -> None:
    """Print one row of the table, with a merged index, as it is an hour after a large import."""
    database = filled.database
    indexed = make_index(filled)
    current = folders.current_folder(folders.root_of(database.config))
    assert current is not None
    share = sum(path.stat().st_size for path in current.iterdir() if path.is_file()) / filled.characters
    cells = [_time(_engine(database), filled.questions)]
    for name, yardstick in ENGINES.items():
        if name == "naive Whoosh" and filled.resources > NAIVE:
            cells.append("not measured")
            continue
        with yardstick(database, folder / name) as search:
            cells.append(_time(search, filled.questions, rounds=1 if name == "naive Whoosh" else 2))
    served = _served(filled)
    cells.insert(0, _figures(served.times))
    many = f"{served.rate:.0f} requests/s, p95 {p95(served.many):.0f} ms"
    last = [many, f"{indexed.per_second:.0f}/s on one core", f"{share:.2f}", f"{served.weight:.0f} MB", load()]
    print(f"| {number(filled.resources)} | {' | '.join([*cells, *last])} |", flush=True)


def _engine(database: Database) -> Callable[[str], int]:
    """Return the search function of the hub, with permissions, facets and snippets, but without a request."""
    with database.reading() as db:
        person = db.get_one(Person, corpus.MEMBER)

    def search(question: str) -> int:
        with database.reading() as db:
            return results_queries.search(db, person, Query(question)).total

    return search


def _time(search: Callable[[str], int], questions: Sequence[str], rounds: int = 2) -> str:
    return _figures(_times(search, questions, rounds))


def _times(search: Callable[[str], int], questions: Sequence[str], rounds: int = 2) -> list[float]:
    """Return the milliseconds of each query in ``rounds`` rounds; with more than one, after a warm-up of each query."""
    for question in questions if rounds > 1 else questions[:1]:
        search(question)
    times = []
    for question in [*questions] * rounds:
        began = time.perf_counter()
        search(question)
        times.append((time.perf_counter() - began) * 1000)
    return times


def engine_times(filled: Filled, search: Callable[[str], int] | None = None) -> list[float]:
    """Return the milliseconds of all queries in the hub's engine, or in another."""
    return _times(search or _engine(filled.database), filled.questions)


@dataclass(frozen=True)
class Served:
    """The milliseconds of requests of one client, and of many at once; their rate, and the web process's megabytes."""

    times: Sequence[float]
    many: Sequence[float]
    rate: float
    weight: float


def _served(filled: Filled) -> Served:
    """Serve a filled hub, and search over HTTP: one client, then many at once."""
    hub = filled.hub
    hub.start()
    try:
        cookie, addresses = cookie_of(hub), _addresses(filled.questions)
        for _ in range(3):  # each web process opens the index on its first request
            _ask(hub.port, cookie, addresses)
        times = [time for _ in range(2) for time in _ask(hub.port, cookie, addresses)]
        with _Clients(hub.port, cookie, addresses) as clients:
            clients.wait(SECONDS)
        web = hub.web()
        weight = max(child.memory_info().rss for child in [web, *web.children()]) / 1e6 if web else 0.0
    finally:
        hub.stop()
    return Served(times, clients.times, len(clients.times) / clients.took, weight)


def whole_requests(filled: Filled) -> Iterator[Figure]:
    """Measure searches of a filled hub over HTTP."""
    served = _served(filled)
    line = f"search at {number(filled.resources)}, whole request"
    yield Figure(f"{line}, median", median(served.times), 25.0, "ms")
    yield Figure(f"{line}, 95th percentile", p95(served.times), 60.0, "ms")
    beside = f"p95 {p95(served.many):.0f} ms"
    yield Figure(f"{line}, {CLIENTS} clients", served.rate, 60.0, "requests/s", at_least=True, beside=beside)


def _figures(times: Sequence[float]) -> str:
    return f"{median(times):.1f} / {p95(times):.1f}"


def _addresses(questions: Sequence[str]) -> Sequence[str]:
    return [f"/search?{urlencode({'q': question})}" for question in questions]


def _ask(port: int, cookie: str, addresses: Sequence[str]) -> list[float]:
    """Return the milliseconds from the request to the complete page for each address."""
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for address in addresses:
        began = time.perf_counter()
        connection.request("GET", address, headers={"Cookie": cookie})
        response = connection.getresponse()
        page = response.read()
        times.append((time.perf_counter() - began) * 1000)
        assert response.status == 200, response.status
        assert b"resource-line" in page, address
    connection.close()
    return times


class _Clients:
    """Clients that send one query after another until the block ends; a failed request ends the benchmark."""

    def __init__(self, port: int, cookie: str, addresses: Sequence[str], count: int = CLIENTS) -> None:
        self.port, self.cookie, self.addresses = port, cookie, addresses
        self.times: list[float] = []
        self.failures: list[BaseException] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._client, args=(first,)) for first in range(count)]
        self.took = 0.0

    def _client(self, first: int) -> None:
        turn = first
        while not self.over.is_set():
            try:
                self.times += _ask(self.port, self.cookie, [self.addresses[turn % len(self.addresses)]])
            except (OSError, AssertionError, http.client.HTTPException) as error:
                self.failures.append(error)
                return
            turn += 3

    def __enter__(self) -> Self:
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def wait(self, seconds: float) -> None:
        """Let the clients run for ``seconds``."""
        self.over.wait(seconds)

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.took = time.monotonic() - self.began
        assert not self.failures, self.failures[:3]


# Freshness


def _freshness(filled: Filled, folder: Path) -> Sequence[tuple[str, str]]:
    """Measure uploads, a large import and a rebuild while the hub is searched."""
    hub = filled.hub
    hub.start()
    try:
        cookie, addresses = cookie_of(hub), _addresses(filled.questions)
        for _ in range(3):
            _ask(hub.port, cookie, addresses)
        figures = [("load before", load()), ("resources", number(filled.resources))]
        with _Clients(hub.port, cookie, addresses) as clients:
            browser = Visitor(hub).sign_in()
            words = [f"zephyrine{turn}" for turn in range(UPLOADS)]
            uploads = [
                seconds_to_find(browser, word, f"Suppliers of the region. {word}. ".encode() * 40, "txt")
                for word in words
            ]
        figures.append((
            f"upload to searchable, {CLIENTS} clients searching",
            f"median {median(uploads):.2f} s, maximum {max(uploads):.2f} s",
        ))  # fmt: skip
        with _Clients(hub.port, cookie, addresses, count=1) as quiet:
            quiet.wait(SECONDS)
        with _Clients(hub.port, cookie, addresses, count=1) as busy:
            took = _import(hub, folder)
        figures.append(("search p95, quiet", f"{p95(quiet.times):.0f} ms"))
        figures.append((
            f"search p95, {number(FILES)} files being imported in {took:.0f} s",
            f"{p95(busy.times):.0f} ms, {p95(busy.times) / p95(quiet.times):.1f} times as long as when quiet",
        ))  # fmt: skip
        with _Clients(hub.port, cookie, addresses, count=2) as clients:
            began = time.monotonic()
            rebuilt = hub.command("rebuild", "--index")
            took = time.monotonic() - began
        assert rebuilt.returncode == 0, rebuilt.stderr
        requests = plural(len(clients.times), "request")
        outcome = f"{requests}, {len(clients.failures)} failed, p95 {p95(clients.times):.0f} ms"
        figures.append((f"rebuild of the whole index in {took:.0f} s, 2 clients searching", outcome))
        return [*figures, ("load after", load())]
    finally:
        hub.stop()


def _import(hub: Hub, folder: Path) -> float:
    """Return the seconds until all files are imported and read."""
    files = folder / "import"
    files.mkdir()
    for lot in range(FILES):
        (files / f"{lot:04}.txt").write_text(f"Note {lot}\n\n" + f"Castings and forgings of lot {lot}. " * 200)
    began = time.monotonic()
    words = ("import", str(files), "--organization", "community-2", "--kind", "resource")
    assert hub.command(*words).returncode == 0
    while files_waiting(hub):
        time.sleep(0.2)
    return time.monotonic() - began


if __name__ == "__main__":
    with suppress(psutil.NoSuchProcess):
        main()

"""Search: a hub of 10,000 resources with 10 pages each, asked over HTTP as people ask it.

``HUB_BENCH_RESOURCES`` makes it smaller; ``HUB_BENCH_FOLDER`` names a folder in which the hub is kept for the next run.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psutil

from bench import corpus
from config import ROOT, Config
from hub import migrations
from hub.app import create_app
from hub.core import clock
from hub.core.db import Database
from hub.members.models import Person
from hub.search import files, index

RESOURCES = int(os.environ.get("HUB_BENCH_RESOURCES", "10000"))
PAGES = 10
CLIENTS = 8
SECONDS = 15.0


def main() -> None:
    """Print the table."""
    source = "Reuters-21578" if corpus.REUTERS.exists() else "invented words"
    print(f"Search: {RESOURCES:,} resources of {PAGES} pages ({source})")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    with ExitStack() as stack:
        kept = os.environ.get("HUB_BENCH_FOLDER")
        folder = Path(kept or stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        config = Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", LOG_LEVEL="ERROR")
        database = Database(config)
        stories = corpus.stories()
        characters = _filled(database, folder, stories)
        _build(database, characters)
        _measure(config, _cookie(config, database), corpus.questions(stories))
        database.close()


def _filled(database: Database, folder: Path, stories: Sequence[corpus.Story]) -> int:
    note = folder / "characters"
    if not note.exists():
        migrations.upgrade(database)
        note.write_text(str(corpus.fill(database, RESOURCES, PAGES, stories)))
    return int(note.read_text())


def _build(database: Database, characters: int) -> None:
    began = time.monotonic()
    count = index.catch_up(database)
    took = time.monotonic() - began
    folder = files.current_folder(files.root_of(database.config))
    assert folder is not None
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    rows = [("index and text", f"{size / 1e6:.0f} MB of index, {characters / 1e6:.0f} MB of text")]
    if count:
        speed = f"{count / took:.0f} resources/s, {count * PAGES / took:.0f} pages/s"
        rows.append((f"index built in {took:.0f} s", speed))
        rows.append(("memory of the builder, at most", f"{_peak():.0f} MB, with the corpus in it"))
    began = time.monotonic()
    index.catch_up(database)
    rows.append(("a look when nothing changed", f"{(time.monotonic() - began) * 1000:.0f} ms"))
    _table(rows)


def _peak() -> float:
    import resource  # noqa: PLC0415 - not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _cookie(config: Config, database: Database) -> str:
    """A session of a member, as signing in leaves it."""
    with database.reading() as db:
        person = db.get_one(Person, corpus.MEMBER)
    app = create_app(config, database)
    browser = app.test_client()
    with browser.session_transaction() as session:
        session.update(_user_id=person.get_id(), _fresh=True, signed_in_at=clock.now().isoformat())
    assert b"Sign out" in browser.get("/search").data, "the session that this benchmark makes is not accepted"
    cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return f"{cookie.key}={cookie.value}"


def _measure(config: Config, cookie: str, questions: Sequence[str]) -> None:
    addresses = [f"/search?{urlencode({'q': question})}" for question in questions]
    with _served(config) as (port, server):
        for _ in range(3):  # each web process opens the index when it is first asked
            _ask(port, cookie, addresses)
        one = sorted(_ask(port, cookie, addresses) + _ask(port, cookie, addresses))
        many, took = _ask_at_once(port, cookie, addresses)
        memory = max(child.memory_info().rss for child in psutil.Process(server).children())
    many.sort()
    _table(
        [
            ("one client", _line(one)),
            (f"{CLIENTS} clients", f"{len(many) / took:.0f} requests/s, {_line(many)}"),
            ("memory of a web process", f"{memory / 1e6:.0f} MB"),
        ]
    )


def _line(times: Sequence[float]) -> str:
    return f"median {statistics.median(times):.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms, worst {times[-1]:.1f} ms"


def _ask(port: int, cookie: str, addresses: Sequence[str]) -> list[float]:
    """Milliseconds from the request to the whole page, for each address."""
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for address in addresses:
        began = time.perf_counter()
        connection.request("GET", address, headers={"Cookie": cookie})
        answer = connection.getresponse()
        page = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, answer.status
        assert b"resource-line" in page, address
    connection.close()
    return times


def _ask_at_once(port: int, cookie: str, addresses: Sequence[str]) -> tuple[list[float], float]:
    times: list[float] = []
    until = time.monotonic() + SECONDS

    def client(number: int) -> None:
        while time.monotonic() < until:
            times.extend(_ask(port, cookie, addresses[number::3]))

    threads = [threading.Thread(target=client, args=(number % 3,)) for number in range(CLIENTS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, time.monotonic() - began


@contextmanager
def _served(config: Config) -> Iterator[tuple[int, int]]:
    """The hub behind gunicorn as `hub serve` runs it: its port and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        f"HUB_{name}": str(getattr(config, name)) for name in ("INSTANCE", "UPLOADS", "DATABASE_URL", "SECRET_KEY")
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--workers", str(config.WEB_WORKERS), "--threads", str(config.WEB_THREADS),
         "--worker-class", "gthread", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "hub.app:create_app()"],
        cwd=ROOT,
        env=os.environ | settings | {"HUB_LOG_LEVEL": "ERROR"},
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def _table(rows: Sequence[tuple[str, str]]) -> None:
    for name, value in rows:
        print(f"  {name:<34} {value}", flush=True)


if __name__ == "__main__":
    main()

"""Benchmark of the pages that people open most, in one process: milliseconds, and statements to the database.

``HUB_BENCH_SIZES`` has the numbers of resources (2000,10000,50000).
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import event, select

from bench import corpus
from bench.figures import Figure, median, p95
from bench.filled import Filled, fill, make_index
from bench.rows import browser_of
from config import Config
from hub.core.dates import number
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.models import Person
from tests.serving import Hub

SIZES = [int(size) for size in os.environ.get("HUB_BENCH_SIZES", "2000,10000,50000").split(",")]
TURNS = 60  # of home and the sharing page
RESOURCES = 120  # pages of different resources, opened for the first time


@dataclass(frozen=True)
class Times:
    """The milliseconds of requests, and the most statements that one of them sent."""

    milliseconds: Sequence[float]
    statements: int

    def __str__(self) -> str:
        """Return the median, the 95th percentile and the statements."""
        return f"{median(self.milliseconds):.1f} / {p95(self.milliseconds):.1f} ms, {self.statements} statements"


def main() -> None:
    """Print the table."""
    stories = corpus.stories()
    print("Whole requests of a signed-in member in one process, as median / 95th percentile.\n")
    print("| resources | home | a resource, each for the first time | sharing | search |\n|---|---|---|---|---|")
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder:
            filled = fill(Path(folder), size, stories)
            make_index(filled)
            print(f"| {number(size)} | {' | '.join(map(str, measured(filled).values()))} |", flush=True)
            filled.database.close()


def home_figures(hub: Hub) -> Iterator[Figure]:
    """Measure home in one process, in a demo hub that isn't running."""
    folders = {"INSTANCE": Path(hub.environ["HUB_INSTANCE"]), "UPLOADS": Path(hub.environ["HUB_UPLOADS"])}
    database = Database(Config.load({}, LOG_LEVEL="ERROR", MEANING="off", **folders))
    home = times_of(database, member(database, "representative@demo.example"), ["/"] * TURNS, ["/"] * 3)
    database.close()
    yield Figure("home alone in one process", median(home.milliseconds), 8.0, "ms")
    yield Figure("statements of home", home.statements, 8.0, "statements")


def measured(filled: Filled) -> Mapping[str, Times]:
    """Return the times of each page of a filled hub with an index."""
    with filled.database.reading() as db:
        is_open = Resource.audience != Audience.ORGANIZATION  # what every member may open
        ids = db.scalars(select(Resource.id).where(Resource.withdrawn_at.is_(None), is_open)).all()
        ids = ids[:: max(1, len(ids) // RESOURCES)][:RESOURCES]
    searches = [f"/search?{urlencode({'q': question})}" for question in filled.questions]
    browser = member(filled.database)
    addresses = {
        "home": ["/"] * TURNS,
        "resource": [f"/resources/{id_}" for id_ in ids],
        "sharing": ["/sharing"] * TURNS,
        "search": searches * 2,
    }
    warm = {"resource": [f"/resources/{ids[-1]}"], "search": searches}
    return {
        name: times_of(filled.database, browser, paths, warm.get(name, paths[:3])) for name, paths in addresses.items()
    }


def member(database: Database, email: str = "ana@lakeshore.example") -> FlaskClient:
    """Return a browser in which a person is signed in."""
    return browser_of(database, Person.email == email)


def times_of(database: Database, browser: FlaskClient, paths: Sequence[str], warm: Sequence[str]) -> Times:
    """Ask for each of ``warm``, then for each of ``paths``, and return the times of the latter."""
    for path in warm:
        _ask(browser, path)
    milliseconds, statements = [], []
    with counting(database) as count:
        for path in paths:
            before, began = count(), time.perf_counter()
            _ask(browser, path)
            milliseconds.append((time.perf_counter() - began) * 1000)
            statements.append(count() - before)
    return Times(milliseconds, max(statements))


def _ask(browser: FlaskClient, path: str) -> None:
    response = browser.get(path)
    assert response.status_code == 200, (path, response.status)
    assert response.get_data()


@contextmanager
def counting(database: Database) -> Iterator[Callable[[], int]]:
    """Count the statements that are sent to the database; yields a function that returns their number."""
    sent: list[str] = []

    def note(*call: object) -> None:
        sent.append(str(call[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield lambda: len(sent)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()

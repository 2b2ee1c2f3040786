"""Benchmark of search suggestions: a request after each key, in a hub with 10,000 resources.

``HUB_BENCH_RESOURCES`` changes the number. Requests include session, permissions, database and JSON, but not the
network. The target is 50 ms. On a busy machine CPU time says more than wall-clock time; both are printed.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select

from bench import corpus
from bench.rows import browser_of
from config import Config
from hub.core import clock
from hub.core.dates import plural
from hub.core.db import Database
from hub.library.models import Resource
from hub.members.models import Person
from hub.migrations import schema
from hub.search import actions as search_actions
from hub.search import index
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.queries import suggestions as suggestions_queries

RESOURCES = int(os.environ.get("HUB_BENCH_RESOURCES", "10000"))
PAGES = 1  # suggestions use only titles
TYPED = 40  # titles whose beginning is typed
KEYS = 12

Times = tuple[float, float]  # milliseconds of wall-clock time and of CPU time


def main() -> None:
    """Print the table."""
    print(f"Suggestions: {plural(RESOURCES, 'resource')}; {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        folder = Path(name)
        config = Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", LOG_LEVEL="ERROR")
        database = Database(config)
        schema.upgrade(database)
        corpus.fill(database, RESOURCES, PAGES, corpus.stories())
        index.catch_up(database)
        _remember(database)
        keys = list(_keys(database))
        browser = _browser(database)
        _row("first request, which opens the index", [_request(browser, "first")])
        _row("request after each key", [_request(browser, typed) for typed in keys])
        _row(
            "request after the first key, with most matches",
            [_request(browser, typed) for typed in keys if len(typed) == 1],
        )
        _row("query only, without the request", list(_run_queries(database, keys)))
        _row("new resources in 20 saved searches", list(_news(database)))
        database.close()


def _remember(database: Database) -> None:
    """Add recent and saved searches of the member."""
    with database.writing() as db:
        person = db.get_one(Person, corpus.MEMBER)
        for query in corpus.queries(corpus.stories(), 20):
            search_actions.remember_search(db, person.id, query, clock.now())
            search_actions.save_search(db, person, query, f"q={query}", tells=True)


def _keys(database: Database) -> Iterator[str]:
    """Yield the text in the field after each key, for the beginnings of some titles."""
    with database.reading() as db:
        titles = list(db.scalars(select(Resource.title).order_by(Resource.id)))
    for title in random.Random(12).sample(titles, TYPED):
        for count in range(1, KEYS + 1):
            yield title[:count].strip()


def _browser(database: Database) -> FlaskClient:
    """Return a browser in which the member is signed in."""
    browser = browser_of(database, Person.id == corpus.MEMBER)
    assert b"Sign out" in browser.get("/search").data, "the hub doesn't accept the session of this benchmark"
    return browser


def _time(act: Callable[[], object]) -> Times:
    """Return the wall-clock time and CPU time of a call."""
    wall_began, cpu_began = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - wall_began) * 1000, (time.process_time() - cpu_began) * 1000


def _request(browser: FlaskClient, typed: str) -> Times:
    return _time(lambda: browser.get("/search/suggestions", query_string={"q": typed}).get_json()["suggestions"])


def _run_queries(database: Database, keys: Sequence[str]) -> Iterator[Times]:
    with database.reading() as db:
        person = db.get_one(Person, corpus.MEMBER)
        for typed in keys:
            yield _time(partial(suggestions_queries.suggestions, db, person, typed))


def _news(database: Database) -> Iterator[Times]:
    """Yield the times of the counts on the home page, when a fifth of the resources are new."""
    with database.writing() as db:
        for resource in db.scalars(select(Resource).where(Resource.id % 5 == 0)):
            resource.created_at = clock.now()
    with database.reading() as db:
        person = db.get_one(Person, corpus.MEMBER)
        saved = searches_queries.saved_of(db, person)
        for _ in range(5):
            yield _time(lambda: news_queries.new_in(db, person, saved))


def _row(name: str, times: Sequence[Times]) -> None:
    wall, cpu = (_spread(sorted(column)) for column in zip(*times, strict=True))
    print(f"  {name:<46} {wall}; CPU {cpu}", flush=True)


def _spread(ordered: Sequence[float]) -> str:
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"median {statistics.median(ordered):6.1f} ms, p95 {p95:6.1f}, worst {ordered[-1]:6.1f}"


if __name__ == "__main__":
    main()

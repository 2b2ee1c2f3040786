"""How many SQL statements a page takes: no more than the table allows, and as many with long lists as with short ones.

The world is the crawler's. Its lists grow by 60 copies of each of its rows: other organizations and people, and more
of everything that these have.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, insert, select
from sqlalchemy.engine import Engine

from hub.core import chosen_settings
from hub.core.db import Database
from hub.library.models import Resource, Revision
from hub.search import index
from tests.every_route.crawl import Crawl, built
from tests.every_route.rights import RIGHTS
from tests.statements.allowed import ALLOWED
from tests.statements.filling import fill

TIMES = 60
KINDS = ("coordinator", "representative", "visitor")
# Home, when everything that the process remembers has to be read again.
AFTER_A_CHANGE = {"coordinator": 22, "board": 21, "representative": 16, "visitor": 3}

Counts = dict[tuple[str, str], int]  # by page and address


@contextmanager
def _counting() -> Iterator[list[str]]:
    """Collect the statements of all databases of this process."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _open(crawl: Crawl, address: str) -> int:
    """Open an address as if right after signing in, and return the status."""
    crawl.browser._cookies = dict(crawl.cookies)
    answer = crawl.browser.get(address)
    answer.get_data()
    answer.close()
    return answer.status_code


def _counts(crawl: Crawl) -> Counts:
    """Return the number of statements of each page that opens, the third time: visits and uses are noted by then."""
    counts = {}
    for endpoint in crawl.routes("GET"):
        for place in crawl.addresses(endpoint):
            if place.place in {"own", "shared", ""}:
                statuses = [_open(crawl, place.address) for _ in range(2)]
                with _counting() as statements:
                    statuses.append(_open(crawl, place.address))
                if set(statuses) == {200}:
                    counts[endpoint, place.address] = len(statements)
    return counts


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_takes_the_allowed_statements_however_long_its_lists_are(
    app: Flask, database: Database, kind: str
) -> None:
    crawl = built(app, database, kind)
    short = _counts(crawl)
    fill(database, TIMES)
    index.catch_up(database)
    long = _counts(crawl)
    assert long == short
    above = {page: count for page, count in short.items() if count > ALLOWED[page[0]]}
    assert not above
    assert len(short) > (15 if kind == "visitor" else 100)


@pytest.mark.parametrize("kind", AFTER_A_CHANGE)
def test_home_after_a_change_takes_as_many_statements_with_ten_thousand_resources(
    app: Flask, database: Database, kind: str
) -> None:
    crawl = built(app, database, kind)
    counts = []
    for rows in (0, 10_000):
        _add_resources(database, rows)
        _open(crawl, "/")
        _open(crawl, "/")
        with database.writing() as db:
            chosen_settings.store(db, "HUB_NAME", f"Hub of {rows}")
        with _counting() as statements:
            assert _open(crawl, "/") == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= AFTER_A_CHANGE[kind]


def _add_resources(database: Database, count: int) -> None:
    """Add copies of the first resource."""
    with database.writing() as db:
        resource, revision = (
            dict(db.execute(select(model.__table__).limit(1).order_by(model.id)).mappings().one())
            for model in (Resource, Revision)
        )
        last = db.scalar(select(func.max(Resource.id))) or 0
        ids = range(last + 1, last + 1 + count)
        if ids:
            db.execute(insert(Resource), [resource | {"id": id_} for id_ in ids])
            del revision["id"]
            db.execute(insert(Revision), [revision | {"resource_id": id_} for id_ in ids])


def test_every_page_that_is_crawled_has_an_allowed_number(app: Flask) -> None:
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert ALLOWED.keys() <= pages & RIGHTS.keys()

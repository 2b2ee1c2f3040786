"""Every route, as every kind of person, on own, foreign, withdrawn and missing things, by GET and POST.

What is expected comes from the table of permissions and the marks of views (tests/every_route/rights.py), not from
what the app answers. A new route fails the first test until it is in that table.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import select, text

from hub.core.db import Base, Database
from hub.members.login import ENROLLING
from tests import plain_english
from tests.every_route.crawl import PEOPLE, Crawl, Place, built, expected
from tests.every_route.rights import NOT_CRAWLED, RIGHTS, SHOWN
from tests.every_route.things import Thing

# What changes with any request, or says nothing about what the hub holds.
NOT_COUNTED = frozenset({"worker_pulse", "last_visit", "recent_search", "sign_in_tries", "sent_form"})
PACKED = ("/pdf", "/zip", "spreadsheetml.sheet")
WITHOUT_TOKEN_STATUS, TO_SIGN_IN, TO_FACTORS = 400, "/sign-in", "/account/second-factor"
REFUSALS = frozenset({302, 403, 404})
# Views that no form posts to: mail programs do (RFC 8058).
WITHOUT_TOKEN = frozenset({"members.unsubscribe", "outreach.stop_now"})


_VARYING = re.compile(r'(?:name="(?:csrf_token|form_id)"|data-request)[^>]*>|<meta name="csrf[^>]*>')


def _body(answer: Any, address: str) -> str:
    """Return the body without what differs in each answer: tokens of forms, and the address itself."""
    body = _VARYING.sub("", answer.get_data().decode("utf-8", "ignore"))
    return unquote(body).replace("&amp;", "&").replace(address, "")


def _text(answer: Any) -> str:
    """Return what the answer says: the text in documents and archives too."""
    content = answer.get_data()
    is_packed = answer.status_code == 200 and answer.mimetype.endswith(PACKED)
    inside = " ".join(plain_english.texts_of(content, answer.mimetype)) if is_packed else ""
    return str(content.decode("utf-8", "ignore")) + inside


def _problems(crawl: Crawl, method: str, endpoint: str, at: Place, missing: dict[str, str]) -> Iterator[str]:
    """Open an address, and yield what is wrong with the answer; ``missing`` has the answers about missing things."""
    statuses, sent = expected(crawl, endpoint, method, at), {"data": RIGHTS[endpoint].data} if method == "POST" else {}
    crawl.browser._cookies = dict(crawl.cookies)
    options: dict[str, Any] = {"method": method} | sent
    answer = crawl.browser.open(at.address, **options)
    if answer.status_code not in statuses:
        yield f"answered {answer.status_code}, not {sorted(statuses)}"
    text = _text(answer) + str(answer.headers)
    if answer.status_code == 500 or "Traceback" in text:
        yield "an error of the hub"
    leads_to, refused_at = (answer.location or "").split("?")[0], TO_FACTORS if crawl.lacks_factor else TO_SIGN_IN
    if statuses == {302} and RIGHTS[endpoint].absent not in statuses and leads_to != refused_at:
        yield f"leads to {answer.location}"
    if at.is_missing:
        missing[endpoint] = _body(answer, at.address)
    elif statuses in ({404}, {302}) and endpoint in missing and _body(answer, at.address) != missing[endpoint]:
        yield "looks different from a missing thing"
    for secret, resource in crawl.secrets.items():
        if secret in text:
            crawl.named.add((endpoint, secret))
            if not _may_know(crawl, endpoint, at, resource):
                yield f"tells “{secret}”"
    answer.close()


def _may_know(crawl: Crawl, endpoint: str, at: Place, resource: Thing) -> bool:
    """Return True if the answer may name what is for one organization only."""
    if at.kind == "feed link" and at.thing and at.thing.organization_id == resource.organization_id:
        return True  # the secret address of a feed is as good as its owner
    has_log = getattr(crawl.app.view_functions[endpoint], "open_after_leaving", False) and not crawl.lacks_factor
    is_own = crawl.who is not None and crawl.who.organization_id == resource.organization_id
    return (has_log and is_own) or crawl.may_read(resource)  # an organization reads its own log in full


def _rows(database: Database) -> dict[str, int]:
    """Return a fingerprint of each table that counts."""
    with database.reading() as db:
        return {
            table.name: hash(tuple(sorted(map(repr, db.execute(select(table))))))
            for table in Base.metadata.sorted_tables
            if table.name not in NOT_COUNTED
        }


def _different(before: dict[str, int], database: Database) -> list[str]:
    """Return a sentence for each table that has changed."""
    return [f"changed {name}" for name, fingerprint in _rows(database).items() if fingerprint != before[name]]


class Changes:
    """Notices cheaply that something may have been written, before any table is read.

    SQLite counts what other connections commit; PostgreSQL knows how long its log of changes is.
    """

    def __init__(self, database: Database) -> None:
        self.is_file = database.engine.name == "sqlite"
        connect = sqlite3.connect if self.is_file else None
        self.connection: Any = connect(str(database.engine.url.database)) if connect else database.engine.connect()
        self.mark = self._current()

    def _current(self) -> Any:
        if self.is_file:
            return self.connection.execute("PRAGMA data_version").fetchone()
        mark = self.connection.execute(text("SELECT pg_current_wal_insert_lsn()")).scalar_one()
        self.connection.rollback()
        return mark

    def noticed(self) -> bool:
        """Return True if there may be a change since the last time."""
        before, self.mark = self.mark, self._current()
        return bool(self.mark != before)

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()


@pytest.fixture
def crawl(request: pytest.FixtureRequest, app: Flask, database: Database) -> Crawl:
    """A person of the requested kind, with their browser, in a world of their own."""
    return built(app, database, request.param)


@pytest.fixture
def changes(crawl: Crawl) -> Iterator[Changes]:
    """Notices what is committed from now on."""
    with closing(Changes(crawl.database)) as changes:
        yield changes


every_kind = pytest.mark.parametrize("crawl", PEOPLE, indirect=True)
on_postgresql = pytest.mark.parametrize(("database_url", "crawl"), [("postgresql", "contributor")], indirect=True)


def test_every_route_is_in_the_table(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert routes == RIGHTS.keys() | NOT_CRAWLED.keys()
    assert routes >= ENROLLING


@every_kind
def test_a_get_gives_what_the_table_says_and_changes_nothing(crawl: Crawl, changes: Changes) -> None:
    _check_gets(crawl, changes)


@every_kind
def test_a_post_gives_what_the_table_says_and_a_refused_one_changes_nothing(
    crawl: Crawl, changes: Changes, tmp_path: Path
) -> None:
    _check_refused_posts(crawl, changes)
    changes.close()
    if not crawl.is_alike_at_home:
        _check_allowed_posts(crawl, tmp_path)


@pytest.mark.postgresql
@on_postgresql
def test_postgresql_gives_what_the_table_says_and_is_not_changed(crawl: Crawl, changes: Changes) -> None:
    _check_gets(crawl, changes)
    _check_refused_posts(crawl, changes)


@pytest.mark.parametrize(
    "crawl", ["visitor", "coordinator", "representative", "left-30-days-ago", "deactivated"], indirect=True
)
def test_a_post_without_a_token_is_refused_and_changes_nothing(crawl: Crawl) -> None:
    before, wrong = _rows(crawl.database), []
    crawl.browser.sends_csrf = False  # type: ignore[attr-defined]
    for endpoint in crawl.routes("POST"):
        if endpoint in WITHOUT_TOKEN:
            continue
        at = list(crawl.addresses(endpoint))[-1]
        status = crawl.browser.post(at.address, data=RIGHTS[endpoint].data).status_code
        wrong += [f"POST {at.address} ({endpoint}): {status}"] if status != WITHOUT_TOKEN_STATUS else []
    assert wrong + _different(before, crawl.database) == []


def _check_gets(crawl: Crawl, changes: Changes) -> None:
    before, wrong = _rows(crawl.database), []
    for endpoint in crawl.routes("GET"):
        missing: dict[str, str] = {}
        writes = getattr(crawl.app.view_functions[endpoint], "writes", False)  # such as a download, which is logged
        for at in crawl.addresses(endpoint):
            problems = list(_problems(crawl, "GET", endpoint, at, missing))
            if changes.noticed():
                may_write = writes and expected(crawl, endpoint, "GET", at) & SHOWN
                problems += [] if may_write else _different(before, crawl.database)
                before = _rows(crawl.database)
            wrong += [f"GET {at.address} ({endpoint}, {at.place} {at.kind}): {problem}" for problem in problems]
    assert not wrong, "\n".join(wrong)
    _check_readers_find(crawl)


def _check_readers_find(crawl: Crawl) -> None:
    """Check that people who may read what is for one organization only find it: or the crawler looks for nothing."""
    if "search.results" in crawl.routes("GET"):
        readable = {secret for secret, resource in crawl.secrets.items() if crawl.may_read(resource)}
        assert {secret for endpoint, secret in crawl.named if endpoint == "search.results"} == readable


def _is_refused(crawl: Crawl, endpoint: str, at: Place) -> bool:
    return expected(crawl, endpoint, "POST", at) <= REFUSALS


def _check_refused_posts(crawl: Crawl, changes: Changes) -> None:
    before, wrong = _rows(crawl.database), []
    for endpoint in crawl.routes("POST"):
        missing: dict[str, str] = {}
        for at in crawl.addresses(endpoint):
            if not _is_refused(crawl, endpoint, at):
                continue
            problems = list(_problems(crawl, "POST", endpoint, at, missing))
            if changes.noticed():
                problems += _different(before, crawl.database)
                before = _rows(crawl.database)
            wrong += [f"POST {at.address} ({endpoint}, {at.place} {at.kind}): {problem}" for problem in problems]
    assert not wrong, "\n".join(wrong)


def _check_allowed_posts(crawl: Crawl, tmp_path: Path) -> None:
    """Check the answers to forms that the person may send, with nothing entered, each in the world as it was."""
    file, kept, wrong = tmp_path / "hub.sqlite3", tmp_path / "kept.sqlite3", []
    crawl.database.close()
    shutil.copy(file, kept)
    places = [(endpoint, at) for endpoint in crawl.routes("POST") for at in crawl.addresses(endpoint)]
    for endpoint, at in places:
        if _is_refused(crawl, endpoint, at):
            continue
        with closing(Database(crawl.database.config)) as database, closing(Changes(database)) as changes:
            crawl.app.extensions["hub-database"] = database
            problems = list(_problems(crawl, "POST", endpoint, at, {}))
            is_changed = changes.noticed()
        wrong += [f"POST {at.address} ({endpoint}, {at.place} {at.kind}): {problem}" for problem in problems]
        if is_changed:
            shutil.copy(kept, file)
    assert not wrong, "\n".join(wrong)

"""Properties of the whole app: every route, page, role and template."""

import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import html5lib
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Template
from sqlalchemy import event, select, text
from werkzeug.routing import MapAdapter
from werkzeug.test import TestResponse

from config import ROOT
from hub.app import create_app
from hub.core import clock
from hub.core.db import Base, Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.models import Page
from hub.mail.models import OutboxMessage
from hub.search import index
from tests import plain_english
from tests.client import Browser
from tests.conftest import pytest_collection_modifyitems
from tests.lint.words import EUROPEAN_DATE
from tests.world import PASSWORD

ROLES = ("coordinator", "board", "representative", "alternate", "contributor", "bff")

# Views that need no sign-in, with the reason.
PUBLIC = {
    "static": "stylesheet, script and logo",
    "bootstrap.static": "Bootstrap's stylesheet",
    "overview.home": "shows public resources and the sign-in link",
    "overview.choose_theme": "visitors can choose a theme too",
    "overview.words": "visitors can look up the hub's terms",
    "overview.topics": "public resources",
    "overview.topic": "public resources",
    "operations.healthz": "monitoring has no account",
    "operations.figures": "monitoring has no account; needs a token, or this machine",
    "joining.join": "people who want to join have no account",
    "joining.application": "applicants have a private link",
    "joining.withdraw_application": "applicants have a private link",
    "joining.confirm_address": "applicants have a private link",
    "joining.own_evidence": "applicants have a private link",
    "joining.set_aside": "applicants have a private link",
    "members.sign_in": "the sign-in page",
    "members.sign_on": "leads to a provider of single sign-on",
    "members.signed_on": "back from a provider of single sign-on",
    "members.signed_out": "for people who just signed out",
    "members.second_step": "part of signing in, after the right password",
    "members.second_step_passkey": "part of signing in, after the right password",
    "members.sign_in_with_passkey": "signing in",
    "members.keep_factor": "for people who can't sign in; the URL has a secret token",
    "members.forgot_password": "for people who can't sign in",
    "members.unsubscribe": "the unsubscribe link in email",
    "members.invitation": "for invited people, who can't sign in yet",
    "members.confirm_email": "for people who lost both their former mailbox and their password",
    "members.new_password": "for people who can't sign in",
    "members.welcome": "for the first coordinator",
    "library.show": "public resources",
    "library.page": "public resources",
    "library.pages": "public resources: opens the page with the typed number",
    "library.image": "public resources: a page picture",
    "library.recording": "public resources: a recording that plays in the page",
    "library.state": "public resources: reading progress",
    "calls.feed": "calendar programs have no account; the URL has a secret token",
    "search.results": "public resources",
    "search.suggestions": "public resources",
    "search.feed": "feed readers have no account; the URL has a secret token",
    "sharing.download": "public resources",
    "outreach.landing": "for recipients of a share link",
    "outreach.show": "for recipients of a share link",
    "outreach.shared_picture": "for recipients of a share link",
    "outreach.download_shared": "for recipients of a share link",
    "outreach.open_pack": "for recipients of a pack",
    "outreach.open_item": "for recipients of a pack",
    "outreach.show_item": "for recipients of a pack",
    "outreach.take_item": "for recipients of a pack",
    "outreach.say": "for recipients of a pack",
    "outreach.ask": "for recipients of a pack",
    "outreach.pack_image": "for recipients of a pack",
    "outreach.stop": "for recipients of packs, who unsubscribe without an account",
    "outreach.stop_now": "for recipients of packs, who unsubscribe without an account",
}


@pytest.fixture(scope="module")
def demo_app(demo: Database) -> Flask:
    """The web application of the demo world."""
    app = create_app(demo.config, demo)
    app.test_client_class = Browser
    return app


def _browser(app: Flask, role: str) -> FlaskClient:
    browser = app.test_client()
    if role != "visitor":
        answer = browser.post("/sign-in", data={"email": f"{role}@demo.example", "password": PASSWORD})
        assert answer.status_code == 302
    return browser


def _fill(rule: str) -> str:
    """Return a URL for a route, with ids and slugs that exist in the demo world."""
    filled = re.sub(r"<int:[^>]+>", "1", rule)
    filled = filled.replace("<quarter>", "2025Q1").replace("<slug>", "lakeshore")
    return re.sub(r"<[^>]+>", "token", filled)


def test_every_route_is_listed_public_or_sends_visitors_to_sign_in(demo_app: Flask) -> None:
    browser = _browser(demo_app, "visitor")
    for rule in demo_app.url_map.iter_rules():
        view = demo_app.view_functions[rule.endpoint]
        is_public = getattr(view, "public", False) or rule.endpoint in {"static", "bootstrap.static"}
        assert is_public == (rule.endpoint in PUBLIC), f"{rule.endpoint}: update PUBLIC"
        if is_public:
            continue
        methods = (rule.methods or set()) & {"GET", "POST"}
        for method in methods:
            answer = browser.open(_fill(rule.rule), method=method)
            assert answer.status_code == 302, f"{method} {rule.rule} returned {answer.status_code} to a visitor"
            assert urlsplit(answer.location).path == "/sign-in"


def _links(page: BeautifulSoup) -> set[str]:
    links = {str(link["href"]) for link in page.find_all("a", href=True)}
    return {link for link in links if link.startswith("/") and not link.startswith("//")}


PRIVATE_FILES = {"text/calendar", "text/csv", "application/pdf", "application/atom+xml", "application/zip"}
FILES_OF: dict[str, set[str]] = {"visitor": set(), "contributor": {"text/calendar"}}  # the other roles have reports too
MOST_ALIKE = 2
MOST_OF_A_ROUTE = 24  # the filters of a search have hundreds of combinations


def _shape(routes: MapAdapter, address: str) -> tuple[str, str]:
    """Return the route and parameter names of a URL: of URLs with the same shape, only a few are opened."""
    parts = urlsplit(address)
    pairs = {pair if pair.startswith("format=") else pair.split("=")[0] for pair in parts.query.split("&") if pair}
    names = "&".join(sorted(pairs))
    return routes.match(parts.path)[0], names


@pytest.mark.both_databases
@pytest.mark.parametrize("role", ["visitor", *ROLES])
def test_what_a_role_can_open_renders_changes_nothing_and_is_plain_english(
    demo_app: Flask, demo: Database, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stop_clock_and_disk(demo, monkeypatch)
    browser = _browser(demo_app, role)
    before = _rows_that_count(demo)
    queries = _queries_while_rendering(demo, monkeypatch)
    todo, seen = ["/"], {"/"}
    titles: dict[str, str] = {}
    shapes: Counter[tuple[str, str] | str] = Counter()
    routes = demo_app.url_map.bind("localhost")
    kinds: Counter[str] = Counter()
    wording: list[str] = []
    while todo:
        address = todo.pop(0)
        if "/download" in address:
            continue  # a download is logged; that is its purpose
        answer = browser.get(address, follow_redirects=True)
        assert answer.status_code == 200, f"{role} got {answer.status_code} at {address}"
        assert not queries, f"the template of {address} queries the database: {queries[0]}"
        kinds[answer.mimetype or ""] += 1
        assert answer.mimetype not in PRIVATE_FILES or answer.headers["Cache-Control"] == "private, no-store", address
        if demo.engine.name == "sqlite":
            wording += [f"{address}: {problem}" for problem in plain_english.problems(answer)]
        if answer.mimetype != "text/html":
            continue
        if demo.engine.name == "sqlite":
            with _reversed_rows(demo):
                repeated = browser.get(address, follow_redirects=True)
            assert _shown(repeated.text) == _shown(answer.text), (
                f"{address} relies on the order of rows in a query without ORDER BY"
            )
        page = BeautifulSoup(answer.text, "lxml")
        _check(browser, titles, page, answer)
        for link in sorted(_links(page)):
            shape = _shape(routes, link)
            if link not in seen and shapes[shape] < MOST_ALIKE and shapes[shape[0]] < MOST_OF_A_ROUTE:
                seen.add(link)
                shapes.update((shape, shape[0]))
                todo.append(link)
    assert not wording, "\n".join(sorted(set(wording)))
    assert kinds["text/html"] > (8 if role == "visitor" else 30)
    assert FILES_OF.get(role, {"text/calendar", "text/csv", "application/pdf"}) <= kinds.keys()
    assert _rows_that_count(demo) == before


def test_no_mail_of_the_demo_world_has_a_european_date(demo: Database) -> None:
    with demo.reading() as db:
        messages = db.scalars(select(OutboxMessage).where(OutboxMessage.text != "")).all()
    assert len({message.kind for message in messages}) > 3
    for message in messages:
        calendar = list(plain_english.texts_of(message.calendar.encode(), "text/calendar")) if message.calendar else []
        for part in (message.subject, message.text, BeautifulSoup(message.html, "lxml").get_text(" "), *calendar):
            assert not EUROPEAN_DATE.search(part), f"{message.kind}: {EUROPEAN_DATE.search(part)}"


def _queries_while_rendering(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that collects queries made during rendering: the view must make them before."""
    queries: list[str] = []
    rendering: list[str] = []
    render = Template.render

    def watched(template: Template, *values: Any, **named: Any) -> str:
        rendering.append(str(template.name))
        try:
            return render(template, *values, **named)
        finally:
            rendering.pop()

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if rendering:
            queries.append(f"{rendering[-1]}: {statement[:500]}")

    monkeypatch.setattr(Template, "render", watched)
    event.listen(database.engine, "before_cursor_execute", note)
    return queries


@contextmanager
def _reversed_rows(database: Database) -> Iterator[None]:
    """Use the opposite order for queries without ORDER BY: storage order, since other tests reverse it."""

    def reverse(connection: sqlite3.Connection, *_others: object) -> None:
        connection.execute("PRAGMA reverse_unordered_selects=OFF")

    def restore(connection: sqlite3.Connection, *_others: object) -> None:
        connection.execute("PRAGMA reverse_unordered_selects=ON")

    event.listen(database.engine, "checkout", reverse)
    event.listen(database.engine, "checkin", restore)
    yield
    event.remove(database.engine, "checkout", reverse)
    event.remove(database.engine, "checkin", restore)


def _stop_clock_and_disk(demo: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the time and the free space, which pages show, the same between requests: other programs use the disk."""
    moment, usage = clock.now(), shutil.disk_usage(demo.config.UPLOADS)
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)


def _shown(html: str) -> str:
    """Return a page without the form tokens, which are different in each response."""
    return re.sub(r'name="(?:csrf_token|form_id)"[^>]*>', "", html)


def _check(browser: FlaskClient, titles: dict[str, str], page: BeautifulSoup, answer: TestResponse) -> None:
    address = answer.request.full_path
    _check_page(answer.text, page, address)
    _check_title(titles, page, address)
    if page.select("main form[method=post]"):
        # Programs that check links ask for the head alone, which must not send the form.
        assert browser.head(address).status_code == 200, f"HEAD of {address}"


def _check_title(titles: dict[str, str], page: BeautifulSoup, address: str) -> None:
    """Check that no two pages have the same title; other query parameters don't make another page."""
    parts = urlsplit(address)
    number = re.search(r"(?:^|&)page=(?!1\b)(\d+)", parts.query)
    place = parts.path + (f" {number[1]}" if number else "")
    title = str(page.title)
    assert titles.setdefault(title, place) == place, f"{place} and {titles[title]} both have the title {title}"


def _check_page(html: str, page: BeautifulSoup, address: str) -> None:
    """Check the rules that hold for every page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(html)
    problems = [(position, code) for position, code, _data in parser.errors]
    assert not problems, f"{address}: {problems[:3]} (in attributes, write dates with day_words and moment_words)"
    assert len(page.find_all("h1")) == 1, f"{address} doesn't have exactly one h1"
    first_link = page.find("a")
    assert first_link
    assert first_link["href"] == "#content", f"{address}: the first link doesn't skip to the content"
    trail = page.find("nav", attrs={"aria-label": "Breadcrumb"})
    assert bool(trail) == (urlsplit(address).path not in {"/", "/sign-in"}), f"{address}: breadcrumbs"
    _check_dates(page, address)
    assert page.title
    assert page.title.get_text().strip(" ·")
    assert page.find(id="content")
    assert not page.find_all(style=True), f"{address} has inline styles"
    assert not [tag for tag in page.find_all("script") if not tag.get("src")], f"{address} has an inline script"
    blank = [cell for cell in page.find_all("td") if cell.contents and cell.decode_contents().isspace()]
    assert not blank, (
        f"{address}: {blank[0]} isn't :empty, so phones show it; write its tags without space between them"
    )
    ids = [str(tag["id"]) for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), f"{address} has an id twice"
    for form in page.find_all("form", method="post"):
        assert form.find("input", attrs={"name": "csrf_token"}), f"{address} has a form without a CSRF token"
    for field in page.find_all(["input", "select", "textarea"]):
        if field.get("type") in {"hidden", "submit"} or field.has_attr("hidden"):
            continue
        label = page.find("label", attrs={"for": str(field.get("id"))}) if field.get("id") else None
        assert label or field.get("aria-label") or field.get("aria-labelledby"), f"{address}: {field} has no label"


# A date in the short format of the filter `day`. Outside of <time>, programs can't read it and print shows it short.
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
SHORT_DATE = re.compile(rf"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), {_MONTH} \d{{1,2}}|{_MONTH} \d{{1,2}}, 20\d\d)\b")


def _check_dates(page: BeautifulSoup, address: str) -> None:
    """Check that dates of the hub are in <time>, once, with the forms for programs and print."""
    for moment in page.find_all("time"):
        assert moment.get("datetime"), f"{address}: {moment} has no datetime"
        assert moment.get("data-paper"), f"{address}: {moment} has no form for print; use the filters day or moment"
        assert not moment.find("time"), f"{address}: {moment} is inside another <time>; the filters already write it"
    for text_node in page.find_all(string=SHORT_DATE):
        is_quoted = text_node.find_parent(
            class_=["page-text", "mail-subject", "mail-text", "stored", "written", "snippet", "sheet", "page-list"]
        )
        assert is_quoted or text_node.find_parent(["time", "title", "option"]), f"{address}: {text_node!r}"


def _rows_that_count(database: Database) -> dict[str, int]:
    """Return the number of rows in each table, except those that opening pages may change."""
    with database.reading() as db:
        return {
            table.name: db.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
            for table in Base.metadata.sorted_tables
            if table.name not in {"worker_pulse", "sign_in_tries", "last_visit", "recent_search"}
        }


def test_every_template_is_used_and_belongs_to_a_room() -> None:
    folder = ROOT / "templates"
    rooms = {path.name for path in (ROOT / "hub").iterdir() if path.is_dir()} | {"parts"}
    sources = [path.read_text() for path in (ROOT / "hub").rglob("*.py")]
    sources += [path.read_text() for path in folder.rglob("*.html")]
    used = set(re.findall(r"[\"']([\w/-]+\.(?:html|xml|txt))[\"']", "\n".join(sources)))
    for path in folder.rglob("*.*"):
        name = path.relative_to(folder).as_posix()
        assert name in used, f"{name} isn't used"
        assert "/" not in name or name.split("/")[0] in rooms, f"{name} belongs to no room"


def test_rebuilding_gives_the_same_as_catching_up(own_demo: Database) -> None:
    def pages() -> list[tuple[object, ...]]:
        with own_demo.reading() as db:
            columns = (Page.revision_id, Page.number, Page.kind, Page.title, Page.text, Page.notes)
            return [tuple(row) for row in db.execute(select(*columns).order_by(Page.revision_id, Page.number))]

    before = pages()
    with own_demo.writing() as db:
        library_actions.discard_page_texts(db)
    page_texts.catch_up(own_demo)
    index.catch_up(own_demo)
    assert pages() == before
    assert index.audit_index(own_demo) == []
    index.rebuild(own_demo)
    assert index.audit_index(own_demo) == []


def test_lock_files_and_scripts_contain_no_urls() -> None:
    for path in [*ROOT.glob("requirements*.txt"), ROOT / "Makefile", *Path(ROOT, ".ci").iterdir()]:
        assert not re.search(r"https?://(?!127\.0\.0\.1)", path.read_text()), path.name


@pytest.mark.parametrize(("fixtures", "markers", "refused"), [
    (("open_as", "playwright"), (), True),
    (("open_as", "playwright"), ("browser",), False),
    (("client", "database"), (), False),
])  # fmt: skip
def test_a_browser_test_without_its_marker_is_refused(
    fixtures: tuple[str, ...], markers: tuple[str, ...], refused: bool
) -> None:
    item = SimpleNamespace(nodeid="a test", fixturenames=fixtures, get_closest_marker=dict.fromkeys(markers, True).get)
    with pytest.raises(pytest.UsageError, match="a test") if refused else nullcontext():
        pytest_collection_modifyitems([item])  # type: ignore[list-item]


def test_the_main_folders_and_files_exist() -> None:
    for name in ("hub", "templates", "static", "uploads", "tests", "config.py", "pyproject.toml", "README.md"):
        assert (ROOT / name).exists(), name

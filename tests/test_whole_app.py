"""Properties of the whole house: every route, every page, every role, every template."""

import re
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

from config import ROOT
from hub.app import create_app
from hub.core import clock
from hub.core.db import Base, Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.models import Page
from hub.search import index
from tests.conftest import Browser, pytest_collection_modifyitems
from tests.world import PASSWORD

ROLES = ("coordinator", "board", "representative", "alternate", "contributor", "bff")

# Views that need no sign-in, and why.
PUBLIC = {
    "static": "stylesheet, script and logo",
    "bootstrap.static": "Bootstrap's stylesheet",
    "overview.home": "visitors find public resources and the way in",
    "overview.choose_look": "visitors choose light or dark too",
    "overview.healthz": "monitors have no account",
    "overview.words": "visitors may look up what the hub's terms mean",
    "joining.join": "who would like to join has no account",
    "joining.application": "applicants have a secret link",
    "joining.withdraw_application": "applicants have a secret link",
    "joining.own_evidence": "applicants have a secret link",
    "members.sign_in": "the way in",
    "members.forgot_password": "the way back in",
    "members.stop_mail": "the link in a message that ends such messages",
    "members.invitation": "the way in for the invited",
    "members.new_password": "the way back in",
    "members.welcome": "the first coordinator",
    "library.show": "public resources",
    "library.page": "public resources",
    "library.pages": "public resources: goes to the page whose number was typed",
    "library.image": "public resources: the picture of a page",
    "library.state": "public resources: how far they were read",
    "calls.feed": "a calendar program has no account; the token is the secret",
    "search.results": "public resources",
    "search.suggestions": "public resources",
    "search.feed": "what a feed's token opens",
    "sharing.download": "public resources",
    "outreach.landing": "what a share link opens",
    "outreach.show": "what a share link opens",
    "outreach.shared_picture": "what a share link opens",
    "outreach.download_shared": "what a share link opens",
    "outreach.open_pack": "what a pack's link opens",
    "outreach.open_item": "what a pack's link opens",
    "outreach.show_item": "what a pack's link opens",
    "outreach.take_item": "what a pack's link opens",
    "outreach.say": "what a pack's link opens",
    "outreach.ask": "what a pack's link opens",
    "outreach.pack_image": "what a pack's link opens",
    "outreach.stop": "recipients of packs unsubscribe without an account",
    "outreach.stop_now": "recipients of packs unsubscribe without an account",
}


@pytest.fixture(scope="module")
def demo_app(demo: Database) -> Flask:
    """The web application over the demo world."""
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
    """Return an address of a route: numbers and names that exist in the demo world."""
    filled = re.sub(r"<int:[^>]+>", "1", rule)
    filled = filled.replace("<quarter>", "2025Q1").replace("<slug>", "lakeshore")
    return re.sub(r"<[^>]+>", "token", filled)


def test_every_route_is_listed_public_or_sends_visitors_to_sign_in(demo_app: Flask) -> None:
    browser = _browser(demo_app, "visitor")
    for rule in demo_app.url_map.iter_rules():
        view = demo_app.view_functions[rule.endpoint]
        is_public = getattr(view, "public", False) or rule.endpoint in {"static", "bootstrap.static"}
        assert is_public == (rule.endpoint in PUBLIC), f"{rule.endpoint} is not where it is listed"
        if is_public:
            continue
        methods = (rule.methods or set()) & {"GET", "POST"}
        for method in methods:
            answer = browser.open(_fill(rule.rule), method=method)
            assert answer.status_code == 302, f"{method} {rule.rule} answered {answer.status_code} to a visitor"
            assert urlsplit(answer.location).path == "/sign-in"


def _links(page: BeautifulSoup) -> set[str]:
    found = {str(link["href"]) for link in page.find_all("a", href=True)}
    return {link for link in found if link.startswith("/") and not link.startswith("//")}


MOST_ALIKE = 2
MOST_OF_A_ROUTE = 24  # the filters of a search can be put together in hundreds of ways


def _shape(routes: MapAdapter, address: str) -> tuple[str, str]:
    """Addresses of one route that ask for the same things are alike: a few of them are walked."""
    parts = urlsplit(address)
    names = "&".join(sorted({pair.split("=")[0] for pair in parts.query.split("&") if pair}))
    return routes.match(parts.path)[0], names


@pytest.mark.both_databases
@pytest.mark.parametrize("role", ["visitor", *ROLES])
def test_every_page_that_a_role_can_reach_renders_and_changes_nothing(
    demo_app: Flask, demo: Database, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)  # pages that show the time are the same twice
    browser = _browser(demo_app, role)
    before = _rows_that_count(demo)
    asked = _asked_while_rendering(demo, monkeypatch)
    todo, seen = ["/"], {"/"}
    titles: dict[str, str] = {}
    shapes: Counter[tuple[str, str] | str] = Counter()
    routes = demo_app.url_map.bind("localhost")
    walked = 0
    while todo:
        address = todo.pop(0)
        if "/download" in address or "format=csv" in address:
            continue  # taking a file out is recorded; that is its purpose
        answer = browser.get(address, follow_redirects=True)
        assert answer.status_code == 200, f"{role} got {answer.status_code} at {address}"
        assert not asked, f"the template of {address} asks the database: {asked[0]}"
        if "html" not in (answer.content_type or ""):
            continue
        walked += 1
        if demo.engine.name == "sqlite":
            with _rows_the_other_way_round(demo):
                again = browser.get(address, follow_redirects=True)
            assert _shown(again.text) == _shown(answer.text), f"{address} shows rows in an order that no one asked for"
        page = BeautifulSoup(answer.text, "lxml")
        _check_page(answer.text, page, answer.request.full_path)
        _check_title(titles, page, answer.request.full_path)
        for link in sorted(_links(page)):
            shape = _shape(routes, link)
            if link not in seen and shapes[shape] < MOST_ALIKE and shapes[shape[0]] < MOST_OF_A_ROUTE:
                seen.add(link)
                shapes.update((shape, shape[0]))
                todo.append(link)
    assert walked > (8 if role == "visitor" else 30)
    assert _rows_that_count(demo) == before


def _asked_while_rendering(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what is asked of the database while a template renders: its view must have asked before."""
    asked: list[str] = []
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
            asked.append(f"{rendering[-1]}: {statement[:500]}")

    monkeypatch.setattr(Template, "render", watched)
    event.listen(database.engine, "before_cursor_execute", note)
    return asked


@contextmanager
def _rows_the_other_way_round(database: Database) -> Iterator[None]:
    """Rows that weren't asked for in an order lie as they came; elsewhere in the tests they come in reverse."""

    def turn(connection: sqlite3.Connection, *_others: object) -> None:
        connection.execute("PRAGMA reverse_unordered_selects=OFF")

    def turn_back(connection: sqlite3.Connection, *_others: object) -> None:
        connection.execute("PRAGMA reverse_unordered_selects=ON")

    event.listen(database.engine, "checkout", turn)
    event.listen(database.engine, "checkin", turn_back)
    yield
    event.remove(database.engine, "checkout", turn)
    event.remove(database.engine, "checkin", turn_back)


def _shown(html: str) -> str:
    """Return a page without what is new in each answer: tokens of its forms."""
    return re.sub(r'name="(?:csrf_token|form_id)"[^>]*>', "", html)


def _check_title(titles: dict[str, str], page: BeautifulSoup, address: str) -> None:
    """No two pages have one title; a page that was asked for in two ways is one page."""
    parts = urlsplit(address)
    number = re.search(r"(?:^|&)page=(?!1\b)(\d+)", parts.query)
    place = parts.path + (f" {number[1]}" if number else "")
    title = str(page.title)
    assert titles.setdefault(title, place) == place, f"{place} and {titles[title]} are both called {title}"


def _check_page(html: str, page: BeautifulSoup, address: str) -> None:
    """What holds for every page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(html)
    problems = [(position, code) for position, code, _data in parser.errors]
    assert not problems, f"{address}: {problems[:3]} (dates in attributes are said by day_words and moment_words)"
    assert len(page.find_all("h1")) == 1, f"{address} has not one h1"
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
    assert not blank, f"{address}: {blank[0]} isn't :empty, so phones show it; write its tags next to each other"
    ids = [str(tag["id"]) for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), f"{address} uses an id twice"
    for form in page.find_all("form", method="post"):
        assert form.find("input", attrs={"name": "csrf_token"}), f"{address} has a form without its token"
    for field in page.find_all(["input", "select", "textarea"]):
        if field.get("type") in {"hidden", "submit"} or field.has_attr("hidden"):
            continue
        labelled = page.find("label", attrs={"for": str(field.get("id"))}) if field.get("id") else None
        assert labelled or field.get("aria-label") or field.get("aria-labelledby"), f"{address}: {field} has no label"


# How the filter `day` says a date; elsewhere than in <time> it would be neither whole on paper nor read by machines.
SAID_DATE = re.compile(
    r"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2}|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 20\d\d)\b"
)


def _check_dates(page: BeautifulSoup, address: str) -> None:
    """Dates of the hub stand in <time>, once, with what machines and paper need."""
    for moment in page.find_all("time"):
        assert moment.get("datetime"), f"{address}: {moment} is not for machines"
        assert moment.get("data-paper"), (
            f"{address}: {moment} isn't written out on paper; use the filters day or moment"
        )
        assert not moment.find("time"), f"{address}: {moment} stands in <time> already; the filters write it themselves"
    for text_node in page.find_all(string=SAID_DATE):
        written_by_people = text_node.find_parent(
            class_=["page-text", "mail-text", "written", "snippet", "sheet", "page-list"]
        )
        assert written_by_people or text_node.find_parent(["time", "title", "option"]), f"{address}: {text_node!r}"


def _rows_that_count(database: Database) -> dict[str, int]:
    """Return how many rows each table has, but for signs of life."""
    with database.reading() as db:
        return {
            table.name: db.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
            for table in Base.metadata.sorted_tables
            if table.name not in {"worker_pulse", "sign_in_try", "last_visit", "recent_search"}
        }


def test_every_template_is_used_and_belongs_to_a_room() -> None:
    folder = ROOT / "templates"
    rooms = {path.name for path in (ROOT / "hub").iterdir() if path.is_dir()} | {"parts"}
    sources = [path.read_text() for path in (ROOT / "hub").rglob("*.py")]
    sources += [path.read_text() for path in folder.rglob("*.html")]
    used = set(re.findall(r"[\"']([\w/-]+\.(?:html|xml|txt))[\"']", "\n".join(sources)))
    for path in folder.rglob("*.*"):
        name = path.relative_to(folder).as_posix()
        assert name in used, f"{name} is used nowhere"
        assert "/" not in name or name.split("/")[0] in rooms, f"{name} lives in no room"


def test_rebuilding_gives_the_same_as_catching_up(own_demo: Database) -> None:
    def pages() -> list[tuple[object, ...]]:
        with own_demo.reading() as db:
            columns = (Page.revision_id, Page.number, Page.kind, Page.title, Page.text, Page.notes)
            return [tuple(row) for row in db.execute(select(*columns).order_by(Page.revision_id, Page.number))]

    before = pages()
    with own_demo.writing() as db:
        library_actions.forget_pages(db)
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

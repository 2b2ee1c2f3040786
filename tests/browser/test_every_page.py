"""Every page in a real browser: accessible in both themes, readable on a phone and on paper, no errors, a unique title.

The tests find the pages by following links from the home page of each role, so that new pages are tested
automatically. Of several URLs that differ only in a number or a name, they test one.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlsplit

import axe_playwright_python
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.exceptions import HTTPException

from tests.browser.conftest import PASSWORD, is_drawn
from tests.library.documents import pdf
from tests.serving import Hub, Visitor, eventually

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
# WCAG 2.0 to 2.2, A and AA, and what axe counts as best practice. The size of targets (2.5.8, with its exceptions for
# spacing and for links in a sentence) is off in axe unless it is asked for.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
WIDE, PHONE = {"width": 1200, "height": 800}, {"width": 360, "height": 740}
PAPER = {"width": 672, "height": 912}  # Letter between its margins, in CSS pixels
LOST_ON_PAPER = """main => {
    const seen = one => one.checkVisibility() || one.closest(".on-screen, details:not([open])");
    const what = [...main.querySelectorAll("table, dl, textarea, fieldset")].filter(one => !seen(one));
    return what.map(one => one.outerHTML.slice(0, 200));
}"""

# Resources of each sort look different, and so do pages that say no.
SORTS = ("deck", "pdf", "sheet", "mail", "document", "typed", "link")
STARTS = {
    "visitor": ["/", "/nowhere", "/invitation/unknown", "{invitation}", "{share}", "/resources/{public}"],
    "representative": [
        "/", "/search?q=CMMC+grant", "/search?q=nothing+is+called+so", "/resources/new?by=text", "/resources/{deck}/pages/3",
        "/resources/{sheet}/pages/1", "/resources/{mail}/pages/1", "/resources/added?ids={deck},{pdf}",
        "/resources/{deck}/forward?page=2", "/resources/{deck}/slides", "/sharing/{quarter}/confirm",
        "/sharing/packs/{draft}", "/sharing/packs/{draft}/preview",
        *(f"/resources/{{{sort}}}" for sort in SORTS),
    ],
    "coordinator": [
        "/", "/resources/{deck}", "/resources/{withdrawn}", "/people/{person}", "/calls/{held}", "/calls/{held}/attendance",
        "/calls/{planned}", "/board/reports/{quarter}", "/outbox/plan/digest/{person}",
    ],
    "board": ["/"],
}  # fmt: skip
# Routes that answer with a page to which no link of the demo world leads, and where they are looked at instead.
ELSEWHERE = {
    "overview.healthz": "JSON for monitors",
    "search.suggestions": "what a script asks for",
    "library.state": "what a script asks for",
    "library.pages": "leads on to the page whose number was typed",
    "overview.message_html": "a mail, for the frame of its page",
    "outreach.preview_mail": "a mail, for the frame of its page",
    "members.welcome": "for a hub without a coordinator: tests/members",
    "members.new_password": "the link is shown once, and looks like an invitation",
    "sharing.mail": "what came to a log address; nothing comes in the demo world",
}
# No pages: pictures, feeds, calendars, and what is kept as a file.
FILES = {
    "static", "bootstrap.static", "sharing.download", "library.image", "outreach.shared_picture", "outreach.pack_image",
    "outreach.preview_image", "calls.feed", "calls.file", "search.feed", "sharing.packet", "joining.evidence",
    "joining.own_evidence", "joining.evidence_image",
}  # fmt: skip


@dataclass
class Atlas:
    """The pages of the running hub, one of each sort, by who looks at them; and the routes that were met."""

    pages: dict[str, list[str]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def known(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Numbers of one resource of each sort, a quarter, a share link that was not opened yet, an invitation."""
    with sqlite3.connect(f"{hub.environ['HUB_INSTANCE']}/hub.sqlite3") as rows:

        def first(condition: str) -> str:
            sql = f"SELECT resource.id FROM revision JOIN resource ON resource.id = resource_id WHERE {condition} ORDER BY 1"
            return str(rows.execute(sql).fetchone()[0])

        readable = "resource.audience = 'network' AND withdrawn_at IS NULL"
        sorts = {"deck": "pptx", "pdf": "pdf", "sheet": "xlsx", "document": "docx"}
        found = {sort: first(f"file_name LIKE '%.{end}' AND {readable}") for sort, end in sorts.items()}
        found |= {"mail": first("file_name LIKE '%.eml'"), "public": first("resource.audience = 'public'")}
        found |= {"typed": first("source = 'text'"), "link": first("source = 'link'")}
        found["person"] = str(rows.execute("SELECT id FROM person WHERE role = 'contributor'").fetchone()[0])
        call = "SELECT {}(day) FROM weekly_call WHERE state = 'planned' AND ends_at {} datetime('now')"
        found["held"] = str(rows.execute(call.format("max", "<")).fetchone()[0])
        found["planned"] = str(rows.execute(call.format("min", ">")).fetchone()[0])
        found["quarter"] = str(rows.execute("SELECT max(quarter) FROM sharing_event").fetchone()[0])
    person = hub.command(
        *(
            "person",
            "add",
            "new@lakeshore.example",
            "--name",
            "New",
            "--organization",
            "lakeshore",
            "--role",
            "contributor",
        )
    )
    found["invitation"] = urlsplit(re.findall(r"http\S+", person.stdout)[0]).path
    member = Visitor(hub).sign_in("contributor@demo.example", PASSWORD)
    found["share"] = _a_share_link(member, found["deck"])
    found["draft"] = _a_draft(hub, found["deck"])
    path = pdf(tmp_path_factory.mktemp("withdrawn") / "withdrawn.pdf", "Not for everyone")
    found["withdrawn"] = member.upload(path.name, path.read_bytes(), member.token("/resources/new")).rsplit("/", 1)[-1]
    member.post(f"/resources/{found['withdrawn']}/withdraw", reason="Too early")
    return found


def _a_draft(hub: Hub, resource: str) -> str:
    """Return the number of a pack that isn't sent yet, to all recipients."""
    representative = Visitor(hub).sign_in("representative@demo.example", PASSWORD)
    page = BeautifulSoup(representative.post("/sharing/packs/new", resources=resource), "lxml")
    form = page.select_one("#draft")
    assert form
    path = str(form["action"])
    representative.post(path, title="Worth a look", words="Two sentences. From us.", everyone="y", do="save")
    return path.rsplit("/", 1)[-1]


def _a_share_link(member: Visitor, resource: str) -> str:
    page = BeautifulSoup(member.post(f"/resources/{resource}/forward", days="90"), "lxml")
    shown = page.select_one("#link-address")
    assert shown
    return urlsplit(str(shown["value"])).path


@pytest.fixture(scope="module")
def mailed(hub: Hub) -> list[str]:
    """Where the mails of the demo world lead those who have no account: packs, applications, stopping mails."""
    with sqlite3.connect(f"{hub.environ['HUB_INSTANCE']}/hub.sqlite3") as rows:
        mails = rows.execute("SELECT text || ' ' || unsubscribe FROM outbox_message ORDER BY id").fetchall()
    return sorted(
        {path for (text,) in mails for path in re.findall(r"/(?:p|stop|mail/stop|join)/[\w-]+(?:/\d+)?", text)}
    )


@pytest.fixture(scope="module")
def atlas(hub: Hub, built_app: Flask, known: dict[str, str], mailed: list[str]) -> Atlas:
    """All pages, found by following links; what several roles see alike is looked at once."""
    atlas, looked_at = Atlas(), set()
    routes = built_app.url_map.bind("localhost")
    for role, starts in STARTS.items():
        browser = Visitor(hub)
        if role != "visitor":
            browser.sign_in(f"{role}@demo.example", PASSWORD)
        seen, pages = set(), atlas.pages.setdefault(role, [])
        todo = [(start.format(**known), True) for start in starts]
        if role == "visitor":
            todo += [(path, False) for path in mailed]
        for address, is_start in todo:
            sort = _sort_of(address, routes)
            atlas.met.add(sort[0])
            if sort[0] in FILES or "format=csv" in address or (sort in seen and not is_start):
                continue
            links = _links_of(browser, address)
            if links is not None and (is_start or sort not in looked_at):
                pages.append(address)
            seen.add(sort)
            todo += [(link, False) for link in links or []]
        looked_at |= seen
    return atlas


def _sort_of(address: str, routes: Any) -> tuple[str, int]:
    """Addresses of one route are alike when they ask nothing, one thing, or several."""
    parts = urlsplit(address)
    try:
        endpoint = routes.match(parts.path)[0]
    except HTTPException:
        endpoint = ""
    return endpoint, min(len(parse_qsl(parts.query)), 2)


def _links_of(browser: Visitor, address: str) -> list[str] | None:
    """Return where a page leads in the hub; None when it isn't one (a feed, a file)."""
    try:
        kind, html = browser.look(address)
    except HTTPError as error:
        kind, html = "text/html", error.read().decode()
    if "html" not in kind:
        return None
    found = {str(link["href"]) for link in BeautifulSoup(html, "lxml").find_all("a", href=True)}
    return sorted(link.split("#")[0] for link in found if link.startswith("/") and not link.startswith("//"))


@pytest.fixture
def page_of(open_as: OpenAs) -> Callable[[str], Page]:
    """A role's browser with axe in every page."""

    def opened(role: str) -> Page:
        page = open_as(role, viewport=WIDE, color_scheme="light", reduced_motion="reduce")
        page.context.add_init_script(path=AXE)
        return page

    return opened


def _problems(page: Page) -> Iterator[str]:
    """Yield what axe finds on the page as it is shown now."""
    for violation in page.evaluate("options => axe.run(options)", RULES)["violations"]:
        node = violation["nodes"][0]
        places = [one["target"] for one in violation["nodes"][:3]]
        yield f"{violation['id']} at {places}: {node.get('failureSummary', '')[:300]} {node['html'][:200]}"


def _problems_everywhere(page: Page) -> Iterator[str]:
    """Yield what is wrong with the page: in the light look on a wide screen, in the dark one on a phone."""
    page.wait_for_load_state()
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    yield from (f"light, wide: {problem}" for problem in _problems(page))
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    yield from (f"dark, phone: {problem}" for problem in _problems(page))
    yield from _too_wide(page, "phone", PHONE["width"])
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    yield from (f"paper: {lost}" for lost in page.locator("main").evaluate(LOST_ON_PAPER))
    if not page.locator(".board-page").count():  # that one is printed across
        yield from _too_wide(page, "paper", PAPER["width"])
    page.emulate_media(media="screen")


def _too_wide(page: Page, where: str, most: int) -> Iterator[str]:
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > most:
        yield f"{where}: the page is {width} pixels wide"


@pytest.mark.parametrize("role", STARTS)
def test_every_page_is_accessible_quiet_and_at_home_on_a_phone_and_on_paper(
    page_of: Callable[[str], Page], atlas: Atlas, role: str
) -> None:
    """That nothing is complained of in the console, nor asked of another host, `open_as` sees to."""
    page = page_of(role)
    found: list[str] = []
    titles: dict[str, str] = {}
    for address in atlas.pages[role]:
        page.goto(address)
        found += [f"{address}: {problem}" for problem in _problems_everywhere(page)]
        path, title = urlsplit(page.url).path, page.title()
        if titles.setdefault(title, path) != path:
            found.append(f"{address}: has the same title as {titles[title]}: {title}")
    assert found == [], "\n".join(found)
    assert len(atlas.pages[role]) >= (6 if role in {"visitor", "coordinator"} else 1)


def test_every_place_of_the_hub_is_looked_at(atlas: Atlas, built_app: Flask) -> None:
    routes = {rule.endpoint for rule in built_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    missed = routes - atlas.met - FILES - ELSEWHERE.keys()
    assert not missed, f"no link of the demo world leads to {sorted(missed)}: let one, or say in ELSEWHERE why not"


# A form may come filled with what the log knows, by whatever other tests did before.
NOTHING_FILLED_IN = """forms => forms.forEach(form => {
    form.noValidate = true;
    form.querySelectorAll("textarea, input:is([type=text], [type=number], [type=date])").forEach(one => { one.value = ""; });
    form.querySelectorAll("input[type=checkbox]").forEach(one => { one.checked = false; });
})"""


def test_the_pages_that_say_no_to_what_was_typed_are_accessible_too(
    page_of: Callable[[str], Page], known: dict[str, str]
) -> None:
    page, found = page_of("representative"), []
    for address, button in (
        ("/resources/new?by=text", "Add to the hub"),
        ("/sharing/declare", "Report sharing"),
        (f"/sharing/{known['quarter']}/confirm", "Confirm Q"),
        ("/people/new", "Add person and create link"),
        ("/account", "Change password"),
    ):
        page.goto(address)
        page.locator("main form").evaluate_all(NOTHING_FILLED_IN)
        page.locator("main").get_by_role("button", name=button).last.click()
        expect(page.get_by_role("alert").first).to_be_visible()
        found += [f"{address}: {problem}" for problem in _problems_everywhere(page)]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("link", ["share", "pack"])
def test_a_page_shown_through_a_link_is_accessible(
    hub: Hub, page_of: Callable[[str], Page], known: dict[str, str], mailed: list[str], link: str
) -> None:
    eventually(lambda: is_drawn(hub), 300)
    page = page_of("visitor")
    page.goto(known["share"] if link == "share" else next(path for path in mailed if re.fullmatch(r"/p/\w+", path)))
    page.get_by_role("button", name=re.compile("^(Show|Open)")).first.click()
    expect(page.locator("main img").first).to_be_visible()
    assert list(_problems_everywhere(page)) == []


def test_the_eye_that_looks_at_every_page_sees(page_of: Callable[[str], Page]) -> None:
    """A test that can't fail is none: these faults are planted."""
    page = page_of("visitor")
    page.goto("/")
    planted = """<button class="btn" data-css="width:12px;height:12px;padding:0">a</button>
        <button class="btn" data-css="width:12px;height:12px;padding:0">b</button><img src="/static/logo.svg">
        <p data-css="width:500px">wide</p>"""
    page.locator("main").evaluate("(main, html) => main.insertAdjacentHTML('beforeend', html)", planted)
    page.locator("[data-css]").evaluate_all("all => all.forEach(e => { e.style.cssText = e.dataset.css; })")
    found = "\n".join(_problems_everywhere(page))
    for fault in ("target-size", "image-alt", "pixels wide"):
        assert fault in found


def test_the_first_tab_leads_to_the_content(open_as: OpenAs) -> None:
    page = open_as("representative")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"


def test_the_look_is_chosen_and_remembered_without_scripts(open_as: OpenAs) -> None:
    page = open_as("representative", java_script_enabled=False, color_scheme="light")
    expect(page.locator("body")).to_have_css("background-color", "rgb(246, 247, 249)")
    page.get_by_role("button", name="Dark").click()
    page.goto("/sharing")
    expect(page.locator("body")).to_have_css("background-color", "rgb(16, 21, 31)")
    page.get_by_role("button", name="System").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(246, 247, 249)")

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

from tests.browser.conftest import PASSWORD, pictures_are_drawn
from tests.library.documents import pdf
from tests.serving import Hub, Visitor, eventually

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
# WCAG 2.0 to 2.2, A and AA, and axe's best practices. Axe checks the size of targets (2.5.8, with its exceptions for
# spacing and for links in a sentence) only if that rule is enabled.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
WIDE, PHONE = {"width": 1200, "height": 800}, {"width": 360, "height": 740}
PAPER = {"width": 672, "height": 912}  # US Letter without its margins, in CSS pixels
LOST_ON_PAPER = """main => {
    const isShown = element => element.checkVisibility() || element.closest(".on-screen, details:not([open])");
    const lost = [...main.querySelectorAll("table, dl, textarea, fieldset")].filter(element => !isShown(element));
    return lost.map(element => element.outerHTML.slice(0, 200));
}"""

# The pages of resources differ by format, and error pages differ from others.
FORMATS = ("deck", "pdf", "sheet", "mail", "document", "typed", "link")
STARTS = {
    "visitor": ["/", "/nowhere", "/invitation/unknown", "{invitation}", "{share}", "/resources/{public}"],
    "representative": [
        "/", "/search?q=CMMC+grant", "/search?q=nothing+is+called+so", "/resources/new?by=text", "/resources/{deck}/pages/3",
        "/resources/{sheet}/pages/1", "/resources/{mail}/pages/1", "/resources/added?ids={deck},{pdf}",
        "/resources/{deck}/forward?page=2", "/resources/{deck}/slides", "/sharing/{quarter}/confirm",
        "/sharing/packs/{draft}", "/sharing/packs/{draft}/preview",
        *(f"/resources/{{{format_}}}" for format_ in FORMATS),
    ],
    "coordinator": [
        "/", "/resources/{deck}", "/resources/{withdrawn}", "/people/{person}", "/calls/{held}", "/calls/{held}/attendance",
        "/calls/{planned}", "/board/reports/{quarter}", "/outbox/plan/digest/{person}",
    ],
    "board": ["/"],
}  # fmt: skip
# Routes that no link of the demo world leads to, and what they are or where they are tested instead.
NOT_LINKED = {
    "members.authenticator_app": "changes the account; tests/members/test_factors.py",
    "members.confirm_email": "opened by a link in an email; tests/members/test_email_changes.py",
    "members.confirm_identity": "asks for the password again; tests/members/test_factors.py",
    "members.keep_factor": "opened by a link in an email; tests/members/test_factors.py",
    "members.second_step": "the second step of signing in; tests/members/test_factors.py",
    "members.sign_on": "leads to a provider; tests/browser/test_single_sign_on.py",
    "members.signed_on": "the way back from a provider; tests/browser/test_single_sign_on.py",
    "members.signed_out": "after signing out with a provider; tests/browser/test_single_sign_on.py",
    "operations.healthz": "JSON for monitors",
    "operations.figures": "text for Prometheus",
    "search.suggestions": "requested by a script",
    "library.state": "requested by a script",
    "library.pages": "redirects to the page whose number was entered",
    "overview.message_html": "an email, for the frame of its page",
    "outreach.preview_mail": "an email, for the frame of its page",
    "members.welcome": "for a hub without a coordinator; see tests/members",
    "members.new_password": "the link is shown once, and its page looks like an invitation",
    "sharing.mail": "mail to a log address; the demo world has none",
    "joining.set_aside": "after two people edited one application; its text looks like members.set_aside",
}
# Routes that don't return pages: pictures, feeds, calendars and downloads.
NOT_PAGES = {
    "static", "bootstrap.static", "sharing.download", "library.image", "library.recording", "outreach.shared_picture", "outreach.pack_image",
    "outreach.preview_image", "calls.feed", "calls.file", "search.feed", "sharing.packet", "joining.evidence",
    "joining.own_evidence", "joining.evidence_image",
}  # fmt: skip


@dataclass
class SiteMap:
    """The running hub's pages by role, one of each kind, and the endpoints that were visited."""

    pages: dict[str, list[str]] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def samples(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The numbers of a resource of each format, a quarter, an unopened share link, an invitation, and others."""
    with sqlite3.connect(f"{hub.environ['HUB_INSTANCE']}/hub.sqlite3") as database:

        def first(condition: str) -> str:
            sql = f"SELECT resource.id FROM revision JOIN resource ON resource.id = resource_id WHERE {condition} ORDER BY 1"
            return str(database.execute(sql).fetchone()[0])

        readable = "resource.audience = 'network' AND withdrawn_at IS NULL"
        extensions = {"deck": "pptx", "pdf": "pdf", "sheet": "xlsx", "document": "docx"}
        samples = {name: first(f"file_name LIKE '%.{end}' AND {readable}") for name, end in extensions.items()}
        samples |= {"mail": first("file_name LIKE '%.eml'"), "public": first("resource.audience = 'public'")}
        samples |= {"typed": first("source = 'text'"), "link": first("source = 'link'")}
        samples["person"] = str(database.execute("SELECT id FROM person WHERE role = 'contributor'").fetchone()[0])
        call = "SELECT {}(day) FROM weekly_call WHERE state = 'planned' AND ends_at {} datetime('now')"
        samples["held"] = str(database.execute(call.format("max", "<")).fetchone()[0])
        samples["planned"] = str(database.execute(call.format("min", ">")).fetchone()[0])
        samples["quarter"] = str(database.execute("SELECT max(quarter) FROM sharing_event").fetchone()[0])
    words = ("person", "add", "new@lakeshore.example", "--name", "New", "--organization", "lakeshore")
    command = hub.command(*words, "--role", "contributor")
    samples["invitation"] = urlsplit(re.findall(r"http\S+", command.stdout)[0]).path
    member = Visitor(hub).sign_in("contributor@demo.example", PASSWORD)
    samples["share"] = _a_share_link(member, samples["deck"])
    samples["draft"] = _a_draft(hub, samples["deck"])
    path = pdf(tmp_path_factory.mktemp("withdrawn") / "withdrawn.pdf", "Not for everyone")
    address = member.upload(path.name, path.read_bytes(), member.token("/resources/new"))
    samples["withdrawn"] = address.rsplit("/", 1)[-1]
    member.post(f"/resources/{samples['withdrawn']}/withdraw", reason="Too early")
    return samples


def _a_draft(hub: Hub, resource: str) -> str:
    """Create a pack for all stakeholders that isn't sent yet, and return its number."""
    representative = Visitor(hub).sign_in("representative@demo.example", PASSWORD)
    representative.post("/account", name="Rosa M. Peña", resolve="saved")  # sets what was typed aside
    page = BeautifulSoup(representative.post("/sharing/packs/new", resources=resource), "lxml")
    form = page.select_one("#draft")
    assert form
    path = str(form["action"])
    representative.post(path, title="Worth a look", words="Two sentences. From us.", everyone="y", do="save")
    return path.rsplit("/", 1)[-1]


def _a_share_link(member: Visitor, resource: str) -> str:
    """Create a share link, and return its path."""
    page = BeautifulSoup(member.post(f"/resources/{resource}/forward", days="90"), "lxml")
    field = page.select_one("#link-address")
    assert field
    return urlsplit(str(field["value"])).path


@pytest.fixture(scope="module")
def mailed_links(hub: Hub) -> list[str]:
    """Paths in the demo world's email for people without an account: packs, applications, unsubscribe pages."""
    with sqlite3.connect(f"{hub.environ['HUB_INSTANCE']}/hub.sqlite3") as database:
        texts = database.execute("SELECT text || ' ' || unsubscribe FROM outbox_message ORDER BY id").fetchall()
    return sorted(
        {path for (text,) in texts for path in re.findall(r"/(?:p|stop|mail/stop|join)/[\w-]+(?:/\d+)?", text)}
    )


@pytest.fixture(scope="module")
def site_map(hub: Hub, built_app: Flask, samples: dict[str, str], mailed_links: list[str]) -> SiteMap:
    """All pages, found by following links. A kind of page that several roles see is checked once."""
    site_map, checked = SiteMap(), set()
    routes = built_app.url_map.bind("localhost")
    for role, starts in STARTS.items():
        browser = Visitor(hub)
        if role != "visitor":
            browser.sign_in(f"{role}@demo.example", PASSWORD)
        seen, pages = set(), site_map.pages.setdefault(role, [])
        todo = [(start.format(**samples), True) for start in starts]
        if role == "visitor":
            todo += [(path, False) for path in mailed_links]
        for address, is_start in todo:
            kind = _kind_of(address, routes)
            site_map.visited.add(kind[0])
            if kind[0] in NOT_PAGES or "format=csv" in address or (kind in seen and not is_start):
                continue
            links = _links_of(browser, address)
            if links is not None and (is_start or kind not in checked):
                pages.append(address)
            seen.add(kind)
            todo += [(link, False) for link in links or []]
        checked |= seen
    return site_map


def _kind_of(address: str, routes: Any) -> tuple[str, int]:
    """Return the endpoint of an address and its number of query parameters, at most 2."""
    parts = urlsplit(address)
    try:
        endpoint = routes.match(parts.path)[0]
    except HTTPException:
        endpoint = ""
    return endpoint, min(len(parse_qsl(parts.query)), 2)


def _links_of(browser: Visitor, address: str) -> list[str] | None:
    """Return the links of a page to other pages of the hub; None if the address isn't a page (a feed, a file)."""
    try:
        media_type, html = browser.fetch(address)
    except HTTPError as error:
        media_type, html = "text/html", error.read().decode()
    if "html" not in media_type:
        return None
    links = {str(link["href"]) for link in BeautifulSoup(html, "lxml").find_all("a", href=True)}
    return sorted(link.split("#")[0] for link in links if link.startswith("/") and not link.startswith("//"))


@pytest.fixture
def page_of(open_as: OpenAs) -> Callable[[str], Page]:
    """``page_of("board")``: a page on which this role is signed in, with axe loaded."""

    def open_page(role: str) -> Page:
        page = open_as(role, viewport=WIDE, color_scheme="light", reduced_motion="reduce")
        page.context.add_init_script(path=AXE)
        return page

    return open_page


def _problems(page: Page) -> Iterator[str]:
    """Yield the violations that axe finds on the page as it is now."""
    for violation in page.evaluate("options => axe.run(options)", RULES)["violations"]:
        node = violation["nodes"][0]
        targets = [element["target"] for element in violation["nodes"][:3]]
        yield f"{violation['id']} at {targets}: {node.get('failureSummary', '')[:300]} {node['html'][:200]}"


def _problems_everywhere(page: Page) -> Iterator[str]:
    """Yield the page's problems: in the light theme on a wide screen, in the dark theme on a phone, and on paper."""
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
    if not page.locator(".board-page").count():  # the board is printed in landscape
        yield from _too_wide(page, "paper", PAPER["width"])
    page.emulate_media(media="screen")


def _too_wide(page: Page, medium: str, limit: int) -> Iterator[str]:
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > limit:
        yield f"{medium}: the page is {width} pixels wide"


@pytest.mark.parametrize("role", STARTS)
def test_every_page_is_accessible_without_errors_and_fits_a_phone_and_paper(
    page_of: Callable[[str], Page], site_map: SiteMap, role: str
) -> None:
    """`open_as` checks that the console has no errors and that no request goes to another host."""
    page = page_of(role)
    problems: list[str] = []
    titles: dict[str, str] = {}
    for address in site_map.pages[role]:
        page.goto(address)
        problems += [f"{address}: {problem}" for problem in _problems_everywhere(page)]
        path, title = urlsplit(page.url).path, page.title()
        if titles.setdefault(title, path) != path:
            problems.append(f"{address}: has the same title as {titles[title]}: {title}")
    assert problems == [], "\n".join(problems)
    assert len(site_map.pages[role]) >= (6 if role in {"visitor", "coordinator"} else 1)


def test_every_route_is_visited(site_map: SiteMap, built_app: Flask) -> None:
    routes = {rule.endpoint for rule in built_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    missed = routes - site_map.visited - NOT_PAGES - NOT_LINKED.keys()
    assert not missed, f"no link of the demo world leads to {sorted(missed)}: add one, or explain in NOT_LINKED"


# A form may be prefilled from the sharing log, depending on the tests that ran before.
CLEAR_FORMS = """forms => forms.forEach(form => {
    form.noValidate = true;
    form.querySelectorAll("textarea, input:is([type=text], [type=number], [type=date])")
        .forEach(input => { input.value = ""; });
    form.querySelectorAll("input[type=checkbox]").forEach(box => { box.checked = false; });
})"""


def test_forms_with_errors_are_accessible(page_of: Callable[[str], Page], samples: dict[str, str]) -> None:
    page, problems = page_of("representative"), []
    for address, button in (
        ("/resources/new?by=text", "Add to the hub"),
        ("/sharing/declare", "Report sharing"),
        (f"/sharing/{samples['quarter']}/confirm", "Confirm Q"),
        ("/people/new", "Add person and create link"),
        ("/account", "Change password"),
    ):
        page.goto(address)
        page.locator("main form").evaluate_all(CLEAR_FORMS)
        page.locator("main").get_by_role("button", name=button).last.click()
        expect(page.get_by_role("alert").first).to_be_visible()
        problems += [f"{address}: {problem}" for problem in _problems_everywhere(page)]
    assert problems == [], "\n".join(problems)


@pytest.mark.parametrize("link", ["share", "pack"])
def test_a_page_shown_through_a_link_is_accessible(
    hub: Hub, page_of: Callable[[str], Page], samples: dict[str, str], mailed_links: list[str], link: str
) -> None:
    eventually(lambda: pictures_are_drawn(hub), 300)
    page = page_of("visitor")
    pack = next(path for path in mailed_links if re.fullmatch(r"/p/\w+", path))
    page.goto(samples["share"] if link == "share" else pack)
    page.get_by_role("button", name=re.compile("^(View|Open)")).first.click()
    expect(page.locator("main img").first).to_be_visible()
    assert list(_problems_everywhere(page)) == []


def test_the_accessibility_checks_notice_planted_faults(page_of: Callable[[str], Page]) -> None:
    """A check that can't fail checks nothing."""
    page = page_of("visitor")
    page.goto("/")
    faults = """<button class="btn" data-css="width:12px;height:12px;padding:0">a</button>
        <button class="btn" data-css="width:12px;height:12px;padding:0">b</button><img src="/static/logo.svg">
        <p data-css="width:500px">wide</p>"""
    page.locator("main").evaluate("(main, html) => main.insertAdjacentHTML('beforeend', html)", faults)
    page.locator("[data-css]").evaluate_all("all => all.forEach(e => { e.style.cssText = e.dataset.css; })")
    problems = "\n".join(_problems_everywhere(page))
    for problem in ("target-size", "image-alt", "pixels wide"):
        assert problem in problems


def test_the_first_tab_stop_skips_to_the_content(open_as: OpenAs) -> None:
    page = open_as("representative")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"


def test_the_theme_is_chosen_and_remembered_without_scripts(open_as: OpenAs) -> None:
    page = open_as("representative", java_script_enabled=False, color_scheme="light")
    expect(page.locator("body")).to_have_css("background-color", "rgb(246, 247, 249)")
    page.get_by_role("button", name="Dark").click()
    page.goto("/sharing")
    expect(page.locator("body")).to_have_css("background-color", "rgb(16, 21, 31)")
    page.get_by_role("button", name="System").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(246, 247, 249)")

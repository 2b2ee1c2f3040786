"""The viewer in a real browser: keys, full screen, copying, and automatic updates."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.library.documents import pdf
from tests.serving import Hub, eventually

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]


@pytest.fixture(scope="module")
def plan(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a document of four pages whose pictures are there."""
    path = pdf(tmp_path_factory.mktemp("plan") / "plan.pdf", "Welding", "Casting", "Machining", "Assembly")
    args = ("import", str(path), "--organization", "lakeshore", "--kind", "resource", "--audience", "public", "--json")
    address = f"/resources/{json.loads(hub.command(*args).stdout)['imported'][0]['resource']}"

    def is_drawn() -> bool:
        with urlopen(f"{hub.address}{address}/state") as answer:
            return not json.load(answer)["busy"]

    eventually(is_drawn, 300)
    return address


@pytest.fixture
def drawn(plan: str, open_as: OpenAs) -> Page:
    """A representative's browser on the second page of the document."""
    page = open_as("representative")
    page.goto(f"{plan}/pages/2")
    return page


def test_arrow_keys_turn_the_pages_and_the_address_follows(drawn: Page) -> None:
    drawn.keyboard.press("ArrowRight")
    drawn.wait_for_url("**/pages/3")
    expect(drawn.locator("#viewer-number")).to_have_value("3")
    assert "Page 3" in drawn.title()
    drawn.keyboard.press("ArrowLeft")
    drawn.wait_for_url("**/pages/2")
    drawn.go_back()
    expect(drawn.locator("#viewer-number")).to_have_value("3")


def test_arrow_keys_in_a_field_move_the_cursor(drawn: Page) -> None:
    drawn.locator("#viewer-number").focus()
    drawn.keyboard.press("ArrowRight")
    drawn.keyboard.press("ArrowLeft")
    assert drawn.url.endswith("/pages/2")


def test_the_strip_and_the_steps_lead_on_and_the_keyboard_stays_where_it_was(drawn: Page) -> None:
    drawn.locator("a[rel=next]").focus()
    drawn.keyboard.press("Enter")
    drawn.wait_for_url("**/pages/3")
    expect(drawn.locator("a[rel=next]")).to_be_focused()
    drawn.locator(".filmstrip a").first.click()
    drawn.wait_for_url("**/pages/1")
    expect(drawn.locator(".filmstrip [aria-current=page] .filmstrip-number")).to_contain_text("1")
    expect(drawn.locator("p[role=status]").last).to_contain_text("Page 1 of")


def test_full_screen_shows_the_page_alone_and_stays_while_pages_turn(drawn: Page) -> None:
    drawn.get_by_role("button", name="Full screen").click()
    expect(drawn.locator("html.viewer-full")).to_have_count(1)
    expect(drawn.locator(".viewer-text")).to_be_hidden()
    drawn.keyboard.press("ArrowRight")
    drawn.wait_for_url("**/pages/3")
    assert drawn.evaluate("document.fullscreenElement !== null")
    drawn.get_by_role("button", name="Exit full screen").click()
    expect(drawn.locator("html.viewer-full")).to_have_count(0)


def test_the_link_to_a_page_can_be_copied(hub: Hub, drawn: Page) -> None:
    drawn.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=hub.address)
    drawn.get_by_role("button", name="Copy link").click()
    expect(drawn.get_by_role("button", name="Copied")).to_be_visible()
    drawn.get_by_role("button", name="Copied").click()  # once more is once too often, and does no harm
    expect(drawn.get_by_role("button", name="Copy link to this page")).to_be_visible()
    assert drawn.evaluate("navigator.clipboard.readText()").endswith("/pages/2")


def test_all_works_without_scripts(plan: str, open_as: OpenAs) -> None:
    page = open_as("visitor", java_script_enabled=False)
    page.goto(f"{plan}/pages/2")
    expect(page.get_by_role("button", name="Full screen")).to_have_count(0)
    page.locator("a[rel=next]").click()
    expect(page.locator("#viewer-number")).to_have_value("3")
    page.locator("#viewer-number").fill("1")
    page.get_by_role("button", name="Go").click()
    page.wait_for_url("**/pages/1")
    page.locator(".filmstrip a").nth(1).click()
    page.wait_for_url("**/pages/2")


def test_an_upload_moves_on_by_itself(open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as("contributor")
    page.goto("/resources/new")
    files = page.locator("input[type=file]").first
    files.set_input_files(pdf(tmp_path / "fresh_plan.pdf", "A plan about welding", "and its second page"))
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/resources/\d+$"))
    page.keyboard.press("Tab")  # someone who uses the keys is on their way already
    while page.evaluate("document.activeElement.textContent.trim()") != "Replace content":
        page.keyboard.press("Tab")
    expect(page.locator(".filmstrip li")).to_have_count(2, timeout=30_000)
    expect(page.locator("[data-state]")).to_have_count(0, timeout=30_000)
    expect(page.locator(".viewer-large")).to_have_js_property("naturalWidth", 1200)
    expect(page.get_by_text("Resource added. You can search it")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Replace content"

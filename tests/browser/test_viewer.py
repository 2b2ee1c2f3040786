"""The viewer in a real browser: keyboard, full screen, copying the link, and automatic updates."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.library.documents import pdf
from tests.serving import TIMEOUT, Hub, eventually

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]


@pytest.fixture(scope="module")
def plan(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a document of four pages whose pictures are drawn."""
    path = pdf(tmp_path_factory.mktemp("plan") / "plan.pdf", "Welding", "Casting", "Machining", "Assembly")
    args = ("import", str(path), "--organization", "lakeshore", "--kind", "resource", "--audience", "public", "--json")
    address = f"/resources/{json.loads(hub.command(*args).stdout)['imported'][0]['resource']}"

    def is_drawn() -> bool:
        with urlopen(f"{hub.address}{address}/state", timeout=TIMEOUT) as response:
            return not json.load(response)["busy"]

    eventually(is_drawn, 300)
    return address


@pytest.fixture
def viewer(plan: str, open_as: OpenAs) -> Page:
    """The second page of the document in a representative's browser."""
    page = open_as("representative")
    page.goto(f"{plan}/pages/2")
    return page


def test_arrow_keys_turn_the_pages_and_the_address_follows(viewer: Page) -> None:
    viewer.keyboard.press("ArrowRight")
    viewer.wait_for_url("**/pages/3")
    expect(viewer.locator("#viewer-number")).to_have_value("3")
    assert "Page 3" in viewer.title()
    viewer.keyboard.press("ArrowLeft")
    viewer.wait_for_url("**/pages/2")
    viewer.go_back()
    expect(viewer.locator("#viewer-number")).to_have_value("3")


def test_arrow_keys_in_a_field_move_the_cursor(viewer: Page) -> None:
    viewer.locator("#viewer-number").focus()
    viewer.keyboard.press("ArrowRight")
    viewer.keyboard.press("ArrowLeft")
    assert viewer.url.endswith("/pages/2")


def test_the_filmstrip_and_next_button_turn_pages_and_the_focus_stays(viewer: Page) -> None:
    viewer.locator("a[rel=next]").focus()
    viewer.keyboard.press("Enter")
    viewer.wait_for_url("**/pages/3")
    expect(viewer.locator("a[rel=next]")).to_be_focused()
    viewer.locator(".filmstrip a").first.click()
    viewer.wait_for_url("**/pages/1")
    expect(viewer.locator(".filmstrip [aria-current=page] .filmstrip-number")).to_contain_text("1")
    expect(viewer.locator("p[role=status]").last).to_contain_text("Page 1 of")


def test_full_screen_shows_only_the_page_and_stays_when_pages_turn(viewer: Page) -> None:
    viewer.get_by_role("button", name="Full screen").click()
    expect(viewer.locator("html.viewer-full")).to_have_count(1)
    expect(viewer.locator(".viewer-text")).to_be_hidden()
    viewer.keyboard.press("ArrowRight")
    viewer.wait_for_url("**/pages/3")
    assert viewer.evaluate("document.fullscreenElement !== null")
    viewer.get_by_role("button", name="Exit full screen").click()
    expect(viewer.locator("html.viewer-full")).to_have_count(0)


def test_the_link_to_a_page_can_be_copied(hub: Hub, viewer: Page) -> None:
    viewer.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=hub.address)
    viewer.get_by_role("button", name="Copy link").click()
    expect(viewer.get_by_role("button", name="Copied")).to_be_visible()
    viewer.get_by_role("button", name="Copied").click()  # a second click does no harm
    expect(viewer.get_by_role("button", name="Copy link to this page")).to_be_visible()
    assert viewer.evaluate("navigator.clipboard.readText()").endswith("/pages/2")


def test_the_viewer_works_without_scripts(plan: str, open_as: OpenAs) -> None:
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


def test_the_page_of_an_upload_updates_automatically(open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as("contributor")
    page.goto("/resources/new")
    page.locator("input[type=file]").first.set_input_files(
        pdf(tmp_path / "fresh_plan.pdf", "A plan about welding", "and its second page")
    )
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/resources/\d+$"))
    page.keyboard.press("Tab")  # a keyboard user has already moved the focus
    while page.evaluate("document.activeElement.textContent.trim()") != "Replace content":
        page.keyboard.press("Tab")
    expect(page.locator(".filmstrip li")).to_have_count(2, timeout=30_000)
    expect(page.locator("[data-state]")).to_have_count(0, timeout=30_000)
    expect(page.locator(".viewer-large")).to_have_js_property("naturalWidth", 1200)
    expect(page.get_by_text("Resource added. You can search it")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Replace content"

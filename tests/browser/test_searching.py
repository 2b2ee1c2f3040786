"""Searching in a real browser: results while one types, keys, chips, suggestions; by keyboard, without scripts, small."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.serving import eventually

OpenAs = Callable[..., Page]
# WCAG 2.0 to 2.2, A and AA, and what axe counts as best practice.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def _titles(page: Page) -> list[str]:
    return page.locator("#search-answer .resource-title").all_inner_texts()


def _count(page: Page) -> str:
    return page.locator("[data-count]").inner_text()


# Results while one types


def test_results_come_while_one_types_and_the_address_and_title_follow(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search")
    everything = _count(page)
    page.locator("#q").press_sequentially("apprenticeship")
    page.wait_for_url("**/search?q=apprenticeship")
    expect(page.locator("[data-count]")).not_to_have_text(everything)
    assert "pprentice" in page.locator("#search-answer").inner_text()
    assert page.title().startswith("apprenticeship")
    expect(page.locator("[data-announcer]")).to_have_text(_count(page))
    assert page.evaluate("document.activeElement.id") == "q"


def test_an_answer_that_comes_late_is_dropped(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search")
    held: list[Route] = []
    page.route("**/search?q=zinc", lambda route: held.append(route))  # noqa: PLW0108 - playwright writes on its handler
    with page.expect_request("**/search?q=zinc"):
        page.locator("#q").fill("zinc")
    page.locator("#q").fill("apprenticeship")
    page.wait_for_url("**/search?q=apprenticeship")
    wanted = _titles(page)
    for route in held:
        route.continue_()
    page.locator("#q").fill("apprenticeships")  # a later answer proves that the late one had its time
    page.wait_for_url("**/search?q=apprenticeships")
    assert _titles(page) == wanted


def test_going_back_leads_to_what_was_asked_before_not_to_each_letter(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search?q=zinc")
    before = _titles(page)
    for typed in ("app", "appren", "apprenticeship"):
        page.locator("#q").fill(typed)
        page.wait_for_url(f"**/search?q={typed}")
    page.go_back()
    page.wait_for_url("**/search?q=zinc")
    expect(page.locator("#q")).to_have_value("zinc")
    expect(page.locator("#search-answer .resource-title")).to_have_text(before)
    page.go_forward()
    expect(page.locator("#q")).to_have_value("apprenticeship")


def test_filters_stay_while_the_words_change(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search?q=training&kind=presentation&sort=newest")
    page.locator("#q").fill("apprenticeship")
    page.wait_for_url("**/search?q=apprenticeship&kind=presentation&sort=newest")
    expect(page.locator(".filter-chip")).to_contain_text("Presentation")


def test_when_the_hub_is_out_of_reach_the_page_says_so_and_mends_itself(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search?q=zinc")
    before = _titles(page)
    page.route("**/search?q=appren", lambda route: route.fulfill(status=429, body="no"))
    page.locator("#q").fill("appren")
    expect(page.locator("[data-trouble]")).to_be_visible()
    assert _titles(page) == before
    page.locator("#q").fill("apprentice")
    expect(page.locator("[data-trouble]")).to_be_hidden()


def test_a_chip_takes_its_filter_out_and_clear_all_takes_every_one(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search?q=training&kind=presentation&kind=briefing&year=2026")
    page.get_by_role("link", name="Remove the filter Kind: Briefing").press("Enter")
    page.wait_for_url("**/search?q=training&kind=presentation&year=2026")
    page.get_by_role("link", name="Clear all filters").press("Enter")
    page.wait_for_url("**/search?q=training")
    expect(page.locator(".active-filters")).to_have_count(0)


def test_a_hit_shows_the_picture_of_its_page_without_moving_anything(open_as: OpenAs) -> None:
    page = open_as("contributor")

    def is_drawn() -> bool:  # the worker draws for a while after everything can be found
        page.goto("/search?q=CMMC+readiness+grant")
        return page.locator(".hit-picture").count() > 0

    eventually(is_drawn)
    picture = page.locator(".hit-picture img").first
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") == 320
    assert picture.get_attribute("loading") == "lazy"
    assert int(picture.get_attribute("width") or 0) == 320
    assert int(picture.get_attribute("height") or 0) == picture.evaluate("image => image.naturalHeight")
    page.locator(".hit-picture").first.click()
    page.wait_for_url(re.compile(r"/resources/\d+/pages/\d+"))


# Keys


def test_a_slash_leads_to_the_search_field_on_every_page(open_as: OpenAs) -> None:
    page = open_as("representative")
    for address, field in (("/", "header-q"), ("/sharing", "header-q"), ("/search", "q")):
        page.goto(address)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == field
        page.keyboard.type("a/b?")
        expect(page.locator(f"#{field}")).to_have_value("a/b?")


def test_the_shortcuts_are_shown_by_their_key_and_can_be_switched_off_for_good(open_as: OpenAs) -> None:
    page = open_as("representative")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "header-q"
    page.get_by_label("The single keys / and ? are on").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.goto("/sharing")
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.get_by_role("button", name="Keyboard shortcuts").press("Enter")
    expect(dialog).to_be_visible()
    page.get_by_label("The single keys / and ? are on").check()
    page.get_by_role("button", name="Close").press("Enter")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Keyboard shortcuts"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "header-q"


# Without scripts, on a phone, for everybody


def test_without_scripts_the_form_asks_and_links_narrow(open_as: OpenAs) -> None:
    page = open_as("contributor", java_script_enabled=False)
    page.goto("/search")
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_have_count(0)
    page.locator("#q").fill("apprenticeship")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=apprenticeship")
    page.locator(".facet a").first.click()
    expect(page.locator(".filter-chip")).to_have_count(1)
    page.locator("#q").fill("training")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".filter-chip")).to_have_count(1)
    page.get_by_role("link", name="Clear all filters").click()
    page.wait_for_url("**/search?q=training")


def test_on_a_phone_nothing_scrolls_sideways_and_counts_stay_on_their_line(open_as: OpenAs) -> None:
    page = open_as("contributor", viewport={"width": 360, "height": 740})
    page.goto("/search?q=training&kind=presentation&kind=briefing")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    heights = page.locator(".facet .count").evaluate_all(
        "all => all.map(one => one.getClientRects().length)",
    )
    assert set(heights) == {1}
    page.get_by_role("link", name="Narrow down").click()
    expect(page.get_by_role("heading", name="Narrow down")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_search_page_and_its_shortcuts(open_as: OpenAs, scheme: str) -> None:
    page = open_as("contributor", color_scheme=scheme)
    found = []
    for key in ("", "?"):
        page.goto("/search?q=training&kind=presentation")
        if key:
            page.keyboard.press(key)
        page.wait_for_load_state("networkidle")
        found += [
            f"{violation['id']}: {[node['target'] for node in violation['nodes'][:3]]}"
            for violation in Axe().run(page, options=RULES).response["violations"]
        ]
    assert found == []

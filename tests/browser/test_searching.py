"""Search in a real browser: live results, keys, filter chips, suggestions; by keyboard, without scripts, on a phone."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.serving import Hub, eventually

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
# WCAG 2.0 to 2.2, A and AA, and axe's best practices.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def _titles(page: Page) -> list[str]:
    return page.locator("#search-answer .resource-title").all_inner_texts()


def _count(page: Page) -> str:
    return page.locator("[data-count]").inner_text()


def _recent_searches(hub: Hub) -> list[str]:
    with closing(sqlite3.connect(f"{hub.environ['HUB_INSTANCE']}/hub.sqlite3")) as database:
        return [text for (text,) in database.execute("SELECT text FROM recent_search")]


# Live results


def test_results_address_and_title_update_as_you_type(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search")
    total = _count(page)
    page.locator("#q").press_sequentially("apprenticeship")
    page.wait_for_url("**/search?q=apprenticeship")
    expect(page.locator("[data-count]")).not_to_have_text(total)
    assert "pprentice" in page.locator("#search-answer").inner_text()
    assert page.title().startswith("apprenticeship")
    expect(page.locator("[data-announcer]")).to_have_text(_count(page))
    assert page.evaluate("document.activeElement.id") == "q"


def test_a_late_response_is_dropped(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search")
    held: list[Route] = []
    page.route("**/search?q=zinc", lambda route: held.append(route))  # noqa: PLW0108 - playwright sets an attribute of its handler
    with page.expect_request("**/search?q=zinc"):
        page.locator("#q").fill("zinc")
    page.locator("#q").fill("apprenticeship")
    page.wait_for_url("**/search?q=apprenticeship")
    titles = _titles(page)
    for route in held:
        route.continue_()
    page.locator("#q").fill("apprenticeships")  # once this response is shown, the late one has arrived
    page.wait_for_url("**/search?q=apprenticeships")
    assert _titles(page) == titles


def test_going_back_leads_to_the_previous_search_and_not_to_each_letter(open_as: OpenAs) -> None:
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


def test_filters_stay_while_the_query_changes(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search?q=training&kind=presentation&sort=newest")
    page.locator("#q").fill("apprenticeship")
    page.wait_for_url("**/search?q=apprenticeship&kind=presentation&sort=newest")
    expect(page.locator(".filter-chip")).to_contain_text("Presentation")


def test_the_page_shows_an_error_while_the_hub_is_unavailable_and_then_recovers(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search?q=zinc")
    before = _titles(page)
    page.route("**/search?q=appren", lambda route: route.fulfill(status=429, body="no"))
    page.locator("#q").fill("appren")
    expect(page.locator("[data-trouble]")).to_be_visible()
    assert _titles(page) == before
    page.locator("#q").fill("apprentice")
    expect(page.locator("[data-trouble]")).to_be_hidden()


def test_a_chip_removes_its_filter_and_clear_all_removes_every_filter(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search?q=training&kind=presentation&kind=briefing&year=2026")
    page.get_by_role("link", name="Remove filter Kind: Briefing").press("Enter")
    page.wait_for_url("**/search?q=training&kind=presentation&year=2026")
    page.get_by_role("link", name="Clear all filters").press("Enter")
    page.wait_for_url("**/search?q=training")
    expect(page.locator(".active-filters")).to_have_count(0)


def test_a_hit_shows_the_picture_of_its_page_without_a_layout_shift(open_as: OpenAs) -> None:
    page = open_as("contributor")

    def is_drawn() -> bool:  # the worker is still drawing after search can find everything
        page.goto("/search?q=CMMC+readiness+grant")
        return page.locator(".hit-picture").count() > 0

    eventually(is_drawn, 300)
    picture = page.locator(".hit-picture img").first
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") == 320
    assert picture.get_attribute("loading") == "lazy"
    assert int(picture.get_attribute("width") or 0) == 320
    assert int(picture.get_attribute("height") or 0) == picture.evaluate("image => image.naturalHeight")
    page.locator(".hit-picture").first.click()
    page.wait_for_url(re.compile(r"/resources/\d+/pages/\d+"))


# Suggestions


def _options(page: Page) -> list[str]:
    return page.get_by_role("option").locator(".suggestion-label").all_inner_texts()


def _active(page: Page) -> str:
    """Return the label of the option that Enter would open, which the field's aria-activedescendant names."""
    return str(
        page.evaluate(
            """() => {
                const option = document.getElementById(document.activeElement.getAttribute("aria-activedescendant"));
                return option ? option.querySelector(".suggestion-label").textContent : "";
            }"""
        )
    )


def test_text_typed_before_the_scripts_load_is_suggested_and_searched_for(open_as: OpenAs) -> None:
    page = open_as("contributor")
    late: list[Route] = []
    page.route(re.compile(r"/search/(suggest|live)\.js"), lambda route: late.append(route))  # noqa: PLW0108 - playwright sets an attribute of its handler
    page.goto("/search", wait_until="commit")
    page.locator("#q").press_sequentially("cmmc")
    expect(page.locator("#q")).not_to_have_attribute("role", "combobox")
    for route in late:
        route.continue_()
    page.unroute_all(behavior="ignoreErrors")
    expect(page.locator("#q")).to_have_attribute("aria-expanded", "true")
    page.wait_for_url("**/search?q=cmmc")


@pytest.mark.parametrize(("address", "field"), [("/sharing", "header-q"), ("/search", "q")])
def test_suggestions_are_chosen_with_the_keyboard_alone(open_as: OpenAs, address: str, field: str) -> None:
    page = open_as("contributor")
    page.goto(address)
    page.keyboard.press("/")
    box = page.locator(f"#{field}")
    expect(box).to_have_attribute("role", "combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("cmmc", delay=20)
    expect(box).to_have_attribute("aria-expanded", "true")
    meaning = page.get_by_role("option").filter(has_text="Cybersecurity Maturity Model Certification")
    expect(meaning).to_have_count(1)
    options = _options(page)
    assert _active(page) == ""
    page.keyboard.press("ArrowDown")
    assert _active(page) == options[0]
    page.keyboard.press("ArrowUp")
    assert _active(page) == ""
    page.keyboard.press("ArrowUp")
    assert _active(page) == options[-1]
    assert "CMMC" in options
    expect(page.get_by_role("option", selected=True)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("cmmc")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    title = next(option for option in options if option.startswith("CMMC in plain words"))  # after recent searches
    for option in options[: options.index(title) + 1]:
        page.keyboard.press("ArrowDown")
        assert _active(page) == option
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/resources/\d+"))
    expect(page.locator("h1")).to_have_text(title)


def test_enter_without_a_choice_searches_for_the_typed_text(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/sharing")
    page.locator("#header-q").press_sequentially("cmmc")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=cmmc")


def test_an_empty_field_suggests_recent_searches_and_a_click_chooses_one(open_as: OpenAs, hub: Hub) -> None:
    page = open_as("alternate")
    page.goto("/search?q=zinc+plating")
    eventually(lambda: "zinc plating" in _recent_searches(hub))  # noted after the page
    page.goto("/sharing")
    page.locator("#header-q").press("ArrowDown")
    expect(page.get_by_role("option").first).to_contain_text("zinc plating")
    page.get_by_role("option").first.click()
    page.wait_for_url("**/search?q=zinc+plating")


def test_suggestions_close_when_the_field_loses_focus_and_do_not_move_the_results(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/search")
    where = "document.querySelector('#search-answer').getBoundingClientRect().top"
    top = page.evaluate(where)
    page.locator("#q").press_sequentially("workforce")
    expect(page.get_by_role("option").first).to_be_visible()
    assert page.evaluate(where) == top
    page.wait_for_url("**/search?q=workforce")  # the results, which no longer begin with the topics
    expect(page.locator("#by-topic")).to_have_count(0)
    assert page.evaluate(where) == top
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_have_attribute("aria-expanded", "false")


# Saved searches


def test_a_search_is_saved_shown_on_the_home_page_renamed_and_deleted_by_keyboard(open_as: OpenAs) -> None:
    page = open_as("bff")
    page.goto("/search")
    page.locator("#q").fill("zinc")
    page.wait_for_url("**/search?q=zinc")
    page.get_by_text("Save this search").click()
    expect(page.get_by_label("Name")).to_have_value("zinc")
    page.get_by_label("Name").fill("All on zinc")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved as “All on zinc”")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="All on zinc").press("Enter")
    page.wait_for_url("**/search?q=zinc")
    page.goto("/searches")
    page.get_by_text("Rename All on zinc").focus()
    page.keyboard.press("Enter")
    page.get_by_label("New name").last.wait_for(state="attached")
    page.locator("details[open] input[name=name]").fill("Zinc")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete Zinc").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Deleted “Zinc”")).to_be_visible()
    expect(page.get_by_role("link", name="Zinc", exact=True)).to_have_count(0)


def test_without_scripts_a_search_becomes_a_feed(open_as: OpenAs) -> None:
    page = open_as("board", java_script_enabled=False)
    page.goto("/search?q=foundry")
    page.get_by_text("Save this search").click()
    page.get_by_role("button", name="Create feed").click()
    address = page.get_by_label("Feed address").input_value()
    response = page.request.get(address)
    assert response.headers["content-type"].startswith("application/atom+xml")
    page.get_by_role("button", name="Close feed").click()
    assert page.request.get(address).status == 404


# Keyboard shortcuts


def test_a_slash_moves_the_focus_to_the_search_field_on_every_page(open_as: OpenAs) -> None:
    page = open_as("representative")
    for address, field in (("/", "header-q"), ("/sharing", "header-q"), ("/search", "q")):
        page.goto(address)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == field
        page.keyboard.type("a/b?")
        expect(page.locator(f"#{field}")).to_have_value("a/b?")


def test_a_question_mark_shows_the_shortcuts_and_they_can_be_turned_off_permanently(open_as: OpenAs) -> None:
    page = open_as("representative")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "header-q"
    page.get_by_label("Use the single-key shortcuts / and ?").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.goto("/sharing")
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.get_by_role("button", name="Keyboard shortcuts").press("Enter")
    expect(dialog).to_be_visible()
    page.get_by_label("Use the single-key shortcuts / and ?").check()
    page.get_by_role("button", name="Close").press("Enter")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Keyboard shortcuts"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "header-q"


# Without scripts, on a phone, accessibility


def test_without_scripts_the_form_searches_and_links_filter(open_as: OpenAs) -> None:
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


def test_on_a_phone_pages_fit_the_width_and_counts_stay_on_one_line(open_as: OpenAs) -> None:
    page = open_as("contributor", viewport={"width": 360, "height": 740})
    for address, field in (("/searches", "header-q"), ("/search?q=training&kind=presentation&kind=briefing", "q")):
        page.goto(address)
        page.locator(f"#{field}").fill("cm")
        expect(page.get_by_role("option").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto("/search?q=training&kind=presentation&kind=briefing")
    lines = "counts => counts.filter(count => count.checkVisibility()).map(count => count.getClientRects().length)"
    assert set(page.locator(".facet .count").evaluate_all(lines)) == {1}
    page.get_by_role("link", name="Filter results").click()
    expect(page.get_by_role("heading", name="Filters")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_search_is_accessible(open_as: OpenAs, scheme: str) -> None:
    page = open_as("contributor", color_scheme=scheme)
    violations = []
    for address, keys in (
        ("/search?q=training&kind=presentation", ()),
        ("/search", ("?",)),
        ("/search", ("/", "c", "m", "ArrowDown")),
        ("/searches", ("/", "c", "m", "ArrowDown")),
    ):
        page.goto(address)
        for key in keys:
            if key == "ArrowDown":
                expect(page.get_by_role("option").first).to_be_visible()
            page.keyboard.press(key)
        page.wait_for_load_state("networkidle")
        violations += [
            f"{address} {keys}: {violation['id']}: {[node['target'] for node in violation['nodes'][:3]]}"
            for violation in Axe().run(page, options=RULES).response["violations"]
        ]
    assert violations == []

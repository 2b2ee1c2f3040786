"""A form that is being sent can't be sent again, and going back makes nothing twice."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

RESOURCE = re.compile(r"/resources/\d+$")
OpenAs = Callable[..., Page]


def _fill_in(page: Page, title: str) -> None:
    page.goto("/resources/new?by=text")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Text", exact=True).fill("A text of some words.")


def test_a_second_click_sends_nothing_and_the_button_works_again_after_going_back(open_as: OpenAs) -> None:
    page = open_as("contributor")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    _fill_in(page, "Clicked twice")
    button = page.locator("main form button.btn-primary")
    is_locked = button.evaluate("button => (button.click(), button.click(), button.getAttribute('aria-disabled'))")
    page.wait_for_url(RESOURCE)
    assert is_locked == "true"
    assert len(posts) == 1
    page.go_back()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    assert "disabled" not in (button.get_attribute("class") or "")


def test_going_back_and_sending_the_same_form_again_leads_to_what_it_made(open_as: OpenAs) -> None:
    page = open_as("contributor")
    _fill_in(page, "Sent again")
    made = []
    for _ in range(2):
        page.locator("main form button.btn-primary").click()
        page.wait_for_url(RESOURCE)
        made.append(page.url)
        page.go_back()
        expect(page.get_by_label("Title")).to_have_value("Sent again")
    page.get_by_label("Title").fill("Another one")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(RESOURCE)
    assert made[0] == made[1] != page.url

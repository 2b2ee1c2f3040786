"""A whole application to join, in a real browser: from the start page to the new representative's first sign-in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.library.documents import pdf

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
PHONE = {"width": 360, "height": 740}
PATIENCE = 60_000  # milliseconds; the machine may be busy with other tests


def _vote(page: Page, name: str, ballot: str) -> None:
    page.goto("/applications")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_label(ballot, exact=True).check()
    page.get_by_role("button", name="Cast vote", exact=True).click()
    expect(page.get_by_text("Vote cast. You can")).to_be_visible(timeout=PATIENCE)


def _approve(page: Page, name: str) -> str:
    """Approve the application, and return the invitation link of the organization's representative."""
    page.goto("/applications")
    page.get_by_role("link", name=name).click()
    page.get_by_label("Approve: they join today").check()
    page.get_by_label("Reason", exact=True).last.fill("A region with a plan.")
    page.get_by_role("button", name="Record decision").click()
    return page.get_by_label("Link for Ines Calloway").input_value()


def test_an_organization_applies_on_a_phone_is_approved_and_its_representative_signs_in(
    open_as: OpenAs, tmp_path: Path
) -> None:
    name = "Tidewater Patternmakers"
    applicant = open_as("visitor", viewport=PHONE)
    applicant.goto("/")
    applicant.get_by_role("link", name="Join the alliance").click()
    applicant.get_by_label("Member: a regional collaboration").check()
    applicant.get_by_label("Organization name").fill(name)
    applicant.get_by_label("Your name").fill("Ines Calloway")
    applicant.get_by_label("Your email address").fill("ines@tidewater.example")
    applicant.get_by_role("button", name="Start application").click()
    link = applicant.get_by_label("Application link").input_value()
    applicant.get_by_role("link", name="Continue application").click()
    plan = pdf(tmp_path / "plan.pdf", "Cover", "Patterns are a third of our jobs")
    for part in ("agreement", "swot", "plan", "inclusion"):
        section = applicant.locator(f'section[aria-labelledby="part-{part}"]')
        section.locator("textarea").fill(f"Our statement about {part}.")
        if part != "inclusion":
            section.locator("input[type=file]").set_input_files(plan)
            section.get_by_label("Page to read").fill("2")
    applicant.get_by_label("Representative’s name").fill("Ines Calloway")
    applicant.get_by_label("Representative’s email").fill("ines@tidewater.example")
    assert applicant.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    applicant.get_by_role("button", name="Save and submit").click()
    expect(applicant.get_by_text("With the Advisory Board")).to_be_visible(timeout=PATIENCE)

    board = open_as("board")
    _vote(board, name, "Approve")
    _vote(sign_in(open_as("visitor"), "ruth.abernethy@ridgeline-materials.example"), name, "Approve")
    invitation = _approve(open_as("coordinator"), name)

    applicant.goto(link)
    expect(applicant.get_by_text("Welcome to the alliance!")).to_be_visible()
    applicant.goto(invitation)
    for field in applicant.locator("input[type=password]").all():
        field.fill("patterns and sand")
    applicant.locator("main").get_by_role("button").click()
    expect(applicant.get_by_role("heading", level=1)).to_contain_text("Ines", timeout=PATIENCE)

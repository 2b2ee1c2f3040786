"""Checking in on a phone and importing an attendance report, in a real browser."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from hub.core import clock
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
EASTERN = ZoneInfo("America/New_York")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def a_call(hub: Any, browser: Any) -> str:
    """The day of an extra call that is taking place now, or did one or two days ago."""
    page = sign_in(browser.new_context(base_url=hub.address).new_page(), "coordinator@demo.example")
    now = clock.now().astimezone(EASTERN)
    starts = (now - timedelta(minutes=5 + 1440 * back) for back in range(3))
    start = next(start for start in starts if page.request.get(f"/calls/{start.date()}").status == 404)
    _schedule(page, start)
    page.context.close()
    return str(start.date())


def _schedule(page: Page, start: datetime) -> None:
    page.goto("/calls/plan")
    form = page.locator("form", has=page.get_by_role("button", name="Schedule extra call"))
    form.get_by_label("Title").fill("Extra call")
    form.get_by_label("Date").fill(str(start.date()))
    form.get_by_label("Start time").fill(f"{start:%H:%M}")
    form.get_by_role("button", name="Schedule extra call").click()
    expect(page.get_by_role("status")).to_contain_text("Extra call scheduled")


@pytest.mark.parametrize("scripts", [True, False])
def test_checking_in_takes_one_tap_on_a_phone(open_as: OpenAs, a_call: str, scripts: bool) -> None:
    page = open_as("contributor" if scripts else "alternate", java_script_enabled=scripts, **PHONE)
    page.goto("/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 if scripts else True
    button = page.get_by_role("button", name="I attended")
    box = button.bounding_box()
    assert box
    assert box["height"] >= 24  # WCAG 2.2, 2.5.8
    button.tap()
    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    page.goto(f"/calls/{a_call}")
    expect(page.get_by_text("You checked in.")).to_be_visible()
    page.get_by_role("button", name="Undo check-in").tap()
    page.get_by_role("button", name="Undo entry").tap()
    expect(page.get_by_role("button", name="I attended")).to_be_visible()


def test_an_attendance_report_is_imported_and_reviewed(open_as: OpenAs, a_call: str, tmp_path: Path) -> None:
    page = open_as("coordinator")
    report = tmp_path / "meetingAttendanceReport.csv"
    day = datetime.fromisoformat(a_call)
    lines = [
        "1. Summary", "Meeting title\tExtra call", f"Start time\t{day:%m/%d/%y}, 11:24:51 AM", "", "2. Participants",
        "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole",
        f"Rosa Peña\t{day:%m/%d/%y}, 11:28:40 AM\t{day:%m/%d/%y}, 12:03:10 PM\t33m\trepresentative@demo.example\t\tPresenter",
        f"T. Vandersloot\t{day:%m/%d/%y}, 11:31:00 AM\t{day:%m/%d/%y}, 12:03:10 PM\t32m 10s\t\t\tAttendee",
        f"iPad\t{day:%m/%d/%y}, 11:31:00 AM\t{day:%m/%d/%y}, 12:03:10 PM\t32m 10s\t\t\tAttendee",
    ]  # fmt: skip
    report.write_bytes(b"\xff\xfe" + "\r\n".join(lines).encode("utf-16-le"))
    page.goto(f"/calls/{a_call}")
    page.get_by_role("link", name="Attendance", exact=True).click()
    page.get_by_label("Report (CSV)").set_input_files(report)
    page.get_by_role("button", name="Import report").click()
    expect(page.get_by_text("3 people in the report, 3 new: 1 matched, 2 unmatched.")).to_be_visible()
    match = page.get_by_label("Match for “T. Vandersloot”")
    expect(match.locator("optgroup[label='Likely matches'] option")).to_contain_text(["Tom Vandersloot"])
    # With only the keyboard: the first option after "Choose a match" is the likeliest person.
    match.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Match for “T. Vandersloot” saved.")).to_be_visible()
    expect(page.get_by_role("cell", name="Tom Vandersloot, Lakeshore Forge")).to_be_visible()
    page.get_by_label("Match for “iPad”").select_option("nobody")
    page.get_by_role("button", name="Save match for iPad").click()
    expect(page.get_by_text("No unmatched participants.")).to_be_visible()
    page.goto(f"/calls/{a_call}/attendance")
    page.get_by_label("Report (CSV)").set_input_files(report)
    page.get_by_role("button", name="Import report").click()
    expect(page.get_by_text("This file was already imported. Nothing changed.")).to_be_visible()

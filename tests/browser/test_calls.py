"""Checking in on a phone and reviewing the meeting tool's report, in a real browser."""

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
    """The day of a call beside the series that is going on now, or was a day or two ago: planned by the coordinator."""
    page = sign_in(browser.new_context(base_url=hub.address).new_page(), "coordinator@demo.example")
    now = clock.now().astimezone(EASTERN)
    starts = (now - timedelta(minutes=5 + 1440 * back) for back in range(3))
    start = next(one for one in starts if page.request.get(f"/calls/{one.date()}").status == 404)
    _plan(page, start)
    page.context.close()
    return str(start.date())


def _plan(page: Page, start: datetime) -> None:
    page.goto("/calls/plan")
    extra = page.locator("form", has=page.get_by_role("button", name="Plan it"))
    extra.get_by_label("What it is called").fill("Extra call")
    extra.get_by_label("Day").fill(str(start.date()))
    extra.get_by_label("Begins at").fill(f"{start:%H:%M}")
    extra.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("status")).to_contain_text("is planned")


@pytest.mark.parametrize("scripts", [True, False])
def test_i_was_there_is_one_tap_on_a_phone(open_as: OpenAs, a_call: str, scripts: bool) -> None:
    page = open_as("contributor" if scripts else "alternate", java_script_enabled=scripts, **PHONE)
    page.goto("/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 if scripts else True
    button = page.get_by_role("button", name="I was there")
    box = button.bounding_box()
    assert box
    assert box["height"] >= 24  # WCAG 2.2, 2.5.8
    button.tap()
    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    page.goto(f"/calls/{a_call}")
    expect(page.get_by_text("You said that you were there.")).to_be_visible()
    page.get_by_role("button", name="That was a mistake").tap()
    page.get_by_role("button", name="Take it back").tap()
    expect(page.get_by_role("button", name="I was there")).to_be_visible()


def test_the_report_of_the_meeting_tool_is_read_and_reviewed(open_as: OpenAs, a_call: str, tmp_path: Path) -> None:
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
    page.get_by_role("link", name="Who was there").click()
    page.get_by_label("Report (CSV)").set_input_files(report)
    page.get_by_role("button", name="Read the report").click()
    expect(page.get_by_text("3 people in the report, 3 new: 1 recognized, 2 to be decided.")).to_be_visible()
    who = page.get_by_label("Who “T. Vandersloot” is")
    expect(who.locator("optgroup[label=Likely] option")).to_contain_text(["Tom Vandersloot"])
    # By keyboard alone: the first choice below "Choose who it is" is the likeliest person.
    who.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“T. Vandersloot” is settled.")).to_be_visible()
    expect(page.get_by_role("cell", name="Tom Vandersloot, Lakeshore Forge")).to_be_visible()
    page.get_by_label("Who “iPad” is").select_option("nobody")
    page.get_by_role("button", name="Decide on iPad").click()
    expect(page.get_by_text("Everybody is settled.")).to_be_visible()
    page.goto(f"/calls/{a_call}/attendance")
    page.get_by_label("Report (CSV)").set_input_files(report)
    page.get_by_role("button", name="Read the report").click()
    expect(page.get_by_text("This very file was read before; nothing has changed.")).to_be_visible()

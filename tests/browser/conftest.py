"""Fixtures for tests with a real browser and a running hub with the demo world."""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import FLAGS, HOW_TO_GET_IT, find_chromium
from tests.serving import Hub, eventually

PASSWORD = "welcome-to-the-hub"
expect.set_options(timeout=30_000)  # milliseconds; the machine may be busy with other tests


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Playwright's launch options, for the installed Chromium."""
    return {"executable_path": require_chromium(), "args": FLAGS}


def require_chromium() -> str:
    """Return the path of Chromium. Without it, fail the test in CI, and skip it elsewhere."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    return path


@pytest.fixture(scope="module")
def hub(
    browser_type_launch_args: dict[str, Any], drawn_demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """`hub serve` with the demo world, read, indexed and drawn, for one module; not started without a browser."""
    with a_demo_hub(drawn_demo_pattern, tmp_path_factory.mktemp("browser")) as hub:
        yield hub


@contextmanager
def a_demo_hub(pattern: Path, folder: Path, port: int = 0, **settings: str) -> Iterator[Hub]:
    """Run `hub serve` in this folder with its own copy of the demo world; ``port`` 0: on any free port."""
    shutil.copytree(pattern, folder / "instance")
    hub = Hub(folder, port, UPLOADS=str(folder / "instance" / "uploads"), **settings)
    hub.start()
    try:
        eventually(lambda: (health := hub.health()) and health["worker"]["files_waiting"] == 0)
        yield hub
    finally:
        hub.kill()


def sign_in(page: Page, email: str) -> Page:
    """Sign in through the form, and return the page, which shows the home page."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"^http://[^/]+/$"))
    return page


def pictures_are_drawn(hub: Hub, file_names: str = "%") -> bool:
    """Return True if the worker has drawn the pages of all files whose names match, a LIKE pattern."""
    with sqlite3.connect(f"{hub.environ['HUB_INSTANCE']}/hub.sqlite3") as database:
        sql = "SELECT preview_state FROM revision WHERE file_name LIKE ?"
        states = database.execute(sql, (file_names,)).fetchall()
    return bool(states) and all(state != "waiting" for (state,) in states)


class PageMonitor:
    """Records errors in the pages of a browser context, and their requests to other hosts."""

    def __init__(self, context: BrowserContext, hub: Hub) -> None:
        self.problems: list[str] = []
        context.on("console", lambda message: self._note("console", message.text, message.type == "error"))
        context.on("weberror", lambda error: self._note("script", str(error.error), True))
        context.on(
            "request",
            lambda request: self._note(
                "another host", request.url, not request.url.startswith((hub.address, "data:", "blob:", "about:"))
            ),
        )

    def _note(self, sort: str, text: str, is_problem: bool) -> None:
        # The browser itself logs each 4xx response; tests that provoke one check the page.
        if is_problem and "the server responded with a status of 4" not in text:
            self.problems.append(f"{sort}: {text}")


@pytest.fixture
def open_as(browser: Browser, hub: Hub) -> Iterator[Callable[..., Page]]:
    """``open_as("representative", viewport=…)``: a page on which this role is signed in; a "visitor" isn't.

    The test fails if a page has a script error or sends a request to another host.
    """
    opened: list[tuple[BrowserContext, PageMonitor]] = []

    def page_of(role: str, **options: Any) -> Page:
        context = browser.new_context(base_url=hub.address, **options)
        opened.append((context, PageMonitor(context, hub)))
        page = context.new_page()
        if role != "visitor":
            sign_in(page, f"{role}@demo.example")
        return page

    yield page_of
    for context, monitor in opened:
        context.close()
        assert monitor.problems == []


@pytest.fixture
def a_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """``a_file("plan.txt", "text")``: a file to upload."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write_file

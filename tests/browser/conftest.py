"""Fixtures: a real browser, and a real hub with the demo world."""

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
expect.set_options(timeout=20_000)  # milliseconds, on a machine that is busy with other tests


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium."""
    return {"executable_path": chromium_or_else(), "args": FLAGS}


def chromium_or_else() -> str:
    """Return the path of Chromium; without it the tests fail in CI, and elsewhere are skipped and say how to get it."""
    found = find_chromium()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    return found


@pytest.fixture(scope="module")
def hub(
    browser_type_launch_args: dict[str, Any], drawn_demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """`hub serve` with the demo world, read, indexed and drawn, for one module; not started without a browser."""
    with a_demo_hub(drawn_demo_pattern, tmp_path_factory.mktemp("browser")) as hub:
        yield hub


@contextmanager
def a_demo_hub(pattern: Path, folder: Path, **settings: str) -> Iterator[Hub]:
    """`hub serve` in that folder, with a demo world of its own."""
    shutil.copytree(pattern, folder / "instance")
    hub = Hub(folder, UPLOADS=str(folder / "instance" / "uploads"), **settings)
    hub.start()
    try:
        eventually(lambda: (health := hub.health()) and health["worker"]["files_waiting"] == 0)
        yield hub
    finally:
        hub.kill()


def sign_in(page: Page, email: str) -> Page:
    """Through the form; answers the page, on home."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"^http://[^/]+/$"))
    return page


def is_drawn(hub: Hub, file_names: str = "%") -> bool:
    """Return whether the worker is done with the pictures of the pages of files with such a name, or of all."""
    with sqlite3.connect(f"{hub.environ['HUB_INSTANCE']}/hub.sqlite3") as rows:
        states = rows.execute("SELECT preview_state FROM revision WHERE file_name LIKE ?", (file_names,)).fetchall()
    return bool(states) and all(state != "waiting" for (state,) in states)


class Watched:
    """What a context's pages complained of, and whom they called."""

    def __init__(self, context: BrowserContext, hub: Hub) -> None:
        self.complaints: list[str] = []
        context.on("console", lambda message: self._note("console", message.text, message.type == "error"))
        context.on("weberror", lambda error: self._note("script", str(error.error), True))
        context.on(
            "request",
            lambda request: self._note(
                "another host", request.url, not request.url.startswith((hub.address, "data:", "blob:", "about:"))
            ),
        )

    def _note(self, sort: str, text: str, bad: bool) -> None:
        # The browser itself reports an answer of 4xx; tests that ask for one look at the page.
        if bad and "the server responded with a status of 4" not in text:
            self.complaints.append(f"{sort}: {text}")


@pytest.fixture
def open_as(browser: Browser, hub: Hub) -> Iterator[Callable[..., Page]]:
    """``open_as("representative", viewport=…)``: a page of that person, signed in; "visitor" isn't."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def page_of(role: str, **options: Any) -> Page:
        context = browser.new_context(base_url=hub.address, **options)
        opened.append((context, Watched(context, hub)))
        page = context.new_page()
        if role != "visitor":
            sign_in(page, f"{role}@demo.example")
        return page

    yield page_of
    for context, watched in opened:
        context.close()
        assert watched.complaints == []


@pytest.fixture
def a_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """``a_file("plan.txt", "text")``: a file to upload."""

    def made(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return made

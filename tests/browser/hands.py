"""Simulated users of a page: one with a mouse (or a finger), one with only the keyboard.

Both have the same methods, so that each job is written once. They find links, buttons and fields by their visible
names in the main content of the page; only `go_to` uses the header.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.serving import eventually

PATIENCE = 60_000  # milliseconds; the machine may be busy with other tests
Text = str | re.Pattern[str]
MOST_CLICKS = 3  # on one checkbox, until it is checked
MOST_TABS = 300  # presses of one key to reach one element; a person gives up long before


def refresh_until(page: Page, sentence: str) -> None:
    """Follow the page's "Refresh" link until a status has this sentence, as people do without JavaScript."""
    status = page.get_by_role("status").filter(has_text=sentence)
    refresh = page.get_by_role("link", name="Refresh")
    expect(status.or_(refresh)).to_be_visible(timeout=PATIENCE)

    def has_status() -> bool:
        if refresh.count():
            with page.expect_navigation(timeout=PATIENCE):  # until it has loaded: half a page has neither
                refresh.click(timeout=PATIENCE)
        return status.count() == 1

    eventually(has_status)


class User:
    """What both users share: they find elements by their names, and check what the page shows."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        """Press a link, a button or a summary."""
        raise NotImplementedError

    def fill(self, field: Locator, text: str) -> None:
        """Replace a field's content with a text; a date is written as 2026-11-24."""
        raise NotImplementedError

    def select(self, label: Text, option: str) -> None:
        """Select an option of a list."""
        raise NotImplementedError

    def check(self, target: Locator) -> None:
        """Check a checkbox, or select a radio button."""
        raise NotImplementedError

    def choose_files(self, label: Text, *paths: Path) -> None:
        """Choose files for a file field."""
        raise NotImplementedError

    def follow_link(self, name: Text) -> None:
        """Follow the link with this name in the main content."""
        self.press(self._named("link", name))

    def press_button(self, name: Text) -> None:
        """Press the button with this name in the main content."""
        self.press(self._named("button", name))

    def go_to(self, name: str) -> None:
        """Follow a link of the header's navigation; opens the menu that it is in."""
        header = self.page.get_by_role("navigation", name="Main")
        link = header.get_by_role("link", name=name, exact=True)
        for menu in header.locator("summary:visible").all():
            if link.count():
                break
            self.press(menu)
        self.press(link)

    def follow_breadcrumb(self, name: str) -> None:
        """Follow a link of the breadcrumb above the main content."""
        self.press(self.page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name=name, exact=True))

    def download(self, name: Text, role: Literal["link", "button"] = "link") -> Download:
        """Press a link or button that downloads a file, and return the download."""
        with self.page.expect_download(timeout=PATIENCE) as download:
            self.press(self._named(role, name))
        return download.value

    def sees_page(self, heading: Text) -> None:
        """Wait for the page with this heading, until it has loaded with its scripts."""
        expect(self.page.locator("h1")).to_have_text(heading, timeout=PATIENCE)
        self.page.wait_for_load_state("domcontentloaded")

    def sees_status(self, sentence: str) -> None:
        """Wait for a status message with this sentence."""
        expect(self.page.get_by_role("status").filter(has_text=sentence).first).to_be_visible(timeout=PATIENCE)

    def search_for(self, query: str) -> None:
        """Search with the page's own search field, or with the header's if it has none."""
        self.fill(self.page.locator("input[type=search]:visible").last, query)
        with self.page.expect_event("domcontentloaded", timeout=PATIENCE):  # the page before may have the same links
            self.page.keyboard.press("Enter")

    def fill_in(self, label: Text, text: str) -> None:
        """Replace the content of the field with this label; a date is written as 2026-11-24."""
        self.fill(self.field(label), text)

    def field(self, label: Text) -> Locator:
        """Return the field with this label, whether it is required or optional."""
        if isinstance(label, str):
            label = re.compile(rf"^\s*{re.escape(label)}(\s*\(optional\))?\s*$")
        return self.page.locator("main").get_by_label(label)

    def _named(self, role: Literal["link", "button"], name: Text) -> Locator:
        """Return the element with this name, with or without parentheses at the end: "Download (84 KB)"."""
        if isinstance(name, str):
            name = re.compile(rf"^\s*{re.escape(name)}(\s*\(.*\))?\s*$")
        return self.page.locator("main").get_by_role(role, name=name)


class MouseUser(User):
    """A user who points and clicks, or taps."""

    def press(self, target: Locator) -> None:
        """Click it."""
        target.click(timeout=PATIENCE)

    def fill(self, field: Locator, text: str) -> None:
        """Click into the field and type."""
        field.click(timeout=PATIENCE)
        field.fill(text)

    def select(self, label: Text, option: str) -> None:
        """Select from the list."""
        self.field(label).select_option(label=option, timeout=PATIENCE)

    def check(self, target: Locator) -> None:
        """Click the checkbox; retry if the layout shifted under the pointer, as it does while files are being read."""
        for _ in range(MOST_CLICKS):
            if target.is_checked(timeout=PATIENCE):
                return
            target.click(timeout=PATIENCE)
        expect(target).to_be_checked()

    def choose_files(self, label: Text, *paths: Path) -> None:
        """Choose files in the file dialog."""
        self.field(label).set_input_files(list(paths), timeout=PATIENCE)


class KeyboardUser(User):
    """A user with Tab, Enter, Space, arrow keys and letters: nothing is clicked, and no script moves the focus.

    ``moves`` counts the presses that move the focus or press something, ``letters`` those that type text.
    """

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        # Listen from the start: the browser learns of the listener asynchronously, and a key press may be faster.
        page.on("filechooser", lambda _chooser: None)
        self.moves = self.letters = 0

    def press(self, target: Locator) -> None:
        """Tab to it, and press Enter."""
        self._reach(target)
        self._key("Enter")

    def fill(self, field: Locator, text: str) -> None:
        """Tab to the field and type."""
        self._reach(field)
        if field.get_attribute("type") == "date":
            text = re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\2\3\1", text)  # as it is typed in English
        elif field.input_value():
            self._key("Control+A")
        self.page.keyboard.type(text)
        self.letters += len(text)

    def select(self, label: Text, option: str) -> None:
        """Tab to the list, and go through it with the arrow keys."""
        field = self.field(label)
        self._reach(field)
        self._key("Home")
        self._press_until(lambda: self._selected(field) == option, "ArrowDown", f"{label}: {option}")

    def check(self, target: Locator) -> None:
        """Tab to the checkbox and press Space; go through radio buttons with the arrow keys."""
        if target.get_attribute("type") == "radio":
            self._reach(target, "e.name === document.activeElement.name")
            self._press_until(target.is_checked, "ArrowDown", str(target))
            return
        self._reach(target)
        if not target.is_checked():
            self._key("Space")

    def choose_files(self, label: Text, *paths: Path) -> None:
        """Tab to the button that opens the file dialog, and press Space."""
        self._reach(self.field(label))
        with self.page.expect_file_chooser(timeout=PATIENCE) as chooser:
            self._key("Space")
        chooser.value.set_files(list(paths))

    def _key(self, name: str) -> None:
        self.page.keyboard.press(name)
        self.moves += 1

    def _reach(self, target: Locator, or_else: str = "false") -> None:
        """Move the focus to it: from the top of a page with the skip link, then forward or back with Tab."""
        expect(target).to_be_visible(timeout=PATIENCE)
        has_focus = f"e => e === document.activeElement || {or_else}"
        if target.evaluate("e => document.activeElement === document.body && e.closest('main') !== null"):
            self._key("Tab")
            if self.page.locator(".skip-link").evaluate("e => e === document.activeElement"):
                self._key("Enter")
        is_before = "e => Boolean(document.activeElement.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING)"
        key = "Shift+Tab" if target.evaluate(is_before) else "Tab"
        self._press_until(lambda: bool(target.evaluate(has_focus)), key, str(target))

    def _press_until(self, is_reached: Callable[[], bool], key: str, what: str) -> None:
        for _ in range(MOST_TABS):
            if is_reached():
                return
            self._key(key)
        pytest.fail(f"{what} can't be reached with {key} on {self.page.url}")

    @staticmethod
    def _selected(field: Locator) -> str:
        return str(field.evaluate("e => e.options[e.selectedIndex].textContent.trim()"))

"""Helpers that use a page like a person: with a mouse (or a finger), or with the keyboard only.

Both have the same methods, so that each job is written once. They find things by their text, in the main content of
the page; `place` finds them in the header.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.serving import eventually

PATIENCE = 60_000  # milliseconds, on a machine that is busy with other tests
Words = str | re.Pattern[str]
MOST_CLICKS = 3  # on one box, until it is checked
MOST_TABS = 300  # presses of one key in search of one thing; a person gives up long before


def look_until(page: Page, sentence: str) -> None:
    """Follow the page's link "Refresh" until it says so, as one does where no script moves the page on."""
    said = page.get_by_role("status").filter(has_text=sentence)
    again = page.get_by_role("link", name="Refresh")
    expect(said.or_(again)).to_be_visible(timeout=PATIENCE)

    def is_said() -> bool:
        if again.count():
            with page.expect_navigation(timeout=PATIENCE):  # to its end: half a page says neither
                again.click(timeout=PATIENCE)
        return said.count() == 1

    eventually(is_said)


class Hands:
    """What the mouse and the keys have in common: finding things by their words, and seeing what comes."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, thing: Locator) -> None:
        """Press a link, a button, a summary."""
        raise NotImplementedError

    def fill(self, field: Locator, text: str) -> None:
        """Fill a field with a text, instead of what stands there; a day as 2026-11-24."""
        raise NotImplementedError

    def choose(self, label: Words, option: str) -> None:
        """Choose one of a list."""
        raise NotImplementedError

    def tick(self, thing: Locator) -> None:
        """Tick a box, or choose one of several round ones."""
        raise NotImplementedError

    def give(self, label: Words, *paths: Path) -> None:
        """Choose files."""
        raise NotImplementedError

    def link(self, name: Words) -> None:
        """Follow the link with that name in the content."""
        self.press(self._named("link", name))

    def button(self, name: Words) -> None:
        """Press the button with that name in the content."""
        self.press(self._named("button", name))

    def place(self, name: str) -> None:
        """Go to a place by the header, through its menu where the place stands in one."""
        header = self.page.get_by_role("navigation", name="Main")
        link = header.get_by_role("link", name=name, exact=True)
        for menu in header.locator("summary:visible").all():
            if link.count():
                break
            self.press(menu)
        self.press(link)

    def back_to(self, name: str) -> None:
        """Go back by the trail above the content."""
        self.press(self.page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name=name, exact=True))

    def taking(self, name: Words, role: Literal["link", "button"] = "link") -> Download:
        """Press what gives a file; answers it."""
        with self.page.expect_download(timeout=PATIENCE) as taken:
            self.press(self._named(role, name))
        return taken.value

    def at(self, heading: Words) -> None:
        """The page with that heading has come, whole and with its scripts."""
        expect(self.page.locator("h1")).to_have_text(heading, timeout=PATIENCE)
        self.page.wait_for_load_state("domcontentloaded")

    def told(self, sentence: str) -> None:
        """The page says so."""
        expect(self.page.get_by_role("status").filter(has_text=sentence).first).to_be_visible(timeout=PATIENCE)

    def ask(self, words: str) -> None:
        """Type into the page's own search field, or the header's where it has none, and press Enter."""
        self.fill(self.page.locator("input[type=search]:visible").last, words)
        self.page.keyboard.press("Enter")

    def write(self, label: Words, text: str) -> None:
        """Fill a field with a text, instead of what stands there; a day as 2026-11-24."""
        self.fill(self.field(label), text)

    def field(self, label: Words) -> Locator:
        """Return the field with that label, whether it must be filled or may be."""
        if isinstance(label, str):
            label = re.compile(rf"^\s*{re.escape(label)}(\s*\(optional\))?\s*$")
        return self.page.locator("main").get_by_label(label)

    def _named(self, role: Literal["link", "button"], name: Words) -> Locator:
        """By its name, less what stands in brackets behind it: "Download (84 KB)"."""
        if isinstance(name, str):
            name = re.compile(rf"^\s*{re.escape(name)}(\s*\(.*\))?\s*$")
        return self.page.locator("main").get_by_role(role, name=name)


class Mouse(Hands):
    """Points and clicks; a finger does the same."""

    def press(self, thing: Locator) -> None:
        """Click it."""
        thing.click(timeout=PATIENCE)

    def fill(self, field: Locator, text: str) -> None:
        """Click into the field and type."""
        field.click(timeout=PATIENCE)
        field.fill(text)

    def choose(self, label: Words, option: str) -> None:
        """Choose from the list."""
        self.field(label).select_option(label=option, timeout=PATIENCE)

    def tick(self, thing: Locator) -> None:
        """Click the box; again where the page moved under the pointer, as it does while files are being read."""
        for _ in range(MOST_CLICKS):
            if thing.is_checked(timeout=PATIENCE):
                return
            thing.click(timeout=PATIENCE)
        expect(thing).to_be_checked()

    def give(self, label: Words, *paths: Path) -> None:
        """Choose files in the window that comes up."""
        self.field(label).set_input_files(list(paths), timeout=PATIENCE)


class Keys(Hands):
    """Tab, Enter, Space, arrows and letters: nothing is clicked, and no script moves the focus.

    ``moves`` counts the presses that lead somewhere or press something, ``letters`` those that write.
    """

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        # Listened to from the start: the browser learns of it on a way of its own, and a key may be quicker.
        page.on("filechooser", lambda _window: None)
        self.moves = self.letters = 0

    def press(self, thing: Locator) -> None:
        """Tab to it, and press Enter."""
        self._reach(thing)
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

    def choose(self, label: Words, option: str) -> None:
        """Tab to the list, and go through it with the arrows."""
        field = self.field(label)
        self._reach(field)
        self._key("Home")
        self._until(lambda: self._chosen(field) == option, "ArrowDown", f"{label}: {option}")

    def tick(self, thing: Locator) -> None:
        """Tab to the box and press Space; among round ones go with the arrows."""
        if thing.get_attribute("type") == "radio":
            self._reach(thing, "e.name === document.activeElement.name")
            self._until(thing.is_checked, "ArrowDown", str(thing))
            return
        self._reach(thing)
        if not thing.is_checked():
            self._key("Space")

    def give(self, label: Words, *paths: Path) -> None:
        """Tab to the button that opens the window of files, and press Space."""
        self._reach(self.field(label))
        with self.page.expect_file_chooser(timeout=PATIENCE) as window:
            self._key("Space")
        window.value.set_files(list(paths))

    def _key(self, name: str) -> None:
        self.page.keyboard.press(name)
        self.moves += 1

    def _reach(self, thing: Locator, or_else: str = "false") -> None:
        """Go there: over the skip link from the top of a page, then forward or back with Tab."""
        expect(thing).to_be_visible(timeout=PATIENCE)
        there = f"e => e === document.activeElement || {or_else}"
        if thing.evaluate("e => document.activeElement === document.body && e.closest('main') !== null"):
            self._key("Tab")
            if self.page.locator(".skip-link").evaluate("e => e === document.activeElement"):
                self._key("Enter")
        is_before = "e => Boolean(document.activeElement.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING)"
        key = "Shift+Tab" if thing.evaluate(is_before) else "Tab"
        self._until(lambda: bool(thing.evaluate(there)), key, str(thing))

    def _until(self, is_there: Callable[[], bool], key: str, what: str) -> None:
        for _ in range(MOST_TABS):
            if is_there():
                return
            self._key(key)
        pytest.fail(f"{what} can't be reached with {key} on {self.page.url}")

    @staticmethod
    def _chosen(field: Locator) -> str:
        return str(field.evaluate("e => e.options[e.selectedIndex].textContent.trim()"))

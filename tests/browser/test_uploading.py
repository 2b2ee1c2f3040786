"""Uploads in a real browser: dropped, interrupted, resumed, submitted before they finish, and without scripts."""

import hashlib
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from tests.browser.conftest import sign_in
from tests.browser.hands import refresh_until
from tests.serving import Hub, a_hub

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
AFile = Callable[[str, str], Path]
PATIENCE = 60_000  # milliseconds; the machine may be busy with other tests
PIECE = 8 * 1024 * 1024  # bytes that the page sends in one request


class Network:
    """A proxy between browser and hub, whose connections a test can break in the middle of a request."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.left: int | None = None  # bytes until the connections break; None for no limit
        self.is_down, self.broke = False, threading.Event()
        self.sockets: set[socket.socket] = set()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def break_after(self, count: int) -> None:
        """Break after ``count`` more bytes to the hub, until `restore` is called."""
        self.broke.clear()
        self.left = count

    def restore(self) -> None:
        """Accept connections again."""
        self.left, self.is_down = None, False

    def close(self) -> None:
        """Close all connections, and accept no more."""
        self._break()
        self.server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self.server.accept()
                try:
                    hub = socket.create_connection(("127.0.0.1", self.hub.port))
                except OSError:
                    browser.close()
                    continue
                if self.is_down:
                    browser.close()
                    hub.close()
                    continue
                self.sockets |= {browser, hub}
                threading.Thread(target=self._forward, args=(browser, hub, True), daemon=True).start()
                threading.Thread(target=self._forward, args=(hub, browser, False), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, to_hub: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(65_536):
                if to_hub and self.left is not None:
                    piece, self.left = piece[: self.left], self.left - len(piece)
                target.sendall(piece)
                if to_hub and self.left is not None and self.left <= 0:
                    self._break()
        for connection in (source, target):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
            self.sockets.discard(connection)

    def _break(self) -> None:
        self.is_down, self.left = True, None
        for connection in list(self.sockets):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.broke.set()


@pytest.fixture(scope="module")
def own_hub(tmp_path_factory: pytest.TempPathFactory, browser_type_launch_args: dict[str, Any]) -> Iterator[Hub]:
    """A hub that tests may kill."""
    with a_hub(tmp_path_factory.mktemp("uploading") / "hub") as hub:
        yield hub


@pytest.fixture
def network(own_hub: Hub) -> Iterator[Network]:
    network = Network(own_hub)
    yield network
    network.close()


@pytest.fixture
def page(browser: Browser, network: Network) -> Iterator[Page]:
    """The upload page, on which Ana is signed in, through the breakable network."""
    context = browser.new_context(base_url=network.address)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in(page, "ana@lakeshore.example").goto("/resources/new")
    yield page
    context.close()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A unique file of three pieces."""
    path = tmp_path / "Site survey.csv"
    path.write_bytes(os.urandom(10_000_000).hex().encode())
    return path


def _offsets(page: Page) -> list[int]:
    """Return a list that gets the offset of each PATCH request of the page."""
    offsets: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return offsets


def _progress(page: Page) -> Locator:
    return page.locator("[data-part=words]")


def _choose(page: Page, *paths: Path) -> None:
    page.set_input_files("#files", list(paths))


def _is_stored(hub: Hub, path: Path) -> bool:
    """Return True if the hub has the complete file."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    stored = hub.folder / "uploads" / "files" / sha256[:2] / sha256[2:4] / sha256
    return stored.exists() and stored.read_bytes() == path.read_bytes()


def _add_to_the_hub(page: Page) -> None:
    page.get_by_role("button", name="Add to the hub").click()
    page.wait_for_url(re.compile(r"/resources/\d+$"), timeout=PATIENCE)


def test_an_upload_interrupted_and_resumed_arrives_whole(
    page: Page, network: Network, own_hub: Hub, large: Path
) -> None:
    offsets = _offsets(page)
    network.break_after(PIECE + 3_000_000)
    _choose(page, large)
    expect(_progress(page)).to_contain_text("The connection was lost at", timeout=PATIENCE)
    network.restore()
    page.get_by_role("button", name="Retry now").click()
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    assert offsets[0] == 0
    assert any(offset % PIECE for offset in offsets), "bytes that had arrived were sent again"
    _add_to_the_hub(page)
    expect(page.locator("h1")).to_have_text("Site survey", timeout=PATIENCE)
    assert _is_stored(own_hub, large)


def test_an_upload_continues_without_a_click_when_the_connection_is_back(
    page: Page, network: Network, own_hub: Hub, large: Path
) -> None:
    network.break_after(2_000_000)
    _choose(page, large)
    assert network.broke.wait(60)
    network.restore()
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    assert _is_stored(own_hub, large)


def test_an_upload_continues_after_the_server_was_killed_and_restarted(
    page: Page, network: Network, own_hub: Hub, large: Path
) -> None:
    offsets = _offsets(page)
    network.break_after(PIECE + 3_000_000)
    _choose(page, large)
    assert network.broke.wait(60)
    own_hub.kill()
    own_hub.start()
    network.restore()
    page.get_by_role("button", name="Retry now").click()
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    assert offsets.count(0) == 1, "the upload started over"
    _add_to_the_hub(page)
    assert _is_stored(own_hub, large)


def test_after_a_reload_the_upload_of_the_same_file_continues(
    page: Page, network: Network, own_hub: Hub, large: Path
) -> None:
    network.break_after(PIECE + 3_000_000)
    _choose(page, large)
    expect(_progress(page)).to_contain_text("The connection was lost at", timeout=PATIENCE)
    network.restore()
    page.goto("/resources/new")
    expect(page.locator("#upload-remembered")).to_contain_text("Unfinished uploads: Site survey.csv")
    offsets = _offsets(page)
    _choose(page, large)
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    assert min(offsets) >= PIECE
    _add_to_the_hub(page)
    assert _is_stored(own_hub, large)
    page.goto("/resources/new")
    expect(page.locator("#upload-remembered")).to_be_hidden()


def test_the_form_waits_for_its_files_and_then_submits_automatically(
    page: Page, network: Network, own_hub: Hub, large: Path
) -> None:
    network.break_after(2_000_000)
    _choose(page, large)
    assert network.broke.wait(60)
    page.get_by_label("Summary").fill("Typed during the upload")
    page.get_by_role("button", name="Add to the hub").click()
    expect(page.locator("#upload-held")).to_contain_text("Waiting for 1 file")
    network.restore()
    page.wait_for_url(re.compile(r"/resources/\d+$"), timeout=PATIENCE)
    expect(page.get_by_text("Typed during the upload")).to_be_visible()
    assert _is_stored(own_hub, large)


def test_a_file_is_replaced_with_progress_over_an_interrupted_connection(
    page: Page, network: Network, own_hub: Hub, large: Path, a_file: AFile
) -> None:
    _choose(page, a_file("Survey of sites.csv", "Site,Jobs\nNorth,12\n"))
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    _add_to_the_hub(page)
    address = page.url
    page.goto(f"{address}/replace")
    offsets = _offsets(page)
    network.break_after(PIECE + 3_000_000)
    _choose(page, large)
    page.get_by_label("Revision note").fill("All sites")
    page.get_by_role("button", name="Replace content").click()
    assert network.broke.wait(60)
    expect(page.locator("#replacing").get_by_role("status")).to_contain_text("The connection was lost at")
    network.restore()
    page.wait_for_url(address, timeout=PATIENCE)
    assert offsets.count(0) == 1, "the upload started over"
    expect(page.get_by_text("Content replaced. The earlier revision is still available.")).to_be_visible()
    expect(page.get_by_text("All sites")).to_be_visible()
    assert _is_stored(own_hub, large)


def test_a_removed_file_leaves_nothing_on_the_hub(page: Page, network: Network, own_hub: Hub, large: Path) -> None:
    parts = own_hub.folder / "uploads" / "files" / "parts"
    before = set(parts.rglob("*"))
    network.break_after(2_000_000)
    _choose(page, large)
    expect(_progress(page)).to_contain_text("The connection was lost at", timeout=PATIENCE)
    network.restore()
    with page.expect_response(lambda response: response.request.method == "DELETE") as deletion:
        page.get_by_role("button", name="Remove Site survey.csv").click()
    assert deletion.value.status == 204
    expect(page.locator("#uploads")).to_be_hidden()
    assert set(parts.rglob("*")) <= before | {parts, *parts.iterdir()}


def test_files_dropped_on_the_page_get_titles_and_are_added_together(open_as: OpenAs) -> None:
    page = open_as("contributor")
    page.goto("/resources/new")
    transfer = page.evaluate_handle(
        """() => {
            const transfer = new DataTransfer();
            const texts = { "Minutes 2026-02-02.txt": "Who came, who spoke of tooling.",
                            "export briefing.md": "# Export finance opens\\n\\nApply by May." };
            for (const [name, text] of Object.entries(texts)) transfer.items.add(new File([text], name));
            return transfer;
        }"""
    )
    page.dispatch_event("footer", "dragenter", {"dataTransfer": transfer})
    assert "dropping" in (page.get_attribute("body", "class") or "")
    page.dispatch_event("footer", "drop", {"dataTransfer": transfer})
    assert "dropping" not in (page.get_attribute("body", "class") or "")
    expect(page.locator("#upload-all-words")).to_contain_text("2 files uploaded", timeout=PATIENCE)
    minutes, briefing = page.locator(".upload").all()
    expect(minutes.get_by_label("Title")).to_have_value("Minutes 2026-02-02")
    expect(minutes.get_by_label("Kind")).to_have_value("call-notes")
    expect(minutes.get_by_label("Published on")).to_have_value("2026-02-02")
    expect(briefing.get_by_label("Kind")).to_have_value("briefing")
    expect(briefing.get_by_label("Title")).to_have_value("Export finance opens", timeout=PATIENCE)
    minutes.get_by_label("Title").fill("Who spoke of tooling")
    page.get_by_label("Summary").fill("Both in one go")
    page.get_by_role("button", name="Add to the hub").click()
    page.wait_for_url("**/resources/added?*", timeout=PATIENCE)
    expect(page.get_by_role("link", name="Who spoke of tooling")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="All resources have been processed.")).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_text("1 section, searchable")).to_have_count(2)


def test_files_chosen_before_the_script_loads_are_uploaded_too(open_as: OpenAs, a_file: AFile) -> None:
    page = open_as("contributor")
    late: list[Route] = []
    page.route("**/library/upload.js*", lambda route: late.append(route))  # noqa: PLW0108 - playwright sets an attribute of its handler
    with page.expect_request("**/library/upload.js*"):
        page.goto("/resources/new", wait_until="commit")
    _choose(page, a_file("Quick hands.txt", "Chosen before the page was complete."))
    assert not page.locator(".upload").count()
    late[0].continue_()
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    _add_to_the_hub(page)


def test_a_duplicate_is_noticed_before_a_byte_is_sent(open_as: OpenAs, a_file: AFile) -> None:
    page = open_as("contributor")
    page.goto("/resources/new")
    path = a_file("Die casting.txt", "How a foundry cut its scrap by half.")
    _choose(page, path)
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    _add_to_the_hub(page)
    page.goto("/resources/new")
    offsets = _offsets(page)
    _choose(page, path)
    row = page.locator(".upload")
    expect(row).to_contain_text("This file is already in the hub: Die casting", timeout=PATIENCE)
    assert offsets == []
    page.get_by_role("button", name="Add to the hub").click()
    expect(row.get_by_role("button", name="Upload it anyway")).to_be_focused()
    row.get_by_role("button", name="Upload it anyway").click()
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    _add_to_the_hub(page)
    page.goto("/resources/new")
    _choose(page, path)
    row.get_by_role("button", name="Skip it").click()
    expect(row).to_have_count(0)


def test_a_file_that_the_hub_does_not_accept_shows_the_reason(open_as: OpenAs, a_file: AFile) -> None:
    page = open_as("contributor")
    page.goto("/resources/new")
    _choose(page, a_file("setup.exe", "MZ"), a_file("<img src=x onerror=alert(1)>.txt", "Words."), a_file("e.txt", ""))
    expect(page.locator(".upload").nth(0)).to_contain_text(
        "The hub doesn’t accept the file type of “setup.exe”", timeout=PATIENCE
    )
    expect(page.locator(".upload").nth(1)).to_contain_text("Uploaded.", timeout=PATIENCE)
    expect(page.locator(".upload").nth(2)).to_contain_text("That file is empty", timeout=PATIENCE)
    page.get_by_role("button", name="Add to the hub").click()
    expect(page.get_by_role("button", name="Remove setup.exe")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove e.txt").click()
    _add_to_the_hub(page)
    assert page.locator("main img[onerror]").count() == 0


def test_details_entered_for_a_file_are_kept_after_an_error(open_as: OpenAs, a_file: AFile) -> None:
    page = open_as("contributor")
    page.goto("/resources/new")
    _choose(page, a_file("Tooling plan.txt", "Words about tooling."))
    expect(_progress(page)).to_have_text("Uploaded.", timeout=PATIENCE)
    page.locator(".upload").get_by_label("Title").fill("A tooling plan")
    page.get_by_label("Tags").fill("x" * 61)
    page.get_by_role("button", name="Add to the hub").click()
    expect(page.get_by_role("alert").first).to_contain_text("A tag is too long. The limit is 60 characters")
    expect(page.locator(".upload").get_by_label("Title")).to_have_value("A tooling plan")
    page.get_by_label("Tags").fill("tooling")
    _add_to_the_hub(page)
    expect(page.locator("h1")).to_have_text("A tooling plan")


def test_the_form_uploads_without_scripts(open_as: OpenAs, a_file: AFile) -> None:
    page = open_as("contributor", java_script_enabled=False)
    page.goto("/resources/new")
    assert page.locator("[data-with-scripts]:visible").count() == 0
    _choose(page, a_file("Call notes one.txt", "Of one call."), a_file("Call notes two.txt", "Of another call."))
    page.get_by_label("Summary").fill("Two calls")
    page.get_by_role("button", name="Add to the hub").click()
    page.wait_for_url("**/resources/added?*", timeout=PATIENCE)
    expect(page.get_by_role("cell", name="Call notes", exact=True)).to_have_count(2)
    refresh_until(page, "All resources have been processed.")
    expect(page.get_by_text("1 section, searchable")).to_have_count(2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_file_list_is_accessible_and_fits_a_phone(open_as: OpenAs, a_file: AFile, theme: str) -> None:
    page = open_as("contributor", viewport={"width": 360, "height": 740}, color_scheme=theme)
    page.goto("/resources/new")
    names = ["A " + "very-" * 20 + "long name.txt", "setup.exe", f"{theme}.txt"]
    _choose(page, *(a_file(name, f"{name} {theme}") for name in names))
    expect(page.locator("#upload-all-words")).to_contain_text("2 files uploaded", timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    assert [violation["id"] for violation in Axe().run(page, options=rules).response["violations"]] == []

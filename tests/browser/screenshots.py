"""`make screenshots`: takes the README's screenshots of the demo world in a real browser."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config import ROOT
from tests.browser.chromium import FLAGS, HOW_TO_GET_IT, find_chromium
from tests.browser.conftest import sign_in
from tests.serving import Hub

PICTURES = ROOT / "docs" / "pictures"
WIDE = {"width": 1200, "height": 800}

# name, role, address, viewport, color scheme
PHONE = {"width": 390, "height": 780}
SHOTS = (
    ("search", "contributor", "/search?q=CMMC+grant+from+the+spring+call", WIDE, "light"),
    ("home", "representative", "/", WIDE, "light"),
    ("viewer", "contributor", "/resources/1/pages/3", WIDE, "light"),
    ("board", "coordinator", "/board", WIDE, "light"),
    ("phone", "representative", "/", PHONE, "light"),
    ("dark", "bff", "/resources/2", WIDE, "dark"),
)


def main() -> None:
    """Take the screenshots, and write them to docs/pictures."""
    chromium = find_chromium() or sys.exit(HOW_TO_GET_IT)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hub = Hub(Path(folder))
        assert hub.command("demo").returncode == 0
        assert hub.command("catch-up").returncode == 0  # draws the page pictures that the screenshots show
        hub.start()
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            take_all(browser, hub.address)
        finally:
            browser.close()
            hub.kill()


def take_all(browser: Browser, base_url: str) -> None:
    """Take every screenshot of the hub at this address."""
    for name, role, address, viewport, scheme in SHOTS:
        context = browser.new_context(base_url=base_url, viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
        page = sign_in(context.new_page(), f"{role}@demo.example")
        page.goto(address)
        while (hint := page.get_by_role("button", name="Got it")).count():
            hint.first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / f"{name}.png")
        context.close()
        print(PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()

"""`make screenshots`: the README's pictures, from the demo world in a real browser."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from config import ROOT
from tests.browser.chromium import FLAGS, find_chromium
from tests.serving import Hub

PICTURES = ROOT / "docs" / "pictures"
WIDE = {"width": 1200, "height": 800}

# name, role, address, viewport, colour scheme
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
    """Write the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hub = Hub(Path(folder))
        assert hub.command("demo").returncode == 0
        assert hub.command("catch-up").returncode == 0  # draws the pages that the pictures show
        hub.start()
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            take(browser, hub.address)
        finally:
            browser.close()
            hub.kill()


def take(browser: Browser, hub: str) -> None:
    """Take every picture of the hub at this address."""
    for name, role, address, viewport, scheme in SHOTS:
        context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        _sign_in(page, hub, role)
        page.goto(hub + address)
        while (hint := page.get_by_role("button", name="Got it")).count():
            hint.first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / f"{name}.png")
        context.close()
        print(PICTURES / f"{name}.png")


def _sign_in(page: Page, hub: str, role: str) -> None:
    page.goto(f"{hub}/sign-in")
    page.fill("[name=email]", f"{role}@demo.example")
    page.fill("[name=password]", "welcome-to-the-hub")
    page.click("main button[type=submit]")
    page.wait_for_load_state()


if __name__ == "__main__":
    main()

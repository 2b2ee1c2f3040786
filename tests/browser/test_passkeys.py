"""Passkeys in Chromium, with the virtual authenticator of its developer tools."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import a_demo_hub, sign_in
from tests.serving import Hub, free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hub_on_localhost(demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """`hub serve` at a domain, because passkeys don't work for an IP address."""
    folder = tmp_path_factory.mktemp("passkeys")
    port = free_port()
    with a_demo_hub(demo_pattern, folder, port=port, BASE_URL=f"http://localhost:{port}") as hub:
        yield hub


@pytest.fixture
def page(browser: Browser, hub_on_localhost: Hub) -> Iterator[Page]:
    """A page with an authenticator that has a PIN and approves everything."""
    context = browser.new_context(base_url=f"http://localhost:{hub_on_localhost.port}")
    page = context.new_page()
    developer_tools = context.new_cdp_session(page)
    developer_tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    developer_tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def forget_cookies(page: Page) -> None:
    """Forget all cookies, after the pictures of the page have loaded: an answer that comes later sets one again."""
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()


def test_a_passkey_signs_in_after_the_password_and_alone(page: Page) -> None:
    main = page.locator("main")
    sign_in(page, "contributor@demo.example")
    page.goto("/account/second-factor")
    main.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    main.get_by_role("link", name="I saved them").click()
    expect(main).to_contain_text("10 recovery codes left")
    main.get_by_role("button", name="Add passkey").click()
    expect(main).to_contain_text("This device already has a passkey for your account.")

    forget_cookies(page)
    page.goto("/sign-in")
    page.get_by_label("Email").fill("contributor@demo.example")
    page.get_by_label("Password").fill("welcome-to-the-hub")
    main.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    main.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")

    forget_cookies(page)
    page.goto("/sign-in?next=/account")
    main.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    expect(main).to_contain_text("contributor@demo.example")


def test_without_scripts_the_pages_say_what_to_use_instead(browser: Browser, hub_on_localhost: Hub) -> None:
    context = browser.new_context(base_url=f"http://localhost:{hub_on_localhost.port}", java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("Passkeys need JavaScript. Without it, sign in with your password.")
    context.close()

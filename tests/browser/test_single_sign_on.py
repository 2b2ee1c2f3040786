"""Single sign-on with a certified provider: `oidc-provider` for Node, on its own port."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser, expect

from config import Config
from hub.app import create_app
from hub.core.db import Database
from tests.browser.certified_provider import a_certified_provider, install, sign_in_at
from tests.browser.conftest import a_demo_hub, sign_in
from tests.client import Browser as Client
from tests.serving import Hub, free_port

pytestmark = pytest.mark.browser

KEY = RSAKey.generate_key(2048, {"kid": "hub", "use": "sig", "alg": "RS256"})
SECRET = "a secret of the tests, with + and / and %"
BACK = "http://127.0.0.1:8000/sign-on/main/return"  # never opened: the test's client takes it
WAYS: dict[str, dict[str, Any]] = {
    "client_secret_post": {"client_secret": SECRET},
    "client_secret_basic": {"client_secret": "letters-and-digits-0123456789"},
    "private_key_jwt": {"jwks": {"keys": [KEY.as_dict(private=False)]}},
    "none": {},
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A certified provider with a client for each way of authenticating."""
    clients = [
        {"client_id": way, "token_endpoint_auth_method": way, "redirect_uris": [BACK]} | settings
        for way, settings in WAYS.items()
    ]
    with a_certified_provider(install(), clients) as issuer:
        yield issuer


@pytest.fixture
def client_of(own_demo: Database, issuer: str, tmp_path: Path) -> Any:
    """A function that returns the browser of a visitor at a hub that authenticates itself in this way."""

    def made(way: str, **settings: Any) -> FlaskClient:
        (tmp_path / "key.pem").write_bytes(KEY.as_pem(private=True))
        config: Config = replace(
            own_demo.config,
            OIDC_ISSUER=issuer,
            OIDC_CLIENT_ID=way,
            OIDC_CLIENT_SECRET=WAYS[way].get("client_secret", ""),
            OIDC_PRIVATE_KEY=str(tmp_path / "key.pem") if way == "private_key_jwt" else "",
            **settings,
        )
        own_demo.config = config
        app = create_app(config, own_demo)
        app.test_client_class = Client
        return app.test_client()

    return made


def _sign_on(browser: FlaskClient, account: str) -> str:
    """Sign in as ``account``, and return the page that the hub shows then."""
    back = sign_in_at(browser.get("/sign-on/main").location, BACK, account)
    parts = urlsplit(back)
    answer = browser.get(f"{parts.path}?{parts.query}", follow_redirects=True)
    assert answer.status_code == 200
    return str(answer.text)


@pytest.mark.parametrize("way", WAYS)
def test_a_certified_provider_signs_a_person_in(client_of: Any, way: str) -> None:
    browser = client_of(way)
    assert "Sign out" in _sign_on(browser, "0001")
    assert "representative@demo.example" in browser.get("/account").text


@pytest.mark.parametrize(
    ("account", "sentence"),
    [("0002", "doesn’t say that board@demo.example is verified"), ("0003", "has no account for")],
)
def test_a_certified_provider_signs_in_no_one_else(client_of: Any, account: str, sentence: str) -> None:
    browser = client_of("none")
    assert sentence in _sign_on(browser, account)
    assert browser.get("/account").status_code == 302


def test_a_hub_with_the_wrong_secret_signs_no_one_in(client_of: Any) -> None:
    browser = client_of("client_secret_post")
    database = browser.application.extensions["hub-database"]
    database.config = replace(database.config, OIDC_CLIENT_SECRET="wrong")
    assert "isn’t responding correctly" in _sign_on(browser, "0001")


@pytest.fixture(scope="module")
def own_hub(drawn_demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """`hub serve` with the demo world and a certified provider."""
    folder = tmp_path_factory.mktemp("single-sign-on")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    client = {
        "client_id": "the-hub",
        "client_secret": SECRET,
        "token_endpoint_auth_method": "client_secret_post",
        "redirect_uris": [f"{address}/sign-on/main/return"],
        "post_logout_redirect_uris": [f"{address}/signed-out"],
    }
    with a_certified_provider(install(), [client]) as issuer:
        settings = {"ISSUER": issuer, "CLIENT_ID": "the-hub", "CLIENT_SECRET": SECRET, "NAME": "Contoso"}
        with a_demo_hub(
            drawn_demo_pattern, folder, port=port, **{f"OIDC_{name}": value for name, value in settings.items()}
        ) as hub:
            yield hub


def test_a_browser_signs_in_with_a_certified_provider_and_out_again(browser: Browser, own_hub: Hub) -> None:
    with browser.new_context(base_url=own_hub.address) as context:
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())  # the provider's fonts
        page = context.new_page()
        page.goto("/people")
        page.get_by_role("link", name="Sign in with Contoso").click()
        page.get_by_placeholder("Enter any login").fill("0001")
        page.get_by_placeholder("and password").fill("any")
        page.get_by_role("button", name="Sign-in").click()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{own_hub.address}/people")
        expect(page.get_by_role("heading", level=1)).to_have_text("People")
        page.goto("/account")
        page.evaluate("document.querySelector('form[action=\"/sign-out\"] button').click()")
        page.wait_for_url(f"{own_hub.address}/signed-out?from=main")
        expect(page.get_by_text("You’re still signed in with Contoso in this browser.")).to_be_visible()
        page.get_by_role("link", name="Sign out of Contoso").click()
        page.get_by_role("button", name="Yes, sign me out").click()
        page.wait_for_url(f"{own_hub.address}/signed-out")
        page.get_by_role("link", name="Sign in again").click()
        sign_in(page, "board@demo.example")

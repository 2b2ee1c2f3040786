"""A provider of single sign-on for tests, which answers honestly unless a test tells it to misbehave."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from hub.core import clock
from hub.core.db import Database

CLIENT_ID, CLIENT_SECRET = "the-hub", "a secret of the tests"
Change = Callable[[dict[str, Any]], dict[str, Any]]


def unchanged(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer as it is."""
    return answer


@dataclass
class Provider:
    """What the provider says; tests replace its parts."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))
    email: str = "rosa@lakeshore.example"
    subject: str = "0001"
    claims: dict[str, Any] = field(default_factory=lambda: {"email_verified": True})
    info: dict[str, Any] | None = None  # the answer of the userinfo endpoint
    change_claims: Change = unchanged
    change_metadata: Change = unchanged
    sign: Callable[["Provider", dict[str, Any]], str] | None = None  # the ID token, if it is to be wrong
    status: dict[str, int] = field(default_factory=dict)  # of the answers at some paths
    bodies: dict[str, bytes] = field(default_factory=dict)  # answers that replace those at some paths
    asked: list[str] = field(default_factory=list)  # the paths of all requests
    forms: list[dict[str, str]] = field(default_factory=list)  # the requests to the token endpoint
    authorizations: list[str] = field(default_factory=list)  # their Authorization headers
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, address: str) -> dict[str, str]:
        """Act as the page where the person signs in: check the request, and return what the browser brings back to the hub."""
        query = dict(parse_qsl(urlsplit(address).query))
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert min(len(query[name]) for name in ("state", "nonce")) >= 32
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def metadata(self) -> dict[str, Any]:
        addresses = {
            f"{name}_endpoint": f"{self.issuer}/{name}"
            for name in ("authorization", "token", "userinfo", "end_session")
        }
        return self.change_metadata({"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **addresses})

    def tokens(self, form: dict[str, str]) -> dict[str, Any]:
        query = self.codes.pop(form["code"], None)
        if query is None or form["redirect_uri"] != query["redirect_uri"]:
            return {"error": "invalid_grant"}
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if challenge != query["code_challenge"]:
            return {"error": "invalid_grant"}
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
        }
        claims |= {"email": self.email} | self.claims if self.info is None else {}
        claims = self.change_claims(claims)
        header = {"alg": "RS256", "kid": self.key.kid}
        id_token = self.sign(self, claims) if self.sign else jwt.encode(header, claims, self.key)
        return {"access_token": "access", "token_type": "Bearer", "id_token": id_token}

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self._answer({"/.well-known/openid-configuration": self.provider.metadata, "/keys": self.provider.keys})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.provider.forms.append(form)
        self.provider.authorizations.append(self.headers.get("Authorization", ""))
        self._answer({"/token": lambda: self.provider.tokens(form)})

    def _answer(self, answers: dict[str, Callable[[], dict[str, Any]]]) -> None:
        path = urlsplit(self.path).path
        self.provider.asked.append(path)
        if path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
            answers = {path: lambda: self.provider.info or {}}
        body = self.provider.bodies.get(path) or json.dumps(answers[path]()).encode()
        self.send_response(self.provider.status.get(path, 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Log nothing."""


@contextmanager
def a_provider() -> Iterator[Provider]:
    """Run a provider on its own port."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


def use(app: Flask, **settings: Any) -> None:
    """Change settings of the running hub."""
    database: Database = app.extensions["hub-database"]
    database.config = replace(database.config, **{f"OIDC_{name}": value for name, value in settings.items()})


def go(browser: FlaskClient, wanted: str = "") -> str:
    """Choose the provider on the sign-in page, and return the address that the browser goes to."""
    answer = browser.get("/sign-on/main", query_string={"next": wanted} if wanted else {})
    assert answer.status_code == 302
    return str(answer.location)


def come_back(browser: FlaskClient, answer: dict[str, str]) -> TestResponse:
    return browser.get("/sign-on/main/return", query_string=answer)


def sign_on(browser: FlaskClient, provider: Provider, wanted: str = "") -> TestResponse:
    """Sign in with the provider, and return the hub's answer to the browser that comes back."""
    return come_back(browser, provider.authorize(go(browser, wanted)))


def is_signed_in(browser: FlaskClient) -> bool:
    return bool(browser.get("/account").status_code == 200)


def refusal(browser: FlaskClient, answer: TestResponse) -> str:
    """Return the page after a refusal, which leads to the sign-in page and signs no one in."""
    assert (answer.status_code, answer.location) == (302, "/sign-in")
    page = browser.get("/sign-in").text
    assert "Forgot your password?" in page
    assert not is_signed_in(browser)
    return page


def changed(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda answer: {name: value for name, value in (answer | changes).items() if value is not ...}

"""Who may send bodies larger than a form's: visitors and former sessions can't fill the disk."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse

from hub.core import bodies
from hub.core.errors import SignInNeeded
from tests.members.conftest import Alliance
from tests.members.records import ROSA
from tests.members.test_sessions import thief
from tests.world import FrozenClock, SignIn

UPLOAD = "/resources/new"


def sign_out(browser: FlaskClient) -> None:
    assert browser.post("/sign-out").status_code == 302


def send(browser: FlaskClient) -> TestResponse:
    """Send a body that is larger than a form's to the page for uploads, without a CSRF token."""
    browser.sends_csrf = False  # type: ignore[attr-defined]
    return browser.post(UPLOAD, data={"summary": "a" * (bodies.FORM_BYTES + 1)})


@pytest.mark.both_databases
@pytest.mark.parametrize("how", ["signed out", "idle"])
def test_the_cookie_of_a_session_that_ended_lets_no_large_body_in(
    app: Flask, sign_in: SignIn, alliance: Alliance, frozen_clock: FrozenClock, how: str
) -> None:
    rosa = sign_in(ROSA)
    copy = thief(app, rosa)
    assert send(copy).status_code == 400, "the body was read, and has no token"
    if how == "signed out":
        sign_out(rosa)
    else:
        frozen_clock.advance(days=15)
    answer = send(copy)
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/resources/new")
    assert send(rosa if how == "signed out" else app.test_client()).status_code == 413, "a visitor"


def test_the_web_server_asks_the_same_before_a_body_has_arrived(
    app: Flask, sign_in: SignIn, alliance: Alliance
) -> None:
    rosa = sign_in(ROSA)
    cookie = rosa.get_cookie("hub_session")
    assert cookie

    def objection(path: str, length: int = bodies.FORM_BYTES + 1, method: str = "POST") -> object:
        environ = EnvironBuilder(path, method=method).get_environ()
        sent = {"HTTP_COOKIE": f"hub_session={cookie.value}", "CONTENT_LENGTH": str(length)}
        return bodies.objection_of(app, environ | sent)

    paths = (UPLOAD, "/uploads/abc", "/join/abc")
    assert [objection(path, method="PATCH" if "uploads" in path else "POST") for path in paths] == [None] * 3
    sign_out(rosa)
    assert isinstance(objection(UPLOAD), SignInNeeded)
    assert isinstance(objection("/uploads/abc", method="PATCH"), SignInNeeded)
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "HTTP_COOKIE": f"hub_session={cookie.value}"}
    environ = EnvironBuilder(UPLOAD, method="POST").get_environ()
    assert isinstance(bodies.objection_of(app, environ | chunked), SignInNeeded), "it says no length"
    assert objection("/join/abc") is None, "applicants have no account"
    assert objection(UPLOAD, bodies.FORM_BYTES) is None, "the guard of the page asks"
    assert objection("/sign-in") is None, "it is too large for anyone"

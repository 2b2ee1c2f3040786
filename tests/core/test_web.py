"""Every request: headers, error pages, CSRF, one transaction, the log."""

import errno
import json
import logging
import sqlite3
import time
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask import Flask, flash, render_template, session
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from hub.app import create_app
from hub.core import web
from hub.core.db import Database
from hub.core.errors import NotFound, Refused, TooManyAttempts
from hub.core.log import JsonLines, TextLines
from hub.members.actions import tokens as tokens_actions
from hub.members.models import LinkKind, Organization
from tests.forms import form_of
from tests.world import an_organization


def test_every_response_has_the_security_headers(client: FlaskClient) -> None:
    for address in ("/", "/sign-in", "/nowhere", "/static/site.css"):
        with client.get(address) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        assert {"frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"} <= set(policy.split("; "))
        assert answer.content_type in {"text/html; charset=utf-8", "text/css; charset=utf-8"}
        assert not [name for name, _ in headers if name.startswith("Access-Control-")], "no other site reads anything"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/nowhere", "/static/nowhere.css", "/resources/1/pages/1/image"])
def test_error_pages_are_never_stored(address: str, client: FlaskClient) -> None:
    answer = client.get(address, follow_redirects=False)
    if answer.status_code >= 400:
        assert answer.headers["Cache-Control"] == "private, no-store"
    else:
        assert answer.location.startswith("/sign-in")
        assert "public" not in answer.headers["Cache-Control"]


def test_an_error_page_after_a_form_is_not_stored_either(client: FlaskClient) -> None:
    for answer in (client.put("/sign-in"), client.post("/nowhere"), client.post("/search")):
        assert answer.status_code in {404, 405}
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.fixture
def behind_tls(database: Database) -> FlaskClient:
    """A browser of a hub whose one proxy speaks https to the world, and of which it trusts the headers."""
    database.config = replace(database.config, BASE_URL="https://hub.example.org", TRUSTED_PROXIES=1)
    return create_app(database.config, database).test_client()


PLAIN, ENCRYPTED = {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https"}


def test_plain_http_is_redirected_to_https_and_a_form_refused(behind_tls: FlaskClient) -> None:
    for path in ("/", "/sign-in?next=/calls", "/search?q=caf%C3%A9+%26+co", "/nowhere/caf%C3%A9", "/static/site.css"):
        answer = behind_tls.get(path, headers=PLAIN | {"Host": "attacker.example"})
        assert (answer.status_code, answer.location) == (308, f"https://hub.example.org{path}")
        assert behind_tls.head(path, headers=PLAIN).status_code == 308
    refused = behind_tls.post("/sign-in", headers=PLAIN, data={"email": "a@b.example", "password": "x"})
    assert refused.status_code == 403
    assert "sent without encryption" in refused.text
    encrypted = behind_tls.get("/sign-in", headers=ENCRYPTED)
    assert encrypted.status_code == 200
    assert encrypted.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_monitoring_and_a_proxy_that_says_nothing_are_not_redirected(behind_tls: FlaskClient) -> None:
    assert behind_tls.get("/healthz", headers=PLAIN).status_code != 308
    assert behind_tls.get("/sign-in").status_code == 200, "or a proxy without the header would be redirected forever"


def test_a_missing_page_looks_like_the_hub_and_says_what_to_do(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "Page not found" in answer.text
    assert "Go to home page" in answer.text


def test_a_post_without_a_csrf_token_is_refused_with_advice(app: Flask) -> None:
    browser = app.test_client()
    browser.sends_csrf = False  # type: ignore[attr-defined]
    answer = browser.post("/sign-in", data={"email": "a@b.example", "password": "x"})
    assert answer.status_code == 400
    assert "reload the page" in answer.text


def test_a_form_that_is_too_large_is_refused_and_names_the_limit(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": "a" * 1_100_000, "password": "x"})
    assert answer.status_code == 413
    assert "1 MB" in answer.text


def test_visitors_cannot_send_large_bodies_even_to_upload_pages(client: FlaskClient) -> None:
    answer = client.post("/resources/new", data={"summary": "a" * 1_100_000})
    assert answer.status_code == 413


def test_the_wrong_method_is_explained(client: FlaskClient) -> None:
    assert client.get("/sign-out").status_code == 405


ANSWERS = (201, 303, 399, 400, 403, 404, 409, 422, 429, 499, 503)  # statuses of a view that raises nothing


@pytest.fixture
def probe(own_app: Flask) -> FlaskClient:
    """A client of a hub with pages that fail on purpose."""

    def register(path: str, error: Exception | None, status: int = 200) -> None:
        def view() -> tuple[str, int]:
            an_organization(web.db, "Probe")
            if error:
                raise error
            return "ok", status

        own_app.add_url_rule(path, path, web.public(view), methods=["GET", "POST"])

    register("/probe/works", None)
    register("/probe/breaks", RuntimeError("secret detail"))
    register("/probe/refuses", Refused("Do something else."))
    register("/probe/misses", NotFound())
    register("/probe/tired", TooManyAttempts("Wait a little."))
    register("/probe/fails", OSError(errno.EIO, "secret detail", "/srv/secret detail"))
    register("/probe/lacks", OSError(errno.EMFILE, "secret detail"))
    register("/probe/fills", OSError(errno.ENOSPC, "secret detail"))
    register("/probe/forgets", FileNotFoundError(errno.ENOENT, "secret detail"))
    for status in ANSWERS:
        register(f"/probe/answers-{status}", None, status)
    return own_app.test_client()


def _organizations(database: Database) -> int:
    with database.reading() as db:
        return db.query(Organization).count()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/probe/breaks", 500, "Something went wrong on our end"),
        ("/probe/refuses", 422, "Do something else."),
        ("/probe/misses", 404, "Page not found"),
        ("/probe/tired", 429, "Wait a little."),
        ("/probe/fails", 503, "The hub’s machine reports a failure"),
        ("/probe/lacks", 503, "The hub’s machine reports a failure"),
        ("/probe/fills", 507, "The hub’s disk is full"),
        ("/probe/forgets", 500, "Something went wrong on our end"),
    ],
)
def test_a_request_that_fails_changes_nothing_and_says_so(
    probe: FlaskClient, database: Database, path: str, status: int, words: str
) -> None:
    answer = probe.post(path)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert _organizations(database) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("status", ANSWERS)
def test_an_answer_with_an_error_changes_nothing_even_if_nothing_was_raised(
    probe: FlaskClient, database: Database, status: int
) -> None:
    assert probe.post(f"/probe/answers-{status}").status_code == status
    assert _organizations(database) == (1 if status < 400 else 0)


@pytest.mark.both_databases
def test_a_request_that_works_is_committed_once(probe: FlaskClient, database: Database) -> None:
    assert probe.post("/probe/works").status_code == 200
    assert _organizations(database) == 1


@pytest.mark.parametrize("is_shown", [False, True])
def test_a_request_that_fails_withdraws_what_it_was_about_to_say(
    own_app: Flask, database: Database, *, is_shown: bool
) -> None:
    """A commit may fail after a view has said "Saved", and even after it has shown that. Earlier messages stay."""

    def view() -> str:
        an_organization(web.db, "Probe")
        flash("Saved.")
        return render_template("error.html", title="A page", advice="", typed=[]) if is_shown else "ok"

    def fail(_connection: object) -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("database is locked"))

    own_app.add_url_rule("/probe/says", "says", web.public(view), methods=["GET", "POST"])
    browser = own_app.test_client()
    with browser.session_transaction() as kept:
        kept["_flashes"] = [("message", "Sent yesterday.")]
    event.listen(database.engine, "commit", fail)
    answer = browser.post("/probe/says")
    event.remove(database.engine, "commit", fail)
    assert answer.status_code == 503
    assert "Sent yesterday." in answer.text
    assert "Saved." not in answer.text
    assert "Saved." not in browser.get("/sign-in").text
    assert _organizations(database) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("fetched", ["empty", "image"])
def test_a_message_waits_for_the_next_page_while_scripts_and_pictures_fetch(client: FlaskClient, fetched: str) -> None:
    with client.session_transaction() as kept:
        kept["_flashes"] = [("message", "Restored.")]
    for address in ("/", "/no-such-picture"):
        assert "Restored." not in client.get(address, headers={"Sec-Fetch-Dest": fetched}).text
    assert "Restored." in client.get("/", headers={"Sec-Fetch-Dest": "document"}).text
    assert "Restored." not in client.get("/").text


def test_a_get_cannot_write(probe: FlaskClient, database: Database) -> None:
    assert probe.get("/probe/works").status_code == 500
    assert _organizations(database) == 0


def test_a_log_line_is_one_json_object_with_the_request_id(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("hub")
    logger.addHandler(caplog.handler)
    logger.setLevel(logging.INFO)
    answer = client.get("/sign-in?next=/secret-place")
    logger.removeHandler(caplog.handler)
    record = next(record for record in caplog.records if record.getMessage() == "request")
    line = json.loads(JsonLines().format(record))
    assert (line["method"], line["path"], line["status"]) == ("GET", "/sign-in", 200)
    assert (line["person"], line["address"], line["request_id"]) == (None, "127.0.0.1", answer.headers["X-Request-Id"])
    assert "secret-place" not in json.dumps(line)
    assert answer.headers["X-Request-Id"]


def test_the_times_of_the_log_are_in_utc_in_any_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    record = logging.makeLogRecord({"msg": "Started.", "created": 1_796_000_000.25, "msecs": 250})
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        lines = JsonLines().format(record), TextLines("%(asctime)s %(message)s").format(record)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert json.loads(lines[0])["at"] == "2026-11-30T00:53:20.250Z"
    assert lines[1].startswith("2026-11-30T00:53:20.250Z Started.")


def test_the_log_shows_the_pattern_of_a_link_and_not_its_token(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("hub")
    logger.addHandler(caplog.handler)
    logger.setLevel(logging.INFO)
    for address in ("/invitation/short-one", "/s/short-one", "/p/short-one/7"):
        assert client.get(address).status_code == 404
    logger.removeHandler(caplog.handler)
    paths = [vars(record)["path"] for record in caplog.records if record.getMessage() == "request"]
    assert paths == ["/invitation/<token>", "/s/<token>", "/p/<token>/<int:item_id>"]


@pytest.mark.both_databases
def test_the_health_page_shows_database_index_and_worker(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    state = answer.get_json()
    assert state["database"]["state"] == "ok"
    assert state["worker"]["state"] == "silent"
    assert "index" in state


def test_a_form_that_signs_in_and_could_not_be_saved_can_be_sent_again(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("database is locked"))

    with database.writing() as db:
        address = f"/welcome/{tokens_actions.new_link(db, None, LinkKind.FIRST_COORDINATOR, None)}"
    browser = FlaskClient(app, app.response_class)
    form = form_of(browser, address, address)
    names = {"organization": "AMCC", "name": "Odette", "email": "odette@amcc.example"}
    filled = form.filled(**names, password="a new and long password", repeated="a new and long password")
    with monkeypatch.context() as patch:
        patch.setattr(web, "_commit", fail)
        assert browser.post(form.address, data=filled).status_code == 503
    assert browser.post(form.address, data=filled).status_code == 302


def test_forms_of_an_error_page_fit_the_cookie_that_was_restored(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view that renews the cookie and shows a page has already made a token for the new one."""

    def view() -> str:
        an_organization(web.db, "Probe")
        session.clear()
        return render_template("error.html", title="A page", advice="", typed=[])

    def fail() -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("database is locked"))

    own_app.add_url_rule("/probe/renews", "renews", web.public(view), methods=["GET", "POST"])
    browser = own_app.test_client()
    monkeypatch.setattr(web, "_commit", fail)
    page = browser.post("/probe/renews")
    shown = BeautifulSoup(page.text, "lxml").select_one("input[name=csrf_token]")
    assert page.status_code == 503
    assert shown is not None
    assert browser.post("/probe/renews", data={"csrf_token": shown["value"]}).status_code == 503, "and not 400"

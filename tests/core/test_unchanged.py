"""A browser that has a page gets no second copy of it, and never someone else's."""

import http.client
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.serving import Hub, a_hub

PASSWORD = "welcome-to-the-hub"


@dataclass
class Got:
    """A response as its bytes came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def tag(self) -> str:
        """Its ETag, or ""."""
        return self.headers.get("etag", "")


class Program:
    """A client that isn't Flask's: it sends what it is told, and keeps cookies."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.cookies = hub, dict[str, str]()

    def get(self, path: str, tag: str = "", **headers: str) -> Got:
        """Return the response; ``tag`` is that of the copy which the client has."""
        return self._send("GET", path, None, headers | ({"If-None-Match": tag} if tag else {}))

    def post(self, path: str, **fields: str) -> Got:
        """Send a form with the CSRF token of the sign-in page or home."""
        form = {"csrf_token": token_in(self.get("/words").body)} | fields
        body = "&".join(f"{name}={value}" for name, value in form.items())
        return self._send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, email: str = "ana@lakeshore.example") -> "Program":
        """Sign in."""
        form = {"csrf_token": token_in(self.get("/sign-in").body), "email": email, "password": PASSWORD}
        body = "&".join(f"{name}={value}" for name, value in form.items())
        assert self._send("POST", "/sign-in", body, {"Content-Type": "application/x-www-form-urlencoded"}).status == 302
        return self

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Got:
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, headers | {"Cookie": cookie})
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        got = Got(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())
        connection.close()
        return got


def token_in(page: bytes) -> str:
    """Return the CSRF token of a page."""
    match = re.search(rb'name="csrf_token" value="([^"]+)"', page)
    assert match
    return match[1].decode()


@pytest.fixture(scope="module", name="hub")
def _hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with two people of one organization."""
    folder: Path = tmp_path_factory.mktemp("hub")
    with a_hub(folder) as hub:
        words = ("person", "add", "ben@lakeshore.example", "--name", "Ben", "--organization", "lakeshore")
        assert hub.command(*words, "--role", "contributor", "--password-stdin", stdin=f"{PASSWORD}\n").returncode == 0
        yield hub


def test_a_page_that_is_the_same_comes_without_its_body(hub: Hub) -> None:
    ana = Program(hub).sign_in()
    first = ana.get("/sharing")
    again = ana.get("/sharing", first.tag)
    assert (first.status, bool(first.body), first.tag[:3]) == (200, True, 'W/"')
    assert (again.status, again.body, again.tag) == (304, b"", first.tag)
    assert again.headers["cache-control"] == "private, no-cache"
    assert "Cookie" in again.headers["vary"]
    assert "content-length" not in again.headers


def test_the_token_of_the_copy_still_works(hub: Hub) -> None:
    ana = Program(hub).sign_in()
    page = ana.get("/sharing")
    assert ana.get("/sharing", page.tag).status == 304
    assert ana.post("/look", csrf_token=token_in(page.body), look="dark").status == 302


def test_a_change_brings_the_page_again(hub: Hub) -> None:
    ana = Program(hub).sign_in()
    before = ana.get("/sharing")
    ana.post("/look", look="light", next="/")
    light = ana.get("/sharing", before.tag)
    assert light.status == 200
    assert light.tag != before.tag
    assert hub.command("organization", "add", "Prairie", "--kind", "member").returncode == 0
    page = ana.get("/organizations")
    assert ana.get("/organizations", page.tag).status == 304
    assert hub.command("organization", "add", "Redwood", "--kind", "member").returncode == 0
    changed = ana.get("/organizations", page.tag)
    assert changed.status == 200
    assert b"Redwood" in changed.body


def test_no_one_gets_a_page_by_the_tag_of_someone_else(hub: Hub) -> None:
    ana, ben = Program(hub).sign_in(), Program(hub).sign_in("ben@lakeshore.example")
    tags = {path: ana.get(path).tag for path in ("/sharing", "/organizations", "/words")}
    for path, tag in tags.items():
        assert tag
        assert ben.get(path, tag).status == 200
        assert Program(hub).get(path, tag).status in {200, 302}


def test_after_signing_out_a_known_tag_leads_to_sign_in(hub: Hub) -> None:
    ana = Program(hub).sign_in()
    page = ana.get("/sharing")
    assert ana.post("/sign-out").status == 302
    assert ana.get("/sharing", page.tag).status == 302
    ana.sign_in()
    assert ana.get("/sharing", page.tag).status == 200


def test_after_a_right_is_lost_the_page_is_refused(hub: Hub) -> None:
    words = ("person", "add", "eva@lakeshore.example", "--name", "Eva", "--organization", "lakeshore")
    assert hub.command(*words, "--role", "contributor", "--password-stdin", stdin=f"{PASSWORD}\n").returncode == 0
    eva = Program(hub).sign_in("eva@lakeshore.example")
    page = eva.get("/sharing")
    assert eva.get("/sharing", page.tag).status == 304
    with sqlite3.connect(hub.folder / "instance" / "hub.sqlite3") as db:
        db.execute("UPDATE person SET left_at = created_at WHERE email = 'eva@lakeshore.example'")
    db.close()
    assert eva.get("/sharing", page.tag).status == 302


def test_a_page_with_a_form_that_works_once_has_no_tag(hub: Hub) -> None:
    ana = Program(hub).sign_in()
    for path in ("/account/mail", "/account"):
        got = ana.get(path)
        assert b'name="form_id"' in got.body
        assert got.tag == ""
    assert Program(hub).get("/sign-in").tag == ""


def test_files_and_data_come_without_their_body_too(hub: Hub) -> None:
    ana = Program(hub).sign_in()
    for path in ("/static/site.css", "/static/logo.svg", "/search/suggestions?q=lake"):
        first = ana.get(path)
        again = ana.get(path, first.tag)
        assert (path, first.status, again.status, again.body) == (path, 200, 304, b"")
        assert ana.get(path, '"another"').body == first.body


def test_a_calendar_feed_comes_again_only_when_calls_change(hub: Hub) -> None:
    ana = Program(hub).sign_in()
    assert ana.post("/calls/calendar").status == 302
    match = re.search(rb"/calendar/[^\"<]+\.ics", ana.get("/calls/calendar").body)
    assert match
    first = Program(hub).get(match[0].decode())
    again = Program(hub).get(match[0].decode(), first.tag)
    assert (first.status, again.status, again.body) == (200, 304, b"")


def test_an_error_page_has_no_tag(hub: Hub) -> None:
    assert "etag" not in Program(hub).get("/nowhere").headers

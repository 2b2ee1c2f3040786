"""Feeds: they show what their owner may open, until they are closed."""

import logging
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import select

from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.rules.organizations import Role
from tests.search.returning.visits import EMAILS, add_resource, page_of, person_of
from tests.world import SignIn

ATOM = "{http://www.w3.org/2005/Atom}"


def feed_address(browser: FlaskClient, address: str = "q=steel") -> str:
    """Create a feed, and return its path."""
    answer = browser.post("/searches/feeds", data={"address": address})
    number = answer.location.rpartition("-")[2]
    field = page_of(browser, "/searches").select_one(f"#feed-address-{number}")
    assert field is not None
    assert str(field["value"]).startswith("http://127.0.0.1:8000/feeds/")
    return str(field["value"]).removeprefix("http://127.0.0.1:8000")


def entries(browser: FlaskClient, path: str) -> list[str]:
    root = etree.fromstring(browser.get(path).data)
    return [str(title.text) for title in root.iterfind(f"{ATOM}entry/{ATOM}title")]


@pytest.mark.both_databases
@pytest.mark.parametrize("role", Role)
def test_a_feed_has_what_its_owner_may_open_until_it_is_closed(
    world: Database, sign_in: SignIn, client: FlaskClient, role: Role
) -> None:
    owner, bo = sign_in(EMAILS[role]), sign_in("bo@harbor.example")
    path = feed_address(owner)
    assert path == feed_address(owner)  # one feed per search
    add_resource(world, "New steel prices")
    secret = ["Secret steel"] if role is Role.COORDINATOR else []
    assert entries(client, path)[0] == "New steel prices"
    assert set(entries(client, path)) == {"New steel prices", "Steel town", *secret}
    assert set(entries(client, feed_address(bo))) == {"New steel prices", "Steel town", "Secret steel"}
    assert bo.post("/searches/feeds/1/revoke").status_code == 404
    assert owner.post("/searches/feeds/1/revoke").status_code == 302
    assert client.get(path).status_code == 404
    assert owner.get(path).status_code == 404
    assert client.get("/feeds/unknown").status_code == 404
    assert feed_address(owner) != path


def test_a_feed_closes_when_its_owner_leaves_and_drops_hidden_resources(
    world: Database, ana: FlaskClient, client: FlaskClient
) -> None:
    path = feed_address(ana, "")
    assert entries(client, path) == ["Steel town"]
    with world.writing() as db:
        resource = db.scalars(select(Resource).where(Resource.title == "Steel town")).one()
        resource.audience = Audience.ORGANIZATION
    assert entries(client, path) == []
    with world.writing() as db:
        person_of(db, EMAILS[Role.CONTRIBUTOR]).left_at = clock.now()
    assert client.get(path).status_code == 404


def test_a_feed_is_atom_with_absolute_urls_and_an_etag(world: Database, ana: FlaskClient, client: FlaskClient) -> None:
    add_resource(world, "Steel & <b>iron</b>", summary="One\x0btwo")
    path = feed_address(ana, "q=steel&kind=resource")
    answer = client.get(path)
    assert answer.mimetype == "application/atom+xml"
    assert answer.headers["Cache-Control"] == "private, no-store"
    root = etree.fromstring(answer.data)
    _assert_atom(root)
    urls = [str(link.get("href")) for link in root.iter(f"{ATOM}link")]
    assert all(url.startswith("http://127.0.0.1:8000/") for url in urls)
    assert urls[1] == "http://127.0.0.1:8000/search?q=steel&kind=resource"
    assert [str(title.text) for title in root.iter(f"{ATOM}title")][1] == "Steel & <b>iron</b>"
    unchanged = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304


def _assert_atom(root: Any) -> None:
    """Assert what RFC 4287 requires of a feed, of each entry (4.1.1, 4.1.2), and of dates (3.3)."""
    for element, needed in [(root, ["id", "title", "updated", "author"])] + [
        (entry, ["id", "title", "updated"]) for entry in root.iterfind(f"{ATOM}entry")
    ]:
        for name in needed:
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated")).tzinfo
        assert element.find(f"{ATOM}link[@rel='alternate']") is not None
        for author in element.findall(f"{ATOM}author"):
            assert author.findtext(f"{ATOM}name")
    ids = [element.text for element in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    assert root.find(f"{ATOM}link[@rel='self']") is not None


def test_the_token_of_a_feed_is_in_no_log_and_not_in_the_audit_log(
    world: Database, ana: FlaskClient, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    path = feed_address(ana)
    token = path.removeprefix("/feeds/")
    logger = logging.getLogger("hub")
    logger.addHandler(caplog.handler)
    with caplog.at_level(logging.DEBUG, "hub"):
        client.get(path)
        client.get(f"{path}/")
        ana.post("/searches/feeds/1/revoke")
        client.get(path)
    logger.removeHandler(caplog.handler)
    assert caplog.records
    assert not [record for record in caplog.records if token in str(record.__dict__)]
    with world.reading() as db:
        logged = db.scalars(select(Entry).where(Entry.subject_kind == "SearchFeed").order_by(Entry.id)).all()
        assert [entry.action for entry in logged] == ["created", "closed"]
        assert not [
            entry for entry in logged if token in f"{entry.subject} {entry.details}" or "steel" in str(entry.details)
        ]

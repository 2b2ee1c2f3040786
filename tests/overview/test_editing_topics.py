"""Editing a topic's page: its sentences, and the resources that come first."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.overview.models import TopicFirst, TopicPage
from hub.search import index
from tests.forms import opened as form_at
from tests.overview.topic_worlds import ANA, CORA, TopicWorld, a_world, opened, titles
from tests.world import a_resource

EDIT = "/topics/trade/edit"


@pytest.fixture
def world(database: Database) -> TopicWorld:
    with database.writing() as db:
        return a_world(db)


@pytest.fixture
def cora(world: TopicWorld, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in(CORA)


def resources(database: Database, world: TopicWorld, count: int) -> list[int]:
    """Add public resources on trade, the oldest first, and return their ids."""
    with database.writing() as db:
        made = [
            a_resource(db, world.lake, f"Port {number}", topics=["trade"], audience=Audience.PUBLIC)
            for number in range(count)
        ]
    index.catch_up(database)
    return [resource.id for resource in made]


def places(page: BeautifulSoup, numbers: dict[int, str]) -> dict[str, str]:
    """Return the form's rows with a place for these resources, as a browser sends them."""
    rows = {str(field["value"]): str(field["name"]) for field in page.select("input[name$='-resource']")}
    sent = {name: id_ for id_, name in rows.items()}
    return sent | {name.replace("-resource", "-place"): numbers.get(int(id_), "") for id_, name in rows.items()}


def save(browser: FlaskClient, numbers: dict[int, str], address: str = EDIT, **fields: str) -> int:
    """Open the form, number these resources, send it, and return the status."""
    page = opened(browser, address)
    version = page.select_one("form.wide input[name=version]")
    assert version is not None
    answer = browser.post(address, data={"version": version["value"], **places(page, numbers), **fields})
    return answer.status_code


def test_only_the_coordinator_edits_a_topic_page(world: TopicWorld, sign_in: Callable[[str], FlaskClient]) -> None:
    ana = sign_in(ANA)
    assert not opened(ana, "/topics/trade").select(f"a[href='{EDIT}']")
    assert ana.get(EDIT).status_code == 403
    assert ana.post(EDIT, data={"sentences": "Mine."}).status_code == 403


def test_the_coordinator_says_what_a_topic_is_about_and_everyone_reads_it(
    database: Database, world: TopicWorld, cora: FlaskClient, client: FlaskClient
) -> None:
    assert save(cora, {}, sentences="About **ports**. <script>alert(1)</script>") == 302
    for address in ("/topics", "/topics/trade"):
        page = opened(client, address)
        sentences = next(part for part in page.select(".topic-sentences") if "ports" in part.get_text())
        assert sentences.select_one("strong")
        assert not sentences.select("script")
    with database.reading() as db:
        logged = db.scalars(select(Entry).where(Entry.action == "edited topic page")).one()
        assert logged.subject == "Trade and International Investment"
        assert logged.details["was"].startswith("Exports, foreign trade zones")
    assert "Last edited by Cora" in opened(cora, EDIT).get_text(" ", strip=True)
    assert save(cora, {}, sentences="") == 302
    assert "Exports, foreign trade zones" in opened(client, "/topics/trade").get_text(" ")


def test_sentences_that_are_too_long_are_refused_and_kept_in_the_form(world: TopicWorld, cora: FlaskClient) -> None:
    version = opened(cora, EDIT).select_one("form.wide input[name=version]")
    assert version is not None
    answer = cora.post(EDIT, data={"version": version["value"], "sentences": "x" * 401})
    assert answer.status_code == 422
    assert "Use up to 400 characters." in answer.get_data(as_text=True)
    assert "x" * 401 in answer.get_data(as_text=True)


def test_numbered_resources_come_first_in_their_order(
    database: Database, world: TopicWorld, cora: FlaskClient, client: FlaskClient
) -> None:
    first, second, third = resources(database, world, 3)
    assert save(cora, {third: "1", first: "2"}) == 302
    assert titles(opened(client, "/topics/trade"), "Start here") == ["Port 2", "Port 0"]
    assert [field["value"] for field in opened(cora, EDIT).select("input[name$='-place']")] == ["1", "2", ""]
    assert save(cora, {first: "1", second: "5", third: ""}) == 302
    assert titles(opened(client, "/topics/trade"), "Start here") == ["Port 0", "Port 1"]
    assert save(cora, {first: "1", second: "2"}) == 302
    with database.reading() as db:
        assert db.scalars(select(TopicPage.version).where(TopicPage.topic == "trade")).one() == 3
        assert len(db.scalars(select(Entry).where(Entry.action == "edited topic page")).all()) == 2


def test_more_than_ten_resources_are_refused(database: Database, world: TopicWorld, cora: FlaskClient) -> None:
    ids = resources(database, world, 11)
    assert save(cora, dict.fromkeys(ids, "1")) == 422
    assert save(cora, dict.fromkeys(ids[:10], "1")) == 302
    with database.reading() as db:
        assert len(db.scalars(select(TopicFirst)).all()) == 10


def test_resources_of_other_topics_are_found_by_words(
    database: Database, world: TopicWorld, cora: FlaskClient, client: FlaskClient
) -> None:
    with database.writing() as db:
        other = a_resource(db, world.lake, "Airport handbook", topics=["workforce"], audience=Audience.PUBLIC)
    resources(database, world, 1)
    searched = f"{EDIT}?q=handbook"
    assert [link.get_text() for link in opened(cora, searched).select("form .resource-title")] == ["Airport handbook"]
    assert save(cora, {other.id: "1"}, searched) == 302
    assert titles(opened(client, "/topics/trade"), "Start here") == ["Airport handbook"]


@pytest.mark.parametrize("number", ["0", "100", "first", "9" * 40])
def test_a_place_that_is_no_place_is_refused(
    database: Database, world: TopicWorld, cora: FlaskClient, number: str
) -> None:
    [port] = resources(database, world, 1)
    assert save(cora, {port: number}) == 422


@pytest.mark.parametrize("number", ["0", "-1", "99999", "9" * 40, "port", ""])
def test_a_resource_that_is_not_in_the_hub_is_refused(world: TopicWorld, cora: FlaskClient, number: str) -> None:
    version = opened(cora, EDIT).select_one("form.wide input[name=version]")
    assert version is not None
    sent = {"version": version["value"], "places-0-resource": number, "places-0-place": "1"}
    assert cora.post(EDIT, data=sent).status_code == 422


def test_withdrawn_and_closed_resources_are_not_shown_and_the_coordinator_reads_which(
    database: Database, world: TopicWorld, cora: FlaskClient, client: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> None:
    with database.writing() as db:
        closed = a_resource(db, world.others[0], "Closed", topics=["trade"], audience=Audience.ORGANIZATION)
    open_, gone = resources(database, world, 2)
    assert save(cora, {gone: "1", closed.id: "2", open_: "3"}) == 302
    with database.writing() as db:
        withdrawn = db.get_one(Resource, gone)
        withdrawn.withdrawn_at, withdrawn.version = clock.now(), 2
    for browser in (client, sign_in(ANA)):
        page = opened(browser, "/topics/trade")
        assert titles(page, "Start here") == ["Port 0"]
        assert "Closed" not in page.get_text()
        assert "Withdrawn" not in page.get_text()
    page = opened(cora, "/topics/trade")
    assert titles(page, "Start here") == ["Closed", "Port 0"]
    assert "Withdrawn, so no one sees it" in page.select_one("main .alert").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert save(cora, {gone: "1", open_: "2"}) == 302
    assert titles(opened(client, "/topics/trade"), "Start here") == ["Port 0"]
    assert save(cora, {open_: "1"}) == 302
    assert not opened(cora, "/topics/trade").select("main .alert-warning")


def test_an_order_that_someone_else_changed_meanwhile_is_shown_before_it_is_replaced(
    database: Database, world: TopicWorld, cora: FlaskClient
) -> None:
    first, second = resources(database, world, 2)
    old = opened(cora, EDIT)
    version = old.select_one("form.wide input[name=version]")
    assert version is not None
    assert save(cora, {first: "1"}) == 302
    answer = cora.post(EDIT, data={"version": version["value"], **places(old, {second: "1"})})
    assert answer.status_code == 409
    shown = BeautifulSoup(answer.get_data(as_text=True), "lxml")
    assert [box.get_text() for box in shown.select(".conflict .stored")] == ["1. Port 0", "1. Port 1"]


def test_the_form_sends_what_it_shows(world: TopicWorld, cora: FlaskClient) -> None:
    assert cora.post(EDIT, data=form_at(cora, EDIT).values).status_code == 302

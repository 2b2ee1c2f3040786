"""What search adds to the pages of resources: explained acronyms, marked words, related resources."""

from collections.abc import Callable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource, Revision
from hub.library.rules import Audience
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import index
from hub.search.queries import related as related_queries
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from tests.world import a_person, a_resource, an_organization

FORGE = "Forging hammers crack; the forge foreman orders a spare hammer. The NOFO and the NOFO."


@pytest.fixture
def world(database: Database) -> Database:
    with database.writing() as db:
        host = an_organization(db, "Secretariat", OrganizationKind.HOST)
        lake, harbor = an_organization(db, "Lakeshore"), an_organization(db, "Harbor")
        a_person(db, host, Role.COORDINATOR, email="coordinator@hub.example")
        a_person(db, lake, email="ana@lake.example")
        a_resource(db, lake, "Forge hammers", [FORGE], topics=["supply-chain"])
        a_resource(db, harbor, "Spare hammer", ["A forge foreman says how a hammer is lent."], topics=["supply-chain"])
        a_resource(db, harbor, "Hammer secrets", [FORGE], audience=Audience.ORGANIZATION)
        a_resource(db, harbor, "Child care", ["Home providers and the second shift, after a grant."])
        a_resource(db, harbor, "Foreman school", ["The foreman learns; the forge pays."], audience=Audience.PUBLIC)
    index.catch_up(database)
    return database


def page(browser: FlaskClient, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def related(browser: FlaskClient, address: str = "/resources/1") -> dict[str, str]:
    section = page(browser, address).select("section[aria-labelledby=related] li")
    return {line.select("a")[0].get_text(): line.select(".related-why")[0].get_text() for line in section}


@pytest.mark.both_databases
def test_a_resource_links_to_related_ones_and_says_why(world: Database, sign_in: Callable[[str], FlaskClient]) -> None:
    reasons = related(sign_in("ana@lake.example"))
    assert list(reasons) == ["Spare hammer", "Foreman school"]
    assert reasons["Spare hammer"].startswith("Both about Supply Chain Support; both mention ")
    assert "hammer" in reasons["Spare hammer"]
    assert reasons["Foreman school"].startswith("Both mention ")


@pytest.mark.both_databases
def test_no_page_links_to_related_resources_that_the_person_may_not_open(
    world: Database, sign_in: Callable[[str], FlaskClient], client: FlaskClient
) -> None:
    assert "Hammer secrets" in related(sign_in("coordinator@hub.example"))
    with world.writing() as db:
        resource = db.get_one(Resource, 1)
        resource.audience, resource.version = Audience.PUBLIC, resource.version + 1
        db.get_one(Resource, 2).withdrawn_at = clock.now()
    assert list(related(client)) == ["Foreman school"]


def test_the_database_decides_even_if_the_index_allows_more(world: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for queries in (results_queries, related_queries):
        monkeypatch.setattr(queries, "allowed", lambda _db, _person, opened: opened.snapshot.live)
    with world.reading() as db:
        ana = db.scalars(select(Person).where(Person.email == "ana@lake.example")).one()
        results = results_queries.search(db, ana, Query("hammer"))
        assert {hit.title for hit in results.hits} == {"Forge hammers", "Spare hammer"}
        assert results.total == 2
        assert "Hammer secrets" not in {resource.title for resource in related_queries.related(db, ana, 1)}


def test_each_acronym_on_a_page_is_explained_once(world: Database, sign_in: Callable[[str], FlaskClient]) -> None:
    ana = sign_in("ana@lake.example")
    for address in ("/resources/1/pages/1", "/resources/1/pages/1?q=nofo", "/resources/1"):
        [short] = page(ana, address).select("abbr")
        assert (short.get_text(), short["title"], short["tabindex"]) == ("NOFO", "notice of funding opportunity", "0")
    assert [mark.get_text() for mark in page(ana, "/resources/1/pages/1?q=nofo").select("mark")] == ["NOFO", "NOFO"]


def test_acronyms_in_links_and_code_are_not_explained(world: Database, sign_in: Callable[[str], FlaskClient]) -> None:
    with world.writing() as db:
        owner = an_organization(db, "Prairie")
        resource = a_resource(db, owner, "Notes", published_on=date(2026, 1, 2))
        revision = db.scalars(select(Revision).where(Revision.resource_id == resource.id)).one()
        revision.body = '[NOFO](https://a.example "NOFO & more") `NOFO` and <b>CMMC</b> & **DoD** > NOFO'
        address = f"/resources/{resource.id}"
    shown = page(sign_in("ana@lake.example"), address).select(".written")[0]
    assert [short.get_text() for short in shown.select("abbr")] == ["CMMC", "DoD", "NOFO"]
    assert shown.select("a abbr, code abbr") == []
    assert "<b>CMMC</b> & DoD > NOFO" in shown.get_text()


def test_names_that_the_glossary_adds_are_marked_too(world: Database, sign_in: Callable[[str], FlaskClient]) -> None:
    with world.writing() as db:
        resource = a_resource(db, an_organization(db), "Digest", ["The notice of funding opportunity closes."])
        address = f"/resources/{resource.id}/pages/1?q=NOFO"
    marks = [mark.get_text() for mark in page(sign_in("ana@lake.example"), address).select("mark")]
    assert marks == ["notice", "funding", "opportunity"]

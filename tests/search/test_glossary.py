"""The glossary by its pages: everybody reads it, the coordinator edits it, every search uses it."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import index
from hub.search.models import GlossaryEntry
from tests.world import a_person, a_resource, an_organization

NEW = {"name": "QMS", "meaning": "quality management system", "others": "quality system"}


@pytest.fixture
def world(database: Database) -> Database:
    with database.writing() as db:
        host, lake = an_organization(db, "Secretariat", OrganizationKind.HOST), an_organization(db, "Lakeshore")
        a_person(db, host, Role.COORDINATOR, email="coordinator@hub.example", name="Cora")
        a_person(db, lake, email="ana@lake.example")
        a_resource(db, lake, "Digest", ["The notice of funding opportunity closes in May."])
        a_resource(db, lake, "Deadlines", ["This NOFO is for small shops."])
        a_resource(db, lake, "Robots", ["The ARM Institute pays for training."])
        a_resource(db, lake, "Cranes", ["The arm of the crane must lift steel; a quality management system helps."])
    index.catch_up(database)
    return database


@pytest.fixture
def cora(world: Database, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in("coordinator@hub.example")


@pytest.fixture
def ana(world: Database, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in("ana@lake.example")


def page(browser: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == status
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def found(browser: FlaskClient, q: str, more: str = "") -> set[str]:
    return {one.get_text() for one in page(browser, f"/search?q={q}{more}").select("a.resource-title")}


def entry_id(world: Database, name: str) -> int:
    with world.reading() as db:
        return db.scalars(select(GlossaryEntry.id).where(GlossaryEntry.name == name)).one()


def test_every_member_reads_the_glossary_that_the_hub_came_with(ana: FlaskClient, client: FlaskClient) -> None:
    shown = page(ana, "/glossary")
    rows = {
        row.select("th")[0].get_text(): [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in shown.select("tbody tr")
    }
    assert len(rows) == 75
    assert rows["DoD"] == ["Department of Defense", "DoW, Department of War", "Came with the hub"]
    assert rows["IRA"][0] == "Inflation Reduction Act (typed in capitals only)"
    assert not shown.select("a[href$='/edit']")
    assert client.get("/glossary").status_code == 302


def test_only_the_coordinator_edits_it(world: Database, ana: FlaskClient) -> None:
    id_ = entry_id(world, "NOFO")
    for address in ("/glossary/new", f"/glossary/{id_}/edit"):
        assert ana.get(address).status_code == 404
        assert ana.post(address, data=NEW).status_code == 404
    assert ana.post(f"/glossary/{id_}/remove").status_code == 404


def test_what_the_coordinator_adds_is_searched_at_once(world: Database, cora: FlaskClient, ana: FlaskClient) -> None:
    assert found(ana, "QMS") == set()
    assert cora.post("/glossary/new", data=NEW).status_code == 302
    assert found(ana, "QMS") == {"Cranes"}
    assert found(ana, "quality+system") == {"Cranes"}
    row = next(row for row in page(ana, "/glossary").select("tbody tr") if row.th.get_text() == "QMS")  # type: ignore[union-attr]
    assert "by Cora" in row.get_text()
    with world.reading() as db:
        noted = db.scalars(select(Entry).where(Entry.action == "added to the glossary")).one()
        assert (noted.subject, noted.actor) == ("QMS", "coordinator@hub.example")


@pytest.mark.both_databases
def test_an_entry_is_changed_and_removed_and_the_audit_keeps_what_it_said(
    world: Database, cora: FlaskClient, ana: FlaskClient
) -> None:
    id_ = entry_id(world, "NOFO")
    changed = {"name": "NOFO", "meaning": "notice of a funding opportunity", "others": "FON"}
    assert cora.post(f"/glossary/{id_}/edit", data=changed).status_code == 302
    assert found(ana, "FON") == {"Deadlines"}
    assert cora.post(f"/glossary/{id_}/edit", data=changed).status_code == 302
    assert cora.post(f"/glossary/{id_}/remove").status_code == 302
    assert found(ana, "FON") == set()
    assert cora.get(f"/glossary/{id_}/edit").status_code == 404
    with world.reading() as db:
        noted = db.scalars(select(Entry).where(Entry.subject == "NOFO").order_by(Entry.id)).all()
        assert [one.action for one in noted] == ["changed in the glossary", "removed from the glossary"]
        assert noted[0].details["was"] == ["NOFO", "notice of funding opportunity"]
        assert noted[1].details["names"] == ["NOFO", "notice of a funding opportunity", "FON"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Enter the acronym or short name."),
        ({"name": "nofo"}, "is in the glossary already: change that entry instead."),
        ({"name": "..."}, "it needs a letter or a digit"),
        ({"meaning": "QMS"}, "The meaning is the short name again"),
        ({"others": "\n".join("abcdefghijkl")}, "An entry has up to 10 other names."),
        ({"others": "x" * 201}, "The other name is too long"),
    ],
)
def test_what_makes_no_entry_is_said_and_nothing_is_lost(
    cora: FlaskClient, wrong: dict[str, str], sentence: str
) -> None:
    answer = cora.post("/glossary/new", data=NEW | wrong)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    shown = BeautifulSoup(answer.get_data(as_text=True), "lxml")
    assert shown.select_one("#name")["value"] == (NEW | wrong)["name"]  # type: ignore[index]


@pytest.mark.both_databases
def test_either_name_finds_both_and_the_page_says_what_was_added_and_searches_without(ana: FlaskClient) -> None:
    assert found(ana, "NOFO") == {"Digest", "Deadlines"}
    assert found(ana, "notice+of+funding+opportunity") == {"Digest", "Deadlines"}
    also = page(ana, "/search?q=nofo").select_one(".also-searched")
    assert also is not None
    assert also.get_text().startswith("Also searched: notice of funding opportunity.")
    assert also.a is not None
    without = page(ana, str(also.a["href"]))
    assert [one.get_text() for one in without.select("a.resource-title")] == ["Deadlines"]
    assert "Searched without the glossary." in without.select(".also-searched")[0].get_text()
    assert found(ana, "funding") == {"Digest"}
    assert page(ana, "/search?q=funding").select(".also-searched") == []


def test_capitals_mean_the_acronym_unless_nothing_else_is_found(ana: FlaskClient) -> None:
    assert found(ana, "ARM") == {"Robots"}
    assert found(ana, "arm") == {"Robots", "Cranes"}
    assert found(ana, "LIFT") == {"Cranes"}
    notes = page(ana, "/search?q=LIFT").select(".search-notes")[0].get_text()
    assert "Nothing has this acronym in capitals, so the ordinary word was searched for." in notes

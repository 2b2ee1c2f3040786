"""The glossary pages: everyone reads it, the coordinator edits it, and every search uses it."""

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
from tests.forms import form_on, opened
from tests.world import a_person, a_resource, an_organization

NEW = {"name": "QGS", "meaning": "quality gate system", "others": "quality system"}


@pytest.fixture
def world(database: Database) -> Database:
    with database.writing() as db:
        host, lake = an_organization(db, "Secretariat", OrganizationKind.HOST), an_organization(db, "Lakeshore")
        a_person(db, host, Role.COORDINATOR, email="coordinator@hub.example", name="Cora")
        a_person(db, lake, email="ana@lake.example")
        a_resource(db, lake, "Digest", ["The notice of funding opportunity closes in May."])
        a_resource(db, lake, "Deadlines", ["This NOFO is for small shops."])
        a_resource(db, lake, "Robots", ["The ARM Institute pays for training."])
        a_resource(db, lake, "Cranes", ["The arm of the crane must lift steel; a quality gate system helps."])
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


def hits(browser: FlaskClient, q: str) -> set[str]:
    return {link.get_text() for link in page(browser, f"/search?q={q}").select("a.resource-title")}


def entry_id(world: Database, name: str) -> int:
    with world.reading() as db:
        return db.scalars(select(GlossaryEntry.id).where(GlossaryEntry.name == name)).one()


def test_every_member_can_read_the_included_glossary(ana: FlaskClient, client: FlaskClient) -> None:
    shown = page(ana, "/glossary")
    rows = {
        row.select("th")[0].get_text(): [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in shown.select("tbody tr")
    }
    assert len(rows) > 400
    assert rows["DoD"] == ["Department of Defense", "DoW, Department of War", "Included with the hub"]
    assert rows["IRA"][0] == "Inflation Reduction Act (capitals only)"
    assert not shown.select("a[href$='/edit']")
    assert client.get("/glossary").status_code == 302


def test_only_the_coordinator_edits_it(world: Database, ana: FlaskClient) -> None:
    id_ = entry_id(world, "NOFO")
    for address in ("/glossary/new", f"/glossary/{id_}/edit"):
        assert ana.get(address).status_code == 403
        assert ana.post(address, data=NEW).status_code == 403
    assert ana.post(f"/glossary/{id_}/remove").status_code == 403


def test_search_uses_a_new_entry_at_once(world: Database, cora: FlaskClient, ana: FlaskClient) -> None:
    assert hits(ana, "QGS") == set()
    assert cora.post("/glossary/new", data=NEW).status_code == 302
    assert hits(ana, "QGS") == {"Cranes"}
    assert hits(ana, "quality+system") == {"Cranes"}
    row = next(row for row in page(ana, "/glossary").select("tbody tr") if row.th.get_text() == "QGS")  # type: ignore[union-attr]
    assert "by Cora" in row.get_text()
    with world.reading() as db:
        logged = db.scalars(select(Entry).where(Entry.action == "added glossary entry")).one()
        assert (logged.subject, logged.actor) == ("QGS", "coordinator@hub.example")


@pytest.mark.both_databases
def test_an_entry_that_changed_meanwhile_is_shown_again_instead_of_removed(world: Database, cora: FlaskClient) -> None:
    id_ = entry_id(world, "NOFO")
    button = opened(cora, f"/glossary/{id_}/edit", f"/glossary/{id_}/remove")
    newer = {"name": "NOFO", "meaning": "what a colleague wrote", "others": "FON"}
    assert cora.post(f"/glossary/{id_}/edit", data=newer).status_code == 302
    answer = cora.post(button.address, data=button.values)
    assert answer.status_code == 409
    assert "This entry has changed since you opened it" in answer.text
    assert "what a colleague wrote" in answer.text
    again = form_on(answer, button.address)
    assert cora.post(again.address, data=again.values).status_code == 302
    assert cora.get(f"/glossary/{id_}/edit").status_code == 404


@pytest.mark.both_databases
def test_an_entry_is_edited_and_removed_and_the_audit_log_keeps_its_names(
    world: Database, cora: FlaskClient, ana: FlaskClient
) -> None:
    id_ = entry_id(world, "NOFO")
    changed = {"name": "NOFO", "meaning": "notice of a funding opportunity", "others": "FON"}
    assert cora.post(f"/glossary/{id_}/edit", data=changed).status_code == 302
    assert hits(ana, "FON") == {"Deadlines"}
    assert cora.post(f"/glossary/{id_}/edit", data=changed).status_code == 302
    assert cora.post(f"/glossary/{id_}/remove").status_code == 302
    assert hits(ana, "FON") == set()
    assert cora.get(f"/glossary/{id_}/edit").status_code == 404
    with world.reading() as db:
        logged = db.scalars(select(Entry).where(Entry.subject == "NOFO").order_by(Entry.id)).all()
        assert [entry.action for entry in logged] == ["edited glossary entry", "removed glossary entry"]
        assert logged[0].details["was"] == ["NOFO", "notice of funding opportunity"]
        assert logged[1].details["names"] == ["NOFO", "notice of a funding opportunity", "FON"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Enter the acronym or short name."),
        ({"name": "nofo"}, "is already in the glossary. Edit that entry instead."),
        ({"name": "..."}, "needs at least one letter or digit"),
        ({"meaning": "QGS"}, "The meaning repeats the short name"),
        ({"others": "\n".join("abcdefghijkl")}, "An entry can have up to 10 other names."),
        ({"others": "x" * 201}, "The other name is too long"),
    ],
)
def test_an_invalid_entry_is_refused_and_the_form_keeps_what_was_typed(
    cora: FlaskClient, wrong: dict[str, str], sentence: str
) -> None:
    answer = cora.post("/glossary/new", data=NEW | wrong)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    shown = BeautifulSoup(answer.get_data(as_text=True), "lxml")
    assert shown.select_one("#name")["value"] == (NEW | wrong)["name"]  # type: ignore[index]


@pytest.mark.both_databases
def test_either_name_finds_both_and_the_page_names_the_added_ones_and_can_leave_them_out(ana: FlaskClient) -> None:
    assert hits(ana, "NOFO") == {"Digest", "Deadlines"}
    assert hits(ana, "notice+of+funding+opportunity") == {"Digest", "Deadlines"}
    also = page(ana, "/search?q=nofo").select_one(".also-searched")
    assert also is not None
    assert also.get_text().startswith("Also searched: notice of funding opportunity.")
    assert also.a is not None
    without = page(ana, str(also.a["href"]))
    assert [link.get_text() for link in without.select("a.resource-title")] == ["Deadlines"]
    assert "Searched only your words." in without.select(".also-searched")[0].get_text()
    assert hits(ana, "funding") == {"Digest"}
    assert page(ana, "/search?q=funding").select(".also-searched") == []


def test_capitals_mean_the_acronym_unless_only_the_word_is_found(ana: FlaskClient) -> None:
    assert hits(ana, "ARM") == {"Robots"}
    assert hits(ana, "arm") == {"Robots", "Cranes"}
    assert hits(ana, "LIFT") == {"Cranes"}
    notes = page(ana, "/search?q=LIFT").select(".search-notes")[0].get_text()
    assert "No resource has this acronym in capitals, so the ordinary word was searched." in notes

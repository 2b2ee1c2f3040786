"""The pages of an organization's stakeholders, and unsubscribing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from config import Config
from hub.core.db import Database
from hub.core.set_aside import SetAside
from hub.core.text import one_line
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind, Role
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import Stakeholder, StakeholderGroup, Unsubscribe
from hub.outreach.queries import stakeholders as stakeholders_queries
from tests.forms import form_on, opened
from tests.world import NAUGHTY, SignIn, a_person, an_organization

LIST = (
    "name,email,affiliation,groups\nMaria,maria@shops.example,Forge,Board\nBo,bo@shops.example,,Board;Shops\nX,nope,,\n"
)


@pytest.fixture
def world(database: Database) -> Database:
    """Two members and the host."""
    with database.writing() as db:
        lakeshore, prairie = an_organization(db, "Lakeshore"), an_organization(db, "Prairie")
        host = an_organization(db, kind=OrganizationKind.HOST)
        a_person(db, lakeshore, Role.REPRESENTATIVE, "ana@lakeshore.example")
        a_person(db, lakeshore, email="cy@lakeshore.example")
        a_person(db, prairie, Role.REPRESENTATIVE, "otto@prairie.example")
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
        a_person(db, host, Role.BOARD, "board@hub.example")
    return database


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as db:
        return list(db.scalars(select(model).order_by(model.id)))


def import_list(browser: FlaskClient, text: str, **fields: str) -> str:
    answer = browser.post("/sharing/stakeholders/import", data={"lines": text, **fields}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the SQL statements that run in the block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def stop_address(database: Database, organization: str = "Lakeshore") -> str:
    """Return the path where Maria unsubscribes from the organization."""
    with database.reading() as db:
        is_maria = (Stakeholder.email == "maria@shops.example", Organization.name == organization)
        joined = select(Stakeholder).join(Organization, Organization.id == Stakeholder.organization_id)
        maria = db.scalars(joined.where(*is_maria)).one()
        return f"/stop/{stakeholders_actions.token_of(db, maria.organization_id, maria.address_hash)}"


@pytest.mark.both_databases
def test_an_import_is_previewed_before_anything_changes(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    preview = import_list(ana, LIST)
    assert "2 to add, 0 to update, 0 unchanged, 1 skipped" in preview
    assert "Line 4" in preview
    assert "Enter an email address such as" in preview
    assert rows(world, Stakeholder) == []
    assert "2 added, 0 updated, 0 unchanged, 1 skipped." in import_list(ana, LIST, apply="1")
    assert "0 to add, 0 to update, 2 unchanged, 1 skipped" in import_list(ana, LIST)
    changed = import_list(ana, "maria@shops.example, Maria Lopez", group="shops")
    assert "name Maria → Maria Lopez; joins Shops" in changed, "the group keeps its spelling"
    import_list(ana, "maria@shops.example, Maria Lopez", group="shops", apply="1")
    assert {group.name for group in rows(world, StakeholderGroup)} == {"Board", "Shops"}


@pytest.mark.both_databases
def test_csv_files_are_read_as_spreadsheets_save_them(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    for content in (
        "E-Mail;Name\nana@x.example;Ana Peña\n".encode("cp1252"),
        "Email\tName\nbo@x.example\tBö".encode("utf-16"),
    ):
        answer = ana.post(
            "/sharing/stakeholders/import",
            data={"file": (BytesIO(content), "list.csv"), "apply": "1"},
            follow_redirects=True,
        )
        assert "1 added" in answer.text
    assert {stakeholder.name for stakeholder in rows(world, Stakeholder)} == {"Ana Peña", "Bö"}
    workbook = ana.post(
        "/sharing/stakeholders/import", data={"file": (BytesIO(b"PK\x03\x04" + b"\x00" * 20), "list.xlsx")}
    )
    assert workbook.status_code == 422
    assert "Save as, then CSV" in workbook.text


@pytest.mark.both_databases
def test_an_import_replaces_only_what_its_preview_said(world: Database, sign_in: SignIn) -> None:
    ana, cy = sign_in("ana@lakeshore.example"), sign_in("cy@lakeshore.example")
    address = "/sharing/stakeholders/import"
    import_list(ana, "maria@shops.example, Maria Lopez", apply="1")
    [maria] = rows(world, Stakeholder)
    typed = {"lines": "maria@shops.example, Maria L\nbo@shops.example, Bo"}
    preview = form_on(ana.post(address, data=typed)).filled(apply="1")
    corrected = opened(cy, f"/sharing/stakeholders/{maria.id}").filled(name="Maria López-Reyes")
    assert cy.post(f"/sharing/stakeholders/{maria.id}", data=corrected).status_code == 302
    answer = ana.post(address, data=preview)
    assert answer.status_code == 409
    assert "The changes are no longer those in the preview" in answer.text
    assert "name Maria López-Reyes → Maria L" in answer.text
    assert [row.name for row in rows(world, Stakeholder)] == ["Maria López-Reyes"]
    again = form_on(answer).filled(apply="1")
    for _ in range(2):  # a double click
        assert ana.post(address, data=again).status_code == 302
    assert [row.name for row in rows(world, Stakeholder)] == ["Maria L", "Bo"]


@pytest.mark.both_databases
def test_a_stakeholder_is_added_changed_found_and_removed(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    form = {"email": "Maria@Shops.example", "name": "Maria", "affiliation": "Forge", "groups": "Board, Shops"}
    assert ana.post("/sharing/stakeholders/new", data=form).status_code == 302
    again = ana.post("/sharing/stakeholders/new", data=form)
    assert again.status_code == 422
    assert "is already on your list" in again.text
    assert 'value="Forge"' in again.text, "nothing that was typed is lost"
    [stakeholder] = rows(world, Stakeholder)
    address = f"/sharing/stakeholders/{stakeholder.id}"
    assert 'value="Board, Shops"' in ana.get(address).text
    assert ana.post(address, data=form | {"groups": "board", "name": "Maria L"}).status_code == 302
    assert ana.post(address, data=form | {"email": "nope"}).status_code == 422
    assert "Maria L" in ana.get("/sharing/stakeholders?q=forge&group=Board").text
    assert "Maria L" not in ana.get("/sharing/stakeholders?group=Shops").text
    csv = ana.get("/sharing/stakeholders?format=csv")
    assert "Maria L,maria@shops.example,Forge,Board,yes" in csv.text
    answer = ana.post("/sharing/stakeholders/remove", data={"who": stakeholder.id}, follow_redirects=True)
    assert "1 person removed" in answer.text
    assert rows(world, Stakeholder) == rows(world, StakeholderGroup) == []


def test_no_one_outside_the_organization_sees_the_list_not_even_the_coordinator(
    world: Database, sign_in: SignIn
) -> None:
    import_list(sign_in("ana@lakeshore.example"), LIST, apply="1")
    [maria, _bo] = rows(world, Stakeholder)
    assert "maria@shops.example" in sign_in("cy@lakeshore.example").get("/sharing/stakeholders").text
    for email in ("otto@prairie.example", "coordinator@hub.example", "board@hub.example"):
        browser = sign_in(email)
        for address in (
            "/sharing/stakeholders",
            "/sharing/stakeholders?organization=lakeshore",
            "/sharing/stakeholders?format=csv",
        ):
            assert "shops.example" not in browser.get(address).text
        assert browser.get(f"/sharing/stakeholders/{maria.id}").status_code == 404
        assert browser.post(f"/sharing/stakeholders/{maria.id}", data={"email": "x@x.example"}).status_code == 404
        assert browser.post("/sharing/stakeholders/remove", data={"who": maria.id}).status_code == 422
        assert "0 to add" not in browser.post("/sharing/stakeholders/import", data={"lines": LIST}).text, (
            "each organization has its own list"
        )
    audit = sign_in("coordinator@hub.example").get("/audit").text
    assert "stakeholders" in audit
    assert "shops.example" not in audit


@pytest.mark.both_databases
def test_unsubscribing_needs_a_button_and_is_permanent(world: Database, sign_in: SignIn, client: FlaskClient) -> None:
    ana = sign_in("ana@lakeshore.example")
    import_list(ana, LIST, apply="1")
    address = stop_address(world)
    for _ in range(3):
        assert "Unsubscribe" in client.get(address).text
    assert rows(world, Unsubscribe) == []
    client.sends_csrf = False  # type: ignore[attr-defined]
    answer = client.post(address, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, "email apps send no CSRF token and may not follow a redirect"
    assert "You’re unsubscribed" in answer.text
    client.post(address, data={"List-Unsubscribe": "One-Click"})
    [stopped] = rows(world, Unsubscribe)
    assert "You’re unsubscribed" in client.get(address).text
    assert "unsubscribed" in ana.get("/sharing/stakeholders").text
    [maria, _bo] = rows(world, Stakeholder)
    ana.post("/sharing/stakeholders/remove", data={"who": maria.id})
    assert "maria" not in repr([row.__dict__ for row in rows(world, Unsubscribe)]), "a hash is kept, not the address"
    assert "has unsubscribed from your email" in import_list(ana, LIST)
    refused = ana.post("/sharing/stakeholders/new", data={"email": "MARIA@shops.example"})
    assert refused.status_code == 422
    assert "1 to add" in import_list(sign_in("otto@prairie.example"), "maria@shops.example"), (
        "it applies to that organization only"
    )
    assert stopped.organization_id is not None


@pytest.mark.both_databases
def test_a_recipient_can_unsubscribe_from_all_organizations_and_undo_it(
    world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    ana, otto = sign_in("ana@lakeshore.example"), sign_in("otto@prairie.example")
    import_list(ana, LIST, apply="1")
    address = stop_address(world)
    client.post(address, data={"from": "all"})
    assert "has unsubscribed" in import_list(otto, "maria@shops.example")
    assert ">Resubscribe</button>" in client.get(address).text
    client.post(address, data={"again": "all"})
    assert "1 to add" in import_list(otto, "maria@shops.example")
    assert rows(world, Unsubscribe) == []


def test_resubscribing_to_all_organizations_keeps_an_unsubscribe_from_one(
    world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    import_list(sign_in("ana@lakeshore.example"), LIST, apply="1")
    address = stop_address(world)
    client.post(address)
    client.post(address, data={"from": "all"})
    page = client.get(address).text
    assert "Lakeshore still won’t email you" in page
    assert "Resubscribe to other organizations" in page
    for _ in range(2):  # a second click changes nothing
        client.post(address, data={"again": "all"})
        [left] = rows(world, Unsubscribe)
        assert left.organization_id is not None
    page = client.get(address).text
    assert "Lakeshore won’t email you" in page
    assert "Resubscribe to Lakeshore" in page
    client.post(address, data={"again": "one"})
    assert rows(world, Unsubscribe) == []


def test_only_emails_from_the_same_organization_undo_an_unsubscribe_from_all(
    world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    addresses = {}
    for email, name in (("ana@lakeshore.example", "Lakeshore"), ("otto@prairie.example", "Prairie")):
        import_list(sign_in(email), LIST, apply="1")
        addresses[name] = stop_address(world, organization=name)
    client.post(addresses["Prairie"], data={"from": "all"})
    client.post(addresses["Lakeshore"])
    page = client.get(addresses["Lakeshore"]).text
    assert "You unsubscribed through an email from Prairie" in page
    assert "Resubscribe" not in page
    refused = client.post(addresses["Lakeshore"], data={"again": "all"})
    assert "through an email from Prairie" in refused.text
    assert [row.organization_id is None for row in rows(world, Unsubscribe)] == [True, False]
    client.post(addresses["Prairie"], data={"again": "all"})
    client.post(addresses["Lakeshore"], data={"again": "one"})
    assert rows(world, Unsubscribe) == []


@pytest.mark.parametrize("token", ["x", "1-" + "a" * 64 + "-" + "b" * 32, "%00", "ä" * 40])
def test_a_made_up_unsubscribe_url_is_not_found(world: Database, client: FlaskClient, token: str) -> None:
    assert client.get(f"/stop/{token}").status_code == 404
    assert client.post(f"/stop/{token}").status_code == 404
    assert rows(world, Unsubscribe) == []


@pytest.mark.both_databases
def test_hostile_texts_are_escaped(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    form = {"email": "maria@shops.example", "name": NAUGHTY, "affiliation": NAUGHTY, "groups": "<b>x</b>"}
    assert ana.post("/sharing/stakeholders/new", data=form).status_code == 302
    for page in (
        ana.get("/sharing/stakeholders"),
        ana.get("/sharing/stakeholders/1"),
        ana.get("/sharing/stakeholders/import"),
    ):
        assert "<script>alert" not in page.text
        assert "<b>x</b>" not in page.text
    assert one_line(NAUGHTY).replace('"', '""') in ana.get("/sharing/stakeholders?format=csv").text


@pytest.mark.both_databases
def test_two_thousand_lines_are_imported_with_a_few_queries(world: Database, sign_in: SignIn) -> None:
    text = "email,name,groups\n" + "".join(f"person{n}@shops.example,Person {n},Shops\n" for n in range(2_000))
    browser = sign_in("ana@lakeshore.example")
    version = form_on(browser.post("/sharing/stakeholders/import", data={"lines": text})).values["version"][0]
    with counted(world) as statements:
        assert "2,000 added" in import_list(browser, text, apply="1", version=version)
    assert len(statements) < 40
    page = browser.get("/sharing/stakeholders").text
    assert "2,000 people" in page
    assert len(re.findall(r'name="who"', page)) == stakeholders_queries.STAKEHOLDERS_PER_PAGE


def test_a_changed_unsubscribe_key_is_noticed(
    world: Database, config: Config, sign_in: SignIn, client: FlaskClient
) -> None:
    import_list(sign_in("ana@lakeshore.example"), LIST, apply="1")
    client.post(stop_address(world))
    with world.reading() as db:
        assert not stakeholders_queries.key_was_changed(db)
    other = Database(replace(config, UNSUBSCRIBE_KEY="another key altogether"))
    with other.reading() as db:
        assert stakeholders_queries.key_was_changed(db)
    other.close()


def test_what_was_set_aside_about_a_stakeholder_is_deleted_with_them(world: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    import_list(ana, LIST, apply="1")
    address = f"/sharing/stakeholders/{rows(world, Stakeholder)[0].id}"
    forms = [opened(ana, address) for _ in range(2)]
    assert ana.post(address, data=forms[0].filled(affiliation="Their words")).status_code == 302
    assert ana.post(address, data=forms[1].filled(affiliation="My words", resolve="saved")).status_code == 302
    assert len(rows(world, SetAside)) == 1
    who = [str(stakeholder.id) for stakeholder in rows(world, Stakeholder)]
    assert ana.post("/sharing/stakeholders/remove", data={"who": who}).status_code == 302
    assert rows(world, SetAside) == []

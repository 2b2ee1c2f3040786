"""Organizations and their designations: added and edited by the coordinator, read by everyone."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import NotFound, Refused
from hub.members import queries as members_queries
from hub.members.actions import email_changes as email_changes_actions
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.membership import Period
from hub.members.rules.organizations import DesignationFacts, DesignationStatus, OrganizationKind
from hub.members.rules.sessions import Origin
from tests.members.conftest import Alliance
from tests.world import SignIn, an_organization

ROSA = "rosa@lakeshore.example"
COORDINATOR = "coordinator@demo.example"
NEW = {
    "name": "Bayou Marine",
    "kind": "member",
    "region": "Gulf Coast",
    "website": "https://bayou.example",
    "joined_on": "2021-02-03",
    "designations-0-name": "IMCP",
    "designations-0-status": "ended",
    "designations-0-starts_on": "2014-05-01",
    "designations-0-ends_on": "2016-05-01",
    "designations-1-name": "Tech Hub",
    "designations-1-status": "active",
    "designations-1-starts_on": "2023-10-23",
    "designations-1-ends_on": "",
    "designations-2-name": "",
    "designations-2-status": "active",
    "designations-2-starts_on": "",
    "designations-2-ends_on": "",
}


def names_on(page: str) -> list[str]:
    return [cell.get_text() for cell in BeautifulSoup(page, "lxml").select("tbody th")]


def test_the_coordinator_adds_an_organization_with_its_designations(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator = sign_in(COORDINATOR)
    form = BeautifulSoup(coordinator.get("/organizations/new").text, "lxml")
    assert len(form.select("fieldset")) == 3, "a few empty rows, without scripts"
    assert [option["value"] for option in form.select("select[name=kind] option")] == ["member", "bff"]
    answer = coordinator.post("/organizations/new", data=NEW)
    assert answer.location == "/organizations/bayou-marine"
    page = coordinator.get("/organizations/bayou-marine").text
    text = BeautifulSoup(page, "lxml").get_text(" ")
    for shown in (
        "Bayou Marine added",
        "Gulf Coast",
        "Feb 3, 2021",
        "May 1, 2014",
        "May 1, 2016",
        "Ended",
        "Oct 23, 2023",
    ):
        assert shown in text
    assert 'href="https://bayou.example"' in page
    with database.reading() as db:
        bayou = members_queries.organization_of(db, "bayou-marine")
        assert [d.name for d in bayou.designations] == ["IMCP", "Tech Hub"]
        assert [(e.actor, e.action) for e in db.scalars(select(Entry).where(Entry.action != "signed in"))] == [
            (COORDINATOR, "added")
        ]


@pytest.mark.both_databases
def test_the_coordinator_changes_adds_and_removes_designations(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator = sign_in(COORDINATOR)
    coordinator.post("/organizations/new", data=NEW)
    form = BeautifulSoup(coordinator.get("/organizations/bayou-marine/edit").text, "lxml")
    assert len(form.select("fieldset")) == 5
    filled = form.select_one("input[name=designations-0-name]")
    assert filled is not None
    assert filled["value"] == "IMCP"
    changed = NEW | {
        "name": "Bayou Marine & Offshore",
        "designations-0-name": "",
        "designations-0-starts_on": "",
        "designations-0-ends_on": "",
        "designations-2-name": "BBBRC",
        "designations-2-status": "applied",
    }
    assert coordinator.post("/organizations/bayou-marine/edit", data=changed).status_code == 302
    with database.reading() as db:
        bayou = members_queries.organization_of(db, "bayou-marine")
        assert bayou.name == "Bayou Marine & Offshore"
        assert {d.name: d.status for d in bayou.designations} == {
            "Tech Hub": DesignationStatus.ACTIVE,
            "BBBRC": DesignationStatus.APPLIED,
        }
        entry = db.scalars(select(Entry).where(Entry.action == "changed")).one()
        assert set(entry.details) == {"name", "designations"}
    assert coordinator.post("/organizations/bayou-marine/edit", data=changed).status_code == 302
    with database.reading() as db:
        assert len(db.scalars(select(Entry).where(Entry.action == "changed")).all()) == 1, "nothing changed"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "Enter the organization’s name."),
        ({"name": "x" * 201}, "Use up to 200 characters."),
        ({"kind": "host"}, "Not a valid choice"),
        ({"website": "javascript:alert(1)"}, "https:// or http://"),
        ({"joined_on": ""}, "Enter the date it joined"),
        ({"joined_on": "yesterday"}, "is not a date"),
        ({"designations-0-ends_on": "2010-01-01"}, "before the start date"),
        ({"designations-2-starts_on": "2020-01-01"}, "Enter the designation’s name"),
    ],
)
def test_errors_are_shown_and_nothing_typed_is_lost(
    sign_in: SignIn, alliance: Alliance, database: Database, wrong: dict[str, str], says: str
) -> None:
    answer = sign_in(COORDINATOR).post("/organizations/new", data=NEW | {"region": "The Gulf"} | wrong)
    assert answer.status_code == 422
    assert says in answer.text
    assert "The Gulf" in answer.text
    assert "Tech Hub" in answer.text
    with database.reading() as db:
        assert db.scalar(select(Organization).where(Organization.region == "The Gulf")) is None


@pytest.mark.parametrize("email", [ROSA, "ruth@lakeshore.example", "keisha@lakeshore.example"])
def test_only_the_coordinator_changes_organizations(sign_in: SignIn, alliance: Alliance, email: str) -> None:
    browser = sign_in(email)
    for address in ("/organizations/new", "/organizations/lakeshore/edit", "/organizations/ridgeline/edit"):
        assert browser.get(address).status_code == 403
        assert browser.post(address, data=NEW).status_code == 403
    assert "/organizations/new" not in browser.get("/organizations").text


@pytest.mark.both_databases
def test_organizations_are_filtered_and_those_that_left_are_listed_separately(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    with database.writing() as db:
        an_organization(db, "Old Mill", left_on=date(2024, 1, 1), region="New England")
    rosa = sign_in(ROSA)
    rosa_sees = rosa.get("/organizations").text
    assert names_on(rosa_sees) == ["AMCC", "Lakeshore", "Ridgeline", "Supply Atlas", "Old Mill"]
    assert "Left the alliance" in rosa_sees
    assert names_on(rosa.get("/organizations?kind=bff").text) == ["Supply Atlas"]
    assert names_on(rosa.get("/organizations?region=Appalachia").text) == ["Ridgeline"]
    sign_in(COORDINATOR).post("/organizations/new", data=NEW)
    assert names_on(rosa.get("/organizations?designation=Tech+Hub").text) == ["Bayou Marine"]
    assert "No organizations match" in rosa.get("/organizations?kind=bff&region=Appalachia").text
    for query in ("kind=emperor", "region=%27--", "designation=%3Cb%3E", "kind=%F0%9F%98%80"):
        assert rosa.get(f"/organizations?{query}").status_code == 200


def test_other_organizations_are_shown_without_their_people(sign_in: SignIn, alliance: Alliance) -> None:
    page = sign_in(ROSA).get("/organizations/ridgeline")
    assert page.status_code == 200
    assert "Appalachia" in page.text
    assert "Jolene" not in page.text
    assert "Jolene" in sign_in("ruth@lakeshore.example").get("/organizations/ridgeline").text


@pytest.mark.both_databases
@pytest.mark.parametrize("slug", ["nowhere", "%00", "..", "x" * 3000, "%F0%9F%98%80"])
def test_an_unknown_organization_is_not_found(sign_in: SignIn, alliance: Alliance, slug: str) -> None:
    assert sign_in(ROSA).get(f"/organizations/{slug}").status_code == 404


@pytest.mark.both_databases
def test_equal_slugs_are_numbered_and_new_is_reserved(database: Database) -> None:
    with database.writing() as db:
        slugs = [
            organizations_actions.add_organization(db, None, name=name, kind=OrganizationKind.BFF).slug
            for name in ("New", "Forge & Foundry", "Forge, Foundry", "製作所", "石川", "x" * 200, "x" * 199)
        ]
    assert slugs == [
        "new-2",
        "forge-foundry",
        "forge-foundry-2",
        "organization",
        "organization-2",
        "x" * 60,
        "x" * 55 + "-2",
    ]


@pytest.mark.both_databases
def test_a_chosen_slug_is_used_or_refused(database: Database) -> None:
    with database.writing() as db:
        added = organizations_actions.add_organization(
            db, None, name="Lakeshore Forge", kind=OrganizationKind.BFF, slug="lakeshore"
        )
        assert added.slug == "lakeshore"
        for slug in ("lakeshore", "new", "Lake Shore", "a/b", "é"):
            with pytest.raises(Refused):
                organizations_actions.add_organization(db, None, name="Another", kind=OrganizationKind.BFF, slug=slug)


def test_an_organization_with_people_cannot_become_the_host_or_the_host_a_member(
    database: Database, alliance: Alliance
) -> None:
    with database.writing() as db:
        for person, kind in ((alliance.rosa, OrganizationKind.HOST), (alliance.coordinator, OrganizationKind.MEMBER)):
            organization = db.get_one(Person, person).organization
            with pytest.raises(Refused, match="The host stays the host"):
                organizations_actions.change_membership(db, None, organization, [Period(kind, date(2020, 1, 1))])
        lakeshore = db.get_one(Person, alliance.rosa).organization
        changed = [
            Period(OrganizationKind.MEMBER, date(2020, 1, 1), date(2024, 1, 1), "It merged."),
            Period(OrganizationKind.BFF, date(2025, 1, 1)),
        ]
        organizations_actions.change_membership(db, None, lakeshore, changed)
        assert lakeshore.kind is OrganizationKind.BFF
        assert list(lakeshore.membership.periods) == changed


def test_actions_check_permission_themselves(database: Database, alliance: Alliance) -> None:
    with database.writing() as db:
        rosa, jolene = db.get_one(Person, alliance.rosa), db.get_one(Person, alliance.jolene)
        elsewhere = jolene.organization
        with pytest.raises(NotFound):
            organizations_actions.add_organization(db, rosa, name="X", kind=OrganizationKind.BFF)
        with pytest.raises(NotFound):
            organizations_actions.change_organization(db, rosa, rosa.organization, name="X")
        with pytest.raises(NotFound):
            organizations_actions.change_membership(
                db, rosa, rosa.organization, [Period(OrganizationKind.BFF, date.min)]
            )
        with pytest.raises(NotFound):
            people_actions.add_person(db, rosa, elsewhere, email="x@x.example", name="X", role=jolene.role)
        for act in (people_actions.deactivate, invitations_actions.reset_link, invitations_actions.invite):
            with pytest.raises(NotFound):
                act(db, rosa, jolene)
        for change in (people_actions.change_role, people_actions.reactivate):
            with pytest.raises(NotFound):
                change(db, rosa, jolene, jolene.role)
        with pytest.raises(NotFound):
            people_actions.change_name(db, rosa, jolene, "X")
        with pytest.raises(NotFound):
            email_changes_actions.change_email(db, rosa, jolene, "x@x.example", Origin())


@pytest.mark.both_databases
def test_designations_are_shown_by_start_date(database: Database) -> None:
    designations = [
        DesignationFacts("Later", DesignationStatus.ACTIVE, date(2020, 1, 1)),
        DesignationFacts("Sooner", DesignationStatus.ENDED, date(2010, 1, 1), date(2012, 1, 1)),
    ]
    with database.writing() as db:
        slug = organizations_actions.add_organization(
            db, None, name="Bayou", kind=OrganizationKind.MEMBER, designations=designations
        ).slug
    with database.reading() as db:
        assert [d.name for d in members_queries.organization_of(db, slug).designations] == ["Sooner", "Later"]

"""People: listed, added, edited and deactivated by representatives and the coordinator."""

from threading import Barrier, Thread

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database
from hub.core.errors import Refused
from hub.members.actions import people as people_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.models import Person
from hub.members.rules.organizations import Role
from tests.members.conftest import Alliance
from tests.members.records import COORDINATOR, ROSA, audited, roles
from tests.serving import TIMEOUT
from tests.world import PASSWORD, SignIn, a_person, an_organization


def test_a_representative_sees_only_people_of_their_own_organization(sign_in: SignIn, alliance: Alliance) -> None:
    page = sign_in(ROSA).get("/people").text
    assert "Keisha" in page
    assert "Jolene" not in page
    assert "Marguerite" not in page


@pytest.mark.parametrize("email", [COORDINATOR, "ruth@lakeshore.example"])
def test_the_coordinator_and_the_board_see_everyone(sign_in: SignIn, alliance: Alliance, email: str) -> None:
    page = sign_in(email).get("/people").text
    assert "Keisha" in page
    assert "Jolene" in page


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("q", "matches"),
    [
        ("rosa", True),
        ("peña", True),
        ("ROSA@LAKE", True),
        ("nobody", False),
        ("%", False),
        ("_", False),
        ("' OR 1=1 --", False),
        ("\\", False),
    ],
)
def test_people_are_found_by_name_and_address(sign_in: SignIn, alliance: Alliance, q: str, matches: bool) -> None:
    page = sign_in(COORDINATOR).get("/people", query_string={"q": q})
    assert page.status_code == 200
    assert ("Rosa Peña" in page.text) == matches
    field = BeautifulSoup(page.text, "lxml").select_one("input#q")
    assert field is not None
    assert field["value"] == q


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "999999999999999999999999"])
def test_an_invalid_page_number_breaks_nothing(sign_in: SignIn, alliance: Alliance, page: str) -> None:
    assert sign_in(COORDINATOR).get("/people", query_string={"page": page}).status_code == 200


@pytest.mark.both_databases
def test_a_long_list_has_pages(sign_in: SignIn, alliance: Alliance, database: Database) -> None:
    with database.writing() as db:
        large = an_organization(db, "Many")
        for number in range(60):
            a_person(db, large, name=f"Zoe {number:02}")
    coordinator = sign_in(COORDINATOR)
    assert "66 people" in coordinator.get("/people").text
    second = coordinator.get("/people?page=2").text
    assert "Zoe 59" in second
    assert "Zoe 00" not in second


def test_a_representative_adds_a_person_and_is_told_who_has_the_link(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa = sign_in(ROSA)
    form = BeautifulSoup(rosa.get("/people/new").text, "lxml")
    assert [o["value"] for o in form.select("select[name=role] option")] == [
        "representative",
        "alternate",
        "contributor",
    ]
    assert not form.select("select[name=organization]")
    answer = rosa.post("/people/new", data={"name": "Hal", "email": "Hal@Lakeshore.Example", "role": "contributor"})
    assert answer.status_code == 302
    assert "Ask Marguerite to give Hal the link." in rosa.get(answer.location).text
    assert roles(database)["Hal"] is Role.CONTRIBUTOR
    page = rosa.get("/people?q=hal@lakeshore.example").text
    assert "Invited" in page
    assert "/invitation/" not in page
    assert audited(database) == [(ROSA, "added"), (ROSA, "invited")]


def test_a_representative_cannot_add_people_elsewhere(sign_in: SignIn, alliance: Alliance, database: Database) -> None:
    data = {"name": "Hal", "email": "hal@lakeshore.example", "role": "contributor", "organization": "ridgeline"}
    assert sign_in(ROSA).post("/people/new?organization=ridgeline", data=data).status_code == 302
    assert "Hal" in roles(database)
    assert "Hal" not in roles(database, "ridgeline")


@pytest.mark.parametrize("email", [ROSA, "keisha@lakeshore.example"])
def test_people_of_another_organization_are_not_found_by_representatives_and_contributors(
    sign_in: SignIn, alliance: Alliance, database: Database, email: str
) -> None:
    browser = sign_in(email)
    before = roles(database, "ridgeline")
    assert browser.get("/people/99999999999999").status_code == 404
    for person in (alliance.jolene, alliance.coordinator, 424242):
        assert browser.get(f"/people/{person}").status_code == 404
        for act in ("", "/role", "/link", "/leave"):
            data = {"name": "Pwned", "email": "pwned@x.example", "role": "contributor"}
            assert browser.post(f"/people/{person}{act}", data=data).status_code == 404
    assert roles(database, "ridgeline") == before
    assert audited(database) == []


@pytest.mark.parametrize("email", ["keisha@lakeshore.example", "ruth@lakeshore.example"])
def test_contributors_and_the_board_see_people_but_change_nothing(
    sign_in: SignIn, alliance: Alliance, database: Database, email: str
) -> None:
    browser = sign_in(email)
    page = browser.get(f"/people/{alliance.tom}")
    assert page.status_code == 200
    assert not BeautifulSoup(page.text, "lxml").select("main form")
    assert browser.get("/people/new").status_code == 403
    assert browser.post("/people/new", data={"name": "H", "email": "h@x.example", "role": "board"}).status_code == 403
    for act in ("", "/role", "/link", "/leave"):
        data = {"name": "Pwned", "email": "pwned@x.example", "role": "contributor"}
        assert browser.post(f"/people/{alliance.tom}{act}", data=data).status_code == 403
    assert audited(database) == []


@pytest.mark.both_databases
def test_an_address_taken_at_another_organization_is_refused_without_saying_where(
    sign_in: SignIn, alliance: Alliance
) -> None:
    data = {"name": "Jo", "email": "jolene@ridgeline.example", "role": "contributor"}
    answer = sign_in(ROSA).post("/people/new", data=data)
    assert answer.status_code == 422
    assert "can’t be added here. Ask the coordinator" in answer.text
    assert "Ridgeline" not in answer.text
    assert "Jolene" not in answer.text
    answer = sign_in(ROSA).post(f"/people/{alliance.keisha}", data=data)
    assert answer.status_code == 422
    assert "can’t be added here" in answer.text
    assert "Ridgeline" not in answer.text
    answer = sign_in(COORDINATOR).post("/people/new", data=data | {"organization": "lakeshore"})
    assert answer.status_code == 422
    assert "Jolene at Ridgeline already has this email address" in answer.text


@pytest.mark.both_databases
def test_an_address_taken_at_the_same_organization_is_refused_with_the_name(
    sign_in: SignIn, alliance: Alliance
) -> None:
    data = {"name": "K", "email": "KEISHA@lakeshore.example", "role": "contributor"}
    assert "Keisha already has this email address" in sign_in(ROSA).post("/people/new", data=data).text


@pytest.mark.both_databases
def test_adding_the_same_address_twice_at_once_adds_one_person(database: Database, alliance: Alliance) -> None:
    start, refused = Barrier(2, timeout=TIMEOUT), []

    def add(colleague_id: int) -> None:
        start.wait()
        try:
            with database.writing() as db:
                into = db.get_one(Person, colleague_id).organization
                people_actions.add_person(db, None, into, email="twin@x.example", name="Twin", role=Role.CONTRIBUTOR)
        except Refused as error:
            refused.append(str(error))

    threads = [Thread(target=add, args=(person,)) for person in (alliance.rosa, alliance.jolene)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert len(refused) == 1
    with database.reading() as db:
        assert len(db.scalars(select(Person).where(Person.email == "twin@x.example")).all()) == 1


def test_a_name_and_an_address_are_changed(app: Flask, sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    data = {"name": "Keisha <Broadnax>", "email": "K.Broadnax@lakeshore.example"}
    assert rosa.post(f"/people/{alliance.keisha}", data=data).status_code == 302
    assert "Keisha &lt;Broadnax&gt;" in rosa.get(f"/people/{alliance.keisha}").text
    assert "k.broadnax@lakeshore.example (not confirmed yet)" in rosa.get(f"/people/{alliance.keisha}").text
    for wrong in ({"name": "", "email": ROSA}, {"name": "K", "email": "no address"}):
        answer = rosa.post(f"/people/{alliance.keisha}", data=wrong)
        assert answer.status_code == 422
        assert wrong["email"] in answer.text


def test_a_deactivated_person_is_signed_out_and_cannot_sign_in_until_reactivated(
    app: Flask, sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    rosa, tom = sign_in(ROSA), sign_in("tom@lakeshore.example")
    assert rosa.post(f"/people/{alliance.tom}/leave").status_code == 302
    assert tom.get("/account").status_code == 302
    data = {"email": "tom@lakeshore.example", "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=data).status_code == 422
    assert "Tom" not in roles(database)
    page = rosa.get(f"/people/{alliance.tom}").text
    assert "Deactivated on" in page
    assert rosa.post(f"/people/{alliance.tom}/link").status_code == 422
    assert "Deactivated" in rosa.get("/people").text
    people = BeautifulSoup(rosa.get("/organizations/lakeshore").text, "lxml").select("main ul li")
    assert not any("Tom" in line.get_text() for line in people)

    assert rosa.post(f"/people/{alliance.tom}/role", data={"role": "alternate"}).status_code == 302
    assert roles(database)["Tom"] is Role.ALTERNATE
    sign_in("tom@lakeshore.example")
    entries = audited(database)
    assert (ROSA, "deactivated") in entries
    assert (ROSA, "reactivated") in entries


def test_no_one_deactivates_their_own_account(sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    answer = rosa.post(f"/people/{alliance.rosa}/leave")
    assert answer.status_code == 422
    assert "Ask someone else" in answer.text
    assert rosa.get("/account").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "Robert'); DROP TABLE person;--",
        "{{ config }}",
        "𝕬𝖓𝖆 👩🏽‍🏭",
        "Ω≈ç√∫˜µ≤",
    ],
)
def test_naughty_names_are_shown_as_typed_and_never_run(sign_in: SignIn, alliance: Alliance, name: str) -> None:
    rosa = sign_in(ROSA)
    data = {"name": name, "email": "naughty@lakeshore.example", "role": "contributor"}
    assert rosa.post("/people/new", data=data).status_code == 302
    for address in ("/people", "/organizations/lakeshore"):
        page = BeautifulSoup(rosa.get(address).text, "lxml")
        assert name in page.get_text()
        assert not [script for script in page.find_all("script") if "src" not in script.attrs]


def test_the_operator_adds_people_without_being_one(database: Database, alliance: Alliance) -> None:
    with database.writing() as db:
        into = db.get_one(Person, alliance.rosa).organization
        hashed = signing_in_actions.hashed("a password of theirs")
        people_actions.add_person(
            db, None, into, email="o@x.example", name="O", role=Role.REPRESENTATIVE, password_hash=hashed
        )
    assert roles(database)["O"] is Role.REPRESENTATIVE
    assert {actor for actor, _ in audited(database)} == {"the hub's operator"}


def test_every_role_can_open_the_pages_of_people(sign_in: SignIn, alliance: Alliance) -> None:
    for email in (ROSA, COORDINATOR, "keisha@lakeshore.example", "ruth@lakeshore.example"):
        browser: FlaskClient = sign_in(email)
        for address in ("/people", "/organizations", "/organizations/lakeshore", "/account", f"/people/{alliance.tom}"):
            page = browser.get(address)
            assert page.status_code == 200
            assert len(BeautifulSoup(page.text, "lxml").find_all("h1")) == 1

"""Roles and who may assign them: one representative, a last coordinator, and people who move."""

import re
from threading import Barrier, Thread

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail.models import OutboxMessage
from hub.members.actions import people as people_actions
from hub.members.models import Person, RoleHeld
from hub.members.rules.organizations import Role
from tests.members.conftest import Alliance
from tests.members.records import COORDINATOR, ROSA, audited, roles
from tests.serving import TIMEOUT
from tests.world import FrozenClock, SignIn


@pytest.mark.parametrize("role", ["board", "coordinator", "emperor", ""])
def test_a_representative_cannot_assign_coordinator_or_board(
    sign_in: SignIn, alliance: Alliance, database: Database, role: str
) -> None:
    rosa = sign_in(ROSA)
    answer = rosa.post("/people/new", data={"name": "Hal", "email": "hal@lakeshore.example", "role": role})
    assert answer.status_code == 422
    assert "hal@lakeshore.example" in answer.text, "what was typed is kept"
    assert rosa.post(f"/people/{alliance.keisha}/role", data={"role": role}).status_code == 422
    assert rosa.post(f"/people/{alliance.rosa}/role", data={"role": role}).status_code == 422
    assert set(roles(database)) == {"Rosa", "Tom", "Keisha", "Ruth"}
    assert roles(database)["Keisha"] is Role.CONTRIBUTOR


def test_a_representative_cannot_manage_a_board_member(sign_in: SignIn, alliance: Alliance) -> None:
    rosa = sign_in(ROSA)
    assert rosa.get(f"/people/{alliance.ruth}").status_code == 200
    for act in ("", "/role", "/link", "/leave"):
        data = {"name": "Ruth", "email": ROSA, "role": "contributor"}
        assert rosa.post(f"/people/{alliance.ruth}{act}", data=data).status_code == 403


@pytest.mark.both_databases
def test_a_new_representative_makes_the_former_one_a_contributor_and_history_stays(
    sign_in: SignIn, alliance: Alliance, database: Database, frozen_clock: FrozenClock
) -> None:
    frozen_clock.advance(days=1)
    rosa = sign_in(ROSA)
    answer = rosa.post(f"/people/{alliance.keisha}/role", data={"role": "representative"})
    assert answer.location == f"/people/{alliance.keisha}"
    now = roles(database)
    assert now["Keisha"] is Role.REPRESENTATIVE
    assert now["Rosa"] is Role.CONTRIBUTOR
    assert now["Tom"] is Role.ALTERNATE
    with database.reading() as db:
        held = db.scalars(select(RoleHeld).where(RoleHeld.person_id == alliance.rosa).order_by(RoleHeld.id)).all()
    assert [row.role for row in held] == [Role.REPRESENTATIVE, Role.CONTRIBUTOR]
    assert held[0].until == held[1].since == frozen_clock.at
    page = sign_in(COORDINATOR).get("/organizations/lakeshore").text
    assert "Role history" in page
    assert rosa.post(f"/people/{alliance.tom}/leave").status_code == 403, "a contributor manages no one"
    assert audited(database).count((ROSA, "changed the role of")) == 2, "for the new and the former representative"


@pytest.mark.both_databases
def test_an_alternate_who_becomes_representative_leaves_the_old_role_vacant(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    tom = sign_in("tom@lakeshore.example")
    assert tom.post(f"/people/{alliance.tom}/role", data={"role": "representative"}).status_code == 302
    now = roles(database)
    assert (now["Tom"], now["Rosa"]) == (Role.REPRESENTATIVE, Role.CONTRIBUTOR)
    assert Role.ALTERNATE not in now.values()
    page = BeautifulSoup(tom.get("/organizations/lakeshore").text, "lxml").get_text()
    assert "Vacant" in page


def test_assigning_the_current_role_changes_nothing(sign_in: SignIn, alliance: Alliance, database: Database) -> None:
    assert sign_in(ROSA).post(f"/people/{alliance.rosa}/role", data={"role": "representative"}).status_code == 302
    assert roles(database)["Rosa"] is Role.REPRESENTATIVE
    assert audited(database) == []


@pytest.mark.both_databases
def test_assigning_two_representatives_at_once_leaves_one(database: Database, alliance: Alliance) -> None:
    start, refused = Barrier(2, timeout=TIMEOUT), []

    def name(person_id: int) -> None:
        start.wait()
        try:
            with database.writing() as db:
                people_actions.change_role(db, None, db.get_one(Person, person_id), Role.REPRESENTATIVE)
        except Refused as error:
            refused.append(error)

    threads = [Thread(target=name, args=(person,)) for person in (alliance.tom, alliance.keisha)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert list(roles(database).values()).count(Role.REPRESENTATIVE) == 1
    assert roles(database)["Rosa"] is Role.CONTRIBUTOR
    assert len(roles(database)) == 4
    assert not refused


@pytest.mark.both_databases
def test_a_database_constraint_refuses_a_second_representative(database: Database, alliance: Alliance) -> None:
    with database.writing() as db:
        keisha = db.get_one(Person, alliance.keisha)
        with pytest.raises(Refused, match="Someone else just changed this role"):
            people_actions._set_role(db, keisha, Role.REPRESENTATIVE)
    assert roles(database)["Rosa"] is Role.REPRESENTATIVE


@pytest.mark.both_databases
def test_a_deactivated_representative_leaves_the_role_vacant(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    tom = sign_in("tom@lakeshore.example")
    tom.post(f"/people/{alliance.rosa}/leave")
    with database.reading() as db:
        assert db.get_one(Person, alliance.rosa).role is Role.CONTRIBUTOR
    assert tom.post(f"/people/{alliance.keisha}/role", data={"role": "representative"}).status_code == 302
    assert roles(database)["Keisha"] is Role.REPRESENTATIVE


@pytest.mark.both_databases
def test_the_last_coordinator_cannot_leave_or_change_role(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator = sign_in(COORDINATOR)
    for act, data in (("leave", {}), ("role", {"role": "board"})):
        assert coordinator.post(f"/people/{alliance.coordinator}/{act}", data=data).status_code == 422
    with database.writing() as db:
        host = db.get_one(Person, alliance.coordinator).organization
        invited = people_actions.add_person(db, None, host, email="d@amcc.example", name="Dag", role=Role.COORDINATOR)
        with pytest.raises(Refused, match="last coordinator"):
            people_actions.deactivate(db, None, db.get_one(Person, alliance.coordinator))
        invited.password_hash = "accepted"
    assert coordinator.post(f"/people/{alliance.coordinator}/role", data={"role": "board"}).status_code == 302
    assert coordinator.get("/organizations/new").status_code == 403


def test_the_coordinator_assigns_the_board_role_at_any_organization(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator = sign_in(COORDINATOR)
    assert coordinator.post(f"/people/{alliance.jolene}/role", data={"role": "board"}).status_code == 302
    assert roles(database, "ridgeline")["Jolene"] is Role.BOARD
    assert coordinator.post(f"/people/{alliance.jolene}/role", data={"role": "coordinator"}).status_code == 422


def test_the_coordinator_adds_people_anywhere_with_roles_that_fit(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator = sign_in(COORDINATOR)
    form = BeautifulSoup(coordinator.get("/people/new?organization=ridgeline").text, "lxml")
    chosen = form.select_one("select[name=organization] option[selected]")
    assert chosen is not None
    assert chosen["value"] == "ridgeline"
    data = {"name": "Amit", "email": "amit@ridgeline.example", "role": "alternate", "organization": "ridgeline"}
    assert coordinator.post("/people/new", data=data).status_code == 200
    assert roles(database, "ridgeline")["Amit"] is Role.ALTERNATE
    wrong = data | {"organization": "amcc", "email": "x@amcc.example"}
    answer = coordinator.post("/people/new", data=wrong)
    assert answer.status_code == 422
    assert "AMCC is a host. Choose one of its roles: Coordinator, Advisory Board." in answer.text
    for organization in ("nowhere", ""):
        assert coordinator.post("/people/new", data=wrong | {"organization": organization}).status_code == 422


def test_the_coordinator_moves_a_person_and_their_history_stays(
    sign_in: SignIn, alliance: Alliance, database: Database, app: Flask
) -> None:
    coordinator = sign_in(COORDINATOR)
    sign_in(ROSA).post(f"/people/{alliance.tom}/link")
    with database.reading() as db:
        link = re.search(r"/password/[\w-]+", db.scalars(select(OutboxMessage.text)).one())
    assert link is not None
    tom = sign_in("tom@lakeshore.example")
    answer = coordinator.post(
        f"/people/{alliance.tom}/organization",
        data={"organization": "ridgeline", "role": "representative"},
        follow_redirects=True,
    )
    assert "Tom is now at Ridgeline with the role Representative." in answer.text
    assert roles(database) == {"Rosa": Role.REPRESENTATIVE, "Keisha": Role.CONTRIBUTOR, "Ruth": Role.BOARD}
    assert roles(database, "ridgeline") == {"Tom": Role.REPRESENTATIVE, "Jolene": Role.CONTRIBUTOR}
    assert tom.get("/account").status_code == 302, "the session with the former role has ended"
    tom = sign_in("tom@lakeshore.example")
    assert "Ridgeline" in tom.get("/account").text
    assert tom.get(f"/people/{alliance.keisha}").status_code == 404
    assert app.test_client().get(link[0]).status_code == 410, "created at the former organization"
    history = BeautifulSoup(coordinator.get(f"/people/{alliance.tom}").text, "lxml").select("table tbody th")
    assert [cell.get_text() for cell in history][-2:] == ["Ridgeline", "Lakeshore"]
    lakeshore = BeautifulSoup(sign_in(ROSA).get("/organizations/lakeshore").text, "lxml")
    assert "Tom" in lakeshore.get_text()
    assert lakeshore.find("a", string="Tom") is None, "no link to a page that Rosa may not see"


def test_moving_is_refused_without_permission_or_with_a_role_that_does_not_fit(
    sign_in: SignIn, alliance: Alliance, database: Database
) -> None:
    coordinator, rosa = sign_in(COORDINATOR), sign_in(ROSA)
    tom = f"/people/{alliance.tom}/organization"
    assert rosa.post(tom, data={"organization": "ridgeline", "role": "alternate"}).status_code == 403
    assert "Organization</h2>" not in rosa.get(f"/people/{alliance.tom}").text
    wrong = coordinator.post(tom, data={"organization": "ridgeline", "role": "coordinator"})
    assert wrong.status_code == 422
    assert "Ridgeline is a member. Choose one of its roles" in wrong.text
    assert coordinator.post(tom, data={"organization": "lakeshore", "role": "alternate"}).status_code == 422
    last = f"/people/{alliance.coordinator}/organization"
    refused = coordinator.post(last, data={"organization": "ridgeline", "role": "contributor"})
    assert "the last coordinator" in refused.text
    assert roles(database)["Tom"] is Role.ALTERNATE

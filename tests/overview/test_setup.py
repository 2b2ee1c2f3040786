"""The guide of the first run, as a first coordinator goes through it; what is chosen holds in every process."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import chosen_settings
from hub.core.db import Database
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind, Role
from tests.world import SignIn, a_person, a_resource, an_organization


@pytest.fixture
def coordinator(db: Session, sign_in: SignIn) -> FlaskClient:
    host = an_organization(db, "The Secretariat", OrganizationKind.HOST)
    a_person(db, host, Role.COORDINATOR, "cora@host.example", name="Cora")
    db.commit()
    return sign_in("cora@host.example")


def _organizations(database: Database) -> int:
    with database.reading() as db:
        return len(db.scalars(select(Organization)).all())


@pytest.mark.both_databases
def test_the_guide_leads_from_an_empty_hub_to_invitations(coordinator: FlaskClient, database: Database) -> None:
    assert "0 of 4 steps are done" in coordinator.get("/").text
    named = coordinator.post("/setup/hub", data={"name": "Forge Hub", "zone": "America/Chicago"}, follow_redirects=True)
    assert named.request.path == "/setup/host"
    assert "Forge Hub" in named.text
    host = {"name": "The Secretariat of Steel", "region": "Ohio", "website": "https://steel.example"}
    assert coordinator.post("/setup/host", data=host).location == "/setup/organizations"
    listed = "Mesa Composites\nGreat Lakes,BFF,Ohio,,2020,Ana Peña,ana@lakes.example\nBad,club\n"
    shown = coordinator.post("/setup/organizations", data={"listed": listed})
    assert "2 organizations will be added; 1 line can’t be yet" in " ".join(shown.text.split())
    assert _organizations(database) == 1, "looking makes nothing"
    added = coordinator.post("/setup/organizations", data={"listed": listed, "add": "1"})
    page = BeautifulSoup(added.text, "lxml")
    field = page.find("textarea", id="listed")
    assert field is not None
    assert field.get_text().strip() == "Bad,club", "what was wrong stays, to be put right"
    invitations = coordinator.get("/setup/invitations").text
    assert "1 person has no password yet" in invitations
    assert "1 organization has no representative" in invitations
    wrong = {"name-mesa-composites": "Tom", "email-mesa-composites": "nowhere"}
    refused = coordinator.post("/setup/invitations", data=wrong)
    assert refused.status_code == 422
    assert 'value="Tom"' in refused.text
    right = wrong | {"email-mesa-composites": "tom@mesa.example"}
    coordinator.post("/setup/invitations", data=right)
    links = coordinator.post("/setup/links").text
    tokens = set(re.findall(r'value="[^"]*/invitation/([^"]+)"', links))
    assert len(tokens) == 2
    visitor = coordinator.application.test_client()
    assert all(visitor.get(f"/invitation/{token}").status_code == 200 for token in tokens)
    assert "The hub is being set up" not in coordinator.get("/").text


def test_a_list_may_come_as_a_file_of_windows(coordinator: FlaskClient) -> None:
    file = (BytesIO("Name;Region\nFundición Peña;México\n".encode("cp1252")), "list.csv")
    shown = coordinator.post("/setup/organizations", data={"file": file}, content_type="multipart/form-data")
    assert "Fundición Peña" in shown.text
    assert "1 organization will be added" in shown.text


def test_steps_can_be_left_out_and_the_guide_put_away(coordinator: FlaskClient) -> None:
    coordinator.post("/setup/skip/host")
    assert "1 of 4 steps are done" in coordinator.get("/").text
    coordinator.post("/setup/skip/all")
    assert "The hub is being set up" not in coordinator.get("/").text
    assert coordinator.get("/setup").status_code == 200


@pytest.mark.both_databases
def test_the_time_zone_stays_once_something_was_shared(
    coordinator: FlaskClient, db: Session, database: Database
) -> None:
    member = an_organization(db, "Mesa")
    resource = a_resource(db, member, created_by=a_person(db, member))
    db.commit()
    assert coordinator.get(f"/resources/{resource.id}/download").status_code == 200
    assert "<select" not in coordinator.get("/setup/hub").text.split("<main")[1]
    answer = coordinator.post("/setup/hub", data={"name": "Hub", "zone": "America/Chicago"})
    assert answer.status_code in {302, 422}
    with database.reading() as rows:
        assert chosen_settings.kept(rows, "TIME_ZONE") == ""


def test_nobody_but_the_coordinator_sees_the_guide(db: Session, sign_in: SignIn) -> None:
    member = an_organization(db, "Mesa")
    a_person(db, member, Role.REPRESENTATIVE, "rita@mesa.example")
    db.commit()
    browser = sign_in("rita@mesa.example")
    for step in ("", "/hub", "/host", "/organizations", "/invitations"):
        assert browser.get(f"/setup{step}").status_code == 404
    for step in ("/hub", "/organizations", "/links", "/skip/all"):
        assert browser.post(f"/setup{step}").status_code == 404


@pytest.mark.both_databases
def test_another_process_takes_over_what_was_chosen(database: Database) -> None:
    other = Database(database.config)
    with database.writing() as db:
        chosen_settings.keep(db, "TIME_ZONE", "America/Denver")
        chosen_settings.keep(db, "HUB_NAME", "Forge Hub")
    chosen_settings.refresh(other)
    assert (other.config.TIME_ZONE, other.config.HUB_NAME) == ("America/Denver", "Forge Hub")
    with database.writing() as db:
        chosen_settings.keep(db, "TIME_ZONE", "America/Chicago")
        chosen_settings.keep(db, "HUB_NAME", "Steel Hub")
    chosen_settings.refresh(other)
    assert (other.config.TIME_ZONE, other.config.HUB_NAME) == ("America/Chicago", "Steel Hub")
    other.close()


@pytest.mark.both_databases
def test_the_environment_wins_over_the_rows_and_a_zone_that_is_unknown_here_is_passed_over(
    database: Database,
) -> None:
    given = Database(replace(database.config, HUB_NAME="Of the operator", given=frozenset({"HUB_NAME"})))
    with database.writing() as db:
        chosen_settings.keep(db, "TIME_ZONE", "Mars/Olympus")
        chosen_settings.keep(db, "HUB_NAME", "Forge Hub")
    chosen_settings.refresh(given)
    assert (given.config.TIME_ZONE, given.config.HUB_NAME) == ("America/New_York", "Of the operator")
    given.close()


def test_hints_stay_away_once_dismissed_and_come_back_when_asked(app: Flask, db: Session, sign_in: SignIn) -> None:
    a_person(db, an_organization(db, "Mesa"), Role.REPRESENTATIVE, "rita@mesa.example")
    db.commit()
    browser = sign_in("rita@mesa.example")
    assert "This is your organization’s quarter" in browser.get("/").text
    back = browser.post("/hints/quarter/dismiss", data={"next": "/"})
    assert (back.status_code, back.location) == (302, "/")
    assert browser.post("/hints/quarter/dismiss").status_code == 302, "twice is once"
    assert "This is your organization’s quarter" not in browser.get("/").text
    assert browser.post("/hints/nothing/dismiss").status_code == 404
    browser.post("/account/hints")
    assert "This is your organization’s quarter" in browser.get("/").text

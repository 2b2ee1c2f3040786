"""The setup guide, step by step as the first coordinator; the settings apply in every process."""

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
    first = {"name": "Forge Hub", "zone": "America/Chicago", "records_begin": "2026-01-01"}
    named = coordinator.post("/setup/hub", data=first, follow_redirects=True)
    assert named.request.path == "/setup/host"
    assert "Forge Hub" in named.text
    host = {
        "name": "The Secretariat of Steel",
        "region": "Ohio",
        "website": "https://steel.example",
        "postal_address": "1 Steel Square\nColumbus, OH 43004",
    }
    bad_host = coordinator.post("/setup/host", data=host | {"postal_address": "Columbus"})
    assert (bad_host.status_code, "ZIP code" in bad_host.text, "Columbus</textarea>" in bad_host.text) == (
        422,
        True,
        True,
    )
    assert coordinator.post("/setup/host", data=host).location == "/setup/organizations"
    listed = "Mesa Composites\nGreat Lakes,BFF,Ohio,,2020,Ana Peña,ana@lakes.example\nBad,club\n"
    shown = coordinator.post("/setup/organizations", data={"listed": listed})
    assert "2 organizations will be added. 1 line needs to be corrected" in " ".join(shown.text.split())
    assert _organizations(database) == 1, "a preview adds nothing"
    added = coordinator.post("/setup/organizations", data={"listed": listed, "add": "1"})
    page = BeautifulSoup(added.text, "lxml")
    field = page.find("textarea", id="listed")
    assert field is not None
    assert field.get_text().strip() == "Bad,club", "the line with a problem stays, to be corrected"
    invitations = coordinator.get("/setup/invitations").text
    assert "1 person has no password yet" in invitations
    assert "1 organization has no representative" in invitations
    wrong = {"name-mesa-composites": "Tom", "email-mesa-composites": "nowhere"}
    refused = coordinator.post("/setup/invitations", data=wrong)
    assert refused.status_code == 422
    assert 'value="Tom"' in refused.text
    right = wrong | {"email-mesa-composites": "tom@mesa.example"}
    coordinator.post("/setup/invitations", data=right)
    answer = coordinator.post("/setup/links")
    assert answer.headers["Cache-Control"] == "private, no-store"
    links = answer.text
    tokens = set(re.findall(r'value="[^"]*/invitation/([^"]+)"', links))
    assert len(tokens) == 2
    visitor = coordinator.application.test_client()
    assert all(visitor.get(f"/invitation/{token}").status_code == 200 for token in tokens)
    assert "Finish setting up the hub" not in coordinator.get("/").text


def test_a_list_can_be_a_csv_file_from_windows(coordinator: FlaskClient) -> None:
    file = (BytesIO("Name;Region\nFundición Peña;México\n".encode("cp1252")), "list.csv")
    shown = coordinator.post("/setup/organizations", data={"file": file}, content_type="multipart/form-data")
    assert "Fundición Peña" in shown.text
    assert "1 organization will be added" in shown.text


def test_steps_and_the_whole_guide_can_be_skipped(coordinator: FlaskClient) -> None:
    coordinator.post("/setup/skip/host")
    assert "1 of 4 steps are done" in coordinator.get("/").text
    coordinator.post("/setup/skip/all")
    assert "Finish setting up the hub" not in coordinator.get("/").text
    assert coordinator.get("/setup").status_code == 200


@pytest.mark.both_databases
def test_the_time_zone_cannot_change_once_something_was_shared(
    coordinator: FlaskClient, db: Session, database: Database
) -> None:
    member = an_organization(db, "Mesa")
    resource = a_resource(db, member, created_by=a_person(db, member))
    db.commit()
    assert coordinator.get(f"/resources/{resource.id}/download").status_code == 200
    assert "<select" not in coordinator.get("/setup/hub").text.split("<main")[1]
    day = {"records_begin": "2026-01-01", "previewed": "2026-01-01"}
    response = coordinator.post("/setup/hub", data={"name": "Hub", "zone": "America/Chicago"} | day)
    assert response.status_code in {302, 422}
    with database.reading() as reader:
        assert chosen_settings.stored(reader, "TIME_ZONE") == ""


def test_only_the_coordinator_sees_the_guide(db: Session, sign_in: SignIn) -> None:
    member = an_organization(db, "Mesa")
    a_person(db, member, Role.REPRESENTATIVE, "rita@mesa.example")
    db.commit()
    browser = sign_in("rita@mesa.example")
    for step in ("", "/hub", "/host", "/organizations", "/invitations"):
        assert browser.get(f"/setup{step}").status_code == 403
    for step in ("/hub", "/organizations", "/links", "/skip/all"):
        assert browser.post(f"/setup{step}").status_code == 403


@pytest.mark.both_databases
def test_another_process_applies_the_chosen_settings(database: Database) -> None:
    other = Database(database.config)
    with database.writing() as db:
        chosen_settings.store(db, "TIME_ZONE", "America/Denver")
        chosen_settings.store(db, "HUB_NAME", "Forge Hub")
    chosen_settings.refresh(other)
    assert (other.config.TIME_ZONE, other.config.HUB_NAME) == ("America/Denver", "Forge Hub")
    with database.writing() as db:
        chosen_settings.store(db, "TIME_ZONE", "America/Chicago")
        chosen_settings.store(db, "HUB_NAME", "Steel Hub")
    chosen_settings.refresh(other)
    assert (other.config.TIME_ZONE, other.config.HUB_NAME) == ("America/Chicago", "Steel Hub")
    other.close()


@pytest.mark.both_databases
def test_the_environment_overrides_stored_settings_and_an_unknown_zone_is_ignored(
    database: Database,
) -> None:
    given = Database(replace(database.config, HUB_NAME="Operator Hub", given=frozenset({"HUB_NAME"})))
    with database.writing() as db:
        chosen_settings.store(db, "TIME_ZONE", "Mars/Olympus")
        chosen_settings.store(db, "HUB_NAME", "Forge Hub")
    chosen_settings.refresh(given)
    assert (given.config.TIME_ZONE, given.config.HUB_NAME) == ("America/New_York", "Operator Hub")
    given.close()


def test_dismissed_hints_stay_hidden_until_they_are_turned_on_again(app: Flask, db: Session, sign_in: SignIn) -> None:
    a_person(db, an_organization(db, "Mesa"), Role.REPRESENTATIVE, "rita@mesa.example")
    db.commit()
    browser = sign_in("rita@mesa.example")
    assert "Once a quarter, confirm what your organization shared" in browser.get("/").text
    response = browser.post("/hints/quarter/dismiss", data={"next": "/"})
    assert (response.status_code, response.location) == (302, "/")
    assert browser.post("/hints/quarter/dismiss").status_code == 302, "dismissing it again is harmless"
    assert "Once a quarter, confirm what your organization shared" not in browser.get("/").text
    assert browser.post("/hints/nothing/dismiss").status_code == 404
    browser.post("/account/hints")
    assert "Once a quarter, confirm what your organization shared" in browser.get("/").text

"""Helpers for returning people: load a page, save a search, add a resource."""

from datetime import UTC, datetime
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.members.models import Person
from hub.members.rules.organizations import Role
from hub.search import index
from tests.world import a_resource

EMAILS = {role: f"{role.value}@lake.example" for role in Role} | {Role.COORDINATOR: "coordinator@hub.example"}
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


def page_of(browser: FlaskClient, address: str) -> BeautifulSoup:
    answer = browser.get(address, buffered=True)  # runs what is written after the response
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def person_of(db: Session, email: str) -> Person:
    return db.scalars(select(Person).where(Person.email == email)).one()


def save(browser: FlaskClient, address: str = "q=steel", name: str = "Steel", **others: Any) -> Any:
    return browser.post("/searches", data={"address": address, "name": name, "tells": "y"} | others)


def add_resource(world: Database, title: str, by: str = "bo@harbor.example", **others: Any) -> int:
    """Add a resource as a person, index it, and return its id."""
    with world.writing() as db:
        person = person_of(db, by)
        resource = a_resource(db, person.organization, title, created_by=person, **others)
    index.catch_up(world)
    return resource.id

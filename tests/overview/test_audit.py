"""The audit log as its readers see it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.members.rules.organizations import OrganizationKind, Role
from hub.overview.rules.audit import audit_label, audit_words
from tests.world import a_person, an_organization


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("call-notes", "call notes"), ("published_on", "published on"), ("2026-11-24", "Nov 24, 2026"), ("2026-13-24", "2026-13-24"),
        ("2026Q3", "Q3 2026"),
        ("20:00-07:00 America/Chicago", "8:00 p.m. to 7:00 a.m. (America/Chicago)"), (True, "yes"),
        (False, "no"), (None, "nothing"), ([], "nothing"), (["bff", "call-notes"], "bff, call notes"),
        ("ana-lu@lakeshore.example", "ana-lu@lakeshore.example"), ({"shared_with": 3}, "shared with 3"), (7, "7"),
    ],
)  # fmt: skip
def test_details_are_shown_in_words(value: object, words: str) -> None:
    assert audit_words(value) == words


def test_the_digest_of_a_file_is_called_its_fingerprint_and_a_digest_email_is_not() -> None:
    assert audit_label("digest") == "fingerprint"
    assert audit_words(["digest", "reminder"]) == "digest, reminder"
    assert audit_label("joined_on") == "joined on"


@pytest.mark.both_databases
def test_the_audit_log_describes_a_change_in_words(database: Database, sign_in: Callable[[str], FlaskClient]) -> None:
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
    coordinator = sign_in("coordinator@hub.example")
    data = {"name": "Lakeshore", "kind": "member", "joined_on": "2026-01-05", "region": "Duluth"}
    assert coordinator.post("/organizations/new", data=data).status_code == 302
    data |= {"region": "Two Harbors"}
    assert coordinator.post("/organizations/lakeshore/edit", data=data).status_code == 302
    assert "region: Two Harbors" in coordinator.get("/audit").text


def test_an_entry_has_the_person_and_the_request(database: Database, sign_in: Callable[[str], FlaskClient]) -> None:
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        number = a_person(db, host, Role.COORDINATOR, "coordinator@hub.example").id
    data = {"name": "Lakeshore", "kind": "member", "joined_on": "2026-01-05"}
    response = sign_in("coordinator@hub.example").post("/organizations/new", data=data)
    with database.reading() as db:
        [entry] = db.scalars(select(Entry).where(Entry.action == "added"))
    assert (entry.actor_id, entry.actor) == (number, "coordinator@hub.example")
    assert entry.request_id == response.headers["X-Request-Id"]

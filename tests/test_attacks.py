"""What somebody tried who wished the hub ill: each test is an attack that once worked."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database
from hub.core.log import TextLines
from hub.members import actions as members
from hub.members.models import Person
from hub.members.rules import OrganizationKind, Role
from hub.sharing.models import ShareLink, SharingEvent
from tests.world import SignIn, a_person, a_resource, an_organization

COORDINATOR, REPRESENTATIVE, PROMOTED = "cora@host.example", "rosa@lakeshore.example", "pat@lakeshore.example"
TOO_LONG = "9" * 400  # digits: no float holds it


@pytest.fixture
def resource(database: Database) -> int:
    """A resource of an organization with its representative and a contributor, beside the host's coordinator."""
    with database.writing() as db:
        host = an_organization(db, "Host", kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, COORDINATOR)
        lakeshore = an_organization(db, "Lakeshore")
        a_person(db, lakeshore, Role.REPRESENTATIVE, REPRESENTATIVE)
        a_person(db, lakeshore, Role.CONTRIBUTOR, PROMOTED)
        return a_resource(db, lakeshore).id


class Told(logging.Handler):
    """What the log says, in the form of text."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(TextLines("%(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def line_of(client: FlaskClient, address: str, **how: Any) -> str:
    """What the log says of a request."""
    logger, told = logging.getLogger("hub.web"), Told()
    logger.addHandler(told)
    level = logger.level
    logger.setLevel(logging.INFO)
    try:
        client.open(address, **how)
    finally:
        logger.setLevel(level)
        logger.removeHandler(told)
    assert len(told.lines) == 1
    return told.lines[0]


@pytest.mark.parametrize("way", ["invitation", "reset link"])
def test_a_link_that_a_representative_made_lets_nobody_in_as_a_board_member(
    way: str, resource: int, database: Database, client: FlaskClient
) -> None:
    with database.writing() as db:
        coordinator, representative, promoted = (
            db.scalars(select(Person).where(Person.email == email)).one()
            for email in (COORDINATOR, REPRESENTATIVE, PROMOTED)
        )
        if way == "invitation":
            promoted.password_hash = None
            token = members.invite(db, representative, promoted)
        else:
            token = members.reset_link(db, representative, promoted)
        members.give_role(db, coordinator, promoted, Role.BOARD)
    address = f"/{'invitation' if way == 'invitation' else 'password'}/{token}"
    answer = client.post(address, data={"password": "a long password", "repeated": "a long password"})
    assert answer.status_code == 410
    assert client.get("/board").status_code == 302


def test_an_invitation_outlives_a_change_between_roles_of_the_organization(
    resource: int, database: Database, client: FlaskClient
) -> None:
    with database.writing() as db:
        representative, invited = (
            db.scalars(select(Person).where(Person.email == email)).one() for email in (REPRESENTATIVE, PROMOTED)
        )
        invited.password_hash = None
        token = members.invite(db, representative, invited)
        members.give_role(db, representative, invited, Role.ALTERNATE)
    assert client.get(f"/invitation/{token}").status_code == 200


def test_an_address_cannot_write_a_line_of_the_log(client: FlaskClient) -> None:
    told = line_of(client, "/x%0aINFO%20all%20is%20well%1b[31m")
    assert "\n" not in told
    assert "\x1b" not in told
    assert "path=/x\\nINFO all is well\\x1b[31m" in told


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/s/{token}/"),
        ("GET", "/s/{token}/show"),
        ("GET", "/s/{token}/download"),
        ("PUT", "/s/{token}"),
        ("GET", "/invitation/{token}/"),
        ("DELETE", "/password/{token}"),
    ],
)
def test_a_token_in_an_address_that_nothing_answers_is_not_logged(
    method: str, address: str, client: FlaskClient
) -> None:
    token = "aB3-_" * 8
    told = line_of(client, address.format(token=token), method=method)
    assert "path=/" in told
    assert token not in told


def test_an_error_of_the_database_tells_no_value_of_a_row(database: Database) -> None:
    secret = "the secret token"

    def link(db: Session) -> ShareLink:
        person = a_person(db, an_organization(db))
        whose = {"resource_id": a_resource(db, person.organization).id, "organization_id": person.organization_id}
        now = clock.now()
        return ShareLink(token=secret, person_id=person.id, created_at=now, expires_at=now, **whose)

    with database.writing() as db:
        db.add(link(db))
        db.flush()
        db.add(link(db))  # breaks the unique index
        with pytest.raises(SQLAlchemyError) as told:
            db.flush()
        db.rollback()
    assert "[SQL parameters hidden" in str(told.value)


@pytest.mark.parametrize("page", ["9223372036854775807", "9" * 30])
def test_no_page_of_the_audit_is_too_high(page: str, resource: int, sign_in: SignIn) -> None:
    assert sign_in(COORDINATOR).get(f"/audit?page={page}").status_code == 200


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/sharing/declare", {"people": TOO_LONG}),
        ("/sharing/2026Q3/confirm", {"people": TOO_LONG}),
        ("/resources/{resource}/forward", {"page": TOO_LONG, "days": "30"}),
        ("/sharing/declare", {"search": "1", "find": "a\x00b"}),
        ("/sharing/2026Q3/confirm", {"search": "1", "find": "\x00"}),
        ("/sharing/declare", {"search": "1", "find": "x" * 70_000}),
        (
            "/resources/{resource}/edit",
            {"title": "T", "tags": "a\x00b, \x00", "audience": "network", "kind": "resource"},
        ),
        ("/resources/new?by=text", {"body": "B", "tags": "\x00", "audience": "network", "kind": "resource"}),
    ],
)
def test_nothing_that_is_typed_breaks_a_page(
    address: str, sent: dict[str, str], resource: int, sign_in: SignIn
) -> None:
    answer = sign_in(REPRESENTATIVE).post(address.format(resource=resource), data=sent)
    assert answer.status_code in {200, 302, 422}


@pytest.mark.parametrize(
    "header", [("Purpose", "Prefetch"), ("X-Purpose", "preview"), ("Sec-Purpose", "prefetch;prerender")]
)
def test_a_browser_that_looks_ahead_takes_nothing(
    header: tuple[str, str], resource: int, database: Database, sign_in: SignIn
) -> None:
    answer = sign_in(REPRESENTATIVE).get(f"/resources/{resource}/download", headers=[header])
    assert answer.status_code == 503
    with database.reading() as db:
        assert db.scalar(select(func.count(SharingEvent.id))) == 0

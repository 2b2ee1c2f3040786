"""Attacks on the hub, each of which worked once."""

import io
import logging
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.core.log import TextLines
from hub.library import queries as library_queries
from hub.library.actions import Facts, Written, change, replace
from hub.library.rules import Audience
from hub.mail.models import OutboxMessage
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import people as people_actions
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission
from hub.outreach.models import ShareLink
from hub.sharing.models import SharingEvent
from tests.world import SignIn, a_person, a_resource, an_organization

COORDINATOR, REPRESENTATIVE, PROMOTED = "cora@host.example", "rosa@lakeshore.example", "pat@lakeshore.example"
TOO_LONG = "9" * 400  # digits: too long for a float


@pytest.fixture
def resource(database: Database) -> int:
    """A resource of an organization with a representative and a contributor; the host has a coordinator."""
    with database.writing() as db:
        host = an_organization(db, "Host", kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, COORDINATOR)
        lakeshore = an_organization(db, "Lakeshore")
        a_person(db, lakeshore, Role.REPRESENTATIVE, REPRESENTATIVE)
        a_person(db, lakeshore, Role.CONTRIBUTOR, PROMOTED)
        return a_resource(db, lakeshore).id


class Lines(logging.Handler):
    """Collects log lines in text format."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(TextLines("%(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def line_of(client: FlaskClient, address: str, **how: Any) -> str:
    """Return the log line of a request."""
    logger, handler = logging.getLogger("hub.web"), Lines()
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    try:
        client.open(address, **how)
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
    assert len(handler.lines) == 1
    return handler.lines[0]


def _mailed_link(db: Session) -> str:
    """Return the path of the link in the only message of the outbox."""
    link = re.search(r"/(?:invitation|password)/[\w-]+", db.scalars(select(OutboxMessage.text)).one())
    assert link
    return link[0]


@pytest.mark.parametrize("way", ["invitation", "reset link"])
def test_a_link_from_a_representative_cannot_sign_in_a_board_member(
    way: str, resource: int, database: Database, client: FlaskClient
) -> None:
    with database.writing() as db:
        coordinator, representative, promoted = (
            db.scalars(select(Person).where(Person.email == email)).one()
            for email in (COORDINATOR, REPRESENTATIVE, PROMOTED)
        )
        if way == "invitation":
            promoted.password_hash = None
            invitations_actions.invite(db, representative, promoted)
        else:
            invitations_actions.reset_link(db, representative, promoted)
        address = _mailed_link(db)
        people_actions.change_role(db, coordinator, promoted, Role.BOARD)
    answer = client.post(address, data={"password": "a long password", "repeated": "a long password"})
    assert answer.status_code == 410
    assert client.get("/board").status_code == 302


def test_an_invitation_stays_valid_after_a_role_change_in_the_organization(
    resource: int, database: Database, client: FlaskClient
) -> None:
    with database.writing() as db:
        representative, invited = (
            db.scalars(select(Person).where(Person.email == email)).one() for email in (REPRESENTATIVE, PROMOTED)
        )
        invited.password_hash = None
        invitations_actions.invite(db, representative, invited)
        address = _mailed_link(db)
        people_actions.change_role(db, representative, invited, Role.ALTERNATE)
    assert client.get(address).status_code == 200


def test_a_url_cannot_inject_a_log_line(client: FlaskClient) -> None:
    line = line_of(client, "/x%0aINFO%20all%20is%20well%1b[31m")
    assert "\n" not in line
    assert "\x1b" not in line
    assert "path=/x\\nINFO all is well\\x1b[31m" in line


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
def test_a_token_in_a_url_without_a_route_is_not_logged(method: str, address: str, client: FlaskClient) -> None:
    token = "aB3-_" * 8
    line = line_of(client, address.format(token=token), method=method)
    assert "path=/" in line
    assert token not in line


@pytest.mark.both_databases
def test_a_database_error_shows_no_values(database: Database) -> None:
    secret = "the secret token"

    def link(db: Session) -> ShareLink:
        person = a_person(db, an_organization(db))
        owner = {"resource_id": a_resource(db, person.organization).id, "organization_id": person.organization_id}
        now = clock.now()
        return ShareLink(token=secret, person_id=person.id, created_at=now, expires_at=now, **owner)

    with database.writing() as db:
        db.add(link(db))
        db.flush()
        db.add(link(db))  # violates the unique index
        with pytest.raises(SQLAlchemyError) as error:
            db.flush()
        db.rollback()
    assert "[SQL parameters hidden" in str(error.value)


@pytest.mark.both_databases
@pytest.mark.parametrize("page", ["9223372036854775807", "9" * 30])
def test_no_page_number_of_the_audit_log_is_too_high(page: str, resource: int, sign_in: SignIn) -> None:
    assert sign_in(COORDINATOR).get(f"/audit?page={page}").status_code == 200


@pytest.mark.both_databases
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
def test_no_typed_text_breaks_a_page(address: str, sent: dict[str, str], resource: int, sign_in: SignIn) -> None:
    answer = sign_in(REPRESENTATIVE).post(address.format(resource=resource), data=sent)
    assert answer.status_code in {200, 302, 422}


@pytest.mark.parametrize(
    "header", [("Purpose", "Prefetch"), ("X-Purpose", "preview"), ("Sec-Purpose", "prefetch;prerender")]
)
def test_a_browser_prefetch_is_not_logged_as_a_download(
    header: tuple[str, str], resource: int, database: Database, sign_in: SignIn
) -> None:
    answer = sign_in(REPRESENTATIVE).get(f"/resources/{resource}/download", headers=[header])
    assert answer.status_code == 503
    with database.reading() as db:
        assert db.scalar(select(func.count(SharingEvent.id))) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("number", ["999999999999", "9" * 20, "9" * 5_000, "-1", "x"])
def test_no_primary_key_breaks_a_page(number: str, resource: int, sign_in: SignIn) -> None:
    pat, cora = sign_in(PROMOTED), sign_in(COORDINATOR)
    assert pat.post("/sharing/packs/add", data={"resource": number, "part": "1"}).status_code == 422
    assert pat.get(f"/sharing/declare?mail={number}").status_code in {200, 404}
    assert pat.get(f"/resources/{resource}/pages?number={number}").status_code == 302
    assert cora.post("/outbox/nudge", data={"organization": number}).status_code == 302


@pytest.mark.both_databases
def test_no_quarter_is_too_far_away(resource: int, sign_in: SignIn) -> None:
    for quarter in ("9999Q4", "0001Q1", "2200Q4"):
        for page in (
            "/sharing/declare?quarter={}",
            "/sharing/packs/new?quarter={}",
            "/sharing/{}",
            "/sharing/{}/packet",
        ):
            assert sign_in(PROMOTED).get(page.format(quarter)).status_code < 500


def test_a_pack_reveals_nothing_about_hidden_resources(resource: int, database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        hidden = a_resource(db, an_organization(db, "Prairie"), pages=["one"], audience=Audience.ORGANIZATION).id
    answers = {
        sign_in(PROMOTED).post("/sharing/packs/add", data={"resource": str(number), "part": part}).text
        for number, part in ((hidden, "1"), (hidden, "9"), (hidden + 1, "1"))
    }
    assert len({re.sub(r'value="[^"]*"', "", answer) for answer in answers}) == 1


def test_a_pack_does_not_show_an_earlier_revision_that_was_restricted(
    resource: int, database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    with database.writing() as db:
        prairie = an_organization(db, "Prairie")
        otto = a_person(db, prairie, email="otto@prairie.example")
        restricted = a_resource(db, prairie, pages=["what was too much"], created_by=otto).id
    pat = sign_in(PROMOTED)
    pack = pat.post("/sharing/packs/add", data={"resource": str(restricted), "part": "1"}).location
    channel = pat.post(f"{pack}/channel", data={"channel": "newsletter"}).location
    link = re.findall(r"/p/[\w-]+", pat.get(channel).text)[0]
    item = f"{link}/{re.findall(rf'{link}/([0-9]+)', client.get(link).text)[0]}"
    assert "what was too much" in client.post(f"{item}/open", follow_redirects=True).text
    for audience in (Audience.ORGANIZATION, Audience.NETWORK):
        with database.writing() as db:
            person = db.scalars(select(Person).where(Person.email == "otto@prairie.example")).one()
            row = library_queries.get_for(db, person, restricted, Permission.CHANGE)
            facts = Facts(kind=row.kind, title=row.title, audience=audience, published_on=row.published_on)
            change(db, person, row, facts, closes=audience is Audience.ORGANIZATION)
            if audience is Audience.ORGANIZATION:
                replace(db, person, row, Written("what everyone may know"))
    assert pat.get(f"/resources/{restricted}/download?revision=1").status_code == 404
    for answer in (client.get(link), client.get(item), client.post(f"{item}/open", follow_redirects=True)):
        assert "what was too much" not in answer.text


def test_files_for_a_withdrawn_application_are_not_stored(client: FlaskClient, config: Config) -> None:
    form = {"kind": "member", "name": "X Org", "contact_name": "C", "contact_email": "c@x.example"}
    link = re.findall(r"/join/[\w-]{20,}", client.post("/join", data=form).text)[0]
    many = {"file-swot": [(io.BytesIO(bytes([number]) * 100), f"{number}.txt") for number in range(15)]}
    assert "can have up to 10 files" in client.post(link, data=form | many, content_type="multipart/form-data").text
    client.post(f"{link}/withdraw", data={"reason": "later"})
    single = {"file-swot": [(io.BytesIO(b"x" * 100), "x.txt")]}
    answer = client.post(link, data=form | single, content_type="multipart/form-data", follow_redirects=True)
    assert "This application can’t be changed now." in answer.text
    assert not [path for path in (config.UPLOADS / "files").rglob("*") if path.is_file()]


def test_a_very_long_pasted_line_is_handled_in_time(resource: int, sign_in: SignIn) -> None:
    """It once blocked the process for minutes."""
    pat = sign_in(PROMOTED)
    for line in (
        "x" * 150_000 + "@",
        "x" * 90_000 + "@",
        "<" * 90_000,
        '"' * 90_000 + "<a",
        "< " * 45_000,
        "a <b" * 22_000,
    ):
        assert pat.post("/sharing/stakeholders/import", data={"lines": line}).status_code in {200, 422}


def test_deeply_nested_text_is_shown_in_time(resource: int, database: Database, sign_in: SignIn) -> None:
    """It once took 11 seconds for each view."""
    stars = "*" * 40_000
    facts = {"title": "Stars", "kind": "briefing", "audience": "network", "body": f"{stars}a{stars}"}
    answer = sign_in(PROMOTED).post("/resources/new?by=text", data=facts, follow_redirects=True)
    assert answer.status_code == 200
    assert "Stars" in answer.text

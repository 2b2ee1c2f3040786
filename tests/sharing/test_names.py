"""The record keeps what people, organizations and resources were called, wherever it is shown or exported."""

from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.audit import note
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.models import Resource, Revision
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.migrations import schema
from hub.outreach.actions import links as links_actions
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.queries import links as links_queries
from hub.outreach.rules.copied_mail import read_mail
from hub.outreach.rules.openings import Visitor
from hub.outreach.rules.places import hub_links_in
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.actions import downloads as downloads_actions
from hub.sharing.models import Confirmation, LoggedMail, SharingEvent
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.rules.audit_packet_check import check_packet
from hub.sharing.rules.standing import Channel
from tests.core.test_migrations import go_back
from tests.sharing.packets import make
from tests.sharing.test_reports import rows_of, sheets_of, words_of
from tests.world import FrozenClock, SignIn, a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases

Q2 = Quarter(2026, 2)
OLD, NEW = ("Rita Then", "Prairie Then", "Kit then"), ("Rita Now", "Prairie Now", "Kit now")


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """Rita shared a resource in every way, and confirmed; then she, her organization and the resource were renamed."""
    frozen_clock = FrozenClock(datetime(2026, 5, 5, 15, 0, tzinfo=UTC))
    monkeypatch.setattr("hub.core.clock.now", lambda: frozen_clock.at)
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    with database.writing() as db:
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example", "Cora")
        prairie = an_organization(db, OLD[1], joined_on=date(2026, 4, 1))
        prairie.slug = "prairie-works"
        rita = a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", OLD[0])
        kit = a_resource(db, prairie, OLD[2])
        note(db, None, "added", prairie)
        note(db, None, "added", rita)
        frozen_clock.advance(hours=1)
        share(db, rita, kit)
    frozen_clock.advance(hours=1)
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        people_actions.change_name(db, None, rita, NEW[0])
        prairie = db.scalars(select(Organization).where(Organization.name == OLD[1])).one()
        organizations_actions.change_organization(db, None, prairie, name=NEW[1])
        db.scalars(select(Resource)).one().title = NEW[2]
    return frozen_clock


def share(db: Session, person: Person, resource: Resource) -> None:
    """Download, report, email and confirm the resource, and let someone open a link to it."""
    downloads_actions.log_download(db, person, resource, db.scalars(select(Revision)).one(), whole=True)
    report = declarations_actions.Declaration(date(2026, 5, 5), "our members", Channel.EMAIL)
    declarations_actions.declare(db, person, [resource.id], report)
    raw = (
        "From: rita@prairie.example\r\nTo: ana@works.example\r\nSubject: Kits\r\nMessage-ID: <a@prairie.example>\r\n"
        f"Date: Tue, 05 May 2026 10:00:00 -0400\r\n\r\nhttp://localhost/resources/{resource.id}\r\n"
    )
    mail = read_mail(raw.encode())
    arrived = datetime(2026, 5, 5, 15, 0, tzinfo=UTC)
    log_address_actions.log_mail(db, person, mail, hub_links_in(mail.text, "http://localhost"), arrived)
    token = links_actions.make_link(db, person, resource, None, 30).token
    db.flush()
    db.expire_all()
    links_actions.open_link(db, links_queries.link_by_token(db, token), Visitor("a browser", "192.0.2.1"))
    statement = confirmations_actions.Statement(shared=True, resource_ids=(resource.id,), with_whom="our members")
    confirmations_actions.confirm(db, person, Q2, statement)


def test_every_page_of_the_record_shows_the_old_names(world: FrozenClock, sign_in: SignIn) -> None:
    browser = sign_in("rita@prairie.example")
    for address, count in (
        ("/sharing", 1),
        ("/sharing/2026Q2", 4 + 1 + 1),  # entries, confirmation, filter
        ("/sharing/2026Q2/confirm", 1),
        ("/sharing/confirmations/1", 1),
        ("/sharing/events/2/correct", 1),
        ("/sharing/mails/1", 1),
    ):
        page = browser.get(address).text
        assert (page.count("Rita Then"), address) == (count, address)
    page = browser.get("/sharing/2026Q2").text
    assert "The organization was called Prairie Then then." in page
    assert page.count("Kit then") == 4 + 1 + 1 + 4  # entries, confirmation, filter, links to correct
    assert "Rita Then, representative of Prairie Then, on" in browser.get("/sharing/confirmations/1").text
    assert "Rita Then" in sign_in("coordinator@hub.example").get("/board/prairie-works").text


def test_every_export_of_the_record_has_the_old_names(world: FrozenClock, database: Database, sign_in: SignIn) -> None:
    browser = sign_in("rita@prairie.example")
    for address in ("/sharing?format=csv", "/sharing/2026Q2?format=csv", "/sharing/reports/2026?format=csv"):
        rows = rows_of(browser.get(address).data)
        assert {(row["Person"], row["Organization"], row["Title"]) for row in rows} == {OLD}
        assert len(rows) == 4
    words = words_of(browser.get("/sharing/reports/2026Q2").data)
    assert "In this period, the organization was called Prairie Then." in words
    assert "Rita Then, representative of Prairie Then, on" in words
    assert "Rita Now" not in words
    assert "Kit now" not in words
    sheets = sheets_of(browser.get("/sharing/reports/2026Q2?format=xlsx").data)
    for sheet, row in (("Quarters", 1), ("Entries", 1), ("Confirmations", 1)):
        assert "Rita Then" in sheets[sheet][row]
    assert "Prairie Then" in sheets["Entries"][1]
    assert "Prairie Then" in sheets["Confirmations"][1]
    alliance = rows_of(sign_in("coordinator@hub.example").get("/board/reports/2026Q2?format=csv").data)
    assert [row["Confirmed by"] for row in alliance if row["Organization ID"] == "prairie-works"] == ["Rita Then"]
    with database.reading() as db:
        confirmed = [row.as_json()["confirmed_by"] for row in quarters_queries.sharing_of(db, Q2)]
        assert [name for name in confirmed if name] == ["Rita Then"]


def test_a_packet_has_the_old_names_and_keeps_the_name_of_its_maker(
    world: FrozenClock, database: Database, sign_in: SignIn
) -> None:
    packet = make(database, Q2)
    assert check_packet(packet.content).problems == ()
    files = ZipFile(BytesIO(packet.content))
    events, confirmations = (rows_of(files.read(name)) for name in ("events.csv", "confirmations.csv"))
    assert {(row["person"], row["organization"], row["title"]) for row in events} == {OLD}
    assert [(row["person"], row["organization"]) for row in confirmations] == [OLD[:2]]
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        people_actions.rename(db, rita, "Rita Later")
    page = sign_in("rita@prairie.example").get("/sharing/2026Q2/packet").text
    assert "by Rita Now" in page


def test_old_rows_get_the_names_that_the_audit_log_has_for_their_time(world: FrozenClock, database: Database) -> None:
    go_back(database, "2026_11_27_shared_earlier")
    schema.upgrade(database)
    with database.reading() as db:
        assert {(row.person_name, row.organization_name) for row in db.scalars(select(SharingEvent))} == {OLD[:2]}
        assert {(row.person_name, row.organization_name) for row in db.scalars(select(Confirmation))} == {OLD[:2]}
        assert db.scalars(select(LoggedMail.person_name)).all() == ["Rita Then"]

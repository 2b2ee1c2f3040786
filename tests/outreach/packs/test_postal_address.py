"""Packs end with their organization's postal address, which is asked for before the first one is sent."""

import pytest
from sqlalchemy import select, update

from hub import worker
from hub.core.db import Database
from hub.members.models import Organization, Person
from hub.members.rules.organizations import Role
from hub.outreach.models import Pack
from hub.outreach.rules.packs import PackState
from tests.mailserver import MailServer
from tests.outreach.packs.drafting import a_draft, ok, rows, send, work_on
from tests.world import SignIn, a_person

FIELD = 'name="postal_address"'
ADDRESS = "12 Pier Road\nErie, PA 16501"


@pytest.fixture
def first_time(world: Database) -> Database:
    """The world, in which no organization has a postal address yet."""
    with world.writing() as db:
        for organization in db.scalars(select(Organization)):
            organization.postal_address = ""
    return world


def test_it_is_asked_for_before_the_first_pack_and_nothing_typed_is_lost(
    first_time: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    page = work_on(ana, draft, "preview")
    assert FIELD in page
    assert "needs your organization’s postal address" in page
    later = {"when": "later", "at": "2099-01-01T10:00"}
    page = ok(ana.post(f"{draft}/send", data=later), 422)
    assert 'value="2099-01-01T10:00"' in page
    for wrong in ("", "Erie"):
        page = ok(ana.post(f"{draft}/send", data={"when": "now", "postal_address": wrong}), 422)
        assert "CAN-SPAM Act" in page
        assert f">\r\n{wrong}</textarea>" in page or f">{wrong}</textarea>" in page
    assert [pack.state for pack in rows(first_time, Pack)] == [PackState.DRAFT]
    ok(ana.post(f"{draft}/send", data={"when": "now", "postal_address": ADDRESS}, follow_redirects=True))
    worker.catch_up(first_time)
    [got] = mail_server.to("maria@shops.example")
    assert "\nLakeshore\n12 Pier Road, Erie, PA 16501\nUnsubscribe: http" in got.part("text/plain").replace(
        "\r\n", "\n"
    )
    assert "Lakeshore<br>12 Pier Road, Erie, PA 16501<br>" in got.part("text/html")
    assert ">Unsubscribe</a>" in got.part("text/html")
    page = work_on(ana, a_draft(ana), "preview")
    assert FIELD not in page
    assert "CAN-SPAM" not in page


@pytest.mark.both_databases
def test_a_pack_scheduled_before_there_was_an_address_waits_for_it_and_its_sender_hears_of_it(
    world: Database, sign_in: SignIn, mail_server: MailServer
) -> None:
    """Hubs from before postal addresses have such packs, and the coordinator can remove an address."""
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    send(ana, draft)
    with world.writing() as db:
        db.execute(update(Organization).values(postal_address=""))
    for _ in range(2):
        worker.catch_up(world)
    assert [pack.state for pack in rows(world, Pack)] == [PackState.DRAFT]
    [got] = mail_server.received
    assert got.recipient == "ana@lakeshore.example"
    assert got.field("Subject") == b"Not sent: Worth a look"
    assert "needs your organization’s postal address" in " ".join(got.part("text/plain").split())
    assert f"{draft}\r\n" in got.part("text/plain")
    page = ok(ana.post(f"{draft}/send", data={"when": "now", "postal_address": ADDRESS}, follow_redirects=True))
    assert FIELD not in page
    worker.catch_up(world)
    assert {got.recipient for got in mail_server.received[1:]} == {"maria@shops.example", "bo@shops.example"}
    assert all("12 Pier Road, Erie, PA 16501" in got.part("text/plain") for got in mail_server.received[1:])


def test_an_address_typed_with_a_wrong_date_is_not_saved_but_stays_typed(first_time: Database, sign_in: SignIn) -> None:
    ana = sign_in("ana@lakeshore.example")
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    page = ok(ana.post(f"{draft}/send", data={"when": "later", "at": "", "postal_address": ADDRESS}), 422)
    assert "Enter a date and time" in page
    assert "12 Pier Road" in page
    with first_time.reading() as db:
        assert set(db.scalars(select(Organization.postal_address))) == {""}


def test_a_contributor_is_told_who_can_add_it(first_time: Database, sign_in: SignIn) -> None:
    dee = sign_in("dee@lakeshore.example")
    draft = a_draft(dee)
    page = work_on(dee, draft, "preview")
    assert FIELD not in page
    sentence = "Your representative or alternate can edit the postal address: Ana Peña."
    assert sentence in page
    page = ok(dee.post(f"{draft}/send", data={"when": "now", "postal_address": ADDRESS}), 404)
    page = ok(dee.post(f"{draft}/send", data={"when": "now"}), 422)
    assert page.count(sentence) == 1
    assert [pack.state for pack in rows(first_time, Pack)] == [PackState.DRAFT]


def test_someone_at_the_host_is_told_to_ask_the_coordinator(first_time: Database, sign_in: SignIn) -> None:
    with first_time.writing() as db:
        host = db.scalars(select(Organization).where(Organization.kind == "host")).one()
        a_person(db, host, Role.BOARD, "board@hub.example", "Bea")
        db.scalars(select(Person).where(Person.role == Role.COORDINATOR)).one().name = "Cora"
        host_draft = host.id
    bea = sign_in("board@hub.example")
    bea.post("/sharing/stakeholders/import", data={"lines": "Maria <maria@shops.example>", "do": "apply", "apply": "1"})
    page = work_on(bea, a_draft(bea), "preview", groups=[], everyone="y")
    assert "can edit the postal address: Cora." in page, host_draft

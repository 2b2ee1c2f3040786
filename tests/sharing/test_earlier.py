"""What was added to the hub after a quarter counts for that quarter only if someone says it was shared earlier."""

import re
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.test import TestResponse

from hub.core.db import Database
from hub.core.errors import Refused
from hub.core.quarters import Quarter
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.rules.copied_mail import read_mail
from hub.outreach.rules.places import hub_links_in
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.rules.audit_packet_check import check_packet
from hub.sharing.rules.earlier import objection_to_earlier, was_added_after
from hub.sharing.rules.standing import Channel
from tests.sharing.packets import make
from tests.sharing.test_reports import rows_of, sheets_of, words_of
from tests.world import LONG_AGO, SignIn, a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases

NOVEMBER = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
ADDED = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
Q3, Q4 = Quarter(2026, 3), Quarter(2026, 4)
LABEL = "Added Nov 26, 2026, after Q3 2026 ended. We shared it earlier, outside the hub."
QUESTION = "“New kit” was added on Nov 26, 2026, after Q3 2026 ended. Did you share it earlier, outside the hub?"
REMARK = "(shared earlier, outside the hub)"


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_only_a_resource_that_was_added_after_the_quarter_ended_raises_the_question(added: date, shared: date) -> None:
    assert was_added_after(added, Quarter.of(shared)) == (Quarter.of(added) > Quarter.of(shared))


def test_the_question_names_one_resource_and_counts_the_others() -> None:
    added, titles = {3: date(2026, 11, 26), 9: date(2026, 11, 27)}, {3: "New kit", 9: "Guide"}
    assert objection_to_earlier(added, titles, (3, 9), Q3) is None
    assert str(objection_to_earlier(added, titles, (9,), Q3)).startswith(QUESTION)
    assert str(objection_to_earlier(added, titles, (), Q3)).startswith(
        "“New kit” and 1 other resource were added after Q3 2026 ended. Did you share them earlier, outside the hub?"
    )


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A community, a resource that was added on November 26, and one that the hub has had for years."""
    monkeypatch.setattr("hub.core.clock.now", lambda: NOVEMBER)
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    with database.writing() as db:
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        prairie = an_organization(db, "Prairie Works", joined_on=date(2026, 7, 1))
        a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
        return [
            a_resource(db, host, title="New kit", created_at=ADDED).id,
            a_resource(db, host, title="Old kit", created_at=LONG_AGO).id,
        ]


def submit(browser: FlaskClient, address: str, **fields: Any) -> TestResponse:
    match = re.search(r'name="form_id" value="([^"]+)"', browser.get(address).text)
    form = {"form_id": match[1] if match else "", "with_whom": "our <members>", "people": "40", "note": "Please read"}
    return browser.post(address, data=form | fields, follow_redirects=True)


def logged(database: Database) -> list[tuple[str, bool]]:
    with database.reading() as db:
        events = db.scalars(select(SharingEvent).order_by(SharingEvent.id))
        return [(event.title, event.earlier) for event in events]


def test_a_report_for_an_earlier_quarter_asks_and_keeps_what_was_typed(
    world: list[int], database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("rita@prairie.example")
    fields: dict[str, Any] = {"resources": world, "happened_on": "2026-09-15", "channel": "meeting"}
    answer = submit(browser, "/sharing/declare", **fields)
    assert (answer.status_code, logged(database)) == (422, [])
    assert QUESTION in answer.text
    assert answer.text.count('name="earlier"') == 1
    assert LABEL in answer.text
    for part in ("our &lt;members&gt;", "Please read", 'value="40"', 'value="2026-09-15"'):
        assert part in answer.text, part
    assert re.search(r'<option selected value="meeting">', answer.text)
    assert submit(browser, "/sharing/declare", **fields, earlier=world[0]).status_code == 200
    assert logged(database) == [("New kit", True), ("Old kit", False)]


def test_a_report_in_the_quarter_when_the_resource_was_added_asks_nothing(
    world: list[int], database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("rita@prairie.example")
    answer = submit(browser, "/sharing/declare", resources=world, happened_on="2026-11-02", channel="email")
    assert answer.status_code == 200
    assert logged(database) == [("New kit", False), ("Old kit", False)]


def test_a_confirmation_asks_about_each_such_resource_before_it_is_sent(
    world: list[int], database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("rita@prairie.example")
    searched = submit(browser, "/sharing/2026Q3/confirm", shared="yes", find="kit", search="1")
    assert (searched.text.count('name="resources"'), searched.text.count('name="earlier"')) == (2, 1)
    answer = submit(browser, "/sharing/2026Q3/confirm", shared="yes", resources=world)
    assert answer.status_code == 422
    assert QUESTION in answer.text
    assert re.findall(r'name="resources"[^>]*value="(\d+)" checked', answer.text) == [str(number) for number in world]
    assert "our &lt;members&gt;" in answer.text
    answer = submit(browser, "/sharing/2026Q3/confirm", shared="yes", resources=world, earlier=world[0])
    assert "Q3 2026 is confirmed" in answer.text
    assert f'New kit <span class="small">{REMARK}</span>' in answer.text
    page = browser.get("/sharing/2026Q3/confirm").text
    assert re.search(rf'name="earlier"[^>]*value="{world[0]}" checked', page), "the last answer is filled in"


def test_the_answer_is_in_the_fingerprint_and_older_confirmations_keep_theirs(
    world: list[int], database: Database
) -> None:
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        for quarter, resources, earlier in ((Q3, world, world[:1]), (Q4, world, world[:1])):
            statement = confirmations_actions.Statement(
                shared=True, resource_ids=tuple(resources), with_whom="them", earlier=tuple(earlier)
            )
            confirmations_actions.confirm(db, rita, quarter, statement)
    with database.reading() as db:
        third, fourth = db.scalars(
            select(Confirmation).options(selectinload(Confirmation.items)).order_by(Confirmation.id)
        )
        assert f'"earlier":[{world[0]}],' in third.canonical
        assert "earlier" not in fourth.canonical, "the resource was added in that quarter"
        assert third.is_unaltered
        assert fourth.is_unaltered


def test_pages_exports_and_packets_say_so(world: list[int], database: Database, sign_in: SignIn) -> None:
    browser = sign_in("rita@prairie.example")
    fields: dict[str, Any] = {"resources": world, "earlier": world[0]}
    submit(browser, "/sharing/declare", happened_on="2026-09-15", channel="email", **fields)
    submit(browser, "/sharing/2026Q3/confirm", shared="yes", **fields)
    assert browser.get("/sharing/2026Q3").text.count(REMARK) == 2
    for address in ("/sharing/2026Q3?format=csv", "/sharing/reports/2026Q3?format=csv"):
        answers = {row["Title"]: row["Shared earlier, outside the hub"] for row in rows_of(browser.get(address).data)}
        assert answers == {"New kit": "yes", "Old kit": ""}
    assert words_of(browser.get("/sharing/reports/2026Q3").data).count("shared earlier, outside the hub") == 2
    sheets = sheets_of(browser.get("/sharing/reports/2026Q3?format=xlsx").data)
    assert f"{world[0]} New kit {REMARK}; {world[1]} Old kit" in sheets["Confirmations"][1]
    packet = make(database, Q3)
    assert check_packet(packet.content).problems == ()
    files = ZipFile(BytesIO(packet.content))
    assert [row["earlier"] for row in rows_of(files.read("events.csv"))] == ["yes", ""]
    assert '"earlier":' in rows_of(files.read("confirmations.csv"))[0]["canonical"]


def test_a_correction_that_moves_an_entry_to_an_earlier_quarter_asks_too(
    world: list[int], database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("rita@prairie.example")
    submit(browser, "/sharing/declare", resources=world[0], happened_on="2026-11-27", channel="email")
    answer = submit(browser, "/sharing/events/1/correct", happened_on="2026-09-15", channel="email")
    assert answer.status_code == 422
    assert QUESTION in answer.text
    assert LABEL in answer.text
    submit(browser, "/sharing/events/1/correct", happened_on="2026-09-15", channel="email", earlier=world[0])
    assert logged(database) == [("New kit", False), ("New kit", True)]
    browser.post("/sharing/events/2/correct", data={"take_back": "1", "reason": "Not so."})
    assert logged(database)[2] == ("New kit", True), "a retraction changes nothing else"


def test_a_report_that_a_link_was_sent_asks_too(world: list[int], database: Database, sign_in: SignIn) -> None:
    browser = sign_in("rita@prairie.example")
    browser.post(f"/resources/{world[0]}/forward", data={"days": "30"})
    fields = {"with_whom": "our members", "happened_on": "2026-09-15", "channel": "email"}
    answer = browser.post("/sharing/links/1/sent", data=fields)
    assert answer.status_code == 422
    assert QUESTION in answer.text
    assert LABEL in answer.text
    browser.post("/sharing/links/1/sent", data=fields | {"earlier": str(world[0])})
    assert logged(database) == [("New kit", True)]


def test_an_email_that_was_sent_before_the_resource_was_added_is_the_answer_itself(
    world: list[int], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = (
        "From: rita@prairie.example\r\nTo: ana@works.example\r\nSubject: Kits\r\nMessage-ID: <a@prairie.example>\r\n"
        "Date: Wed, 30 Sep 2026 10:00:00 -0400\r\n\r\n"
        + "\r\n".join(f"http://localhost/resources/{number}" for number in world)
    )
    mail = read_mail(raw.encode())
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        arrived = datetime(2026, 10, 2, 15, 0, tzinfo=UTC)
        log_address_actions.log_mail(db, rita, mail, hub_links_in(mail.text, "http://localhost"), arrived)
    assert sorted(logged(database)) == [("New kit", True), ("Old kit", False)]


def test_actions_refuse_without_the_answer_and_an_answer_that_no_one_asked_for_is_not_recorded(
    world: list[int], database: Database
) -> None:
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        report = declarations_actions.Declaration(date(2026, 9, 15), "them", Channel.EMAIL)
        with pytest.raises(Refused, match="Did you share it earlier"):
            declarations_actions.declare(db, rita, world[:1], report)
        statement = confirmations_actions.Statement(shared=True, resource_ids=tuple(world), with_whom="them")
        with pytest.raises(Refused, match="Did you share it earlier"):
            confirmations_actions.confirm(db, rita, Q3, statement)
        asked = declarations_actions.Declaration(date(2026, 9, 15), "them", Channel.EMAIL, earlier=tuple(world))
        declarations_actions.declare(db, rita, world, asked)
    assert logged(database) == [("New kit", True), ("Old kit", False)]

"""Reminders to representatives and alternates, sent once, with what the log has."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from pypdfium2 import PdfDocument
from sqlalchemy import select

from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.models import Revision
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail import rules as mail_rules
from hub.mail.models import OutboxMessage
from hub.mail.rules import Quiet
from hub.members.actions import notification_settings as notification_settings_actions
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.mail import MailKind
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.actions import downloads as downloads_actions
from hub.sharing.actions.confirmations import Statement
from hub.sharing.actions.declarations import Declaration
from hub.sharing.rules.standing import Channel
from tests.world import FrozenClock, SignIn, a_person, a_resource, an_organization, posted_by

pytestmark = pytest.mark.both_databases

TWO_WEEKS = datetime(2026, 12, 17, 15, 0, tzinfo=UTC)  # ten in the morning in New York


@pytest.fixture
def people(database: Database, frozen_clock: FrozenClock) -> dict[str, Person]:
    """Lakeshore downloaded, Ridgeline shared, Supply Atlas is silent and has no people, and nothing is due from the host."""
    frozen_clock.at = TWO_WEEKS
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        lakeshore, ridgeline = an_organization(db, "Lakeshore"), an_organization(db, "Ridgeline")
        an_organization(db, "Supply Atlas", OrganizationKind.BFF)
        people = {
            "coordinator": a_person(db, host, Role.COORDINATOR, "coordinator@demo.example"),
            "rosa": a_person(db, lakeshore, Role.REPRESENTATIVE, "rosa@lakeshore.example", "Rosa Peña"),
            "tom": a_person(db, lakeshore, Role.ALTERNATE, "tom@lakeshore.example", "Tom"),
            "keisha": a_person(db, lakeshore, Role.CONTRIBUTOR, "keisha@lakeshore.example", "Keisha"),
            "jolene": a_person(db, ridgeline, Role.REPRESENTATIVE, "jolene@ridgeline.example", "Jolene"),
        }
        toolkit = a_resource(db, lakeshore, "Apprenticeship toolkit")
        [revision] = db.scalars(select(Revision).where(Revision.resource_id == toolkit.id))
        downloads_actions.log_download(db, people["rosa"], toolkit, revision, whole=True)
        declaration = Declaration(happened_on=TWO_WEEKS.date(), with_whom="Our members", channel=Channel.EMAIL)
        declarations_actions.declare(db, people["jolene"], [toolkit.id], declaration)
        mail_actions.turn_on_sending(db, MailKind.REMINDER, None)
    return people


def test_the_reminder_lists_downloads_and_links_to_the_confirmation(
    database: Database, people: dict[str, Person]
) -> None:
    messages = posted_by("reminders", database)
    assert [message.to for message in messages] == ["rosa@lakeshore.example", "tom@lakeshore.example"]
    rosa = messages[0]
    assert rosa.subject == "Q4 2026: confirm what Lakeshore has shared so far"
    for words in ("Apprenticeship toolkit", "1 download", "/sharing/2026Q4/confirm", "in 14 days"):
        assert words in " ".join(rosa.text.split())
    assert "the representative of Lakeshore" in " ".join(rosa.text.split())
    assert rosa.unsubscribe.startswith("http://127.0.0.1:8000/mail/stop/")
    assert rosa.unsubscribe in rosa.text


def test_a_quarter_gets_three_reminders_and_no_more(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock
) -> None:
    frozen_clock.at = datetime(2026, 12, 10, 15, tzinfo=UTC)
    while frozen_clock.at < datetime(2027, 2, 10, tzinfo=UTC):
        messages = posted_by("reminders", database)
        frozen_clock.at += timedelta(days=1)
    # The next quarter has its own occasions; no one shared on New Year's Eve either.
    to_rosa = [message for message in messages if message.to == "rosa@lakeshore.example"]
    assert [message.subject for message in to_rosa] == [
        "Q4 2026: confirm what Lakeshore has shared so far",
        "Q4 2026 ends today: confirm what Lakeshore shared",
        "Q4 2026 is over: confirm what Lakeshore shared",
    ]
    assert [message.posted_at.date().isoformat() for message in to_rosa] == ["2026-12-17", "2026-12-31", "2027-01-10"]


def test_no_reminder_is_sent_before_reminders_are_turned_on_or_before_the_morning(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock, sign_in: SignIn
) -> None:
    frozen_clock.at = TWO_WEEKS - timedelta(hours=2)
    assert posted_by("reminders", database) == []
    frozen_clock.at = TWO_WEEKS
    with database.writing() as db:
        mail_actions.pause_sending(db, MailKind.REMINDER)
    assert posted_by("reminders", database) == []
    browser = sign_in("coordinator@demo.example")
    page = browser.get("/outbox/plan").get_data(as_text=True)
    for words in ("Paused.", "2 reminders for Q4 2026", "Rosa Peña", "Supply Atlas"):
        assert words in page
    words = browser.get(f"/outbox/plan/reminder/{people['rosa'].id}").get_data(as_text=True)
    assert "Apprenticeship toolkit" in words
    assert posted_by("reminders", database) == []
    page = browser.post("/outbox/plan/begin", data={"kind": "reminder"}, follow_redirects=True).text
    assert "Reminders are turned on, but this hub has no mail server to send them." in page
    assert "so scheduled mail is saved to disk and not sent" in page
    assert len(posted_by("reminders", database)) == 2
    assert "turned on" in browser.get("/audit").get_data(as_text=True)


def test_people_who_turned_reminders_off_or_whose_email_bounced_get_none(
    database: Database, people: dict[str, Person]
) -> None:
    with database.writing() as db:
        notification_settings_actions.unsubscribe(db, db.get_one(Person, people["rosa"].id), MailKind.REMINDER)
        mail_actions.mark_bounced(db, mail_queries.lasting_hash(db, "tom@lakeshore.example"), "5.1.1 gone")
    assert posted_by("reminders", database) == []


def test_quiet_hours_delay_a_reminder_in_the_persons_own_time_zone(
    database: Database, people: dict[str, Person]
) -> None:
    with database.writing() as db:
        quiet = Quiet.parse("20:00-09:30 Pacific/Honolulu")  # where it is five in the morning
        notification_settings_actions.change_notification_settings(
            db, db.get_one(Person, people["rosa"].id), list(MailKind), quiet
        )
    rosa, tom = posted_by("reminders", database)
    assert rosa.due_at == datetime(2026, 12, 17, 19, 30, tzinfo=UTC)
    assert tom.due_at == TWO_WEEKS


def test_turning_reminders_off_cancels_the_waiting_ones(database: Database, people: dict[str, Person]) -> None:
    rosa, _tom = posted_by("reminders", database)
    with database.writing() as db:
        notification_settings_actions.unsubscribe(db, db.get_one(Person, people["rosa"].id), MailKind.REMINDER)
    with database.reading() as db:
        assert db.get_one(OutboxMessage, rosa.id).state is mail_rules.State.CANCELLED


def test_confirming_cancels_the_waiting_reminders(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock
) -> None:
    posted_by("reminders", database)
    frozen_clock.at = datetime(2027, 1, 1, 15, tzinfo=UTC)
    with database.writing() as db:
        statement = Statement(shared=False, reason="No one asked.")
        confirmations_actions.confirm(db, db.get_one(Person, people["rosa"].id), Quarter(2026, 4), statement)
    with database.reading() as db:
        assert {message.state for message in db.scalars(select(OutboxMessage))} == {mail_rules.State.CANCELLED}


def test_reporting_sharing_cancels_the_waiting_reminders(database: Database, people: dict[str, Person]) -> None:
    posted_by("reminders", database)
    with database.writing() as db:
        rosa = db.get_one(Person, people["rosa"].id)
        declaration = Declaration(happened_on=TWO_WEEKS.date(), with_whom="Our members", channel=Channel.EMAIL)
        declarations_actions.declare(db, rosa, [1], declaration)
    with database.reading() as db:
        assert {message.state for message in db.scalars(select(OutboxMessage))} == {mail_rules.State.CANCELLED}


def test_an_organization_with_nothing_to_share_has_answered_and_is_not_reminded(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock, sign_in: SignIn
) -> None:
    coordinator, rosa = sign_in("coordinator@demo.example"), sign_in("rosa@lakeshore.example")
    assert "Send reminder to Lakeshore" in coordinator.get("/board/lakeshore").text
    answer = rosa.post("/sharing/2026Q4/confirm", data={"shared": "no", "reason": "Our program is paused."})
    assert answer.status_code == 302
    rosa.post("/sharing/2026Q3/confirm", data={"shared": "no", "reason": "Our program is paused."})
    assert posted_by("reminders", database) == []
    nudge = coordinator.get("/outbox/nudge").text
    assert "Lakeshore" not in nudge
    sent = coordinator.post(
        "/outbox/nudge?quarter=2026Q4",
        data={"organization": str(people["rosa"].organization_id)},
        follow_redirects=True,
    )
    assert "No reminders sent" in sent.text
    assert "Send reminder to Lakeshore" not in coordinator.get("/board/lakeshore").text
    assert "Lakeshore" not in coordinator.get("/outbox/plan").text
    board = BeautifulSoup(coordinator.get("/board?standing=nothing_to_share").text, "lxml")
    assert [row.get_text() for row in board.select("table.board tbody th")] == ["Lakeshore"]
    behind = BeautifulSoup(coordinator.get("/board?standing=behind").text, "lxml")
    assert [row.get_text() for row in behind.select("table.board tbody th")] == ["Supply Atlas"]
    home = BeautifulSoup(coordinator.get("/").text, "lxml")
    panel = home.select_one("section[aria-labelledby=behind]")
    assert panel is not None
    listed = " ".join(panel.get_text(" ").split())
    assert "1 of 3 organizations have shared this quarter. 1 had nothing to share." in listed
    assert "Lakeshore" not in listed
    own = BeautifulSoup(rosa.get("/").text, "lxml").select_one("main")
    assert own is not None
    assert "You confirmed that there was nothing to share." in own.get_text()
    assert "Share something in Q4" not in own.get_text()


def test_reports_say_that_an_organization_with_nothing_to_share_has_answered(
    people: dict[str, Person], sign_in: SignIn
) -> None:
    coordinator, rosa = sign_in("coordinator@demo.example"), sign_in("rosa@lakeshore.example")
    rosa.post("/sharing/2026Q4/confirm", data={"shared": "no", "reason": "Our program is paused."})
    lines = coordinator.get("/board/reports/2026Q4?format=csv").data.decode("utf-8-sig").splitlines()
    met = {line["Organization ID"]: line["Commitment met"] for line in csv.DictReader(lines)}
    assert met == {"lakeshore": "no, answered", "ridgeline": "yes", "supply-atlas": "no"}
    pdf = PdfDocument(rosa.get("/sharing/reports/2026Q4?format=pdf").data)
    words = " ".join(pdf[0].get_textpage().get_text_range().split())
    pdf.close()
    assert "Lakeshore has not met the commitment" in words
    assert "It confirmed in writing that there was nothing to share." in words
    year = PdfDocument(rosa.get("/commitments/2026").data)
    words = " ".join(year[0].get_textpage().get_text_range().split())
    year.close()
    assert "In 1 quarter there was nothing to share" in words


def test_once_the_quarter_is_over_home_no_longer_asks_those_who_answered(
    people: dict[str, Person], frozen_clock: FrozenClock, sign_in: SignIn
) -> None:
    frozen_clock.at = datetime(2027, 1, 4, 15, tzinfo=UTC)
    rosa = sign_in("rosa@lakeshore.example")
    assert "Confirm Q4 2026" in rosa.get("/").text
    rosa.post("/sharing/2026Q4/confirm", data={"shared": "no", "reason": "Our program is paused."})
    home = BeautifulSoup(rosa.get("/").text, "lxml")
    cards = [card.get_text() for card in home.select(".quarter-card h3")]
    assert not [card for card in cards if "Q4 2026" in card]
    assert "Confirm Q4 2026" not in home.get_text()
    assert "Nothing to share" in home.get_text(), "the strip of recent quarters"


def test_the_coordinator_can_send_a_reminder_once_a_day(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock, sign_in: SignIn
) -> None:
    frozen_clock.at = datetime(2026, 11, 24, 15, tzinfo=UTC)
    browser = sign_in("coordinator@demo.example")
    page = browser.get("/outbox/nudge").get_data(as_text=True)
    assert "Lakeshore" in page
    organization_id = str(people["rosa"].organization_id)
    answer = "Not sent: this hub has no mail server, so it saved reminders to 2 people to disk."
    for _ in range(2):
        sent = browser.post(
            "/outbox/nudge?quarter=2026Q4", data={"organization": organization_id}, follow_redirects=True
        )
        assert answer in sent.get_data(as_text=True)
        database.config = replace(database.config, MAIL_URL="smtp://127.0.0.1:1")
        answer = "Sending reminders to 2 people"
    with database.reading() as db:
        messages = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(message.to, message.sent_by_id) for message in messages] == [
        ("rosa@lakeshore.example", people["coordinator"].id),
        ("tom@lakeshore.example", people["coordinator"].id),
    ]
    nobody = browser.post(
        "/outbox/nudge?quarter=2026Q4",
        data={"organization": str(people["jolene"].organization_id)},
        follow_redirects=True,
    )
    assert "No reminders sent" in nobody.get_data(as_text=True)
    for address in ("/outbox/nudge", "/outbox/plan", f"/outbox/plan/reminder/{people['rosa'].id}"):
        assert sign_in("rosa@lakeshore.example").get(address).status_code == 403


def test_a_new_representative_is_reminded_and_no_one_is_reminded_twice(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock
) -> None:
    assert len(posted_by("reminders", database)) == 2
    with database.writing() as db:
        people_actions.change_role(db, None, db.get_one(Person, people["keisha"].id), Role.REPRESENTATIVE)
    frozen_clock.at += timedelta(days=1)
    assert [message.to for message in posted_by("reminders", database)] == [
        "rosa@lakeshore.example", "tom@lakeshore.example", "keisha@lakeshore.example",
    ]  # fmt: skip


def test_a_quarter_confirmed_in_the_meantime_gets_no_second_reminder(
    database: Database, people: dict[str, Person], frozen_clock: FrozenClock
) -> None:
    assert len(posted_by("reminders", database)) == 2
    with database.writing() as db:
        rosa = db.get_one(Person, people["rosa"].id)
        statement = confirmations_actions.Statement(shared=True, resource_ids=(1,), with_whom="Our members", people=40)
        confirmations_actions.confirm(db, rosa, Quarter(2026, 4), statement)
    frozen_clock.at = datetime(2026, 12, 31, 15, tzinfo=UTC)
    assert len(posted_by("reminders", database)) == 2


def test_scheduled_mail_asks_for_the_hosts_postal_address_and_reminders_end_with_it(
    database: Database, people: dict[str, Person], sign_in: SignIn
) -> None:
    def set_address(text: str) -> None:
        with database.writing() as db:
            db.get_one(Organization, people["coordinator"].organization_id).postal_address = text

    coordinator, asks = sign_in("coordinator@demo.example"), "Add the postal address of AMCC"
    assert asks not in coordinator.get("/outbox/plan").text
    set_address("")
    page = coordinator.get("/outbox/plan").text
    assert asks in page
    assert coordinator.get("/organizations/amcc/address").status_code == 200
    assert 'href="/organizations/amcc/address"' in page
    set_address("9 Alliance Plaza\nWashington, DC 20001")
    footer = "AMCC\n9 Alliance Plaza, Washington, DC 20001\nUnsubscribe: http"
    [rosa, _tom] = posted_by("reminders", database)
    assert footer in rosa.text
    preview = coordinator.get(f"/outbox/plan/reminder/{people['rosa'].id}?as=html").text
    assert "9 Alliance Plaza, Washington, DC 20001" in preview

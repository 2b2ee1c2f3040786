"""Emails to a log address are logged once and answered once."""

import re
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Config
from hub import worker
from hub.cli.base import main
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.extract.reader import Reader
from hub.mail.models import OutboxMessage
from hub.mail.rules import State, bounce_address
from hub.members.models import MembershipPeriod, Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.outreach import spool
from hub.outreach.actions import links as links_actions
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.actions import packs as packs_actions
from hub.sharing.models import LoggedMail, SharingEvent
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.rules.evidence import Carrier, Rung
from hub.sharing.rules.logged_mail import Outcome
from hub.sharing.rules.standing import Act, Channel
from tests.outreach import mails
from tests.outreach.log_address.arriving import DOMAIN, FILE, NOW, SECRET_FILE, arrive, events, letters, token_of
from tests.serving import TIMEOUT
from tests.world import SignIn


@pytest.mark.both_databases
def test_an_email_with_a_hub_file_is_logged_and_answered_once(
    world: dict[str, int], database: Database, sign_in: SignIn
) -> None:
    assert arrive(database, mails.outlook(FILE)) == [Outcome.LOGGED]
    assert arrive(database, mails.outlook(FILE)) == [Outcome.SEEN]
    [event] = events(database)
    assert (event.act, event.carrier, event.resource_id) == (Act.FORWARD, Carrier.LOG_ADDRESS, world["kit"])
    assert (event.people, event.happened_on, event.quarter) == (3, date(2026, 7, 8), "2026Q3")
    assert event.with_whom == "3 recipients at 2 domains: tools.example 2, foundry.example 1"
    [letter] = letters(database)
    assert (letter.to, letter.subject) == ("rita@prairie.example", "Logged: FW: Energy kit")
    assert "The kit" in letter.text
    address = re.findall(r"https://hub\.example\.org(/sharing/mails/\d+)", letter.text)[0]
    browser = sign_in("rita@prairie.example")
    page = browser.get(address).text
    assert "tools.example 2" in page
    correct = re.findall(r'href="(/sharing/events/\d+/correct)"', page)[0]
    browser.post(correct, data={"take_back": "1", "reason": "A test."})
    assert "(retracted)" in browser.get(address).text or "(corrected)" in browser.get(address).text
    assert sign_in("dora@delta.example").get(address).status_code == 404
    assert sign_in("ana@elsewhere.example").get(address).status_code == 200, (
        "the sharing log belongs to the organization"
    )


def test_receipts_can_be_turned_off_but_not_the_warning_about_other_people(
    world: dict[str, int], database: Database, client: FlaskClient
) -> None:
    assert arrive(database, mails.outlook(FILE)) == [Outcome.LOGGED]
    [receipt] = letters(database)
    client.post(receipt.unsubscribe.removeprefix("https://hub.example.org"), data={"List-Unsubscribe": "One-Click"})
    assert letters(database)[0].state is State.CANCELLED
    assert arrive(database, mails.plain()) == [Outcome.NOTHING_FOUND]
    assert len(letters(database)) == 1
    assert arrive(database, mails.outlook(SECRET_FILE), email="dora@delta.example") == [Outcome.FORGED]
    [_receipt, warning] = letters(database)
    assert (warning.to, warning.subject) == ("dora@delta.example", "Someone else wrote to your log address")


@pytest.mark.both_databases
def test_neither_recipients_addresses_nor_the_text_are_kept(world: dict[str, int], database: Database) -> None:
    arrive(database, mails.plain("Our secret plan", more="", to="ida@foundry.example", subject="Kit"))
    arrive(database, mails.outlook(FILE))
    with database.reading() as db:
        kept = " ".join(
            str(value)
            for model in (LoggedMail, SharingEvent, OutboxMessage)
            for row in db.execute(select(model.__table__)).all()
            for value in row
        )
    for secret in ("ida@", "bo@tools", "shops@", "secret plan", "Worth a look"):
        assert secret not in kept


@pytest.mark.both_databases
def test_links_are_recognized_too(world: dict[str, int], database: Database) -> None:
    with database.writing() as db:
        dora = db.scalars(select(Person).where(Person.email == "dora@delta.example")).one()
        resource = declarations_queries.declarable(db, dora, [world["text"]])[0]
        token = links_actions.make_link(db, dora, resource, None, 30).token
    link = f"https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fhub.example.org%2Fs%2F{token}&data=05"
    assert arrive(database, mails.gmail(link, FILE)) == [Outcome.LOGGED]
    first, second = events(database)
    assert [first.resource_id, second.resource_id] == [world["kit"], world["text"]]
    assert second.link_id is not None
    assert {first.with_whom, second.with_whom} == {"recipients in BCC, not counted"}
    assert (first.people, second.people) == (None, None)


def test_a_link_to_a_pack_counts_for_all_its_resources(world: dict[str, int], database: Database) -> None:
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        pack = packs_actions.create_pack(db, rita, Quarter(2026, 3), [world["kit"], world["text"]])
        token = packs_actions.channel_link(db, rita, pack, Channel.NEWSLETTER).token
    assert arrive(database, mails.plain(f"Have a look: https://hub.example.org/p/{token}/1")) == [Outcome.LOGGED]
    assert {event.resource_id for event in events(database)} == {world["kit"], world["text"]}


@pytest.mark.both_databases
def test_a_report_of_undelivered_mail_reaches_the_outbox(
    world: dict[str, int], database: Database, config: Config
) -> None:
    assert arrive(database, mails.plain()) == [Outcome.NOTHING_FOUND]
    [letter] = letters(database)
    address = bounce_address(config.SECRET_KEY, DOMAIN, letter.id)
    report = (
        "From: MAILER-DAEMON@prairie.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; rita@prairie.example\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n--b--\n"
    )
    answer = _hub(config, "mail-in", "-", "--to", address, stdin=report.encode())
    assert answer.exit_code == 0, answer.output
    assert [letter.state for letter in letters(database)] == [State.BOUNCED]


def test_resources_that_the_sender_may_not_read_are_not_recognized(world: dict[str, int], database: Database) -> None:
    link = f"https://hub.example.org/resources/{world['theirs']}"
    assert arrive(database, mails.outlook(SECRET_FILE, link=link)) == [Outcome.NOTHING_FOUND]
    assert events(database) == []
    assert arrive(database, mails.outlook(SECRET_FILE), email="dora@delta.example") == [Outcome.FORGED]
    own = mails.outlook(SECRET_FILE).replace(b"rita@prairie.example", b"dora@delta.example")
    assert arrive(database, own, email="dora@delta.example") == [Outcome.LOGGED]


def test_an_email_without_a_known_resource_is_answered_with_a_question(
    world: dict[str, int], database: Database, sign_in: SignIn
) -> None:
    assert arrive(database, mails.plain(subject="A <b> & more")) == [Outcome.NOTHING_FOUND]
    [letter] = letters(database)
    [address] = re.findall(r"https://hub\.example\.org(/sharing/declare\?mail=\d+)", letter.text)
    page = unescape(sign_in("rita@prairie.example").get(address).text)
    assert 'value="2 recipients at 2 domains: foundry.example 1, tools.example 1"' in page
    assert 'value="2026-07-08"' in page
    assert "Email: A <b> & more" in page
    assert sign_in("dora@delta.example").get(address).status_code == 404
    browser = sign_in("ana@elsewhere.example")
    assert "1 email came to a log address" in sign_in("rita@prairie.example").get("/sharing/2026Q3/confirm").text
    actions = re.findall(r'action="(/sharing/declare\?mail=\d+)"', browser.get(address).text)
    report = {"resources": [world["text"]], "happened_on": "2026-07-08", "with_whom": "them", "channel": "email"}
    assert browser.post(actions[0], data=report).status_code == 302
    assert "came to a log address" not in sign_in("rita@prairie.example").get("/sharing/2026Q3/confirm").text
    assert "The &lt;text&gt;" in browser.get(address.replace("declare?mail=", "mails/")).text
    assert browser.post(address.replace("declare?mail=", "mails/") + "/dismiss").status_code == 422


def test_an_email_without_any_hub_resource_can_be_dismissed(
    world: dict[str, int], database: Database, sign_in: SignIn
) -> None:
    arrive(database, mails.plain())
    browser = sign_in("rita@prairie.example")
    assert "Dismiss email" in browser.get("/sharing/mails/1").text
    assert sign_in("dora@delta.example").post("/sharing/mails/1/dismiss").status_code == 404
    assert "Email dismissed" in browser.post("/sharing/mails/1/dismiss", follow_redirects=True).text
    assert "came to a log address" not in browser.get("/sharing/2026Q3/confirm").text


@pytest.mark.both_databases
def test_an_email_of_june_30_that_arrives_on_july_8_counts_for_q2(
    world: dict[str, int], database: Database, sign_in: SignIn
) -> None:
    sent = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    raw = mails.plain(f"https://hub.example.org/resources/{world['text']}", sent=sent)
    assert arrive(database, raw) == [Outcome.LOGGED]
    [event] = events(database)
    assert (event.happened_on, event.quarter, event.recorded_at) == (date(2026, 6, 30), "2026Q2", NOW)
    with database.reading() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        [row] = quarters_queries.quarters_of(db, rita.organization, [Quarter(2026, 2)])
        assert {step.rung for step in row.evidence if step.count} == {Rung.LOG_ADDRESS}
    page = sign_in("rita@prairie.example").get("/sharing/2026Q2").text
    assert 'datetime="2026-06-30"' in page
    assert 'datetime="2026-07-08' in page


def test_an_email_only_to_the_own_organization_is_answered_and_not_counted(
    world: dict[str, int], database: Database
) -> None:
    link = f"https://hub.example.org/resources/{world['text']}"
    inside = mails.plain(link, to="ana@elsewhere.example, boss@prairie.example")
    assert arrive(database, inside) == [Outcome.OWN_ONLY]
    assert events(database) == []
    assert "only to" in " ".join(letters(database)[0].text.split())
    within = mails.plain(link, sender="dora@delta.example", to="all@delta.example", message_id="<d@x>")
    assert arrive(database, within, email="dora@delta.example") == [Outcome.LOGGED], (
        "a BFF shares within its organization"
    )
    with database.writing() as db:
        delta = db.scalars(select(Organization).where(Organization.name == "Delta Works")).one()
        delta.periods[0].left_on, delta.kind = NOW.date() - timedelta(days=1), OrganizationKind.MEMBER
        delta.periods.append(MembershipPeriod(kind=OrganizationKind.MEMBER, joined_on=NOW.date()))
    sent = NOW - timedelta(days=2)
    again = mails.plain(link, sender="dora@delta.example", to="all@delta.example", message_id="<e@x>", sent=sent)
    assert arrive(database, again, email="dora@delta.example") == [Outcome.LOGGED], "it was sent while it was a BFF"


def test_emails_from_strangers_machines_and_lists_are_never_answered(world: dict[str, int], database: Database) -> None:
    link = f"https://hub.example.org/resources/{world['text']}"
    for number in range(3):
        forged = mails.plain(link, sender="eve@evil.example", message_id=f"<{number}@evil>")
        assert arrive(database, forged) == [Outcome.FORGED]
    for number, more in enumerate(("Auto-Submitted: auto-replied\n", "List-Id: <x.y>\n", "Precedence: list\n")):
        raw = mails.plain(link, more=more, message_id=f"<m{number}@prairie.example>")
        assert arrive(database, raw) == [Outcome.AUTOMATIC]
    assert events(database) == []
    [letter] = letters(database)
    assert letter.to == "rita@prairie.example", "the owner is warned once a day; the stranger gets no reply"


@pytest.mark.both_databases
def test_an_email_that_cannot_be_logged_is_retried_for_a_week(
    world: dict[str, int], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"log+{token_of(database)}@{DOMAIN}"
    for number in range(2):
        raw = mails.plain(f"https://hub.example.org/resources/{world['text']}", message_id=f"<{number}@x>")
        spool.enqueue(database.config, spool.QueuedMail((address,), NOW, raw))
    with monkeypatch.context() as patch:
        patch.setattr("hub.outreach.actions.log_address.post", lambda *_a, **_k: 1 / 0)
        assert log_address_actions.catch_up(database) == 0
        assert events(database) == []
    assert len(spool.queued_files(database.config)) == 2
    assert log_address_actions.catch_up(database) == 0, "not immediately again"
    monkeypatch.setattr("hub.core.clock.now", lambda: NOW + timedelta(minutes=2))
    assert log_address_actions.catch_up(database) == 2
    assert len(events(database)) == 2
    assert spool.queued_files(database.config) == []
    path = spool.enqueue(database.config, spool.QueuedMail((address,), NOW, mails.outlook(FILE)))
    with spool.locked(path) as arrived:
        assert arrived
        with spool.locked(path) as second:
            assert second is None, "only one process can lock it"
    monkeypatch.setattr("hub.outreach.actions.log_address.post", lambda *_a, **_k: 1 / 0)
    monkeypatch.setattr("hub.core.clock.now", lambda: NOW + timedelta(days=7, hours=1))
    assert log_address_actions.catch_up(database) == 1
    assert spool.queued_files(database.config) == []


def _hub(config: Config, *words: str, stdin: bytes = b"") -> Result:
    environ = {
        "HUB_INSTANCE": str(config.INSTANCE),
        "HUB_UPLOADS": str(config.UPLOADS),
        "HUB_DATABASE_URL": config.DATABASE_URL,
        "HUB_SECRET_KEY": config.SECRET_KEY,
        "HUB_BASE_URL": config.BASE_URL,
        "HUB_MAIL_DOMAIN": config.MAIL_DOMAIN,
    }
    return CliRunner().invoke(main, list(words), env=environ, input=stdin)


def test_a_message_in_a_file_is_logged_for_its_envelope_recipients(
    world: dict[str, int], database: Database, config: Config, tmp_path: Path
) -> None:
    address, raw = f"log+{token_of(database)}@{DOMAIN}", mails.outlook(FILE)
    file = tmp_path / "one.eml"
    file.write_bytes(raw)
    answer = _hub(config, "mail-in", str(file))
    assert answer.exit_code == 1
    assert "None of the recipients is a log address" in answer.output
    assert _hub(config, "mail-in", str(file), "--to", f"log+{'x' * 22}@{DOMAIN}").exit_code == 1
    assert events(database) == []
    answer = _hub(config, "mail-in", str(file), "--to", address)
    assert (answer.exit_code, answer.output) == (0, "Logged.\n")
    file.write_bytes(f"Delivered-To: {address}\r\n".encode() + raw)
    assert _hub(config, "mail-in", str(file)).output == "Already received.\n"
    other = raw.replace(b"<DM6", b"<EN6")
    answer = _hub(config, "mail-in", "-", stdin=f"X-Original-To: <{address}>\r\n".encode() + other)
    assert answer.output == "Logged.\n"
    assert len(events(database)) == 2
    assert spool.queued_files(config) == []
    assert sha256(FILE).hexdigest() in {path.name for path in config.UPLOADS.rglob("*") if path.is_file()}
    spool.enqueue(
        config, spool.QueuedMail((address,), NOW, raw.replace(b"<DM6", b"<FR6"))
    )  # killed before it was logged
    assert worker.STEPS["copies"](database, cast("Reader", None)) == 1
    assert len(events(database)) == 3
    off = _hub(replace(config, MAIL_DOMAIN=""), "mail-in", str(file))
    assert off.exit_code == 1
    assert "HUB_MAIL_DOMAIN" in off.output


@pytest.mark.both_databases
def test_the_same_email_arriving_at_the_same_moment_is_logged_once(world: dict[str, int], database: Database) -> None:
    token_of(database)
    barrier = threading.Barrier(3, timeout=TIMEOUT)
    outcomes: list[Outcome] = []

    def arrive_together() -> None:
        barrier.wait()
        outcomes.extend(arrive(database, mails.outlook(FILE)))

    threads = [threading.Thread(target=arrive_together) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert sorted(outcomes) == [Outcome.LOGGED, Outcome.SEEN, Outcome.SEEN]
    with database.reading() as db:
        assert db.scalar(select(func.count(LoggedMail.id))) == 1
        assert db.scalar(select(func.count(OutboxMessage.id))) == 1

"""Bounce reports, as Postfix, Exchange and others write them."""

from dataclasses import replace
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import Config
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail import bounces
from hub.mail import queries as mail_queries
from hub.mail.bounces import ReportKind, is_about_the_address, reports_in
from hub.mail.letters import Letter, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State, bounce_address, message_of_bounce

LETTER = Letter("What is new", (Paragraph("Hello."),), "You are a test.")

POSTFIX = dedent("""\
    Return-Path: <>
    Date: Tue, 24 Nov 2026 10:00:00 -0500 (EST)
    From: MAILER-DAEMON@mx.forge.example (Mail Delivery System)
    Subject: Undelivered Mail Returned to Sender
    To: bounces@in.example.org
    Auto-Submitted: auto-replied
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status;
     boundary="4C0F01A2B3.1795532400/mx.forge.example"
    Message-Id: <20261124150000.5D1F22@mx.forge.example>

    This is a MIME-encapsulated message.

    --4C0F01A2B3.1795532400/mx.forge.example
    Content-Description: Notification
    Content-Type: text/plain; charset=us-ascii

    This is the mail system at host mx.forge.example.

    I'm sorry to have to inform you that your message could not
    be delivered to one or more recipients. It's attached below.

    <carl@forge.example>: host mail.forge.example[192.0.2.7] said: 550 5.1.1
        <carl@forge.example>: Recipient address rejected: User unknown in virtual
        mailbox table (in reply to RCPT TO command)

    --4C0F01A2B3.1795532400/mx.forge.example
    Content-Description: Delivery report
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.forge.example
    X-Postfix-Queue-ID: 4C0F01A2B3
    X-Postfix-Sender: rfc822; bounces@in.example.org
    Arrival-Date: Tue, 24 Nov 2026 09:59:58 -0500 (EST)

    Final-Recipient: rfc822; carl@forge.example
    Original-Recipient: rfc822;carl@forge.example
    Action: {action}
    Status: {status}
    Remote-MTA: dns; mail.forge.example
    Diagnostic-Code: smtp; {words}

    --4C0F01A2B3.1795532400/mx.forge.example
    Content-Description: Undelivered Message
    Content-Type: message/rfc822

    Subject: What is new
    From: hub@example.org
    To: carl@forge.example

    Hello.

    --4C0F01A2B3.1795532400/mx.forge.example--
    """)
UNKNOWN_USER = POSTFIX.format(
    action="failed",
    status="5.1.1",
    words="550 5.1.1 <carl@forge.example>: Recipient address rejected: User unknown in virtual mailbox table",
)
EXCHANGE = dedent("""\
    From: <postmaster@forge.example>
    To: <bounces@in.example.org>
    Date: Tue, 24 Nov 2026 15:00:01 +0000
    Content-Type: multipart/report; report-type=delivery-status;
     boundary="9f3c1f52-5d1e-4a7c-9a51-2c35a6b0d2f8"
    X-MS-Exchange-Message-Is-Ndr:
    Content-Language: en-US
    Message-ID: <b1c9a8b4-76b1-4c3f@CH3PR01MB0001.prod.exchangelabs.com>
    Subject: Undeliverable: What is new
    Auto-Submitted: auto-replied
    MIME-Version: 1.0

    --9f3c1f52-5d1e-4a7c-9a51-2c35a6b0d2f8
    Content-Type: multipart/alternative; differences=Content-Type;
     boundary="0b7d1a9e-7d7a-4a7e-8f62-2f5f2a3b8c11"

    --0b7d1a9e-7d7a-4a7e-8f62-2f5f2a3b8c11
    Content-Type: text/plain; charset="us-ascii"
    Content-Transfer-Encoding: quoted-printable

    Your message to carl@forge.example couldn't be delivered.

    carl wasn't found at forge.example.

    --0b7d1a9e-7d7a-4a7e-8f62-2f5f2a3b8c11
    Content-Type: text/html; charset="us-ascii"
    Content-Transfer-Encoding: quoted-printable

    <html><body>Your message to <b>carl@forge.example</b> couldn't be delivered.</body></html>

    --0b7d1a9e-7d7a-4a7e-8f62-2f5f2a3b8c11--

    --9f3c1f52-5d1e-4a7c-9a51-2c35a6b0d2f8
    Content-Type: message/delivery-status

    Reporting-MTA: dns;CH3PR01MB0001.prod.exchangelabs.com
    Received-From-MTA: dns;mail.example.org
    Arrival-Date: Tue, 24 Nov 2026 15:00:00 +0000

    Final-Recipient: rfc822;carl@forge.example
    Action: failed
    Status: 5.1.10
    Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient carl@forge.example not found by SMTP address lookup
    X-Display-Name: carl@forge.example


    --9f3c1f52-5d1e-4a7c-9a51-2c35a6b0d2f8
    Content-Type: message/rfc822

    Subject: What is new
    To: carl@forge.example

    Hello.
    --9f3c1f52-5d1e-4a7c-9a51-2c35a6b0d2f8--
    """)
VACATION = dedent("""\
    From: Carl <carl@forge.example>
    To: bounces@in.example.org
    Subject: Out of office: What is new
    Auto-Submitted: auto-replied

    Action: failed
    Status: 5.1.1
    I am out until Monday.
    """)


@pytest.fixture
def mailing(config: Config) -> Database:
    return Database(replace(config, MAIL_DOMAIN="in.example.org"))


@pytest.fixture
def sent(mailing: Database) -> OutboxMessage:
    """A message that was sent."""
    with mailing.writing() as db:
        message = db.get_one(
            OutboxMessage, mail_actions.post(db, LETTER, to="carl@forge.example", once="x", kind=LetterKind.QUESTION)
        )
        message.state = State.SENT
    return message


def processed(
    database: Database, raw: str, message_id: int, address: str = ""
) -> tuple[ReportKind, OutboxMessage, bool]:
    """Return the kind of the report, the message, and whether its address is marked as bouncing."""
    config = database.config
    to = address or bounce_address(config.SECRET_KEY, config.MAIL_DOMAIN, message_id)
    with database.writing() as db:
        kind = bounces.process_report(db, raw.encode(), to)
    with database.reading() as db:
        return kind, db.get_one(OutboxMessage, message_id), bool(mail_queries.bouncing(db, ["Carl@forge.example"]))


@pytest.mark.both_databases
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("raw", [UNKNOWN_USER, EXCHANGE])
def test_a_report_of_a_bad_address_marks_the_message_and_the_address(
    mailing: Database, sent: OutboxMessage, raw: str, line_end: str
) -> None:
    for _ in range(2):
        kind, message, marked = processed(mailing, raw.replace("\n", line_end), sent.id)
        assert (kind, message.state, marked) == (ReportKind.BOUNCE, State.BOUNCED, True)
    assert "5.1.1" in message.trouble
    assert "\n" not in message.trouble
    mailing.close()


@pytest.mark.parametrize(
    ("status", "words", "marks"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full", False),
        ("5.7.1", "550 5.7.1 Message blocked as spam", False),
        ("5.3.4", "552 5.3.4 Message too big", False),
        ("5.2.1", "550 5.2.1 Mailbox disabled", True),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", True),
        ("5.0.0", "unknown", True),
    ],
)
def test_a_bounce_for_another_reason_marks_only_the_message(
    mailing: Database, sent: OutboxMessage, status: str, words: str, marks: bool
) -> None:
    kind, message, marked = processed(mailing, POSTFIX.format(action="failed", status=status, words=words), sent.id)
    assert (kind, message.state, marked) == (ReportKind.BOUNCE, State.BOUNCED, marks)
    mailing.close()


def test_delays_and_automatic_replies_change_nothing(mailing: Database, sent: OutboxMessage) -> None:
    delayed = POSTFIX.format(action="delayed", status="4.4.1", words="connect to mail.forge.example: timed out")
    assert processed(mailing, delayed, sent.id)[0] is ReportKind.DELAY
    assert (
        processed(mailing, POSTFIX.format(action="relayed", status="2.0.0", words="ok"), sent.id)[0] is ReportKind.DELAY
    )
    kind, message, marked = processed(mailing, VACATION, sent.id)
    assert (kind, message.state, marked) == (ReportKind.NO_REPORT, State.SENT, False)
    mailing.close()


@pytest.mark.both_databases
def test_only_bounce_addresses_that_the_hub_signed_are_trusted(mailing: Database, sent: OutboxMessage) -> None:
    good = bounce_address(mailing.config.SECRET_KEY, "in.example.org", sent.id)
    other = bounce_address(mailing.config.SECRET_KEY, "in.example.org", sent.id + 1)
    for forged in (
        good.replace("in.example.org", "elsewhere.example"),
        f"bounces+{sent.id}-aaaaaaaaaaaaaaaa@in.example.org",
        other.replace(f"+{sent.id + 1}-", f"+{sent.id}-"),
        other,
        "bounces@in.example.org",
        "",
    ):
        kind, message, marked = processed(mailing, UNKNOWN_USER, sent.id, forged or "x")
        assert (kind, message.state, marked) == (ReportKind.NOT_OURS, State.SENT, False), forged
    assert (
        processed(mailing, UNKNOWN_USER, sent.id, good.upper())[0] is ReportKind.BOUNCE
    )  # some servers send addresses in upper case
    mailing.close()


def test_without_a_mail_domain_there_are_no_bounce_addresses() -> None:
    assert message_of_bounce(["key"], "", bounce_address("key", "", 7)) is None


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(UNKNOWN_USER)))
def test_malformed_reports_raise_no_errors(noise: bytes, at: int) -> None:
    raw = UNKNOWN_USER.encode()
    for broken in (noise, raw[:at] + noise + raw[at:], raw[:at]):
        for report in reports_in(broken):
            assert "\n" not in report.words
            assert len(report.words) <= 520
            is_about_the_address(report.words)


@given(st.integers(1, 2**31 - 1), st.text(min_size=1, max_size=20))
def test_a_bounce_address_identifies_its_message_and_fits_the_length_limit(message_id: int, key: str) -> None:
    address = bounce_address(key, "in.example.org", message_id)
    assert message_of_bounce([key], "in.example.org", address) == message_id
    assert message_of_bounce([f"{key}x"], "in.example.org", address) is None
    assert len(address.partition("@")[0]) <= 64


def test_a_report_that_contains_a_large_message_is_read() -> None:
    large = UNKNOWN_USER.replace("Hello.", "Hello.\n" * 200_000)
    assert [report.action for report in reports_in(large.encode())] == ["failed"]


def test_a_deeply_nested_message_is_not_a_report() -> None:
    """Parsing all of it would take minutes, or fail."""
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{number}\n\n--b{number}\n" for number in range(50_000))
    assert list(reports_in(nested.encode())) == []

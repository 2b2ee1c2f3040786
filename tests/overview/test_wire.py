"""Every kind of email as a mail server receives it: its headers, read as bytes."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from hub.calls.actions import mailing as mailing_actions
from hub.calls.models import Call
from hub.calls.queries import series as series_queries
from hub.core import clock
from hub.core.db import Database, config_of
from hub.core.errors import Refused
from hub.joining.actions import reviewing as reviewing_actions
from hub.joining.models import Application
from hub.joining.rules import Progress
from hub.library import scanning, telling
from hub.library.files.scanner import Verdict
from hub.library.models import Revision
from hub.library.rules import ScanState
from hub.library.rules import State as ReadingState
from hub.mail import actions as mail_actions
from hub.mail.delivery import delivering, keeping
from hub.mail.models import MailRound, OutboxMessage
from hub.mail.rules import BULK, LetterKind, State
from hub.members import queries as members_queries
from hub.members.actions import invitations as invitations_actions
from hub.members.actions.telling import tell_owner
from hub.members.models import OpeningMail, Organization, Person
from hub.members.rules.mail import Frequency
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin
from hub.operations import letters as operations_letters
from hub.outreach import letters as outreach_letters
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.actions import notices as notices_actions
from hub.outreach.actions import openings as openings_actions
from hub.outreach.actions import packs as packs_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import testing as testing_actions
from hub.outreach.models import Pack, PackLink, Stakeholder
from hub.outreach.queries import packs as packs_queries
from hub.outreach.rules.openings import Visitor
from hub.outreach.rules.packs import PackState
from hub.overview import actions as overview_actions
from hub.overview.queries import board as board_queries
from hub.overview.rules.digests import due_week
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.models import LoggedMail
from hub.sharing.rules.logged_mail import Audience, Outcome
from tests import plain_english
from tests.mailserver import MailServer, ReceivedMail, a_mail_server, fields_of

BASE = "https://hub.example.org/" + "a-long-path/" * 20
NAME = "Doña Ana-María " + "de los Ángeles " * 12
SECRETARIAT = ("AMCC Secretariat", "1 Alliance Plaza, Exampleton, DC 00001")
LAKESHORE = ("Lakeshore Forge & Foundry Collaborative", "400 Pattern Shop Road, Forge Harbor, OH 00002")
MOST = 30  # messages of a kind, about
LITERAL = ("Message-ID", "Auto-Submitted", "Date", "Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with a_mail_server() as server:
        yield server


@pytest.fixture
def hub(own_demo: Database, mail_server: MailServer) -> Iterator[Database]:
    """The demo world, without the email that it has sent; its coordinator and its URL have long names."""
    config = replace(
        own_demo.config,
        MAIL_URL=mail_server.url,
        BASE_URL=BASE.rstrip("/"),
        MAIL_FROM="hub@hub.example.org",
        MAIL_DOMAIN="log.hub.example.org",
    )
    with closing(Database(config)) as database:
        with database.writing() as db:
            db.execute(update(PackLink).values(message_id=None))
            db.execute(delete(OutboxMessage))
            db.execute(delete(MailRound))
            db.execute(update(Person).values(name=NAME.strip()))
        yield database


def send_every_kind(db: Session) -> None:
    """Post at least one email of each kind, as the hub does, and make all of it due."""
    coordinator = members_queries.person_by_email(db, "coordinator@demo.example")
    assert coordinator is not None
    everyone = db.scalars(select(Organization.id)).all()
    reminders_actions.send_now(db, coordinator, board_queries.this_quarter(db), everyone)
    for weeks in range(12):
        overview_actions.post_digests(db, due_week(clock.now() - timedelta(weeks=weeks), config_of(db).zone))
    send_call_mail(db, coordinator)
    send_pack_mail(db)
    for logged in db.scalars(select(LoggedMail)).all():
        logged.outcome = Outcome.FORGED if logged.id % 2 else Outcome.LOGGED
        person = db.get_one(Person, logged.person_id)
        log_address_actions.notify_sender(db, person, logged, ["Toolkit"], Audience(3, {}))
    invited = members_queries.person_by_email(db, "contributor@demo.example")
    assert invited is not None
    invitations_actions.mail_new_password(db, coordinator, invited, "token")
    tell_owner(db, invited, SecurityChange.NEW_BROWSER, Origin("Firefox on Windows", "192.0.2.7"))
    tell_of_unread_file(db, coordinator)
    tell_of_virus(db)
    invited.password_hash = None
    invitations_actions.invite(db, coordinator, invited)
    submitted = select(Application).where(Application.progress == Progress.SUBMITTED).order_by(Application.id)
    reviewing_actions.ask_for_changes(db, coordinator, db.scalars(submitted).all()[0], "Add the plan.")
    failed = operations_letters.backup_failed(config_of(db), NAME, "The disk is full.", "")
    mail_actions.post(db, failed, to=coordinator.email, once="a failed backup", kind=LetterKind.BACKUP)
    db.execute(update(OutboxMessage).values(quiet="", due_at=clock.now()))


def keep_some_of_each_kind(db: Session) -> None:
    """Delete all but a few messages of each kind: the hub waits for the server's acknowledgment of each, 40 ms."""
    for kind in LetterKind:
        of_kind = select(OutboxMessage.id).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        numbers = db.scalars(of_kind).all()
        kept = numbers[:: max(1, len(numbers) // MOST)]
        db.execute(delete(OutboxMessage).where(OutboxMessage.kind == kind, OutboxMessage.id.not_in(kept)))


def tell_of_unread_file(db: Session, uploader: Person) -> None:
    last = db.scalars(select(Revision).order_by(Revision.id.desc()).options(joinedload(Revision.resource))).first()
    assert last is not None
    last.number = last.resource.revision_number
    last.created_by_id, last.to_tell, last.state = uploader.id, True, ReadingState.PARTIAL
    last.unread = "Pages 2 to 4 are pictures without text."
    db.flush()
    assert telling.tell_uploaders(db) == 1


def tell_of_virus(db: Session) -> None:
    file_hash = db.scalars(select(Revision.sha256).where(Revision.sha256.is_not(None)).order_by(Revision.id)).first()
    scanning.settle(db, file_hash or "", Verdict(ScanState.INFECTED, "Eicar-Test"), "ClamAV")


def send_call_mail(db: Session, coordinator: Person) -> None:
    sent = []
    for day in db.scalars(select(Call.day).order_by(Call.day.desc())).all():
        call = series_queries.call_on(db, day)
        for send in (mailing_actions.invite, mailing_actions.send_recap):
            try:
                sent.append((send.__name__, send(db, coordinator, call) > 0))
            except Refused:
                continue
    assert {("invite", True), ("send_recap", True)} <= set(sent)
    mailing_actions.remind_of_decks(db)


def send_pack_mail(db: Session) -> None:
    link = db.scalars(select(PackLink).where(PackLink.stakeholder_id.is_not(None)).order_by(PackLink.id)).all()[0]
    pack = packs_queries.pack_for(db, db.get_one(Person, db.get_one(Pack, link.pack_id).person_id), link.pack_id)
    stakeholder = db.get_one(Stakeholder, link.stakeholder_id)
    sent = packs_actions.sent_pack(db, pack)
    message = sending_actions.message_of(db, pack, sent, link.id, link.token, stakeholder)
    mail_actions.post_all(db, [replace(message, name=NAME, once="a pack of this test")])
    author = db.get_one(Person, pack.person_id)
    state, pack.state = pack.state, PackState.DRAFT
    testing_actions.send_test(db, author, pack)
    letter = outreach_letters.held_letter(pack.title, "Its resources were withdrawn.", NAME, config_of(db).BASE_URL)
    mail_actions.post(db, letter, to=author.email, name=NAME, once="a held pack", kind=LetterKind.PACK_HELD)
    pack.state = state
    long_ago = clock.now() - timedelta(days=4_000)
    db.add(OpeningMail(person_id=author.id, every=Frequency.DAILY, since=long_ago, told_until=long_ago))
    db.flush()
    assert notices_actions.post_due_notices(db) == 1
    openings_actions.ask(
        db,
        packs_queries.link_of_pack(db, link.token),
        pack.items[0],
        Visitor("visit", "192.0.2.7"),
        question="How many?",
        name="",
        email="",
        copy=False,
    )


def test_each_kind_of_email_is_bulk_or_not() -> None:
    assert set(BULK) == set(LetterKind)


def test_bulk_mail_of_every_kind_can_be_unsubscribed_from_with_one_click(
    hub: Database, mail_server: MailServer
) -> None:
    with hub.writing() as db:
        send_every_kind(db)
        keep_some_of_each_kind(db)
    while delivering.catch_up(hub):
        pass
    with hub.reading() as db:
        messages = {message.key: message for message in db.scalars(select(OutboxMessage))}
    assert {message.state for message in messages.values()} == {State.SENT}
    assert {message.kind for message in messages.values()} == set(LetterKind), "this test sends every kind"
    assert len(mail_server.received) == len(messages)
    for got in mail_server.received:
        message = messages[got.field("Message-ID").decode()[1:33]]
        check_headers(got)
        assert not plain_english.TWO_ZONES.search(" ".join(got.part("text/plain").split()))
        if BULK[LetterKind(message.kind)]:
            check_footer(got, LAKESHORE if message.kind == LetterKind.PACK else SECRETARIAT, message.unsubscribe)
            assert got.field("List-Unsubscribe") == b"<" + message.unsubscribe.encode() + b">"
            assert re.fullmatch(rb"<https://[!-;=?-~]{250,}>", got.field("List-Unsubscribe"))
            assert got.field("List-Unsubscribe-Post") == b"List-Unsubscribe=One-Click"
        else:
            assert b"List-Unsubscribe" not in got.raw


def check_footer(got: ReceivedMail, lines: tuple[str, str], unsubscribe: str) -> None:
    """Check that both parts end with who sends the email, from where, and a link to unsubscribe."""
    text = got.part("text/plain").replace("\r\n", "\n")
    assert text.endswith("\n".join(["", *lines, f"Unsubscribe: {unsubscribe}", ""]))
    foot = BeautifulSoup(got.part("text/html"), "lxml").find_all("p")[-1]
    assert foot.get_text("\n", strip=True).split("\n")[-3:] == [*lines, "Unsubscribe"]
    assert [link["href"] for link in foot.find_all("a")] == [unsubscribe]


def check_headers(got: ReceivedMail) -> None:
    """Check that ids, URLs and addresses are literal, and lines have a length that each server accepts."""
    head = got.raw.partition(b"\r\n\r\n")[0]
    assert got.raw.isascii()
    assert all(len(line) <= 998 for line in got.raw.split(b"\r\n"))
    assert all(len(line) <= 78 or b" " not in line.partition(b": ")[2] for line in head.split(b"\r\n"))
    fields = fields_of(got.raw)
    assert len({name for name, _value in fields}) == len(fields), "each header occurs once"
    for name, value in fields:
        assert not (name in LITERAL and b"=?" in value), name
    assert got.field("To").split(b" ")[-1].strip(b"<>").decode() == got.recipient
    assert got.field("From").endswith(b" <hub@hub.example.org>")
    assert re.fullmatch(rb"<[0-9a-f]{32}@hub\.example\.org>", got.field("Message-ID"))
    assert re.fullmatch(r"bounces\+\d+-[a-z2-7]{16}@log\.hub\.example\.org", got.sender), "Return-Path"


def test_email_saved_as_a_file_has_the_same_headers(own_demo: Database) -> None:
    with closing(Database(replace(own_demo.config, MAIL_URL="", BASE_URL=BASE.rstrip("/")))) as database:
        with database.writing() as db:
            send_pack_mail(db)
        while delivering.catch_up(database):
            pass
        with database.reading() as db:
            packs = select(OutboxMessage).where(
                OutboxMessage.kind == LetterKind.PACK, OutboxMessage.state == State.KEPT
            )
            [message] = db.scalars(packs).all()
        raw = keeping.path_of(database.config, message.id).read_bytes()
    fields = dict(fields_of(raw))
    assert fields["List-Unsubscribe"] == f"<{message.unsubscribe}>".encode()
    assert fields["List-Unsubscribe-Post"] == b"List-Unsubscribe=One-Click"
    assert fields["Reply-To"] == message.reply_to.encode()

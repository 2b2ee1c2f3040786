"""Messages are sent once and complete, and the outbox shows the outcome of each."""

import shutil
import smtplib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.core.errors import Refused
from hub.core.setting_checks import MailServer as Settings
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.actions import Post
from hub.mail.delivery import delivering, keeping
from hub.mail.delivery.smtp_server import _encrypt
from hub.mail.letters import Button, Imprint, Letter, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from tests.mailserver import USER, MailServer, a_certificate, a_mail_server

LETTER = Letter(
    "Ça y est: 3 resources",
    (Paragraph("Hello Ana Peña,\n.dots first"),),
    "You are a test.",
    imprint=Imprint("Test works"),
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as server:
        yield server


@pytest.fixture
def mailing(config: Config, server: MailServer) -> Iterator[Database]:
    """A hub whose mail goes to `server`."""
    database = Database(replace(config, MAIL_URL=server.url, MAIL_FROM="hub@example.org", MAIL_DOMAIN="in.example.org"))
    yield database
    database.close()


def posted(database: Database, to: str = "ana@lakeshore.example", once: str = "", **others: object) -> int:
    with database.writing() as db:
        kind = LetterKind.PACK if others.get("unsubscribe") else LetterKind.QUESTION
        return mail_actions.post(db, LETTER, to=to, once=once or f"test {to}", kind=kind, **others)  # type: ignore[arg-type]


def states(database: Database) -> list[State]:
    with database.reading() as db:
        return list(db.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)))


def the_message(database: Database) -> OutboxMessage:
    with database.reading() as db:
        return db.scalars(select(OutboxMessage)).one()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock forward."""
    real, ahead = clock.now, [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: real() + ahead[0])

    def move(by: timedelta) -> None:
        ahead[0] += by

    return move


@pytest.mark.both_databases
def test_a_message_arrives_once_with_text_html_and_sender(mailing: Database, server: MailServer) -> None:
    message_id = posted(
        mailing, name="Ana Peña", unsubscribe="https://hub.example.org/unsubscribe/x", reply_to="tom@ridge.example"
    )
    assert posted(mailing, name="Ana again") == message_id
    assert delivering.catch_up(mailing) == 1
    assert delivering.catch_up(mailing) == 0
    assert states(mailing) == [State.SENT]
    (got,) = server.received
    assert got.recipient == "ana@lakeshore.example"
    assert got.sender.startswith(f"bounces+{message_id}-")
    assert got.sender.endswith("@in.example.org")
    mail = got.mail
    assert str(mail["To"]) == "Ana Peña <ana@lakeshore.example>"
    assert str(mail["From"]) == "AMCC Resource Hub <hub@example.org>"
    assert str(mail["Subject"]) == LETTER.subject
    assert mail["Reply-To"] == "tom@ridge.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://hub.example.org/unsubscribe/x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"] == f"<{the_message(mailing).key}@example.org>"
    assert ".dots first" in got.part("text/plain")
    assert "<br>.dots first" in got.part("text/html")
    assert all(len(line) <= 998 for line in got.raw.split(b"\r\n"))
    assert got.raw.isascii()


@pytest.mark.parametrize("utf8", [True, False])
def test_addresses_with_other_letters_are_written_as_they_are_if_the_server_accepts_them(
    config: Config, utf8: bool
) -> None:
    with a_mail_server(utf8=utf8) as server:
        mailing = Database(replace(config, MAIL_URL=server.url))
        posted(mailing, to="jörg@lakeshore.example", reply_to="tom@ridge.example")
        posted(mailing, to="ana@lakeshore.example", reply_to="zoë@ridge.example")
        while delivering.catch_up(mailing):
            pass
        fields = {got.recipient: (got.field("To").decode(), got.field("Reply-To").decode()) for got in server.received}
        if utf8:
            assert states(mailing) == [State.SENT, State.SENT]
            assert fields["jörg@lakeshore.example"] == ("jörg@lakeshore.example", "tom@ridge.example")
            assert fields["ana@lakeshore.example"] == ("ana@lakeshore.example", "zoë@ridge.example")
        else:
            assert states(mailing) == [State.FAILED, State.SENT]
            assert fields == {"ana@lakeshore.example": ("ana@lakeshore.example", "")}
        mailing.close()


@pytest.mark.parametrize(
    ("kind", "unsubscribe"), [(LetterKind.DIGEST, ""), (LetterKind.PASSWORD, "https://hub.example.org/u/1")]
)
def test_bulk_mail_and_only_bulk_mail_can_be_unsubscribed_from(
    mailing: Database, kind: LetterKind, unsubscribe: str
) -> None:
    with mailing.writing() as db, pytest.raises(ValueError, match=f"Email of the kind {kind} .* unsubscribe URL"):
        mail_actions.post(db, LETTER, to="a@x.example", once="x", kind=kind, unsubscribe=unsubscribe)


def test_bulk_mail_names_the_organization_that_sends_it(mailing: Database) -> None:
    stop = {"kind": LetterKind.DIGEST, "unsubscribe": "https://hub.example.org/u/1"}
    letter = LETTER.sent_by(Imprint("", "1 Test Street"))
    with mailing.writing() as db, pytest.raises(ValueError, match="needs the name of the organization"):
        mail_actions.post(db, letter, to="a@x.example", once="x", **stop)  # type: ignore[arg-type]


@pytest.mark.both_databases
def test_a_rollback_also_removes_the_message(mailing: Database) -> None:
    with mailing.writer() as db:
        mail_actions.post(db, LETTER, to="ana@lakeshore.example", once="x", kind=LetterKind.QUESTION)
        db.rollback()
    assert states(mailing) == []


@pytest.mark.parametrize("to", ["", "no-one", "a@b", "a@b.example\r\nBcc: all@b.example", "a@b.example, c@d.example"])
def test_an_invalid_address_is_refused_when_a_message_is_posted(mailing: Database, to: str) -> None:
    with pytest.raises(Refused, match=r"name@example\.org"):
        posted(mailing, to=to, once="x")


def test_typed_text_cannot_inject_headers(mailing: Database, server: MailServer) -> None:
    evil = "Ana\r\nBcc: everyone@lakeshore.example\r\n\r\nBuy\x0b\x0c\x85\u2028now"
    letter = Letter(f"Subject {evil}", (Paragraph(evil),), evil)
    with mailing.writing() as db:
        mail_actions.post(
            db,
            letter,
            to="ana@lakeshore.example",
            once="x",
            kind=LetterKind.QUESTION,
            name=evil,
            sender_name=f'"{evil}" <x@y.example>',
        )
    delivering.catch_up(mailing)
    (got,) = server.received
    assert got.mail["Bcc"] is None
    head = got.raw.partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in head
    assert str(got.mail["To"].addresses[0].addr_spec) == "ana@lakeshore.example"
    assert str(got.mail["From"].addresses[0].addr_spec) == "hub@example.org"
    assert len(got.mail["From"].addresses) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd's warning about the test server
@pytest.mark.parametrize("encryption", ["none", "starttls", "implicit"])
def test_the_hub_signs_in_with_a_password_of_special_characters(
    config: Config, tmp_path: Path, encryption: str, caplog: pytest.LogCaptureFixture
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl isn't installed")
    certificate = None if encryption == "none" else a_certificate(tmp_path)
    with a_mail_server(certificate=certificate, implicit=encryption == "implicit", signs_in=True) as server:
        scheme = "smtps" if encryption == "implicit" else "smtp"
        url = f"{scheme}://hub%40example.org:p%40ss%3Aw%2Frd%251@127.0.0.1:{server.port}"
        database = Database(replace(config, MAIL_URL=url))
        posted(database)
        delivering.catch_up(database)
        assert states(database) == [State.SENT]
        assert (server.received[0].user, server.received[0].encrypted) == (USER, encryption == "starttls")
        wrong = Database(replace(config, MAIL_URL=url.replace("w%2Frd", "wrong")))
        posted(wrong, once="again")
        delivering.catch_up(wrong)
        assert states(wrong) == [State.SENT, State.WAITING]
        with wrong.reading() as db:
            trouble = db.scalars(select(OutboxMessage.trouble).order_by(OutboxMessage.id)).all()[1]
        assert "rejected the hub’s sign-in (535)" in trouble
        assert "wrong" not in trouble + caplog.text
        for each in (database, wrong):
            each.close()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_server_whose_certificate_no_one_signed_gets_no_password(
    config: Config, tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl isn't installed")
    monkeypatch.setattr(Settings, "is_local", False)  # as if it were another machine
    with a_mail_server(certificate=a_certificate(tmp_path), implicit=scheme == "smtps", signs_in=True) as server:
        database = Database(replace(config, MAIL_URL=f"{scheme}://hub:secret@127.0.0.1:{server.port}"))
        posted(database)
        delivering.catch_up(database)
        assert (states(database), server.received) == ([State.WAITING], [])
        with database.reading() as db:
            assert "certificate verify failed" in db.scalars(select(OutboxMessage.trouble)).one()
        database.close()


@pytest.mark.both_databases
def test_a_permanent_refusal_affects_one_recipient_and_marks_an_unknown_address(
    mailing: Database, server: MailServer
) -> None:
    server.refuses_recipient["gone@lakeshore.example"] = "550 5.1.1 No such user here"
    server.refuses_text["picky@lakeshore.example"] = "554 5.7.1 Looks like advertising"
    for name in ("gone", "picky", "ana"):
        posted(mailing, to=f"{name}@lakeshore.example", about="pack 1")
    assert delivering.catch_up(mailing) == 3
    assert states(mailing) == [State.FAILED, State.FAILED, State.SENT]
    with mailing.reading() as db:
        troubles = db.scalars(select(OutboxMessage.trouble).order_by(OutboxMessage.id)).all()
        marked = mail_queries.bouncing(db, ["Gone@LAKESHORE.example", "picky@lakeshore.example"])
    assert "550 5.1.1 No such user here" in troubles[0]
    assert "554 5.7.1 Looks like advertising" in troubles[1]
    assert list(marked) == ["Gone@LAKESHORE.example"]
    posted(mailing, to="gone@lakeshore.example", once="second")
    delivering.catch_up(mailing)
    assert server.tries.count("gone@lakeshore.example") == 1
    assert states(mailing)[-1] is State.FAILED


@pytest.mark.both_databases
def test_a_temporary_refusal_is_retried_with_growing_pauses_for_four_days(
    mailing: Database, server: MailServer, later: Callable[[timedelta], None]
) -> None:
    server.refuses_recipient["ana@lakeshore.example"] = "450 4.2.0 Greylisted"
    posted(mailing)
    pauses = []
    while the_message(mailing).state is State.WAITING:
        delivering.catch_up(mailing)
        message = the_message(mailing)
        pauses.append(message.due_at - clock.now())
        later(message.due_at - clock.now())
    minutes = [round(pause / timedelta(minutes=1)) for pause in pauses]
    assert minutes[:7] == [1, 5, 15, 30, 60, 120, 240]
    assert message.state is State.FAILED
    assert message.settled_at
    assert timedelta(days=3, hours=18) < message.settled_at - message.since <= timedelta(days=4)
    assert "four days" in message.trouble
    assert "450 4.2.0 Greylisted" in message.trouble


@pytest.mark.both_databases
def test_a_greylisted_message_arrives_once(
    mailing: Database, server: MailServer, later: Callable[[timedelta], None]
) -> None:
    server.refuses_recipient["ana@lakeshore.example"] = "450 4.2.0 Greylisted"
    posted(mailing)
    assert delivering.catch_up(mailing) == 0
    server.refuses_recipient.clear()
    assert delivering.catch_up(mailing) == 0
    later(timedelta(minutes=2))
    assert delivering.catch_up(mailing) == 1
    assert len(server.received) == 1


@pytest.mark.both_databases
def test_while_the_server_is_down_one_message_is_tried_and_none_is_lost(
    config: Config, later: Callable[[timedelta], None]
) -> None:
    with a_mail_server() as server:
        url = server.url
    database = Database(replace(config, MAIL_URL=url))
    with database.writing() as db:
        mail_actions.post_all(
            db, [Post(LETTER, f"p{n}@lakeshore.example", f"x {n}", LetterKind.QUESTION) for n in range(60)]
        )
    assert delivering.catch_up(database) == 0
    with database.reading() as db:
        rows = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [row.tries for row in rows] == [1] + [0] * 59
    assert all(row.due_at > clock.now() and row.trouble and row.lease_token is None for row in rows)
    later(timedelta(minutes=2))
    with a_mail_server() as server:
        again = Database(replace(config, MAIL_URL=server.url))
        while delivering.catch_up(again):
            pass
        assert sorted(got.recipient for got in server.received) == sorted(f"p{n}@lakeshore.example" for n in range(60))
        again.close()
    database.close()


@pytest.mark.both_databases
def test_a_message_waits_until_it_is_due_and_can_be_canceled_before(
    mailing: Database, server: MailServer, later: Callable[[timedelta], None]
) -> None:
    posted(mailing, once="tomorrow", not_before=clock.now() + timedelta(days=1))
    posted(mailing, once="never", not_before=clock.now() + timedelta(days=1), about="pack 2")
    assert delivering.catch_up(mailing) == 0
    with mailing.writing() as db:
        assert mail_actions.cancel(db, about="pack 2") == 1
    later(timedelta(days=1, minutes=1))
    delivering.catch_up(mailing)
    assert states(mailing) == [State.SENT, State.CANCELLED]
    assert len(server.received) == 1


@pytest.mark.both_databases
def test_personal_messages_go_before_bulk_mail(mailing: Database, server: MailServer) -> None:
    posted(mailing, to="many@lakeshore.example", unsubscribe="https://hub.example.org/u/1")
    posted(mailing, to="one@lakeshore.example")
    delivering.catch_up(mailing)
    assert [got.recipient for got in server.received] == ["one@lakeshore.example", "many@lakeshore.example"]


def test_without_a_mail_server_messages_are_saved_as_files_that_only_the_owner_can_read(database: Database) -> None:
    message_id = posted(database)
    assert delivering.catch_up(database) == 1
    assert states(database) == [State.KEPT]
    path = keeping.path_of(database.config, message_id)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"Auto-Submitted: auto-generated\r\n" in path.read_bytes()
    assert [file.name for file in path.parent.iterdir()] == [f"{message_id}.eml"]


def test_no_file_is_left_of_a_message_that_is_canceled_while_it_is_saved(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = posted(database, about="pack 2")
    real = keeping.keep

    def keep_and_cancel(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        with database.writing() as db:
            assert mail_actions.cancel(db, about="pack 2") == 1

    monkeypatch.setattr(keeping, "keep", keep_and_cancel)
    assert delivering.catch_up(database) == 0
    assert states(database) == [State.CANCELLED]
    assert not keeping.path_of(database.config, message_id).exists()


@pytest.mark.both_databases
def test_a_text_with_a_secret_link_is_deleted_after_sending(mailing: Database, server: MailServer) -> None:
    letter = Letter("Your link", (Button("Set a password", "https://hub.example.org/password/abc123"),), "You asked.")
    with mailing.writing() as db:
        mail_actions.post(db, letter, to="ana@lakeshore.example", once="x", kind=LetterKind.PASSWORD, secret=True)
    delivering.catch_up(mailing)
    assert "abc123" in server.received[0].part("text/plain")
    message = the_message(mailing)
    assert "abc123" not in message.text + message.html


@pytest.mark.parametrize(
    ("host", "starttls", "user", "refused"),
    [
        ("mail.example.org", "offered", "hub", True),
        ("mail.example.org", "offered", "", False),
        ("mail.example.org", "required", "", True),
        ("127.0.0.1", "offered", "hub", False),
        ("mail.example.org", "never", "hub", False),  # the operator's choice
    ],
)
def test_no_password_is_sent_unencrypted_to_another_machine(host: str, starttls: str, user: str, refused: bool) -> None:
    to = Settings(host, 25, implicit_tls=False, starttls=starttls, user=user, password="x" if user else "")
    offers_none = smtplib.SMTP()
    offers_none.esmtp_features = {}
    with pytest.raises(smtplib.SMTPNotSupportedError, match="readable") if refused else nullcontext():
        _encrypt(offers_none, to)

"""A mail server that hangs up: what certainly wasn't sent is sent again, and for what may have been, a person decides."""

import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from socket import SO_LINGER, SOL_SOCKET
from typing import cast

import pytest
from sqlalchemy import select

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail.delivery import delivering, leases, smtp_server
from hub.mail.letters import Letter, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from hub.members.rules.organizations import OrganizationKind, Role
from tests.serving import TIMEOUT
from tests.world import SignIn, a_person, an_organization

SMALL = Letter("Once", (Paragraph("You get this once."),), "You are a test.")
LARGE = Letter("Long", (Paragraph("A sentence of many. " * 200_000),), "You are a test.")  # fills every buffer between
END = b"\r\n.\r\n"


@dataclass
class Plan:
    """What the server does with the next message.

    ``reads``: how much of the text it reads: a number of bytes, or all of it "without the end" or "with the end".
    ``says``: its last words; ``resets``: it breaks the connection instead of closing it.
    """

    reads: int | str
    says: bytes = b""
    resets: bool = False
    waits_for: threading.Event | None = None  # before it hangs up
    hung_up: threading.Event = field(default_factory=threading.Event)


class Server(socketserver.ThreadingTCPServer):
    """A mail server that hangs up on one message, and accepts all others."""

    allow_reuse_address = True
    daemon_threads = True
    plan: Plan | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.accepted: list[bytes] = []


class Conversation(socketserver.StreamRequestHandler):
    """The part of SMTP that the hub uses."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word != b"DATA":
                self.wfile.write(b"250 fine\r\n")
            elif not self._text():
                return
            if word == b"QUIT":
                return

    def _text(self) -> bool:
        server = cast(Server, self.server)
        self.wfile.write(b"354 go on\r\n")
        plan, server.plan = server.plan, None
        if plan:
            self._follow(plan)
            return False
        server.accepted.append(self._read(END))
        self.wfile.write(b"250 accepted\r\n")
        return True

    def _follow(self, plan: Plan) -> None:
        match plan.reads:
            case int():
                self.rfile.read(plan.reads)
            case "without the end":
                self._read(b"--\r\n")  # the last line of a message with parts
            case "with the end":
                self._read(END)
        self.wfile.write(plan.says)
        if plan.waits_for:
            plan.waits_for.wait(TIMEOUT)
        if plan.resets:
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        for closing in (self.rfile, self.wfile, self.connection):
            closing.close()
        plan.hung_up.set()

    def _read(self, end: bytes) -> bytes:
        """Read up to ``end``, which is the end of the last boundary or of the message."""
        text = bytearray()
        while not (text.endswith(end) and (end == END or text.count(b"\r\n--part-") > 2)):
            line = self.rfile.readline()
            if not line:
                raise ConnectionError
            text += line
        return bytes(text)

    def finish(self) -> None:
        """Close nothing twice."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def mailing(config: Config, server: Server) -> Iterator[Database]:
    database = Database(replace(config, MAIL_URL=f"smtp://127.0.0.1:{server.server_address[1]}"))
    yield database
    database.close()


def _post(database: Database, letter: Letter = SMALL) -> None:
    with database.writing() as db:
        mail_actions.post(db, letter, to="ana@lakeshore.example", once="once", kind=LetterKind.QUESTION)


def _message(database: Database) -> OutboxMessage:
    with database.reading() as db:
        return db.scalars(select(OutboxMessage)).one()


@pytest.fixture
def deliver_later(mailing: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """A function that runs the worker's step an hour later."""
    start = clock.now()

    def deliver() -> None:
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=1))
        delivering.catch_up(mailing)

    return deliver


def _hang_up_before_the_dot(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the hub mark the message as being sent only when the server has hung up: the latest moment that counts."""
    mark_sending = leases.mark_sending

    def mark(database: Database, message: OutboxMessage) -> bool:
        assert plan.hung_up.wait(TIMEOUT)
        return mark_sending(database, message)

    monkeypatch.setattr(leases, "mark_sending", mark)


@pytest.mark.parametrize("letter", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("resets", [False, True], ids=["closes", "resets"])
@pytest.mark.parametrize("reads", [0, 1, 100, "without the end"])
def test_what_the_server_did_not_get_whole_is_sent_again(
    mailing: Database,
    server: Server,
    reads: int | str,
    resets: bool,
    letter: Letter,
    monkeypatch: pytest.MonkeyPatch,
    deliver_later: Callable[[], object],
) -> None:
    _post(mailing, letter)
    server.plan = plan = Plan(reads, resets=resets)
    _hang_up_before_the_dot(plan, monkeypatch)
    delivering.catch_up(mailing)
    assert plan.hung_up.wait(TIMEOUT)  # the hub may notice it before the server's thread says so
    message = _message(mailing)
    assert (message.state, message.tries, message.lease_token) == (State.WAITING, 1, None)
    assert "the connection ended before it had the whole email" in message.trouble
    deliver_later()
    assert _message(mailing).state is State.SENT
    assert len(server.accepted) == 1


@pytest.mark.parametrize(("says", "state"), [
    (b"421 4.3.2 Shutting down\r\n", State.WAITING),
    (b"451 4.3.0 Try again\r\n", State.WAITING),
    (b"552 5.3.4 Too large\r\n", State.FAILED),
    (b"250 accepted\r\n", State.WAITING),  # it can't have accepted what it didn't get
])  # fmt: skip
def test_the_last_words_of_a_server_that_hangs_up_decide(
    mailing: Database, server: Server, says: bytes, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    _post(mailing)
    server.plan = plan = Plan("without the end", says)
    _hang_up_before_the_dot(plan, monkeypatch)
    delivering.catch_up(mailing)
    message = _message(mailing)
    assert message.state is state
    assert ("before it had the whole email" if says.startswith(b"250") else says.decode().strip()) in message.trouble


@pytest.mark.parametrize(("says", "resets", "reason"), [
    (b"", False, "The mail server hung up after the hub had sent the whole email"),
    (b"", True, "The mail server hung up after the hub had sent the whole email"),
    (b"250-accep", False, "The mail server hung up after the hub had sent the whole email"),
    (b"??? what\r\n", False, "The mail server’s reply to the whole email makes no sense"),
])  # fmt: skip
def test_for_what_may_have_arrived_a_person_reads_what_the_server_did_and_decides(
    mailing: Database, server: Server, says: bytes, resets: bool, reason: str, deliver_later: Callable[[], object]
) -> None:
    _post(mailing)
    server.plan = Plan("with the end", says, resets=resets)
    delivering.catch_up(mailing)
    deliver_later()
    message = _message(mailing)
    assert (message.state, server.accepted) == (State.UNKNOWN, [])
    assert message.trouble.startswith(reason)
    assert "mark it as sent or send it again" in message.trouble


def test_a_server_that_never_replies_leaves_the_decision_to_a_person_too(
    mailing: Database, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_server, "FINAL_TIMEOUT", 0.05)
    _post(mailing)
    server.plan = plan = Plan("with the end", waits_for=threading.Event())
    delivering.catch_up(mailing)
    assert plan.waits_for
    plan.waits_for.set()
    message = _message(mailing)
    assert message.state is State.UNKNOWN
    assert message.trouble.startswith("The mail server didn’t reply within")


def test_a_refusal_in_answer_to_the_whole_email_is_certain(
    mailing: Database, server: Server, deliver_later: Callable[[], object]
) -> None:
    _post(mailing)
    server.plan = Plan("with the end", b"421 4.3.2 Shutting down\r\n")
    delivering.catch_up(mailing)
    assert _message(mailing).state is State.WAITING
    deliver_later()
    assert (_message(mailing).state, len(server.accepted)) == (State.SENT, 1)


def test_the_outbox_offers_both_decisions(mailing: Database, server: Server, sign_in: SignIn) -> None:
    with mailing.writing() as db:
        from_host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        a_person(db, from_host, Role.COORDINATOR, "cora@amcc.example")
    _post(mailing)
    server.plan = Plan("with the end")
    delivering.catch_up(mailing)
    page = sign_in("cora@amcc.example").get(f"/outbox/{_message(mailing).id}").text
    for words in ("Possibly sent", "The mail server hung up", "Mark as sent", "Send again"):
        assert words in page

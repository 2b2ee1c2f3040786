"""Crashes between any two steps of sending: each recipient gets one message, or its outcome is shown as unknown."""

import os
import shutil
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select, update

from config import ROOT, Config
from hub.core import clock
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail.delivery import delivering, leases
from hub.mail.letters import Letter, Paragraph
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from tests.serving import TIMEOUT, eventually


class Coordinator:
    """The person who resends a message with an unknown outcome."""

    id, email = 1, "coordinator@demo.example"


LETTER = Letter("Once", (Paragraph("You get this once."),), "You are a test.")
# The last step that the server saw before the worker, or the server itself, dies.
STEPS = ("connect", "ehlo", "mail", "rcpt", "data", "text", "end", "replied")
# Before the final dot nothing was sent, so the message is simply sent again.
BEFORE_THE_END = STEPS[:5]
WORKER = "from config import Config; from hub.core.db import Database; from hub.mail.delivery import delivering; delivering.catch_up(Database(Config.load()))"


class Server(socketserver.ThreadingTCPServer):
    """A mail server that stores messages, and once makes a process or itself die at one step."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.accepted: list[bytes] = []
        self.dies_at = ""
        self.victim: int | None = None  # the process to kill; None: the server closes the connection
        self.died = threading.Event()

    def reached(self, step: str) -> bool:
        """Return True if the conversation ends at this step."""
        if step != self.dies_at or self.died.is_set():
            return False
        if self.victim is not None:
            os.kill(self.victim, signal.SIGKILL)
        self.died.set()
        return True


class Conversation(socketserver.StreamRequestHandler):
    """The part of SMTP that the hub uses."""

    def handle(self) -> None:
        server = cast(Server, self.server)
        if server.reached("connect"):
            return
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip().decode()
            if word == "DATA":
                if server.reached("data") or not self._text(server):
                    return
                continue
            if server.reached(word.lower()):
                return
            self.wfile.write(b"250 fine\r\n")
            if word == "QUIT":
                return

    def _text(self, server: Server) -> bool:
        self.wfile.write(b"354 go on\r\n")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
            if server.reached("text"):
                return False
        else:
            return False
        server.accepted.append(b"".join(lines))
        if server.reached("end"):
            return False
        self.wfile.write(b"250 accepted\r\n")
        return not server.reached("replied")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path, server: Server) -> Iterator[Database]:
    """A SQLite database with one waiting message. The order of commits matters here, not the database."""
    shutil.copy(sqlite_template, tmp_path / "hub.sqlite3")
    config = Config.load({}, INSTANCE=tmp_path, UPLOADS=tmp_path / "uploads", LOG_LEVEL="ERROR")
    database = Database(replace(config, MAIL_URL=f"smtp://127.0.0.1:{server.server_address[1]}"))
    with database.writing() as db:
        mail_actions.post(db, LETTER, to="ana@lakeshore.example", once="once", kind=LetterKind.QUESTION)
    yield database
    database.close()


def the_message(database: Database) -> OutboxMessage:
    with database.reading() as db:
        return db.scalars(select(OutboxMessage)).one()


def work_until_settled(database: Database, monkeypatch: pytest.MonkeyPatch) -> OutboxMessage:
    """Return the message after later workers tried to deliver it, once an hour."""
    start = clock.now()
    for hours in range(4):
        monkeypatch.setattr(clock, "now", lambda hours=hours: start + timedelta(hours=hours))
        delivering.catch_up(database)
    return the_message(database)


def assert_sent_once_or_unknown(server: Server, message: OutboxMessage, step: str) -> None:
    ids = {message_from_bytes(raw)["Message-ID"] for raw in server.accepted}
    assert len(server.accepted) <= 1
    if step in BEFORE_THE_END:
        assert (message.state, len(server.accepted)) == (State.SENT, 1)
    elif message.state is State.SENT:
        assert len(server.accepted) == 1
    else:
        assert message.state is State.UNKNOWN
        assert "may or may not have arrived" in message.trouble
    assert ids <= {f"<{message.key}@localhost>"}


@pytest.mark.kills
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_worker_leaves_one_message_or_an_unknown_outcome(
    database: Database, server: Server, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = os.environ | {
        "HUB_INSTANCE": str(database.config.INSTANCE),
        "HUB_UPLOADS": str(database.config.UPLOADS),
        "HUB_MAIL_URL": database.config.MAIL_URL,
    }
    # The process waits for input, so that the server knows its id before it starts.
    process = subprocess.Popen(
        [sys.executable, "-c", f"input(); {WORKER}"], env=environ, cwd=ROOT, stdin=subprocess.PIPE
    )
    server.dies_at, server.victim = step, process.pid
    assert process.stdin
    process.stdin.write(b"go\n")
    process.stdin.close()
    assert eventually(server.died.is_set)
    assert process.wait(TIMEOUT) == -signal.SIGKILL
    message = work_until_settled(database, monkeypatch)
    assert_sent_once_or_unknown(server, message, step)


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_dies_leaves_one_message_or_an_unknown_outcome(
    database: Database, server: Server, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.dies_at = step
    delivering.catch_up(database)
    assert server.died.wait(TIMEOUT)
    message = work_until_settled(database, monkeypatch)
    assert_sent_once_or_unknown(server, message, step)
    if step == "end":
        assert message.state is State.UNKNOWN


def test_an_unknown_outcome_is_resent_only_by_a_person_and_with_the_same_message_id(
    database: Database, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.dies_at = "end"
    delivering.catch_up(database)
    message = work_until_settled(database, monkeypatch)
    monkeypatch.undo()
    with database.writing() as db:
        mail_actions.send_again(db, Coordinator(), message)
    delivering.catch_up(database)
    ids = [message_from_bytes(raw)["Message-ID"] for raw in server.accepted]
    assert ids == [f"<{message.key}@localhost>"] * 2
    assert the_message(database).state is State.SENT


def test_two_workers_share_the_work_and_send_nothing_twice(database: Database, server: Server) -> None:
    with database.writing() as db:
        mail_actions.post_all(
            db,
            [mail_actions.Post(LETTER, f"p{n}@lakeshore.example", f"many {n}", LetterKind.QUESTION) for n in range(60)],
        )
    databases = [Database(database.config) for _ in range(3)]

    def work(own_database: Database) -> None:
        while delivering.catch_up(own_database):
            pass

    threads = [threading.Thread(target=work, args=(own_database,)) for own_database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert len(server.accepted) == 61
    assert len({message_from_bytes(raw)["To"] for raw in server.accepted}) == 61
    with database.reading() as db:
        assert set(db.scalars(select(OutboxMessage.state))) == {State.SENT}
    for own_database in databases:
        own_database.close()


def test_a_slow_worker_that_lost_its_lease_can_still_store_the_outcome(database: Database) -> None:
    (message,) = leases.claim(database)
    assert leases.mark_sending(database, message)
    with database.writing() as db:
        past = clock.now() - timedelta(minutes=1)
        db.execute(update(OutboxMessage).values(lease_until=past))
    leases.release_dead_leases(database)
    assert the_message(database).state is State.UNKNOWN
    with database.writing() as db:
        leases.settle(db, message, State.SENT)
    assert the_message(database).state is State.SENT
    assert not leases.mark_sending(database, message)


def test_a_message_canceled_during_delivery_is_not_sent(database: Database) -> None:
    (message,) = leases.claim(database)
    with database.writing() as db:
        assert mail_actions.cancel(db, once=["once"]) == 1
    assert not leases.mark_sending(database, message)
    assert the_message(database).state is State.CANCELLED

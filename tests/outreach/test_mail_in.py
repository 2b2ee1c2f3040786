"""A real `hub mail-in`, killed at the worst moments: no acknowledged email is lost or counted twice."""

import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config import ROOT, Config
from hub.core.db import Database
from hub.mail import queries as mail_queries
from hub.mail.delivery import delivering
from hub.mail.models import OutboxMessage
from hub.members.rules.organizations import Role
from hub.outreach import spool
from hub.outreach.actions import log_address as log_address_actions
from hub.sharing.models import LoggedMail, SharingEvent
from hub.sharing.rules.evidence import Carrier
from tests.mail.test_bounces import UNKNOWN_USER
from tests.mailserver import a_mail_server
from tests.outreach import mails
from tests.serving import TIMEOUT, eventually, free_port
from tests.world import a_person, a_resource, an_organization

DOMAIN = "log.hub.example"
KEY = "a key for the tests alone"


class Lmtp(smtplib.LMTP):
    """An LMTP client that reads a reply for each recipient after DATA (RFC 2033), unlike the library's."""

    def data_for(self, recipients: int, raw: bytes) -> list[int]:
        self.putcmd("data")
        assert self.getreply()[0] == 354
        self.send(raw.replace(b"\r\n.", b"\r\n..").rstrip(b"\r\n") + b"\r\n.\r\n")
        return [self.getreply()[0] for _ in range(recipients)]


class PostOffice:
    """A hub's database, and the `hub mail-in` process that uses it."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        (folder / "instance").mkdir(parents=True)
        shutil.copy(template, folder / "instance" / "hub.sqlite3")
        settings = {"SECRET_KEY": KEY, "BASE_URL": "https://hub.example.org", "MAIL_DOMAIN": DOMAIN}
        paths = {"INSTANCE": folder / "instance", "UPLOADS": folder / "uploads"}
        self.config = Config.load({}, **paths, **settings)
        self.environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        self.environ |= {f"HUB_{name}": str(value) for name, value in (settings | paths).items()}
        self.database = Database(self.config)
        self.lmtp_port, self.smtp_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        with self.database.writing() as db:
            prairie = an_organization(db, "Prairie Works")
            rita = a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
            ana = a_person(db, prairie, Role.CONTRIBUTOR, "ana@prairie.example", "Ana")
            self.resource = a_resource(db, prairie).id
            self.rita, self.ana = (
                f"log+{log_address_actions.new_log_address(db, person).token}@{DOMAIN}" for person in (rita, ana)
            )

    def start(self) -> None:
        words = [sys.executable, "-m", "hub.cli", "mail-in"]
        words += ["--port", str(self.lmtp_port), "--smtp-port", str(self.smtp_port)]
        with (self.folder / "mail-in.log").open("ab") as log:
            self.process = subprocess.Popen(words, env=self.environ, cwd=ROOT, stdout=log, stderr=log)
        for port in (self.lmtp_port, self.smtp_port):
            eventually(partial(self._answers, port))

    def _answers(self, port: int) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.folder / "mail-in.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def end(self, how: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(how)
        status = self.process.wait(TIMEOUT)
        self.process = None
        return status

    def lmtp(self) -> Lmtp:
        return Lmtp("127.0.0.1", self.lmtp_port, timeout=TIMEOUT)

    def mail(self, number: int, **others: Any) -> bytes:
        link = f"https://hub.example.org/resources/{self.resource}\n.\n..a line that begins with dots"
        sent = datetime.now(UTC) - timedelta(minutes=5)
        return mails.plain(link, message_id=f"<{number}@prairie.example>", sent=sent, **others)

    def count(self) -> tuple[int, int, int]:
        """Return the numbers of logged emails, events and outbox messages."""
        with self.database.reading() as db:
            return tuple(
                db.scalar(select(func.count(model.id))) or 0 for model in (LoggedMail, SharingEvent, OutboxMessage)
            )  # type: ignore[return-value]

    @contextmanager
    def rows_locked(self) -> Iterator[None]:
        """Lock the database for writing, so that arriving emails are spooled but can't be logged."""
        connection = sqlite3.connect(self.folder / "instance" / "hub.sqlite3", isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()


@pytest.fixture
def office(tmp_path: Path, sqlite_template: Path) -> Iterator[PostOffice]:
    office = PostOffice(tmp_path / "hub", sqlite_template)
    office.start()
    yield office
    if office.process:
        office.end(signal.SIGKILL)
    office.database.close()


def test_an_email_from_the_hub_is_forwarded_and_logged_and_a_bounce_marks_the_address(office: PostOffice) -> None:
    """Test the whole way: the hub's email by SMTP, a person's copy by SMTP, another server's bounce by LMTP."""
    with a_mail_server() as server:
        mailing = Database(replace(office.config, MAIL_URL=server.url, MAIL_FROM="hub@hub.example.org"))
        with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=TIMEOUT) as smtp:
            smtp.sendmail("rita@prairie.example", [office.rita], office.mail(1))
        eventually(lambda: office.count() == (1, 1, 1))
        assert delivering.catch_up(mailing) == 1
        [letter] = server.to("rita@prairie.example")
        words = (
            f"See what I was told:\n> {letter.part('text/plain')}\nhttps://hub.example.org/resources/{office.resource}"
        )
        forwarded = mails.plain(words, message_id="<2@prairie.example>", sent=datetime.now(UTC))
        with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=TIMEOUT) as smtp:
            smtp.sendmail("rita@prairie.example", [office.rita], forwarded)
        eventually(lambda: office.count() == (2, 2, 2))
        assert delivering.catch_up(mailing) == 1
        second = server.to("rita@prairie.example")[1]
        with office.lmtp() as client:
            client.ehlo_or_helo_if_needed()
            assert client.mail("")[0] == 250
            assert client.rcpt(second.sender)[0] == 250
            assert client.data_for(1, UNKNOWN_USER.encode()) == [250]
        eventually(lambda: _states(office) == ["sent", "bounced"])
        with mailing.reading() as db:
            assert list(mail_queries.bouncing(db, ["rita@prairie.example"])) == ["rita@prairie.example"]
        mailing.close()


def _states(office: PostOffice) -> list[str]:
    with office.database.reading() as db:
        return [state.value for state in db.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id))]


def test_lmtp_and_smtp_accept_mail_only_for_existing_addresses(office: PostOffice) -> None:
    with office.lmtp() as client:
        client.ehlo_or_helo_if_needed()
        assert client.mail("rita@prairie.example")[0] == 250
        assert [client.rcpt(address)[0] for address in (office.rita, office.ana.upper())] == [250, 250]
        for unknown in (f"log+{'x' * 22}@{DOMAIN}", "rita@prairie.example", f"bounces+1-{'a' * 16}@{DOMAIN}"):
            assert client.rcpt(unknown)[0] == 550
        assert client.data_for(2, office.mail(1)) == [250, 250], "a reply for each accepted recipient"
        client.rset()
        assert client.mail("")[0] == 250
        assert client.rcpt(office.rita)[0] == 550, "no automatic email"
    eventually(lambda: office.count()[0] == 2)
    with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=TIMEOUT) as smtp:
        assert smtp.sendmail("rita@prairie.example", [office.rita], office.mail(2)) == {}
        assert smtp.sendmail("rita@prairie.example", [office.rita], office.mail(2)) == {}
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("eve@evil.example", ["nobody@log.hub.example"], office.mail(3))
        smtp.sendmail(
            "rita@prairie.example", [office.rita], office.mail(4, subject="x" * 2_000, more="List-Id: <a.b>\n")
        )
        long_line = office.mail(5) + b"y" * 150_000 + b"\r\n"
        assert smtp.sendmail("rita@prairie.example", [office.rita], long_line) == {}
    eventually(lambda: not spool.queued_files(office.config))
    assert office.count() == (4, 4, 4)
    with office.database.reading() as db:
        assert {event.carrier for event in db.scalars(select(SharingEvent))} == {Carrier.LOG_ADDRESS}
    assert office.end(signal.SIGTERM) == 0


def test_a_message_that_is_too_large_is_refused_before_it_is_read(office: PostOffice) -> None:
    with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=TIMEOUT) as smtp:
        smtp.ehlo()
        assert int(smtp.esmtp_features["size"]) == 40_000_000
        assert smtp.mail("rita@prairie.example", ["SIZE=41000000"])[0] == 552


@pytest.mark.kills
def test_a_kill_between_spooling_and_logging_loses_nothing_and_counts_nothing_twice(office: PostOffice) -> None:
    count = 6
    with office.rows_locked():
        with office.lmtp() as client:
            for number in range(count):
                client.ehlo_or_helo_if_needed()
                client.mail("rita@prairie.example")
                assert client.rcpt(office.rita)[0] == 250
                assert client.data_for(1, office.mail(number)) == [250]
        kept = spool.queued_files(office.config)
        assert len(kept) == count, "acknowledged but not logged yet"
        copies = [(path, path.read_bytes()) for path in kept]
        office.end(signal.SIGKILL)
    assert office.count() == (0, 0, 0)
    office.start()
    eventually(lambda: not spool.queued_files(office.config))
    assert office.count() == (count, count, count)
    office.end(signal.SIGKILL)
    for path, content in copies:  # as if killed after logging, before the file was deleted
        path.write_bytes(content)
    (spool.folder_of(office.config) / "half-written.part").write_bytes(b"{")
    office.start()
    with office.lmtp() as client:  # a mail server that didn't get the reply sends again
        client.ehlo_or_helo_if_needed()
        client.mail("rita@prairie.example")
        client.rcpt(office.rita)
        assert client.data_for(1, office.mail(0)) == [250]
    eventually(lambda: not spool.queued_files(office.config))
    assert office.count() == (count, count, count)


@pytest.mark.kills
def test_a_kill_at_any_moment_leaves_acknowledged_mail_logged_once(office: PostOffice) -> None:
    acknowledged: list[int] = []

    def send_until_killed(first: int, most: int) -> None:
        with office.lmtp() as client:
            for number in range(first, first + 1_000):
                client.ehlo_or_helo_if_needed()
                client.mail("rita@prairie.example")
                client.rcpt(office.rita)
                assert client.data_for(1, office.mail(number)) == [250]
                acknowledged.append(number)
                if number == first + most:
                    office.end(signal.SIGKILL)

    for turn in range(3):
        with pytest.raises((smtplib.SMTPException, OSError)):
            send_until_killed(1_000 * turn, 3 + 4 * turn)
        office.start()
    eventually(lambda: not spool.queued_files(office.config))
    mails_logged, events, letters = office.count()
    assert mails_logged == events == letters
    assert mails_logged in range(len(acknowledged), len(acknowledged) + 4), (
        "emails whose reply was lost may be logged too"
    )


def test_a_port_in_use_is_reported_in_a_sentence(office: PostOffice) -> None:
    words = [sys.executable, "-m", "hub.cli", "mail-in", "--port", str(office.lmtp_port), "--smtp-port", "0"]
    answer = subprocess.run(words, env=office.environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert f"can't listen on 127.0.0.1:{office.lmtp_port}" in answer.stderr

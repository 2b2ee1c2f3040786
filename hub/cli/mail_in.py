"""hub mail-in: takes mail for log addresses and bounce addresses, from the site's mail server or from a file."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from typing import Any, BinaryIO

import click
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from hub.cli.base import main, rows
from hub.core import clock
from hub.core.db import Database
from hub.core.errors import Refused
from hub.mail.rules import addresses_in
from hub.outreach import spool
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.rules.copied_mail import MOST_BYTES
from hub.outreach.rules.log_address import token_in

log = logging.getLogger("hub.mail")

LMTP_PORT, SMTP_PORT = 8024, 8025
LOOK_EVERY = 30.0  # seconds between two looks for mail that could not be logged when it came
MOST_RECIPIENTS = 50
LONGEST_LINE = 200_000  # bytes; RFC 5322 allows 998, and some HTML mail is one line

REFUSED = "550 5.1.1 No such address here"
NO_AUTOMATIC = "550 5.7.1 This address takes no automatic mail"
TOO_MANY = "452 4.5.3 Too many recipients at once"
TRY_LATER = "451 4.3.0 The hub can't keep mail right now, try again later"
TAKEN = "250 2.0.0 Kept"

# Where mail servers write down whom the envelope named; To and Cc come last, since BCC stands nowhere else.
ENVELOPE_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To")
ALL_HEADERS = (*ENVELOPE_HEADERS, "To", "Cc", "Bcc")


@main.command("mail-in")
@click.argument("file", required=False, type=click.File("rb"))
@click.option("--to", "recipients", multiple=True, help="Whom the envelope of FILE names; else its headers are asked.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where LMTP is served.")
@click.option("--port", default=LMTP_PORT, show_default=True, type=click.IntRange(0, 65535), help="LMTP; 0: none.")
@click.option("--smtp-port", default=SMTP_PORT, show_default=True, type=click.IntRange(0, 65535), help="SMTP on this machine alone; 0: none.")  # fmt: skip
def mail_in(file: BinaryIO | None, recipients: tuple[str, ...], host: str, port: int, smtp_port: int) -> None:
    """Take one message from FILE (- for standard input), or serve LMTP and SMTP until stopped."""
    with rows(serving=file is None) as database:
        if not database.config.MAIL_DOMAIN:
            raise Refused("Set HUB_MAIL_DOMAIN first: the domain whose mail for log+…@ and bounces+…@ comes here.")
        if file is None:
            asyncio.run(_serve(database, host, port, smtp_port))
            return
        for line in _take_file(database, file.read(MOST_BYTES + 1), recipients):
            click.echo(line)


def _take_file(database: Database, raw: bytes, recipients: Sequence[str]) -> list[str]:
    """Keep and log one message; answers what became of it. Raises Refused with a sentence."""
    if len(raw) > MOST_BYTES:
        message = f"The message has more than {MOST_BYTES // 1_000_000} MB."
        raise Refused(message)
    named = list(dict.fromkeys(recipients or _named_in(database, raw)))
    with database.reading() as db:
        ours = tuple(one for one in named if log_address_actions.takes(db, one))
    if not ours:
        raise Refused("None of its recipients is a log address of this hub. Say whom the envelope named: --to ADDRESS.")
    path = spool.keep(database.config, spool.Arrived(ours, clock.now(), raw))
    with spool.held(path) as arrived:
        if arrived is None:
            return ["Taken; the hub's worker logs it at this moment."]
        outcomes = log_address_actions.log_arrived(database, arrived)
        spool.drop(path)
    return [f"{one.label}." for one in outcomes] or ["A report of undelivered mail, taken."]


def _named_in(database: Database, raw: bytes) -> list[str]:
    """Return the log addresses that the message's own headers name; those of the envelope before To and Cc."""
    message = message_from_bytes(raw.split(b"\n\n")[0].split(b"\r\n\r\n")[0] + b"\n\n", policy=policy.compat32)
    for names in (ENVELOPE_HEADERS, ALL_HEADERS):
        values = [str(value) for name in names for value in message.get_all(name, [])]
        if ours := [one for one in addresses_in(values) if token_in(one, database.config.MAIL_DOMAIN)]:
            return ours
    return []


class Handler:
    """What the mail server asks, answered from the rows; a message is on the disk before it is told taken."""

    def __init__(self, database: Database, came: Callable[[], None]) -> None:
        self.database, self.came = database, came

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Return whether the hub takes mail for the address; no one else's mail is ever accepted, so none bounces."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        try:
            if not await asyncio.to_thread(self._takes, address):
                return REFUSED
        except Exception:  # a database that rests for a minute must lose no mail
            log.exception("A recipient could not be looked up.")
            return TRY_LATER
        if envelope.mail_from in {None, "", "<>"} and token_in(address, self.database.config.MAIL_DOMAIN):
            return NO_AUTOMATIC
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    def _takes(self, address: str) -> bool:
        with self.database.reading() as db:
            return log_address_actions.takes(db, address)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message for good, then say so: LMTP answers for each recipient (RFC 2033), SMTP once."""
        raw = envelope.original_content or b""
        arrived = spool.Arrived(tuple(dict.fromkeys(envelope.rcpt_tos)), clock.now(), raw)
        try:
            await asyncio.to_thread(spool.keep, self.database.config, arrived)
            answer = TAKEN
            self.came()
        except OSError:
            log.exception("A message could not be kept.")
            answer = TRY_LATER
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if isinstance(server, LMTP) else answer


class LmtpServer(LMTP):
    """LMTP that takes lines as long as mail programs write them."""

    line_length_limit = LONGEST_LINE


class SmtpServer(SMTP):
    """SMTP likewise."""

    line_length_limit = LONGEST_LINE


async def _serve(database: Database, host: str, port: int, smtp_port: int) -> None:
    """Serve until SIGTERM or SIGINT; a thread beside logs what came, and what an earlier run left."""
    loop, stop, came = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    handler = Handler(database, came.set)
    servers = []
    for name, protocol, where, number in (
        ("LMTP", LmtpServer, host, port),
        ("SMTP", SmtpServer, "127.0.0.1", smtp_port),
    ):
        if number:
            servers.append(await _listen(protocol, handler, where, number))
            click.echo(f"The hub takes mail by {name} at {where}:{number} (Ctrl-C stops it).")
    done = threading.Event()
    logging_thread = threading.Thread(target=_log_what_comes, args=(database, came, done))
    logging_thread.start()
    await stop.wait()
    for server in servers:
        server.close()
    done.set()
    came.set()
    await asyncio.to_thread(logging_thread.join)


async def _listen(protocol: type[SMTP], handler: Handler, host: str, port: int) -> asyncio.Server:
    options: dict[str, Any] = {"data_size_limit": MOST_BYTES, "ident": "AMCC Resource Hub", "enable_SMTPUTF8": True}
    try:
        return await asyncio.get_running_loop().create_server(lambda: protocol(handler, **options), host, port)
    except OSError as error:
        message = f"The hub can't listen at {host}:{port}: {error.strerror}."
        raise Refused(message) from error


def _log_what_comes(database: Database, came: threading.Event, done: threading.Event) -> None:
    """Log what waits, again and again; mail that could not be logged is tried every half minute."""
    while True:
        came.clear()
        try:
            if count := log_address_actions.catch_up(database):
                log.info("Mail was logged.", extra={"step": "mail-in", "done": count})
        except Exception:  # the thread outlives whatever it runs into; the log says what
            log.exception("Mail could not be logged; it is tried again.")
        if done.is_set():
            return
        came.wait(LOOK_EVERY)

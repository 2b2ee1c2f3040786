"""hub mail-in: receives mail for log addresses and bounce addresses, from the mail server or a file."""

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

from hub.cli.base import main
from hub.cli.opening import open_database
from hub.core import clock, in_use
from hub.core.addresses import addresses_in
from hub.core.dates import file_size
from hub.core.db import Database
from hub.core.errors import Refused
from hub.outreach import spool
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.rules.copied_mail import MOST_BYTES
from hub.outreach.rules.log_address import token_in

log = logging.getLogger("hub.mail")

LMTP_PORT, SMTP_PORT = 8024, 8025
RETRY_EVERY = 30.0  # seconds between attempts to log mail that couldn't be logged on arrival
MOST_RECIPIENTS = 50
LONGEST_LINE = 200_000  # bytes; RFC 5322 allows 998, and some HTML mail is one line

REFUSED = "550 5.1.1 No such address here"
NO_AUTOMATIC = "550 5.7.1 This address doesn't accept automatic mail"
TOO_MANY = "452 4.5.3 Too many recipients"
TRY_LATER = "451 4.3.0 The hub can't store mail right now, try again later"
ACCEPTED = "250 2.0.0 Accepted"

# Headers in which mail servers store envelope recipients. They come before To and Cc, since only they include BCC.
ENVELOPE_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To")
ALL_HEADERS = (*ENVELOPE_HEADERS, "To", "Cc", "Bcc")


@main.command("mail-in")
@click.argument("file", required=False, type=click.File("rb"))
@click.option("--to", "recipients", multiple=True, help="Envelope recipient of FILE; default: from its headers.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on for LMTP.")
@click.option(
    "--port", default=LMTP_PORT, show_default=True, type=click.IntRange(0, 65535), help="LMTP port; 0 turns LMTP off."
)
@click.option("--smtp-port", default=SMTP_PORT, show_default=True, type=click.IntRange(0, 65535), help="SMTP port, on 127.0.0.1 only; 0 turns SMTP off.")  # fmt: skip
def mail_in(file: BinaryIO | None, recipients: tuple[str, ...], host: str, port: int, smtp_port: int) -> None:
    """Receive mail for log addresses and bounces.

    With FILE (- for standard input), receive that one email. Without it, run LMTP and SMTP servers until stopped.
    """
    with open_database(serving=file is None) as database:
        if not database.config.MAIL_DOMAIN:
            raise Refused(
                "HUB_MAIL_DOMAIN isn't set. Set it to the domain that receives mail for log+…@ and bounces+…@."
            )
        if file is None:
            with in_use.serving(database.config):
                asyncio.run(_serve(database, host, port, smtp_port))
            return
        for line in _receive_file(database, file.read(MOST_BYTES + 1), recipients):
            click.echo(line)


def _receive_file(database: Database, raw: bytes, recipients: Sequence[str]) -> list[str]:
    """Store and log one message, and return lines that report the results. Raises Refused."""
    if len(raw) > MOST_BYTES:
        message = f"This email is too large. The limit is {file_size(MOST_BYTES)}."
        raise Refused(message)
    candidates = list(dict.fromkeys(recipients or _recipients_in(database, raw)))
    with database.reading() as db:
        accepted = tuple(address for address in candidates if log_address_actions.accepts(db, address))
    if not accepted:
        raise Refused(
            "None of the recipients is a log address of this hub. Enter the envelope recipient with --to ADDRESS."
        )
    path = spool.enqueue(database.config, spool.QueuedMail(accepted, clock.now(), raw))
    with spool.locked(path) as arrived:
        if arrived is None:
            return ["Accepted. The worker is logging it."]
        outcomes = log_address_actions.log_queued_mail(database, arrived)
        spool.delete(path)
    return [f"{outcome.label}." for outcome in outcomes] or ["Accepted a bounce report."]


def _recipients_in(database: Database, raw: bytes) -> list[str]:
    """Return the log addresses in the message's headers: envelope headers if they have any, otherwise all."""
    message = message_from_bytes(raw.split(b"\n\n")[0].split(b"\r\n\r\n")[0] + b"\n\n", policy=policy.compat32)
    for names in (ENVELOPE_HEADERS, ALL_HEADERS):
        values = [str(value) for name in names for value in message.get_all(name, [])]
        domain = database.config.MAIL_DOMAIN
        if addresses := [address for address in addresses_in(values) if token_in(address, domain)]:
            return addresses
    return []


class Handler:
    """The SMTP handler. It looks recipients up in the database, and stores a message on disk before accepting it."""

    def __init__(self, database: Database, on_arrival: Callable[[], None]) -> None:
        self.database, self.on_arrival = database, on_arrival

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept or reject a recipient. Unknown addresses are rejected, so that the hub never sends bounces."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        try:
            if not await asyncio.to_thread(self._accepts, address):
                return REFUSED
        except Exception:  # a database outage must not lose mail
            log.exception("A recipient couldn't be looked up in the database. The mail server will try again.")
            return TRY_LATER
        if envelope.mail_from in {None, "", "<>"} and token_in(address, self.database.config.MAIL_DOMAIN):
            return NO_AUTOMATIC
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    def _accepts(self, address: str) -> bool:
        with self.database.reading() as db:
            return log_address_actions.accepts(db, address)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the message, then accept it: LMTP replies once per recipient (RFC 2033), SMTP once."""
        raw = envelope.original_content or b""
        arrived = spool.QueuedMail(tuple(dict.fromkeys(envelope.rcpt_tos)), clock.now(), raw)
        try:
            await asyncio.to_thread(spool.enqueue, self.database.config, arrived)
            answer = ACCEPTED
            self.on_arrival()
        except OSError:
            log.exception("An email couldn't be stored. The mail server will try again.")
            answer = TRY_LATER
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if isinstance(server, LMTP) else answer


class LmtpServer(LMTP):
    """LMTP with a higher limit on line length, which real mail programs need."""

    line_length_limit = LONGEST_LINE


class SmtpServer(SMTP):
    """SMTP with the same line limit."""

    line_length_limit = LONGEST_LINE


async def _serve(database: Database, host: str, port: int, smtp_port: int) -> None:
    """Serve until SIGTERM or SIGINT. A thread logs the mail that arrives, and mail left by an earlier run."""
    loop, stop, arrived = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    handler = Handler(database, arrived.set)
    servers = []
    for name, protocol, listen_host, listen_port in (
        ("LMTP", LmtpServer, host, port),
        ("SMTP", SmtpServer, "127.0.0.1", smtp_port),
    ):
        if listen_port:
            servers.append(await _listen(protocol, handler, listen_host, listen_port))
            click.echo(f"Receiving mail over {name} at {listen_host}:{listen_port}. Press Ctrl-C to stop.")
    stopped = threading.Event()
    logging_thread = threading.Thread(target=_log_arrivals, args=(database, arrived, stopped))
    logging_thread.start()
    await stop.wait()
    for server in servers:
        server.close()
    stopped.set()
    arrived.set()
    await asyncio.to_thread(logging_thread.join)


async def _listen(protocol: type[SMTP], handler: Handler, host: str, port: int) -> asyncio.Server:
    options: dict[str, Any] = {"data_size_limit": MOST_BYTES, "ident": "AMCC Resource Hub", "enable_SMTPUTF8": True}
    try:
        return await asyncio.get_running_loop().create_server(lambda: protocol(handler, **options), host, port)
    except OSError as error:
        message = f"The hub can't listen on {host}:{port}: {error.strerror}. Choose another address or port."
        raise Refused(message) from error


def _log_arrivals(database: Database, arrived: threading.Event, stopped: threading.Event) -> None:
    """Log waiting mail until ``stopped`` is set, retrying failures every half minute."""
    while True:
        arrived.clear()
        try:
            if count := log_address_actions.catch_up(database):
                log.info("Mail logged.", extra={"step": "mail-in", "done": count})
        except Exception:  # the thread must survive any error
            log.exception("Mail couldn't be logged. The hub will try again.")
        if stopped.is_set():
            return
        arrived.wait(RETRY_EVERY)

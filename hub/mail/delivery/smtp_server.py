"""Sends messages by SMTP, one at a time, so that the outcome of each step is known."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from hub.core.setting_checks import MailServer

TIMEOUT = 60.0  # seconds for each reply but the last
FINAL_TIMEOUT = 600.0  # RFC 5321 4.5.3.2.6: a server may take ten minutes to store a message
_READY, _CONTINUE = 2, 3  # the first digit of positive replies


class SendStatus(StrEnum):
    """The outcomes of trying to send a message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # this message, permanently
    RETRY = "retry"  # this message, temporarily
    SERVER_DOWN = "server down"  # the server isn't accepting mail
    UNKNOWN = "unknown"  # it got the whole message and didn't reply
    CANCELED = "canceled"  # it was canceled meanwhile


@dataclass(frozen=True)
class Outcome:
    """The outcome of a try, with the server's words."""

    status: SendStatus
    words: str = ""


class ServerTrouble(Exception):
    """Raised when the mail server can't be used; the text says why, without the password."""


@contextmanager
def connected(server: MailServer, own_host: str) -> Iterator[smtplib.SMTP]:
    """Connect to the mail server, encrypted and signed in according to the settings; raises ServerTrouble."""
    try:
        smtp = _connect(server, own_host)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerTrouble(_words(error)) from error
    try:
        yield smtp
    finally:
        _leave(smtp)


def _connect(server: MailServer, own_host: str) -> smtplib.SMTP:
    if server.implicit_tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, own_host, timeout=TIMEOUT, context=_tls(server, verified=True)
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, own_host, timeout=TIMEOUT)
    try:
        smtp.ehlo_or_helo_if_needed()
        if not server.implicit_tls:
            _encrypt(smtp, server)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _encrypt(smtp: smtplib.SMTP, server: MailServer) -> None:
    """Start TLS if the server offers it. Never send a password unencrypted to another machine."""
    if server.starttls != "never" and smtp.has_extn("starttls"):
        verified = bool(server.user) or server.starttls == "required"
        smtp.starttls(context=_tls(server, verified=verified))
        smtp.ehlo()
    elif server.starttls == "required" or (server.user and not server.is_local and server.starttls != "never"):
        message = "it doesn’t offer STARTTLS, so the password would be readable in transit"
        raise smtplib.SMTPNotSupportedError(message)


def _tls(server: MailServer, *, verified: bool) -> ssl.SSLContext:
    """Return a TLS context. It verifies the certificate if a password depends on it, except on this machine."""
    context = ssl.create_default_context()
    if server.is_local or not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _leave(smtp: smtplib.SMTP) -> None:
    """Close the connection; errors don't matter any longer."""
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(5)
            smtp.quit()
    except (OSError, smtplib.SMTPException):
        pass
    finally:
        smtp.close()


def send(
    smtp: smtplib.SMTP, sender: str, recipient: str, message: bytes, before_the_end: Callable[[], bool]
) -> Outcome:
    """Send one message. The server accepts it only with the final dot.

    ``before_the_end`` is called right before that dot: it marks the message as being sent, or returns False to stop.
    If anything fails before that, the message certainly wasn't sent.
    """
    try:
        refusal = _envelope(smtp, sender, recipient, international=not (recipient.isascii() and message.isascii()))
        if refusal:
            return refusal
        smtp.send(_stuffed(message))
    except (OSError, smtplib.SMTPException) as error:
        smtp.close()
        return Outcome(SendStatus.SERVER_DOWN, _words(error))
    if not before_the_end():
        smtp.close()  # without the dot the server drops the message
        return Outcome(SendStatus.CANCELED)
    return _end(smtp)


def _envelope(smtp: smtplib.SMTP, sender: str, recipient: str, *, international: bool) -> Outcome | None:
    """Send MAIL, RCPT and DATA; return the server's refusal, or None if it is ready for the text.

    ``international``: an address has other letters than ASCII, so the headers are in UTF-8 (RFC 6531).
    """
    if international and not smtp.has_extn("smtputf8"):
        return Outcome(
            SendStatus.REFUSED, "The mail server can’t send to addresses with non-English letters before the @."
        )
    code, words = smtp.mail(sender, ["BODY=8BITMIME", "SMTPUTF8"] if international else [])
    if code // 100 != _READY:
        _start_over(smtp)
        return Outcome(SendStatus.SERVER_DOWN, _answer(code, words))  # it refused the hub's address, not this message
    code, words = smtp.rcpt(recipient)
    if code // 100 == _READY:
        code, words = smtp.docmd("DATA")
        if code // 100 == _CONTINUE:
            return None
    _start_over(smtp)
    return _refusal(code, words)


def _start_over(smtp: smtplib.SMTP) -> None:
    """Reset the SMTP session for the next message."""
    try:
        smtp.rset()
    except (OSError, smtplib.SMTPException):
        smtp.close()


def _refusal(code: int, words: bytes) -> Outcome:
    if code == 421:  # noqa: PLR2004 - RFC 5321: service not available
        return Outcome(SendStatus.SERVER_DOWN, _answer(code, words))
    return Outcome(SendStatus.REFUSED if code // 100 == 5 else SendStatus.RETRY, _answer(code, words))  # noqa: PLR2004 - 5yz


def _end(smtp: smtplib.SMTP) -> Outcome:
    """Send the final dot, and return the outcome."""
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(FINAL_TIMEOUT)
        smtp.send(b".\r\n")
        code, words = smtp.getreply()
        if smtp.sock is not None:
            smtp.sock.settimeout(TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        smtp.close()
        return Outcome(SendStatus.UNKNOWN, _words(error))
    if code // 100 == _READY:
        return Outcome(SendStatus.ACCEPTED, _answer(code, words))
    return _refusal(code, words)


def _stuffed(message: bytes) -> bytes:
    """Return the text with leading dots doubled and a final line break (RFC 5321 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", message)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _answer(code: int, words: bytes) -> str:
    """Return the server's reply on one line."""
    text = " ".join(words.decode("utf-8", "replace").split())
    return f"{code} {text}"[:500]


def _words(error: Exception) -> str:
    """Return a description of a connection error, without the data that was sent: it may contain the password."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it rejected the hub’s sign-in ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _answer(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    return " ".join(str(error).split())[:300] or type(error).__name__

"""Speaking with the mail server, one message at a time, so that each step's outcome is known."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from config import MailServer

PATIENCE = 60.0  # seconds for each answer but the last
LAST_PATIENCE = 600.0  # RFC 5321 4.5.3.2.6: a server may take ten minutes to store what it got
_READY, _GO_ON = 2, 3  # the first digit of an answer that agrees


class Fate(StrEnum):
    """What a try to hand a message over came to."""

    TAKEN = "taken"
    REFUSED = "refused"  # this message, for good
    LATER = "later"  # this message, for now
    SERVER = "server"  # the server takes nothing now
    UNKNOWN = "unknown"  # it had everything, and didn't answer
    LEFT = "left"  # someone else decided otherwise meanwhile


@dataclass(frozen=True)
class Outcome:
    """What a try came to, with the server's words."""

    fate: Fate
    words: str = ""


class ServerTrouble(Exception):
    """The mail server can't be used now; the text says why, without a password."""


@contextmanager
def connected(server: MailServer, my_name: str) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, encrypted and signed in as the settings say; raises ServerTrouble."""
    try:
        smtp = _connect(server, my_name)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerTrouble(_words(error)) from error
    try:
        yield smtp
    finally:
        _leave(smtp)


def _connect(server: MailServer, my_name: str) -> smtplib.SMTP:
    if server.implicit_tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, my_name, timeout=PATIENCE, context=_tls(server, verified=True)
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, my_name, timeout=PATIENCE)
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
    """STARTTLS where it is offered. A password goes over an open line to this machine alone."""
    if server.starttls != "never" and smtp.has_extn("starttls"):
        verified = bool(server.user) or server.starttls == "required"
        smtp.starttls(context=_tls(server, verified=verified))
        smtp.ehlo()
    elif server.starttls == "required" or (server.user and not server.is_here and server.starttls != "never"):
        message = "it offers no STARTTLS, and the password would be readable on the way"
        raise smtplib.SMTPNotSupportedError(message)


def _tls(server: MailServer, *, verified: bool) -> ssl.SSLContext:
    """Return who the server is gets checked where a secret depends on it; this machine has no name that one could check."""
    context = ssl.create_default_context()
    if server.is_here or not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _leave(smtp: smtplib.SMTP) -> None:
    """Say goodbye if the server still listens; nothing depends on it."""
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(5)
            smtp.quit()
    except (OSError, smtplib.SMTPException):
        pass
    finally:
        smtp.close()


def hand_over(
    smtp: smtplib.SMTP, sender: str, recipient: str, message: bytes, before_the_end: Callable[[], bool]
) -> Outcome:
    """Hand one message over, up to its last dot, which makes the server keep it.

    ``before_the_end`` is called when everything but that dot is there: it writes down that the message is being sent,
    or answers False to stop. Whatever goes wrong before has the certain outcome that nothing was sent.
    """
    try:
        refused = _envelope(smtp, sender, recipient)
        if refused:
            return refused
        smtp.send(_stuffed(message))
    except (OSError, smtplib.SMTPException) as error:
        smtp.close()
        return Outcome(Fate.SERVER, _words(error))
    if not before_the_end():
        smtp.close()  # without the dot nothing is sent
        return Outcome(Fate.LEFT)
    return _end(smtp)


def _envelope(smtp: smtplib.SMTP, sender: str, recipient: str) -> Outcome | None:
    """MAIL, RCPT and DATA; what the server has against the message, or None when it waits for the text."""
    international = not recipient.isascii()
    if international and not smtp.has_extn("smtputf8"):
        return Outcome(Fate.REFUSED, "The mail server can't send to addresses with such letters before the @.")
    code, words = smtp.mail(sender, ["SMTPUTF8"] if international else [])
    if code // 100 != _READY:
        _start_over(smtp)
        return Outcome(Fate.SERVER, _answer(code, words))  # the hub's own address: no fault of this message
    code, words = smtp.rcpt(recipient)
    if code // 100 == _READY:
        code, words = smtp.docmd("DATA")
        if code // 100 == _GO_ON:
            return None
    _start_over(smtp)
    return _refusal(code, words)


def _start_over(smtp: smtplib.SMTP) -> None:
    """Make the server forget this message; one that hung up has."""
    try:
        smtp.rset()
    except (OSError, smtplib.SMTPException):
        smtp.close()


def _refusal(code: int, words: bytes) -> Outcome:
    if code == 421:  # noqa: PLR2004 - RFC 5321: the service closes down
        return Outcome(Fate.SERVER, _answer(code, words))
    return Outcome(Fate.REFUSED if code // 100 == 5 else Fate.LATER, _answer(code, words))  # noqa: PLR2004 - 5yz


def _end(smtp: smtplib.SMTP) -> Outcome:
    """Return the last dot, and the server's answer to it."""
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(LAST_PATIENCE)
        smtp.send(b".\r\n")
        code, words = smtp.getreply()
        if smtp.sock is not None:
            smtp.sock.settimeout(PATIENCE)
    except (OSError, smtplib.SMTPException) as error:
        smtp.close()
        return Outcome(Fate.UNKNOWN, _words(error))
    if code // 100 == _READY:
        return Outcome(Fate.TAKEN, _answer(code, words))
    return _refusal(code, words)


def _stuffed(message: bytes) -> bytes:
    """Return the text with a dot doubled where a line begins with one, ending in a line break: RFC 5321 4.5.2."""
    stuffed = re.sub(rb"(?m)^\.", b"..", message)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _answer(code: int, words: bytes) -> str:
    """Return what the server said, on one line that people can read."""
    said = " ".join(words.decode("utf-8", "replace").split())
    return f"{code} {said}"[:500]


def _words(error: Exception) -> str:
    """Return what went wrong with the connection. Never what was sent: it may hold the password."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it refused the hub's sign-in ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _answer(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    return " ".join(str(error).split())[:300] or type(error).__name__

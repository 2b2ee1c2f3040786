"""Sends messages by SMTP, one at a time, so that the outcome of each step is known."""

import fcntl
import re
import select
import smtplib
import ssl
import struct
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from hub.core.setting_checks import MailServer

TIMEOUT = 60.0  # seconds for each reply but the last
FINAL_TIMEOUT = 600.0  # RFC 5321 4.5.3.2.6: a server may take ten minutes to store a message
_READY, _CONTINUE = 2, 3  # the first digit of positive replies
_REFUSALS = (4, 5)  # the first digit of negative replies
_LOOKS = (0.001, 0.05)  # seconds between looking whether the text has arrived: at first, and at most
# The server has closed its side. Linux says so even if there is an unread reply; elsewhere only a reset is noticed.
_HUNG_UP = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)
_BEFORE_THE_END = "the connection ended before it had the whole email"
_WHAT_TO_DO = (
    "so it may or may not have arrived. Ask the recipient, then mark it as sent or send it again: most mail programs "
    "show a duplicate only once."
)


class SendStatus(StrEnum):
    """The outcomes of trying to send a message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # this message, permanently
    RETRY = "retry"  # this message, temporarily
    SERVER_DOWN = "server down"  # the server isn't accepting mail
    UNKNOWN = "unknown"  # it was sent the whole message and didn't reply
    CANCELED = "canceled"  # it was canceled meanwhile


@dataclass(frozen=True)
class Outcome:
    """The outcome of a try, with the server's words; for an unknown outcome, a sentence for the person who decides."""

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
    If anything fails before the dot has left, the message certainly wasn't sent. So the hub waits until the server's
    machine has received the text, and looks whether the server is still there, before it sends the dot.
    """
    try:
        refusal = _envelope(smtp, sender, recipient, international=not (recipient.isascii() and message.isascii()))
        if refusal:
            return refusal
    except (OSError, smtplib.SMTPException) as error:
        smtp.close()
        return Outcome(SendStatus.SERVER_DOWN, _words(error))
    if not _send_text(smtp, message):
        return _last_words(smtp)
    if not before_the_end():
        smtp.close()  # without the dot the server drops the message
        return Outcome(SendStatus.CANCELED)
    return _last_words(smtp) if _has_hung_up(smtp) else _end(smtp)


def _send_text(smtp: smtplib.SMTP, message: bytes) -> bool:
    """Send the text, and wait until the server's machine has received it; return False if it didn't.

    The kernel accepts a whole message at once, and would accept the final dot of a connection that breaks a moment
    later. What the other machine hasn't acknowledged yet is known on Linux; elsewhere this doesn't wait.
    """
    if smtp.sock is None:
        return False
    try:
        smtp.sock.sendall(_stuffed(message))
    except OSError:
        return False
    until, pause = time.monotonic() + TIMEOUT, _LOOKS[0]
    while (unreceived := _unreceived(smtp)) and time.monotonic() < until:
        if _has_hung_up(smtp, pause):
            return False
        pause = min(2 * pause, _LOOKS[1])
    return not unreceived and not _has_hung_up(smtp)


def _unreceived(smtp: smtplib.SMTP) -> int:
    """Return how many bytes the other machine hasn't acknowledged, as far as the system can tell."""
    if smtp.sock is None:
        return 0
    try:
        answer = fcntl.ioctl(smtp.sock.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
    except OSError:
        return 0
    return int(struct.unpack("i", answer)[0])


def _has_hung_up(smtp: smtplib.SMTP, wait: float = 0) -> bool:
    """Return True if the server has closed the connection, or closes it within ``wait`` seconds."""
    if smtp.sock is None:
        return True
    poll = select.poll()
    poll.register(smtp.sock.fileno(), _HUNG_UP)
    return bool(poll.poll(1000 * wait))


def _last_words(smtp: smtplib.SMTP) -> Outcome:
    """Return the outcome of a message whose end wasn't sent, because the server hung up: what it said, if anything."""
    if smtp.sock is not None:
        smtp.sock.settimeout(5)
    try:
        code, words = smtp.getreply()
    except (OSError, smtplib.SMTPException):
        return Outcome(SendStatus.SERVER_DOWN, _BEFORE_THE_END)
    finally:
        smtp.close()
    return _refusal(code, words) if code // 100 in _REFUSALS else Outcome(SendStatus.SERVER_DOWN, _BEFORE_THE_END)


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
    except (OSError, smtplib.SMTPException):  # the system didn't take the dot, so it never left this machine
        smtp.close()
        return Outcome(SendStatus.SERVER_DOWN, _BEFORE_THE_END)
    try:
        code, words = smtp.getreply()
        if smtp.sock is not None:
            smtp.sock.settimeout(TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        smtp.close()
        return Outcome(SendStatus.UNKNOWN, f"{_silence(error)}, {_WHAT_TO_DO}")
    if code // 100 == _READY:
        return Outcome(SendStatus.ACCEPTED, _answer(code, words))
    if code // 100 in _REFUSALS:
        return _refusal(code, words)
    smtp.close()
    return Outcome(SendStatus.UNKNOWN, f"The mail server’s reply to the whole email makes no sense, {_WHAT_TO_DO}")


def _silence(error: Exception) -> str:
    """Return why there was no reply to the final dot. `smtplib` raises its own error for all reasons."""
    if isinstance(error.__context__, TimeoutError):
        return f"The mail server didn’t reply within {FINAL_TIMEOUT / 60:.0f} minutes after the hub had sent the whole email"
    return "The mail server hung up after the hub had sent the whole email, without saying whether it accepted it"


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

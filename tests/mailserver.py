"""An SMTP server for tests, on its own port. It stores messages, and rejects those that a test chooses."""

import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.serving import free_port

USER, PASSWORD = "hub@example.org", "p@ss:w/rd%1"
Answer = Callable[[str], str | None]


def fields_of(raw: bytes) -> list[tuple[str, bytes]]:
    """Return the header fields of a message, unfolded and otherwise as they are, since that is what others get.

    This doesn't use `email`, which decodes what the hub should not have encoded.
    """
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").replace(b"\r\n\t", b"\t")
    lines = [line.partition(b":") for line in head.split(b"\r\n")]
    return [(name.decode("ascii"), value.strip()) for name, _colon, value in lines]


@dataclass
class ReceivedMail:
    """A message that the server accepted."""

    sender: str
    recipient: str
    raw: bytes
    encrypted: bool  # by STARTTLS
    user: str | None

    @property
    def mail(self) -> EmailMessage:
        """The parsed message."""
        mail = message_from_bytes(self.raw, policy=default)
        assert isinstance(mail, EmailMessage)
        return mail

    def field(self, name: str) -> bytes:
        """Return the value of a header that occurs once, as bytes; empty if there is none."""
        values = [value for field, value in fields_of(self.raw) if field == name]
        assert len(values) <= 1, f"{name} occurs {len(values)} times"
        return values[0] if values else b""

    def part(self, kind: str) -> str:
        """Return the text of the part with this media type."""
        return next(str(part.get_content()) for part in self.mail.walk() if part.get_content_type() == kind)


@dataclass
class MailServer:
    """The server's messages, and its refusals: the reply for each refused recipient."""

    port: int
    received: list[ReceivedMail] = field(default_factory=list)
    refuses_recipient: dict[str, str] = field(default_factory=dict)
    refuses_text: dict[str, str] = field(default_factory=dict)
    tries: list[str] = field(default_factory=list)
    on_recipient: Callable[[str], object] = lambda _address: None  # called before the server answers

    @property
    def url(self) -> str:
        """The MAIL_URL of this server."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[ReceivedMail]:
        """Return the accepted messages to this address."""
        return [message for message in self.received if message.recipient == address]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.tries.append(address)
        self.on_recipient(address)
        if refusal := self.refuses_recipient.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        if refusal := self.refuses_text.get(recipient):
            return refusal
        user = session.auth_data.login.decode() if isinstance(session.auth_data, LoginPassword) else None
        raw = envelope.original_content or b""
        self.received.append(ReceivedMail(envelope.mail_from or "", recipient, raw, session.ssl is not None, user))
        return "250 2.0.0 Accepted"


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False, auth_data=data)


@contextmanager
def a_mail_server(
    *, certificate: Path | None = None, implicit: bool = False, signs_in: bool = False, utf8: bool = False
) -> Iterator[MailServer]:
    """Run a server; with ``certificate`` it offers STARTTLS, or with ``implicit`` it uses TLS from the start.

    With ``utf8`` it accepts addresses with other letters than ASCII (SMTPUTF8).
    """
    server = MailServer(free_port())
    options: dict[str, Any] = {"enable_SMTPUTF8": utf8}
    if signs_in:
        options |= {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": certificate is not None}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        options |= {"ssl_context": context} if implicit else {"tls_context": context, "require_starttls": True}
        if implicit:
            options["auth_require_tls"] = False  # it is encrypted already, but aiosmtpd only knows STARTTLS
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def a_certificate(folder: Path) -> Path:
    """Create a certificate for 127.0.0.1, and return a file with the certificate and its key."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both

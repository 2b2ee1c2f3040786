"""Reading a mail that someone copied to their log address: what was attached and linked, to how many it went. Pure.

Everything in it is untrusted. Attachments are never opened: their bytes are hashed, and the hashes compared.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from hub.core.text import one_line
from hub.mail.rules import addresses_in

MOST_BYTES = 40_000_000  # of a message; mail servers take 25 MB to 35 MB
MOST_PARTS = 200
MOST_TEXT = 2_000_000  # letters of text that are searched for links
MOST_COMPARED = 20_000_000  # lines, times the parts whose end each of them might be; a large mail has 3,000,000
MOST_BOUNDARIES = 10  # of parts inside of parts, between which forwarded messages are looked for
LONGEST_HEADER = 512_000  # of addresses; more is no one's mail
LONGEST_VALUE = 4_000  # letters of any other header that are read: what reads them takes ever longer
LONGEST_SUBJECT = 200
MOST_HOPS = 50  # servers that a message came through; RFC 5321 calls 100 a loop

_PART = re.compile(rb"(?im)^content-type\s*:")
_PARTS_INSIDE = re.compile(rb"(?im)^content-type\s*:\s*multipart/")
_OF_ADDRESSES = frozenset({"from", "sender", "to", "cc", "bcc"})
_UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Attachment:
    """Something attached: the hashes that its bytes may have in the hub, since mail changes the ends of lines."""

    digests: frozenset[str]


@dataclass(frozen=True)
class Mail:
    """What the hub reads of a mail; nothing else of it is kept."""

    message_id: str
    body_hash: str
    senders: tuple[str, ...]  # addresses, in lower case
    recipients: tuple[str, ...]  # of To, Cc and Bcc, in lower case, each once, in their order
    subject: str
    sent_at: datetime | None
    automatic: str  # why it isn't a person's own mail; empty when nothing speaks against it
    forged: str  # why it isn't believed that the sender wrote it
    attachments: tuple[Attachment, ...]
    text: str  # of all its parts, to look for links in
    odd: str = ""  # why its parts weren't read, if so


@dataclass
class _Found:
    attachments: list[Attachment] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class _Bounded(policy.Compat32):
    """Reads headers as they are, but not more of each than anyone needs."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return a header's name and value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[: LONGEST_HEADER + 1 if name.lower() in _OF_ADDRESSES else LONGEST_VALUE]


_POLICY = _Bounded()


def read_mail(raw: bytes) -> Mail:
    """Return what a raw message says. Never raises: what can't be read is left out, and ``odd`` says so."""
    head, body = _split(raw)
    try:
        message = message_from_bytes(head + b"\r\n\r\n", policy=_POLICY)
    except _UNREADABLE:
        message = Message()
    found, odd = _Found(), ""
    if len(_PART.findall(raw)) > MOST_PARTS:
        odd = f"It has more than {MOST_PARTS} parts."
    elif len(_PARTS_INSIDE.findall(raw)) * raw.count(b"\n") > MOST_COMPARED:
        odd = "It has too many parts for its many lines."
    else:
        try:
            _read_parts(message_from_bytes(raw, policy=_POLICY), raw, found)
        except _UNREADABLE:
            odd = "It isn't written as mail is."
    return Mail(
        message_id=_text(message.get("Message-ID"))[:998],
        body_hash=sha256(b"\n".join(line.rstrip() for line in body.strip().splitlines())).hexdigest(),
        senders=tuple(dict.fromkeys(_addresses(message, ("From", "Sender")))),
        recipients=tuple(dict.fromkeys(_addresses(message, ("To", "Cc", "Bcc")))),
        subject=one_line(_text(message.get("Subject")))[:LONGEST_SUBJECT],
        sent_at=_moment(message),
        automatic=_automatic(message),
        forged=_forged(message),
        attachments=tuple(found.attachments),
        text="\n".join(found.texts)[:MOST_TEXT],
        odd=odd,
    )


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """Head and body, which an empty line parts."""
    found = re.search(rb"\r?\n\r?\n", raw)
    return (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")


def _text(value: Any) -> str:
    """Return a header as people read it."""
    try:
        return str(make_header(decode_header(str(value or ""))))
    except (*_UNREADABLE, binascii.Error):
        return str(value or "")


def _addresses(message: Message, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        values = [str(value) for value in message.get_all(name, [])]
        if sum(map(len, values)) <= LONGEST_HEADER:
            yield from (address.lower() for address in addresses_in(values))


def _moment(message: Message) -> datetime | None:
    """Return when it says that it was sent; a time without a zone is read as UTC."""
    try:
        sent = parsedate_to_datetime(str(message.get("Date", "")))
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (*_UNREADABLE, OverflowError):
        return None


def _automatic(message: Message) -> str:
    """Why a machine sent it, or a list handed it on (RFC 3834, 2919); loops show by the servers that it came through."""
    submitted = _text(message.get("Auto-Submitted")).split(";")[0].strip().lower()
    precedence = _text(message.get("Precedence")).strip().lower()
    is_report = message.get_content_type() == "multipart/report"
    signs = {
        "It was sent automatically.": submitted not in {"", "no"},
        "It came through a mailing list.": _has(message, "List-Id", "List-Post", "X-BeenThere", "Mailing-List"),
        "It was sent in bulk.": precedence in {"bulk", "list", "junk", "auto_reply"},
        "It is an automatic reply.": _has(message, "X-Autoreply", "X-Autorespond", "X-Auto-Reply-From"),
        "It is a report of a mail server.": is_report or _text(message.get("Return-Path")).strip() == "<>",
        "It runs in a loop.": _has(message, "X-Loop") or len(message.get_all("Received", [])) > MOST_HOPS,
    }
    return next((sentence for sentence, holds in signs.items() if holds), "")


def _has(message: Message, *names: str) -> bool:
    return any(name in message for name in names)


def _forged(message: Message) -> str:
    """Return whether the site's own mail server, whose line is the topmost, found that the sender isn't who From says."""
    results = _text(message.get("Authentication-Results")).lower()
    return "Its sender could not be verified (DMARC)." if re.search(r"\bdmarc=fail\b", results) else ""


def _read_parts(message: Message, raw: bytes, found: _Found) -> None:
    boundaries: dict[str, None] = {}
    for part in message.walk():
        if not part.is_multipart():
            _read_part(part, found)
        elif boundary := part.get_boundary():
            boundaries[boundary] = None
    for boundary in list(boundaries)[:MOST_BOUNDARIES]:
        found.attachments.extend(_messages_in(raw, boundary.encode("utf-8", "replace")))


def _messages_in(raw: bytes, boundary: bytes) -> Iterator[Attachment]:
    """Yield the messages that were forwarded as attachments, byte for byte: the hub may hold the same ones as files."""
    for piece in re.split(rb"\r?\n--" + re.escape(boundary) + rb"(?:--)?[ \t]*\r?\n", raw):
        head, content = _split(piece)
        if content and re.search(rb"(?im)^content-type\s*:\s*message/rfc822", head) and b"base64" not in head.lower():
            yield Attachment(_digests(content))


def _read_part(part: Message, found: _Found) -> None:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        return
    is_text = part.get_content_type() in {"text/plain", "text/html"}
    if is_text and sum(map(len, found.texts)) < MOST_TEXT:
        found.texts.append(_decoded(content, part))
    if is_text and not part.get_filename():
        return
    inner = list(islice(_in_tnef(content), MOST_PARTS))
    found.attachments.extend(Attachment(_digests(one)) for one in inner or [content])


def _decoded(content: bytes, part: Message) -> str:
    try:
        return content[:MOST_TEXT].decode(str(part.get_content_charset() or "utf-8"), "replace")
    except (LookupError, ValueError):
        return content[:MOST_TEXT].decode("utf-8", "replace")


def _digests(content: bytes) -> frozenset[str]:
    plain = content.replace(b"\r\n", b"\n")
    forms = {content, plain, plain.replace(b"\n", b"\r\n")} if b"\0" not in content[:8000] else {content}
    forms |= {form.rstrip(b"\r\n") for form in forms}
    return frozenset(sha256(form).hexdigest() for form in forms)


# Outlook's winmail.dat ([MS-OXTNEF]): a signature and a key, then attributes of level, number, length, data, checksum.
_TNEF = b"\x78\x9f\x3e\x22"
_ATTACHED_DATA = 0x0006800F


def _in_tnef(content: bytes) -> Iterator[bytes]:
    """Yield the attachments inside a winmail.dat; none when it isn't one."""
    place = 6
    while content.startswith(_TNEF) and place + 9 <= len(content):
        number = int.from_bytes(content[place + 1 : place + 5], "little")
        length = int.from_bytes(content[place + 5 : place + 9], "little")
        data = content[place + 9 : place + 9 + length]
        if number == _ATTACHED_DATA and len(data) == length and data:
            yield data
        place += 9 + length + 2

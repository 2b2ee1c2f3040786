"""Parse an email that was copied to a log address: attachments, links, recipients. Pure.

Everything in it is untrusted. Attachments are never opened; only hashes of their bytes are compared.
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

from hub.core import tnef
from hub.core.addresses import addresses_in
from hub.core.text import one_line

MOST_BYTES = 40_000_000  # of a message; mail servers accept 25 MB to 35 MB
MOST_PARTS = 200
MOST_TEXT = 2_000_000  # characters that are searched for links
MOST_COMPARED = 20_000_000  # lines times open parts, which bounds the parsing time; a large email has 3,000,000
MOST_BOUNDARIES = 10  # of nested parts that are searched for forwarded messages
LONGEST_HEADER = 512_000  # of addresses; longer ones are ignored
LONGEST_VALUE = 4_000  # characters of any other header; the standard parsers take more than linear time
LONGEST_SUBJECT = 200
MOST_HOPS = 50  # mail servers; RFC 5321 considers 100 a loop

_PART = re.compile(rb"(?im)^content-type\s*:")
_PARTS_INSIDE = re.compile(rb"(?im)^content-type\s*:\s*multipart/")
_ADDRESS_HEADERS = frozenset({"from", "sender", "to", "cc", "bcc"})
_UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Attachment:
    """An attachment: the possible hashes of the original file, since email may change line endings."""

    digests: frozenset[str]


@dataclass(frozen=True)
class Mail:
    """A parsed email."""

    message_id: str
    body_hash: str
    senders: tuple[str, ...]  # addresses, in lower case
    recipients: tuple[str, ...]  # from To, Cc and Bcc, in lower case, each once, in order
    subject: str
    sent_at: datetime | None
    automatic: str  # why it isn't from a person; empty if it seems to be
    forged: str  # why the sender isn't trusted; empty if it is
    attachments: tuple[Attachment, ...]
    text: str  # of all parts, to search for links
    parse_problem: str = ""  # why the parts weren't parsed; empty if they were


@dataclass
class _Contents:
    attachments: list[Attachment] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class _BoundedPolicy(policy.Compat32):
    """A policy that truncates headers."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return a header's name and its truncated value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[: LONGEST_HEADER + 1 if name.lower() in _ADDRESS_HEADERS else LONGEST_VALUE]


_POLICY = _BoundedPolicy()


def read_mail(raw: bytes) -> Mail:
    """Parse a raw message. Never raises: unreadable parts are left out, and ``parse_problem`` says why."""
    head, body = _split(raw)
    try:
        message = message_from_bytes(head + b"\r\n\r\n", policy=_POLICY)
    except _UNREADABLE:
        message = Message()
    contents, parse_problem = _Contents(), ""
    if len(_PART.findall(raw)) > MOST_PARTS:
        parse_problem = f"It has more than {MOST_PARTS} parts."
    elif len(_PARTS_INSIDE.findall(raw)) * raw.count(b"\n") > MOST_COMPARED:
        parse_problem = "It has too many parts for its many lines."
    else:
        try:
            _read_parts(message_from_bytes(raw, policy=_POLICY), raw, contents)
        except _UNREADABLE:
            parse_problem = "It isn't a valid email."
    return Mail(
        message_id=_text(message.get("Message-ID"))[:998],
        body_hash=sha256(b"\n".join(line.rstrip() for line in body.strip().splitlines())).hexdigest(),
        senders=tuple(dict.fromkeys(_addresses(message, ("From", "Sender")))),
        recipients=tuple(dict.fromkeys(_addresses(message, ("To", "Cc", "Bcc")))),
        subject=one_line(_text(message.get("Subject")))[:LONGEST_SUBJECT],
        sent_at=_moment(message),
        automatic=_automatic(message),
        forged=_forged(message),
        attachments=tuple(contents.attachments),
        text="\n".join(contents.texts)[:MOST_TEXT],
        parse_problem=parse_problem,
    )


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """Return head and body, which are separated by an empty line."""
    separator = re.search(rb"\r?\n\r?\n", raw)
    return (raw[: separator.start()], raw[separator.end() :]) if separator else (raw, b"")


def _text(value: Any) -> str:
    """Return the decoded value of a header."""
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
    """Return the Date header; without a time zone it is UTC, and None if it is missing or invalid."""
    try:
        sent = parsedate_to_datetime(str(message.get("Date", "")))
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (*_UNREADABLE, OverflowError):
        return None


def _automatic(message: Message) -> str:
    """Return a sentence if the email is automatic, from a list or looping (RFC 3834, 2919), else an empty string."""
    submitted = _text(message.get("Auto-Submitted")).split(";")[0].strip().lower()
    precedence = _text(message.get("Precedence")).strip().lower()
    is_report = message.get_content_type() == "multipart/report"
    reasons = {
        "It was sent automatically.": submitted not in {"", "no"},
        "It came through a mailing list.": _has(message, "List-Id", "List-Post", "X-BeenThere", "Mailing-List"),
        "It was sent in bulk.": precedence in {"bulk", "list", "junk", "auto_reply"},
        "It is an automatic reply.": _has(message, "X-Autoreply", "X-Autorespond", "X-Auto-Reply-From"),
        "It is a report of a mail server.": is_report or _text(message.get("Return-Path")).strip() == "<>",
        "It runs in a loop.": _has(message, "X-Loop") or len(message.get_all("Received", [])) > MOST_HOPS,
    }
    return next((sentence for sentence, applies in reasons.items() if applies), "")


def _has(message: Message, *names: str) -> bool:
    return any(name in message for name in names)


def _forged(message: Message) -> str:
    """Return a sentence if the site's mail server found that From is forged, else an empty string."""
    results = _text(message.get("Authentication-Results")).lower()  # the topmost is the site's own
    return "Its sender could not be verified (DMARC)." if re.search(r"\bdmarc=fail\b", results) else ""


def _read_parts(message: Message, raw: bytes, contents: _Contents) -> None:
    boundaries: dict[str, None] = {}
    for part in message.walk():
        if not part.is_multipart():
            _read_part(part, contents)
        elif boundary := part.get_boundary():
            boundaries[boundary] = None
    for boundary in list(boundaries)[:MOST_BOUNDARIES]:
        contents.attachments.extend(_messages_in(raw, boundary.encode("utf-8", "replace")))


def _messages_in(raw: bytes, boundary: bytes) -> Iterator[Attachment]:
    """Yield messages that were forwarded as attachments, byte for byte, since the hub may hold them as files."""
    for piece in re.split(rb"\r?\n--" + re.escape(boundary) + rb"(?:--)?[ \t]*\r?\n", raw):
        head, content = _split(piece)
        if content and re.search(rb"(?im)^content-type\s*:\s*message/rfc822", head) and b"base64" not in head.lower():
            yield Attachment(_digests(content))


def _read_part(part: Message, contents: _Contents) -> None:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        return
    is_text = part.get_content_type() in {"text/plain", "text/html"}
    if is_text and sum(map(len, contents.texts)) < MOST_TEXT:
        contents.texts.append(_decoded(content, part))
    if is_text and not part.get_filename():
        return
    inner = list(islice(_in_tnef(content), MOST_PARTS))
    contents.attachments.extend(Attachment(_digests(data)) for data in inner or [content])


def _in_tnef(content: bytes) -> Iterator[bytes]:
    """Yield the attachments in a winmail.dat; none if the content isn't one."""
    for number, data in tnef.attributes(content):
        if number == tnef.ATTACHMENT_DATA and data:
            yield data


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

"""Email messages: their text, and the names of their attachments."""

from collections.abc import Iterator
from datetime import date
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast

from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.pages import Document, ExtractedPage, one_line
from hub.library.extract.problems import OTHER_KIND, Unreadable
from hub.library.extract.properties import plausible
from hub.library.extract.text import sections_of
from hub.library.extract.webpage import markdown_of, parse_html
from hub.library.rules import PageKind

FORWARD_IS_SHORT = 200


def open_message(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return a message: the items of a numbered update, or its text as a section under its subject."""
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    if not any(name in message for name in ("from", "subject", "date")):
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    subject = one_line(header(message, "subject"))
    text = message_text(message)[: limits.all_characters]
    return Document(iter(message_pages(subject, text)), subject, sent_on(message))


def message_pages(subject: str, text: str) -> Iterator[ExtractedPage]:
    """Yield the pages of a message; one without text still has its subject."""
    for page in sections_of(text) or [ExtractedPage(1, PageKind.SECTION, subject, "")]:
        titled = page.title or page.number > 1
        yield page if titled else ExtractedPage(page.number, page.kind, subject, page.text)


def message_text(message: EmailMessage) -> str:
    """Return the text, then the names of the attachments; a forward without text includes the forwarded text."""
    text = body_text(message).strip()
    attachments = list(parts_attached(message))
    forwarded = [part for part in attachments if part.get_content_type() == "message/rfc822"]
    if forwarded and len(text) < FORWARD_IS_SHORT:
        inner = cast("EmailMessage", forwarded[0].get_payload(0))
        text = "\n\n".join([text, header(inner, "subject"), body_text(inner)])
    names = ", ".join(name for part in attachments if (name := attachment_name(part)))
    return f"{text}\n\nAttachments: {names}" if names else text


def body_text(message: EmailMessage) -> str:
    """Return the plain text of a message, otherwise its HTML as text; "" when it has neither."""
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    text = part_text(body)
    return markdown_of(parse_html(text)) if body.get_content_subtype() == "html" else text


def part_text(part: MIMEPart) -> str:
    """Return the text of a part in the character set that it declares, otherwise as Windows-1252."""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, ValueError):
        return cast("bytes", part.get_payload(decode=True) or b"").decode("cp1252", "replace")


def parts_attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the attachments of a message, if it can have any."""
    if message.is_multipart() and message.get_content_type() != "message/rfc822":
        yield from message.iter_attachments()


def attachment_name(part: EmailMessage) -> str:
    """Return the file name of an attachment, or the subject of a forwarded message."""
    if part.get_content_type() == "message/rfc822":
        return header(cast("EmailMessage", part.get_payload(0)), "subject")
    return one_line(part.get_filename() or "")


def header(message: EmailMessage, name: str) -> str:
    """Return a header's text; "" when it is missing or malformed."""
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, AttributeError):
        return ""


def sent_on(message: EmailMessage) -> date | None:
    """Return the day on which the message was sent, in the sender's time zone."""
    try:
        return plausible(parsedate_to_datetime(header(message, "date")).date())
    except (ValueError, TypeError, IndexError):
        return None

"""Composes the bytes of an email. Pure: the same row gives the same bytes and the same Message-ID."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hub.mail.delivery import headers
from hub.mail.models import OutboxMessage

# Parts in ASCII with short lines arrive unchanged everywhere. The hub writes the message's own headers itself.
POLICY = SMTP.clone(cte_type="7bit")
_METHOD = re.compile(r"^METHOD:([A-Za-z-]{1,20})\s*$", re.MULTILINE | re.IGNORECASE)


def wire(message: OutboxMessage, *, sender: str, hub_name: str, utf8: bool = True) -> bytes:
    """Return the message with its headers, with CRLF line ends; ``sender`` is the hub's own address.

    It is ASCII, except for addresses with other letters before the @. Without ``utf8`` (the mail server doesn't accept
    SMTPUTF8), such a Reply-To is left out.
    """
    fields = [
        headers.mailbox("From", message.sender_name or hub_name, sender),
        headers.mailbox("To", message.name, message.to),
    ]
    if message.reply_to and (utf8 or message.reply_to.isascii()):
        fields.append(headers.mailbox("Reply-To", "", message.reply_to))
    fields += [
        headers.words("Subject", message.subject),
        headers.literal("Date", format_datetime(message.since)),
        headers.literal("Message-ID", message_id(message, sender)),
        headers.literal("Auto-Submitted", "auto-generated"),  # RFC 3834: prevents automatic replies
    ]
    if message.unsubscribe:
        fields.append(headers.literal("List-Unsubscribe", f"<{message.unsubscribe}>"))  # RFC 2369
        fields.append(headers.literal("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))  # RFC 8058
    return b"".join(fields) + _parts(message)


def message_id(message: OutboxMessage, sender: str) -> str:
    """Return the Message-ID. It stays the same after a crash, so that duplicates can be recognized."""
    return f"<{message.key}@{sender.rpartition('@')[2]}>"


def _parts(message: OutboxMessage) -> bytes:
    """Return the text, HTML and invitation, with the headers that describe them."""
    mail = EmailMessage(policy=POLICY)
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    if message.calendar:
        _add_calendar(mail, message.calendar)
    mail.set_boundary(f"part-{message.key}")
    return mail.as_bytes()


def _add_calendar(mail: EmailMessage, calendar: str) -> None:
    """Add the invitation as an alternative part, which mail programs recognize."""
    method = match[1].upper() if (match := _METHOD.search(calendar)) else "PUBLISH"
    mail.add_alternative(calendar, subtype="calendar", params={"method": method, "name": "invitation.ics"})

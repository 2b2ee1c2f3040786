"""Composes the bytes of an email. Pure: the same row gives the same bytes and the same Message-ID."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from hub.mail.models import OutboxMessage

# ASCII and short lines arrive unchanged everywhere. The policy folds long headers, and rejects a header with a line
# break.
POLICY = SMTP.clone(cte_type="7bit")
_METHOD = re.compile(r"^METHOD:([A-Za-z-]{1,20})\s*$", re.MULTILINE | re.IGNORECASE)


def wire(message: OutboxMessage, *, sender: str, hub_name: str) -> bytes:
    """Return the message with its headers, with CRLF line ends; ``sender`` is the hub's own address."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = _address(message.sender_name or hub_name, sender)
    mail["To"] = _address(message.name, message.to)
    if message.reply_to:
        mail["Reply-To"] = _address("", message.reply_to)
    mail["Subject"] = message.subject
    mail["Date"] = message.since
    mail["Message-ID"] = message_id(message, sender)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: prevents automatic replies
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    if message.calendar:
        _add_calendar(mail, message.calendar)
    return mail.as_bytes()


def message_id(message: OutboxMessage, sender: str) -> str:
    """Return the Message-ID. It stays the same after a crash, so that duplicates can be recognized."""
    return f"<{message.key}@{sender.rpartition('@')[2]}>"


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _add_calendar(mail: EmailMessage, calendar: str) -> None:
    """Add the invitation as an alternative part, which mail programs recognize."""
    method = match[1].upper() if (match := _METHOD.search(calendar)) else "PUBLISH"
    mail.add_alternative(calendar, subtype="calendar", params={"method": method, "name": "invitation.ics"})

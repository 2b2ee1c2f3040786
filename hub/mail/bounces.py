"""Reading the reports of other mail servers that a message could not be delivered."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.core.text import one_line
from hub.mail.actions import mark_bounced
from hub.mail.models import OutboxMessage
from hub.mail.rules import State, message_of_bounce

log = logging.getLogger("hub.mail")

LONGEST_WORDS = 500
# The reports come first, then the message that came back (RFC 3462); what is nested for its own sake takes ever longer.
MOST_OF_A_REPORT = 100_000  # bytes


_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# RFC 3463 and 5248: failures for good that say nothing of the address. A full mailbox empties (2.2), a message can be
# too large (2.3, 3.4) or not wanted by some policy (7.x).
_NOT_THE_ADDRESS = re.compile(r"5\.(2\.[23]|3\.4|7\.\d+)")


def is_about_the_address(words: str) -> bool:
    """Return whether a refusal for good, with its enhanced status (``5.1.1``) if it has one, says that the address is no good.

    Without a status only what says so in plain words counts: servers say 550 to spam as well.
    """
    found = _ENHANCED.search(words)
    if found:
        return found[1] == "5" and not _NOT_THE_ADDRESS.fullmatch(found[0])
    return bool(
        re.search(r"user unknown|no such (user|mailbox|recipient)|unknown (user|recipient)", words, re.IGNORECASE)
    )


class Taken(StrEnum):
    """What a message to a bounce address was."""

    BOUNCE = "bounce"  # the message it is about wasn't delivered
    DELAY = "delay"  # or not yet, or relayed: the other side goes on trying
    NO_REPORT = "no report"  # an answering machine, or something that no program can read
    NOT_OURS = "not ours"  # the address isn't one that the hub made


def is_bounce_address(db: Session, address: str) -> bool:
    """Return whether the hub itself made this address for reports about one of its messages."""
    config = config_of(db)
    return message_of_bounce(config.SECRET_KEY, config.MAIL_DOMAIN, address) is not None


def take(db: Session, raw_message: bytes, envelope_recipient: str) -> Taken:
    """Read a report (DSN, RFC 3464) that came to a bounce address; marks the message, and the address it went to.

    Which message it is about says the address alone, which only the hub can make: what stands in the report may be
    forged. Reading the same report twice changes nothing more. Doesn't commit.
    """
    config = config_of(db)
    message_id = message_of_bounce(config.SECRET_KEY, config.MAIL_DOMAIN, envelope_recipient)
    about = db.get(OutboxMessage, message_id) if message_id and message_id < 2**31 else None
    if about is None:
        return Taken.NOT_OURS
    reports = list(reports_in(raw_message))
    failed = [one for one in reports if one.action == "failed"]
    if not failed:
        return Taken.DELAY if reports else Taken.NO_REPORT
    _write_down(db, about, failed[0])
    return Taken.BOUNCE


@dataclass(frozen=True)
class Report:
    """What a DSN says of one recipient: action (``failed``), status (``5.1.1``) and the other side's words."""

    action: str
    status: str
    words: str


def reports_in(raw_message: bytes) -> Iterator[Report]:
    """Yield the recipients that a DSN speaks of; none when the message isn't one, or can't be read."""
    try:
        parts = list(message_from_bytes(raw_message[:MOST_OF_A_REPORT]).walk())
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return
    for part in parts:
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            blocks = part.get_payload()
            yield from (_report(block) for block in blocks if isinstance(block, Message) and block["Action"])


def _report(block: Message) -> Report:
    action = str(block["Action"]).split("(")[0].strip().lower()
    status = found[0] if (found := _ENHANCED.search(str(block["Status"] or ""))) else ""
    said = str(block["Diagnostic-Code"] or "").partition(";")[2] or str(block["Diagnostic-Code"] or "")
    words = one_line(said)[:LONGEST_WORDS]
    return Report(action, status, words if status and status in words else f"{status} {words}".strip())


def _write_down(db: Session, about: OutboxMessage, report: Report) -> None:
    if about.state is not State.BOUNCED:
        came_back = update(OutboxMessage).where(OutboxMessage.id == about.id)
        values = {"state": State.BOUNCED, "trouble": f"It came back: {report.words}", "settled_at": clock.now()}
        db.execute(came_back.values(**values, lease_token=None, lease_until=None))
    if is_about_the_address(report.words):
        mark_bounced(db, about.to_hash, report.words)
    log.info("A message came back.", extra={"step": "mail", "done": about.id})

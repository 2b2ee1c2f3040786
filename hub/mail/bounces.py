"""Reads bounce reports (DSN) from other mail servers."""

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
# The reports come before the returned message (RFC 3462). Deeply nested messages take very long to parse.
MOST_OF_A_REPORT = 100_000  # bytes


_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# RFC 3463 and 5248: permanent failures that don't mean a bad address: the mailbox is full (2.2), the message is too
# large (2.3, 3.4), or a policy rejects it (7.x).
_NOT_THE_ADDRESS = re.compile(r"5\.(2\.[23]|3\.4|7\.\d+)")


def is_about_the_address(words: str) -> bool:
    """Return True if a permanent refusal, with its enhanced status (``5.1.1``) if any, means that the address is bad.

    Without a status, only plain words such as "user unknown" count, because servers reply 550 to spam too.
    """
    match = _ENHANCED.search(words)
    if match:
        return match[1] == "5" and not _NOT_THE_ADDRESS.fullmatch(match[0])
    return bool(
        re.search(r"user unknown|no such (user|mailbox|recipient)|unknown (user|recipient)", words, re.IGNORECASE)
    )


class ReportKind(StrEnum):
    """The kinds of messages to a bounce address."""

    BOUNCE = "bounce"  # the original message wasn't delivered
    DELAY = "delay"  # delayed or relayed: the other server keeps trying
    NO_REPORT = "no report"  # an automatic reply, or unreadable
    NOT_OURS = "not ours"  # the hub didn't make this address


def is_bounce_address(db: Session, address: str) -> bool:
    """Return True if the hub made this address, for bounces of one of its messages."""
    config = config_of(db)
    return message_of_bounce(config.secret_keys, config.MAIL_DOMAIN, address) is not None


def process_report(db: Session, raw_message: bytes, envelope_recipient: str) -> ReportKind:
    """Process a report (DSN, RFC 3464) sent to a bounce address: mark the message, and its recipient's address.

    Only the signed bounce address identifies the message, since the report may be forged. Idempotent. Doesn't commit.
    """
    config = config_of(db)
    message_id = message_of_bounce(config.secret_keys, config.MAIL_DOMAIN, envelope_recipient)
    about = db.get(OutboxMessage, message_id) if message_id and message_id < 2**31 else None
    if about is None:
        return ReportKind.NOT_OURS
    reports = list(reports_in(raw_message))
    failed = [report for report in reports if report.action == "failed"]
    if not failed:
        return ReportKind.DELAY if reports else ReportKind.NO_REPORT
    _record(db, about, failed[0])
    return ReportKind.BOUNCE


@dataclass(frozen=True)
class Report:
    """A DSN's report on one recipient: action (``failed``), status (``5.1.1``) and the other server's words."""

    action: str
    status: str
    words: str


def reports_in(raw_message: bytes) -> Iterator[Report]:
    """Yield a report for each recipient in a DSN; nothing if the message isn't a DSN or can't be read."""
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
    status = match[0] if (match := _ENHANCED.search(str(block["Status"] or ""))) else ""
    diagnostic = str(block["Diagnostic-Code"] or "")
    words = one_line(diagnostic.partition(";")[2] or diagnostic)[:LONGEST_WORDS]
    return Report(action, status, words if status and status in words else f"{status} {words}".strip())


def _record(db: Session, about: OutboxMessage, report: Report) -> None:
    if about.state is not State.BOUNCED:
        bounced = update(OutboxMessage).where(OutboxMessage.id == about.id)
        values = {"state": State.BOUNCED, "trouble": f"Bounced: {report.words}", "settled_at": clock.now()}
        db.execute(bounced.values(**values, lease_token=None, lease_until=None))
    if is_about_the_address(report.words):
        mark_bounced(db, about.to_hash, report.words)
    log.info("An email bounced.", extra={"step": "mail", "done": about.id})

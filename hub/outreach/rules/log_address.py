"""The rules of log addresses: whether an email counts, for which day, and how many it reached. Pure."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hub.core.addresses import own_domain
from hub.outreach.rules.copied_mail import Mail
from hub.sharing.rules.logged_mail import Audience, Outcome

# Letters and digits that are hard to confuse; lower case, because mail servers may change the case.
TOKEN_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - an alphabet, not a password
TOKEN_LENGTH = 22  # 22 letters of 31 are 109 bits
_LOG = re.compile(r"log\+([a-z0-9]{10,40})@(.+)", re.IGNORECASE)

# Emails may wait in an outbox or a queue. An older date is only the sender's claim, which they can report.
OLDEST = timedelta(days=14)


@dataclass(frozen=True)
class Sender:
    """The owner of a log address, with the data that the rules need."""

    email: str
    website: str  # of the organization
    colleagues: frozenset[str]  # addresses of the organization's people, in lower case
    counts_colleagues: bool  # the rule is `counts_colleagues` of stakeholders


def log_address(token: str, domain: str) -> str:
    """Return the address that a person puts in BCC."""
    return f"log+{token}@{domain}"


def token_in(address: str, domain: str) -> str:
    """Return the token in a log address at ``domain``, or an empty string for any other address; ignores case."""
    match = _LOG.fullmatch(address.strip().strip("<>"))
    return match[1].lower() if match and domain and match[2].lower() == domain.lower() else ""


def idempotency_key(person_id: int, mail: Mail, *, forged: bool = False) -> str:
    """Return the idempotency key of an email: a hash of its Message-ID, the owner of the log address, and its body.

    A forged copy gets another key, so that sending it first can't keep the real email from being logged.
    """
    parts = [str(person_id), mail.message_id, mail.body_hash, *(["forged"] if forged else [])]
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def classify(mail: Mail, sender: Sender, domain: str) -> Outcome:
    """Return the outcome for an email: logged if it is the sender's own and went outside (for a BFF: to anyone).

    The token alone isn't enough: a reply from a recipient who saw the address must not be logged.
    """
    if mail.automatic:
        return Outcome.AUTOMATIC
    if mail.forged or not _is_from_owner(mail.senders, sender):
        return Outcome.FORGED
    recipients = _other_recipients(mail, sender, domain)
    if recipients and not sender.counts_colleagues and all(_is_inside(address, sender) for address in recipients):
        return Outcome.OWN_ONLY
    return Outcome.LOGGED


def counted_recipients(mail: Mail, sender: Sender, domain: str) -> list[str]:
    """Return the recipients, each once, without the sender and, for members, without colleagues."""
    recipients = _other_recipients(mail, sender, domain)
    return [address for address in recipients if sender.counts_colleagues or not _is_inside(address, sender)]


def audience_of(mail: Mail, sender: Sender, domain: str) -> Audience:
    """Return the number of counted recipients by domain."""
    counted = counted_recipients(mail, sender, domain)
    domains = Counter(address.rpartition("@")[2][:100] for address in counted)
    return Audience(len(counted) or None, dict(domains))


def day_of(mail: Mail, received_at: datetime, zone: ZoneInfo) -> date:
    """Return the day the email counts for: its Date, or the day it arrived if that is missing, later or long ago."""
    sent = mail.sent_at
    if sent is None or not received_at - OLDEST <= sent <= received_at:
        sent = received_at
    return sent.astimezone(zone).date()


def _other_recipients(mail: Mail, sender: Sender, domain: str) -> list[str]:
    """Return the recipients other than the sender and log addresses."""
    own = {sender.email, *mail.senders}
    return [address for address in mail.recipients if address not in own and not token_in(address, domain)]


def _is_from_owner(senders: Collection[str], sender: Sender) -> bool:
    """Return True if From is the person, a colleague who sends for them, or an address of their organization."""
    return any(address == sender.email or _is_inside(address, sender) for address in senders)


def _is_inside(address: str, sender: Sender) -> bool:
    return address in sender.colleagues or address.rpartition("@")[2] in _own_domains(sender)


def _own_domains(sender: Sender) -> set[str]:
    domains = (sender.email.rpartition("@")[2], urlsplit(sender.website).hostname or "")
    return {own_domain(domain) for domain in domains} - {""}

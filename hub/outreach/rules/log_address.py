"""What becomes of a mail that came to a log address: whether it counts, for which day, how many it reached. Pure."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hub.outreach.rules.copied_mail import Mail
from hub.sharing.rules.logged_mail import Audience, Outcome

# Letters and digits that no one mixes up; the case of an address may be lost on its way.
TOKEN_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - an alphabet, not a password
TOKEN_LENGTH = 22  # 22 letters of 31 are 109 bits
_LOG = re.compile(r"log\+([a-z0-9]{10,40})@(.+)", re.IGNORECASE)

# A mail may lie in an outbox or a queue; an older date is the sender's word, and for that there is declaring.
OLDEST = timedelta(days=14)

# Where everyone may have an address: the same domain says nothing of the same organization.
OPEN_DOMAINS = frozenset(
    {
        "aol.com", "att.net", "bellsouth.net", "charter.net", "comcast.net", "cox.net", "fastmail.com", "gmail.com",
        "gmx.com", "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mac.com", "mail.com", "me.com",
        "msn.com", "outlook.com", "proton.me", "protonmail.com", "sbcglobal.net", "verizon.net", "yahoo.com",
        "ymail.com", "zoho.com",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Sender:
    """Whose log address it is, as the rule needs it."""

    email: str
    website: str  # of the organization
    colleagues: frozenset[str]  # addresses of the organization's people, in lower case
    inside_counts: bool  # a BFF shares within its organization, a member with its stakeholders


def log_address(token: str, domain: str) -> str:
    """Return the address that a person puts into BCC."""
    return f"log+{token}@{domain}"


def token_in(address: str, domain: str) -> str:
    """Return the token of a log address of ours; empty when it is none. Case doesn't matter."""
    found = _LOG.fullmatch(address.strip().strip("<>"))
    return found[1].lower() if found and domain and found[2].lower() == domain.lower() else ""


def identity(person_id: int, mail: Mail, *, forged: bool = False) -> str:
    """Return what makes two arrivals one mail: Message-ID, whose log address, and what it says.

    A forged copy is another mail than the true one: whoever sends it first must not keep that from being logged.
    """
    parts = [str(person_id), mail.message_id, mail.body_hash, *(["forged"] if forged else [])]
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def judge(mail: Mail, sender: Sender, domain: str) -> Outcome:
    """Return whether a mail is the sender's own and went to anyone outside (for a BFF: to anyone).

    The token is the secret, From is only written there: a reply of a recipient who saw the address isn't logged.
    """
    if mail.automatic:
        return Outcome.AUTOMATIC
    if mail.forged or not _is_theirs(mail.senders, sender):
        return Outcome.FORGED
    others = _others(mail, sender, domain)
    if others and not sender.inside_counts and all(_is_inside(address, sender) for address in others):
        return Outcome.OWN_ONLY
    return Outcome.LOGGED


def audience_of(mail: Mail, sender: Sender, domain: str) -> Audience:
    """Return how many it went to, counted by domain: without the sender, and for a member without their colleagues."""
    others = _others(mail, sender, domain)
    counted = [one for one in others if sender.inside_counts or not _is_inside(one, sender)]
    domains = Counter(one.rpartition("@")[2][:100] for one in counted)
    return Audience(len(counted) or None, dict(domains))


def day_of(mail: Mail, received_at: datetime, zone: ZoneInfo) -> date:
    """Return the day that it counts for: the one that it bears, if that is not long before it came, else that on which it came."""
    sent = mail.sent_at
    if sent is None or not received_at - OLDEST <= sent <= received_at:
        sent = received_at
    return sent.astimezone(zone).date()


def _others(mail: Mail, sender: Sender, domain: str) -> list[str]:
    """Whom it went to besides the hub and the sender."""
    mine = {sender.email, *mail.senders}
    return [one for one in mail.recipients if one not in mine and not token_in(one, domain)]


def _is_theirs(senders: Collection[str], sender: Sender) -> bool:
    """Return whether From is the person, a colleague (someone sends for them), or an address of their organization."""
    return any(one == sender.email or _is_inside(one, sender) for one in senders)


def _is_inside(address: str, sender: Sender) -> bool:
    return address in sender.colleagues or address.rpartition("@")[2] in _own_domains(sender)


def _own_domains(sender: Sender) -> set[str]:
    host = (urlsplit(sender.website).hostname or "").removeprefix("www.")
    return {sender.email.rpartition("@")[2], host} - OPEN_DOMAINS - {""}

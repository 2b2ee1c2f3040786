"""The demo world's log addresses, the email sent to them, and an audit packet."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.library.files import originals
from hub.library.models import Resource
from hub.members.models import Person
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.rules.copied_mail import read_mail
from hub.outreach.rules.places import hub_links_in
from hub.sharing.actions import audit_packets as audit_packets_actions

PACKED_QUARTERS_AGO = 2
MEMBER, BFF = "representative@demo.example", "bff@demo.example"
FOUNDRIES = "ana@foundries.example, lee@foundries.example, desk@toolmakers.example, office@college.example"


def add(
    db: Session,
    people: dict[str, Person],
    resources: dict[str, Resource],
    stored: dict[str, originals.StoredFile],
    today: date,
) -> None:
    """Give two people log addresses, log some of their email, and create an audit packet for one quarter."""
    member, bff = people[MEMBER], people[BFF]
    for person in (member, bff):
        log_address_actions.new_log_address(db, person)
    last = Quarter.of(today).previous.last_day
    file = originals.path_of(config_of(db), next(iter(stored.values())).sha256).read_bytes()
    _mail(db, member, "Fwd: worth ten minutes of your time", FOUNDRIES, last - timedelta(days=9), attached=file)
    _mail(db, member, "Plant tour on Thursday", "ana@foundries.example", last - timedelta(days=3))
    _mail(
        db, member, "For our newsletter’s readers", "", last - timedelta(days=2), linked=list(resources.values())[2:3]
    )
    _mail(db, bff, "What we read this week", "team@supply-atlas.example", today, linked=list(resources.values())[:2])
    audit_packets_actions.make_packet(
        db, member, member.organization, Quarter.of(today).back(PACKED_QUARTERS_AGO + 1)[-1]
    )


def _mail(
    db: Session,
    person: Person,
    subject: str,
    to: str,
    day: date,
    attached: bytes | None = None,
    linked: Sequence[Resource] = (),
) -> None:
    """Log an email from ``person`` that was copied to their log address."""
    base, sent = config_of(db).BASE_URL, min(datetime.combine(day, time(14, 5), UTC), clock.now())
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{person.name} <{person.email}>", to, subject
    mail["Date"], mail["Message-ID"] = format_datetime(sent), f"<{day:%Y%m%d}.{person.id}@demo.example>"
    links = "\n".join(f"{base}/resources/{resource.id}" for resource in linked)
    mail.set_content(f"Hi, everyone,\n\nSee below.\n\n{links}\n")
    if attached is not None:
        mail.add_attachment(attached, maintype="application", subtype="octet-stream", filename="attachment.bin")
    read = read_mail(mail.as_bytes())
    log_address_actions.log_mail(db, person, read, hub_links_in(read.text, base), sent)

"""Actions on log addresses, and logging the emails that come to them."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import Database, add_unless, config_of
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.mail import bounces
from hub.mail.actions import post
from hub.mail.queries import lasting_hash
from hub.mail.rules import LetterKind
from hub.members import queries as members_queries
from hub.members.models import Person
from hub.members.rules.mail import MailKind, unsubscribe_url
from hub.members.rules.permissions import Permission, may
from hub.outreach import spool
from hub.outreach.letters import LETTER_BY_OUTCOME
from hub.outreach.models import LogAddress
from hub.outreach.queries import log_address as log_address_queries
from hub.outreach.rules.copied_mail import Mail, read_mail
from hub.outreach.rules.log_address import (
    TOKEN_LENGTH,
    TOKEN_LETTERS,
    audience_of,
    classify,
    counted_recipients,
    day_of,
    idempotency_key,
    token_in,
)
from hub.outreach.rules.places import HubLinks, hub_links_in
from hub.sharing.actions import reach as reach_actions
from hub.sharing.actions.entries import actor_columns
from hub.sharing.models import LoggedMail, SharingEvent
from hub.sharing.queries.declarations import added_after
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.logged_mail import Audience, Outcome
from hub.sharing.rules.standing import Act, Channel

log = logging.getLogger("hub.mail")

RETRY_AFTER = timedelta(minutes=1)  # for an email that could not be logged
KEPT_AT_MOST = timedelta(days=7)  # for an email that can't be logged; others are deleted at once


def new_log_address(db: Session, person: Person) -> LogAddress:
    """Create a log address for the person and turn off their old one; raise NotFound without permission."""
    if not may(person, Permission.DECLARE, person.organization):
        raise NotFound
    end_log_address(db, person)
    token = "".join(secrets.choice(TOKEN_LETTERS) for _ in range(TOKEN_LENGTH))
    address = LogAddress(person_id=person.id, token=token, created_at=clock.now())
    db.add(address)
    note(db, person, "created the", address)
    return address


def end_log_address(db: Session, person: Person) -> None:
    """Turn off the person's log address."""
    address = log_address_queries.log_address_of(db, person)
    if address is not None:
        address.ended_at = clock.now()
        note(db, person, "turned off the", address)


def accepts(db: Session, recipient: str) -> bool:
    """Return True if the address is an active log address, or one for bounces."""
    token = token_in(recipient, config_of(db).MAIL_DOMAIN)
    return (bool(token) and _owner(db, token) is not None) or bounces.is_bounce_address(db, recipient)


def _owner(db: Session, token: str) -> Person | None:
    """Return the owner of the log address if they may still report sharing, or None."""
    address = log_address_queries.address_by_token(db, token)
    if address is None or not address.person.is_active:
        return None
    person, today = address.person, clock.today(config_of(db).zone)
    is_member = person.organization.membership.includes(today)
    return person if may(person, Permission.DECLARE, person.organization) and is_member else None


def catch_up(database: Database) -> int:
    """Log all queued emails that are due and return their number. Idempotent, and safe to kill at any time."""
    spool.delete_partial_files(database.config, clock.now())
    done = 0
    for path in spool.queued_files(database.config, clock.now()):
        with spool.locked(path) as queued:
            if queued is None:
                continue
            try:
                log_queued_mail(database, queued)
            except Exception:  # one email that can't be logged must not block the others
                log.exception("An email to a log address couldn't be logged. The hub will try again.")
                if clock.now() - queued.received_at < KEPT_AT_MOST:
                    spool.postpone(path, clock.now() + RETRY_AFTER)
                    continue
                log.error("The hub gave up on that email after 7 days.")  # noqa: TRY400 - the line before has the cause
            spool.delete(path)
            done += 1
    return done


def log_queued_mail(database: Database, queued: spool.QueuedMail) -> list[Outcome]:
    """Log an email for each of its recipients, in a transaction each, and return the outcomes."""
    mail = read_mail(queued.raw)  # parsed before any row is locked
    hub_links = hub_links_in(mail.text, database.config.BASE_URL)
    outcomes = []
    for recipient in queued.recipients:
        with database.writing() as db:
            token = token_in(recipient, database.config.MAIL_DOMAIN)
            if not token:
                bounces.process_report(db, queued.raw, recipient)
            elif (person := _owner(db, token)) is not None:
                outcomes.append(log_mail(db, person, mail, hub_links, queued.received_at))
    return outcomes


def log_mail(db: Session, person: Person, mail: Mail, hub_links: HubLinks, received_at: datetime) -> Outcome:
    """Log one email for one person and reply to them; automatic emails are ignored."""
    config = config_of(db)
    happened_on = person.organization.membership.nearest(day_of(mail, received_at, config.zone))
    sender = log_address_queries.log_sender_of(db, person, happened_on)
    outcome = classify(mail, sender, config.MAIL_DOMAIN)
    if outcome is Outcome.AUTOMATIC:
        return outcome
    audience = audience_of(mail, sender, config.MAIL_DOMAIN)
    matches = log_address_queries.recognized_in(db, person, mail, hub_links) if outcome is Outcome.LOGGED else []
    if outcome is Outcome.LOGGED and not matches:
        outcome = Outcome.NOTHING_FOUND
    logged = LoggedMail(
        person_id=person.id,
        person_name=person.name,
        organization_id=person.organization_id,
        once=idempotency_key(person.id, mail, forged=outcome is Outcome.FORGED),
        received_at=received_at,
        happened_on=happened_on,
        outcome=outcome,
        subject=mail.subject,
        people=audience.people,
        domains=dict(audience.domains),
        attachments=len(mail.attachments),
        event_ids=[],
    )
    if not add_unless(db, logged, select(LoggedMail.id).where(LoggedMail.once == logged.once)):
        return Outcome.SEEN
    events = [_event(person, logged, match, audience) for match in matches]
    # A dated email is evidence of its own that a resource was shared before it was added.
    added_later = added_after(db, [match.resource for match in matches], Quarter.of(logged.happened_on))
    for event in events:
        event.earlier = event.resource_id in added_later
    recipients = counted_recipients(mail, sender, config.MAIL_DOMAIN)
    reach_actions.add_share(db, events, [lasting_hash(db, address) for address in recipients])
    logged.event_ids = [event.id for event in events]
    notify_sender(db, person, logged, [match.title for match in matches], audience)
    return outcome


def _event(
    person: Person, logged: LoggedMail, match: log_address_queries.Recognized, audience: Audience
) -> SharingEvent:
    return SharingEvent(
        act=Act.FORWARD,
        carrier=Carrier.LOG_ADDRESS,
        **actor_columns(person, person.organization),
        resource_id=match.resource.id,
        title=match.title,
        revision_number=match.revision_number,
        page_number=match.page_number,
        link_id=match.link_id,
        happened_on=logged.happened_on,
        quarter=str(Quarter.of(logged.happened_on)),
        recorded_at=clock.now(),
        with_whom=audience.label,
        people=audience.people,
        channel=Channel.EMAIL,
        once=f"mail {logged.id} {match.resource.id}",
    )


def notify_sender(db: Session, person: Person, logged: LoggedMail, titles: Sequence[str], audience: Audience) -> None:
    """Post the receipt for a logged email, once, unless the person turned receipts off.

    They are always told, at most once a day, that someone else wrote to their log address.
    """
    config, is_forged = config_of(db), logged.outcome is Outcome.FORGED
    if not is_forged and MailKind.NOTICE in members_queries.notification_settings(db, [person.id])[person.id].stopped:
        return
    stop = unsubscribe_url(config.BASE_URL, config.UNSUBSCRIBE_KEY, person.id, MailKind.NOTICE)
    letter = LETTER_BY_OUTCOME[logged.outcome](config.BASE_URL, person, logged, titles, audience)
    post(
        db,
        letter.sent_by(members_queries.host_imprint(db)),
        to=person.email,
        name=person.name,
        once=f"log mail not theirs {person.id} {logged.received_at:%Y-%m-%d}" if is_forged else f"log mail {logged.id}",
        kind=LetterKind.LOG_ADDRESS if is_forged else LetterKind.NOTICE,
        person_id=person.id,
        unsubscribe="" if is_forged else stop,
    )

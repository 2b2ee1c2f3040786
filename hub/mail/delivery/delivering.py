"""The worker's step `mail`: sends messages that are due, or saves them as files. It may be killed at any point.

No one gets a message twice. A message is *sending* from before the server can accept it until the result is stored;
messages in that state after a crash become *unknown*, and a person decides.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTP

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database
from hub.core.setting_checks import MailServer
from hub.mail import actions as mail_actions
from hub.mail import bounces
from hub.mail import queries as mail_queries
from hub.mail.actions import WIPED
from hub.mail.delivery import forgetting, keeping, leases
from hub.mail.delivery.composing import wire
from hub.mail.delivery.smtp_server import Outcome, SendStatus, ServerTrouble, connected, send
from hub.mail.models import OutboxMessage
from hub.mail.rules import Quiet, State, bounce_address, next_try

log = logging.getLogger("hub.mail")

# While the server is down, one message is tried each minute; the others wait without growing pauses.
SERVER_PAUSE = timedelta(minutes=1)


def catch_up(database: Database, limit: int = leases.AT_ONCE) -> int:
    """Deliver messages that are due, up to about ``limit``, and delete old texts. Return the number settled."""
    leases.release_dead_leases(database)
    done = forgetting.catch_up(database)
    while done < limit and (messages := leases.claim(database)):
        try:
            settled = _deliver(database, messages)
        finally:
            leases.release(database, messages)
        done += settled
        if not settled:
            break
    return done


def _deliver(database: Database, messages: Sequence[OutboxMessage]) -> int:
    """Send or save these messages, and return how many are settled."""
    server = database.config.mail_server
    due = [message for message in messages if not _postpone_if_quiet(database, message)]
    if server is None:
        return sum(_save_as_file(database, message) for message in due)
    bounced = _bounced_before(database, due)
    good = [message for message in due if message.to not in bounced]
    for message in due:
        if message.to in bounced:
            _fail_bounced(database, message, bounced[message.to])
    given_up = len(due) - len(good)
    if not good:
        return given_up
    try:
        with connected(server, _own_host(database)) as smtp:
            return given_up + _send_all(database, server, smtp, good)
    except ServerTrouble as error:
        _handle_server_down(database, good[0], server, str(error))
        return given_up


def _own_host(database: Database) -> str:
    """Return the host name for the SMTP greeting."""
    return database.config.MAIL_FROM.rpartition("@")[2]


def _send_all(database: Database, server: MailServer, smtp: SMTP, messages: Sequence[OutboxMessage]) -> int:
    done = 0
    for message in messages:
        if smtp.sock is None:  # the server closed the connection; the next round reconnects
            break
        outcome = _send_one(database, smtp, message)
        if outcome.status is SendStatus.SERVER_DOWN:
            _handle_server_down(database, message, server, outcome.words)
            break
        done += _record(database, message, outcome)
    return done


def _send_one(database: Database, smtp: SMTP, message: OutboxMessage) -> Outcome:
    config = database.config
    domain = config.MAIL_DOMAIN
    sender = bounce_address(config.SECRET_KEY, domain, message.id) if domain else config.MAIL_FROM
    utf8 = smtp.has_extn("smtputf8")
    text = wire(message, sender=config.MAIL_FROM, hub_name=config.HUB_NAME, utf8=utf8)
    return send(smtp, sender, message.to, text, lambda: leases.mark_sending(database, message))


def _bounced_before(database: Database, messages: Sequence[OutboxMessage]) -> dict[str, str]:
    """Return the reason for each recipient of these messages that bounced before, by address."""
    with database.reading() as db:
        bounced = mail_queries.bouncing(db, {message.to for message in messages})
        return {address: row.words for address, row in bounced.items()}


def _fail_bounced(database: Database, message: OutboxMessage, why: str) -> None:
    """Mark a message to a bouncing address as failed, without contacting the server."""
    words = f"Email to this address has bounced before: {why} Correct the address, or resume email to it."
    with database.writing() as db:
        leases.settle(db, message, State.FAILED, words)


def _postpone_if_quiet(database: Database, message: OutboxMessage) -> bool:
    """Postpone a message that would be sent in quiet hours, such as after an outage; return True if it was."""
    if not message.quiet:
        return False
    now = clock.now()
    allowed_at = Quiet.parse(message.quiet).next_allowed(now)
    if allowed_at > now:
        with database.writing() as db:
            leases.settle(db, message, State.WAITING, message.trouble, due_at=allowed_at)
    return allowed_at > now


def _save_as_file(database: Database, message: OutboxMessage) -> int:
    """Save the message as a file, unless it is canceled meanwhile. Idempotent, so the outcome is never unknown."""
    config = database.config
    keeping.keep(config, message.id, wire(message, sender=config.MAIL_FROM, hub_name=config.HUB_NAME))
    with database.writing() as db:
        is_kept = leases.settle(db, message, State.KEPT, tries=message.tries + 1)
        is_canceled = not is_kept and mail_queries.is_canceled(db, message.id)
    if is_canceled:
        keeping.drop(config, message.id)
    return int(is_kept)


def _record(database: Database, message: OutboxMessage, outcome: Outcome) -> int:
    """Store the outcome; return 1 if the message is settled."""
    if outcome.status is SendStatus.CANCELED:
        return 0
    with database.writing() as db:
        return _settle(db, message, outcome)


def _settle(db: Session, message: OutboxMessage, outcome: Outcome) -> int:
    tries = message.tries + 1
    match outcome.status:
        case SendStatus.ACCEPTED:
            leases.settle(db, message, State.SENT, tries=tries, **(WIPED if message.secret else {}))
        case SendStatus.UNKNOWN:
            leases.settle(db, message, State.UNKNOWN, outcome.words, tries=tries)
        case SendStatus.REFUSED:
            leases.settle(db, message, State.FAILED, f"The mail server rejected it: {outcome.words}", tries=tries)
            if bounces.is_about_the_address(outcome.words):
                mail_actions.mark_bounced(db, message.to_hash, outcome.words)
        case _:
            return _try_later(db, message, outcome.words)
    return 1


def _try_later(db: Session, message: OutboxMessage, words: str) -> int:
    """Schedule the next try, or give up; return 1 if the message is given up."""
    tries = message.tries + 1
    next_at = next_try(tries, message.since, clock.now())
    if next_at is None:
        trouble = f"The hub gave up after trying for four days. The last response: {words}"
        leases.settle(db, message, State.FAILED, trouble, tries=tries)
        return 1
    leases.settle(db, message, State.WAITING, f"Delayed: {words}", tries=tries, due_at=next_at)
    return 0


def _handle_server_down(database: Database, message: OutboxMessage, server: MailServer, words: str) -> None:
    """Handle a server that is down: ``message`` waits as after any try, all other due messages for a minute."""
    log.warning("The mail server %s isn't accepting mail: %s. The hub will try again.", server.host, words)
    now = clock.now()
    own_or_free = or_(OutboxMessage.lease_token.is_(None), OutboxMessage.lease_token == message.lease_token)
    others = update(OutboxMessage).where(
        OutboxMessage.state == State.WAITING, OutboxMessage.due_at <= now, OutboxMessage.id != message.id, own_or_free
    )
    trouble = f"The mail server isn’t accepting mail: {words}"
    with database.writing() as db:
        db.execute(others.values(due_at=now + SERVER_PAUSE, trouble=trouble))
        _try_later(db, message, words)

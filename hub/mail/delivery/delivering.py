"""The worker's step `mail`: hands over what is due, or keeps it as files. Each step of it may be killed.

No one is mailed twice for one thing: a message is *sending* from before the server can have taken it until its
answer is written down, and what is found so after a crash is *unknown*, for a person to decide.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTP

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from config import MailServer
from hub.core import clock
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail import bounces
from hub.mail import models as mail_models
from hub.mail.actions import WIPED
from hub.mail.delivery import forgetting, keeping, leases
from hub.mail.delivery.composing import wire
from hub.mail.delivery.smtp_server import Fate, Outcome, ServerTrouble, connected, hand_over
from hub.mail.models import OutboxMessage
from hub.mail.rules import Quiet, State, bounce_address, next_try

log = logging.getLogger("hub.mail")

# While the server takes nothing, one message is tried each minute; the others wait without growing pauses.
SERVER_PAUSE = timedelta(minutes=1)


def catch_up(database: Database, limit: int = leases.AT_ONCE) -> int:
    """Deliver what is due, up to about ``limit`` messages, and forget what is old; answers how many that were."""
    leases.take_over_from_the_dead(database)
    done = forgetting.catch_up(database)
    while done < limit and (messages := leases.claim(database)):
        try:
            settled = _deliver(database, messages)
        finally:
            leases.let_go(database, messages)
        done += settled
        if not settled:
            break
    return done


def _deliver(database: Database, messages: Sequence[OutboxMessage]) -> int:
    """Hand over or keep these messages; answers how many are settled."""
    server = database.config.mail_server
    loud = [message for message in messages if not _waits_for_morning(database, message)]
    if server is None:
        return sum(_keep(database, message) for message in loud)
    known = _known_to_come_back(database, loud)
    good = [message for message in loud if message.to_hash not in known]
    for message in loud:
        if message.to_hash in known:
            _give_up(database, message, known[message.to_hash])
    refused = len(loud) - len(good)
    if not good:
        return refused
    try:
        with connected(server, _my_name(database)) as smtp:
            return refused + _hand_all(database, server, smtp, good)
    except ServerTrouble as error:
        _pause(database, good[0], server, str(error))
        return refused


def _my_name(database: Database) -> str:
    """Return what the hub calls itself to the mail server."""
    return database.config.MAIL_FROM.rpartition("@")[2]


def _hand_all(database: Database, server: MailServer, smtp: SMTP, messages: Sequence[OutboxMessage]) -> int:
    done = 0
    for message in messages:
        if smtp.sock is None:  # the server hung up after the last one; the next round connects anew
            break
        outcome = _hand_one(database, smtp, message)
        if outcome.fate is Fate.SERVER:
            _pause(database, message, server, outcome.words)
            break
        done += _write_down(database, message, outcome)
    return done


def _hand_one(database: Database, smtp: SMTP, message: OutboxMessage) -> Outcome:
    config = database.config
    domain = config.MAIL_DOMAIN
    sender = bounce_address(config.SECRET_KEY, domain, message.id) if domain else config.MAIL_FROM
    text = wire(message, sender=config.MAIL_FROM, hub_name=config.HUB_NAME)
    return hand_over(smtp, sender, message.to, text, lambda: leases.is_being_sent(database, message))


def _known_to_come_back(database: Database, messages: Sequence[OutboxMessage]) -> dict[str, str]:
    """Why the addresses take no mail to which some of these messages go, by the hash of the address."""
    marked = mail_models.BouncedAddress
    hashes = {message.to_hash for message in messages}
    with database.reading() as db:
        found = db.execute(select(marked.address_hash, marked.words).where(marked.address_hash.in_(hashes))).all()
    return dict(found)


def _give_up(database: Database, message: OutboxMessage, why: str) -> None:
    """Don't bother the server with an address that takes no mail."""
    words = f"Mail to this address came back before: {why} Correct the address, or say that it works again."
    with database.writing() as db:
        leases.settle(db, message, State.FAILED, words)


def _waits_for_morning(database: Database, message: OutboxMessage) -> bool:
    """Hold a message back that is late, perhaps since the hub stood still, and would go out in quiet hours."""
    if not message.quiet:
        return False
    now = clock.now()
    over = Quiet.parse(message.quiet).over(now)
    if over > now:
        with database.writing() as db:
            leases.settle(db, message, State.WAITING, message.trouble, due_at=over)
    return over > now


def _keep(database: Database, message: OutboxMessage) -> int:
    """Keep the message as a file; that a second time changes nothing, so no outcome is ever unknown."""
    config = database.config
    keeping.keep(config, message.id, wire(message, sender=config.MAIL_FROM, hub_name=config.HUB_NAME))
    with database.writing() as db:
        leases.settle(db, message, State.KEPT, tries=message.tries + 1)
    return 1


def _write_down(database: Database, message: OutboxMessage, outcome: Outcome) -> int:
    """Write down what the server said; answers 1 when the message is settled."""
    if outcome.fate is Fate.LEFT:
        return 0
    with database.writing() as db:
        return _settle(db, message, outcome)


def _settle(db: Session, message: OutboxMessage, outcome: Outcome) -> int:
    tries = message.tries + 1
    match outcome.fate:
        case Fate.TAKEN:
            leases.settle(db, message, State.SENT, tries=tries, **(WIPED if message.secret else {}))
        case Fate.UNKNOWN:
            leases.settle(db, message, State.UNKNOWN, leases.NOBODY_KNOWS, tries=tries)
        case Fate.REFUSED:
            leases.settle(db, message, State.FAILED, f"The mail server refused it: {outcome.words}", tries=tries)
            if bounces.is_about_the_address(outcome.words):
                mail_actions.mark_bounced(db, message.to_hash, outcome.words)
        case _:
            return _try_later(db, message, outcome.words)
    return 1


def _try_later(db: Session, message: OutboxMessage, words: str) -> int:
    """Wait with growing pauses, or give up; answers 1 when the message is given up."""
    tries = message.tries + 1
    again = next_try(tries, message.since, clock.now())
    if again is None:
        leases.settle(db, message, State.FAILED, f"The hub tried for four days. The last answer: {words}", tries=tries)
        return 1
    leases.settle(db, message, State.WAITING, f"Not yet: {words}", tries=tries, due_at=again)
    return 0


def _pause(database: Database, message: OutboxMessage, server: MailServer, words: str) -> None:
    """The server takes nothing now: ``message`` waits as after any try, and whatever else is due a little."""
    log.warning("The mail server %s takes nothing now: %s. It is tried again.", server.host, words)
    now = clock.now()
    ours = or_(OutboxMessage.lease_token.is_(None), OutboxMessage.lease_token == message.lease_token)
    others = update(OutboxMessage).where(
        OutboxMessage.state == State.WAITING, OutboxMessage.due_at <= now, OutboxMessage.id != message.id, ours
    )
    trouble = f"The mail server takes nothing now: {words}"
    with database.writing() as db:
        db.execute(others.values(due_at=now + SERVER_PAUSE, trouble=trouble))
        _try_later(db, message, words)

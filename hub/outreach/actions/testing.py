"""Sending a test of a pack to the person who writes it."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import Refused
from hub.mail import actions as mail_actions
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind
from hub.members.models import Person
from hub.outreach.actions.packs import refuse_unless_draft, sent_pack
from hub.outreach.letters import letter_of_test
from hub.outreach.models import Pack
from hub.outreach.rules.packs import MOST_TESTS

KIND = LetterKind.PACK_TEST  # unlike a pack, no recipient can unsubscribe from it


def send_test(db: Session, person: Person, pack: Pack) -> None:
    """Email a draft to the person, marked as a test; raise Refused if it is empty, or after too many tests.

    It has no tracked link and is no recipient's: its links open the preview, so nothing about it counts.
    """
    refuse_unless_draft(pack)
    sent = sent_pack(db, pack)
    if not sent.items:
        raise Refused("Add at least one resource.")
    now = clock.now()
    own = (OutboxMessage.person_id == person.id, OutboxMessage.kind == KIND)
    tests = select(func.count(OutboxMessage.id)).where(*own, OutboxMessage.posted_at > now - timedelta(hours=1))
    if (db.scalar(tests) or 0) >= MOST_TESTS:
        raise Refused(f"You sent yourself {MOST_TESTS} tests in the last hour. Preview the pack, or try again later.")
    config = config_of(db)
    address = f"{config.BASE_URL}/sharing/packs/{pack.id}/page"
    mail_actions.post(
        db,
        letter_of_test(sent.with_address(address), person.name, config.HUB_NAME),
        to=person.email,
        name=person.name,
        once=f"test of {pack} for person {person.id} {now.isoformat(timespec='seconds')}",
        kind=KIND,
        about=f"test of {pack}",
        person_id=person.id,
        sent_by_id=person.id,
        sender_name=f"{person.name}, {pack.organization.name}",
        reply_to=person.email,
    )
    note(db, person, "sent themselves a test of the", pack)

"""Sending packs, by the worker: start packs that are due, write their emails, log the accepted ones.

Each step is one idempotent transaction, so a worker that is killed between two steps loses nothing and sends nothing
twice.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.core import clock
from hub.core.db import Database, config_of
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.mail import actions as mail_actions
from hub.mail.actions import Post
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from hub.outreach.actions.closing import outdated, recall
from hub.outreach.actions.packs import (
    KEY_CHANGED,
    NEEDS_ADDRESS,
    address_of,
    objection_to_item,
    publish,
    sent_pack,
    token_for,
    usable_items,
)
from hub.outreach.actions.stakeholders import KIND, token_of
from hub.outreach.letters import SentPack, held_letter, letter_of
from hub.outreach.models import Pack, PackCount, PackFetch, PackItem, PackLink, PackPerson, PackTrace, Stakeholder
from hub.outreach.queries import openings as openings_queries
from hub.outreach.queries import packs as packs_queries
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.outreach.queries.openings import MESSAGES
from hub.outreach.rules.links import shares_for
from hub.outreach.rules.packs import LOG_AFTER, LinkPart, PackState, is_to_be_logged, link_key
from hub.outreach.rules.stakeholders import counts_colleagues
from hub.sharing.actions import reach as reach_actions
from hub.sharing.actions.entries import actor_columns
from hub.sharing.models import SharingEvent
from hub.sharing.queries.declarations import visible_titles
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act, Channel
from hub.sharing.rules.texts import LONGEST_AUDIENCE, shorten

log = logging.getLogger("hub.sharing")

MESSAGES_AT_ONCE = 250  # per transaction, so that other writers aren't blocked for long


def catch_up(database: Database) -> int:
    """Run one step of each kind for a pack that needs it, and return the number of steps that ran."""
    return sum(
        _run_step(database, select_packs, step)
        for select_packs, step in (
            (outdated, lambda db, pack: recall(db, pack.id)),
            (_due, _start_sending),
            (_unwritten, _write_emails),
            (_unlogged, _log_accepted),
            (_old, reduce_traces),
        )
    )


def _run_step(database: Database, select_packs: Any, step: Any) -> int:
    """Run ``step`` for the first selected pack, or for the next one if that fails; return 0 if there is none."""
    failed: list[int] = []
    while True:
        with database.reading() as db:  # a read takes no lock
            if db.scalar(_next(select_packs(db), failed)) is None:
                return 0
        number: int | None = None
        try:
            with database.writing() as db:
                number = db.scalar(_next(select_packs(db), failed).with_for_update(of=Pack, skip_locked=True))
                return 0 if number is None else int(step(db, _load_pack(db, number)))
        except Exception:
            if number is None:
                raise
            log.exception("Pack %s failed. The hub will try again.", number)
            failed.append(number)


def _next(packs: Select[Any], failed: list[int]) -> Select[Any]:
    return packs.where(Pack.id.not_in(failed)).limit(1)


def _due(_db: Session) -> Select[Any]:
    """Select scheduled packs that are due."""
    due = (Pack.state == PackState.SCHEDULED, Pack.send_at <= clock.now())
    return select(Pack.id).where(*due).order_by(Pack.send_at, Pack.id)


def _unwritten(_db: Session) -> Select[Any]:
    """Select packs that have emails to be written."""
    waiting = select(PackLink.id).where(PackLink.pack_id == Pack.id, PackLink.part == LinkPart.WAITING)
    return select(Pack.id).where(Pack.state == PackState.SENDING, waiting.exists()).order_by(Pack.id)


def _unlogged(_db: Session) -> Select[Any]:
    """Select packs whose emails have all settled, or some of which should be logged already."""
    links = select(PackLink.id).where(PackLink.pack_id == Pack.id)
    unsettled = (
        links.outerjoin(OutboxMessage, OutboxMessage.id == PackLink.message_id)
        .where(
            or_(
                PackLink.part == LinkPart.WAITING,
                (PackLink.part == LinkPart.POSTED) & OutboxMessage.state.in_((State.WAITING, State.SENDING)),
            )
        )
        .exists()
    )
    # While emails are open, `is_to_be_logged` decides.
    return select(Pack.id).where(Pack.state == PackState.SENDING, ~unsettled | _log_is_due()).order_by(Pack.id)


def _log_is_due() -> Any:
    last = func.coalesce(Pack.logged_at, Pack.published_at)
    accepted = (
        select(PackLink.id)
        .join(OutboxMessage, OutboxMessage.id == PackLink.message_id)
        .where(PackLink.pack_id == Pack.id, ~PackLink.logged, OutboxMessage.state == State.SENT)
        .exists()
    )
    return (last <= clock.now() - LOG_AFTER) & accepted


def _old(db: Session) -> Select[Any]:
    """Select packs whose traces are past the retention period."""
    before = clock.now() - timedelta(days=config_of(db).TRACE_DAYS)
    return select(Pack.id).where(Pack.published_at < before, Pack.reduced_at.is_(None)).order_by(Pack.id)


def _load_pack(db: Session, number: int) -> Pack:
    return db.scalars(
        select(Pack)
        .where(Pack.id == number)
        .options(
            joinedload(Pack.organization),
            joinedload(Pack.person),
            selectinload(Pack.items).joinedload(PackItem.resource).joinedload(Resource.organization),
            selectinload(Pack.items).joinedload(PackItem.resource).selectinload(Resource.revisions),
        )
    ).one()


def _start_sending(db: Session, pack: Pack) -> int:
    """Create a link for everyone in the groups, except people who unsubscribed or whose email bounces.

    A pack that can't be sent is a draft again, and its sender gets an email.
    """
    if why := _why_held(db, pack):
        _hold(db, pack, why)
        return 1
    reach = packs_queries.reach_of(db, pack)
    publish(db, pack)
    pack.recipients = len(reach.reachable)
    pack.chosen_people = packs_queries.count_chosen(db, pack)
    pack.skipped_unsubscribed, pack.skipped_bouncing = reach.unsubscribed, reach.bouncing
    pack.state = PackState.SENDING
    if reach.reachable:
        db.execute(insert(PackLink), [_link(db, pack, stakeholder) for stakeholder in reach.reachable])
    return 1


def _why_held(db: Session, pack: Pack) -> str:
    """Return why a pack that is due can't be sent, and what to do; empty if it can."""
    if stakeholders_queries.key_was_changed(db):
        log.error("Pack %s can't be sent: the unsubscribe key was changed.", pack.id)
        return KEY_CHANGED
    if not shares_for(pack.person, pack.organization_id):
        return f"{pack.person.name}, who scheduled it, no longer shares for {pack.organization.name}."
    if not usable_items(pack):
        return "None of its resources can be shared now. Choose others."
    return "" if pack.organization.postal_address else f"{NEEDS_ADDRESS} Add it, then send the pack."


def _hold(db: Session, pack: Pack, why: str) -> None:
    log.warning("Pack %s wasn't sent. It is a draft again.", pack.id)
    was_due, sender, config = pack.send_at or clock.now(), pack.person, config_of(db)
    pack.state, pack.send_at = PackState.DRAFT, None
    if shares_for(sender, pack.organization_id):
        mail_actions.post(
            db,
            held_letter(pack.title, why, sender.name, f"{config.BASE_URL}/sharing/packs/{pack.id}"),
            to=sender.email,
            name=sender.name,
            once=f"pack {pack.id} not sent at {was_due.isoformat()}",
            kind=LetterKind.PACK_HELD,
            about=f"draft of {pack}",
            person_id=sender.id,
            sent_by_id=sender.id,
        )


def _link(db: Session, pack: Pack, stakeholder: Stakeholder) -> dict[str, Any]:
    return {
        "pack_id": pack.id,
        "token": token_for(db, pack.id, stakeholder.id),
        "stakeholder_id": stakeholder.id,
        "part": LinkPart.WAITING,
        "created_at": clock.now(),
        "logged": False,
    }


def _write_emails(db: Session, pack: Pack) -> int:
    """Write a batch of emails to the outbox; people who unsubscribed or were removed since are skipped."""
    waiting = (
        select(PackLink.id, PackLink.token, Stakeholder, stakeholders_queries.unsubscribed())
        .outerjoin(Stakeholder, Stakeholder.id == PackLink.stakeholder_id)
        .where(PackLink.pack_id == pack.id, PackLink.part == LinkPart.WAITING)
        .order_by(PackLink.id)
        .limit(MESSAGES_AT_ONCE)
    )
    rows = db.execute(waiting).all()
    sent = sent_pack(db, pack)
    is_open = bool(sent.items) and shares_for(pack.person, pack.organization_id)
    sendable = [row for row in rows if row[2] is not None and not row[3] and is_open]
    posts = {
        link_id: message_of(db, pack, sent, link_id, token, stakeholder)
        for link_id, token, stakeholder, _stopped in sendable
    }
    ids = mail_actions.post_all(db, posts.values())
    skipped = [row[0] for row in rows if row[0] not in posts]
    written = [
        {"id": link_id, "part": LinkPart.POSTED, "message_id": ids[post.once]} for link_id, post in posts.items()
    ] + [{"id": link_id, "part": LinkPart.SKIPPED, "message_id": None} for link_id in skipped]
    db.execute(update(PackLink), written)
    return len(written)


def message_of(db: Session, pack: Pack, sent: SentPack, link_id: int, token: str, stakeholder: Stakeholder) -> Post:
    """Return the email to one recipient, ready for the outbox."""
    config = config_of(db)
    unsubscribe_url = f"{config.BASE_URL}/stop/{token_of(db, pack.organization_id, stakeholder.address_hash)}"
    return Post(
        letter=letter_of(sent.with_address(address_of(db, token)), stakeholder.name, config.HUB_NAME),
        to=stakeholder.email,
        name=stakeholder.name,
        once=f"pack {pack.id} link {link_id}",
        kind=KIND,
        about=str(pack),
        sent_by_id=pack.person_id,
        sender_name=f"{pack.person.name}, {pack.organization.name}",
        reply_to=pack.person.email,
        unsubscribe=unsubscribe_url,
    )


def _log_accepted(db: Session, pack: Pack) -> int:
    """Log the emails that the mail server accepted, if it is time; mark the pack as sent once all have settled.

    A member's own people aren't its stakeholders, so email to them isn't logged.
    """
    written = OutboxMessage.posted_at
    accepted = db.execute(
        select(
            PackLink.id,
            written,
            OutboxMessage.settled_at,
            Stakeholder.address_hash,
            stakeholders_queries.is_colleague(),
        )
        .join(OutboxMessage, OutboxMessage.id == PackLink.message_id)
        .outerjoin(Stakeholder, Stakeholder.id == PackLink.stakeholder_id)
        .where(PackLink.pack_id == pack.id, ~PackLink.logged, OutboxMessage.state == State.SENT)
    ).all()
    unsettled = _count_unsettled(db, pack)
    last = pack.logged_at or pack.published_at or clock.now()
    if is_to_be_logged(len(accepted), unsettled, clock.now() - last):
        zone, membership = config_of(db).zone, pack.organization.membership
        people: dict[tuple[PackItem, ...], dict[date, list[str]]] = defaultdict(lambda: defaultdict(list))
        for link_id, written_at, moment, hashed, is_colleague in accepted:
            day = (moment or clock.now()).astimezone(zone).date()
            if not is_colleague or counts_colleagues(membership.kind_on(day)):
                people[items_at(pack, written_at)][day].append(hashed or link_key(link_id))
        for items, by_day in people.items():
            _log_forwards(db, pack, items, by_day)
        db.execute(update(PackLink), [{"id": row.id, "logged": True} for row in accepted])
    if not unsettled:
        pack.state, pack.finished_at = PackState.SENT, clock.now()
    return 1


def reopen_pack(db: Session, message: OutboxMessage) -> None:
    """Reopen a sent pack because one of its emails is sent again, so that the email is logged once accepted."""
    pack_id = select(PackLink.pack_id).where(PackLink.message_id == message.id).scalar_subquery()
    db.execute(update(Pack).where(Pack.id == pack_id, Pack.state == PackState.SENT).values(state=PackState.SENDING))


def _count_unsettled(db: Session, pack: Pack) -> int:
    messages = openings_queries.messages_of(db, pack)
    unwritten = select(func.count(PackLink.id)).where(PackLink.pack_id == pack.id, PackLink.part == LinkPart.WAITING)
    return messages[State.WAITING] + messages[State.SENDING] + (db.scalar(unwritten) or 0)


def items_at(pack: Pack, written_at: datetime) -> tuple[PackItem, ...]:
    """Return the items of an email written at this time, even those that were withdrawn or closed since."""
    return tuple(item for item in pack.items if _was_usable(item, written_at))


def _was_usable(item: PackItem, moment: datetime) -> bool:
    ends = (item.resource.withdrawn_at, item.resource.closed_to_outsiders_at)
    since = [end for end in ends if end is not None and end >= item.added_at]
    return min(since) > moment if since else not objection_to_item(item)


def _log_forwards(db: Session, pack: Pack, items: Collection[PackItem], people: Mapping[date, Collection[str]]) -> None:
    """Log an entry for each item and day, with the groups and the accepted emails; a day's are one act of sharing."""
    pack.rounds, pack.logged_at = pack.rounds + 1, clock.now()
    titles = visible_titles(db, pack.person, [item.resource for item in items])
    for day, keys in sorted(people.items()):
        entries = [_forward(pack, item, titles[item.resource_id], day, len(keys)) for item in items]
        reach_actions.add_share(db, entries, keys)


def _forward(pack: Pack, item: PackItem, title: str, day: date, people: int) -> SharingEvent:
    return SharingEvent(
        act=Act.FORWARD,
        carrier=Carrier.HUB_MAIL,
        **actor_columns(pack.person, pack.organization),
        resource_id=item.resource_id,
        title=title,
        revision_number=item.revision_number or item.resource.revision_number,
        page_number=item.first_page,
        pack_id=pack.id,
        happened_on=day,
        quarter=str(Quarter.of(day)),
        recorded_at=pack.logged_at or clock.now(),
        with_whom=shorten(packs_queries.audience(pack), LONGEST_AUDIENCE),
        people=people,
        channel=Channel.EMAIL,
        note=f"Pack: {pack.title}",
        once=f"pack {pack.id} item {item.id} round {pack.rounds} {day}",
    )


def reduce_traces(db: Session, pack: Pack) -> int:
    """Replace the traces of a pack by counts, and unlink its links from recipients. Idempotent."""
    outcome = openings_queries.outcome_of(db, pack)
    counts: dict[tuple[int | None, str], int] = {
        (None, f"{MESSAGES}{state}"): n for state, n in outcome.messages.items()
    }
    counts |= {(None, f"seen {evidence}"): n for evidence, n in outcome.seen.items()}
    counts |= {(item_id, act.value): n for (item_id, act), n in outcome.acts.items()}
    db.add_all(PackCount(pack_id=pack.id, item_id=item, act=act, count=n) for (item, act), n in counts.items() if n)
    links = select(PackLink.id).where(PackLink.pack_id == pack.id)
    db.execute(delete(PackTrace).where(PackTrace.pack_id == pack.id))
    db.execute(delete(PackFetch).where(PackFetch.link_id.in_(links)))
    db.execute(update(PackLink).where(PackLink.pack_id == pack.id).values(stakeholder_id=None, message_id=None))
    db.execute(delete(PackPerson).where(PackPerson.pack_id == pack.id))
    pack.reduced_at = clock.now()
    return 1

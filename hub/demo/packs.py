"""The demo member's stakeholders, the pack it sent them near the end of last quarter, and how they responded."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.demo.texts.stakeholders import GROUPS, ITEM, LIST, NOTE, QUESTION, SLIDES, TITLE, WHOLE
from hub.library.models import Resource
from hub.mail import actions as mail_actions
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.models import Person
from hub.outreach.actions import packs as packs_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import Pack, PackFetch, PackItem, PackLink, PackTrace, Stakeholder
from hub.outreach.queries import packs as packs_queries
from hub.outreach.rules.links import link_end
from hub.outreach.rules.openings import Trace
from hub.outreach.rules.packs import LinkPart, PackState, audience_of
from hub.sharing.actions import reach as reach_actions
from hub.sharing.actions.entries import actor_columns
from hub.sharing.models import SharingEvent
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act, Channel

DAYS_BEFORE_THE_END = 9  # of last quarter
SEED = "the demo member's pack"
# What each recipient did, in turn. None: not even a mail scanner fetched the link; (): only a scanner did.
RESPONSES: tuple[tuple[Trace, ...] | None, ...] = (
    (Trace.OPENED, Trace.DOWNLOADED, Trace.USEFUL),
    None,
    (Trace.OPENED,),
    (),
    (Trace.OPENED, Trace.USEFUL),
    None,
    (Trace.OPENED, Trace.QUESTION),
    (Trace.OPENED, Trace.DOWNLOADED),
    None,
    (Trace.OPENED, Trace.NOT_FOR_ME),
    (),
    (Trace.OPENED, Trace.DOWNLOADED, Trace.USEFUL),
)

ITEM_WEIGHTS = (5, 4, 3, 2, 1)  # the first item is opened most often


def add(db: Session, sender: Person, resources: dict[str, Resource], today: date) -> None:
    """Import the stakeholder list through the hub's own action, and add the pack as if it had been sent then."""
    stakeholders_actions.import_list(db, sender, LIST)
    moment = datetime.combine(
        Quarter.of(today).previous.last_day - timedelta(days=DAYS_BEFORE_THE_END), time(14, 5), UTC
    )
    pack = _pack(db, sender, resources, moment)
    people = packs_queries.reach_of(db, pack).reachable
    pack.recipients = len(people)
    links = [_link(pack, person, packs_actions.token_for(db, pack.id, person.id), moment) for person in people]
    db.add_all(links)
    db.flush()
    _add_messages(db, pack, links, people, moment)
    _add_responses(db, pack, links, moment)
    events = [_event(sender, pack, item, len(people), moment) for item in pack.items]
    reach_actions.add_share(db, events, [person.address_hash for person in people])


def _pack(db: Session, sender: Person, resources: dict[str, Resource], moment: datetime) -> Pack:
    config = config_of(db)
    day = moment.astimezone(config.zone).date()
    pack = Pack(
        organization_id=sender.organization_id,
        person_id=sender.id,
        quarter=str(Quarter.of(day)),
        title=TITLE,
        note=NOTE,
        groups=list(GROUPS),
        state=PackState.SENT,
        created_at=moment - timedelta(minutes=12),
        send_at=moment,
        published_at=moment,
        expires_at=link_end(day, config.SHARE_LINK_DAYS, config.zone),
        logged_at=moment + timedelta(minutes=1),
        rounds=1,
        finished_at=moment + timedelta(minutes=1),
        items=_items(resources, moment),
    )
    db.add(pack)
    db.flush()
    return pack


def _items(resources: dict[str, Resource], moment: datetime) -> list[PackItem]:
    parts: list[tuple[str, int | None, int | None]] = [(key, None, None) for key in WHOLE]
    parts += [SLIDES, (ITEM[0], ITEM[1], ITEM[1])]
    return [
        PackItem(
            position=position,
            resource_id=resources[key].id,
            added_at=moment,
            revision_number=1 if first else None,
            first_page=first,
            last_page=last,
        )
        for position, (key, first, last) in enumerate(parts, 1)
    ]


def _link(pack: Pack, stakeholder: Stakeholder, token: str, moment: datetime) -> PackLink:
    return PackLink(
        pack_id=pack.id,
        token=token,
        stakeholder_id=stakeholder.id,
        part=LinkPart.POSTED,
        created_at=moment,
        logged=True,
    )


def _add_messages(
    db: Session, pack: Pack, links: Sequence[PackLink], people: Sequence[Stakeholder], moment: datetime
) -> None:
    """Add the pack's messages, sent at ``moment``."""
    whole = packs_queries.pack_for(db, db.get_one(Person, pack.person_id), pack.id)
    sent = packs_actions.sent_pack(db, whole)
    posts = [
        sending_actions.message_of(db, whole, sent, link.id, link.token, person)
        for link, person in zip(links, people, strict=True)
    ]
    ids = mail_actions.post_all(db, posts)
    for link, post in zip(links, posts, strict=True):
        link.message_id = ids[post.once]
    settled = {"state": State.SENT, "posted_at": moment, "since": moment, "due_at": moment, "settled_at": moment}
    db.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids.values())).values(tries=1, **settled))


def _add_responses(db: Session, pack: Pack, links: Sequence[PackLink], moment: datetime) -> None:
    """Add what recipients did in the following days; a mail scanner fetched most links within a minute."""
    chance = Random(SEED)
    items = list(db.scalars(select(PackItem).where(PackItem.pack_id == pack.id).order_by(PackItem.position)))
    for place, link in enumerate(links):
        acts = RESPONSES[place % len(RESPONSES)]
        if acts is not None:
            db.add(PackFetch(link_id=link.id, count=chance.randint(1, 9), last_at=moment + timedelta(seconds=40)))
        [item] = chance.choices(items, ITEM_WEIGHTS)
        at = moment + timedelta(minutes=chance.randint(30, 8_000))
        for act in acts or ():
            db.add(_trace(pack, link, item, act, at))


def _trace(pack: Pack, link: PackLink, item: PackItem, act: Trace, at: datetime) -> PackTrace:
    return PackTrace(
        pack_id=pack.id,
        link_id=link.id,
        item_id=item.id,
        act=act,
        at=at,
        words=QUESTION if act is Trace.QUESTION else "",
        once=f"{link.id} {act} {item.id}",
    )


def _event(sender: Person, pack: Pack, item: PackItem, people: int, moment: datetime) -> SharingEvent:
    return SharingEvent(
        act=Act.FORWARD,
        carrier=Carrier.HUB_MAIL,
        **actor_columns(sender, sender.organization),
        resource_id=item.resource_id,
        title=item.resource.title,
        revision_number=1,
        page_number=item.first_page,
        pack_id=pack.id,
        happened_on=moment.date(),
        quarter=pack.quarter,
        recorded_at=moment + timedelta(minutes=1),
        with_whom=audience_of(pack.groups, everyone=False),
        people=people,
        channel=Channel.EMAIL,
        note=f"Pack: {pack.title}",
        once=f"pack {pack.id} item {item.id} round 1 {moment.date()}",
    )

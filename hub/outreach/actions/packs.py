"""Making a pack and letting it go: items, words, groups, the moment, links for other channels."""

import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.dates import with_year
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.core.quarters import Quarter
from hub.core.text import text_of
from hub.library.models import Page, Resource, Revision
from hub.library.queries import may_read_revision, visible_to
from hub.library.rules import PageKind
from hub.mail import actions as mail_actions
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.outreach.letters import SentItem, SentPack
from hub.outreach.models import Pack, PackItem, PackLink
from hub.outreach.queries import packs as packs_queries
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.outreach.rules.links import link_end
from hub.outreach.rules.packs import (
    LONGEST_PACK_NOTE,
    LONGEST_PACK_TITLE,
    MOST_DRAFTS,
    MOST_ITEMS,
    LinkPart,
    PackState,
    moved,
    objection_to_sending,
    part_label,
    reordered,
)
from hub.sharing.rules.standing import Channel

Part = tuple[int, int] | None  # the first and the last page; None: the whole


def begin_pack(
    db: Session, person: Person, quarter: Quarter, resources: Iterable[int], parts: Iterable[tuple[int, int]] = ()
) -> Pack:
    """Return a new draft with these resources, and with single items (resource, number) of others, in the order given.

    Raises NotFound when the person may not send packs, Refused when it can't be so.
    """
    organization = packs_queries.sender_of(person)
    if len(packs_queries.drafts_of(db, person)) >= MOST_DRAFTS:
        raise Refused(f"You already have {MOST_DRAFTS} drafts. Send or delete some first.")
    pack = Pack(
        organization_id=organization.id,
        person_id=person.id,
        quarter=str(quarter),
        title=f"{quarter.label}: what’s new from {organization.name}"[:LONGEST_PACK_TITLE],
        note="",
        groups=[],
        created_at=clock.now(),
        items=[],
    )
    db.add(pack)
    chosen: list[tuple[int, Part]] = [(one, None) for one in dict.fromkeys(resources)]
    chosen += [(resource, (number, number)) for resource, number in dict.fromkeys(parts)]
    _add_items(db, person, pack, chosen)
    note(db, person, "created the", pack, items=len(pack.items))
    return pack


def _add_items(db: Session, person: Person, pack: Pack, chosen: Sequence[tuple[int, Part]]) -> None:
    """Put resources or parts of them at the pack's end; what is in it already stays as it is."""
    _hold(db, pack)
    ids = {resource_id for resource_id, _part in chosen if 0 < resource_id < 2**31}
    found = {one.id: one for one in db.scalars(select(Resource).where(Resource.id.in_(ids), visible_to(person)))}
    there = {(item.resource_id, item.first_page, item.last_page) for item in pack.items}
    for resource_id, part in chosen:
        resource = found.get(resource_id)
        if resource is None or not may(person, Permission.FORWARD, resource):
            raise Refused("One of these resources is no longer available. Review the list and choose again.")
        first, last = part or (None, None)
        if (resource_id, first, last) not in there:
            there.add((resource_id, first, last))
            pack.items.append(_item(pack, resource, first, last))
    if len(pack.items) > MOST_ITEMS:
        raise Refused(f"A pack can have up to {MOST_ITEMS} resources. Choose fewer.")


def _item(pack: Pack, resource: Resource, first: int | None, last: int | None) -> PackItem:
    return PackItem(
        position=len(pack.items) + 1,
        resource_id=resource.id,
        revision_number=resource.revision_number if first else None,
        first_page=first,
        last_page=last,
    )


def add_item(db: Session, person: Person, pack: Pack, resource_id: int, part: Part = None) -> None:
    """Put a resource, or some pages of it, at the draft's end; raises Refused."""
    _refuse_unless_draft(pack)
    _add_items(db, person, pack, [(resource_id, part)])  # first of all whether they may see it
    if part is not None:
        _refuse_unless_read(db, resource_id, part)


def _refuse_unless_read(db: Session, resource_id: int, part: tuple[int, int]) -> None:
    """A part must be there: its first and its last page."""
    numbers = set(
        db.scalars(
            select(Page.number)
            .join(Revision, Revision.id == Page.revision_id)
            .join(Resource, and_(Resource.id == Revision.resource_id, Resource.revision_number == Revision.number))
            .where(Resource.id == resource_id, Page.number.in_(part))
        )
    )
    missing = next((number for number in part if number not in numbers), None)
    if missing is not None:
        raise Refused(f"No page {missing} found. Check the number, or try again once the file is processed.")


def change_pack(
    db: Session, person: Person, pack: Pack, *, title: str, words: str, groups: Iterable[str], everyone: bool
) -> None:
    """Say what the draft is called, what it says, and to whom it goes; raises Refused."""
    _refuse_unless_draft(pack)
    _hold(db, pack)
    pack.title = " ".join(text_of(title, LONGEST_PACK_TITLE, "Enter a subject.").split())
    pack.note = text_of(words, LONGEST_PACK_NOTE)
    known = set(stakeholders_queries.group_names(db, person.organization))
    pack.groups = [group for group in dict.fromkeys(groups) if group in known]
    pack.everyone = everyone


def order_items(pack: Pack, places: Mapping[int, int], move: tuple[int, int] | None = None) -> None:
    """Put the draft's items into the order of the places that were typed, then move one of them some steps down."""
    _refuse_unless_draft(pack)
    by_id = {item.id: item for item in pack.items}
    order = reordered(list(by_id), places)
    if move is not None and move[0] in by_id:
        order = moved(order, *move)
    _place(pack, [by_id[one] for one in order])


def drop_item(pack: Pack, item_id: int) -> None:
    """Take an item out of the draft."""
    _refuse_unless_draft(pack)
    _place(pack, [item for item in pack.items if item.id != item_id])


def _place(pack: Pack, items: Sequence[PackItem]) -> None:
    pack.items[:] = items
    for position, item in enumerate(items, 1):
        item.position = position


def _state_now(db: Session, pack: Pack) -> PackState | None:
    """Return how far the pack is at this moment: its row is held from here on, and no worker begins or goes on with it.

    It may have been loaded before a worker was done with it. None: it is new, or someone deleted it.
    """
    return db.scalar(select(Pack.state).where(Pack.id == pack.id).with_for_update())


def _hold(db: Session, pack: Pack) -> None:
    """Hold the pack's row; raises Refused when it isn't any more what it was when it was loaded."""
    if pack.id is not None and _state_now(db, pack) is not pack.state:
        raise Refused("This pack was sent or changed in the meantime. Reload the page to see it.")


def _refuse_unless_draft(pack: Pack) -> None:
    if pack.state is not PackState.DRAFT:
        raise Refused("This pack has been sent or scheduled, so it can’t be changed. Create a new one.")


def send_pack(db: Session, person: Person, pack: Pack, send_at: datetime | None = None) -> None:
    """Let the pack go now, or at that moment; the worker writes the messages. Sent twice is once. Raises Refused."""
    if pack.state is not PackState.DRAFT or _state_now(db, pack) is not PackState.DRAFT:
        return
    now = clock.now()
    if objection := objection_to(db, pack, send_at):
        raise Refused(objection)
    if stakeholders_queries.key_was_changed(db):
        raise Refused(
            "The hub’s unsubscribe key was changed, so it can’t tell who has unsubscribed. "
            "Ask the coordinator to restore the old key."
        )
    pack.person_id, pack.person = person.id, person
    pack.send_at, pack.state = max(send_at or now, now), PackState.SCHEDULED
    note(db, person, "sent the", pack, at=str(pack.send_at))


def objection_to(db: Session, pack: Pack, send_at: datetime | None = None) -> str | None:
    """Why the pack can't be sent now, or at that moment, if something speaks against it."""
    now = clock.now()
    return objection_to_sending(
        title=pack.title,
        items=len(pack.items),
        recipients=len(packs_queries.reach_of(db, pack).reachable),
        groups=pack.everyone or bool(pack.groups),
        send_at=send_at or now,
        now=now,
    )


def call_off(db: Session, person: Person, pack: Pack) -> None:
    """Take a pack back: one that waits becomes a draft again, of one on its way the rest stays here. Raises Refused."""
    _hold(db, pack)
    if pack.state is PackState.SCHEDULED:
        pack.state, pack.send_at = PackState.DRAFT, None
    elif pack.state is PackState.SENDING:
        waits = (PackLink.pack_id == pack.id, PackLink.part == LinkPart.WAITING)
        db.execute(update(PackLink).where(*waits).values(part=LinkPart.SKIPPED))
        mail_actions.cancel(db, about=str(pack))
    else:
        raise Refused("This pack isn’t being sent, so there is nothing to stop.")
    note(db, person, "canceled sending the", pack)


def throw_away(db: Session, person: Person, pack: Pack) -> None:
    """Delete a draft; raises Refused when it was published in any way."""
    _refuse_unless_draft(pack)
    _hold(db, pack)
    if pack.published_at is not None:
        raise Refused("This pack can’t be deleted, because someone may have a link to it.")
    note(db, person, "deleted the", pack)
    db.delete(pack)


def channel_link(db: Session, person: Person, pack: Pack, channel: Channel) -> PackLink:
    """Return the pack's link for a newsletter or another channel; each channel has one. Raises Refused."""
    same = next((link for link in packs_queries.channels_of(db, pack) if link.channel is channel), None)
    if same is not None:
        return same
    if not pack.items:
        raise Refused("Add at least one resource.")
    publish(db, pack)
    link = PackLink(
        pack_id=pack.id,
        token=secrets.token_urlsafe(24),
        part=LinkPart.CHANNEL,
        channel=channel,
        person_id=person.id,
        created_at=clock.now(),
    )
    db.add(link)
    note(db, person, "created the", link, pack=pack.id, channel=channel.value)
    return link


def publish(db: Session, pack: Pack) -> None:
    """From now on its links open; traces are kept no longer than the links open, or as long as traces are kept."""
    if pack.published_at is None:
        config = config_of(db)
        days = min(config.SHARE_LINK_DAYS, config.TRACE_DAYS)
        pack.published_at, pack.expires_at = clock.now(), link_end(clock.today(config.zone), days, config.zone)


def token_for(db: Session, pack_id: int, stakeholder_id: int) -> str:
    """Return the word of a recipient's link: the preview shows it before the link is there; only the hub can make it."""
    key = config_of(db).SECRET_KEY.encode()
    return hmac.new(key, f"pack {pack_id} stakeholder {stakeholder_id}".encode(), sha256).hexdigest()[:40]


def usable_items(pack: Pack) -> list[PackItem]:
    """Return the items that its recipients may see now: not withdrawn, and still the sender's to read and to forward."""
    return [
        item
        for item in pack.items
        if not item.resource.withdrawn_at
        and may(pack.person, Permission.FORWARD, item.resource)
        and may_read_revision(pack.person, item.resource, revision_of(item))
    ]


def revision_of(item: PackItem) -> Revision:
    """Return what the item shows: the newest revision, or the one that its pages were taken from."""
    number = item.revision_number or item.resource.revision_number
    return next(revision for revision in item.resource.revisions if revision.number == number)


def opens_pack(pack: Pack) -> bool:
    """Return whether its links open now."""
    return pack.published_at is not None and pack.expires_at is not None and clock.now() < pack.expires_at


def sent_pack(db: Session, pack: Pack) -> SentPack:
    """Return the pack as its texts need it, without anyone's link."""
    kinds = packs_queries.kinds_of_parts(db, pack)
    return SentPack(
        title=pack.title,
        note=pack.note,
        organization=pack.organization.name,
        sender=pack.person.name,
        items=[_sent_item(item, kinds.get(item.id, PageKind.PAGE)) for item in usable_items(pack)],
    )


def _sent_item(item: PackItem, kind: PageKind) -> SentItem:
    published = item.resource.published_on
    return SentItem(
        id=item.id,
        title=item.resource.title,
        part=part_label(kind, item.first_page, item.last_page or item.first_page) if item.first_page else "",
        facts=f"{item.resource.organization.name}, {with_year(published)}",
        summary=item.resource.summary,
    )


def address_of(db: Session, token: str) -> str:
    """Return where a link to a pack leads."""
    return f"{config_of(db).BASE_URL}/p/{token}"


def item_of(pack: Pack, item_id: int) -> PackItem:
    """Return a usable item of the pack; raises NotFound."""
    found = next((item for item in usable_items(pack) if item.id == item_id), None)
    if found is None:
        raise NotFound
    return found

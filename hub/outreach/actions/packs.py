"""Actions on packs: create, edit, schedule, cancel, delete, and link from other channels."""

import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session, joinedload

from hub.core import clock
from hub.core.audit import note
from hub.core.dates import with_year
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.core.quarters import Quarter
from hub.core.text import one_line, text_of
from hub.library import queries as library_queries
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Audience, PageKind
from hub.mail import actions as mail_actions
from hub.members import queries as members_queries
from hub.members.actions import organizations as organizations_actions
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may, who_may
from hub.outreach.letters import SentItem, SentPack
from hub.outreach.models import Pack, PackItem, PackLink, PackPerson
from hub.outreach.queries import packs as packs_queries
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.outreach.rules.links import Offer, link_end, opens
from hub.outreach.rules.packs import (
    LONGEST_PACK_NOTE,
    LONGEST_PACK_TITLE,
    MOST_CHOSEN_PEOPLE,
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

NEEDS_ADDRESS = (
    "A pack needs your organization’s postal address, because U.S. law (the CAN-SPAM Act) requires it in bulk email."
)
KEY_CHANGED = (
    "The hub’s unsubscribe key was changed, so it can’t tell who has unsubscribed. "
    "Ask the coordinator to restore the old key."
)
Part = tuple[int, int] | None  # the first and the last page; None for the whole resource


def create_pack(
    db: Session, person: Person, quarter: Quarter, resources: Iterable[int], parts: Iterable[tuple[int, int]] = ()
) -> Pack:
    """Create a draft with these resources, followed by single pages (resource id, page number) of others.

    Raises NotFound if the person may not send packs, and Refused if there are too many drafts or resources, or one
    can't be forwarded.
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
    chosen: list[tuple[int, Part]] = [(resource, None) for resource in dict.fromkeys(resources)]
    chosen += [(resource, (number, number)) for resource, number in dict.fromkeys(parts)]
    _add_items(db, person, pack, chosen)
    note(db, person, "created the", pack, items=len(pack.items))
    return pack


def _add_items(db: Session, person: Person, pack: Pack, chosen: Sequence[tuple[int, Part]]) -> None:
    """Append resources or parts of them to the pack; those already in it are skipped."""
    _lock(db, pack)
    ids = {resource_id for resource_id, _part in chosen if 0 < resource_id < 2**31}
    rows = db.scalars(
        select(Resource)
        .where(Resource.id.in_(ids), library_queries.visible_to(person))
        .options(joinedload(Resource.organization), joinedload(Resource.created_by))
    )
    resources = {resource.id: resource for resource in rows}
    present = {(item.resource_id, item.first_page, item.last_page): item for item in pack.items}
    for resource_id, part in chosen:
        resource = resources.get(resource_id)
        if resource is None:
            raise Refused("One of these resources is no longer available. Review the list and choose again.")
        if objection := library_queries.objection_to_forwarding(person, resource):
            raise Refused(objection)
        first, last = part or (None, None)
        if (item := present.get((resource_id, first, last))) is not None:
            item.added_at = clock.now()  # opens it again if it was closed to outsiders
        else:
            present[resource_id, first, last] = item = _item(pack, resource, first, last)
            pack.items.append(item)
    if len(pack.items) > MOST_ITEMS:
        raise Refused(f"A pack can have up to {MOST_ITEMS} resources. Choose fewer.")


def _item(pack: Pack, resource: Resource, first: int | None, last: int | None) -> PackItem:
    return PackItem(
        position=len(pack.items) + 1,
        resource_id=resource.id,
        added_at=clock.now(),
        revision_number=resource.revision_number if first else None,
        first_page=first,
        last_page=last,
    )


def add_item(db: Session, person: Person, pack: Pack, resource_id: int, part: Part = None) -> None:
    """Append a resource, or some pages of it, to a draft; raise Refused if it can't be added."""
    refuse_unless_draft(pack)
    _add_items(db, person, pack, [(resource_id, part)])  # checks first that the person may see it
    if part is not None:
        _refuse_missing_pages(db, resource_id, part)


def _refuse_missing_pages(db: Session, resource_id: int, part: tuple[int, int]) -> None:
    """Raise Refused if the first or last page of the part doesn't exist."""
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
        raise Refused(f"Page {missing} wasn’t found. Check the number, or try again once the file is processed.")


def change_pack(
    db: Session,
    person: Person,
    pack: Pack,
    *,
    title: str,
    pack_note: str,
    groups: Iterable[str],
    everyone: bool,
    people: Iterable[int] = (),
) -> None:
    """Change subject, note and recipients of a draft; raise Refused if it can't be changed or a text is invalid.

    ``people`` are the ids of stakeholders beside the groups; those who were removed from the list are left out.
    """
    refuse_unless_draft(pack)
    _lock(db, pack)
    pack.title = text_of(one_line(title), LONGEST_PACK_TITLE, "Enter a subject.")
    pack.note = text_of(pack_note, LONGEST_PACK_NOTE)
    names = set(stakeholders_queries.group_names(db, person.organization))
    pack.groups = [group for group in dict.fromkeys(groups) if group in names]
    pack.everyone = everyone
    _choose_people(db, person, pack, people)


def log_edit(db: Session, person: Person, pack: Pack) -> None:
    """Add to the audit log that a draft was edited: its texts, recipients or resources."""
    note(db, person, "edited the", pack)


def _choose_people(db: Session, person: Person, pack: Pack, ids: Iterable[int]) -> None:
    """Replace the people who get the pack beside its groups."""
    chosen = stakeholders_queries.stakeholders_by_id(db, person, ids)
    if len(chosen) > MOST_CHOSEN_PEOPLE:
        raise Refused(f"You can choose up to {MOST_CHOSEN_PEOPLE} single people. Put them in a group instead.")
    db.execute(delete(PackPerson).where(PackPerson.pack_id == pack.id))
    db.add_all(PackPerson(pack_id=pack.id, stakeholder_id=stakeholder.id) for stakeholder in chosen)
    pack.chosen_people = len(chosen)


def order_items(pack: Pack, positions: Mapping[int, int], move: tuple[int, int] | None = None) -> None:
    """Sort a draft's items by the typed places, then move one item, if ``move`` is (item id, steps down)."""
    refuse_unless_draft(pack)
    by_id = {item.id: item for item in pack.items}
    order = reordered(list(by_id), positions)
    if move is not None and move[0] in by_id:
        order = moved(order, *move)
    _place(pack, [by_id[item_id] for item_id in order])


def drop_item(pack: Pack, item_id: int) -> None:
    """Remove an item from a draft."""
    refuse_unless_draft(pack)
    _place(pack, [item for item in pack.items if item.id != item_id])


def _place(pack: Pack, items: Sequence[PackItem]) -> None:
    pack.items[:] = items
    for position, item in enumerate(items, 1):
        item.position = position


def _locked_state(db: Session, pack: Pack) -> PackState | None:
    """Lock the pack's row against workers and return its current state, or None if it is new or was deleted.

    The loaded object may be stale, because a worker may have changed the row since.
    """
    return db.scalar(select(Pack.state).where(Pack.id == pack.id).with_for_update())


def _lock(db: Session, pack: Pack) -> None:
    """Lock the pack's row; raise Refused if its state has changed since it was loaded."""
    if pack.id is not None and _locked_state(db, pack) is not pack.state:
        raise Refused("This pack was sent or changed in the meantime. Reload the page to see it.")


def refuse_unless_draft(pack: Pack) -> None:
    """Raise Refused if the pack was sent or scheduled."""
    if pack.state is not PackState.DRAFT:
        raise Refused("This pack has been sent or scheduled, so it can’t be changed. Create a new one.")


def send_pack(
    db: Session, person: Person, pack: Pack, send_at: datetime | None = None, *, postal_address: str = ""
) -> None:
    """Schedule a draft for ``send_at`` or now; a no-op if it isn't a draft. Raises Refused if it can't be sent.

    ``postal_address`` is saved for the organization, if it has none yet.
    """
    if pack.state is not PackState.DRAFT or _locked_state(db, pack) is not PackState.DRAFT:
        return
    now = clock.now()
    if objection := objection_to(db, pack, send_at):
        raise Refused(objection)
    if postal_address and not pack.organization.postal_address:
        organizations_actions.change_postal_address(db, person, pack.organization, postal_address)
    if objection := lack_of_address(db, person, pack):
        raise Refused(objection)
    if stakeholders_queries.key_was_changed(db):
        raise Refused(KEY_CHANGED)
    pack.person_id, pack.person = person.id, person
    pack.send_at, pack.state = max(send_at or now, now), PackState.SCHEDULED
    note(db, person, "sent the", pack, at=str(pack.send_at))


def lack_of_address(db: Session, person: Person, pack: Pack) -> str:
    """Return why the pack needs a postal address and who can add it; empty if its organization has one."""
    permission, organization = Permission.EDIT_POSTAL_ADDRESS, pack.organization
    if organization.postal_address:
        return ""
    if may(person, permission, organization):
        return f"{NEEDS_ADDRESS} Enter it below."
    asked = [each.name for each in members_queries.people_with(db, permission, person)]
    return f"{NEEDS_ADDRESS} {who_may(permission, asked, of_own=organization.kind is not OrganizationKind.HOST)}"


def objection_to(db: Session, pack: Pack, send_at: datetime | None = None) -> str | None:
    """Return why the pack can't be sent at ``send_at`` or now, as a sentence; None if it can."""
    now = clock.now()
    return objection_to_sending(
        title=pack.title,
        items=len(usable_items(pack)),
        recipients=len(packs_queries.reach_of(db, pack).reachable),
        chosen=pack.everyone or bool(pack.groups) or packs_queries.count_chosen(db, pack) > 0,
        send_at=send_at or now,
        now=now,
    )


def cancel_sending(db: Session, person: Person, pack: Pack) -> None:
    """Turn a scheduled pack into a draft again, or stop sending the rest; raise Refused for any other pack."""
    _lock(db, pack)
    if pack.state is PackState.SCHEDULED:
        pack.state, pack.send_at = PackState.DRAFT, None
    elif pack.state is PackState.SENDING:
        is_waiting = (PackLink.pack_id == pack.id, PackLink.part == LinkPart.WAITING)
        db.execute(update(PackLink).where(*is_waiting).values(part=LinkPart.SKIPPED))
        mail_actions.cancel(db, about=str(pack))
    else:
        raise Refused("This pack isn’t being sent, so there is nothing to stop.")
    note(db, person, "canceled sending the", pack)


def delete_pack(db: Session, person: Person, pack: Pack) -> None:
    """Delete a draft; raise Refused if it has a link for another channel."""
    refuse_unless_draft(pack)
    _lock(db, pack)
    if pack.published_at is not None:
        raise Refused("This pack can’t be deleted, because someone may have a link to it.")
    note(db, person, "deleted the", pack)
    db.delete(pack)


def channel_link(db: Session, person: Person, pack: Pack, channel: Channel) -> PackLink:
    """Return the pack's only link for a channel, creating it if needed; raise Refused for an empty pack."""
    existing = next((link for link in packs_queries.channels_of(db, pack) if link.channel is channel), None)
    if existing is not None:
        return existing
    if not usable_items(packs_queries.pack_for(db, person, pack.id)):
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
    """Make the pack's links work; they expire no later than traces are kept."""
    if pack.published_at is None:
        config = config_of(db)
        days = min(config.SHARE_LINK_DAYS, config.TRACE_DAYS)
        pack.published_at, pack.expires_at = clock.now(), link_end(clock.today(config.zone), days, config.zone)


def token_for(db: Session, pack_id: int, stakeholder_id: int) -> str:
    """Return the token of a recipient's link, an HMAC, so that the preview can show it before the row exists."""
    key = config_of(db).SECRET_KEY.encode()
    return hmac.new(key, f"pack {pack_id} stakeholder {stakeholder_id}".encode(), sha256).hexdigest()[:40]


def usable_items(pack: Pack) -> list[PackItem]:
    """Return the items that recipients may see now."""
    return [item for item in pack.items if not objection_to_item(item)]


def objection_to_item(item: PackItem) -> str:
    """Return why recipients can't see the item, in words for the sender; empty if they can."""
    resource, revision = item.resource, revision_of(item)
    if resource.withdrawn_at:
        return "Withdrawn: recipients won’t see it"
    if resource.audience is Audience.ORGANIZATION:
        return "For its organization only: recipients won’t see it"
    if not library_queries.is_open_to_outsiders(resource, revision, item.added_at):
        return "Closed when it was limited to its organization. To share it again, remove it and add it again"
    return ""


def revision_of(item: PackItem) -> Revision:
    """Return the revision that the item shows: the current one, or for pages the one they were chosen from."""
    number = item.revision_number or item.resource.revision_number
    return next(revision for revision in item.resource.revisions if revision.number == number)


def is_pack_open(pack: Pack, link: PackLink | None = None) -> bool:
    """Return True if outsiders can open the pack now, through ``link`` if given: who created that must share too."""
    until = pack.expires_at if pack.published_at is not None else None
    sharers = [pack.person, *([link.person] if link is not None and link.person is not None else [])]
    return all(opens(Offer(sharer, pack.organization_id, until), clock.now()) for sharer in sharers)


def sent_pack(db: Session, pack: Pack) -> SentPack:
    """Return the pack as its emails and texts show it, without a link."""
    kinds = packs_queries.kinds_of_parts(db, pack)
    return SentPack(
        title=pack.title,
        note=pack.note,
        organization=pack.organization.name,
        sender=pack.person.name,
        items=[_sent_item(item, kinds.get(item.id, PageKind.PAGE)) for item in usable_items(pack)],
        postal_address=pack.organization.postal_address,
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
    """Return the URL of a link to a pack."""
    return f"{config_of(db).BASE_URL}/p/{token}"


def item_of(pack: Pack, item_id: int) -> PackItem:
    """Return an item that recipients may see; raise NotFound otherwise."""
    match = next((item for item in usable_items(pack) if item.id == item_id), None)
    if match is None:
        raise NotFound
    return match

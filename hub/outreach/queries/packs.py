"""Queries for packs: proposals, contents, recipients."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.core.db import config_of
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.core.text import clean
from hub.library.models import Page, Resource
from hub.library.queries import forwardable_by
from hub.library.rules import BIG_SIX, PageKind, topic_label
from hub.mail.queries import bouncing
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may
from hub.outreach.models import Pack, PackItem, PackLink, PackPerson, Stakeholder, StakeholderGroup
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.outreach.queries.stakeholders import StakeholderLine, unsubscribed
from hub.outreach.rules.packs import PROPOSED, LinkPart, PackState, audience_of
from hub.sharing.models import SharingEvent
from hub.sharing.queries.entries import is_current

PACKS_PER_PAGE = 30
MOST_PROPOSED = 150
FOUND_PEOPLE = 20  # results of a search for recipients
LONGEST_SEARCH = 200
MOST_PARTS = 30  # items of one weekly update that can be chosen


@dataclass(frozen=True)
class Offer:
    """A resource that may go into a pack."""

    resource: Resource  # with its organization
    uses: int  # times that the organization's people downloaded or shared it in the quarter
    sent: bool  # in another pack already
    checked: bool
    parts: Sequence[Page] = ()  # the items of a weekly update


@dataclass(frozen=True)
class Proposal:
    """The resources proposed for a pack of a quarter, by topic."""

    topics: list[tuple[str, list[Offer]]]  # the topic's label, its resources
    older: list[Offer]  # published before the quarter, and used in it


def packs_of(db: Session, person: Person, page: int = 1) -> tuple[Sequence[Pack], int]:
    """Return a page of the organization's packs, newest first, and their total; raise NotFound without permission."""
    own = Pack.organization_id == sender_of(person).id
    total = db.scalar(select(func.count(Pack.id)).where(own)) or 0
    page_of_packs = (
        select(Pack)
        .where(own)
        .options(joinedload(Pack.person), selectinload(Pack.items))
        .order_by(Pack.created_at.desc(), Pack.id.desc())
        .limit(PACKS_PER_PAGE)
        .offset((page - 1) * PACKS_PER_PAGE)
    )
    return db.scalars(page_of_packs).all(), total


def sender_of(person: Person) -> Organization:
    """Return the organization that the person sends packs for; raise NotFound without permission."""
    if not may(person, Permission.SEND_PACKS, person.organization):
        raise NotFound
    return person.organization


def pack_for(db: Session, person: Person, pack_id: int) -> Pack:
    """Return a pack with the relationships that its pages show; raise NotFound if the person may not send it."""
    pack = db.scalar(_select_packs().where(Pack.id == pack_id).execution_options(populate_existing=True))
    if pack is None or not may(person, Permission.SEND_PACKS, pack):
        raise NotFound
    return pack


def _select_packs() -> Select[Pack]:
    """Select packs with their sender, items and resources."""
    of_item = selectinload(Pack.items).joinedload(PackItem.resource)
    return select(Pack).options(
        joinedload(Pack.organization),
        joinedload(Pack.person),
        of_item.joinedload(Resource.organization),
        of_item.joinedload(Resource.created_by),
        of_item.selectinload(Resource.revisions),
    )


def drafts_of(db: Session, person: Person) -> Sequence[Pack]:
    """Return the organization's drafts, newest first, with their items."""
    draft = and_(Pack.organization_id == sender_of(person).id, Pack.state == PackState.DRAFT)
    return db.scalars(select(Pack).where(draft).options(selectinload(Pack.items)).order_by(Pack.id.desc())).all()


def proposal(db: Session, person: Person, quarter: Quarter) -> Proposal:
    """Return the resources proposed for a pack of a quarter: new ones by topic, and older ones that were used in it.

    Used resources are checked, or else the newest few; resources already sent in a pack are not.
    """
    uses = _use_counts(db, person.organization, quarter)
    sent = _sent_resource_ids(db, person.organization)
    new = _new_resources(db, person, quarter)
    older = _resources_by_id(
        db, person, [resource_id for resource_id in uses if resource_id not in {resource.id for resource in new}]
    )
    unsent = [resource.id for resource in new if resource.id not in sent]
    checked = {resource_id for resource_id in uses if resource_id not in sent} or set(unsent[:PROPOSED])
    parts = _parts(db, new)

    def offer(resource: Resource) -> Offer:
        number = resource.id
        return Offer(resource, uses.get(number, 0), number in sent, number in checked, parts.get(number, ()))

    by_topic: dict[str, list[Offer]] = defaultdict(list)
    for resource in new:
        by_topic[_topic_of(resource)].append(offer(resource))
    order = [*BIG_SIX.values(), "Other"]
    return Proposal(
        [(topic, _most_used_first(by_topic[topic])) for topic in order if topic in by_topic],
        _most_used_first([offer(resource) for resource in older]),
    )


def _most_used_first(offers: list[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: -offer.uses)


def _topic_of(resource: Resource) -> str:
    """Return the label of the resource's first Big 6 topic, or "Other"."""
    return next((topic_label(topic.name) for topic in resource.topics if topic.name in BIG_SIX), "Other")


def _new_resources(db: Session, person: Person, quarter: Quarter) -> Sequence[Resource]:
    """Return the resources published in the quarter or added to the hub in it, newest first."""
    zone = config_of(db).zone
    begin = datetime.combine(quarter.first_day, time(), zone).astimezone(UTC)
    end = datetime.combine(quarter.next.first_day, time(), zone).astimezone(UTC)
    return db.scalars(
        select(Resource)
        .where(
            forwardable_by(person),
            or_(
                Resource.published_on.between(quarter.first_day, quarter.last_day),
                and_(Resource.created_at >= begin, Resource.created_at < end),
            ),
        )
        .options(
            joinedload(Resource.organization).lazyload(Organization.periods),
            selectinload(Resource.topics),
            selectinload(Resource.current),
        )
        .order_by(Resource.published_on.desc(), Resource.id.desc())
        .limit(MOST_PROPOSED)
    ).all()


def _resources_by_id(db: Session, person: Person, ids: Sequence[int]) -> Sequence[Resource]:
    """Return the resources with these ids that the person may forward, newest first."""
    return db.scalars(
        select(Resource)
        .where(forwardable_by(person), Resource.id.in_(ids))
        .options(joinedload(Resource.organization).lazyload(Organization.periods))
        .order_by(Resource.published_on.desc(), Resource.id.desc())
    ).all()


def _use_counts(db: Session, organization: Organization, quarter: Quarter) -> dict[int, int]:
    """Return the number of times that the organization's people downloaded or shared each resource in the quarter."""
    rows = db.execute(
        select(SharingEvent.resource_id, func.count(SharingEvent.id))
        .where(SharingEvent.quarter == str(quarter), SharingEvent.organization_id == organization.id, is_current())
        .group_by(SharingEvent.resource_id)
    )
    return dict(rows.all())


def _sent_resource_ids(db: Session, organization: Organization) -> set[int]:
    """Return the ids of resources already sent in a pack of the organization."""
    sent = and_(Pack.organization_id == organization.id, Pack.state != PackState.DRAFT)
    return set(db.scalars(select(PackItem.resource_id).join(Pack, Pack.id == PackItem.pack_id).where(sent)))


def _parts(db: Session, resources: Sequence[Resource]) -> dict[int, list[Page]]:
    """Return the items of weekly updates, by resource id."""
    by_revision = {resource.current.id: resource.id for resource in resources}
    items = (
        select(Page)
        .where(Page.revision_id.in_(by_revision), Page.kind == PageKind.ITEM, Page.number <= MOST_PARTS)
        .order_by(Page.revision_id, Page.number)
    )
    parts: dict[int, list[Page]] = defaultdict(list)
    for page in db.scalars(items):
        parts[by_revision[page.revision_id]].append(page)
    return parts


def kinds_of_parts(db: Session, pack: Pack) -> dict[int, PageKind]:
    """Return the kind of pages by item id, for items that are parts of processed resources."""
    revisions = {
        revision.id: item.id
        for item in pack.items
        if item.first_page
        for revision in item.resource.revisions
        if revision.number == item.revision_number
    }
    rows = db.execute(
        select(Page.revision_id, func.min(Page.kind)).where(Page.revision_id.in_(revisions)).group_by(Page.revision_id)
    )
    by_revision = dict(rows.all())
    return {
        item.id: PageKind(by_revision[revision.id])
        for item in pack.items
        if item.first_page
        for revision in item.resource.revisions
        if revision.number == item.revision_number and revision.id in by_revision
    }


@dataclass(frozen=True)
class Reach:
    """The recipients of a pack, and how many people are skipped."""

    reachable: Sequence[Stakeholder]
    unsubscribed: int
    bouncing: int


def reach_of(db: Session, pack: Pack) -> Reach:
    """Return the recipients of the pack if it were sent now, by name, and the numbers of people skipped."""
    chosen = gets(pack)
    people = db.scalars(
        select(Stakeholder).where(chosen, ~unsubscribed()).order_by(func.lower(Stakeholder.name), Stakeholder.email)
    ).all()
    stopped = db.scalar(select(func.count(Stakeholder.id)).where(chosen, unsubscribed())) or 0
    bounced = bouncing(db, [stakeholder.email for stakeholder in people])
    reachable = [stakeholder for stakeholder in people if stakeholder.email not in bounced]
    return Reach(reachable, stopped, len(bounced))


def gets(pack: Pack) -> ColumnElement[bool]:
    """Return the SQL condition for stakeholders in a pack's groups, or chosen beside them."""
    in_organization = Stakeholder.organization_id == pack.organization_id
    if pack.everyone:
        return in_organization
    names = StakeholderGroup.name.in_(pack.groups or [""])
    member = select(StakeholderGroup.id).where(StakeholderGroup.stakeholder_id == Stakeholder.id, names).exists()
    single = (PackPerson.pack_id == pack.id, PackPerson.stakeholder_id == Stakeholder.id)
    return and_(in_organization, or_(member, select(PackPerson.pack_id).where(*single).exists()))


def chosen_ids(db: Session, pack: Pack) -> Sequence[int]:
    """Return the ids of the stakeholders who get the pack beside its groups."""
    return db.scalars(select(PackPerson.stakeholder_id).where(PackPerson.pack_id == pack.id)).all()


def count_chosen(db: Session, pack: Pack) -> int:
    """Return the number of stakeholders who get the pack beside its groups."""
    return len(chosen_ids(db, pack))


def audience(pack: Pack) -> str:
    """Return the audience of the pack for the sharing log, without names."""
    return audience_of(pack.groups, everyone=pack.everyone, people=pack.chosen_people)


def people_to_choose(
    db: Session, person: Person, chosen: Sequence[int], words: str
) -> tuple[list[StakeholderLine], list[StakeholderLine]]:
    """Return the chosen stakeholders by name, and up to FOUND_PEOPLE others that have all of the ``words``."""
    lines = stakeholders_queries.lines_by_id(db, person, chosen)
    words = clean(words)[:LONGEST_SEARCH]
    if not words.strip():
        return lines, []
    listed, _total = stakeholders_queries.stakeholders_of(db, person, words)
    return lines, [line for line in listed if line.stakeholder.id not in chosen][:FOUND_PEOPLE]


def channels_of(db: Session, pack: Pack) -> Sequence[PackLink]:
    """Return the pack's links for other channels, oldest first, with their creators."""
    return db.scalars(
        select(PackLink)
        .where(PackLink.pack_id == pack.id, PackLink.part == LinkPart.CHANNEL)
        .options(joinedload(PackLink.person))
        .order_by(PackLink.id)
    ).all()


def link_of_pack(db: Session, token: str) -> PackLink:
    """Return the link with this token, with its pack and resources; raise NotFound if there is none."""
    of_pack = joinedload(PackLink.pack)
    of_item = of_pack.selectinload(Pack.items).joinedload(PackItem.resource)
    link = db.scalar(
        select(PackLink)
        .where(PackLink.token == token)
        .options(
            joinedload(PackLink.stakeholder),
            joinedload(PackLink.person),
            of_pack.joinedload(Pack.organization),
            of_pack.joinedload(Pack.person),
            of_item.joinedload(Resource.organization),
            of_item.joinedload(Resource.created_by),
            of_item.selectinload(Resource.revisions),
        )
    )
    if link is None:
        raise NotFound
    return link

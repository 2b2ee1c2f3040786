"""Queries of the library. Permissions are checked here, where rows are loaded."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from config import Config
from hub.core import clock
from hub.core.db import config_of
from hub.core.errors import NotAllowed, NotFound, SignInNeeded
from hub.core.remembered import remembered
from hub.library import rules as library_rules
from hub.library.models import LISTED, FileScan, FollowedTopic, Listed, Page, Resource, Revision, Topic
from hub.library.rules import BIG_SIX, Audience, Earlier, PageKind, ScanState, State
from hub.members import queries as members_queries
from hub.members.models import Organization, Person
from hub.members.rules.permissions import OPERATOR, Permission, PermissionHolder, Scope, may, scope_of

START_LENGTH = 240  # characters of a page's text in the list of pages


def visible_to(person: PermissionHolder | None) -> ColumnElement[bool]:
    """Return the SQL condition for resources that ``person`` (None: a visitor) finds and counts: `may(READ)` in SQL."""
    scope = scope_of(person, Permission.READ)
    readable: ColumnElement[bool]
    if person is None or scope is Scope.PUBLIC:
        readable = Resource.audience == Audience.PUBLIC
    elif scope is Scope.ALL:
        readable = true()
    elif scope is None:
        readable = false()
    else:
        readable = or_(Resource.audience != Audience.ORGANIZATION, Resource.organization_id == person.organization_id)
    return and_(readable, Resource.withdrawn_at.is_(None))


def forwardable_by(person: PermissionHolder | None) -> ColumnElement[bool]:
    """Return the SQL condition for resources that ``person`` may open to outsiders: `may(FORWARD)` in SQL."""
    if scope_of(person, Permission.FORWARD) is None:
        return false()
    return and_(visible_to(person), Resource.audience != Audience.ORGANIZATION)


def is_open_to_outsiders(resource: Resource, revision: Revision, offered_at: datetime | None = None) -> bool:
    """Return True if a link or pack that has had the resource since ``offered_at`` may show outsiders this revision."""
    is_current = revision.number == resource.revision_number
    return library_rules.is_open_to_outsiders(
        resource.audience,
        None if is_current else revision.audience,
        closed_at=resource.closed_to_outsiders_at,
        offered_at=offered_at,
    )


def objection_to_forwarding(person: Person, resource: Resource) -> str:
    """Return why ``person``, who may read the resource, can't open it to outsiders, and who can change its audience.

    Empty if they can. The resource needs its organization and the person who added it.
    """
    if may(person, Permission.FORWARD, resource):
        return ""
    uploader = resource.created_by
    is_other = uploader is not None and uploader.id != person.id and uploader.left_at is None
    names_uploader = is_other and may(uploader, Permission.CHANGE, resource)
    return library_rules.why_closed(
        resource.title,
        "" if resource.organization_id == person.organization_id else resource.organization.name,
        uploader.name if uploader is not None and names_uploader else "",
        may_change=may(person, Permission.CHANGE, resource),
    )


# Built once. No page shows whether the organizations of a resource and of its authors are still members.
_WITH_ALL = (
    select(Resource)
    .where(Resource.id == bindparam("id"))
    .options(
        joinedload(Resource.organization).lazyload(Organization.periods),
        joinedload(Resource.created_by).joinedload(Person.organization).lazyload(Organization.periods),
        selectinload(Resource.topics),
        selectinload(Resource.revisions)
        .joinedload(Revision.created_by)
        .joinedload(Person.organization)
        .lazyload(Organization.periods),
    )
)


def get_for(db: Session, person: PermissionHolder | None, resource_id: int, permission: Permission) -> Resource:
    """Return the resource with all data for its page.

    Raises NotFound if ``person`` may not read it (SignInNeeded for a visitor), or NotAllowed if they may read it but
    don't have ``permission`` for it. A withdrawn resource is only found by people who may change it.
    """
    resource = db.scalar(_WITH_ALL, {"id": resource_id})
    if resource is not None:
        numbered = {each.number: each for each in resource.revisions}
        set_committed_value(resource, "current", numbered.get(resource.revision_number))
    if resource is not None and _may(person, permission, resource):
        return resource
    if person is None:
        raise SignInNeeded
    if resource is not None and _may(person, Permission.READ, resource):
        raise NotAllowed(permission, resource.organization.name)
    raise NotFound


def _may(person: PermissionHolder | None, permission: Permission, resource: Resource) -> bool:
    """Return True if ``person`` has the permission; for a withdrawn resource, they must be able to change it too."""
    needed = Permission.CHANGE if resource.withdrawn_at else permission
    return may(person, permission, resource) and may(person, needed, resource)


def may_read_revision(person: PermissionHolder | None, resource: Resource, revision: Revision) -> bool:
    """Return True if ``person``, who may read ``resource``, may read this revision: earlier ones keep their audience."""
    if revision.number == resource.revision_number or revision.audience is None:
        return True
    return may(person, Permission.READ, Earlier(resource.organization_id, revision.audience))


def is_public(resource: Resource, revision: Revision) -> bool:
    """Return True if anyone may read this revision, so that a browser may store it."""
    return may(None, Permission.READ, resource) and may_read_revision(None, resource, revision)


def readable_revisions(person: PermissionHolder | None, resource: Resource) -> list[Revision]:
    """Return the revisions that ``person``, who may read ``resource``, may read, newest first."""
    return [revision for revision in resource.revisions if may_read_revision(person, resource, revision)]


def newest(db: Session, person: PermissionHolder | None, count: int) -> Sequence[Listed]:
    """Return the most recently added resources, newest first."""
    return remembered(db, ("newest", reader_key(person), count), lambda: _newest(db, person, count))


def reader_key(person: PermissionHolder | None) -> Hashable:
    """Return what `visible_to` depends on: the same for all people who find the same resources."""
    return (scope_of(person, Permission.READ), person.organization_id) if person else None


def _newest(db: Session, person: PermissionHolder | None, count: int) -> Sequence[Listed]:
    latest_first = Resource.created_at.desc(), Resource.id.desc()
    return [Listed.of(row) for row in db.execute(LISTED.where(visible_to(person)).order_by(*latest_first).limit(count))]


def visible_among(db: Session, person: PermissionHolder | None, ids: Sequence[int]) -> Sequence[Resource]:
    """Return the resources with these ids that ``person`` finds, in the given order, with their current revisions."""
    chosen = select(Resource).where(Resource.id.in_(ids), visible_to(person))
    resources = db.scalars(chosen.options(joinedload(Resource.organization), selectinload(Resource.current)))
    return sorted(resources, key=lambda resource: ids.index(resource.id))


def current_revisions(db: Session, resource_ids: Collection[int]) -> Sequence[Revision]:
    """Return the current revisions, with their resources; the caller has checked that the person may read them."""
    if not resource_ids:
        return []
    return db.scalars(
        select(Revision)
        .join(Revision.resource)
        .where(Resource.id.in_(resource_ids), Resource.revision_number == Revision.number)
        .options(contains_eager(Revision.resource))
    ).all()


def page_kinds(db: Session, resources: Sequence[Resource]) -> dict[int, PageKind]:
    """Return the kind of the pages of each current revision, by the revision's id; without pages there is no entry."""
    ids = [resource.current.id for resource in resources]
    first = select(func.min(Page.number)).where(Page.revision_id == Revision.id).correlate(Revision).scalar_subquery()
    kinds = db.execute(
        select(Revision.id, Page.kind)
        .join(Page, and_(Page.revision_id == Revision.id, Page.number == first))
        .where(Revision.id.in_(ids))
    )
    return {row[0]: row[1] for row in kinds}


def page_of(db: Session, revision: Revision, number: int) -> Page:
    """Return a page by its number; raises NotFound."""
    page = db.scalar(select(Page).where(Page.revision_id == revision.id, Page.number == number))
    if page is None:
        raise NotFound
    return page


def count_pictures(db: Session, revision: Revision, kinds: Collection[PageKind]) -> int:
    """Return the number of pages of these kinds that are pictures whose text hasn't been recognized."""
    waits = and_(Page.revision_id == revision.id, Page.is_picture, Page.confidence.is_(None), Page.kind.in_(kinds))
    return db.scalar(select(func.count()).select_from(Page).where(waits)) or 0


def places_of(db: Session, page: Page) -> str:
    """Return the places of the words in a page's picture, as JSON; empty if it wasn't recognized."""
    return db.scalar(select(Page.places).where(Page.id == page.id)) or ""


def same_file(db: Session, person: PermissionHolder | None, sha256: str) -> Resource | None:
    """Return a resource that ``person`` may read whose current revision is this file; None if there is none."""
    return db.scalar(
        select(Resource)
        .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .where(Revision.sha256 == sha256, visible_to(person))
        .options(joinedload(Resource.organization))
        .order_by(Resource.id)
        .limit(1)
    )


SCANNER_SILENT = "The virus scanner isn’t responding."
SCAN_SENTENCES = {
    ScanState.WAITING: "This file is waiting for the virus check. You can open and download it once it has passed.",
    ScanState.TOO_LARGE: "This file is larger than the virus scanner accepts, so it can’t be opened or downloaded. Split "
    "it, or ask your coordinator to raise the scanner’s limit.",
}
SILENT = (
    "This file is waiting for the virus check, but the virus scanner isn’t responding. You can open and download the file "
    "once it has passed. If that takes more than an hour, tell your coordinator."
)


def infected_sentence(signature: str) -> str:
    """Return the sentence on an infected file for everyone who sees its page."""
    return (
        f"The virus scanner found {signature} in this file, so no one can open or download it. Scan your computer if you "
        "opened it before. Its organization can replace it with a clean copy."
    )


def scan_objection(db: Session, sha256: str | None) -> str:
    """Return why no one may have this original now; empty if they may, or ``sha256`` is None.

    Without a scanner, only what it found earlier stays closed.
    """
    if sha256 is None:
        return ""
    return remembered(db, ("scan", sha256, config_of(db).CLAMD), lambda: _scan_objection(db, sha256))


def _scan_objection(db: Session, sha256: str) -> str:
    scan = db.get(FileScan, sha256)
    if scan is not None and scan.state is ScanState.INFECTED:
        return infected_sentence(scan.signature)
    if not config_of(db).CLAMD or (scan is not None and scan.state is ScanState.CLEAN):
        return ""
    if scan is not None and scan.state is ScanState.WAITING and scan.trouble == SCANNER_SILENT:
        return SILENT
    return SCAN_SENTENCES[scan.state if scan is not None else ScanState.WAITING]


def is_clear(
    config: Config, sha256: InstrumentedAttribute[str | None] | InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Return the SQL condition for originals that may be opened: `scan_objection` in SQL."""
    has_state = [exists().where(FileScan.sha256 == sha256, FileScan.state == state) for state in ScanState]
    states = dict(zip(ScanState, has_state, strict=True))
    return states[ScanState.CLEAN] if config.CLAMD else not_(states[ScanState.INFECTED])


def waiting(db: Session, reader_version: int) -> int:
    """Return the number of revisions that aren't read yet, or were read by an older reader."""
    return db.scalar(select(func.count()).select_from(Revision).where(unread(reader_version))) or 0


def unread(reader_version: int) -> ColumnElement[bool]:
    """Return the SQL condition for revisions that aren't read by this version of the reader yet."""
    return and_(Revision.reader_version < reader_version, Revision.state != State.INFECTED)


def is_awaited() -> ColumnElement[bool]:
    """Return the SQL condition for revisions that someone waits for: new ones that didn't come with many others."""
    return and_(Revision.reader_version == 0, not_(Revision.in_bulk))


@dataclass(frozen=True)
class Outline:
    """A page in the list of pages: without its text, except for the beginning."""

    number: int
    kind: PageKind
    title: str
    hidden: bool
    seconds: int | None
    start: str

    @property
    def place(self) -> str:
        """Its name on screens: ``Slide 7``; of a moment, its time."""
        return library_rules.place_name(self.kind, self.number, self.seconds)


def outline(db: Session, revision: Revision, number: int = 1, reach: int = 100) -> Sequence[Outline]:
    """Return the pages within ``reach`` of ``number``, in order; a document may have thousands of pages."""
    rows = db.execute(
        select(Page.number, Page.kind, Page.title, Page.hidden, Page.seconds, func.substr(Page.text, 1, START_LENGTH))
        .where(Page.revision_id == revision.id, Page.number.between(number - reach, number + reach))
        .order_by(Page.number)
    )
    return [Outline(*row) for row in rows]


def adjacent_pages(db: Session, revision: Revision, number: int) -> tuple[int | None, int | None]:
    """Return the numbers of the previous and the next page, if any. Items keep their own numbers, so gaps are normal."""
    of_revision = Page.revision_id == revision.id
    before = select(func.max(Page.number)).where(of_revision, Page.number < number).scalar_subquery()
    after = select(func.min(Page.number)).where(of_revision, Page.number > number).scalar_subquery()
    row = db.execute(select(before, after)).one()
    return row[0], row[1]


def nearest_page(db: Session, revision: Revision, number: int) -> int | None:
    """Return ``number`` if there is such a page, otherwise that of the next or the last page; None without pages."""
    same_or_next = select(func.min(Page.number)).where(Page.revision_id == revision.id, Page.number >= number)
    last = select(func.max(Page.number)).where(Page.revision_id == revision.id)
    return db.scalar(same_or_next) or db.scalar(last)


def first_page(db: Session, revision: Revision) -> Page | None:
    """Return the first page of a document, which it opens on; None without pages."""
    return db.scalar(select(Page).where(Page.revision_id == revision.id).order_by(Page.number).limit(1))


def revision_for(db: Session, person: PermissionHolder | None, resource_id: int, number: int | None = None) -> Revision:
    """Return a revision with its resource; raises NotFound (SignInNeeded for a visitor) if ``person`` may not read it.

    ``number`` None: the current revision. It is a single query, since it runs for each thumbnail on a page.
    """
    revision_number = Resource.revision_number if number is None else number
    revision = db.scalar(
        select(Revision)
        .join(Revision.resource)
        .where(Resource.id == resource_id, Revision.number == revision_number)
        .options(contains_eager(Revision.resource))
    )
    if (
        revision is None
        or not _may(person, Permission.READ, revision.resource)
        or not may_read_revision(person, revision.resource, revision)
    ):
        raise SignInNeeded if person is None else NotFound
    return revision


def resource_with_file(db: Session, sha256: str) -> Resource | None:
    """Return a resource whose current revision is this file, regardless of its audience: for the command line."""
    return same_file(db, OPERATOR, sha256)


def may_add_for(db: Session, person: Person) -> list[Organization]:
    """Return the organizations that ``person`` may add a resource for, their own first."""
    if scope_of(person, Permission.ADD) is not Scope.ALL:
        return [person.organization] if may(person, Permission.ADD, person.organization) else []
    active = (
        select(Organization)
        .where(members_queries.has_not_left(clock.today(config_of(db).zone)))
        .order_by(Organization.name)
    )
    return sorted(db.scalars(active), key=lambda organization: organization.id != person.organization_id)


def topics_followed_by(db: Session, person_ids: Collection[int]) -> dict[int, set[str]]:
    """Return the topics that each of these people follows, by person; people who follow none have no entry."""
    followed: dict[int, set[str]] = defaultdict(set)
    rows = select(FollowedTopic.person_id, FollowedTopic.name).where(FollowedTopic.person_id.in_(person_ids))
    for person_id, name in db.execute(rows):
        followed[person_id].add(name)
    return dict(followed)


def tags_in_use(db: Session, person: PermissionHolder | None, count: int) -> Sequence[str]:
    """Return the most used tags (without the Big 6) of resources that ``person`` finds, most used first."""
    return remembered(db, ("tags", reader_key(person), count), lambda: _tags_in_use(db, person, count))


def _tags_in_use(db: Session, person: PermissionHolder | None, count: int) -> Sequence[str]:
    used = (
        select(Topic.name)
        .join(Resource, Resource.id == Topic.resource_id)
        .where(visible_to(person), Topic.name.not_in(BIG_SIX))
        .group_by(Topic.name)
    )
    return db.scalars(used.order_by(func.count().desc(), Topic.name).limit(count)).all()


def added_between(db: Session, since: datetime, until: datetime) -> Sequence[Resource]:
    """Return the resources added from ``since`` to before ``until``, oldest first, with organizations and topics.

    Permissions aren't checked.
    """
    return db.scalars(
        select(Resource)
        .where(Resource.created_at >= since, Resource.created_at < until, Resource.withdrawn_at.is_(None))
        .options(joinedload(Resource.organization), selectinload(Resource.topics))
        .order_by(Resource.created_at, Resource.id)
    ).all()

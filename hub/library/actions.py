"""Actions that change the library: add, edit, replace, withdraw."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from hub.core import clock, dates
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.core.text import clean, one_line
from hub.library import queries as library_queries
from hub.library.extract.formats import FORMATS, format_of
from hub.library.file_names import title_from
from hub.library.files import originals, space
from hub.library.models import FileScan, FollowedTopic, KeptFile, Resource, Revision, Topic
from hub.library.rules import (
    LONGEST_BODY,
    LONGEST_TAG,
    MOST_FOLLOWED,
    Audience,
    Kind,
    ScanState,
    Source,
    is_url,
    problem_with,
    wider_than,
)
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may

# More files than this at once, or unread files of the same person, are read after those of people who wait for one.
MOST_AWAITED = 10


@dataclass(frozen=True)
class Facts:
    """The details of a resource. If the title is empty or the date is None, the hub suggests one."""

    kind: Kind
    title: str = ""
    summary: str = ""
    topics: tuple[str, ...] = ()
    published_on: date | None = None
    audience: Audience = Audience.NETWORK
    call_on: date | None = None


@dataclass(frozen=True)
class File:
    """A stored file and its original name."""

    stored: originals.StoredFile
    name: str


@dataclass(frozen=True)
class Written:
    """Markdown that someone typed."""

    body: str


@dataclass(frozen=True)
class WebLink:
    """A link to something on the web."""

    url: str


Content = File | Written | WebLink


def check_name(file_name: str) -> None:
    """Raise Refused when the hub doesn't accept files of this type."""
    if format_of(file_name) is None:
        names = ", ".join(sorted(extension.upper() for extension in FORMATS))
        message = f"The hub doesn’t accept the file type of “{one_line(file_name)}”. Save it as one of these: {names}."
        raise Refused(message)


def add(
    db: Session,
    person: Person | None,
    organization: Organization,
    facts: Facts,
    content: Content,
    *,
    in_bulk: bool = False,
) -> Resource:
    """Add a resource of ``organization`` with its first revision; ``person`` is None on the command line.

    ``in_bulk``: it is one of many, so that it is read after files that people wait for. Raises Refused with a sentence
    when the details or the content aren't valid.
    """
    if person is not None and not may(person, Permission.ADD, organization):
        raise NotFound
    today = clock.today(config_of(db).zone)
    resource = Resource(
        organization_id=organization.id,
        created_at=clock.now(),
        created_by_id=person.id if person else None,
        kind=facts.kind,
        audience=facts.audience,
        call_on=facts.call_on,
        title=one_line(facts.title) or one_line(_proposed_title(content)),
        title_is_proposed=not one_line(facts.title) and isinstance(content, File),
        summary=clean(facts.summary),
        published_on=facts.published_on or today,
        date_is_proposed=facts.published_on is None,
        topics=[Topic(name=name) for name in dict.fromkeys(map(one_line, facts.topics)) if name],
    )
    if problem := problem_with(resource.title, resource.summary, list(facts.topics), resource.published_on, today):
        raise Refused(problem)
    db.add(resource)
    db.flush()
    _add_revision(db, person, resource, content, "", in_bulk=in_bulk)
    note(db, person, "added the resource", resource, source=type(content).__name__)
    return resource


@dataclass(frozen=True)
class Opening:
    """A way in which another room opens resources to outsiders, such as share links."""

    count: Callable[[Session, Resource], str]  # what of it is open now, in words ("2 share links"); empty if nothing
    close: Callable[[Session, Resource], None]  # closes what the rule `is_open_to_outsiders` alone doesn't


# Filled by the rooms above the library.
OPENINGS: list[Opening] = []


def ways_out(db: Session, resource: Resource) -> list[str]:
    """Return what opens the resource to outsiders now, in words: "3 share links", "1 pack"."""
    return [words for opening in OPENINGS if (words := opening.count(db, resource))]


def change(db: Session, person: Person, resource: Resource, facts: Facts, *, closes: bool = False) -> None:
    """Edit the details of a resource; raises Refused with a sentence when they aren't valid.

    Limiting the audience to the organization closes links and packs for good: ``closes`` says that the person knows.
    """
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    today = clock.today(config_of(db).zone)
    title, summary = one_line(facts.title), clean(facts.summary)
    published_on = facts.published_on or resource.published_on
    if problem := problem_with(title, summary, list(facts.topics), published_on, today):
        raise Refused(problem)
    if facts.audience is Audience.ORGANIZATION is not resource.audience:
        _close_to_outsiders(db, resource, closes=closes)
    new = {
        "title": title,
        "summary": summary,
        "kind": facts.kind,
        "audience": facts.audience,
        "published_on": published_on,
        "call_on": facts.call_on,
    }
    changed = {name: str(getattr(resource, name)) for name, value in new.items() if getattr(resource, name) != value}
    if [topic.name for topic in resource.topics] != list(facts.topics):
        changed["topics"] = ", ".join(topic.name for topic in resource.topics)
        _set_topics(resource, facts.topics)
    if resource.audience is not facts.audience:
        _narrow_earlier(db, resource, facts.audience)
    for name, value in new.items():
        setattr(resource, name, value)
    resource.title_is_proposed = resource.date_is_proposed = False
    if changed:
        _increment_version(resource)
        note(db, person, "edited the resource", resource, before=changed)


def _close_to_outsiders(db: Session, resource: Resource, *, closes: bool) -> None:
    """Close the resource's links and packs; raise Refused if there are any and the person hasn't agreed."""
    ways = ways_out(db, resource)
    if ways and not closes:
        raise Refused(
            f"Limiting this resource to your organization closes {' and '.join(ways)} for good. If you want that, check "
            "“Close them” below and save again."
        )
    for opening in OPENINGS:
        opening.close(db, resource)
    # After that: it may have waited for a worker, and the time says what was written before.
    resource.closed_to_outsiders_at = clock.now()


def _narrow_earlier(db: Session, resource: Resource, audience: Audience) -> None:
    """Update earlier revisions: a narrower audience applies to all of them, a wider one only to the current revision."""
    earlier = (Revision.resource_id == resource.id, Revision.number != resource.revision_number)
    fixed = update(Revision).where(*earlier, Revision.audience.is_(None)).values(audience=resource.audience)
    narrowed = update(Revision).where(*earlier, Revision.audience.in_(wider_than(audience))).values(audience=audience)
    db.execute(fixed)
    db.execute(narrowed)


def replace(db: Session, person: Person, resource: Resource, content: Content, what_changed: str = "") -> Revision:
    """Add a revision to a resource and make it the current one; the earlier ones keep their addresses."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    revision = _add_revision(db, person, resource, content, clean(what_changed)[:500])
    note(db, person, "replaced the content of", resource, revision=revision.number)
    return revision


def withdraw(db: Session, person: Person, resource: Resource, reason: str) -> None:
    """Hide a resource from everyone except the people who may change it; nothing is deleted."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    reason = clean(reason)
    if not reason:
        message = "Enter a reason: colleagues who look for it will ask."
        raise Refused(message)
    if resource.withdrawn_at is None:
        resource.withdrawn_at, resource.withdrawn_reason = clock.now(), reason[:500]
        _increment_version(resource)
        note(db, person, "withdrew the resource", resource, reason=reason[:500])
    elif resource.withdrawn_reason != reason[:500]:
        note(db, person, "changed why it withdrew the resource", resource, before=resource.withdrawn_reason)
        resource.withdrawn_reason = reason[:500]


def restore(db: Session, person: Person, resource: Resource) -> None:
    """Restore a withdrawn resource."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    if resource.withdrawn_at is not None:
        resource.withdrawn_at, resource.withdrawn_reason = None, ""
        _increment_version(resource)
        note(db, person, "restored the resource", resource)


def read_again(db: Session, person: Person, resource: Resource) -> None:
    """Have the worker read the current revision again."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    resource.current.reader_version = resource.current.tries = 0
    resource.current.in_bulk = False
    note(db, person, "reprocessed the file of", resource)


def move_call_resources(db: Session, old_day: date, new_day: date, only: int | None = None) -> None:
    """Move the resources of a call from its old day to its new one; ``only`` limits this to one resource, by id."""
    of_this_call = Resource.call_on == old_day
    db.execute(
        update(Resource)
        .where(of_this_call if only is None else and_(of_this_call, Resource.id == only))
        .values(call_on=new_day, version=Resource.version + 1)
        .execution_options(synchronize_session="fetch")
    )


def keep_file(db: Session, stored: originals.StoredFile, holder: str, file_name: str) -> None:
    """Keep an original that no revision refers to, for ``holder``, the record that needs it ("evidence 12")."""
    _check_known_virus(db, stored.sha256, file_name)
    db.add(KeptFile(sha256=stored.sha256, holder=holder, file_name=one_line(file_name)))


def release_file(db: Session, holder: str) -> None:
    """Release the files kept for ``holder``; the sweep deletes them if nothing else refers to them."""
    db.execute(delete(KeptFile).where(KeptFile.holder == holder))


def discard_page_texts(db: Session) -> None:
    """Discard the page texts of every revision; the worker reads all of them again."""
    fresh = {
        "in_bulk": True,
        "reader_version": 0,
        "tries": 0,
        "read_tools": "",
        "read_failures": 0,
        "read_retry_at": None,
    }
    db.execute(update(Revision).values(lease_token=None, lease_until=None, **fresh))


def _add_revision(
    db: Session,
    person: Person | None,
    resource: Resource,
    content: Content,
    what_changed: str,
    *,
    in_bulk: bool = False,
) -> Revision:
    """Add and return the next revision. The resource's row is locked, so that concurrent revisions differ in number."""
    db.execute(select(Resource.id).where(Resource.id == resource.id).with_for_update())
    db.refresh(resource, ["audience", "revision_number"])  # someone else may have just changed them
    last = db.scalar(select(func.max(Revision.number)).where(Revision.resource_id == resource.id)) or 0
    revision = Revision(
        resource_id=resource.id,
        number=last + 1,
        created_at=clock.now(),
        created_by_id=person.id if person else None,
        note=what_changed,
        in_bulk=in_bulk or _has_many_unread(db, person),
    )
    _fill(db, revision, content)
    if isinstance(content, File):
        stored = content.stored
        if objection := space.quota_objection(db, resource.organization_id, stored.size, stored.sha256):
            raise Refused(objection)
    db.add(revision)
    before = (Revision.resource_id == resource.id, Revision.number == resource.revision_number)
    db.execute(update(Revision).where(*before).values(audience=resource.audience))
    resource.revision_number = revision.number
    _increment_version(resource)
    db.flush()
    return revision


def _has_many_unread(db: Session, person: Person | None) -> bool:
    """Return True if many of the person's files are unread, so that others' files shouldn't wait for more of them."""
    if person is None:
        return False
    awaited = select(Revision.id).where(library_queries.is_awaited(), Revision.created_by_id == person.id)
    return len(db.scalars(awaited.limit(MOST_AWAITED)).all()) >= MOST_AWAITED


def _fill(db: Session, revision: Revision, content: Content) -> None:
    """Fill in the revision's content; raises Refused with a sentence when it isn't valid."""
    if isinstance(content, File):
        check_name(content.name)
        if not originals.path_of(config_of(db), content.stored.sha256).exists():
            message = f"“{content.name}” is no longer stored. Choose the file again."
            raise Refused(message)
        _check_known_virus(db, content.stored.sha256, content.name)
        file_format = format_of(content.name)
        revision.source, revision.file_name = Source.FILE, one_line(content.name)[-255:]
        revision.sha256, revision.size = content.stored.sha256, content.stored.size
        revision.media_type = file_format.media_type if file_format else None
    elif isinstance(content, Written):
        body = clean(content.body)
        if not body:
            raise Refused("Enter the text.")
        if len(body) > LONGEST_BODY:
            limit = dates.number(LONGEST_BODY)
            raise Refused(f"The text is too long. The limit is {limit} characters. Upload it as a file instead.")
        revision.source, revision.body = Source.TEXT, body
    else:
        url = clean(content.url)
        if not is_url(url):
            raise Refused("Enter a link that starts with https:// or http://.")
        revision.source, revision.url = Source.LINK, url


def _check_known_virus(db: Session, sha256: str, file_name: str) -> None:
    """Raise Refused for a file in which the virus scanner found something before; new ones are checked later."""
    scan = db.get(FileScan, sha256)
    if scan is not None and scan.state is ScanState.INFECTED:
        message = (
            f"The virus scanner found {scan.signature} in “{clean(file_name)}”, so the hub doesn’t accept it. Scan your "
            "computer, and choose a clean copy."
        )
        raise Refused(message)


def _proposed_title(content: Content) -> str:
    if isinstance(content, File):
        return title_from(content.name)
    if isinstance(content, WebLink):
        return ""
    first = next((line.strip("#* ") for line in content.body.splitlines() if line.strip("#* ")), "")
    return first[:200]


def _set_topics(resource: Resource, topics: tuple[str, ...]) -> None:
    """Set the topics, reusing rows: a topic that was deleted and added again would break the unique constraint."""
    kept = {topic.name: topic for topic in resource.topics}
    names = dict.fromkeys(map(one_line, topics))
    resource.topics = [kept.get(name) or Topic(name=name) for name in names if name]


def _increment_version(resource: Resource) -> None:
    """Increment the resource's version, so that derived data is updated; the worker may have just done so, too."""
    resource.version = Resource.version + 1


def follow_topics(db: Session, person: Person, topics: Collection[str]) -> None:
    """Replace the topics that ``person`` follows. Raises Refused if there are too many, or one is too long."""
    wanted = {topic for topic in topics if topic}
    if len(wanted) > MOST_FOLLOWED:
        raise Refused(f"That’s too many topics. You can follow up to {MOST_FOLLOWED}. Remove some.")
    if any(len(topic) > LONGEST_TAG for topic in wanted):
        raise Refused(f"A tag is too long. The limit is {LONGEST_TAG} characters. Separate tags with commas.")
    db.execute(delete(FollowedTopic).where(FollowedTopic.person_id == person.id))
    db.add_all(FollowedTopic(person_id=person.id, name=name) for name in sorted(wanted))
    db.flush()

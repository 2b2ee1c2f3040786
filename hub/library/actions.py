"""What changes the library: add, change, replace, withdraw."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.library.extract.formats import FORMATS, format_of
from hub.library.files import originals
from hub.library.models import FollowedTopic, KeptFile, Resource, Revision, Topic
from hub.library.rules import (
    LONGEST_BODY,
    LONGEST_TAG,
    MOST_FOLLOWED,
    Audience,
    Kind,
    Source,
    is_web_address,
    title_from,
    what_is_wrong_with,
    wider_than,
)
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission, may


@dataclass(frozen=True)
class Facts:
    """What people say of a resource. An empty title or no date lets the hub propose one."""

    kind: Kind
    title: str = ""
    summary: str = ""
    topics: tuple[str, ...] = ()
    published_on: date | None = None
    audience: Audience = Audience.NETWORK
    call_on: date | None = None


@dataclass(frozen=True)
class File:
    """A stored file and the name that it came with."""

    stored: originals.StoredFile
    name: str


@dataclass(frozen=True)
class Written:
    """Markdown that someone typed."""

    body: str


@dataclass(frozen=True)
class WebLink:
    """An address on the web."""

    url: str


Content = File | Written | WebLink


def check_name(file_name: str) -> None:
    """Raises Refused when the hub doesn't take files of this kind."""
    if format_of(file_name) is None:
        names = ", ".join(sorted(extension.upper() for extension in FORMATS))
        message = f"“{clean(file_name)}” is of a kind that the hub doesn't take. It takes {names}."
        raise Refused(message)


def add(db: Session, person: Person | None, organization: Organization, facts: Facts, content: Content) -> Resource:
    """Add a resource of ``organization`` with its first revision; ``person`` None is the command line.

    Raises Refused with a sentence when facts or content can't be kept.
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
        title=clean(facts.title) or _proposed_title(content),
        title_is_proposed=not clean(facts.title) and isinstance(content, File),
        summary=clean(facts.summary),
        published_on=facts.published_on or today,
        date_is_proposed=facts.published_on is None,
        topics=[Topic(name=name) for name in facts.topics],
    )
    if wrong := what_is_wrong_with(resource.title, resource.summary, list(facts.topics), resource.published_on, today):
        raise Refused(wrong)
    db.add(resource)
    db.flush()
    _add_revision(db, person, resource, content, "")
    note(db, person, "added the resource", resource, source=type(content).__name__)
    return resource


def change(db: Session, person: Person, resource: Resource, facts: Facts) -> None:
    """Change what is said of a resource; raises Refused with a sentence when it can't be kept."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    today = clock.today(config_of(db).zone)
    title, summary = clean(facts.title), clean(facts.summary)
    published_on = facts.published_on or resource.published_on
    if wrong := what_is_wrong_with(title, summary, list(facts.topics), published_on, today):
        raise Refused(wrong)
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
        _touch(resource)
        note(db, person, "changed the resource", resource, before=changed)


def _narrow_earlier(db: Session, resource: Resource, audience: Audience) -> None:
    """What is closed to some readers is closed in all its revisions; what is opened, in the current one alone."""
    earlier = (Revision.resource_id == resource.id, Revision.number != resource.revision_number)
    fixed = update(Revision).where(*earlier, Revision.audience.is_(None)).values(audience=resource.audience)
    narrowed = update(Revision).where(*earlier, Revision.audience.in_(wider_than(audience))).values(audience=audience)
    db.execute(fixed)
    db.execute(narrowed)


def replace(db: Session, person: Person, resource: Resource, content: Content, what_changed: str = "") -> Revision:
    """Give a resource a new current revision; the old ones stay, with their addresses."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    revision = _add_revision(db, person, resource, content, clean(what_changed)[:500])
    note(db, person, "replaced the content of", resource, revision=revision.number)
    return revision


def withdraw(db: Session, person: Person, resource: Resource, reason: str) -> None:
    """Hide a resource from everyone but those who may change it; nothing is destroyed."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    reason = clean(reason)
    if not reason:
        message = "Say in a few words why it is withdrawn: colleagues who look for it will ask."
        raise Refused(message)
    if resource.withdrawn_at is None:
        resource.withdrawn_at, resource.withdrawn_reason = clock.now(), reason[:500]
        _touch(resource)
        note(db, person, "withdrew the resource", resource, reason=reason[:500])


def restore(db: Session, person: Person, resource: Resource) -> None:
    """Show a withdrawn resource again."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    if resource.withdrawn_at is not None:
        resource.withdrawn_at, resource.withdrawn_reason = None, ""
        _touch(resource)
        note(db, person, "restored the resource", resource)


def read_again(db: Session, person: Person, resource: Resource) -> None:
    """Let the worker read the current revision once more."""
    if not may(person, Permission.CHANGE, resource):
        raise NotFound
    resource.current.reader_version = resource.current.tries = 0
    note(db, person, "asked to read again", resource)


def follow_call(db: Session, old_day: date, new_day: date, only: int | None = None) -> None:
    """Let the resources of a call's old day follow it to its new one; ``only`` one of them, by its number."""
    theirs = Resource.call_on == old_day
    db.execute(
        update(Resource)
        .where(theirs if only is None else and_(theirs, Resource.id == only))
        .values(call_on=new_day, version=Resource.version + 1)
        .execution_options(synchronize_session="fetch")
    )


def keep_file(db: Session, stored: originals.StoredFile, holder: str, file_name: str) -> None:
    """Keep an original that no revision names, for ``holder`` (words that name what needs it: "evidence 12")."""
    db.add(KeptFile(sha256=stored.sha256, holder=holder, file_name=clean(file_name)))


def let_file_go(db: Session, holder: str) -> None:
    """What ``holder`` kept isn't needed any more; the sweep takes it when nothing else names it."""
    db.execute(delete(KeptFile).where(KeptFile.holder == holder))


def forget_pages(db: Session) -> None:
    """Throw away what was read out of every revision; the worker reads them all again."""
    db.execute(update(Revision).values(reader_version=0, tries=0, lease_token=None, lease_until=None))


def _add_revision(
    db: Session, person: Person | None, resource: Resource, content: Content, what_changed: str
) -> Revision:
    """Return the next revision. The resource's row is locked, so that two at once get two numbers."""
    db.execute(select(Resource.id).where(Resource.id == resource.id).with_for_update())
    last = db.scalar(select(func.max(Revision.number)).where(Revision.resource_id == resource.id)) or 0
    revision = Revision(
        resource_id=resource.id,
        number=last + 1,
        created_at=clock.now(),
        created_by_id=person.id if person else None,
        note=what_changed,
    )
    _fill(db, revision, content)
    db.add(revision)
    before = (Revision.resource_id == resource.id, Revision.number == resource.revision_number)
    db.execute(update(Revision).where(*before).values(audience=resource.audience))
    resource.revision_number = revision.number
    _touch(resource)
    db.flush()
    return revision


def _fill(db: Session, revision: Revision, content: Content) -> None:
    """What the revision is made of; raises Refused with a sentence when it can't be."""
    if isinstance(content, File):
        check_name(content.name)
        if not originals.path_of(config_of(db), content.stored.sha256).exists():
            message = f"“{content.name}” is no longer stored: choose the file again."
            raise Refused(message)
        known = format_of(content.name)
        revision.source, revision.file_name = Source.FILE, clean(content.name)[-255:]
        revision.sha256, revision.size = content.stored.sha256, content.stored.size
        revision.media_type = known.media_type if known else None
    elif isinstance(content, Written):
        body = clean(content.body)
        if not body:
            message = "Write the text first: there is nothing in it yet."
            raise Refused(message)
        if len(body) > LONGEST_BODY:
            message = f"The text may have up to {LONGEST_BODY:,} characters; upload it as a file instead."
            raise Refused(message)
        revision.source, revision.body = Source.TEXT, body
    else:
        url = clean(content.url)
        if not is_web_address(url):
            message = "Give an address that begins with https:// or http://."
            raise Refused(message)
        revision.source, revision.url = Source.LINK, url


def _proposed_title(content: Content) -> str:
    if isinstance(content, File):
        return title_from(content.name)
    if isinstance(content, WebLink):
        return ""
    first = next((line.strip("#* ") for line in content.body.splitlines() if line.strip("#* ")), "")
    return first[:200]


def _set_topics(resource: Resource, topics: tuple[str, ...]) -> None:
    """Keep the rows that stay, so that the same topic is never there twice on the way."""
    kept = {topic.name: topic for topic in resource.topics}
    resource.topics = [kept.get(name) or Topic(name=name) for name in topics]


def _touch(resource: Resource) -> None:
    """Something that can be found or seen has changed: derived things will notice."""
    resource.version += 1


def follow(db: Session, person: Person, topics: Collection[str]) -> None:
    """``person`` hears what is new on these topics, and on no others. Raises Refused when they are too many."""
    wanted = {topic for topic in topics if topic}
    if len(wanted) > MOST_FOLLOWED:
        raise Refused(f"Up to {MOST_FOLLOWED} topics can be followed. Take some out.")
    if any(len(topic) > LONGEST_TAG for topic in wanted):
        raise Refused(f"A tag may have up to {LONGEST_TAG} characters; separate tags with commas.")
    db.execute(delete(FollowedTopic).where(FollowedTopic.person_id == person.id))
    db.add_all(FollowedTopic(person_id=person.id, name=name) for name in sorted(wanted))
    db.flush()

"""Tell people by email what of their files couldn't be read, when reading took longer than they stayed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from config import Config
from hub.core import clock
from hub.core.db import config_of
from hub.library import letters as library_letters
from hub.library.derive import recognizing
from hub.library.extract.version import READER_VERSION
from hub.library.models import Page, Resource, Revision
from hub.library.rules import PageKind, PreviewState, State
from hub.mail import actions as mail_actions
from hub.mail.letters import Link
from hub.mail.rules import LetterKind
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may

# A person's other files are waited for as long as this, so that one email says it of all of them.
TOGETHER_FOR = timedelta(minutes=30)
# Text recognition of very long scans isn't waited for longer than this.
RECOGNIZED_WITHIN = timedelta(days=1)
MOST_FILES = 40
LONGEST_NOTE = 400


def has_files_to_tell(db: Session) -> bool:
    """Return True if someone is to be told of a file, and none of their other files are being read."""
    return db.scalar(select(Revision.id).where(_is_due(config_of(db))).limit(1)) is not None


def tell_uploaders(db: Session) -> int:
    """Post one email to each person whose files weren't read in full; returns how many were posted.

    People who may no longer change a file, because they moved to another organization, aren't told of it.
    """
    rows = db.scalars(
        select(Revision)
        .where(_is_due(config_of(db)))
        .options(joinedload(Revision.resource), joinedload(Revision.created_by))
        .order_by(Revision.id)
        .with_for_update(of=Revision)
    ).all()
    of_people: dict[Person, list[Revision]] = defaultdict(list)
    for revision in rows:
        revision.to_tell = False
        person, resource = revision.created_by, revision.resource
        is_unread = revision.number == resource.revision_number and revision.state is not State.OK
        if is_unread and resource.withdrawn_at is None and person is not None and _may_be_told(person, resource):
            of_people[person].append(revision)
    for person, revisions in of_people.items():
        _post(db, person, revisions)
    return len(of_people)


def _may_be_told(person: Person, resource: Resource) -> bool:
    return person.left_at is None and may(person, Permission.CHANGE, resource)


def _post(db: Session, person: Person, revisions: Sequence[Revision]) -> None:
    base = config_of(db).BASE_URL.rstrip("/")
    files = tuple(
        Link(
            revision.resource.title,
            f"{base}/resources/{revision.resource_id}",
            " ".join((revision.unread or revision.state_detail).split())[:LONGEST_NOTE],
        )
        for revision in revisions[:MOST_FILES]
    )
    words = " ".join(f"{revision.id} {revision.unread}" for revision in revisions)
    mail_actions.post(
        db,
        library_letters.unread(person.name, files, f"{base}/attention"),
        to=person.email,
        name=person.name,
        once=f"unread {sha256(words.encode()).hexdigest()[:32]} person {person.id}",
        kind=LetterKind.UNREAD,
        about=f"resource {revisions[0].resource_id}",
        person_id=person.id,
    )


def _is_due(config: Config) -> ColumnElement[bool]:
    """Return the SQL condition for revisions to tell of whose person has no other recent file that is being read.

    Pictures whose text is yet to be recognized are waited for, where this machine can recognize it.
    """
    other = aliased(Revision)
    waiting = (
        select(other.id)
        .where(
            other.created_by_id == Revision.created_by_id,
            other.created_at > clock.now() - TOGETHER_FOR,
            and_(other.reader_version < READER_VERSION, other.state != State.INFECTED),
        )
        .correlate(Revision)
        .exists()
    )
    if not recognizing.can_recognize(config):
        return and_(Revision.to_tell, ~waiting)
    unrecognized = (
        select(Page.id)
        .join(other, Page.revision_id == other.id)
        .where(
            other.created_by_id == Revision.created_by_id,
            other.to_tell,
            other.created_at > clock.now() - RECOGNIZED_WITHIN,
            Page.is_picture,
            Page.confidence.is_(None),
            or_(Page.kind == PageKind.PAGE, other.preview_state.in_((PreviewState.WAITING, PreviewState.PICTURES))),
        )
        .correlate(Revision)
        .exists()
    )
    return and_(Revision.to_tell, ~waiting, ~unrecognized)

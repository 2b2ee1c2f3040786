"""Transcripts of a call: resources of the same call whose pages are moments, and who speaks in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, selectinload

from hub.calls.models import Call
from hub.calls.rules.agenda import Moment
from hub.core.errors import NotFound
from hub.library.models import Page, Resource, Revision
from hub.library.queries import visible_to
from hub.library.rules import PageKind
from hub.members.rules.permissions import PermissionHolder

MOST_MOMENTS = 5_000
# In a chat without times of the recording, the time of day is in front of the name.
_CLOCK = re.compile(r"\d{1,2}:\d{2}:\d{2}, ")
# Voices that the tool told apart, but doesn't know.
_UNKNOWN = re.compile(r"(?:unknown|(?:speaker|participant)[ _]?\w{1,3})", re.IGNORECASE)


@dataclass(frozen=True)
class Transcript:
    """A transcript of a call, and the names of its speakers, sorted."""

    resource: Resource
    speakers: Sequence[str]


def transcripts_of(db: Session, person: PermissionHolder, call: Call) -> list[Transcript]:
    """Return the transcripts of a call that ``person`` may read and that name speakers, in order of being added."""
    rows = db.execute(
        select(Resource.id, Page.title)
        .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .join(Page, and_(Page.revision_id == Revision.id, Page.kind == PageKind.MOMENT))
        .where(Resource.call_on == call.day, visible_to(person), Page.title != "")
        .distinct()
    )
    names: dict[int, set[str]] = {}
    for number, title in rows:
        name = _CLOCK.sub("", title, count=1)
        if not _UNKNOWN.fullmatch(name):
            names.setdefault(number, set()).add(name)
    resources = select(Resource).where(Resource.id.in_(names)).options(selectinload(Resource.current))
    return [
        Transcript(resource, sorted(names[resource.id])) for resource in db.scalars(resources.order_by(Resource.id))
    ]


def moments_of(db: Session, resources: Sequence[Resource]) -> list[Moment]:
    """Return the moments of these resources, in order of time; the caller has checked who may read them."""
    pages = db.execute(
        select(Resource.id, Page.number, Page.seconds, Page.title, Page.text)
        .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .join(Page, and_(Page.revision_id == Revision.id, Page.kind == PageKind.MOMENT))
        .where(Resource.id.in_([resource.id for resource in resources]))
        .order_by(Page.seconds.is_(None), Page.seconds, Resource.id, Page.number)
        .limit(MOST_MOMENTS)
    )
    return [Moment(*page) for page in pages]


def transcript_of(db: Session, person: PermissionHolder, call: Call, resource_id: int) -> Transcript:
    """Return a transcript of a call; raises NotFound if this resource isn't one that ``person`` may read."""
    for transcript in transcripts_of(db, person, call):
        if transcript.resource.id == resource_id:
            return transcript
    raise NotFound

"""The recording that belongs to a transcript: the call's own link, or a resource of the same call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hub.calls.models import Call
from hub.calls.rules.recordings import at_second, is_recording, opens_at_seconds, recording_in
from hub.core.dates import in_recording
from hub.library.extract.formats import recording_format
from hub.library.models import Resource, Revision
from hub.library.queries import scan_objection, visible_to
from hub.library.rules import Source
from hub.members.rules.permissions import Permission, PermissionHolder, may


@dataclass(frozen=True)
class RecordingFile:
    """A recording that is a resource of its own and plays in the page."""

    resource_id: int
    revision: int
    is_video: bool


@dataclass(frozen=True)
class Recording:
    """A recording on the web ("" if there is none), and one that plays in the page."""

    link: str
    file: RecordingFile | None = None

    def label(self, seconds: int) -> str:
        """Return the words of the link to a second; some services open a recording only at its beginning."""
        where = in_recording(seconds)
        return f"Open recording at {where}" if opens_at_seconds(self.link) else f"Open recording and go to {where}"

    def at(self, seconds: int) -> str:
        """Return the link that opens it at a second, as far as its service allows."""
        return at_second(self.link, seconds)


def recordings_of(db: Session, person: PermissionHolder | None, ids: Sequence[int]) -> Mapping[int, Recording]:
    """Return the recording of each of these resources that has one, by resource; ``person`` may read the resources.

    Its link is the one in the resource's summary, that of its call, or one among the resources of the same call that
    ``person`` may read, in this order. Its file is a resource of the same call.
    """
    rows = db.execute(select(Resource.id, Resource.summary, Resource.call_on).where(Resource.id.in_(ids))).all()
    days = {row.call_on for row in rows if row.call_on}
    links, files = _of_days(db, person, days) if days else ({}, {})
    recordings = {
        row.id: Recording(recording_in(row.summary) or links.get(row.call_on, ""), files.get(row.call_on))
        for row in rows
    }
    return {number: recording for number, recording in recordings.items() if recording.link or recording.file}


def _of_days(
    db: Session, person: PermissionHolder | None, days: set[date]
) -> tuple[dict[date | None, str], dict[date | None, RecordingFile]]:
    """Return the link to the recording of the call on each day, and the recording that plays in the page."""
    links: dict[date | None, str] = {}
    files: dict[date | None, RecordingFile] = {}
    shared = db.execute(
        select(Resource.call_on, Revision)
        .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .where(Resource.call_on.in_(days), visible_to(person), Revision.source != Source.TEXT)
        .order_by(Resource.id)
    )
    for day, revision in shared:
        file_format = recording_format(revision.file_name)
        if revision.url and is_recording(revision.url):
            links[day] = revision.url
        elif file_format is not None and not scan_objection(db, revision.sha256):
            files[day] = RecordingFile(revision.resource_id, revision.number, file_format.is_video)
    return links | _of_calls(db, person, days), files


def _of_calls(db: Session, person: PermissionHolder | None, days: set[date]) -> dict[date | None, str]:
    """Return the links to recordings that the calls themselves have, by day."""
    if person is None or not may(person, Permission.SEE_CALLS):
        return {}
    is_of_days = or_(Call.day.in_(days), Call.series_day.in_(days))
    calls = db.scalars(select(Call).where(Call.recording_link != "", is_of_days).order_by(Call.day)).all()
    links: dict[date | None, str] = {call.series_day: call.recording_link for call in calls}
    return links | {call.day: call.recording_link for call in calls}

"""The recording that belongs to a transcript: the call's own link, or a resource of the same call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hub.calls.models import Call
from hub.calls.rules.recordings import at_second, is_recording, opens_at_seconds, recording_in
from hub.core.dates import in_recording
from hub.library.models import Resource, Revision
from hub.library.queries import visible_to
from hub.library.rules import Source
from hub.members.rules.permissions import Permission, PermissionHolder, may


@dataclass(frozen=True)
class Recording:
    """A recording on the web."""

    link: str

    def label(self, seconds: int) -> str:
        """Return the words of the link to a second; some services open a recording only at its beginning."""
        where = in_recording(seconds)
        return f"Open recording at {where}" if opens_at_seconds(self.link) else f"Open recording and go to {where}"

    def at(self, seconds: int) -> str:
        """Return the link that opens it at a second, as far as its service allows."""
        return at_second(self.link, seconds)


def recordings_of(db: Session, person: PermissionHolder | None, ids: Sequence[int]) -> Mapping[int, Recording]:
    """Return the recording of each of these resources that has one, by resource; ``person`` may read the resources.

    It is the link in the resource's summary, that of its call, or a link among the resources of the same call that
    ``person`` may read, in this order.
    """
    rows = db.execute(select(Resource.id, Resource.summary, Resource.call_on).where(Resource.id.in_(ids))).all()
    by_day = _links_by_day(db, person, {row.call_on for row in rows if row.call_on})
    links = {row.id: recording_in(row.summary) or by_day.get(row.call_on, "") for row in rows}
    return {number: Recording(link) for number, link in links.items() if link}


def _links_by_day(db: Session, person: PermissionHolder | None, days: set[date]) -> dict[date, str]:
    """Return the link to the recording of the call on each day."""
    if not days:
        return {}
    shared = db.execute(
        select(Resource.call_on, Revision.url)
        .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
        .where(Resource.call_on.in_(days), visible_to(person), Revision.source == Source.LINK)
        .order_by(Resource.id)
    )
    links = {row.call_on: row.url for row in shared if row.url and is_recording(row.url)}
    if person is not None and may(person, Permission.SEE_CALLS):
        calls = select(Call).where(Call.recording_link != "", or_(Call.day.in_(days), Call.series_day.in_(days)))
        for call in db.scalars(calls.order_by(Call.day)):
            links |= {day: call.recording_link for day in (call.series_day, call.day) if day in days}
    return links

"""Transcripts for tests."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.library.models import Page, Resource
from hub.library.rules import PageKind, Source
from hub.members.models import Organization
from tests.world import a_resource


def a_transcript(
    db: Session, organization: Organization, moments: Sequence[tuple[int | None, str, str]], **others: Any
) -> Resource:
    """Add a transcript that has been read already; ``moments`` are seconds, speaker and words."""
    resource = a_resource(db, organization, pages=[words for _, _, words in moments], **others)
    db.refresh(resource, ["current"])
    revision = resource.current
    revision.source, revision.body, revision.file_name = Source.FILE, None, "call.vtt"
    revision.sha256, revision.size = "0" * 64, 10
    db.execute(delete(Page).where(Page.revision_id == revision.id))
    db.add_all(
        Page(
            revision_id=revision.id,
            number=number,
            kind=PageKind.MOMENT,
            title=speaker,
            text=words,
            seconds=seconds,
        )
        for number, (seconds, speaker, words) in enumerate(moments, 1)
    )
    db.flush()
    return resource

"""What is read out of evidence, so that the board sees the page beside the criterion. Derived: may be made again."""

import logging
from pathlib import Path

from sqlalchemy import delete, select, update

from config import Config
from hub.core.db import Database
from hub.joining.models import Evidence, EvidencePage
from hub.library.derive.previews import shelf, showing
from hub.library.extract.reader import READER_VERSION, Reader
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.rules import PreviewState

log = logging.getLogger("hub.joining")

LONGEST_PAGE = 20_000  # characters of a page that the dossier keeps; the whole is in the file


def catch_up(database: Database, reader: Reader) -> int:
    """Read every file of evidence that waits; answers how many. Read twice by two workers, it says the same."""
    done = 0
    while (waiting := _next(database)) is not None:
        found = reader.read(originals.path_of(database.config, waiting.sha256), waiting.file_name)
        with database.writing() as db:
            db.execute(delete(EvidencePage).where(EvidencePage.evidence_id == waiting.id))
            db.execute(
                update(Evidence)
                .where(Evidence.id == waiting.id)
                .values(
                    state=found.state,
                    state_detail=found.detail,
                    page_count=len(found.pages),
                    reader_version=READER_VERSION,
                )
            )
            db.add_all(
                EvidencePage(
                    evidence_id=waiting.id, number=page.number, title=page.title, text=page.text[:LONGEST_PAGE]
                )
                for page in found.pages
            )
        log.info("read", extra={"step": "evidence", "done": f"evidence {waiting.id}: {found.state}"})
        done += 1
    return done


def _next(database: Database) -> Evidence | None:
    """Return the oldest file that waits and is there; one that is missing is `hub verify`'s to tell."""
    with database.reading() as db:
        waiting = db.scalars(
            select(Evidence).where(Evidence.reader_version < READER_VERSION).order_by(Evidence.id).limit(20)
        ).all()
    return next((one for one in waiting if originals.path_of(database.config, one.sha256).is_file()), None)


def picture(config: Config, evidence: Evidence, number: int) -> Path | None:
    """Return the picture of a page of evidence, drawn now if it never was; None when there is none. Raises previews.Busy."""
    # The library draws what a revision names; this one is never stored.
    as_revision = Revision(
        sha256=evidence.sha256,
        file_name=evidence.file_name,
        page_count=evidence.page_count,
        state=evidence.state,
        preview_state=PreviewState.WAITING,
    )
    return showing.picture(config, as_revision, number, shelf.LARGE)

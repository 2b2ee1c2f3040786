"""Page texts and pictures of evidence, which the board sees next to the criterion. Derived data."""

import logging
from pathlib import Path

from sqlalchemy import delete, select, update

from config import Config
from hub.core.db import Database
from hub.joining.models import Evidence, EvidencePage
from hub.library import queries as library_queries
from hub.library.derive.previews import shelf, showing
from hub.library.extract import walls
from hub.library.extract.reader import Reader
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals
from hub.library.models import FileScan, Revision
from hub.library.rules import PreviewState, ScanState, State

log = logging.getLogger("hub.joining")

LONGEST_PAGE = 20_000  # characters stored per page; the file has the whole text


def catch_up(database: Database, reader: Reader) -> int:
    """Read the waiting files of evidence and return their number. Idempotent if two workers read the same file."""
    done = _close_infected(database)
    if not walls.may_open(database.config, with_office=True):
        return 0
    while (waiting := _next(database)) is not None:
        document = reader.read(originals.path_of(database.config, waiting.sha256), waiting.file_name)
        with database.writing() as db:
            db.execute(delete(EvidencePage).where(EvidencePage.evidence_id == waiting.id))
            db.execute(
                update(Evidence)
                .where(Evidence.id == waiting.id)
                .values(
                    state=document.state,
                    state_detail=document.detail,
                    page_count=len(document.pages),
                    reader_version=READER_VERSION,
                )
            )
            db.add_all(
                EvidencePage(
                    evidence_id=waiting.id, number=page.number, title=page.title, text=page.text[:LONGEST_PAGE]
                )
                for page in document.pages
            )
        log.info("Evidence read.", extra={"step": "evidence", "done": f"evidence {waiting.id}: {document.state}"})
        done += 1
    return done


def _close_infected(database: Database) -> int:
    """Remove what was read from files in which the scanner found something since; returns how many."""
    to_close = (
        select(Evidence.id, FileScan.signature)
        .join(FileScan, FileScan.sha256 == Evidence.sha256)
        .where(FileScan.state == ScanState.INFECTED, Evidence.state != State.INFECTED)
    )
    with database.reading() as db:
        if not db.execute(to_close.limit(1)).all():
            return 0
    with database.writing() as db:
        infected = db.execute(to_close).all()
        for evidence_id, signature in infected:
            db.execute(delete(EvidencePage).where(EvidencePage.evidence_id == evidence_id))
            closed = {"state": State.INFECTED, "state_detail": library_queries.infected_sentence(signature)}
            db.execute(
                update(Evidence)
                .where(Evidence.id == evidence_id)
                .values(page_count=0, reader_version=READER_VERSION, **closed)
            )
        return len(infected)


def _next(database: Database) -> Evidence | None:
    """Return the oldest waiting file that exists; `hub verify` reports missing ones."""
    with database.reading() as db:
        waiting = db.scalars(
            select(Evidence)
            .where(Evidence.reader_version < READER_VERSION, library_queries.is_clear(database.config, Evidence.sha256))
            .order_by(Evidence.id)
            .limit(20)
        ).all()
    return next((file for file in waiting if originals.path_of(database.config, file.sha256).is_file()), None)


def picture(config: Config, evidence: Evidence, number: int) -> Path | None:
    """Return the path of a page's picture, drawn if needed; None if it can't be drawn. Raises previews.Busy."""
    # The library draws pages of a revision; this one is never stored.
    as_revision = Revision(
        sha256=evidence.sha256,
        file_name=evidence.file_name,
        page_count=evidence.page_count,
        state=evidence.state,
        preview_state=PreviewState.WAITING,
    )
    return showing.picture(config, as_revision, number, shelf.LARGE)

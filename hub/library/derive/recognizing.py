"""Text recognition of pages that are pictures: a worker step, one page at a time, safe with several workers.

Files that need no recognition are read first. A page is done when its confidence is set, so a worker that dies loses
one page of work.
"""

import json
import logging
import secrets
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from config import Config
from hub.core import clock, heartbeats
from hub.core.db import Database
from hub.library import queries as library_queries
from hub.library.derive import page_texts, picture_states, turns
from hub.library.derive.previews import shelf, showing
from hub.library.derive.turns import Group, Turns
from hub.library.extract import walls
from hub.library.extract.formats import PICTURE_FILES, format_of
from hub.library.extract.limits import Limits
from hub.library.extract.pieces import Pieces
from hub.library.extract.reader import Reader
from hub.library.extract.recognition import BLANK, NOTHING, Recognition, from_json
from hub.library.extract.tesseract import missing_package
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import PICTURES_AT_ONCE, PageKind, PreviewState, Source, State

log = logging.getLogger("hub.library")

# Longer than the time limits of both jobs together, so that a running worker never loses its lease.
LEASE = timedelta(seconds=420)
MOST_TRIES = 3

MEGABYTE = 1024 * 1024
# What counts is processor time: on a busy machine, recognition is slow, because all other work comes first.
PREPARING = Limits(wall_seconds=120, processor_seconds=30, answer_bytes=64 * MEGABYTE)
RECOGNIZING = Limits(wall_seconds=240, processor_seconds=60, answer_bytes=8 * MEGABYTE)

PNG = b"\x89PNG\r\n\x1a\n"
# How a job ends for a reason that may pass, such as too little memory.
MAY_PASS = {None, State.TOO_LARGE}


@dataclass(frozen=True)
class Claim:
    """A page to recognize, leased with its revision; `tries` counts this one."""

    revision: Revision
    number: int
    tries: int


@dataclass(frozen=True)
class Result:
    """What became of a page: what was read, whether the picture is blank, can't be read, or is to be drawn first."""

    recognition: Recognition = NOTHING
    is_blank: bool = False
    is_failed: bool = False
    is_undrawn: bool = False


Progress = Callable[[int, int], None]


def catch_up(
    database: Database,
    reader: Reader,
    limit: int = 0,
    progress: Progress | None = None,
    order: Turns | None = None,
) -> int:
    """Recognize the text of up to ``limit`` pages (0: all); returns how many were done.

    ``progress`` is called with that number and the total. Does nothing without Tesseract, and stops while files wait to be
    read; those that no one waits for stop only others of that kind.
    """
    config = database.config
    done, order = 0, order or Turns()
    while not limit or done < limit:
        groups = () if is_idle(database) else page_texts.after_reading(database, order.next())
        claim = _claim(database, groups)
        if claim is None:
            break
        _finish(database, claim, _recognized(config, reader, claim))
        done += 1
        if progress:
            progress(done, done + _count_waiting(database))
    return done


def is_idle(database: Database) -> bool:
    """Return True if there is nothing to do now: no page waits, or the machine can't do it."""
    with database.reading() as db:
        if db.scalar(select(Page.id).join(Page.revision).where(_waits(database.config)).limit(1)) is None:
            return True
    return not can_recognize(database.config)


def _count_waiting(database: Database) -> int:
    with database.reading() as db:
        waits = select(func.count()).select_from(Page).join(Page.revision).where(_waits(database.config))
        return db.scalar(waits) or 0


def can_recognize(config: Config) -> bool:
    """Return True if this machine can recognize text: Tesseract is installed, and the walls around parsers stand."""
    return not missing_package(config.OCR_LANGUAGES) and walls.may_open(config)


def waiting_pages(db: Session, revision: Revision) -> int:
    """Return the number of pages of a revision whose text is yet to be recognized."""
    kinds = {PageKind.PAGE}
    if revision.preview_state in {PreviewState.WAITING, PreviewState.PICTURES}:
        kinds.add(PageKind.SLIDE)
    return library_queries.count_pictures(db, revision, kinds)


def _waits(config: Config) -> ColumnElement[bool]:
    """Return the SQL condition for pages to recognize, joined with their revisions.

    Slides are read from the pictures that LibreOffice made. All other work on a revision comes first.
    """
    return and_(
        Page.is_picture,
        Page.confidence.is_(None),
        or_(
            and_(Page.kind == PageKind.PAGE, Revision.preview_state != PreviewState.WAITING),
            and_(
                Page.kind == PageKind.SLIDE,
                Revision.preview_state == PreviewState.PICTURES,
                Revision.preview_version > 0,
            ),
        ),
        Revision.source == Source.FILE,
        Revision.reader_version >= READER_VERSION,
        Revision.state.in_((State.OK, State.PARTIAL)),
        or_(Revision.lease_until.is_(None), Revision.lease_until < clock.now()),
        library_queries.is_clear(config, Revision.sha256),
    )


def _claim(database: Database, order: Sequence[Group] = tuple(Group)) -> Claim | None:
    """Lease and return the next page; None if there is none.

    In each group of ``order``, first pages go first, so that a long scan holds up no short one; then the newest upload.
    """
    if not order:
        return None
    waits = (
        select(Page)
        .join(Page.revision)
        .where(_waits(database.config))
        .order_by(Page.number, Page.revision_id.desc())
        .options(joinedload(Page.revision))
        .limit(1)
        .with_for_update(of=Revision, skip_locked=True)
    )
    with database.writing() as db:
        firsts = (db.scalar(waits.where(turns.is_read(group))) for group in order)
        page = next((each for each in firsts if each is not None), None)
        if page is None:
            return None
        revision = page.revision
        revision.lease_token = f"{heartbeats.worker_name()[:80]} {secrets.token_hex(8)}"
        revision.lease_until = clock.now() + LEASE
        revision.tries += 1
        return Claim(revision, page.number, revision.tries)


def _recognized(config: Config, reader: Reader, claim: Claim) -> Result | None:
    """Return what is read from a page; None if it is to be tried again. A bad picture doesn't raise."""
    if claim.tries > MOST_TRIES:
        return Result(is_failed=True)
    source = _source(config, claim.revision)
    if source is None:
        return Result(is_failed=True)
    path, extension = source
    try:
        prepared = reader.make("prepare", path, extension, PREPARING, number=claim.number)
    except FileNotFoundError:
        return _without_file(config, claim)
    _asked(config, claim).unlink(missing_ok=True)
    content = prepared.each.get(1, b"")
    if content == BLANK:
        return Result(is_blank=True)
    if not content.startswith(PNG):
        return _failed(claim, prepared)
    with tempfile.NamedTemporaryFile(prefix="hub-recognizing-", suffix=".png") as file:
        file.write(content)
        file.flush()
        languages = config.OCR_LANGUAGES
        pieces = reader.make("recognize", Path(file.name), "png", RECOGNIZING, languages=languages)
    recognition = from_json(pieces.each.get(1, b""), RECOGNIZING)
    return _failed(claim, pieces) if recognition is None else Result(recognition)


def _source(config: Config, revision: Revision) -> tuple[Path, str] | None:
    """Return the file that the pages' pictures come from, with its extension; None if there is none."""
    file_format = format_of(revision.file_name or "")
    if file_format is not None and file_format.extension in PICTURE_FILES | {"pdf"}:
        return originals.path_of(config, revision.sha256 or ""), file_format.extension
    drawn = showing.drawn_from(config, revision)
    if drawn is None:
        return None
    shelf.note_use(drawn)
    return drawn, "pdf"


def _without_file(config: Config, claim: Claim) -> Result:
    """Return the result of a page whose file is missing: a deck's PDF, deleted to make room, is exported again.

    That is asked for only once in a row, since the PDF may be larger than the room for all previews.
    """
    asked = _asked(config, claim)
    if showing.drawn_from(config, claim.revision) != asked.with_name(shelf.DOCUMENT) or asked.exists():
        return Result(is_failed=True)
    shelf.write(asked, b"-")
    return Result(is_undrawn=True)


def _asked(config: Config, claim: Claim) -> Path:
    """Return the path of the mark that a deck's PDF was asked for, and wasn't there since."""
    return shelf.folder_of(config, claim.revision.sha256 or "") / "asked.none"


def _failed(claim: Claim, pieces: Pieces) -> Result | None:
    """Return the result of a page that can't be read, or None to try it again, if the reason may pass."""
    log.info("The text of page %s wasn't recognized: %s", claim.number, pieces.detail or pieces.state)
    return None if pieces.state in MAY_PASS and claim.tries < MOST_TRIES else Result(is_failed=True)


def _finish(database: Database, claim: Claim, result: Result | None) -> None:
    """Write the page and the state of its revision in one transaction, unless another worker has the lease by now."""
    with database.writing() as db:
        # First the resource, as all who change it.
        of_revision = Resource.id == claim.revision.resource_id
        db.execute(select(Resource.id).where(of_revision).with_for_update(key_share=True))
        revision = db.scalar(
            select(Revision)
            .where(Revision.id == claim.revision.id, Revision.lease_token == claim.revision.lease_token)
            .options(joinedload(Revision.resource))
            .with_for_update(of=Revision)
        )
        if revision is None:
            return
        revision.lease_token = revision.lease_until = None
        if result is None:
            return
        revision.tries = 0
        if result.is_undrawn:
            revision.preview_version = 0
            return
        before = picture_states.picture_pages(db, revision)
        db.execute(
            update(Page)
            .where(Page.revision_id == revision.id, Page.number == claim.number)
            .values(**_values(result))
            .execution_options(synchronize_session=False)
        )
        after = picture_states.picture_pages(db, revision)
        picture_states.restate(db, revision, before, after)
        # A long scan can be searched before all of it is read.
        is_done = not any(page.is_waiting for page in after) or claim.number % PICTURES_AT_ONCE == 0
        if is_done and revision.number == revision.resource.revision_number:
            revision.resource.version = Resource.version + 1


def _values(result: Result) -> dict[str, object]:
    """Return the columns of a page: a blank one is no picture, and one that couldn't be read has no list of places."""
    if result.is_blank:
        return {"is_picture": False}
    recognition = result.recognition
    places = "" if result.is_failed else json.dumps(recognition.places, ensure_ascii=False, separators=(",", ":"))
    return {
        "text": recognition.text,
        "also_searched": recognition.also_searched,
        "confidence": recognition.confidence,
        "places": places,
    }

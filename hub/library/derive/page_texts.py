"""Reading of page texts from revisions that lack them: idempotent, one process per file, safe with several workers."""

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, func, not_, or_, select, text, update
from sqlalchemy.orm import Session, joinedload

from hub.core import clock, heartbeats
from hub.core.db import Database, config_of
from hub.core.text import one_line
from hub.library import queries as library_queries
from hub.library.derive import picture_states, retries, turns
from hub.library.derive.previews import making
from hub.library.derive.turns import Group, Turns
from hub.library.extract import walls
from hub.library.extract.formats import FORMATS, format_of
from hub.library.extract.pages import ExtractedPage, Extraction
from hub.library.extract.reader import Reader
from hub.library.extract.text import pages_of
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals, sweeping
from hub.library.models import FileScan, KeptFile, Page, Resource, Revision
from hub.library.queries import unread, waiting
from hub.library.rules import EARLIEST, LONGEST_TITLE, PreviewState, ScanState, Source, State

log = logging.getLogger("hub.library")

# Longer than the time limit of a file (90 s), so that a running worker never loses its lease.
LEASE = timedelta(seconds=150)
# A file that crashed the worker this often waits, since the machine may have ended the worker, and not the file.
MOST_TRIES = 3
# Who adds a file stays on its page about this long: if reading takes longer, an email says what wasn't read.
STAY = timedelta(minutes=1)
# Another version of the programs may read a file in one of these states.
FAILED_HERE = {State.CORRUPT, State.TIMEOUT, State.TOO_LARGE, State.UNSUPPORTED}
GAVE_UP = (
    "Processing this file failed three times, so its text can’t be searched. You can still download it. "
    "Save a fresh copy, as a PDF if you can, and add it as a new revision."
)
MISSING = "This file is missing from the hub’s storage. Tell your coordinator, who can restore it from a backup."

Progress = Callable[[int, int], None]


def catch_up(
    database: Database,
    reader: Reader | None = None,
    progress: Progress | None = None,
    limit: int = 0,
    order: Turns | None = None,
) -> int:
    """Read every revision that isn't read yet, up to ``limit`` (0: all); returns how many were read.

    ``order`` is of the line that reads; by default, what people wait for goes first, and the rest has its share.
    """
    done, order = 0, order or Turns()
    retries.request_readings(database)
    openable = _openable(database)
    with _reader_or_own(reader) as own_reader:
        while not limit or done < limit:
            revision = _claim(database, openable, order.next())
            if revision is None:
                break
            _finish(database, revision, _read(database, own_reader, revision))
            done += 1
            if progress:
                with database.reading() as db:
                    progress(done, done + waiting(db, READER_VERSION))
    return done


@contextmanager
def _reader_or_own(reader: Reader | None) -> Iterator[Reader]:
    """Yield ``reader``, or a temporary one that is closed afterward."""
    if reader is not None:
        yield reader
        return
    with Reader() as own:
        yield own


def _openable(database: Database) -> ColumnElement[bool]:
    """Return the condition for revisions that may be opened on this machine; the others get a sentence that says why."""
    config = database.config
    is_clear = or_(Revision.source != Source.FILE, library_queries.is_clear(config, Revision.sha256))
    if walls.may_open(config, with_office=True):
        return is_clear
    is_file = Revision.source == Source.FILE
    old = or_(*(Revision.file_name.ilike(f"%.{name}") for name, entry in FORMATS.items() if entry.converted_to))
    kept_shut = and_(is_file, old) if walls.may_open(config) else is_file
    waits = and_(unread(READER_VERSION), kept_shut, Revision.state_detail != walls.REFUSED)
    with database.reading() as db:
        is_new = db.scalar(select(Revision.id).where(waits).limit(1)) is not None
    if is_new:
        with database.writing() as db:
            db.execute(update(Revision).where(waits).values(state=State.WAITING, state_detail=walls.REFUSED))
    return and_(is_clear, not_(kept_shut))


def _claim(
    database: Database, openable: ColumnElement[bool] | None = None, order: Sequence[Group] = tuple(Group)
) -> Revision | None:
    """Lease and return the next unread revision; None if there is none. The lease expires if this worker dies.

    It is the one added first in the first group of ``order`` that has one.
    """
    now = clock.now()
    free = or_(Revision.lease_until.is_(None), Revision.lease_until < now)
    if openable is not None:
        free = and_(openable, free)
    with database.reading() as db:  # takes no lock when there is nothing to do
        left = [group for group in order if db.scalar(_next(group, free).with_only_columns(Revision.id)) is not None]
    if not left:
        return None
    with database.writing() as db:
        firsts = (db.scalar(_next(group, free).with_for_update(skip_locked=True)) for group in left)
        revision = next((each for each in firsts if each is not None), None)
        if revision is not None:
            if revision.reader_version:
                revision.in_bulk = True  # an update of the hub has everything read again, and no one waits for that
            revision.lease_token, revision.lease_until = (
                f"{heartbeats.worker_name()[:80]} {secrets.token_hex(8)}",
                clock.now() + LEASE,
            )
            revision.tries += 1
        return revision


def _next(group: Group, free: ColumnElement[bool]) -> Select[Revision]:
    waits = select(Revision).where(unread(READER_VERSION), turns.is_unread(group), free)
    return waits.order_by(Revision.reader_version, Revision.in_bulk, Revision.id).limit(1)  # as in the index


def has_waiting(database: Database, group: Group) -> bool:
    """Return True if a revision of the group can be read now."""
    openable = _openable(database)
    free = or_(Revision.lease_until.is_(None), Revision.lease_until < clock.now())
    with database.reading() as db:
        return db.scalar(_next(group, and_(openable, free)).with_only_columns(Revision.id)) is not None


def after_reading(database: Database, order: Sequence[Group]) -> Sequence[Group]:
    """Return the groups of ``order`` whose turn it is for work that takes longer than reading: reading goes first."""
    if has_waiting(database, Group.AWAITED):
        return ()
    return [group for group in order if group is Group.AWAITED or not has_waiting(database, Group.BULK)]


def release_dead_leases(database: Database) -> None:
    """Release the leases of dead workers on this machine, so that their files are read before the leases expire."""
    with database.reading() as db:
        held = select(Revision.lease_token).where(Revision.lease_token.is_not(None))
        dead = [token for token in db.scalars(held) if token and heartbeats.is_known_dead(token.partition(" ")[0])]
    if dead:
        with database.writing() as db:
            db.execute(
                update(Revision).where(Revision.lease_token.in_(dead)).values(lease_token=None, lease_until=None)
            )


def _read(database: Database, reader: Reader, revision: Revision) -> Extraction:
    """Return the content of the revision. A bad file doesn't raise: it is a state."""
    if revision.source is Source.TEXT:
        pages, left_out = pages_of(revision.body or "")
        return Extraction(State.OK, "", "", None, pages, left_out=tuple(part.sentence for part in left_out))
    if revision.source is Source.LINK:
        return Extraction(State.OK, "", "", None, ())
    if revision.tries > MOST_TRIES:
        return Extraction(State.CORRUPT, GAVE_UP, "", None, (), (GAVE_UP,), may_pass=True)
    path = originals.path_of(database.config, revision.sha256 or "")
    if not path.exists():
        return Extraction(State.CORRUPT, MISSING, "", None, (), (MISSING,), may_pass=True)
    return reader.read(path, revision.file_name or "")


def _finish(database: Database, claimed: Revision, extraction: Extraction) -> None:
    """Write the pages and the state in one transaction, unless another worker has the lease by now."""
    with database.writing() as db:
        # First the resource, as all who change it: what people enter at this moment must be neither missed nor replaced.
        db.execute(select(Resource.id).where(Resource.id == claimed.resource_id).with_for_update(key_share=True))
        revision = db.scalar(
            select(Revision)
            .where(Revision.id == claimed.id, Revision.lease_token == claimed.lease_token)
            .options(joinedload(Revision.resource))
            .with_for_update(of=Revision)
        )
        if revision is None:
            return
        # Another version of the hub read the same file: what was derived from its pictures stays.
        is_newer_version = 0 < revision.reader_version < READER_VERSION
        before = picture_states.pages_before(db, revision) if is_newer_version else {}
        db.execute(delete(Page).where(Page.revision_id == revision.id))
        pages = [_page(revision, page) for page in extraction.pages]
        db.add_all(pages)
        revision.to_tell = _is_to_tell(revision, extraction)
        revision.state, revision.state_detail = extraction.state, extraction.detail
        revision.unread, revision.left_out = "\n".join(extraction.unread), "\n".join(extraction.left_out)
        revision.page_count, revision.reader_version = len(extraction.pages), READER_VERSION
        picture_states.keep_recognized(db, revision, pages, before)
        revision.lease_token = revision.lease_until = None
        failed = extraction.state in FAILED_HERE and _depends_on_programs(revision)
        retries.after_reading(revision, failed=failed, may_pass=extraction.may_pass)
        revision.tries = 0
        if not picture_states.keeps_pictures(revision, extraction.pages, before):
            revision.preview_version = 0  # what can be drawn depends on what was read
            revision.preview_state = PreviewState.WAITING
            revision.preview_tools, revision.preview_failures, revision.preview_retry_at = "", 0, None
        if making.has_nothing_to_draw(revision, pages[0].kind if pages else None):
            making.close(revision)
        if revision.number == revision.resource.revision_number:
            _propose(db, revision.resource, extraction)
            revision.resource.version = Resource.version + 1
    log.info("Pages read.", extra={"step": "library", "done": f"revision {claimed.id}: {extraction.state}"})


def _is_to_tell(revision: Revision, extraction: Extraction) -> bool:
    """Return True if the person who added it has probably left before it was read for the first time."""
    is_first = revision.reader_version == 0 and revision.created_by_id is not None
    return is_first and extraction.state is not State.OK and clock.now() - revision.created_at > STAY


def _depends_on_programs(revision: Revision) -> bool:
    """Return True if programs other than the hub read this file: LibreOffice or PDFium."""
    file_format = format_of(revision.file_name or "")
    return file_format is not None and (file_format.converted_to is not None or file_format.extension == "pdf")


def _page(revision: Revision, page: ExtractedPage) -> Page:
    return Page(
        revision_id=revision.id,
        number=page.number,
        kind=page.kind,
        title=page.title,
        text=page.text,
        notes=page.notes,
        hidden=page.hidden,
        also_searched=page.also_searched,
        is_picture=page.is_picture,
        seconds=page.seconds,
        part=page.part,
    )


def _propose(db: Session, resource: Resource, extraction: Extraction) -> None:
    """Use the document's own title and date, unless a person has chosen them."""
    if resource.title_is_proposed and (title := one_line(extraction.title)):
        resource.title = title[:LONGEST_TITLE]
    proposed = extraction.published_on
    if resource.date_is_proposed and proposed and _is_plausible(proposed, clock.today(config_of(db).zone)):
        resource.published_on = proposed


def _is_plausible(proposed: date, today: date) -> bool:
    return EARLIEST <= proposed <= today


def sweep_orphans(database: Database) -> int:
    """Once a day, delete files on disk that no row refers to, such as abandoned uploads; returns how many."""
    marker = database.config.UPLOADS / "derived" / "swept"
    today = clock.now().date().isoformat()
    if marker.exists() and marker.read_text() == today:
        return 0
    with database.writing() as db:
        # No row for one of these files may be added while they are deleted.
        if db.get_bind().dialect.name == "postgresql":
            db.execute(text("LOCK TABLE revision, kept_file IN SHARE ROW EXCLUSIVE MODE"))
        known = {sha256 for sha256 in db.scalars(select(Revision.sha256).distinct()) if sha256}
        known |= set(db.scalars(select(KeptFile.sha256)))
        deleted = sweeping.sweep(database.config, known)
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(today)
    return len(deleted)


def file_problems(database: Database, progress: Progress | None = None) -> list[str]:
    """Return a sentence for each row without its file, damaged file, and revision with missing pages."""
    config, problems = database.config, []
    with database.reading() as db:
        rows = db.execute(select(Revision.sha256, Revision.resource_id, Revision.number, Revision.file_name)).all()
        kept = db.execute(select(KeptFile.sha256, KeptFile.holder, KeptFile.file_name)).all()
        problems += _page_problems(db)
        infected = set(db.scalars(select(FileScan.sha256).where(FileScan.state == ScanState.INFECTED)))
    problems += [
        f"{row.holder.capitalize()}: the file {row.file_name!r} is missing."
        for row in kept
        if row.sha256 not in infected and not originals.path_of(config, row.sha256).exists()
    ]
    by_hash = {row.sha256: row for row in rows if row.sha256 and row.sha256 not in infected}
    for row in by_hash.values():
        if not originals.path_of(config, row.sha256).exists():
            problems.append(
                f"Resource {row.resource_id}, revision {row.number}: the file {row.file_name!r} is missing."
            )
    stored = sorted(originals.all_stored(config))
    for done, path in enumerate(stored, 1):
        if originals.hash_of(path) != path.name:
            problems.append(f"The file {path} is damaged: its content doesn’t match the hash in its name.")
        if progress:
            progress(done, len(stored))
    return problems


def _page_problems(db: Session) -> list[str]:
    """Return a sentence for each revision that was read and lacks some of its pages."""
    counts = (
        select(Revision.resource_id, Revision.number, Revision.page_count, func.count(Page.id).label("stored"))
        .outerjoin(Page, Page.revision_id == Revision.id)
        .where(Revision.reader_version == READER_VERSION)
        .group_by(Revision.id, Revision.resource_id, Revision.number, Revision.page_count)
        .having(func.count(Page.id) != Revision.page_count)
    )
    return [
        f"Resource {row.resource_id}, revision {row.number}: {row.stored} of {row.page_count} pages are stored."
        for row in db.execute(counts)
    ]

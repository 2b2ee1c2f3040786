"""The worker's part: draws missing previews, one piece of work at a time, safe with several workers.

Rows tell which revisions aren't done, files tell which pages are: a worker that dies loses one piece of work.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update

from config import Config
from hub.core import clock, heartbeats
from hub.core.db import Database
from hub.core.rendering import safe_html
from hub.library import queries as library_queries
from hub.library.derive import retries, turns
from hub.library.derive.previews import budget, shelf
from hub.library.derive.previews.shelf import LARGE, SMALL
from hub.library.derive.turns import Group, Turns
from hub.library.extract import walls
from hub.library.extract.formats import PICTURE_FILES, format_of
from hub.library.extract.legacy import libreoffice
from hub.library.extract.limits import Limits
from hub.library.extract.passing import may_pass
from hub.library.extract.pieces import Pieces
from hub.library.extract.reader import Reader
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals
from hub.library.models import Page, Revision
from hub.library.rules import PageKind, PreviewState, Source, State

log = logging.getLogger("hub.library")

Progress = Callable[[int, int], None]

# Increase this when drawing changes, so that all previews are made again.
PREVIEW_VERSION = 1
# Longer than the longest piece of work (90 s), so that a running worker never loses its lease.
LEASE = timedelta(seconds=150)
MOST_TRIES = 3
# A page that takes all memory or time, so that drawing it is ended this often, is marked: the others don't wait for it.
MOST_DRAWINGS = 3
PAGES_AT_ONCE = 24
SECONDS_AT_ONCE = 5.0

MEGABYTE = 1024 * 1024
DRAWING = Limits(wall_seconds=30, processor_seconds=25, answer_bytes=32 * MEGABYTE)
PRINTING = Limits(written_file_bytes=128 * MEGABYTE)
TYPESETTING = Limits(wall_seconds=20, processor_seconds=15, answer_bytes=4 * MEGABYTE)

TYPESET = {"md", "eml", "msg", "html", "htm"}
# What a revision without anything to draw has from the moment that it is read, with or without LibreOffice.
UNDRAWN: dict[str, Any] = {
    "preview_state": PreviewState.NONE,
    "preview_version": 2 * PREVIEW_VERSION + 1,
    "preview_tools": "",
    "preview_failures": 0,
    "preview_retry_at": None,
}


class _MayPass(Exception):
    """Drawing failed for a reason that may pass."""


def catch_up(
    database: Database,
    reader: Reader | None = None,
    limit: int = 0,
    progress: Progress | None = None,
    order: Turns | None = None,
) -> int:
    """Make missing previews, up to ``limit`` pieces of work (0: all); returns how many were done.

    ``progress`` is called with the number of finished revisions and their total.

    A piece is one exported deck, some drawn pages, or one formatted text. It takes seconds, so that nothing waits long.
    """
    own, order = reader or Reader(), order or Turns()
    try:
        _reset_missing(database)
        budget.make_room(database)
        if not walls.may_open(database.config, with_office=True):
            return 0
        retries.request_drawings(database, _reached(PreviewState.CARDS))
        done = 0
        total = _waiting(database) if progress else 0
        while (not limit or done < limit) and (claimed := _claim(database, order.next())):
            if has_nothing_to_draw(claimed[0], claimed[1]):
                _close_undrawn(database, claimed[0])
            else:
                _do_claimed(database, own, claimed[0], claimed[2])
            budget.make_room(database)
            done += 1
            if progress:
                progress(max(total - _waiting(database), 0), total)
        return done
    finally:
        if reader is None:
            own.close()


def has_nothing_to_draw(revision: Revision, kind: PageKind | None) -> bool:
    """Return True if a revision that was read, with its own pages of this kind, can't have previews."""
    file_format = format_of(revision.file_name or "")
    if revision.source is not Source.FILE or file_format is None:
        return True
    return file_format.extension not in TYPESET | PICTURE_FILES and (kind is None or not kind.is_drawn)


def close(revision: Revision) -> None:
    """Note on a revision that it has nothing to draw, so that no worker claims it."""
    for name, value in UNDRAWN.items():
        setattr(revision, name, value)


def _close_undrawn(database: Database, claimed: Revision) -> None:
    """End the lease of a revision without anything to draw, and close all others like it: thousands cost one statement."""
    drawn = [kind for kind in PageKind if kind.is_drawn]
    no_pages = ~select(Page.id).where(Page.revision_id == Revision.id, Page.kind.in_(drawn)).exists()
    no_file_to_show = not_(or_(*(Revision.file_name.ilike(f"%.{name}") for name in sorted(TYPESET | PICTURE_FILES))))
    alike = and_(_waits(database.config), or_(Revision.source != Source.FILE, and_(no_file_to_show, no_pages)))
    own = and_(Revision.id == claimed.id, Revision.lease_token == claimed.lease_token)
    with database.writing() as db:
        free = {"lease_token": None, "lease_until": None, "tries": 0}
        db.execute(update(Revision).where(or_(own, alike)).values(**UNDRAWN, **free))


def _do_claimed(database: Database, reader: Reader, revision: Revision, count: int) -> None:
    """Do one piece of work and store how it ended; a full disk doesn't stop the worker, but is tried again later."""
    try:
        state, passing = _do_piece(database.config, reader, revision, count), False
    except _MayPass:
        state, passing = PreviewState.FAILED, True
    except OSError as error:
        if not may_pass(error):
            raise
        log.warning("Previews couldn't be saved: %s", error)
        state, passing = PreviewState.FAILED, True
    _finish(database, revision, state, passing=passing)


def delete_all(database: Database) -> None:
    """Delete all previews; the worker makes them again."""
    shelf.clear(database.config)
    _reset_missing(database)


def _target() -> int:
    """Return the current `preview_version`: higher by one with LibreOffice, so that cards become pictures."""
    return 2 * PREVIEW_VERSION + (libreoffice() is not None)


def _reached(state: PreviewState) -> int:
    return 2 * PREVIEW_VERSION + (state is not PreviewState.CARDS)


def _waiting(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Revision).where(Revision.preview_version < _target())) or 0


def _reset_missing(database: Database) -> None:
    """Mark revisions as not drawn if their previews are gone: all of them, or those reported as missing."""
    config = database.config
    marker, notes = shelf.root(config) / "kept", shelf.reported_missing(config)
    fresh = {"preview_version": 0, "preview_tools": "", "preview_failures": 0, "preview_retry_at": None}
    if not marker.exists():
        with database.writing() as db:
            again = update(Revision).where(Revision.preview_version > 0)
            db.execute(again.values(preview_state=PreviewState.WAITING, **fresh))
    elif notes:  # the others are still shown
        with database.writing() as db:
            db.execute(update(Revision).where(Revision.sha256.in_([note.name for note in notes])).values(**fresh))
    if not marker.exists():
        shelf.write(marker, b"-")
    for note in notes:
        note.unlink(missing_ok=True)


def _waits(config: Config) -> ColumnElement[bool]:
    """Return the condition for revisions that were read, lack previews, and that no worker has leased."""
    return and_(
        Revision.preview_version < _target(),
        Revision.reader_version >= READER_VERSION,
        or_(Revision.lease_until.is_(None), Revision.lease_until < clock.now()),
        or_(Revision.source != Source.FILE, library_queries.is_clear(config, Revision.sha256)),
    )


def _claim(database: Database, order: Sequence[Group] = tuple(Group)) -> tuple[Revision, PageKind | None, int] | None:
    """Lease and return the next revision that was read and lacks previews, with the kind and number of its own pages.

    It is the newest one of the first group of ``order`` that has one.
    """
    waits = _waits(database.config)
    with database.reading() as db:  # takes no lock when there is nothing to do
        if db.scalar(select(Revision.id).where(waits).limit(1)) is None:
            return None
    with database.writing() as db:
        newest_first = select(Revision).where(waits).order_by(Revision.id.desc()).limit(1)
        newest_first = newest_first.with_for_update(skip_locked=True)
        firsts = (db.scalar(newest_first.where(turns.is_read(group))) for group in order)
        revision = next((each for each in firsts if each is not None), None)
        if revision is None:
            return None
        revision.lease_token, revision.lease_until = (
            f"{heartbeats.worker_name()[:80]} {secrets.token_hex(8)}",
            clock.now() + LEASE,
        )
        revision.tries += 1
        kind = db.scalar(select(Page.kind).where(Page.revision_id == revision.id).order_by(Page.number).limit(1))
        own = select(func.count()).select_from(Page).where(Page.revision_id == revision.id, Page.kind == kind)
        return revision, kind, db.scalar(own) or 0


def _finish(database: Database, claimed: Revision, state: PreviewState | None, *, passing: bool = False) -> None:
    """End the lease, and set the state if the revision is done; does nothing if the lease was lost.

    ``passing``: it failed for a reason that may pass, so that it is tried again later.
    """
    done = {"preview_state": state, "preview_version": _reached(state)} if state else {}
    if state:
        failed = state in {PreviewState.FAILED, PreviewState.UNMATCHED}
        done |= retries.after_drawing(claimed, failed=failed, may_pass=passing)
    with database.writing() as db:
        held = (Revision.id == claimed.id, Revision.lease_token == claimed.lease_token)
        db.execute(update(Revision).where(*held).values(lease_token=None, lease_until=None, tries=0, **done))
    if state:
        log.info("Previews finished.", extra={"step": "library", "done": f"revision {claimed.id}: {state}"})


def _do_piece(config: Config, reader: Reader, revision: Revision, count: int) -> PreviewState | None:
    """Do one piece of work; returns the final state, or None if more is left. A bad file doesn't raise.

    Raises _MayPass if it failed for a reason that isn't the file's.
    """
    file_format = format_of(revision.file_name or "")
    path = originals.path_of(config, revision.sha256 or "")
    if file_format is None or not path.is_file():
        return PreviewState.NONE
    if revision.tries > MOST_TRIES:
        raise _MayPass
    folder = shelf.folder_of(config, revision.sha256 or "")
    if file_format.extension in PICTURE_FILES:
        return _repack(reader, path, file_format.extension, folder, _most(config, max(count, 1)))
    if file_format.extension in TYPESET:
        return _typeset(reader, path, file_format.extension, folder, revision.state)
    document = path if file_format.extension == "pdf" else folder / shelf.DOCUMENT
    if not shelf.has_content(document):
        state = _print(reader, path, file_format.extension, document, count)
        if state is not None:
            return state
    # In the same piece of work: if there is no room for the printed deck, it may be deleted after it.
    return _draw(reader, document, folder, _most(config, count), revision.preview_failures)


def _most(config: Config, count: int) -> int:
    """Return the number of pages to draw now: if there is little room, the first, which lists show.

    The others are drawn when someone opens them.
    """
    return count if budget.may_draw_ahead(config) else min(count, 1)


def _made(pieces: Pieces) -> Pieces:
    """Return the pieces; raises _MayPass if some are missing for a reason that may pass."""
    if pieces.may_pass:
        raise _MayPass
    return pieces


def _repack(reader: Reader, path: Path, extension: str, folder: Path, most: int) -> PreviewState | None:
    """Save some pages of a picture file as small WebP pictures, up to page ``most``."""
    numbers = _missing(folder, SMALL, most)[:PAGES_AT_ONCE]
    if numbers:
        job: dict[str, Any] = {"numbers": numbers, "width": SMALL, "seconds": SECONDS_AT_ONCE}
        if not _save(folder, numbers, SMALL, _made(reader.make("repack", path, extension, DRAWING, **job))):
            return PreviewState.FAILED
    if _missing(folder, SMALL, most):
        return None
    return PreviewState.PICTURES if shelf.numbers_of(folder, f"-{SMALL}.webp") else PreviewState.FAILED


def _typeset(reader: Reader, path: Path, extension: str, folder: Path, state: State) -> PreviewState:
    """Save a formatted text as HTML; it is sanitized again here, since the helper's output isn't trusted."""
    if state in {State.OK, State.PARTIAL}:
        pieces = _made(reader.make("typeset", path, extension, TYPESETTING))
        html = pieces.each.get(1, b"").decode("utf-8", "replace")
        if html.strip():
            shelf.keep(folder / shelf.TEXT, safe_html(html).encode())
        else:
            shelf.write(folder / shelf.NO_TEXT, b"-")
    return PreviewState.NONE


def _print(reader: Reader, path: Path, extension: str, document: Path, count: int) -> PreviewState | None:
    """Have LibreOffice export a deck as a PDF, and return None; if that fails, save the deck's own thumbnail."""
    if libreoffice() is None:
        return _keep_embedded(reader, path, extension, document.parent, PreviewState.CARDS)
    printed = reader.make("print", path, extension, PRINTING)
    if printed.state is not State.OK or not printed.each:
        log.info("This deck couldn't be exported as a PDF: %s %s", path, printed.detail)
        state = _keep_embedded(reader, path, extension, document.parent, PreviewState.FAILED)
        _made(printed)
        return state
    if set(printed.each) != {count}:
        return _keep_embedded(reader, path, extension, document.parent, PreviewState.UNMATCHED)
    shelf.keep(document, printed.each[count])
    return None


def _keep_embedded(reader: Reader, path: Path, extension: str, folder: Path, state: PreviewState) -> PreviewState:
    content = reader.make("thumbnail", path, extension, DRAWING, width=LARGE).each.get(1, b"")
    if shelf.is_picture(content):
        # Not counted: it is one small picture, and no one asks for it again.
        shelf.write(folder / shelf.EMBEDDED, content)
    return state


def _draw(reader: Reader, document: Path, folder: Path, most: int, failures: int) -> PreviewState | None:
    """Draw some pages of a PDF small, up to page ``most``; they are drawn large when someone opens them.

    ``failures``: how often in a row that failed before for a reason that may pass.
    """
    numbers = _missing(folder, SMALL, most)[:PAGES_AT_ONCE]
    if numbers:
        pieces = _drawn(reader, document, numbers)
        if pieces.may_pass and failures < MOST_DRAWINGS:
            shelf.write_pictures(folder, SMALL, pieces.each)
            raise _MayPass
        if not _save(folder, numbers, SMALL, pieces):
            return PreviewState.FAILED
    return None if _missing(folder, SMALL, most) else PreviewState.PICTURES


def _missing(folder: Path, width: int, count: int) -> list[int]:
    """Return the pages up to ``count`` that have neither a picture nor a mark that they can't be drawn."""
    done = shelf.numbers_of(folder, f"-{width}.webp") | shelf.numbers_of(folder, f"-{width}.none")
    return [number for number in range(1, count + 1) if number not in done]


def _drawn(reader: Reader, document: Path, numbers: list[int]) -> Pieces:
    seconds = SECONDS_AT_ONCE
    return reader.make(
        "draw", document, "pdf", DRAWING, numbers=numbers, width=SMALL, seconds=seconds, low_priority=True
    )


def _save(folder: Path, numbers: list[int], width: int, pieces: Pieces) -> bool:
    """Save the drawn pages among ``numbers``; returns False if the document as a whole can't be drawn.

    If drawing crashed at a page, that page is marked, so that the others are drawn without it.
    """
    received = [number for number in numbers if number in pieces.each]
    if not received and pieces.state not in {State.OK, None}:
        return False
    for number in received:
        shelf.write_picture(folder, number, width, pieces.each[number])
    rest = [number for number in numbers if number not in pieces.each]
    if rest and (pieces.state is not State.OK or not received):
        shelf.write_picture(folder, rest[0], width, b"")
    return True

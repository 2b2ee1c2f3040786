"""The worker's part: draws what revisions lack, a piece of work at a time, safe with several workers.

The rows tell what is left to do, the files tell how far it got: a worker that dies loses one piece.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from config import Config
from hub.core import clock, heartbeats
from hub.core.db import Database
from hub.core.text import safe_html
from hub.library.derive.previews import shelf
from hub.library.derive.previews.shelf import LARGE, SMALL
from hub.library.extract.formats import format_of
from hub.library.extract.legacy import libreoffice
from hub.library.extract.limits import Limits
from hub.library.extract.pieces import Pieces
from hub.library.extract.reader import READER_VERSION, Reader
from hub.library.files import originals
from hub.library.models import Page, Revision
from hub.library.rules import PageKind, PreviewState, Source, State

log = logging.getLogger("hub.library")

Progress = Callable[[int, int], None]

# Raised when drawing changes, so that previews are made again.
PREVIEW_VERSION = 1
# Longer than the longest piece of work (90 s), so that a living worker never loses its lease.
LEASE = timedelta(seconds=150)
MOST_TRIES = 3
PAGES_AT_ONCE = 24
SECONDS_AT_ONCE = 5.0

MEGABYTE = 1024 * 1024
DRAWING = Limits(wall_seconds=30, processor_seconds=25, answer_bytes=32 * MEGABYTE)
PRINTING = Limits(written_file_bytes=128 * MEGABYTE)
TYPESETTING = Limits(wall_seconds=20, processor_seconds=15, answer_bytes=4 * MEGABYTE)

TYPESET = {"md", "eml", "html", "htm"}
PICTURE_FILES = {"png", "jpg", "jpeg"}


def catch_up(database: Database, reader: Reader | None = None, limit: int = 0, progress: Progress | None = None) -> int:
    """Draw what is lacking, up to ``limit`` pieces of work (0: all); answers how many were done.

    ``progress`` is told how many revisions are done, and of how many.

    A piece is one deck printed, some pages drawn, or one text set: seconds, so that nothing waits long behind it.
    """
    own = reader or Reader()
    try:
        _mend(database)
        done = 0
        total = _waiting(database) if progress else 0
        while (not limit or done < limit) and (claimed := _claim(database)):
            revision, kind = claimed
            _finish(database, revision, _do_piece(database.config, own, revision, kind))
            done += 1
            if progress:
                progress(max(total - _waiting(database), 0), total)
        return done
    finally:
        if reader is None:
            own.close()


def forget(database: Database) -> None:
    """Throw all previews away; the worker makes them again."""
    shelf.clear(database.config)
    _mend(database)


def _target() -> int:
    """Return what a revision's `preview_version` must be: one more where LibreOffice is, so that cards become pictures."""
    return 2 * PREVIEW_VERSION + (libreoffice() is not None)


def _reached(state: PreviewState) -> int:
    return 2 * PREVIEW_VERSION + (state is not PreviewState.CARDS)


def _waiting(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Revision).where(Revision.preview_version < _target())) or 0


def _mend(database: Database) -> None:
    """Let the rows know when files are gone: all of them, or those that someone missed."""
    config = database.config
    marker, notes = shelf.root(config) / "kept", shelf.wanted(config)
    lost: list[ColumnElement[bool]] = [Revision.sha256.in_([note.name for note in notes])] if notes else []
    if not marker.exists():
        lost = [Revision.preview_version > 0]
    if lost:
        with database.writing() as db:
            db.execute(update(Revision).where(*lost).values(preview_version=0, preview_state=PreviewState.WAITING))
    if not marker.exists():
        shelf.keep(marker, b"-")
    for note in notes:
        note.unlink(missing_ok=True)


def _claim(database: Database) -> tuple[Revision, PageKind | None] | None:
    """Take the next revision that lacks previews, was read and isn't held, with the kind of its pages."""
    now = clock.now()
    waits = and_(
        Revision.preview_version < _target(),
        Revision.reader_version >= READER_VERSION,
        or_(Revision.lease_until.is_(None), Revision.lease_until < now),
    )
    with database.reading() as db:  # a look costs no lock when there is nothing to do
        if db.scalar(select(Revision.id).where(waits).limit(1)) is None:
            return None
    with database.writing() as db:
        newest_first = select(Revision).where(waits).order_by(Revision.id.desc()).limit(1)
        revision = db.scalar(newest_first.with_for_update(skip_locked=True))
        if revision is None:
            return None
        revision.lease_token, revision.lease_until = f"{heartbeats.my_name()[:80]} {secrets.token_hex(8)}", now + LEASE
        revision.tries += 1
        kind = db.scalar(select(Page.kind).where(Page.revision_id == revision.id).order_by(Page.number).limit(1))
        return revision, kind


def _finish(database: Database, claimed: Revision, state: PreviewState | None) -> None:
    """Let go of the revision, with its state when nothing is left to do; nothing, when the lease has gone."""
    done = {"preview_state": state, "preview_version": _reached(state)} if state else {}
    with database.writing() as db:
        held = (Revision.id == claimed.id, Revision.lease_token == claimed.lease_token)
        db.execute(update(Revision).where(*held).values(lease_token=None, lease_until=None, tries=0, **done))
    if state:
        log.info("drawn", extra={"step": "library", "done": f"revision {claimed.id}: {state}"})


def _do_piece(  # noqa: PLR0911 - a list of cases
    config: Config, reader: Reader, revision: Revision, kind: PageKind | None
) -> PreviewState | None:
    """Do one piece of work; None when more is left. Never raises for a bad file."""
    known = format_of(revision.file_name or "")
    path = originals.path_of(config, revision.sha256 or "")
    if revision.source is not Source.FILE or known is None or not path.is_file():
        return PreviewState.NONE
    if revision.tries > MOST_TRIES:
        return PreviewState.FAILED
    folder = shelf.folder_of(config, revision.sha256 or "")
    if known.extension in PICTURE_FILES:
        return _repack(reader, path, known.extension, folder)
    if known.extension in TYPESET:
        return _set(reader, path, known.extension, folder, revision.state)
    if kind is None or not kind.is_drawn:
        return PreviewState.NONE
    document = path if known.extension == "pdf" else folder / shelf.DOCUMENT
    if shelf.is_there(document):
        return _draw(reader, document, folder, revision.page_count)
    return _print(reader, path, known.extension, document, revision.page_count)


def _repack(reader: Reader, path: Path, extension: str, folder: Path) -> PreviewState:
    """Return a file that is a picture itself."""
    good = True
    for width in (LARGE, SMALL):
        made = reader.make("repack", path, extension, DRAWING, width=width)
        good = shelf.keep_picture(folder, 1, width, made.each.get(1, b"")) and good
    return PreviewState.PICTURES if good else PreviewState.FAILED


def _set(reader: Reader, path: Path, extension: str, folder: Path, state: State) -> PreviewState:
    """Return a text that carries its own form; what the helper made safe is made safe here again, where it is trusted."""
    if state in {State.OK, State.PARTIAL}:
        html = reader.make("typeset", path, extension, TYPESETTING).each.get(1, b"").decode("utf-8", "replace")
        if html.strip():
            shelf.keep(folder / shelf.TEXT, safe_html(html).encode())
    return PreviewState.NONE


def _print(reader: Reader, path: Path, extension: str, document: Path, count: int) -> PreviewState | None:
    """Have LibreOffice print a deck, to be drawn from there; when that can't be, what it carries itself must do."""
    if libreoffice() is None:
        return _keep_embedded(reader, path, extension, document.parent, PreviewState.CARDS)
    printed = reader.make("print", path, extension, PRINTING)
    if printed.state is not State.OK or not printed.each:
        log.info("A deck could not be printed: %s %s", path, printed.detail)
        return _keep_embedded(reader, path, extension, document.parent, PreviewState.FAILED)
    if set(printed.each) != {count}:
        return _keep_embedded(reader, path, extension, document.parent, PreviewState.UNMATCHED)
    shelf.keep(document, printed.each[count])
    return None


def _keep_embedded(reader: Reader, path: Path, extension: str, folder: Path, state: PreviewState) -> PreviewState:
    content = reader.make("thumbnail", path, extension, DRAWING, width=LARGE).each.get(1, b"")
    if shelf.is_picture(content):
        shelf.keep(folder / shelf.EMBEDDED, content)
    return state


def _draw(reader: Reader, document: Path, folder: Path, count: int) -> PreviewState | None:
    """Some pages of a PDF: the first one large, since people open it first, then all of them small."""
    large = _lacking(folder, LARGE, 1)
    if large and not _take(folder, large, LARGE, _drawn(reader, document, large, LARGE)):
        return PreviewState.FAILED
    small = _lacking(folder, SMALL, count)[:PAGES_AT_ONCE]
    if small and not _take(folder, small, SMALL, _drawn(reader, document, small, SMALL)):
        return PreviewState.FAILED
    return None if _lacking(folder, SMALL, count) else PreviewState.PICTURES


def _lacking(folder: Path, width: int, count: int) -> list[int]:
    """Return the pages up to ``count`` that have neither a picture nor a mark that there can be none."""
    there = shelf.numbers_of(folder, f"-{width}.webp") | shelf.numbers_of(folder, f"-{width}.none")
    return [number for number in range(1, count + 1) if number not in there]


def _drawn(reader: Reader, document: Path, numbers: list[int], width: int) -> Pieces:
    seconds = SECONDS_AT_ONCE
    return reader.make("draw", document, "pdf", DRAWING, numbers=numbers, width=width, seconds=seconds, patient=True)


def _take(folder: Path, numbers: list[int], width: int, made: Pieces) -> bool:
    """Keep what was made of the pages asked for; False when the document as a whole can't be drawn.

    The page at which the drawing broke off is marked, so that the others go on without it.
    """
    told = [number for number in numbers if number in made.each]
    if not told and made.state not in {State.OK, None}:
        return False
    for number in told:
        shelf.keep_picture(folder, number, width, made.each[number])
    rest = [number for number in numbers if number not in made.each]
    if rest and (made.state is not State.OK or not told):
        shelf.keep_picture(folder, rest[0], width, b"")
    return True

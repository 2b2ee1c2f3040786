"""When a file that couldn't be read or drawn is tried again.

What failed for a reason that may pass (a full disk, no memory, a program that was ended) is tried again with growing
pauses. Every file that failed is tried again once with each new version of the programs that open files. The versions that
failed are kept, a line each, so that two machines with different versions don't take turns at it forever.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from hub.core import clock
from hub.core.db import Database
from hub.library.extract.formats import FORMATS
from hub.library.extract.legacy import libreoffice
from hub.library.extract.tools import tools
from hub.library.models import Revision
from hub.library.rules import PageKind, State, pause_after

MOST_KEPT = 8  # versions


def after_reading(revision: Revision, *, failed: bool, may_pass: bool) -> None:
    """Note on the revision how reading it ended. ``failed``: another version of the programs may read it."""
    kept = outcome(revision.read_tools, revision.read_failures, failed=failed or may_pass, may_pass=may_pass)
    revision.read_tools, revision.read_failures, revision.read_retry_at = kept


def after_drawing(revision: Revision, *, failed: bool, may_pass: bool) -> dict[str, Any]:
    """Return the values to store on the revision for how drawing it ended."""
    kept = outcome(revision.preview_tools, revision.preview_failures, failed=failed, may_pass=may_pass)
    return dict(zip(("preview_tools", "preview_failures", "preview_retry_at"), kept, strict=True))


def outcome(tried: str, failures: int, *, failed: bool, may_pass: bool) -> tuple[str, int, datetime | None]:
    """Return the versions that failed, the failures in a row that may pass, and when to try again (None: not).

    ``tried`` and ``failures`` are those before.
    """
    if not failed:
        return "", 0, None
    current = tools()
    versions = [line for line in tried.split("\n") if line and line != current]
    kept = "\n".join([*versions[1 - MOST_KEPT :], current])
    pause = pause_after(failures + 1) if may_pass else None
    return kept, failures + 1 if may_pass else 0, clock.now() + pause if pause else None


def request_readings(database: Database) -> int:
    """Have files read again whose pause is over, or that failed with other programs only; returns how many."""
    due = and_(_due(Revision.read_tools, Revision.read_retry_at), Revision.state != State.INFECTED)
    if libreoffice() is None:
        due = and_(due, not_(_is_one_of(name for name, entry in FORMATS.items() if entry.converted_to)))
    return _request(database, due, reader_version=0, tries=0, in_bulk=True)  # no one waits for another try


def request_drawings(database: Database, without_office: int) -> int:
    """Have files drawn again whose pause is over, or that failed with other programs only; returns how many.

    ``without_office`` is the ``preview_version`` of what is done where LibreOffice is missing: only workers that have
    it try decks again.
    """
    due = _due(Revision.preview_tools, Revision.preview_retry_at)
    is_deck = _is_one_of(name for name, entry in FORMATS.items() if entry.page_kind is PageKind.SLIDE)
    count = _request(database, and_(due, not_(is_deck)), preview_version=0, tries=0)
    if libreoffice() is not None:
        count += _request(database, and_(due, is_deck), preview_version=without_office, tries=0)
    return count


def _due(tried: InstrumentedAttribute[str], retry_at: InstrumentedAttribute[datetime | None]) -> ColumnElement[bool]:
    """Return the condition for what failed and is to be tried now."""
    is_new = not_(tried.contains(tools(), autoescape=True))
    return and_(tried > "", or_(retry_at <= clock.now(), is_new))


def _is_one_of(extensions: Any) -> ColumnElement[bool]:
    return or_(*(Revision.file_name.ilike(f"%.{extension}") for extension in extensions))


def _request(database: Database, due: ColumnElement[bool], **values: object) -> int:
    free = and_(due, or_(Revision.lease_until.is_(None), Revision.lease_until < clock.now()))
    with database.reading() as db:  # takes no lock when there is nothing to do
        ids = db.scalars(select(Revision.id).where(free)).all()
    if ids:
        with database.writing() as db:
            db.execute(update(Revision).where(Revision.id.in_(ids), free).values(**values))
    return len(ids)

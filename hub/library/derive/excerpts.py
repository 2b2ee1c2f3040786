"""Excerpts: some pages of a document as a PDF, each with a line that names its source. Made on demand, then cached."""

import atexit
from hashlib import sha256
from pathlib import Path

from config import Config
from hub.core import dates
from hub.core.errors import Refused
from hub.library.derive.previews import shelf, showing
from hub.library.extract import walls
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.rules import PreviewState, Source

MEGABYTE = 1024 * 1024
# A person waits for it.
CUTTING = Limits(wall_seconds=30, processor_seconds=25, answer_bytes=100 * MEGABYTE)
TIMEOUT = 10.0  # seconds that a request waits for other excerpts made in this process
MOST_PAGES = 50

NOT_MADE = (
    "The hub can’t extract these pages from the file. Share the whole file, or save the pages as a PDF and add that."
)
NO_WALLS = "This hub can’t open files on its current machine, so it can’t extract pages. Share the whole file, or a link to it."
WAITING = "The pages aren’t ready yet. Try again in a minute."

# One helper for each web process, started by the first excerpt.
_cutter = Reader(CUTTING)
atexit.register(_cutter.close)


def objection(config: Config, revision: Revision, first: int, last: int | None) -> str:
    """Return why these pages can't be provided as a PDF, and what to do; empty when they can."""
    last = last or first
    if revision.source is not Source.FILE:
        return "This resource has no pages to share as a PDF. Share a link to it instead."
    if last - first >= MOST_PAGES:
        return f"That’s too many pages. The limit is {MOST_PAGES}. Choose fewer, or share the whole file."
    if showing.drawn_from(config, revision) is None:
        return _why_not(revision)
    if not 1 <= first <= last <= revision.page_count:
        return f"There is no such page. Choose from pages 1 to {dates.number(revision.page_count)}."
    return ""


def _why_not(revision: Revision) -> str:
    """Return why there is no PDF to take pages from: not ready yet, no LibreOffice for slides, or a file without pages."""
    if revision.preview_state is PreviewState.WAITING or revision.preview_retry_at is not None:
        return WAITING
    if revision.preview_state is PreviewState.CARDS:
        return (
            "This hub can’t extract slides from a deck. Share the whole deck, or save the slides as a PDF and add that."
        )
    if revision.preview_state in {PreviewState.NONE, PreviewState.PICTURES}:
        return "Only PDFs and slide decks can be shared by page. Share the whole file, or a link to one page of it."
    return NOT_MADE


def excerpt(config: Config, revision: Revision, first: int, last: int, line: str) -> Path:
    """Return the PDF of the pages ``first`` to ``last``, each with ``line`` and its number below it.

    ``line`` has placeholders ``{number}`` and ``{count}``. Raises Refused when the PDF can't be made, NotNow when the
    file is missing from the storage, Busy when other excerpts are being made.
    """
    if reason := objection(config, revision, first, last):
        raise Refused(reason)
    source = showing.drawn_from(config, revision)
    numbers = list(range(first, last + 1))
    lines = [line.format(number=number, count=revision.page_count) for number in numbers]
    mark = sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:16]
    path = shelf.folder_of(config, revision.sha256 or "") / f"excerpt-{first}-{last}-{mark}.pdf"
    if shelf.note_use(path):
        return path
    if not walls.may_open(config):
        raise Refused(NO_WALLS)
    try:
        made = _cutter.make("excerpt", source or path, "pdf", timeout=TIMEOUT, numbers=numbers, lines=lines)
    except FileNotFoundError as error:
        originals.path_to_serve(config, revision.sha256 or "")  # raises if the original is missing, too
        shelf.report_missing(config, revision.sha256 or "")
        raise Refused(WAITING) from error
    content = made.each.get(1, b"")
    if made.may_pass:
        raise Refused(WAITING)
    if not content.startswith(b"%PDF-"):
        raise Refused(NOT_MADE)
    shelf.keep(path, content)
    return path

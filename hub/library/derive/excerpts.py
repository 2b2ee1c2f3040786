"""Some pages of a document as a PDF of their own, each with its source named: made when asked for, then kept."""

import atexit
from hashlib import sha256
from pathlib import Path

from config import Config
from hub.core.errors import Refused
from hub.library.derive.previews import shelf, showing
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.models import Revision
from hub.library.rules import PreviewState, Source

MEGABYTE = 1024 * 1024
# Someone waits for it.
CUTTING = Limits(wall_seconds=30, processor_seconds=25, answer_bytes=100 * MEGABYTE)
PATIENCE = 10.0  # seconds that a request waits for others who cut in this process
MOST_PAGES = 50

NOT_MADE = "These pages can't be cut out of the file. Share the whole, or save the pages as a PDF and add that."
WAITING = "The pages are still being made ready to be cut out. Try again in a minute."

# One helper for each web process, started by the first excerpt.
_cutter = Reader(CUTTING)
atexit.register(_cutter.close)


def objection(config: Config, revision: Revision, first: int, last: int | None) -> str:
    """Why these pages can't be given as a PDF, as a sentence that says what to do; empty when they can."""
    last = last or first
    if revision.source is not Source.FILE:
        return "Only files have pages that can be cut out as a PDF. Share a link to it instead."
    if last - first >= MOST_PAGES:
        return f"Up to {MOST_PAGES} pages can be cut out at a time. Choose fewer, or share the whole."
    if showing.drawn_from(config, revision) is None:
        return _why_not(revision)
    if not 1 <= first <= last <= revision.page_count:
        return f"It has pages 1 to {revision.page_count}. Choose among those."
    return ""


def _why_not(revision: Revision) -> str:
    """There is nothing to cut from: it isn't there yet, this hub can't print slides, or the file has no pages."""
    if revision.preview_state is PreviewState.WAITING:
        return WAITING
    if revision.preview_state is PreviewState.CARDS:
        return (
            "This hub can't print slides, so it can't cut some out as a PDF. Share the whole deck, or save the slides "
            "as a PDF and add that."
        )
    if revision.preview_state is PreviewState.NONE:
        return "Only PDFs and slide decks can be cut by pages. Share the whole, or a link to one page of it."
    return NOT_MADE


def excerpt(config: Config, revision: Revision, first: int, last: int, line: str) -> Path:
    """Return the PDF of the pages ``first`` to ``last``, each with ``line`` and its number below it.

    ``line`` has places for ``{number}`` and ``{count}``. Raises Refused when it can't be made, Busy when others cut.
    """
    if reason := objection(config, revision, first, last):
        raise Refused(reason)
    source = showing.drawn_from(config, revision)
    numbers = list(range(first, last + 1))
    lines = [line.format(number=number, count=revision.page_count) for number in numbers]
    mark = sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:16]
    path = shelf.folder_of(config, revision.sha256 or "") / f"excerpt-{first}-{last}-{mark}.pdf"
    if shelf.is_there(path):
        return path
    try:
        made = _cutter.make("excerpt", source or path, "pdf", patience=PATIENCE, numbers=numbers, lines=lines)
    except FileNotFoundError as error:
        shelf.want(config, revision.sha256 or "")
        raise Refused(WAITING) from error
    content = made.each.get(1, b"")
    if not content.startswith(b"%PDF-"):
        raise Refused(NOT_MADE)
    shelf.keep(path, content)
    return path

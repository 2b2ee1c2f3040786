"""The viewer's part: which pages of a revision have pictures, and the pictures, drawn on first request."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock

from markupsafe import Markup

from config import Config
from hub.core import clock, waking
from hub.library.derive.previews import budget, shelf
from hub.library.derive.previews.making import TYPESET
from hub.library.derive.previews.shelf import SMALL
from hub.library.extract import walls
from hub.library.extract.formats import PICTURE_FILES, format_of
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Busy, Reader
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.rules import PREVIEW_LATER, PreviewState, State, again_at

# A person waits: a page that takes longer is shown small, or as text.
NOW = Limits(wall_seconds=12, processor_seconds=10, answer_bytes=32 * 1024 * 1024)
TIMEOUT = 2.0  # seconds that a request waits for other drawing in this process; then it gets the small picture
# A page of a busy machine may need several pictures at once that nothing smaller can replace, such as the evidence of an
# application. A few requests of each process wait for as long as two pictures may take: a quarter of its threads.
PATIENCE = 2 * NOW.wall_seconds  # seconds
MOST_PATIENT = 6

# One helper for each web process, started by the first picture that has to be drawn.
_drawer = Reader(NOW)
atexit.register(_drawer.close)
_turn = Lock()
_patient = BoundedSemaphore(MOST_PATIENT)


@dataclass(frozen=True)
class Shown:
    """The pictures of a revision that can be shown."""

    state: PreviewState
    is_drawn: bool  # all pages except the gaps
    gaps: frozenset[int]
    sentence: str  # shown in place of a picture, if there are none
    embedded: bool  # the file has its own thumbnail of the first slide, which may be wrong
    size: tuple[int, int]  # width and height of the small picture of the current page, or a guess

    def has(self, number: int) -> bool:
        """Return True if the page with this number has a picture."""
        return self.is_drawn and number not in self.gaps


def shown(config: Config, revision: Revision, number: int) -> Shown:
    """Return which pictures of ``revision`` can be shown now, and the size of page ``number``'s picture."""
    folder = shelf.folder_of(config, revision.sha256 or "")
    drawn = drawn_from(config, revision) is not None or _is_picture(revision)
    sizes = (shelf.picture_size(shelf.picture_path(folder, page, SMALL)) for page in (number, 1))
    return Shown(
        state=revision.preview_state,
        sentence=sentence(config, revision),
        is_drawn=drawn,
        gaps=frozenset(shelf.numbers_of(folder, f"-{SMALL}.none")) if drawn else frozenset(),
        embedded=not drawn and revision.sha256 is not None and shelf.has_content(folder / shelf.EMBEDDED),
        size=next((size for size in sizes if size), (16, 9)),
    )


def sentence(config: Config, revision: Revision) -> str:
    """Return why there are no pictures, and when the hub tries to draw them again."""
    if revision.preview_state is PreviewState.FAILED and revision.preview_retry_at is not None:
        zone = config.zone
        again = again_at(revision.preview_retry_at.astimezone(zone), clock.now().astimezone(zone))
        return PREVIEW_LATER.format(again=again)
    return revision.preview_state.sentence


def picture(config: Config, revision: Revision, number: int, width: int) -> Path | None:
    """Return the path of a page's picture, drawing it if needed; None when there is none. Raises Busy.

    ``width`` is SMALL or LARGE. If a page can't be drawn large, or not soon, the small picture is returned.
    """
    if revision.state is State.INFECTED:
        return None
    folder = shelf.folder_of(config, revision.sha256 or "")
    source = _source(config, revision)
    if source is None:
        embedded = folder / shelf.EMBEDDED
        return embedded if number == 1 and shelf.note_use(embedded) else None
    if not 1 <= number <= max(revision.page_count, 1):
        return None
    small = shelf.picture_path(folder, number, SMALL)
    for drawn_width in (width, SMALL):
        path = shelf.picture_path(folder, number, drawn_width)
        try:
            if shelf.note_use(path) or _draw_now(config, revision, source, number, drawn_width):
                return path
        except Busy:
            if not shelf.has_content(small):
                raise
    return None


def thumbnail(config: Config, revision: Revision, number: int) -> tuple[int, int] | None:
    """Return the width and height of a page's small picture, or a guess; None if nothing is drawn yet or can be."""
    folder = shelf.folder_of(config, revision.sha256 or "")
    if _source(config, revision) is not None:
        # One that isn't drawn now is drawn when the page asks for it; most pages of a document have the same size.
        pages = (number,) if shelf.mark_path(folder, number, SMALL).exists() else (number, 1)
        sizes = (shelf.picture_size(shelf.picture_path(folder, page, SMALL)) for page in pages)
        return next((size for size in sizes if size), None)
    return shelf.picture_size(folder / shelf.EMBEDDED) if number == 1 and revision.sha256 else None


def drawn_from(config: Config, revision: Revision) -> Path | None:
    """Return the PDF that this revision's pictures are drawn from; None if there is none."""
    file_format = format_of(revision.file_name or "")
    if file_format is None or not _is_drawable(revision):
        return None
    if revision.state is State.INFECTED:
        return None
    if file_format.extension == "pdf":
        is_read = revision.page_count and revision.state in {State.OK, State.PARTIAL}
        return originals.path_of(config, revision.sha256 or "") if is_read else None
    if revision.preview_state is not PreviewState.PICTURES or file_format.extension in PICTURE_FILES:
        return None
    return shelf.folder_of(config, revision.sha256 or "") / shelf.DOCUMENT


def _source(config: Config, revision: Revision) -> tuple[str, Path, str] | None:
    """Return what pictures of pages are made from: the job, the file and its extension; None if there are none."""
    if (drawn := drawn_from(config, revision)) is not None:
        return "draw", drawn, "pdf"
    file_format = format_of(revision.file_name or "")
    if file_format is None or not _is_picture(revision):
        return None
    return "repack", originals.path_of(config, revision.sha256 or ""), file_format.extension


def _is_picture(revision: Revision) -> bool:
    """Return True if the file is itself a picture, with previews that the worker made."""
    file_format = format_of(revision.file_name or "")
    is_made = revision.preview_state is PreviewState.PICTURES and revision.state is not State.INFECTED
    return is_made and file_format is not None and file_format.extension in PICTURE_FILES


def _is_drawable(revision: Revision) -> bool:
    """Return True if pages can be drawn: also a PDF's, one by one, when the worker failed and will try again."""
    is_failed_for_now = revision.preview_state is PreviewState.FAILED and revision.preview_retry_at is not None
    return revision.preview_state in {PreviewState.PICTURES, PreviewState.WAITING} or is_failed_for_now


def _draw_now(config: Config, revision: Revision, source: tuple[str, Path, str], number: int, width: int) -> bool:
    """Draw one page while a person waits; returns True if there is a picture now. Raises Busy."""
    folder = shelf.folder_of(config, revision.sha256 or "")
    picture, mark = shelf.picture_path(folder, number, width), shelf.mark_path(folder, number, width)
    if mark.exists() or not walls.may_open(config):
        return False
    if not budget.has_room(config, width):
        waking.wake(config.INSTANCE)  # a worker makes room
        return False
    job, path, extension = source
    if path.parent == folder:
        shelf.note_use(path)
    try:
        with _drawing(has_smaller=shelf.has_content(shelf.picture_path(folder, number, SMALL))):
            if picture.exists() or mark.exists():  # another request drew it meanwhile, or couldn't
                return shelf.note_use(picture)
            pieces = _drawer.make(job, path, extension, numbers=[number], width=width, seconds=1)
            if pieces.may_pass and number not in pieces.each:
                return False  # not marked: the next request may draw it
            return shelf.write_picture(folder, number, width, pieces.each.get(number, b""))
    except FileNotFoundError:
        shelf.report_missing(config, revision.sha256 or "")
        waking.wake(config.INSTANCE)
        return False


@contextmanager
def _drawing(*, has_smaller: bool) -> Iterator[None]:
    """Wait for the turn to draw in this process. Raises Busy after TIMEOUT or, if patient, PATIENCE seconds."""
    is_patient = not has_smaller and _patient.acquire(blocking=False)
    try:
        if not _turn.acquire(timeout=PATIENCE if is_patient else TIMEOUT):
            raise Busy
        try:
            yield
        finally:
            _turn.release()
    finally:
        if is_patient:
            _patient.release()


def set_text(config: Config, revision: Revision) -> Markup | None:
    """Return a formatted text (Markdown, email, web page) as the safe HTML made by the worker; None if there is none."""
    file_format = format_of(revision.file_name or "")
    if file_format is None or file_format.extension not in TYPESET or revision.state is State.INFECTED:
        return None
    path = shelf.folder_of(config, revision.sha256 or "") / shelf.TEXT
    try:
        html = path.read_text(encoding="utf-8")
    except OSError:
        is_made = revision.preview_version > 0 and revision.preview_state is PreviewState.NONE
        if is_made and revision.state in {State.OK, State.PARTIAL} and not path.with_name(shelf.NO_TEXT).exists():
            shelf.report_missing(config, revision.sha256 or "")  # it was deleted to make room
            waking.wake(config.INSTANCE)
        return None
    shelf.note_use(path)
    return Markup(html)  # noqa: S704 - it was sanitized by safe_html before it was saved

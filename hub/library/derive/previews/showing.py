"""The viewer's part: what of a revision has a picture, and the picture, drawn now where it was never asked for."""

import atexit
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from config import Config
from hub.library.derive.previews import shelf
from hub.library.derive.previews.making import TYPESET
from hub.library.derive.previews.shelf import SMALL
from hub.library.extract.formats import format_of
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.rules import PreviewState, State

# Someone waits: a page that takes longer is shown small, or as its text.
NOW = Limits(wall_seconds=12, processor_seconds=10, answer_bytes=32 * 1024 * 1024)
PATIENCE = 5.0  # seconds that a request waits for others who draw in this process

# One helper for each web process, started by the first picture that has to be drawn.
_drawer = Reader(NOW)
atexit.register(_drawer.close)


@dataclass(frozen=True)
class Shown:
    """What of a revision can be shown as pictures."""

    state: PreviewState
    is_drawn: bool  # every page, but for the gaps
    gaps: frozenset[int]
    embedded: bool  # there is the picture that the file carries of its first slide: as good as who made the file
    size: tuple[int, int]  # width and height of the small picture of the page in question, or a guess

    def has(self, number: int) -> bool:
        """Return whether the page with this number has a picture."""
        return self.is_drawn and number not in self.gaps


def shown(config: Config, revision: Revision, number: int) -> Shown:
    """Return what of ``revision`` can be shown as pictures now, and the size of the picture of page ``number``."""
    folder = shelf.folder_of(config, revision.sha256 or "")
    drawn = drawn_from(config, revision) is not None
    sizes = (shelf.size_of(shelf.picture_path(folder, one, SMALL)) for one in (number, 1))
    return Shown(
        state=revision.preview_state,
        is_drawn=drawn,
        gaps=frozenset(shelf.numbers_of(folder, f"-{SMALL}.none")) if drawn else frozenset(),
        embedded=not drawn and revision.sha256 is not None and shelf.is_there(folder / shelf.EMBEDDED),
        size=next((size for size in sizes if size), (16, 9)),
    )


def picture(config: Config, revision: Revision, number: int, width: int) -> Path | None:
    """Return the picture of a page, drawn now if it never was; None when there is none. Raises Busy.

    ``width`` is SMALL or LARGE. A page that can't be drawn large is given small.
    """
    folder = shelf.folder_of(config, revision.sha256 or "")
    source = drawn_from(config, revision)
    if source is None:
        embedded = folder / shelf.EMBEDDED
        return embedded if number == 1 and shelf.is_there(embedded) else None
    if not 1 <= number <= max(revision.page_count, 1):
        return None
    for one in (width, SMALL):
        path = shelf.picture_path(folder, number, one)
        if shelf.is_there(path) or _draw_now(config, revision, source, number, one):
            return path
    return None


def thumbnail(config: Config, revision: Revision, number: int) -> tuple[int, int] | None:
    """Width and height of the small picture of a page, if it was drawn already; None when there is none to show."""
    folder = shelf.folder_of(config, revision.sha256 or "")
    if drawn_from(config, revision) is not None:
        return shelf.size_of(shelf.picture_path(folder, number, SMALL))
    return shelf.size_of(folder / shelf.EMBEDDED) if number == 1 and revision.sha256 else None


def drawn_from(config: Config, revision: Revision) -> Path | None:
    """Return the file that this revision's pictures are drawn from; None when it has none."""
    known = format_of(revision.file_name or "")
    if known is None or revision.preview_state not in {PreviewState.PICTURES, PreviewState.WAITING}:
        return None
    if known.extension == "pdf":
        is_read = revision.page_count and revision.state in {State.OK, State.PARTIAL}
        return originals.path_of(config, revision.sha256 or "") if is_read else None
    if revision.preview_state is PreviewState.WAITING:
        return None
    return shelf.folder_of(config, revision.sha256 or "") / shelf.DOCUMENT


def _draw_now(config: Config, revision: Revision, source: Path, number: int, width: int) -> bool:
    """Draw one page while someone waits; answers whether there is a picture now. Raises Busy."""
    folder = shelf.folder_of(config, revision.sha256 or "")
    if shelf.mark_path(folder, number, width).exists():
        return False
    try:
        made = _drawer.make("draw", source, "pdf", patience=PATIENCE, numbers=[number], width=width, seconds=1)
    except FileNotFoundError:
        shelf.want(config, revision.sha256 or "")
        return False
    return shelf.keep_picture(folder, number, width, made.each.get(number, b""))


def set_text(config: Config, revision: Revision) -> Markup | None:
    """Return a Markdown text, an email or a web page as the safe HTML that the worker made of it; None when there is none."""
    known = format_of(revision.file_name or "")
    if known is None or known.extension not in TYPESET:
        return None
    try:
        html = (shelf.folder_of(config, revision.sha256 or "") / shelf.TEXT).read_text(encoding="utf-8")
    except OSError:
        return None
    return Markup(html)  # noqa: S704 - it went through safe_html before it was kept

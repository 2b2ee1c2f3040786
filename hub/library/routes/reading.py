"""Pages that show a resource, its pages and their pictures."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.core import clock, error_pages, web
from hub.core.errors import NotFound
from hub.core.text import clean
from hub.core.web import Answer, db
from hub.library import queries as library_queries
from hub.library.derive import recognizing
from hub.library.derive.previews import shelf, showing
from hub.library.extract import picture_pages, reader, recognition, tesseract
from hub.library.extract.formats import recording_format
from hub.library.extract.recognition import Place
from hub.library.extract.version import READER_VERSION
from hub.library.models import Page, Resource, Revision
from hub.library.routes.blueprint import bp
from hub.library.rules import (
    LARGEST,
    LONGEST_TITLE,
    PageKind,
    PreviewState,
    Progress,
    Source,
    State,
    again_at,
    progress,
)
from hub.members.login import current_person
from hub.members.rules.permissions import Permission

NO_RECOGNITION = (
    "This hub can’t read text in pictures yet. To change that, ask your coordinator to have {package} installed on its "
    "machine. The hub then reads the pictures automatically."
)


@dataclass(frozen=True)
class View:
    """A page in the viewer, with its surroundings."""

    page: Page
    strip: Sequence[library_queries.Outline]
    before: int | None
    after: int | None
    count: int  # pages in all
    shown: showing.Shown
    q: str | None  # the search that led here
    note: str  # on a page that is a picture: where its text comes from
    places: Sequence[Place]  # of the words in the picture


@bp.get("/resources/<int:resource_id>")
@web.public
def show(resource_id: int) -> str:
    """Show a resource: its details, processing status, pages and revisions."""
    resource = library_queries.get_for(db, current_person(), resource_id, Permission.READ)
    _store_if_public(resource)
    first = library_queries.first_page(db, resource.current)
    return render_template(
        "library/show.html",
        resource=resource,
        revisions=library_queries.readable_revisions(current_person(), resource),
        view=_view(resource.current, first) if first else None,
        progress=_progress(resource.current, first.kind if first else None),
        advice=_advice(resource.current),
        no_download=library_queries.scan_objection(db, resource.current.sha256),
        text=showing.set_text(web.config(), resource.current),
        plays=recording_format(resource.current.file_name),
        shows_text=True,
        no_picture=_no_picture(resource.current),
        Source=Source,
        PreviewState=PreviewState,
    )


@bp.get("/resources/<int:resource_id>/pages/<int:number>")
@web.public
def page(resource_id: int, number: int) -> str:
    """Show one page, slide, sheet, section or item."""
    resource = library_queries.get_for(db, current_person(), resource_id, Permission.READ)
    _store_if_public(resource)
    current_page = library_queries.page_of(db, resource.current, number)
    return render_template(
        "library/page.html",
        resource=resource,
        view=_view(resource.current, current_page),
        shows_text=True,
        progress=_progress(resource.current, current_page.kind),
        advice=_advice(resource.current),
        no_download=library_queries.scan_objection(db, resource.current.sha256),
    )


@bp.get("/resources/<int:resource_id>/pages")
@web.public
def pages(resource_id: int) -> Response:
    """Redirect to the page whose number was typed (``?number=``), or the nearest one."""
    revision = library_queries.revision_for(db, current_person(), resource_id)
    typed = request.args.get("number", "").strip()
    number = min(web.row_number(typed) or 1, LARGEST)
    nearest = library_queries.nearest_page(db, revision, number)
    q = request.args.get("q") or None
    if nearest is None:
        return redirect(url_for(".show", resource_id=resource_id, q=q))
    return redirect(url_for(".page", resource_id=resource_id, number=nearest, q=q))


@bp.get("/resources/<int:resource_id>/pages/<int:number>/image")
@web.public
def image(resource_id: int, number: int) -> Answer:
    """Return the picture of a page (``?width=320|1200``) of the current revision, or of ``?revision=``, which is cacheable."""
    requested = min(web.row_number(request.args.get("revision")), LARGEST)
    revision = library_queries.revision_for(db, current_person(), resource_id, requested or None)
    is_public = library_queries.is_public(revision.resource, revision)
    if not is_public:
        web.store_nowhere()
    return as_picture(revision, number, lasting=requested > 0 and is_public)


def as_picture(revision: Revision, number: int, *, lasting: bool) -> Answer:
    """Return the picture of a page in the requested width; rows must be loaded before, since this commits.

    ``lasting``: the address names the revision and anyone may read it, so browsers keep it for a year; proxies keep
    nothing, because the audience may change. Raises NotFound when there is none.
    """
    width = shelf.SMALL if request.args.get("width") == str(shelf.SMALL) else shelf.LARGE

    def draw() -> Path | None:
        return showing.picture(web.config(), revision, number, width)

    def kept_for(path: Path) -> str:
        is_final = path.stem == f"{number}-{width}"  # not a smaller picture shown until this one is drawn
        return "private, max-age=31536000, immutable" if lasting and is_final else "private, no-cache"

    return drawn(draw, kept_for)


def drawn(draw: Callable[[], Path | None], kept_for: Callable[[Path], str]) -> Answer:
    """Return the response with a picture that ``draw`` finds or draws; ``kept_for`` gives its Cache-Control.

    Rows must be loaded before, since this commits. Raises NotFound when there is no picture; responds 503 while too
    many are being drawn.
    """
    db.commit()  # releases the rows while a picture is drawn
    try:
        path, content = _drawn_file(draw)
    except reader.Busy:
        return error_pages.error_page(503)
    answer = Response(content, mimetype="image/webp")
    answer.add_etag()
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = kept_for(path)
    return answer.make_conditional(request)


def _drawn_file(draw: Callable[[], Path | None]) -> tuple[Path, bytes]:
    """Return the path and content of a picture, drawn again if it was just deleted to make room. Raises NotFound."""
    for _ in range(2):
        path = draw()
        with suppress(FileNotFoundError):
            if path is not None:
                return path, path.read_bytes()
    raise NotFound


def _store_if_public(resource: Resource) -> None:
    if not library_queries.is_public(resource, resource.current):
        web.store_nowhere()


@bp.get("/resources/<int:resource_id>/state")
@web.public
def state(resource_id: int) -> Response:
    """Return the processing status of a resource as JSON, for a page that waits for it."""
    revision = library_queries.revision_for(db, current_person(), resource_id)
    first = library_queries.outline(db, revision, reach=0)
    return jsonify(_progress(revision, first[0].kind if first else None))


def _no_picture(revision: Revision) -> str:
    """Return why a picture that was uploaded isn't shown; empty if it is, or isn't drawn yet."""
    is_failed = revision.preview_state is PreviewState.FAILED
    return showing.sentence(web.config(), revision) if is_failed else ""


def _view(revision: Revision, current_page: Page) -> View:
    before, after = library_queries.adjacent_pages(db, revision, current_page.number)
    note, places = _picture(current_page)
    return View(
        page=current_page,
        strip=library_queries.outline(db, revision, current_page.number),
        before=before,
        after=after,
        count=revision.page_count,
        shown=showing.shown(web.config(), revision, current_page.number),
        q=clean(request.args.get("q", ""))[:LONGEST_TITLE] or None,
        note=note,
        places=places,
    )


def _picture(current_page: Page) -> tuple[str, Sequence[Place]]:
    """Return the note on a page that is a picture, and the places of the words in it; nothing for other pages."""
    if not current_page.is_picture:
        return "", ()
    places = library_queries.places_of(db, current_page)
    reading = picture_pages.reading_of(
        current_page.confidence, has_text=bool(current_page.text), has_places=bool(places)
    )
    return picture_pages.note_on(reading, current_page.confidence), recognition.places_from_json(places)


def _progress(revision: Revision, kind: PageKind | None) -> Progress:
    """Return the processing status of a revision; one that waits for more than its turn has a sentence of its own."""
    is_read = revision.reader_version >= READER_VERSION
    if not is_read and revision.state is State.WAITING and revision.state_detail:
        return Progress("", busy=False, mark="delayed")
    if revision.state is not State.INFECTED and (objection := library_queries.scan_objection(db, revision.sha256)):
        return Progress(objection, busy=True, mark=objection)
    pictures = recognizing.waiting_pages(db, revision) if is_read and revision.unread else 0
    status = progress(
        revision.state,
        revision.preview_state,
        kind,
        revision.page_count,
        is_read=is_read,
        in_bulk=revision.in_bulk,
        pictures=pictures if recognizing.can_recognize(web.config()) else 0,
    )
    if not is_read or revision.read_retry_at is None:
        return status
    zone = web.config().zone
    return replace(status, again=again_at(revision.read_retry_at.astimezone(zone), clock.now().astimezone(zone)))


def _advice(revision: Revision) -> str:
    """Return what to install before the pictures of a revision can be read; empty if nothing."""
    package = tesseract.missing_package(web.config().OCR_LANGUAGES) if revision.unread else ""
    return NO_RECOGNITION.format(package=package) if package and recognizing.waiting_pages(db, revision) else ""

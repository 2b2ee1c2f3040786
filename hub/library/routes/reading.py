"""Pages on which one reads: a resource, its pages and their pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.core import web
from hub.core.errors import NotFound
from hub.core.text import clean
from hub.core.web import Answer, db
from hub.library import queries as library_queries
from hub.library.derive.previews import shelf, showing
from hub.library.extract import reader
from hub.library.extract.reader import READER_VERSION
from hub.library.models import Page, Revision
from hub.library.routes.blueprint import bp
from hub.library.rules import LARGEST, LONGEST_TITLE, PageKind, PreviewState, Progress, Source, progress
from hub.members.login import current_person
from hub.members.rules.permissions import Permission


@dataclass(frozen=True)
class View:
    """What the viewer shows: a page, and what lies around it."""

    page: Page
    strip: Sequence[library_queries.Outline]
    before: int | None
    after: int | None
    count: int  # pages in all
    shown: showing.Shown
    q: str | None  # the words that were searched for


@bp.get("/resources/<int:resource_id>")
@web.public
def show(resource_id: int) -> str:
    """A resource: what it is, how far it was read, its pages, its revisions."""
    resource = library_queries.get_for(db, current_person(), resource_id, Permission.READ)
    first = library_queries.first_page(db, resource.current)
    return render_template(
        "library/show.html",
        resource=resource,
        revisions=library_queries.readable_revisions(current_person(), resource),
        view=_view(resource.current, first) if first else None,
        progress=_progress(resource.current, first.kind if first else None),
        text=showing.set_text(web.config(), resource.current),
        shows_text=True,
        Source=Source,
        PreviewState=PreviewState,
    )


@bp.get("/resources/<int:resource_id>/pages/<int:number>")
@web.public
def page(resource_id: int, number: int) -> str:
    """One page, slide, sheet, section or item."""
    resource = library_queries.get_for(db, current_person(), resource_id, Permission.READ)
    one = library_queries.page_of(db, resource.current, number)
    return render_template(
        "library/page.html",
        resource=resource,
        view=_view(resource.current, one),
        shows_text=True,
        progress=_progress(resource.current, one.kind),
    )


@bp.get("/resources/<int:resource_id>/pages")
@web.public
def pages(resource_id: int) -> Response:
    """The page whose number someone typed (``?number=``), or the nearest there is."""
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
    """The picture of a page (``?width=320|1200``), of the current revision or of ``?revision=``, which lasts."""
    asked = min(web.row_number(request.args.get("revision")), LARGEST)
    return as_picture(
        library_queries.revision_for(db, current_person(), resource_id, asked or None), number, lasting=asked > 0
    )


def as_picture(revision: Revision, number: int, *, lasting: bool) -> Answer:
    """Return the picture of a page, in the width that is asked for; the rows must have been read before.

    ``lasting``: the address names the revision, so that browsers may keep it. Raises NotFound when there is none.
    """
    width = shelf.SMALL if request.args.get("width") == str(shelf.SMALL) else shelf.LARGE

    def draw() -> Path | None:
        return showing.picture(web.config(), revision, number, width)

    def kept_for(path: Path) -> str:
        itself = path.stem == f"{number}-{width}"  # and not what stands in for it until it is drawn
        return "private, max-age=31536000, immutable" if lasting and itself else "private, no-cache"

    return drawn(draw, kept_for)


def drawn(draw: Callable[[], Path | None], kept_for: Callable[[Path], str]) -> Answer:
    """Return a picture that is drawn now or was before; ``kept_for`` says how long browsers may keep it.

    The rows must have been read before. Raises NotFound when there is no picture; while too many are being drawn the
    page says so.
    """
    db.commit()  # lets the rows go while a picture is drawn
    try:
        path = draw()
    except reader.Busy:
        return web.error_page(503)
    if path is None:
        raise NotFound
    answer = Response(path.read_bytes(), mimetype="image/webp")
    answer.add_etag()
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = kept_for(path)
    return answer.make_conditional(request)


@bp.get("/resources/<int:resource_id>/state")
@web.public
def state(resource_id: int) -> Response:
    """How far the hub got with a resource, for a page that waits for it."""
    revision = library_queries.revision_for(db, current_person(), resource_id)
    first = library_queries.outline(db, revision, reach=0)
    return jsonify(_progress(revision, first[0].kind if first else None))


def _view(revision: Revision, one: Page) -> View:
    before, after = library_queries.neighbours(db, revision, one.number)
    return View(
        page=one,
        strip=library_queries.outline(db, revision, one.number),
        before=before,
        after=after,
        count=revision.page_count,
        shown=showing.shown(web.config(), revision, one.number),
        q=clean(request.args.get("q", ""))[:LONGEST_TITLE] or None,
    )


def _progress(revision: Revision, kind: PageKind | None) -> Progress:
    """Return how far the hub got with a revision."""
    return progress(
        revision.state,
        revision.preview_state,
        kind,
        revision.page_count,
        is_read=revision.reader_version >= READER_VERSION,
    )

"""Taking a resource's file out of the hub, which is logged."""

from hashlib import sha256
from io import BytesIO

from flask import Response, abort, request, send_file

from hub.core import web
from hub.core.errors import NotFound, Refused
from hub.core.web import db
from hub.library import queries as library_queries
from hub.library.derive import excerpts
from hub.library.extract import reader
from hub.library.files import originals
from hub.library.models import Resource, Revision
from hub.library.rules import Source, range_of
from hub.members.login import current_person, signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission
from hub.sharing.actions import downloads as downloads_actions
from hub.sharing.routes.blueprint import bp
from hub.sharing.rules.texts import download_name, source_line

# How browsers say that they fetch ahead of a click that may never come.
PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


@bp.get("/resources/<int:resource_id>/slides")
@web.writes
def slides(resource_id: int) -> Response:
    """Some pages of the current revision (``?pages=7-9``) as a PDF, logged as a download."""
    person = signed_in()
    resource = library_queries.get_for(db, person, resource_id, Permission.FORWARD)
    wanted = range_of(request.args.get("pages", ""))
    if wanted is None:
        raise Refused("Say which pages, for example 7 or 7-9.")
    answer = as_excerpt(resource, resource.current, *wanted)
    if request.method == "GET":
        downloads_actions.log_download(db, person, resource, resource.current, whole=True)
    return answer


def as_excerpt(resource: Resource, revision: Revision, first: int, last: int) -> Response:
    """Return the pages as a PDF to keep, each naming its source; raises Refused when it can't be made."""
    line = source_line(resource.title, resource.organization.name, resource.published_on, web.config().HUB_NAME)
    db.commit()  # lets the rows go while it is cut
    try:
        path = excerpts.excerpt(web.config(), revision, first, last, line)
    except reader.Busy:
        abort(503)
    pages = f"{first}" if first == last else f"{first}-{last}"
    answer = send_file(
        path,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=download_name(f"{resource.title}, {pages}", ".pdf"),
    )
    answer.headers["Content-Security-Policy"] = "sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@bp.get("/resources/<int:resource_id>/download")
@web.public
@web.writes
def download(resource_id: int) -> Response:
    """The file (``?revision=`` an earlier one), logged as a download; looking ahead (HEAD, prefetch) takes nothing."""
    ahead = " ".join(request.headers.get(name, "").lower() for name in PREFETCH_HEADERS)
    if "prefetch" in ahead or "preview" in ahead:
        abort(503)  # the browser asks again when the person really clicks
    person = current_person()
    resource = library_queries.get_for(db, person, resource_id, Permission.READ)
    revision = _revision(person, resource)
    answer = as_file(resource, revision)
    if request.method == "GET":
        has_it = answer.status_code == 304  # noqa: PLR2004 - not modified: the browser shows its own copy again
        downloads_actions.log_download(db, person, resource, revision, whole=_begins_the_file() and not has_it)
    return answer


def _revision(person: Person | None, resource: Resource) -> Revision:
    """Return the revision that is asked for, or the current one."""
    number = request.args.get("revision", str(resource.revision_number))
    readable = library_queries.readable_revisions(person, resource)
    revision = next((one for one in readable if str(one.number) == number), None)
    if revision is None:
        raise NotFound
    return revision


def _begins_the_file() -> bool:
    """Return whether the request asks for the file from its first byte on."""
    return request.range is None or any(start == 0 for start, _end in request.range.ranges)


def as_file(resource: Resource, revision: Revision) -> Response:
    """Return the revision to keep, never to be run in the browser: a file as it came, a typed text as Markdown.

    Raises Refused for a web link, which has no file.
    """
    if revision.source is Source.LINK:
        raise Refused("This resource is an address on the web and has no file. Open the address on its page.")
    answer = _stored(revision) if revision.source is Source.FILE else _typed(resource, revision)
    answer.headers["Content-Security-Policy"] = "sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _stored(revision: Revision) -> Response:
    sha256_of_file = revision.sha256 or ""
    return send_file(
        originals.path_of(web.config(), sha256_of_file),
        mimetype=revision.media_type or "application/octet-stream",
        as_attachment=True,
        download_name=download_name(revision.file_name or ""),
        etag=sha256_of_file,
    )


def _typed(resource: Resource, revision: Revision) -> Response:
    content = (revision.body or "").encode("utf-8", "replace")
    return send_file(
        BytesIO(content),
        mimetype="text/markdown",
        as_attachment=True,
        download_name=download_name(resource.title, ".md"),
        etag=sha256(content).hexdigest(),
        last_modified=revision.created_at,
    )

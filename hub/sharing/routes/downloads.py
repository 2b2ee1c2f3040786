"""Downloads of files and excerpts, which are logged."""

from functools import partial
from hashlib import sha256
from io import BytesIO

from flask import Response, abort, request, send_file

from hub.core import web
from hub.core.errors import NotFound, Refused, SignInNeeded
from hub.core.file_names import FALLBACK, attach
from hub.core.web import db
from hub.library import queries as library_queries
from hub.library.derive import excerpts
from hub.library.extract import reader
from hub.library.extract.served import served_type
from hub.library.files import originals
from hub.library.models import Resource, Revision
from hub.library.rules import Source, range_of
from hub.members.login import current_person, signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission
from hub.members.rules.signing_in import same_network
from hub.sharing.actions import downloads as downloads_actions
from hub.sharing.routes.blueprint import bp
from hub.sharing.rules.texts import download_name, source_line

# The headers by which browsers announce a prefetch, before any click.
PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


@bp.get("/resources/<int:resource_id>/slides")
@web.writes
def slides(resource_id: int) -> Response:
    """Download pages of the current revision (``?pages=7-9``) as a PDF, logged as a download."""
    person = signed_in()
    resource = library_queries.get_for(db, person, resource_id, Permission.READ)
    if objection := library_queries.objection_to_forwarding(person, resource):
        raise Refused(objection)
    pages = range_of(request.args.get("pages", ""))
    if pages is None:
        raise Refused("Enter the pages, such as 7 or 7-9.")
    response = excerpt_response(resource, resource.current, *pages)
    if _is_deliberate():
        _log(person, resource, resource.current, whole=True)
    return response


def excerpt_response(resource: Resource, revision: Revision, first: int, last: int) -> Response:
    """Return the pages as a PDF download, each with its source line; raises Refused if it can't be created."""
    if objection := library_queries.scan_objection(db, revision.sha256):
        raise Refused(objection)
    line = source_line(resource.title, resource.organization.name, resource.published_on, web.config().HUB_NAME)
    db.commit()  # holds no database locks while the PDF is made
    try:
        path = excerpts.excerpt(web.config(), revision, first, last, line)
    except reader.Busy:
        abort(503)
    pages = f"{first}" if first == last else f"{first}-{last}"
    response = attach(
        send_file(
            path,
            mimetype="application/pdf",
            as_attachment=True,
            download_name=FALLBACK,
        ),
        download_name(f"{resource.title}, {pages}", ".pdf"),
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    _store_if_public(response, resource, revision)
    return response


def _store_if_public(response: Response, resource: Resource, revision: Revision) -> None:
    """Let the browser keep a file to compare it, if it is for everyone; else the next person at it could open it."""
    response.headers["Cache-Control"] = "private, no-cache"
    if not library_queries.is_public(resource, revision):
        web.store_nowhere()


@bp.get("/resources/<int:resource_id>/download")
@web.public
@web.writes
def download(resource_id: int) -> Response:
    """Download the file (``?revision=`` an earlier one) and log it, if the person asked for it here."""
    purpose = " ".join(request.headers.get(name, "").lower() for name in PREFETCH_HEADERS)
    if "prefetch" in purpose or "preview" in purpose:
        abort(503)  # the browser asks again when the person clicks
    person = current_person()
    resource = library_queries.get_for(db, person, resource_id, Permission.READ)
    revision = _revision(person, resource)
    response = file_response(resource, revision)
    if _is_deliberate():
        is_unmodified = response.status_code == 304  # noqa: PLR2004 - the browser shows its own copy
        _log(person, resource, revision, whole=_has_first_byte() and not is_unmodified)
    return response


def _log(person: Person | None, resource: Resource, revision: Revision, *, whole: bool) -> None:
    """Log a download; if the disk is full, as soon as there is space."""
    network = same_network(request.remote_addr or "")
    event = downloads_actions.download_event(db, person, resource, revision, whole=whole, network=network)
    if event is not None:
        web.record(partial(downloads_actions.log_event, event=event))


def _is_deliberate() -> bool:
    """Return True for a GET that doesn't come from another website, which could download in someone's name.

    The file comes either way.
    """
    return request.method == "GET" and not web.sent_by_another_site()


def _revision(person: Person | None, resource: Resource) -> Revision:
    """Return the requested revision, or the current one."""
    number = request.args.get("revision", str(resource.revision_number))
    readable = library_queries.readable_revisions(person, resource)
    revision = next((candidate for candidate in readable if str(candidate.number) == number), None)
    if revision is None:
        raise SignInNeeded if person is None else NotFound
    return revision


def _has_first_byte() -> bool:
    """Return True if the request includes the first byte of the file."""
    return request.range is None or any(start == 0 for start, _end in request.range.ranges)


def file_response(resource: Resource, revision: Revision) -> Response:
    """Return the revision as a download: the original file, or a typed text as Markdown.

    The browser must not run it. Raises Refused for a link, which has no file.
    """
    if revision.source is Source.LINK:
        raise Refused("This resource is a link and has no file. Open the link on its page.")
    if objection := library_queries.scan_objection(db, revision.sha256):
        raise Refused(objection)
    response = _original_response(revision) if revision.source is Source.FILE else _text_response(resource, revision)
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    _store_if_public(response, resource, revision)
    return response


def _original_response(revision: Revision) -> Response:
    sha256_of_file = revision.sha256 or ""
    path = originals.path_to_serve(web.config(), sha256_of_file)
    return attach(
        send_file(
            path,
            mimetype=served_type(path, revision.file_name or ""),
            as_attachment=True,
            download_name=FALLBACK,
            etag=sha256_of_file,
        ),
        download_name(revision.file_name or ""),
    )


def _text_response(resource: Resource, revision: Revision) -> Response:
    content = (revision.body or "").encode("utf-8", "replace")
    return attach(
        send_file(
            BytesIO(content),
            mimetype="text/markdown",
            as_attachment=True,
            download_name=FALLBACK,
            etag=sha256(content).hexdigest(),
            last_modified=revision.created_at,
        ),
        download_name(resource.title, ".md"),
    )

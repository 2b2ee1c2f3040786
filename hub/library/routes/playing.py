"""Recordings that play in the page: the original, streamed part by part as browsers ask for it."""

from flask import Response, request, send_file

from hub.core import web
from hub.core.errors import NotFound
from hub.core.web import db
from hub.library import queries as library_queries
from hub.library.extract.formats import recording_format
from hub.library.extract.served import served_type
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.routes.blueprint import bp
from hub.library.rules import LARGEST
from hub.members.login import current_person


@bp.get("/resources/<int:resource_id>/recording")
@web.public
def recording(resource_id: int) -> Response:
    """Return the recording for the player in the page, or a part of it; ``?revision=`` is an earlier one.

    Playing is viewing, like the pictures of pages: nothing is logged (decision 24).
    """
    requested = min(web.row_number(request.args.get("revision")), LARGEST)
    revision = library_queries.revision_for(db, current_person(), resource_id, requested or None)
    if recording_format(revision.file_name) is None or library_queries.scan_objection(db, revision.sha256):
        raise NotFound
    return _played(revision)


def _played(revision: Revision) -> Response:
    """Return the file itself, which the browser plays and doesn't run; raises NotFound if it isn't what its name says."""
    sha256 = revision.sha256 or ""
    path = originals.path_to_serve(web.config(), sha256)
    media_type = served_type(path, revision.file_name or "")
    if not media_type.startswith(("audio/", "video/")):
        raise NotFound
    response = send_file(path, mimetype=media_type, etag=sha256)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    if not library_queries.is_public(revision.resource, revision):
        web.store_nowhere()
    return response

"""How large the body of a request may be: files only from people who are signed in, whose session still lasts."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Flask, current_app, request
from flask import session as cookie
from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.core.errors import SignInNeeded

# The limit for forms without files; views that accept files are marked with `web.takes_files`.
FORM_BYTES = 1_000_000
TOKEN = "_user_id"  # noqa: S105 - the key of a session's token in the signed cookie, where Flask-Login keeps an id
_CHECK = "hub-session-check"


def check_sessions_by(app: Flask, lasts: Callable[[Session, str], bool]) -> None:
    """Register the function that returns True if the session with a token lasts, which core doesn't know."""
    app.extensions[_CHECK] = lasts


def limit() -> int:
    """Return the size limit of the current request's body, in bytes.

    Asks no database, since the web server waits for it: `objection` does.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    config = _database().config
    if getattr(view, "visitors_too", False):
        # One document for each of the four requirements.
        return 4 * config.MAX_EVIDENCE_MB * 1_000_000 + FORM_BYTES
    if getattr(view, "takes_files", False) and TOKEN in cookie:
        # The limit is per file, and a form may have several files: allow ten.
        return 10 * config.max_upload_bytes + FORM_BYTES
    return FORM_BYTES


def objection() -> SignInNeeded | None:
    """Return why the current request may not have a body larger than a form's: the session in its cookie has ended.

    The cookie is signed and stays as it is, so only the session's row tells. None for a body that `limit` refuses.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    length = request.content_length
    is_large = length > FORM_BYTES if length is not None else "Transfer-Encoding" in request.headers
    if not is_large or not getattr(view, "takes_files", False) or getattr(view, "visitors_too", False):
        return None
    if TOKEN not in cookie or request.method in {"GET", "HEAD"}:
        return None
    with _database().reading() as db:
        return None if current_app.extensions[_CHECK](db, str(cookie[TOKEN])) else SignInNeeded()


def limit_of(app: Flask, environ: Mapping[str, Any]) -> int:
    """Return the size limit of the body of the request in ``environ``, in bytes, before it has arrived."""
    with app.request_context(dict(environ)):
        return limit()


def objection_of(app: Flask, environ: Mapping[str, Any]) -> SignInNeeded | None:
    """Return the objection to the body of the request in ``environ``, before it has arrived."""
    with app.request_context(dict(environ)):
        return objection()


def _database() -> Database:
    return cast(Database, current_app.extensions["hub-database"])

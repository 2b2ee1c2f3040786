"""Error pages, which say what went wrong and what to do about it. Imports no room."""

import logging
from contextlib import suppress
from typing import Any, cast

from flask import Flask, current_app, g, get_flashed_messages, message_flashed, render_template, request
from flask import session as cookie
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from config import Config
from hub.core import dates, failures
from hub.core.db import Database, is_collision
from hub.core.errors import NotFound, NotNow, Refused, TooManyAttempts
from hub.core.repeating import ask_again
from hub.core.typed import typed_texts

log = logging.getLogger("hub.web")

# Error pages: title, and what to do.
ERRORS = {
    400: ("Something went wrong with that form", "Go back, check what you entered, and submit it again."),
    403: ("You don’t have permission", "Your role doesn’t allow this. Ask your representative or the coordinator."),
    404: ("Page not found", "The address may be mistyped, or the page isn’t shared with you."),
    405: ("That page can’t be opened directly", "Go back and use the button on the page."),
    408: ("Your connection was too slow", "Nothing was saved. Try again."),
    410: ("The file is missing", "Tell the coordinator, who can restore it from a backup."),
    413: ("That’s too large", "Upload a smaller file, or shorten the text."),
    415: ("Something went wrong with that form", "Go back, check what you entered, and submit it again."),
    422: ("That didn’t work", ""),
    429: ("Too many attempts", "Wait 15 minutes, then try again."),
    500: (
        "Something went wrong on our end",
        "Nothing was saved. Try again. If it happens again, tell the coordinator.",
    ),
    503: (
        "The hub is temporarily unavailable",
        "It’s too busy, or can’t reach its database. Try again in a minute.",
    ),
    507: ("The hub’s disk is full", NotNow.DISK_FULL),
}

MACHINE_FAILED = (
    "The hub’s machine reports a failure, such as a disk error. Try again in a minute. If it happens again, tell the "
    "coordinator."
)
LOSES_FORM = frozenset({403, 404, 422, 500, 503, 507})  # statuses of error pages after which a form may be gone


def error_page(status: int, sentence: str = "") -> tuple[str, int]:
    """Return the error page for ``status``; ``sentence`` replaces the standard advice."""
    title, advice = ERRORS.get(status, ERRORS[400 if status < 500 else 500])  # noqa: PLR2004
    if "db" in g:
        g.db.rollback()
    _withdraw_messages()
    typed: list[str] = []
    arrived = request.method == "POST" and not request.environ.get("hub.refused")  # otherwise there is no form
    if status in LOSES_FORM and arrived:
        with suppress(OSError):  # a large form goes to a temporary file, and the disk may be full
            typed = typed_texts()
    if not typed:
        g.is_confidential = True  # stored nowhere, unless Back must find what was typed
    return render_template("error.html", title=title, advice=sentence or advice, status=status, typed=typed), status


def _note_message(_app: Flask, message: str, category: str) -> None:
    g.setdefault("flashed", []).append((category, message))


def _withdraw_messages() -> None:
    """Withdraw what this request was about to say, such as "Saved": nothing was. Messages of earlier requests stay."""
    if flashed := g.pop("flashed", None):
        waiting = cast("list[Any]", get_flashed_messages(with_categories=True))  # the list itself, which the page shows
        waiting[:] = [message for message in waiting if tuple(message) not in flashed]


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - redirects are answers, not errors
        return error
    cause = getattr(error, "original_exception", None)  # of an error at the end of the request, such as a commit
    return error_page(error.code) if cause is None else broken(cause)


def _csrf_error(_error: CSRFError) -> tuple[str, int]:
    return error_page(
        400, "This page was open too long, or your browser blocks cookies. Go back, reload the page, and try again."
    )


def _too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False):
        limit = _config().MAX_EVIDENCE_MB if getattr(view, "visitors_too", False) else _config().MAX_UPLOAD_MB
        limit_words = dates.number(limit)
        return error_page(413, f"The limit is {limit_words} MB per file. Upload a smaller file, or add a link instead.")
    return error_page(413, "A form can have up to 1 MB of text. Shorten the text, or upload it as a file.")


def broken(error: Exception) -> tuple[str, int]:
    """Return the page for an unexpected error; after a collision with another request, ask for it to be repeated."""
    is_collision_now = is_collision(error)
    if is_collision_now and ask_again(request.environ):
        if "db" in g:
            g.db.rollback()
        log.info("Repeating a request that met another one: %s", type(error).__name__)
        return "", 503
    log.error("The request failed.", exc_info=error, extra={"method": request.method})
    is_busy = is_collision_now and not isinstance(error, IntegrityError)
    status = 503 if is_busy or isinstance(error, OperationalError) else 500
    title, advice = ERRORS[status]
    if failures.is_full(error):
        status, (title, advice) = 507, ERRORS[507]
    elif failures.is_of_machine(error):
        status, title, advice = 503, ERRORS[503][0], MACHINE_FAILED
    _only_read()
    _restore_cookie()
    try:
        return error_page(status, advice)
    except Exception:
        log.exception("The error page also failed.")
        return f"<!doctype html><title>{title}</title><h1>{title}</h1><p>{advice}</p>", status


def _restore_cookie() -> None:
    """Give the browser back the cookie that sent the form, so that the same form still fits: nothing was saved."""
    if (before := g.get("cookie_before")) is not None:
        cookie.clear()
        cookie.update(before)
        g.pop("csrf_token", None)  # Flask-WTF's copy of the token that the forms of the error page send


def _only_read() -> None:
    """Give the error page a session for reading: one that writes would wait for its turn again."""
    if session := g.pop("db", None):
        session.close()
    g.pop("_login_user", None)  # it belonged to that session
    g.db = cast(Database, current_app.extensions["hub-database"]).reader()


def init(app: Flask) -> None:
    """Register a page for every kind of error."""
    message_flashed.connect(_note_message, app)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(NotFound, lambda _error: error_page(404))
    app.register_error_handler(Refused, lambda error: error_page(422, str(error)))
    app.register_error_handler(NotNow, lambda error: error_page(error.status, str(error)))
    app.register_error_handler(TooManyAttempts, lambda error: error_page(429, str(error)))
    app.register_error_handler(Exception, broken)


def _config() -> Config:
    return cast(Database, current_app.extensions["hub-database"]).config

"""Flask glue: one commit per request, error pages, CSRF, headers, template helpers. Knows no room."""

import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, before_render_template, current_app, g, render_template, request
from flask import session as cookie
from flask.sansio.blueprints import BlueprintSetupState
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import Template
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from config import Config
from hub.core import chosen_settings, clock, dates, text
from hub.core.audit import request_id
from hub.core.db import Database
from hub.core.errors import NotFound, Refused, TooManyTries
from hub.core.icons import icon
from hub.core.tables import CSV, XLSX
from hub.core.templates import Unindented

log = logging.getLogger("hub.web")

csrf = CSRFProtect()

Preparation = Callable[[str, dict[str, Any]], None]
View = TypeVar("View", bound=Callable[..., Any])
Answer = str | AnyResponse | tuple[str, int]  # what a page that may lead elsewhere answers

# A form without a file is small; a route that takes files says so with `takes_files`.
FORM_BYTES = 1_000_000
TO_KEEP = {"pdf": "application/pdf", "csv": CSV, "xlsx": XLSX}  # the formats of reports, with their media types
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# Error pages: title, and what to do.
ERRORS = {
    400: ("Something went wrong with that form", "Go back, check what you entered, and submit it again."),
    403: ("You don’t have permission", "Your role doesn’t allow this. Ask your representative or the coordinator."),
    404: ("Page not found", "The address may be mistyped, or the page isn’t shared with you."),
    405: ("That page can’t be opened directly", "Go back and use the button on the page."),
    413: ("That’s too large", "Upload a smaller file, or shorten the text."),
    415: ("Something went wrong with that form", "Go back, check what you entered, and submit it again."),
    422: ("That didn’t work", ""),
    429: ("Too many attempts", "Wait 15 minutes, then try again."),
    500: (
        "Something went wrong on our end",
        "Nothing was saved. Try again. If it happens again, tell the coordinator.",
    ),
    503: ("The hub is temporarily unavailable", "Try again in a minute."),
}


LARGEST_ROW = 2**31 - 1  # the largest number that a row can have; larger ones break a query
HIGHEST_PAGE = 1_000_000  # of a long list, for the same reason


class RowNumber(IntegerConverter):
    """A number in an address; one that is larger than rows can have is no page, instead of a broken query."""

    def __init__(self, url_map: Map, fixed_digits: int = 0, min: int | None = None, max: int = LARGEST_ROW) -> None:  # noqa: A002 - werkzeug's names
        super().__init__(url_map, fixed_digits, min, max)


def row_number(text: str | None) -> int:
    """Return the number of a row that someone sent; 0, which no row has, when it is none."""
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < len(str(LARGEST_ROW)) else 0


def page_number() -> int:
    """Return which page of a long list is asked for (``?page=``), from 1."""
    return min(max(request.args.get("page", 1, type=int), 1), HIGHEST_PAGE)


def page_count(total: int, of_each: int) -> int:
    """Return how many pages a list of so many has."""
    return -(-total // of_each)


def _open_session() -> Session:
    """Give this request's session: opened when first used, for reading unless the request may write."""
    if "db" not in g:
        database: Database = current_app.extensions["hub-database"]
        view = current_app.view_functions.get(request.endpoint or "")
        writes = request.method not in SAFE_METHODS or getattr(view, "writes", False)
        g.db = database.writer() if writes else database.reader()
    return cast(Session, g.db)


db: Session = LocalProxy(_open_session)  # type: ignore[assignment]


def config() -> Config:
    """Return the settings of the running hub."""
    return cast(Database, current_app.extensions["hub-database"]).config


def writes(view: View) -> View:
    """Mark a view that answers a GET and yet records something (taking a file out is recorded)."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def takes_files(view: View) -> View:
    """Mark a view whose POST may carry files up to the hub's limit."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def from_mail_programs(view: View) -> View:
    """Mark a view whose POST comes from a mail program, without a session (RFC 8058): its address is the proof."""
    return cast(View, csrf.exempt(view))


def takes_files_of_visitors(view: View) -> View:
    """Mark a view whose POST may carry files of someone without an account, up to a lower limit."""
    view.takes_files = view.visitors_too = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Mark a view that needs no sign-in; every other view does."""
    view.public = True  # type: ignore[attr-defined]
    return view


def before_pages(bp: Blueprint) -> Callable[[Preparation], Preparation]:
    """Have a function called with each page's template and values, before the page is written.

    Templates ask no database: what a room adds to the pages of others, it puts among their values here.
    """

    def register(prepare: Preparation) -> Preparation:
        def receive(_app: Flask, template: Template, context: dict[str, Any], **_others: object) -> None:
            prepare(template.name or "", context)

        def connect(state: BlueprintSetupState) -> None:
            before_render_template.connect(receive, state.app, weak=False)

        bp.record_once(connect)
        return prepare

    return register


def init(app: Flask, given: Config, database: Database) -> None:
    """Wire what every request needs."""
    app.extensions["hub-database"] = database
    app.config.update(
        SECRET_KEY=given.SECRET_KEY,
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=2_000,
        SESSION_COOKIE_NAME="hub_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=given.BASE_URL.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=given.SESSION_DAYS * 86_400,
        SEND_FILE_MAX_AGE_DEFAULT=3_600,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch still works
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.url_map.converters["int"] = RowNumber
    if given.TRUSTED_PROXIES:
        hops = given.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_begin)  # before CSRF, which reads the whole body
    csrf.init_app(app)
    Bootstrap5(app)
    app.after_request(_finish)
    app.teardown_request(_close)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(NotFound, lambda _error: error_page(404))
    app.register_error_handler(Refused, lambda error: error_page(422, str(error)))
    app.register_error_handler(TooManyTries, lambda error: error_page(429, str(error)))
    app.register_error_handler(Exception, _broken)
    _add_template_helpers(app)


def _begin() -> None:
    """Give the request an id, and refuse a body larger than this view takes before reading it."""
    g.began = time.monotonic()
    request_id.set(uuid.uuid4().hex[:12])
    if "static" not in (request.endpoint or ""):
        chosen_settings.refresh(current_app.extensions["hub-database"])
    if "\x00" in request.path or any("\x00" in value for _name, value in request.args.items(multi=True)):
        abort(404)  # no row holds it, and PostgreSQL won't even look
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "visitors_too", False):
        # A document for each of the things that an applicant shows.
        request.max_content_length = 4 * config().MAX_EVIDENCE_MB * 1_000_000 + FORM_BYTES
    elif getattr(view, "takes_files", False) and "_user_id" in cookie:
        # Many files may come in one form: the limit is for each file, the form may hold ten such.
        request.max_content_length = 10 * config().max_upload_bytes + FORM_BYTES


def _finish(response: Response) -> Response:
    """Commit when the answer is good, roll back when it isn't; add the headers; write the log line."""
    person = inspect(g.get("_login_user"), raiseerr=False)
    if "db" in g:
        if response.status_code < 400:  # noqa: PLR2004 - the first status that says no
            g.db.commit()
        else:
            g.db.rollback()
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers["X-Request-Id"] = request_id.get()
    if config().BASE_URL.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.endpoint or "static" not in request.endpoint:
        headers.setdefault("Cache-Control", "private, no-cache")
    _log_line(response, person.identity[0] if person and person.identity else None)
    return response


def _log_line(response: Response, person_id: int | None) -> None:
    """One line a request: the route's pattern where the path holds a secret token, never the query.

    What no route takes may hold one too: a link with a slash too much, or the address of its button.
    """
    hidden = request.view_args and "token" in request.view_args and request.url_rule
    path = request.path if request.url_rule else _LIKE_A_TOKEN.sub("…", request.path)
    level = logging.DEBUG if "static" in (request.endpoint or "") else logging.INFO
    log.log(
        level,
        "request",
        extra={
            "method": request.method,
            "path": str(request.url_rule) if hidden else path,
            "status": response.status_code,
            "took_ms": round(1000 * (time.monotonic() - g.get("began", time.monotonic())), 1),
            "person": person_id,
            "address": request.remote_addr,
        },
    )


def _close(_error: BaseException | None) -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()


def error_page(status: int, sentence: str = "") -> tuple[str, int]:
    """Return the page for ``status``, which says what to do."""
    title, advice = ERRORS.get(status, ERRORS[400 if status < 500 else 500])  # noqa: PLR2004
    if "db" in g:
        g.db.rollback()
    return render_template("error.html", title=title, advice=sentence or advice, status=status), status


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - redirects are answers, not errors
        return error
    return error_page(error.code)


def _csrf_error(_error: CSRFError) -> tuple[str, int]:
    return error_page(
        400, "This page was open for too long, or cookies are off. Go back, load the page again, and send it once more."
    )


def _too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False):
        most = config().MAX_EVIDENCE_MB if getattr(view, "visitors_too", False) else config().MAX_UPLOAD_MB
        return error_page(413, f"A file may have up to {most:,} MB. Send a smaller one, or a link to it.")
    return error_page(413, "A form may hold up to 1 MB of text. Shorten it, or upload it as a file.")


def _broken(error: Exception) -> tuple[str, int]:
    log.error("The answer failed.", exc_info=error, extra={"method": request.method})
    status = 503 if isinstance(error, OperationalError) else 500
    try:
        return error_page(status)
    except Exception:
        log.exception("The error page failed too.")
        title, advice = ERRORS[status]
        return f"<!doctype html><title>{title}</title><h1>{title}</h1><p>{advice}</p>", status


def _add_template_helpers(app: Flask) -> None:
    """What every template may use."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)

    def local(moment: datetime) -> datetime:
        return moment.astimezone(config().zone)

    def today() -> date:
        return clock.today(config().zone)

    app.jinja_env.filters.update(
        day=lambda day: dates.day_markup(day, today()),
        moment=lambda moment: dates.moment_markup(local(moment), today()),
        # For titles and attributes, which hold no elements:
        day_words=lambda day: dates.short(day, today()),
        moment_words=lambda moment: dates.moment_short(local(moment), today()),
        day_in_full=dates.in_full,
        time=lambda moment: dates.time_of_day(local(moment) if isinstance(moment, datetime) else moment),
        local_day=lambda moment: local(moment).date(),
        number=dates.number,
        markdown=text.markdown,
        plural=dates.plural,
        size=dates.file_size,
    )
    app.jinja_env.globals.update(
        hub_name=LocalProxy(lambda: config().HUB_NAME),
        max_upload_mb=LocalProxy(lambda: config().MAX_UPLOAD_MB),
        address_with=address_with,
        icon=icon,
        public_address=lambda path: config().BASE_URL + path.rstrip("?"),
        today=today,
    )


def as_attachment(content: bytes, media_type: str, file_name: str) -> Response:
    """Return a document to keep; ``file_name`` is one of ours, in plain letters."""
    headers = {"Content-Disposition": f"attachment; filename={file_name}"}
    return Response(content, mimetype=media_type, headers=headers)


def to_keep(name: str, makers: Mapping[str, Callable[[], bytes]]) -> Response:
    """Return the document as ``?format=pdf`` (as when nothing is said), ``csv`` or ``xlsx``; raises NotFound for others."""
    form = request.args.get("format", "pdf")
    if form not in makers:
        raise NotFound
    return as_attachment(makers[form](), TO_KEEP[form], f"{name}.{form}")


def address_with(**changes: object) -> str:
    """Give this page's address with some of its query changed; None takes a name out. A new filter starts at page 1."""
    query = {name: values for name, values in request.args.lists() if name != "page"}
    for name, value in changes.items():
        query[name] = [] if value is None else [str(v) for v in value] if isinstance(value, list) else [str(value)]
    return f"{request.path}?{urlencode(query, doseq=True)}" if any(query.values()) else request.path


def one_of(kind: Any, value: str) -> Any:
    """Return the member of an enum with this value, or None: a filter that means nothing filters nothing."""
    return next((member for member in kind if member.value == value), None)

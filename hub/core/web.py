"""Flask set-up: one transaction per request, CSRF, headers. Imports no room."""

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, before_render_template, current_app, g, redirect, request
from flask import flash as flash_message
from flask import session as cookie
from flask.sansio.blueprints import BlueprintSetupState
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from jinja2 import Template
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from config import Config
from hub.core import (
    bodies,
    chosen_settings,
    disk,
    error_pages,
    failures,
    later,
    parts,
    request_log,
    template_helpers,
    unchanged,
)
from hub.core.audit import request_id
from hub.core.bodies import FORM_BYTES
from hub.core.db import Database, take_turns
from hub.core.errors import NotFound, NotNow
from hub.core.repeating import Repeating
from hub.core.session_cookies import SessionCookies
from hub.core.tables import CSV, XLSX

log = logging.getLogger("hub.web")

csrf = CSRFProtect()

Preparation = Callable[[str, dict[str, Any]], None]
View = TypeVar("View", bound=Callable[..., Any])
Answer = str | AnyResponse | tuple[str, int]  # the return type of views that may redirect

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REPORT_TYPES = {"pdf": "application/pdf", "csv": CSV, "xlsx": XLSX}  # formats of reports, and their media types
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

HEALTH_CHECK = "/healthz"  # monitoring asks on the machine itself, without encryption
LARGEST_ROW = 2**31 - 1  # the largest primary key; larger numbers make a query fail
HIGHEST_PAGE = 1_000_000  # of a paginated list, for the same reason


class RowNumber(IntegerConverter):
    """A primary key in a URL. Larger numbers don't match, so they give "page not found" instead of a failing query."""

    def __init__(self, url_map: Map, fixed_digits: int = 0, min: int | None = None, max: int = LARGEST_ROW) -> None:  # noqa: A002 - werkzeug's names
        super().__init__(url_map, fixed_digits, min, max)


def row_number(text: str | None) -> int:
    """Return the primary key in submitted text, or 0, which no row has, if it isn't one."""
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < len(str(LARGEST_ROW)) else 0


def page_number() -> int:
    """Return the requested page of a paginated list (``?page=``), starting at 1."""
    return min(max(request.args.get("page", 1, type=int), 1), HIGHEST_PAGE)


def page_count(total: int, per_page: int) -> int:
    """Return the number of pages of a list with ``total`` items."""
    return -(-total // per_page)


def _open_session() -> Session:
    """Return this request's session, opened on first use; read-only unless the request may write."""
    if "db" not in g:
        database: Database = current_app.extensions["hub-database"]
        view = current_app.view_functions.get(request.endpoint or "")
        writes = request.method not in SAFE_METHODS or getattr(view, "writes", False)
        g.db = database.writer() if writes else database.reader()
        if request.method not in SAFE_METHODS:
            _take_turns(g.db)
    return cast(Session, g.db)


def _take_turns(session: Session) -> None:
    """Let requests that change the same thing, or come from the same browser, follow each other.

    The values in the address say what is changed, so a second request sees what the first one left. Uploads, which
    browsers send several at a time, only wait where an action locks a row.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "takes_files", False):
        names = [f"{name} {value}" for name, value in (request.view_args or {}).items()]
        take_turns(session, [*names, f"browser {cookie.get('csrf_token', '')}"])


db: Session = LocalProxy(_open_session)  # type: ignore[assignment]


def config() -> Config:
    """Return the settings of the running hub."""
    return cast(Database, current_app.extensions["hub-database"]).config


def is_https(given: Config) -> bool:
    """Return True if browsers reach the hub only by https."""
    return given.BASE_URL.startswith("https://")


def cookie_name(name: str, given: Config) -> str:
    """Return the full name of a cookie: under https with the prefix that keeps other hosts of the domain from setting it.

    RFC 6265bis, section 4.1.3.2.
    """
    return f"__Host-{name}" if is_https(given) else name


def has_mail_server() -> bool:
    """Return True if the hub sends email; without a mail server it only saves it to disk."""
    return config().mail_server is not None


def flash_mail(sent: str, saved: str) -> None:
    """Flash ``sent``, or without a mail server that the hub only saved ``saved``, such as "the test"."""
    not_sent = f"Not sent: this hub has no mail server, so it saved {saved} to disk."
    flash_message(*((sent, "message") if has_mail_server() else (not_sent, "warning")))


def person_id() -> int | None:
    """Return the id of the person who is signed in; None for a visitor, or if no one has asked yet."""
    person = inspect(g.get("_login_user"), raiseerr=False)
    return person.identity[0] if person and person.identity else None


def writes(view: View) -> View:
    """Mark a view that writes on a GET request, such as a download, which is logged."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def takes_files(view: View) -> View:
    """Mark a view that accepts files up to the hub's limit."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def from_mail_programs(view: View) -> View:
    """Exempt a view from CSRF protection because mail programs post to it (RFC 8058); its URL has a secret token."""
    return cast(View, csrf.exempt(view))


def takes_files_of_visitors(view: View) -> View:
    """Mark a view that accepts files from visitors without an account, up to a lower limit."""
    view.takes_files = view.visitors_too = True  # type: ignore[attr-defined]
    return view


def works_when_full(view: View) -> View:
    """Mark a view that may save its few bytes when the disk is full, from the reserve, such as signing in."""
    view.works_when_full = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Mark a view that needs no sign-in. All others do."""
    view.public = True  # type: ignore[attr-defined]
    return view


def store_nowhere() -> None:
    """Let no browser and no proxy store this response, which isn't for everyone: someone else may use the browser next.

    Pages with forms are stored by the browser (`private, no-cache`), or Back would lose what was typed.
    """
    g.is_confidential = True


def sent_by_another_site() -> bool:
    """Return True if a page on another website sent the browser here, perhaps without its person (Fetch Metadata, W3C)."""
    return request.headers.get("Sec-Fetch-Site", "") == "cross-site"


def open_after_leaving(view: View) -> View:
    """Mark a view of an organization's own record, which its people may use for a time after the organization left."""
    view.open_after_leaving = True  # type: ignore[attr-defined]
    return view


def before_pages(bp: Blueprint) -> Callable[[Preparation], Preparation]:
    """Register a function that is called with the template name and context before each page is rendered.

    Templates don't query the database, so a room uses this to add values to the pages of other rooms.
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
    """Set up the app: configuration, session cookie, CSRF, request hooks, error pages and template helpers."""
    app.extensions["hub-database"] = database
    app.config.update(
        SECRET_KEY=given.SECRET_KEY,
        WTF_CSRF_SECRET_KEY=[*reversed(given.secret_keys)],  # the last one signs; works only with its session
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=2_000,
        SESSION_COOKIE_NAME=cookie_name("hub_session", given),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https(given),
        PERMANENT_SESSION_LIFETIME=given.SESSION_DAYS * 86_400,
        SEND_FILE_MAX_AGE_DEFAULT=3_600,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session, so that a form left open over lunch still works
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.url_map.converters["int"] = RowNumber
    app.session_interface = SessionCookies()
    if hops := given.TRUSTED_PROXIES:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.wsgi_app = Repeating(app.wsgi_app, FORM_BYTES)  # type: ignore[method-assign]
    app.before_request(_begin)  # before CSRF, which reads the whole body
    csrf.init_app(app)
    Bootstrap5(app)
    app.after_request(_finish)
    app.teardown_request(_close)
    error_pages.init(app)
    template_helpers.init(app)


def _begin() -> AnyResponse | tuple[str, int] | None:
    """Assign the request id, insist on https, and set the size limit of the body before anything reads it.

    Raises what the web server has against the request, such as a body that arrives too slowly.
    """
    g.began = time.monotonic()
    request_id.set(uuid.uuid4().hex[:12])
    if refusal := request.environ.get("hub.refused"):
        raise refusal
    if "static" not in (request.endpoint or ""):
        chosen_settings.refresh(current_app.extensions["hub-database"])
        if not disk.is_full(config()):
            later.write_waiting(current_app.extensions["hub-database"])
        elif request.method not in SAFE_METHODS and not _works_when_full():
            raise NotNow(507, NotNow.DISK_FULL)
    if "\x00" in request.path or any("\x00" in value for _name, value in request.args.items(multi=True)):
        abort(404)  # PostgreSQL rejects NUL in queries
    if answer := _over_https():
        return answer
    request.max_content_length = bodies.limit()
    if objection := bodies.objection():
        raise objection
    return None


def _works_when_full() -> bool:
    return getattr(current_app.view_functions.get(request.endpoint or ""), "works_when_full", False)


def _over_https() -> AnyResponse | tuple[str, int] | None:
    """Return the redirect to the same page over https, or the refusal of a form that was sent without encryption.

    None if the request is encrypted, or if no trusted proxy says whether it is: a proxy that sends no
    X-Forwarded-Proto would be redirected to itself forever.
    """
    base = config().BASE_URL
    is_known = config().TRUSTED_PROXIES and "X-Forwarded-Proto" in request.headers
    if not base.startswith("https://") or not is_known or request.scheme != "http" or request.path == HEALTH_CHECK:
        return None
    if request.method in {"GET", "HEAD"}:
        asked = urlsplit(request.url)
        return redirect(f"{base.rstrip('/')}{asked.path}{f'?{asked.query}' if asked.query else ''}", 308)
    return error_pages.error_page(403, f"That form was sent without encryption. Open {base} and enter it there.")


def _finish(response: Response) -> Response:
    """Commit or roll back depending on the status, add the headers, and log the request."""
    parts.send_part(response)
    if "db" in g:
        if response.status_code < 400:  # noqa: PLR2004 - the first status of errors
            response = _committed(response)
        else:
            g.db.rollback()
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers["X-Request-Id"] = request_id.get()
    if is_https(config()):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    is_error = response.status_code >= 400 and request.method in SAFE_METHODS  # noqa: PLR2004 - their first status
    if is_error or g.get("is_confidential"):  # a form in the answer to a POST must survive Back
        headers["Cache-Control"] = "private, no-store"
    elif not request.endpoint or "static" not in request.endpoint:
        headers.setdefault("Cache-Control", "private, no-cache")
    unchanged.leave_out_known(response, config().SECRET_KEY)
    request_log.log_line(response, person_id())
    return response


def _commit() -> None:
    """Commit. If the disk is full, a page or a file is still sent, and what the view told `record` waits for space."""
    try:
        g.db.commit()
    except OperationalError as error:
        if not failures.is_full(error) or request.method not in SAFE_METHODS:
            raise
        log.warning("The disk is full, so a page's record waits in memory.")
        g.db.rollback()
        later.keep(g.get("records", ()))


def record(write: Callable[[Session], None]) -> None:
    """Write what this GET records. If the disk is full, ``write`` is called again as soon as there is space."""
    g.setdefault("records", []).append(write)
    try:
        write(db)
    except OperationalError as error:
        if not failures.is_full(error):
            raise
        db.rollback()
        later.keep(g.pop("records"))


def _committed(response: Response) -> Response:
    """Commit, and return the response, or the error page if the database refuses."""
    try:
        _commit()
    except SQLAlchemyError as error:
        return current_app.make_response(error_pages.broken(error))
    return response


def _close(_error: BaseException | None) -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()


def as_attachment(content: bytes, media_type: str, file_name: str) -> Response:
    """Return a file as a download that no one stores; ``file_name`` must be ASCII without spaces or quotes."""
    store_nowhere()
    headers = {"Content-Disposition": f"attachment; filename={file_name}"}
    return Response(content, mimetype=media_type, headers=headers)


def report_download(name: str, builders: Mapping[str, Callable[[], bytes]]) -> Response:
    """Return the report as a download, in the format that ``?format=`` names; PDF by default.

    Raises NotFound for a format that ``builders`` doesn't have.
    """
    form = request.args.get("format", "pdf")
    if form not in builders:
        raise NotFound
    return as_attachment(builders[form](), REPORT_TYPES[form], f"{name}.{form}")


def one_of(kind: Any, value: str) -> Any:
    """Return the enum member with this value, or None: an unknown filter value is ignored."""
    return next((member for member in kind if member.value == value), None)

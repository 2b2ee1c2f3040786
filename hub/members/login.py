"""The signed-in person, and the guard before every page that isn't public. `browser_sessions` signs in and out."""

import logging
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, after_this_request, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from hub.core import bodies, clock, error_pages, web
from hub.core.dates import with_year
from hub.core.db import Database
from hub.core.errors import NotAllowed, SignInNeeded
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions import sessions as sessions_actions
from hub.members.models import Person, SignInSession
from hub.members.rules.factors import STRONG_FACTORS
from hub.members.rules.membership import Access
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, PermissionSubject, may, who_may
from hub.members.rules.sessions import NOTED_EVERY, Origin, browser_name, factor_label
from hub.members.rules.signing_in import same_network

log = logging.getLogger("hub.sign_in")

# Files that every page needs, public ones too.
PUBLIC_ENDPOINTS = frozenset({"static", "bootstrap.static"})
ORGANIZATIONS = "organizations"  # ids of organizations whose people have signed in on this browser, the latest last
# Not "cookies": that would delete them on the whole domain, also those of the alliance's other sites (decision 15).
CLEAR_SITE_DATA = '"cache", "storage"'
SIGN_IN = "members.sign_in"
SIGN_OUTS = frozenset({"members.sign_out", "members.sign_out_everywhere"})
FACTORS = "members.factors"
# What a person can still do when their role needs a second factor that they don't have, and the days of grace are over.
ENROLLING = PUBLIC_ENDPOINTS | {
    FACTORS,
    *(f"members.{name}" for name in ("begin_app", "authenticator_app", "remove_app", "add_passkey", "recovery_codes")),
    *(f"members.{name}" for name in ("confirm_identity", "confirm_with_passkey", "keep_factor")),
    *(f"members.{name}" for name in ("sign_in", "sign_in_with_passkey", "second_step", "second_step_passkey")),
    *(f"members.{name}" for name in ("sign_out", "sign_out_everywhere", "sign_on", "signed_on")),
    "overview.choose_theme",
    "operations.healthz",
    "operations.figures",
}


def init(app: Flask) -> None:
    """Set up sign-in and the guard, and give templates the permission check."""
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(_person)
    bodies.check_sessions_by(app, lambda db, token: _lasting_session(db, token) is not None)
    app.before_request(_guard)
    app.register_error_handler(SignInNeeded, _sign_in_needed)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.jinja_env.filters["factor_label"] = factor_label
    app.jinja_env.globals.update(
        may=_signed_in_may,
        sign_in_address=sign_in_address,
        Permission=Permission,
        second_factor_due=LocalProxy(lambda: g.get("second_factor_due")),
        visitor=LocalProxy(lambda: current_person() is None),
    )


def current_person() -> Person | None:
    """Return the person who is signed in, or None for a visitor."""
    person: Any = current_user._get_current_object()  # noqa: SLF001 - a page asks 20 times, and a proxy takes longer
    return person if person.is_authenticated else None


def signed_in(permission: Permission | None = None) -> Person:
    """Return the person who is signed in, on a page that isn't public.

    Raises NotAllowed for a person without ``permission``, checked without a subject: the address says nothing.
    """
    person = current_person()
    if person is None:
        raise SignInNeeded
    if permission is not None and not may(person, permission):
        raise NotAllowed(permission)
    return person


def organizations_of_browser() -> frozenset[int]:
    """Return the ids of the organizations whose people are signed in on this browser, or were in the last weeks.

    They are remembered when a person signs out, because a colleague's click never counts as sharing, signed in or not.
    """
    person = current_person()
    known = session.get(ORGANIZATIONS, [])
    return frozenset([*known, person.organization_id] if person is not None else known)


def current_session() -> SignInSession | None:
    """Return the session of the person who is signed in on this browser; None for a visitor."""
    return g.get("sign_in_session") if current_person() else None


def origin() -> Origin:
    """Return where the request comes from: the browser by name, and its network."""
    return Origin(browser_name(request.headers.get("User-Agent", "")), same_network(request.remote_addr or ""))


def safe_next(address: str | None) -> str:
    """Return ``address`` if it is a path on this hub, otherwise home: sign-in must not redirect to other sites."""
    home = url_for("overview.home")
    if not address or not address.startswith("/") or address.startswith("//"):
        return home
    if "\\" in address or not address.isprintable():
        return home
    parts = urlsplit(address)
    return home if parts.scheme or parts.netloc else address


def _person(token: str) -> Person | None:
    """Return the person of the session with this token; None when it ended or expired, or they can't sign in now."""
    row = _lasting_session(web.db, token)
    if row is None:
        return None
    g.sign_in_session = row
    if clock.now() - row.used_at > NOTED_EVERY:
        after_this_request(partial(_note_use, session_id=row.id, network=origin().network))
    return row.person


def _lasting_session(db: Session, token: str) -> SignInSession | None:
    """Return the session with this token; None when it ended or expired, or its person can't sign in now."""
    row = members_queries.session_by_token(db, token)
    return None if row is None or not row.person.may_sign_in or _has_expired(db, row) else row


def _has_expired(db: Session, row: SignInSession) -> bool:
    limits = members_queries.session_limits(db)
    return limits.has_expired(row.person.role, row.made_at, row.used_at, clock.now())


def _note_use(response: Response, session_id: int, network: str) -> Response:
    """Write that the session was used, after the response is sent: no page waits for someone else's write."""
    database: Database = current_app.extensions["hub-database"]
    response.call_on_close(partial(_write_use, database, session_id, network))
    return response


def _write_use(database: Database, session_id: int, network: str) -> None:
    try:
        with database.noting() as db:
            sessions_actions.note_use(db, session_id, network)
    except OperationalError:
        log.info("The use of a session wasn't recorded: the database was busy.")


def clear_site_data(response: Response) -> Response:
    """Let the browser delete the pages and pictures that it kept."""
    response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response


def _guard() -> Any:
    """Redirect a visitor of a page that isn't public to sign-in, which leads back.

    People of an organization that left open only the pages of its own record. A person whose role needs a second factor
    is led to set it up, when the days of grace are over.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    is_public, person = getattr(view, "public", False), current_person()
    if person is None:
        if request.endpoint in SIGN_OUTS:
            after_this_request(clear_site_data)  # the session ended elsewhere, or expired; its pages are still kept
        return None if is_public else redirect(sign_in_address())
    g.second_factor_due = _second_factor_due(person)
    if g.second_factor_due is not None and g.second_factor_due <= clock.now() and request.endpoint not in ENROLLING:
        return redirect(url_for(FACTORS))
    if not is_public and person.access is not Access.FULL and not getattr(view, "open_after_leaving", False):
        return error_pages.error_page(403, after_leaving(person))
    return None


def _second_factor_due(person: Person) -> datetime | None:
    """Return when ``person`` needs a second factor; None if they don't, or have just used one."""
    current = current_session()
    is_strong = current is not None and current.factor in STRONG_FACTORS
    return None if is_strong else credentials.second_factor_due(web.db, person)


def after_leaving(person: Person) -> str:
    """Return what ``person`` may still do, whose organization left the alliance; "" for anyone else."""
    membership, today = person.organization.membership, clock.today(web.config().zone)
    left_on, last_day = membership.last_period(today).left_on, membership.last_day_to_confirm(today)
    if left_on is None or last_day is None:
        return ""
    return (
        f"{person.organization.name} left the alliance on {with_year(left_on)}. "
        f"Until {with_year(last_day)}, you can read and confirm its own sharing log, under Sharing."
    )


def sign_in_address() -> str:
    """Return the address of sign-in, which leads back to this page, or to where sign-in already leads."""
    if request.endpoint == SIGN_IN:
        wanted = request.args.get("next")
    else:
        addresses = current_app.create_url_adapter(request)
        can_return = addresses is not None and addresses.test(request.path, "GET")
        wanted = (request.full_path if request.query_string else request.path) if can_return else None
    return url_for(SIGN_IN, next=None if wanted in {None, "/"} else wanted)


def _sign_in_needed(_error: SignInNeeded) -> Any:
    """Send a visitor to sign-in, whether or not there is something to see at this address."""
    return redirect(sign_in_address())


def _not_allowed(error: NotAllowed) -> tuple[str, int]:
    """Return the page for a person without a permission; it says who has it."""
    person, permission = signed_in(), Permission(error.permission)
    asked = members_queries.people_with(web.db, permission, person)
    of_own = person.organization.kind is not OrganizationKind.HOST
    sentence = who_may(permission, [each.name for each in asked], of=error.of, of_own=of_own)
    return error_pages.error_page(403, sentence)


def _signed_in_may(permission: Permission, subject: PermissionSubject | None = None) -> bool:
    """Return True if the person who is signed in (or the visitor) has ``permission`` for ``subject``."""
    return may(current_person(), permission, subject)

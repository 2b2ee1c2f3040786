"""The signed-in person, sessions, and the guard before every page that isn't public."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.local import LocalProxy

from hub.core import clock, error_pages, web
from hub.core.errors import NotAllowed, SignInNeeded
from hub.members import queries as members_queries
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, PermissionSubject, may, who_may

# Files that every page needs, public ones too.
PUBLIC_ENDPOINTS = frozenset({"static", "bootstrap.static"})
SINCE = "signed_in_at"
ORGANIZATIONS = "organizations"  # ids of organizations whose people have signed in on this browser, the latest last
MOST_ORGANIZATIONS = 10
SIGN_IN = "members.sign_in"
WANTED = "wanted"  # in the cookie: the page that a visitor wanted, also after an invitation or a new password
SESSION_ID = re.compile(r"([0-9]{1,9})\.[0-9]+")  # Person.get_id: the person, and the version of their sessions


def init(app: Flask) -> None:
    """Set up sign-in and the guard, and give templates the permission check."""
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(_person)
    app.before_request(_guard)
    app.register_error_handler(SignInNeeded, _sign_in_needed)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.jinja_env.globals.update(
        may=_signed_in_may,
        sign_in_address=sign_in_address,
        Permission=Permission,
        visitor=LocalProxy(lambda: current_person() is None),
    )


def current_person() -> Person | None:
    """Return the person who is signed in, or None for a visitor."""
    person: Person | None = current_user._get_current_object() if current_user.is_authenticated else None  # noqa: SLF001
    return person


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


def begin_session(person: Person) -> None:
    """Sign ``person`` in on this browser for SESSION_DAYS; ends any earlier session."""
    known = organizations_of_browser()
    session.clear()
    login_user(person)
    session.permanent = True
    session[SINCE] = clock.now().isoformat()
    session[ORGANIZATIONS] = [*(known - {person.organization_id}), person.organization_id][-MOST_ORGANIZATIONS:]


def end_session() -> None:
    """Sign out on this browser, which remembers for SESSION_DAYS whose people have used it."""
    known = organizations_of_browser()
    logout_user()
    session.clear()
    session.permanent = True  # or closing the browser would forget it
    session[ORGANIZATIONS] = sorted(known)


def safe_next(address: str | None) -> str:
    """Return ``address`` if it is a path on this hub, otherwise home: sign-in must not redirect to other sites."""
    home = url_for("overview.home")
    if not address or not address.startswith("/") or address.startswith("//"):
        return home
    if "\\" in address or not address.isprintable():
        return home
    parts = urlsplit(address)
    return home if parts.scheme or parts.netloc else address


def _person(session_id: str) -> Person | None:
    """Return the person of a session; None when it expired, the password changed, or the person was deactivated."""
    number = SESSION_ID.fullmatch(session_id)
    if number is None or _has_expired():
        return None
    person = web.db.get(Person, int(number[1]))
    if person is None or not person.is_active or person.get_id() != session_id:
        return None
    return person


def _has_expired() -> bool:
    since = session.get(SINCE)
    return since is None or clock.now() > datetime.fromisoformat(since) + timedelta(days=web.config().SESSION_DAYS)


def _guard() -> Any:
    """Redirect a visitor of a page that isn't public to sign-in, which leads back."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint in PUBLIC_ENDPOINTS or getattr(view, "public", False) or current_person():
        return None
    return redirect(sign_in_address())


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

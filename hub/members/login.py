"""The signed-in person, sessions, and the guard before every page that isn't public."""

import logging
import secrets
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, after_this_request, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from hub.core import bodies, clock, error_pages, web
from hub.core.bodies import TOKEN
from hub.core.dates import with_year
from hub.core.db import Database
from hub.core.errors import NotAllowed, SignInNeeded
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions import sessions as sessions_actions
from hub.members.actions import single_sign_on as single_sign_on_actions
from hub.members.models import Person, SignInSession
from hub.members.rules import single_sign_on as single_sign_on_rules
from hub.members.rules.factors import RECENT, STRONG_FACTORS, UNFINISHED_SIGN_IN, Factor, is_within
from hub.members.rules.membership import Access
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, PermissionSubject, may, who_may
from hub.members.rules.sessions import BROWSER_DAYS, NOTED_EVERY, PASSWORD, Ending, Origin, browser_name, factor_label
from hub.members.rules.signing_in import Way, same_network

log = logging.getLogger("hub.sign_in")

# Files that every page needs, public ones too.
PUBLIC_ENDPOINTS = frozenset({"static", "bootstrap.static"})
BROWSER_COOKIE = "hub_browser"
# Not "cookies": that would delete them on the whole domain, also those of the alliance's other sites (decision 15).
CLEAR_SITE_DATA = '"cache", "storage"'
ORGANIZATIONS = "organizations"  # ids of organizations whose people have signed in on this browser, the latest last
MOST_ORGANIZATIONS = 10
SIGN_IN = "members.sign_in"
SIGNED_ON_WITH = "signed_on_with"  # in the cookie: the provider of single sign-on, if it was used
HALF = "half_signed_in"  # in the cookie: who completed the first step, and when; the second factor is missing
FIRST_STEP = "first_step"  # in the cookie: how they did, and whether a new browser is told
CONFIRMED = "confirmed_at"  # in the cookie: when the person last proved that it's them, by signing in or afterward
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
WANTED = "wanted"  # in the cookie: the page that a visitor wanted, also after an invitation or a new password


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


def current_session() -> SignInSession | None:
    """Return the session of the person who is signed in on this browser; None for a visitor."""
    return g.get("sign_in_session") if current_person() else None


def origin() -> Origin:
    """Return where the request comes from: the browser by name, and its network."""
    return Origin(browser_name(request.headers.get("User-Agent", "")), same_network(request.remote_addr or ""))


def browser_token() -> str:
    """Return the token by which this browser is recognized, also after its sessions; "" before the first sign-in."""
    return request.cookies.get(_browser_cookie(), "")


def attempt(way: Way) -> None:
    """Note for monitoring that this request tries to sign in: in vain, unless a session or the second step follows."""
    g.sign_in_attempt = (way, "refused")


def _settle_attempt(result: str) -> None:
    if "sign_in_attempt" in g:  # otherwise a change to the account renews a session
        g.sign_in_attempt = (g.sign_in_attempt[0], result)


def begin_session(person: Person, factor: str = PASSWORD, *, tells_owner: bool = True) -> None:
    """Sign ``person`` in on this browser, with a new cookie; ends its earlier session, also someone else's.

    ``factor`` says how they signed in: "password", "totp", "recovery-code", "passkey" or "single sign-on".
    ``tells_owner``: False if another email tells them of it, so that a new browser needs none. Raises Refused when the
    account has changed since ``person`` was loaded, or when their domain requires single sign-on.
    """
    single_sign_on_rules.check_way(web.config().sign_on_providers, person.email, person.role, factor)
    known = organizations_of_browser()
    if former := current_session():
        sessions_actions.end(web.db, former, Ending.RENEWED)
    browser = browser_token() or secrets.token_urlsafe(32)
    token = sessions_actions.begin(
        web.db, person, origin(), factor=factor, browser_token=browser, tells_owner=tells_owner
    )
    single_sign_on_actions.note_exception(web.db, person, factor)
    provider = session.get(SIGNED_ON_WITH) if single_sign_on_rules.is_single_sign_on(factor) else None
    session.clear()
    login_user(person)
    session[TOKEN] = token
    confirm_identity()
    if provider:
        session[SIGNED_ON_WITH] = provider
    session.permanent = True
    session[ORGANIZATIONS] = [*(known - {person.organization_id}), person.organization_id][-MOST_ORGANIZATIONS:]
    after_this_request(partial(_remember_browser, token=browser))
    _settle_attempt("accepted")


def sign_in_or_ask(person: Person, address: str, factor: str = PASSWORD, *, tells_owner: bool = True) -> str:
    """Sign ``person`` in, who completed the first step, and return ``address``; or that of the second step.

    The second step is for those with a second factor of their own, unless ``factor`` counts as one. Until then there is
    no session: the signed cookie says who completed the first step, for UNFINISHED_SIGN_IN. ``tells_owner`` is as for
    `begin_session`.
    """
    if factor in STRONG_FACTORS or not credentials.factors_of(web.db, person).any:
        begin_session(person, factor, tells_owner=tells_owner)
        return address
    session[HALF] = [person.id, clock.now().isoformat(), _password_mark(person)]
    session[FIRST_STEP] = [factor, tells_owner]
    session[WANTED] = address
    _settle_attempt("continued")
    return url_for("members.second_step")


def complete_sign_in(person: Person, factor: Factor) -> None:
    """Sign ``person`` in, who completed the second step with ``factor``."""
    first, tells_owner = session.get(FIRST_STEP, [PASSWORD, True])
    begin_session(person, single_sign_on_rules.with_second_factor(first, factor), tells_owner=tells_owner)


def half_signed_in() -> Person | None:
    """Return the person who completed the first step on this browser, and has to complete the second."""
    try:
        number, at, mark = session[HALF]
        is_fresh = is_within(UNFINISHED_SIGN_IN, datetime.fromisoformat(at), clock.now())
    except (KeyError, TypeError, ValueError):
        return None
    person = members_queries.person(web.db, number) if is_fresh else None
    return person if person and _password_mark(person) == mark else None


def _password_mark(person: Person) -> str:
    """Return a text that changes with the password of ``person``, and tells nothing about it."""
    return members_queries.token_hash(f"{person.id} {person.password_hash}")[:16]


def confirm_identity() -> None:
    """Note that the person who is signed in has just proved that it's them."""
    session[CONFIRMED] = clock.now().isoformat()


def is_confirmed() -> bool:
    """Return True if the person signed in, or proved that it's them, in the last minutes.

    The session doesn't tell: `renew_session` may have begun it, without asking for anything.
    """
    confirmed = session.get(CONFIRMED)
    if current_session() is None or not isinstance(confirmed, str):
        return False
    return is_within(RECENT, datetime.fromisoformat(confirmed), clock.now())


def note_factor(factor: Factor) -> None:
    """Write into the current session that its person has just set up a second factor, and so has proved to have it."""
    if current := current_session():
        current.factor = single_sign_on_rules.with_second_factor(current.factor, factor)


def renew_session(person: Person) -> None:
    """Begin another session here if a change that ``person`` made just ended theirs, such as a new password.

    They proved nothing with it, so what asks for a recent sign-in asks as it would have before.
    """
    former, confirmed = current_session(), session.get(CONFIRMED)
    if former is None or former.ended_at is not None:
        begin_session(person, former.factor if former else PASSWORD, tells_owner=False)
        session[CONFIRMED] = confirmed


def end_session() -> None:
    """Sign out on this browser, which remembers for SESSION_DAYS whose people have used it.

    The browser deletes the pages and pictures that it kept.
    """
    known = organizations_of_browser()
    if former := current_session():
        sessions_actions.sign_out(web.db, former)
    logout_user()
    session.clear()
    session.permanent = True  # or closing the browser would forget it
    session[ORGANIZATIONS] = sorted(known)
    after_this_request(_clear_site_data)


def _clear_site_data(response: Response) -> Response:
    response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response


def _browser_cookie() -> str:
    return web.cookie_name(BROWSER_COOKIE, web.config())


def _remember_browser(response: Response, token: str) -> Response:
    """Set the cookie by which the browser is recognized at the next sign-in, for as long as browsers keep one."""
    response.set_cookie(
        _browser_cookie(),
        token,
        max_age=BROWSER_DAYS * 86_400,
        secure=web.is_https(web.config()),
        httponly=True,
        samesite="Lax",
    )
    return response


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

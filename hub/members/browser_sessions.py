"""Signing in and out on a browser: its session, the second step, and the cookies. `login` says who is signed in."""

import secrets
from datetime import datetime
from functools import partial

from flask import Response, after_this_request, g, request, session, url_for
from flask_login import login_user, logout_user

from hub.core import clock, web
from hub.core.bodies import TOKEN
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions import sessions as sessions_actions
from hub.members.actions import single_sign_on as single_sign_on_actions
from hub.members.login import ORGANIZATIONS, clear_site_data, current_session, organizations_of_browser, origin
from hub.members.models import Person
from hub.members.rules import single_sign_on as single_sign_on_rules
from hub.members.rules.factors import RECENT, STRONG_FACTORS, UNFINISHED_SIGN_IN, Factor, is_within
from hub.members.rules.sessions import BROWSER_DAYS, PASSWORD, Ending
from hub.members.rules.signing_in import Way

BROWSER_COOKIE = "hub_browser"
MOST_ORGANIZATIONS = 10
SIGNED_ON_WITH = "signed_on_with"  # in the cookie: the provider of single sign-on, if it was used
HALF = "half_signed_in"  # in the cookie: who completed the first step, and when; the second factor is missing
FIRST_STEP = "first_step"  # in the cookie: how they did, and whether a new browser is told
CONFIRMED = "confirmed_at"  # in the cookie: when the person last proved that it's them, by signing in or afterward
WANTED = "wanted"  # in the cookie: the page that a visitor wanted, also after an invitation or a new password


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
    after_this_request(clear_site_data)


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

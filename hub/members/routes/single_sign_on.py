"""Single sign-on: to the provider, back from it, and signing out there too."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for

from hub.core import clock, web
from hub.core.errors import NotFound
from hub.core.sign_on_settings import SignOnProvider
from hub.core.web import db
from hub.members import browser_sessions, login
from hub.members import queries as members_queries
from hub.members.actions import single_sign_on as single_sign_on_actions
from hub.members.login import current_person, signed_in
from hub.members.models import Person
from hub.members.providers import signing_on
from hub.members.providers.http import ProviderError
from hub.members.routes.blueprint import bp
from hub.members.rules.permissions import Permission
from hub.members.rules.signing_in import Way
from hub.members.rules.single_sign_on import SignOnRefused, factor_of, required_of

BEGUN = "sign_on"  # in the cookie: the sign-ins that wait for the provider's answer, the latest last
CHOOSE_ACCOUNT = "sign_on_choose"  # in the cookie: the provider's account wasn't accepted, so let the person choose
MOST_BEGUN = 3  # in several tabs
TIME_TO_ANSWER = timedelta(minutes=15)  # to enter a password and a code there
LONGEST_WANTED = 300  # characters; a cookie has up to 4,096


@bp.get("/sign-on/<key>")
@web.public
def sign_on(key: str) -> Any:
    """Go to a provider to sign in there. A link and not a form, because the policy lets no form lead to other sites."""
    provider = _provider(key)
    wanted = login.safe_next(request.args.get("next"))
    if current_person():
        return redirect(wanted)
    try:
        begun = signing_on.begin(provider, _back(provider), choose_account=session.pop(CHOOSE_ACCOUNT, False))
    except SignOnRefused as error:
        return _to_sign_in(error)
    kept = {
        "provider": provider.key,
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "wanted": wanted if len(wanted) <= LONGEST_WANTED else "",
        "at": clock.now().isoformat(),
    }
    session[BEGUN] = [*session.get(BEGUN, []), kept][-MOST_BEGUN:]
    return redirect(begun.address)


@bp.get("/sign-on/<key>/return", endpoint="signed_on")
@web.public
@web.writes
def come_back(key: str) -> Any:
    """Sign in the person whom the provider sent back. It can only be a GET; ``state`` ties it to this browser."""
    provider = _provider(key)
    browser_sessions.attempt(Way.SINGLE_SIGN_ON)
    begun = _take_begun(provider)
    if begun is None:
        flash(f"That sign-in with {provider.name} took too long, or was already used. Try again.", "warning")
        return redirect(url_for("members.sign_in"))
    try:
        # Before the database is used, because the provider may take seconds to answer.
        identity = signing_on.finish(
            provider, _back(provider), request.args.to_dict(), begun["nonce"], begun["verifier"]
        )
        person, is_new = single_sign_on_actions.sign_on(db, provider, identity, login.origin())
    except SignOnRefused as error:
        single_sign_on_actions.note_failure(db, provider, error, login.origin())
        return _to_sign_in(error)
    wanted = login.safe_next(begun["wanted"])
    address = browser_sessions.sign_in_or_ask(person, wanted, factor_of(provider, identity), tells_owner=not is_new)
    session[browser_sessions.SIGNED_ON_WITH] = provider.key
    return redirect(address)


@bp.get("/signed-out")
@web.public
def signed_out() -> Any:
    """Say that the person is signed out, with a link for signing out at the provider too."""
    provider = next((each for each in web.config().sign_on_providers if each.key == request.args.get("from")), None)
    address = (
        signing_on.end_address(provider, web.config().BASE_URL + url_for("members.signed_out")) if provider else ""
    )
    return render_template("members/signed_out.html", provider=provider, address=address)


@bp.post("/people/<int:person_id>/sign-on/unlink")
def unlink_sign_on(person_id: int) -> Any:
    """Remove a person's links to providers."""
    actor = signed_in()
    person = members_queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    single_sign_on_actions.unlink(db, actor, person, login.origin())
    flash(f"{person.name} is no longer linked with an account for single sign-on.")
    return redirect(url_for("members.person", person_id=person.id))


@bp.app_template_global()
def sign_on_providers() -> tuple[SignOnProvider, ...]:
    """Return the providers, for their buttons."""
    return web.config().sign_on_providers


@bp.app_template_global()
def required_sign_on(person: Person) -> SignOnProvider | None:
    """Return the provider that ``person`` must use instead of a password, or None."""
    return required_of(web.config().sign_on_providers, person.email, person.role)


def _provider(key: str) -> SignOnProvider:
    for provider in web.config().sign_on_providers:
        if provider.key == key:
            return provider
    raise NotFound


def _back(provider: SignOnProvider) -> str:
    """Return the address that the provider sends people back to, which is registered there."""
    return web.config().BASE_URL + url_for("members.signed_on", key=provider.key)


def _take_begun(provider: SignOnProvider) -> Mapping[str, str] | None:
    """Return the sign-in that the answer's ``state`` belongs to, once; None for one of another browser or too long ago."""
    state, began = request.args.get("state", ""), session.get(BEGUN, [])
    begun = next((each for each in began if each["state"] == state and each["provider"] == provider.key), None)
    if begun is None:
        return None
    session[BEGUN] = [each for each in began if each is not begun]
    is_late = clock.now() > datetime.fromisoformat(begun["at"]) + TIME_TO_ANSWER
    return None if is_late else begun


def _to_sign_in(error: SignOnRefused) -> Any:
    """Go back to the sign-in page, which says why it didn't work; other ways of signing in still do."""
    if not isinstance(error, ProviderError):
        session[CHOOSE_ACCOUNT] = True
    flash(str(error), "warning")
    return redirect(url_for("members.sign_in"))

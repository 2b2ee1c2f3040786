"""Pages for signing in with a second factor or a passkey, and for keeping a second factor."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for

from hub.core import web
from hub.core.errors import NotFound, Refused
from hub.core.web import db
from hub.members import browser_sessions, credentials, login
from hub.members.actions import factors as factors_actions
from hub.members.actions import passkeys as passkeys_actions
from hub.members.actions import throttling as throttling_actions
from hub.members.forms import CodeForm, PasskeyForm
from hub.members.models import Person
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal
from hub.members.rules.factors import FEWEST_LEFT, Factor, code_of, is_app_code
from hub.members.rules.signing_in import Way


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
@web.public
@web.works_when_full
def second_step() -> Any:
    """Complete a sign-in with a code of an authenticator app, or with a recovery code."""
    form, refused = CodeForm(), ""
    if request.method == "POST":
        browser_sessions.attempt(Way.APP if is_app_code(code_of(form.code.data or "")) else Way.RECOVERY_CODE)
    person = browser_sessions.half_signed_in()
    if person is None:
        return _begin_again()
    if form.validate_on_submit():
        try:
            factor = factors_actions.use_code(db, person, form.code.data, login.origin())
        except Refused as error:
            refused = refusal(error)
        else:
            return _complete(person, factor)
    return _second_step_page(person, form, refused)


@bp.post("/sign-in/second-step/passkey")
@web.public
@web.works_when_full
def second_step_passkey() -> Any:
    """Complete a sign-in with a passkey."""
    browser_sessions.attempt(Way.PASSKEY_STEP)
    person = browser_sessions.half_signed_in()
    if person is None:
        return _begin_again()
    form = PasskeyForm()
    if not form.validate():
        return _second_step_page(person, CodeForm(formdata=None), " ".join(form.credential.errors))
    try:
        passkeys_actions.use_passkey(db, form.credential.data, form.token.data or "", person)
    except Refused as error:
        throttling_actions.log_failure("second step failed", person.id, login.origin())
        return _second_step_page(person, CodeForm(formdata=None), refusal(error))
    return _complete(person, Factor.PASSKEY)


@bp.post("/sign-in/passkey")
@web.public
@web.works_when_full
def sign_in_with_passkey() -> Any:
    """Sign in with a passkey alone, which has asked for a PIN, a finger or a face."""
    browser_sessions.attempt(Way.PASSKEY)
    form, refused = PasskeyForm(), ""
    if form.validate():
        try:
            person = passkeys_actions.use_passkey(db, form.credential.data, form.token.data or "")
        except Refused as error:
            throttling_actions.log_failure("sign-in failed", None, login.origin())
            refused = refusal(error)
        else:
            wanted = login.safe_next(session.get(browser_sessions.WANTED))
            browser_sessions.begin_session(person, Factor.PASSKEY)
            return redirect(wanted)
    flash(refused or " ".join(form.credential.errors), "danger")
    return _back_to_sign_in()


def _begin_again() -> Any:
    flash("That took too long. Sign in again.", "warning")
    return _back_to_sign_in()


def _back_to_sign_in() -> Any:
    wanted = session.get(browser_sessions.WANTED)
    return redirect(url_for("members.sign_in", next=None if wanted == "/" else wanted))


def _second_step_page(person: Person, form: CodeForm, refused: str) -> tuple[str, int]:
    factors = credentials.factors_of(db, person)
    purpose = passkeys_actions.second_step(person)
    passkey = passkeys_actions.options_to_sign_in(db, purpose, person) if factors.passkeys else None
    return form_page("members/second_step.html", form=form, refused=refused, factors=factors, passkey=passkey)


def _complete(person: Person, factor: Factor) -> Any:
    """Begin the session, and continue to the page that the person wanted."""
    wanted = login.safe_next(session.get(browser_sessions.WANTED))
    left = credentials.factors_of(db, person).codes_left
    browser_sessions.complete_sign_in(person, factor)
    if factor is Factor.RECOVERY_CODE and left < FEWEST_LEFT:
        flash("You have few recovery codes left. Create new ones under Your account.", "warning")
    return redirect(wanted)


@bp.route("/second-factor/keep/<token>", methods=["GET", "POST"])
@web.public
def keep_factor(token: str) -> Any:
    """Stop that a second factor is removed, with the link from the email; a GET only shows the button."""
    reset = credentials.reset_by_token(db, token)
    if reset is None:
        raise NotFound
    if request.method == "POST":
        factors_actions.stop_reset(db, reset.person, reset)
    return render_template("members/keep_factor.html", reset=reset)

"""Pages on which people set up their second factors, and confirm that it's them."""

from collections.abc import Callable
from typing import Any

import segno
from flask import abort, flash, redirect, render_template, request, url_for

from hub.core import clock, web
from hub.core.errors import Refused
from hub.core.once import keep_no_response, shown_once
from hub.core.web import db
from hub.members import browser_sessions, credentials, login
from hub.members.actions import factors as factors_actions
from hub.members.actions import passkeys as passkeys_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.forms import CodeForm, ConfirmIdentity, PasskeyForm
from hub.members.login import signed_in
from hub.members.models import AuthenticatorApp, Person
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal
from hub.members.rules.factors import FEWEST_LEFT, Factor, app_address, required_roles


@bp.get("/account/second-factor")
def factors() -> Any:
    """Show a person's second factors, and how to add and remove them."""
    return _factors_page()


def _factors_page(refused: str = "") -> tuple[str, int]:
    person = signed_in()
    is_confirmed = browser_sessions.is_confirmed()
    return form_page(
        "members/factors.html",
        person=person,
        refused=refused,
        factors=credentials.factors_of(db, person),
        passkeys=credentials.passkeys_of(db, person),
        passkey=passkeys_actions.options_to_add(db, person) if is_confirmed else None,
        confirmed=is_confirmed,
        required=person.role in required_roles(web.config().SECOND_FACTOR_ROLES),
        reset=credentials.open_reset(db, person),
        fewest=FEWEST_LEFT,
        now=clock.now(),
    )


def _confirmed_person() -> Person:
    """Return the person who is signed in, if they proved in the last minutes that it's them; else asks them to."""
    person = signed_in()
    if not browser_sessions.is_confirmed():
        keep_no_response()
        flash("Confirm that it’s you, then choose again.", "warning")
        abort(redirect(url_for("members.confirm_identity")))
    return person


def _try(change: Callable[[], None], sentence: str) -> Any:
    """Make the change, and return to the page with a message."""
    try:
        change()
    except Refused as error:
        return _factors_page(refusal(error))
    flash(sentence)
    return redirect(url_for("members.factors"))


def _after_adding(codes: list[str], factor: Factor, sentence: str) -> Any:
    """Show new recovery codes this once; only their hashes are stored."""
    browser_sessions.note_factor(factor)
    if codes:
        return render_template("members/recovery_codes.html", codes=codes, sentence=sentence)
    flash(sentence)
    return redirect(url_for("members.factors"))


@bp.post("/account/second-factor/app/begin")
def begin_app() -> Any:
    """Begin to set up an authenticator app."""
    person = _confirmed_person()
    try:
        factors_actions.begin_app(db, person)
    except Refused as error:
        return _factors_page(refusal(error))
    return redirect(url_for("members.authenticator_app"))


@bp.route("/account/second-factor/app", methods=["GET", "POST"])
@shown_once  # recovery codes
def authenticator_app() -> Any:
    """Show the QR code of a new authenticator app, and turn it on with a first code."""
    person = _confirmed_person()
    app = db.get(AuthenticatorApp, person.id)
    if app is None or app.confirmed_at:
        return redirect(url_for("members.factors"))
    secret = app.secret
    form, refused = CodeForm(), ""
    if form.validate_on_submit():
        try:
            codes = factors_actions.confirm_app(db, person, form.code.data, login.origin())
        except Refused as error:
            refused = refusal(error)
        else:
            return _after_adding(codes, Factor.APP, "Your authenticator app is set up.")
    picture = segno.make(app_address(secret, email=person.email, hub=web.config().HUB_NAME), micro=False)
    return form_page(
        "members/authenticator_app.html",
        form=form,
        refused=refused,
        secret=secret,
        qr=picture.svg_data_uri(scale=5, light="white"),
    )


@bp.post("/account/second-factor/app/remove")
def remove_app() -> Any:
    """Remove the authenticator app."""
    person = _confirmed_person()
    return _try(lambda: factors_actions.remove_app(db, person, login.origin()), "Your authenticator app was removed.")


@bp.post("/account/second-factor/passkeys")
@shown_once
def add_passkey() -> Any:
    """Add the passkey that the browser made."""
    person, form = _confirmed_person(), PasskeyForm()
    if not form.validate():
        return _factors_page(" ".join(form.credential.errors))
    try:
        codes = passkeys_actions.add_passkey(db, person, form.credential.data, form.token.data or "", login.origin())
    except Refused as error:
        return _factors_page(refusal(error))
    return _after_adding(codes, Factor.PASSKEY, "Your passkey was added.")


@bp.post("/account/second-factor/passkeys/<int:number>/remove")
def remove_passkey(number: int) -> Any:
    """Remove a passkey."""
    person = _confirmed_person()
    return _try(lambda: passkeys_actions.remove_passkey(db, person, number, login.origin()), "The passkey was removed.")


@bp.post("/account/second-factor/recovery-codes")
@shown_once
def recovery_codes() -> Any:
    """Create new recovery codes, and show them this once."""
    person = _confirmed_person()
    try:
        codes = factors_actions.new_recovery_codes(db, person, login.origin())
    except Refused as error:
        return _factors_page(refusal(error))
    return render_template("members/recovery_codes.html", codes=codes, sentence="Your earlier codes no longer work.")


@bp.post("/account/second-factor/keep")
def stop_reset() -> Any:
    """Stop that the person's own second factor is removed."""
    person = signed_in()
    if reset := credentials.open_reset(db, person):
        factors_actions.stop_reset(db, person, reset)
    flash("Your second factor stays.")
    return redirect(url_for("members.factors"))


@bp.route("/account/confirm", methods=["GET", "POST"])
def confirm_identity() -> Any:
    """Ask for the password before a change to the account, unless the person signed in minutes ago.

    ``next`` is the page that the person wanted. Someone without a password signs in again.
    """
    person = signed_in()
    form, refused = ConfirmIdentity(), ""
    if form.validate_on_submit():
        try:
            signing_in_actions.check_password(
                db, person, form.password.data, login.origin(), browser_sessions.browser_token()
            )
        except Refused as error:
            refused = refusal(error)
        else:
            return _confirmed()
    return _confirm_page(person, form, refused)


@bp.post("/account/confirm/passkey")
def confirm_with_passkey() -> Any:
    """Confirm with a passkey that it's the person who signed in."""
    person, form = signed_in(), PasskeyForm()
    refused = "" if form.validate() else " ".join(form.credential.errors)
    if not refused:
        try:
            passkeys_actions.use_passkey(db, form.credential.data, form.token.data or "", person)
        except Refused as error:
            refused = refusal(error)
        else:
            return _confirmed()
    return _confirm_page(person, ConfirmIdentity(formdata=None), refused)


def _confirmed() -> Any:
    browser_sessions.confirm_identity()
    return redirect(login.safe_next(request.args.get("next") or url_for("members.factors")))


def _confirm_page(person: Person, form: ConfirmIdentity, refused: str) -> tuple[str, int]:
    purpose, has_passkey = passkeys_actions.second_step(person), credentials.factors_of(db, person).passkeys
    passkey = passkeys_actions.options_to_sign_in(db, purpose, person) if has_passkey else None
    return form_page("members/confirm_identity.html", person=person, form=form, refused=refused, passkey=passkey)

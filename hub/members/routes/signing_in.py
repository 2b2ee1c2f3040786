"""Pages for sign-in, sign-out, forgotten passwords and unsubscribing."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for

from hub.core import web
from hub.core.errors import NotFound, Refused, TooManyAttempts
from hub.core.once import once
from hub.core.web import db
from hub.members import browser_sessions, login
from hub.members import queries as members_queries
from hub.members.actions import forgotten as forgotten_actions
from hub.members.actions import notification_settings as notification_settings_actions
from hub.members.actions import passkeys as passkeys_actions
from hub.members.actions import sessions as sessions_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.forms import ForgotPassword, SignIn
from hub.members.login import current_person, signed_in
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal
from hub.members.rules.mail import parse_unsubscribe_token
from hub.members.rules.signing_in import Way
from hub.members.rules.single_sign_on import domain_of, required_provider, required_sentence


@bp.route("/sign-in", methods=["GET", "POST"])
@web.public
@web.works_when_full
def sign_in() -> Any:
    """Sign in, and continue to the page that the person wanted."""
    wanted = login.safe_next(request.values.get("next"))
    if request.method != "POST" and current_person():
        return redirect(wanted)
    is_wanted = wanted != url_for("overview.home")
    if is_wanted:
        session[browser_sessions.WANTED] = wanted
    if request.method == "POST":
        browser_sessions.attempt(Way.PASSWORD)
    form, refused, has_to_wait = SignIn(), "", False
    emergency = request.values.get("emergency") == "yes"
    required = None if emergency else required_provider(web.config().sign_on_providers, form.email.data or "")
    if required:
        refused = required_sentence(required, form.email.data)
    elif form.validate_on_submit():
        try:
            person = signing_in_actions.sign_in(
                db, form.email.data, form.password.data, login.origin(), browser_sessions.browser_token()
            )
            address = browser_sessions.sign_in_or_ask(person, wanted)
        except Refused as error:
            refused, has_to_wait = str(error), isinstance(error, TooManyAttempts)
        else:
            return redirect(address)
    page, status = form_page(
        "members/sign_in.html",
        form=form,
        refused=refused,
        is_wanted=is_wanted,
        wanted=wanted if is_wanted else None,
        required=required,
        emergency=emergency,
        passkey=passkeys_actions.options_to_sign_in(db, passkeys_actions.SIGN_IN),
    )
    return page, 429 if has_to_wait else status


@bp.route("/forgot-password", methods=["GET", "POST"])
@web.public
@once
def forgot_password() -> Any:
    """Request a password link; the answer is the same for every address."""
    form, refused = ForgotPassword(), ""
    if form.validate_on_submit():
        try:
            forgotten_actions.ask_for_password(db, form.email.data, request.remote_addr or "")
        except Refused as error:
            refused = refusal(error)
        else:
            config = web.config()
            return render_template(
                "members/link_requested.html",
                by_mail=config.mail_server is not None,
                required=required_provider(config.sign_on_providers, form.email.data),
                domain=domain_of(form.email.data),
            )
    return form_page("members/forgot_password.html", form=form, refused=refused)


@bp.post("/sign-out")
@web.open_after_leaving
@web.works_when_full
def sign_out() -> Any:
    """Sign out on this browser."""
    provider = session.get(browser_sessions.SIGNED_ON_WITH)
    browser_sessions.end_session()
    return redirect(url_for("members.signed_out", **{"from": provider}) if provider else url_for("overview.home"))


@bp.post("/sign-out/everywhere")
@web.open_after_leaving
@web.works_when_full
def sign_out_everywhere() -> Any:
    """Sign out in every browser, this one too, which also ends copied sessions."""
    sessions_actions.sign_out_everywhere(db, signed_in())
    browser_sessions.end_session()
    flash("You’re signed out in every browser.")
    return redirect(url_for("members.sign_in"))


@bp.route("/mail/stop/<token>", methods=["GET", "POST"])
@web.public
@web.from_mail_programs
def unsubscribe(token: str) -> Any:
    """Unsubscribe from a kind of email; a GET, which mail scanners send too, only shows the button."""
    keys = (web.config().UNSUBSCRIBE_KEY, *web.config().secret_keys)  # before 0.4.0 the secret key signed these links
    subscription = parse_unsubscribe_token(keys, token)
    person = members_queries.person(db, subscription[0]) if subscription else None
    if not subscription or person is None:
        raise NotFound
    kind = subscription[1]
    if request.method == "POST":
        notification_settings_actions.unsubscribe(db, person, kind)
    return render_template("members/unsubscribe.html", kind=kind, done=request.method == "POST")

"""Pages to change one's own email address, and to confirm it with the link that was sent to it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, web
from hub.core.errors import NotFound, Refused, SignInNeeded
from hub.core.web import db
from hub.members import browser_sessions, login
from hub.members import queries as members_queries
from hub.members.actions import email_changes as email_changes_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.actions import tokens as tokens_actions
from hub.members.forms import ChangeEmail
from hub.members.login import current_person, signed_in
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal


@bp.route("/account/email", methods=["GET", "POST"])
def change_email() -> Any:
    """Enter a new email address, and get a link sent to it; needs the password, unless the person signed in just now."""
    person, form, refused = signed_in(), ChangeEmail(), ""
    if browser_sessions.is_confirmed():
        del form.current
    elif not person.password_hash:
        return redirect(url_for("members.confirm_identity", next=url_for("members.change_email")))
    if form.validate_on_submit():
        origin = login.origin()
        try:
            if form.current:
                signing_in_actions.check_password(
                    db, person, form.current.data, origin, browser_sessions.browser_token()
                )
            is_sent = email_changes_actions.change_email(db, person, person, form.email.data, origin)
        except Refused as error:
            refused = refusal(error)
        else:
            if is_sent and web.has_mail_server():
                flash(f"We sent a link to {form.email.data}. Open it to finish.")
            elif is_sent:
                flash("Not sent: this hub has no mail server. Ask the coordinator for the link.", "warning")
            return redirect(url_for("members.change_email"))
    pending = members_queries.pending_email(db, person, clock.now())
    return form_page("members/change_email.html", form=form, refused=refused, person=person, pending=pending)


@bp.post("/account/email/cancel")
def cancel_email_change() -> Any:
    """Keep the present address; the link that was sent to the new one stops working."""
    email_changes_actions.cancel_email_change(db, signed_in())
    flash("Your email address stays the same.")
    return redirect(url_for("members.change_email"))


@bp.route("/email/<token>", methods=["GET", "POST"])
@web.public
def confirm_email(token: str) -> Any:
    """Confirm a new email address with the link that was sent to it; a GET only shows the button."""
    refused = ""
    try:
        change = email_changes_actions.email_change(db, token, current_person())
    except SignInNeeded:
        raise
    except (tokens_actions.LinkUnusable, NotFound) as error:
        unknown = isinstance(error, NotFound)
        sentence = "" if unknown else str(error)
        return render_template("members/link_unusable.html", sentence=sentence), 404 if unknown else 410
    if request.method == "POST":
        try:
            person = email_changes_actions.confirm_email(db, token, current_person(), login.origin())
        except tokens_actions.LinkUnusable:
            raise
        except Refused as error:
            refused = str(error)
        else:
            flash(f"Your email address is now {person.email}. Sign in with it from now on.")
            return redirect(url_for("members.account") if current_person() else url_for("members.sign_in"))
    return form_page("members/confirm_email.html", change=change, refused=refused)

"""Pages of one-time links."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for

from hub.core import web
from hub.core.errors import NotFound, Refused
from hub.core.web import db
from hub.members import browser_sessions, login
from hub.members import queries as members_queries
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import tokens as tokens_actions
from hub.members.forms import SetPassword, Welcome
from hub.members.models import LinkKind
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal
from hub.members.rules.signing_in import Way


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@web.public
def invitation(token: str) -> Any:
    """Accept an invitation and set a first password."""
    return _set_password(token, LinkKind.INVITATION)


@bp.route("/password/<token>", methods=["GET", "POST"])
@web.public
def new_password(token: str) -> Any:
    """Set a new password with a password link."""
    return _set_password(token, LinkKind.PASSWORD_RESET)


def _set_password(token: str, kind: LinkKind) -> Any:
    if request.method == "POST":
        browser_sessions.attempt(Way.PASSWORD_LINK if kind is LinkKind.PASSWORD_RESET else Way.INVITATION)
    try:
        link = tokens_actions.usable_link(db, token, kind)
    except (Refused, NotFound) as error:
        return _no_link(error)
    form, refused = SetPassword(), ""
    if form.validate_on_submit():
        try:
            person = invitations_actions.accept(db, token, form.password.data, login.origin())
        except tokens_actions.LinkUnusable as error:
            return _no_link(error)
        except Refused as error:
            refused = refusal(error)
        else:
            wanted = login.safe_next(session.get(browser_sessions.WANTED))
            # An email about the new password says where it was set. Accepting an invitation posts none.
            address = browser_sessions.sign_in_or_ask(person, wanted, tells_owner=kind is LinkKind.INVITATION)
            flash("Password set. You’re signed in." if address == wanted else "Password set.")
            return redirect(address)
    return form_page("members/set_password.html", form=form, link=link, person=link.person, refused=refused)


@bp.route("/welcome/<token>", methods=["GET", "POST"])
@web.public
def welcome(token: str) -> Any:
    """Sign up the first coordinator, who sets up the hub."""
    if request.method == "POST":
        browser_sessions.attempt(Way.INVITATION)
    try:
        tokens_actions.usable_link(db, token, LinkKind.FIRST_COORDINATOR)
    except (Refused, NotFound) as error:
        return _no_link(error)
    form, refused = Welcome(), ""
    host = members_queries.host(db)
    if host:
        del form.organization
    if form.validate_on_submit():
        try:
            person = invitations_actions.sign_up_first_coordinator(
                db,
                token,
                organization=form.organization.data if form.organization else "",
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
            )
        except tokens_actions.LinkUnusable as error:
            return _no_link(error)
        except Refused as error:
            refused = refusal(error)
        else:
            browser_sessions.begin_session(person)
            flash("Welcome! Four short steps will get the hub ready for your alliance.")
            return redirect(url_for("overview.setup"))
    return form_page("members/welcome.html", form=form, host=host, refused=refused)


def _no_link(error: Exception) -> tuple[str, int]:
    """Return the page for a link that is unknown or can no longer be used."""
    unknown = isinstance(error, NotFound)
    return render_template(
        "members/link_unusable.html", sentence="" if unknown else str(error)
    ), 404 if unknown else 410

"""Signing in, organizations and their people."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from hub.core import web
from hub.core.errors import Refused
from hub.core.web import db
from hub.members import actions, login
from hub.members.forms import SignIn

bp = Blueprint("members", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@web.public
def sign_in() -> Any:
    """Sign in, and go on to where the person wanted to go."""
    wanted = login.safe_next(request.values.get("next"))
    if request.method == "GET" and web.signed_in():
        return redirect(wanted)
    form, refused = SignIn(), ""
    if form.validate_on_submit():
        try:
            person = actions.sign_in(db, form.email.data, form.password.data, request.remote_addr or "")
        except actions.TriedTooOften as error:
            raise web.TooManyTries(str(error)) from error
        except Refused as error:
            refused = str(error)
        else:
            login.begin_session(person)
            return redirect(wanted)
    return render_template("members/sign_in.html", form=form, refused=refused), 422 if form.is_submitted() else 200


@bp.post("/sign-out")
def sign_out() -> Any:
    """Sign out on this browser."""
    login.end_session()
    return redirect(url_for("overview.home"))


@bp.get("/account")
def account() -> str:
    """One's own name and password."""
    return render_template("members/account.html")


@bp.get("/organizations")
def organizations() -> str:
    """Members, BFFs and the host."""
    return render_template("members/organizations.html")


@bp.get("/people")
def people() -> str:
    """One's own people, or everybody."""
    return render_template("members/people.html")

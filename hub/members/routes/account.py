"""The account page, and hints."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from hub.core import clock, set_aside, versions, web
from hub.core.errors import Refused
from hub.core.web import db
from hub.members import browser_sessions, credentials, login
from hub.members import queries as members_queries
from hub.members.actions import notification_settings as notification_settings_actions
from hub.members.actions import people as people_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.actions import tokens as tokens_actions
from hub.members.forms import ChangePassword, OwnName
from hub.members.login import current_person, signed_in
from hub.members.models import Person
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal
from hub.members.rules.hints import HINTS, Hint, hints_on


@bp.route("/account", methods=["GET", "POST"])
def account() -> Any:
    """Show the account page; a POST saves the person's own name."""
    person = signed_in()
    versions.hold(Person, id=person.id)
    form = _name_form(person)
    if form.validate_on_submit():
        people_actions.rename(db, person, form.name.data)
        flash("Name saved.")
        return redirect(url_for("members.account"))
    return _account_page(person, form, ChangePassword(formdata=None))


def _account_page(person: Person, form: OwnName, password: ChangePassword, refused: str = "") -> tuple[str, int]:
    return form_page(
        "members/account.html",
        person=person,
        form=form,
        password=password,
        refused=refused,
        sign_on_accounts=credentials.sign_on_accounts(db, person),
        links=tokens_actions.links_of(db, person),
        now=clock.now(),
    )


def _name_form(person: Person, **formdata: Any) -> OwnName:
    form = OwnName(obj=person, **formdata)
    form.edits(person, "Your name", page=url_for("members.account"), logged_as=("changed",))
    return form


@bp.post("/account/password")
def change_password() -> Any:
    """Change the person's own password, which ends their sessions in other browsers."""
    person, form, refused = signed_in(), ChangePassword(), ""
    if form.validate():
        try:
            signing_in_actions.change_password(
                db, person, form.current.data, form.password.data, login.origin(), browser_sessions.browser_token()
            )
        except Refused as error:
            refused = refusal(error)
        else:
            browser_sessions.renew_session(person)
            browser_sessions.confirm_identity()  # with the current password
            flash("Password changed. You’ve been signed out in your other browsers.")
            return redirect(url_for("members.account"))
    return _account_page(person, _name_form(person, formdata=None), form, refused)


@bp.get("/account/set-aside", endpoint="set_aside_list")
def list_set_aside() -> str:
    """List the versions that were set aside when two people edited the same thing."""
    person = signed_in()
    return render_template(
        "members/set_aside_list.html", rows=set_aside.set_aside_of(db, person.id), days=set_aside.DAYS_KEPT
    )


@bp.get("/account/set-aside/<int:number>", endpoint="set_aside")
def show_set_aside(number: int) -> str:
    """Show a version that was set aside."""
    row = set_aside.set_aside_for(db, signed_in().id, number)
    return render_template("members/set_aside.html", row=row, days=set_aside.DAYS_KEPT)


@bp.post("/hints/<name>/dismiss")
def dismiss_hint(name: str) -> Any:
    """Close a hint, and go back to its page."""
    notification_settings_actions.dismiss_hint(db, signed_in(), name)
    return redirect(login.safe_next(request.form.get("next")))


@bp.post("/account/hints")
def show_hints_again() -> Any:
    """Show every hint again."""
    notification_settings_actions.show_hints_again(db, signed_in())
    flash("Hints will be shown again on their pages.")
    return redirect(url_for("members.account"))


@web.before_pages(bp)
def _choose_hints(template: str, _values: dict[str, Any]) -> None:
    """Load the page's hints that the person hasn't closed, for `hint_of`."""
    person = current_person()
    if person and hints_on(template, person.role):
        shown = hints_on(template, person.role, members_queries.dismissed_hints(db, person))
        g.hints = {name: HINTS[name] for name in shown}


@bp.app_template_global()
def hint_of(name: str) -> Hint | None:
    """Return a hint; None when the person closed it, or has none of its roles."""
    hints: dict[str, Hint] = g.get("hints", {})
    return hints.get(name)

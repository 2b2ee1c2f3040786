"""Pages on which the coordinator requires second factors, and resets one that someone lost."""

from typing import Any

from flask import flash, redirect, url_for

from hub.core import chosen_settings, versions, web
from hub.core.errors import Refused
from hub.core.web import db
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions import factors as factors_actions
from hub.members.forms import RequiredFactorForm
from hub.members.login import signed_in
from hub.members.models import Organization
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal
from hub.members.rules.factors import REQUIRED_ROLES, required_roles
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission


@bp.route("/setup/second-factor", methods=["GET", "POST"])
def required_factors() -> Any:
    """Show and save the roles that need a second factor."""
    versions.hold(Organization, id=signed_in(Permission.SET_UP).organization_id)
    chosen_settings.refresh(db.info["database"])
    config = web.config()
    saved = required_roles(config.SECOND_FACTOR_ROLES)
    form, refused = RequiredFactorForm(data={"roles": [role for role in Role if role in saved]}), ""
    form.edits("Hub settings", "Roles that need a second factor", logged_as=("set who needs a second factor for",))
    if form.validate_on_submit():
        try:
            factors_actions.require_factor(db, signed_in(), form.roles.data)
        except Refused as error:
            refused = refusal(error)
        else:
            flash("Saved.")
            return redirect(url_for("overview.setup"))
    given = REQUIRED_ROLES in config.given
    return form_page("members/required_factors.html", form=form, refused=refused, given=given)


@bp.post("/people/<int:person_id>/second-factor")
def reset_factor(person_id: int) -> Any:
    """Remove the second factor of someone who lost it, in a day."""
    actor = signed_in()
    person = members_queries.person_for(db, actor, person_id, Permission.RESET_FACTORS)
    try:
        factors_actions.ask_for_reset(db, actor, person)
    except Refused as error:
        flash(refusal(error), "danger")
    else:
        flash(f"{person.name}’s second factor will be removed in a day, unless they stop it.")
    return redirect(url_for("members.person", person_id=person_id))


@bp.post("/people/<int:person_id>/second-factor/keep")
def cancel_reset(person_id: int) -> Any:
    """Cancel the removal of someone's second factor."""
    actor = signed_in()
    person = members_queries.person_for(db, actor, person_id, Permission.RESET_FACTORS)
    if reset := credentials.open_reset(db, person):
        factors_actions.stop_reset(db, actor, reset)
    flash(f"{person.name}’s second factor stays.")
    return redirect(url_for("members.person", person_id=person_id))

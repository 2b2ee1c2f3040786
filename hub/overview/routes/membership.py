"""An organization's membership: its periods, with a preview of what other dates would change."""

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm

from hub.core import versions
from hub.core.errors import Refused
from hub.core.web import Answer, db
from hub.members import queries as members_queries
from hub.members.actions import organizations as organizations_actions
from hub.members.login import signed_in
from hub.members.models import Organization
from hub.members.rules.membership import Membership, in_order
from hub.members.rules.permissions import Permission
from hub.overview import actions as overview_actions
from hub.overview.forms import MembershipForm
from hub.overview.queries import changes as changes_queries
from hub.overview.routes.blueprint import bp


@bp.route("/organizations/<slug>/membership", methods=["GET", "POST"])
def membership(slug: str) -> Answer:
    """Edit an organization's periods of membership; what they change is shown before they are saved."""
    person = signed_in()
    organization = members_queries.organization_for(db, person, slug, Permission.MANAGE_ORGANIZATIONS)
    versions.hold(Organization, id=organization.id)
    current = organization.membership
    form = MembershipForm(data={"periods": [asdict(period) for period in current.periods]})
    form.edits(
        organization,
        f"Membership of {organization.name}",
        parts=lambda: form.parts(current),
        logged_as=("changed:periods",),
    )
    if request.method != "POST":
        return _page(organization, form)
    # A preview needs no current version: it shows what changes in the membership that is saved now.
    if not (FlaskForm.validate(form) if "preview" in request.form else form.validate()):
        return _page(organization, form, refused="Correct the marked fields." if form.errors else ""), 422
    stated = form.stated()
    try:
        organizations_actions.check_periods(db, person, organization, stated)
        if "preview" not in request.form and request.form.get("previewed") == Membership(in_order(stated)).version:
            overview_actions.save_membership(db, person, organization, stated)
            flash("Membership saved.")
            return redirect(url_for("members.organization", slug=slug))
    except Refused as error:
        return _page(organization, form, refused=str(error)), 422
    changes = changes_queries.membership_changes(db, organization, stated)
    return _page(organization, form, changes), 200 if "preview" in request.form else 422  # nothing was saved


def _page(
    organization: Organization,
    form: MembershipForm,
    changes: changes_queries.MembershipChanges | None = None,
    refused: str = "",
) -> str:
    """Return the page with the typed rows and the preview."""
    form.offer(organization.membership)
    return render_template(
        "overview/membership.html",
        organization=organization,
        form=form,
        changes=changes,
        refused=refused,
        edited=changes is not None and "preview" not in request.form,
    )

"""Pages of organizations."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, versions, web
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.web import db
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions import organizations as organizations_actions
from hub.members.forms import EditOrganization, FindOrganizations, NewOrganization, PostalAddressForm
from hub.members.login import signed_in
from hub.members.models import Organization
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


@bp.get("/organizations")
def organizations() -> str:
    """List the organizations; those that left are listed separately."""
    form = FindOrganizations(request.args)
    form.offer(members_queries.regions(db), members_queries.designation_names(db))
    kind = OrganizationKind(form.kind.data) if form.kind.data in list(OrganizationKind) else None
    matches = members_queries.organizations(db, kind, form.region.data or "", form.designation.data or "")
    today = clock.today(web.config().zone)
    return render_template(
        "members/organizations.html",
        form=form,
        current=[organization for organization in matches if not organization.membership.is_out(today)],
        former=[organization for organization in matches if organization.membership.is_out(today)],
        filtered=bool(kind or form.region.data or form.designation.data),
    )


@bp.get("/organizations/<slug>")
def organization(slug: str) -> str:
    """Show an organization: its details, designations and, to those who may see them, its people."""
    person = signed_in()
    shown = members_queries.organization_for(db, person, slug, Permission.SEE_MEMBERS)
    sees_people, today = may(person, Permission.SEE_PEOPLE, shown), clock.today(web.config().zone)
    is_out = shown.membership.is_out(today)
    people = members_queries.people_of(db, shown) if sees_people else []
    return render_template(
        "members/organization.html",
        organization=shown,
        left=shown.membership.last_period(today).left_on if is_out else None,
        back=shown.membership.next_day(today) if is_out else None,
        confirms_until=shown.membership.last_day_to_confirm(today),
        people=people,
        invited=credentials.without_sign_in(db, people),
        history=members_queries.role_history(db, shown) if sees_people else [],
        sees_people=sees_people,
    )


@bp.route("/organizations/new", methods=["GET", "POST"])
@once
def new_organization() -> Any:
    """Add a member or a BFF."""
    person = signed_in(Permission.MANAGE_ORGANIZATIONS)
    form, refused = NewOrganization(), ""
    if form.validate_on_submit():
        try:
            added = organizations_actions.add_organization(db, person, **form.facts())
        except Refused as error:
            refused = refusal(error)
        else:
            flash(f"{added.name} added. Next, invite a representative.")
            return redirect(url_for("members.organization", slug=added.slug))
    form.offer_rows()
    return form_page("members/edit_organization.html", form=form, organization=None, refused=refused)


@bp.route("/organizations/<slug>/edit", methods=["GET", "POST"])
def edit_organization(slug: str) -> Any:
    """Edit an organization's details and designations."""
    person = signed_in()
    versions.hold(Organization, slug=slug)
    changed = members_queries.organization_for(db, person, slug, Permission.MANAGE_ORGANIZATIONS)
    form, refused = EditOrganization(obj=changed), ""
    form.edits(changed, logged_as=organizations_actions.DETAILS_LOGGED_AS)
    if form.validate_on_submit():
        try:
            organizations_actions.change_organization(db, person, changed, **form.facts())
        except Refused as error:
            refused = refusal(error)
        else:
            flash("Changes saved.")
            return redirect(url_for("members.organization", slug=slug))
    form.offer_rows()
    return form_page("members/edit_organization.html", form=form, organization=changed, refused=refused)


@bp.route("/organizations/<slug>/address", methods=["GET", "POST"])
def postal_address(slug: str) -> Any:
    """Edit the postal address that an organization's bulk email shows."""
    person = signed_in()
    changed = members_queries.organization_for(db, person, slug, Permission.EDIT_POSTAL_ADDRESS)
    versions.hold(Organization, id=changed.id)
    form, refused = PostalAddressForm(obj=changed), ""
    form.edits(changed, f"Postal address of {changed.name}", logged_as=("changed:postal_address",))
    if form.validate_on_submit():
        try:
            organizations_actions.change_postal_address(db, person, changed, form.postal_address.data)
        except Refused as error:
            refused = refusal(error)
        else:
            flash("Postal address saved.")
            return redirect(url_for("members.organization", slug=slug))
    return form_page("members/postal_address.html", form=form, organization=changed, refused=refused)

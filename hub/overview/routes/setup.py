"""The setup guide. It can be left at any step and continued later, and works without scripts."""

from typing import Any
from urllib.parse import quote

from flask import flash, redirect, render_template, request, url_for

from hub.core import chosen_settings, clock, dates, versions, web
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.login import signed_in
from hub.members.models import Organization, Person
from hub.members.rules.organizations import DesignationFacts, Role
from hub.members.rules.permissions import Permission
from hub.members.rules.signing_in import INVITATION_DAYS
from hub.overview import actions as overview_actions
from hub.overview.forms import HostForm, HubForm, OrganizationsForm, zone_choices
from hub.overview.queries import changes as changes_queries
from hub.overview.queries import setup as setup_queries
from hub.overview.routes.blueprint import bp
from hub.overview.rules.organization_lists import Line, original_text, read_list


@bp.get("/setup")
def setup() -> str:
    """Show the steps of the guide, with the finished ones marked."""
    signed_in(Permission.SET_UP)
    return render_template(
        "overview/setup/steps.html",
        done=setup_queries.steps_done(db),
        organizations=setup_queries.organization_count(db),
        unrepresented=setup_queries.without_representative(db),
        uninvited=setup_queries.uninvited(db),
    )


@bp.route("/setup/hub", methods=["GET", "POST"])
def setup_hub() -> Any:
    """Show and save the hub's name, time zone and the day on which records begin, after a preview of what that changes."""
    versions.hold(Organization, id=signed_in(Permission.SET_UP).organization_id)
    chosen_settings.refresh(db.info["database"])
    config = web.config()
    form, refused, changes = _hub_form(), "", None
    is_zone_fixed = setup_queries.zone_is_fixed(db) or "TIME_ZONE" in config.given
    if is_zone_fixed:
        form.zone.data = config.TIME_ZONE
        form.zone.validators = ()
    if form.validate_on_submit():
        try:
            changes = _records_changes(form)
            if changes is None:
                overview_actions.name_hub(db, signed_in(), form.name.data, form.zone.data)
                overview_actions.begin_records(db, signed_in(), form.records_begin.data)
                return _continue_to("overview.setup_host", "Name, time zone and records saved.")
        except Refused as error:
            refused = str(error)
    page = render_template(
        "overview/setup/hub.html",
        form=form,
        refused=refused,
        given=config.given,
        is_zone_fixed=is_zone_fixed,
        changes=changes,
        records_begin=config.records_begin if config.RECORDS_BEGIN else None,
    )
    return page, 200 if request.method != "POST" else 422  # nothing was saved


def _hub_form() -> HubForm:
    """Return the form with the current settings; the hub's first day is the default for its records."""
    config = web.config()
    begin = config.records_begin if config.RECORDS_BEGIN else setup_queries.first_day(db)
    current = {"name": config.HUB_NAME, "zone": config.TIME_ZONE, "records_begin": begin}
    form = HubForm(data=current)
    form.edits("Hub settings", "Name, time zone and records")
    form.zone.choices = zone_choices(config.TIME_ZONE)
    if chosen_settings.RECORDS_BEGIN in config.given:
        form.records_begin.data, form.records_begin.validators = begin, ()
    return form


def _records_changes(form: HubForm) -> changes_queries.RecordsChanges | None:
    """Return what the entered day changes, or None if that is nothing or was already shown; raises Refused."""
    day, config = form.records_begin.data, web.config()
    if chosen_settings.RECORDS_BEGIN in config.given or day == config.records_begin:
        return None
    overview_actions.check_records_begin(db, signed_in(), day)
    if request.form.get("previewed") == day.isoformat():
        return None
    changes = changes_queries.records_changes(db, day)
    return changes if changes.changes_figures else None


@bp.route("/setup/host", methods=["GET", "POST"])
def setup_host() -> Any:
    """Show and save the organization that runs the hub."""
    signed_in(Permission.SET_UP)
    versions.hold(Organization, id=signed_in().organization_id)
    host = members_queries.organization_of(db, signed_in().organization.slug)
    form, refused = HostForm(obj=host), ""
    form.edits(host, logged_as=organizations_actions.DETAILS_LOGGED_AS)
    if form.validate_on_submit():
        try:
            organizations_actions.change_organization(
                db,
                signed_in(),
                host,
                name=form.name.data,
                region=form.region.data or "",
                website=form.website.data or "",
                postal_address=form.postal_address.data or "",
                designations=[DesignationFacts(d.name, d.status, d.starts_on, d.ends_on) for d in host.designations],
            )
            overview_actions.finish_step(db, signed_in(), "host")
        except Refused as error:
            refused = str(error)
        else:
            return _continue_to("overview.setup_organizations", "Organization saved.")
    return _page("overview/setup/host.html", form=form, refused=refused)


@bp.route("/setup/organizations", methods=["GET", "POST"])
@once
def setup_organizations() -> Any:
    """Preview a pasted or uploaded list of organizations, and add them."""
    signed_in(Permission.SET_UP)
    form, refused, lines = OrganizationsForm(), "", []
    if form.validate_on_submit():
        form.listed.data = _listed(form)
        try:
            lines = _read(form.listed.data)
        except Refused as error:
            refused = str(error)
        if lines and "add" in request.form:
            return _add(lines)
        if not lines and not refused:
            refused = "The list is empty. Paste names or a table, or choose a file."
    return _page(
        "overview/setup/organizations.html",
        form=form,
        refused=refused,
        lines=lines,
        valid=[line for line in lines if not line.problem],
        organizations=setup_queries.organization_count(db),
    )


def _listed(form: OrganizationsForm) -> str:
    """Return the text of the uploaded file, or else the pasted text; Excel on Windows saves CSV files as cp1252."""
    content = form.file.data.read() if form.file.data else b""
    try:
        return content.decode("utf-8-sig") or form.listed.data or ""
    except UnicodeDecodeError:
        return str(content.decode("cp1252", "replace"))


def _read(text: str) -> list[Line]:
    names, emails = setup_queries.names_and_emails(db)
    return read_list(text, names, emails, clock.today(web.config().zone))


def _add(lines: list[Line]) -> Any:
    """Add the valid lines; the others stay in the field to be corrected."""
    added = overview_actions.add_organizations(db, signed_in(), lines)
    if added:
        overview_actions.finish_step(db, signed_in(), "organizations")
        flash(f"Added {dates.plural(len(added), 'organization')}.")
    invalid = [line for line in lines if line.problem]
    if not invalid:
        return redirect(url_for("overview.setup_invitations"))
    form = OrganizationsForm(formdata=None, listed=original_text(invalid))
    return render_template(
        "overview/setup/organizations.html",
        form=form,
        refused="",
        lines=_read(form.listed.data),
        valid=[],
        organizations=setup_queries.organization_count(db),
    )


@bp.route("/setup/invitations", methods=["GET", "POST"])
@once
def setup_invitations() -> Any:
    """Show the people to invite, and add missing representatives."""
    signed_in(Permission.SET_UP)
    refusals: dict[str, str] = {}
    if request.method == "POST":
        refusals = _name_representatives()
        if not refusals:
            return redirect(url_for("overview.setup_invitations"))
    return _page(
        "overview/setup/invitations.html",
        unrepresented=setup_queries.without_representative(db),
        uninvited=setup_queries.uninvited(db),
        refusals=refusals,
        organizations=setup_queries.organization_count(db),
    )


def _name_representatives() -> dict[str, str]:
    """Add the entered representatives, all or none, and return the errors by slug of the organization."""
    refusals, added = {}, 0
    savepoint = db.begin_nested()
    for organization in setup_queries.without_representative(db):
        name, email = (request.form.get(f"{field}-{organization.slug}", "").strip() for field in ("name", "email"))
        if not name and not email:
            continue
        try:
            people_actions.add_person(db, signed_in(), organization, email=email, name=name, role=Role.REPRESENTATIVE)
            added += 1
        except Refused as error:
            refusals[organization.slug] = str(error)
    if refusals:
        savepoint.rollback()
    elif added:
        flash(f"Added {dates.plural(added, 'representative')}. Now create their links.")
    return refusals


@bp.post("/setup/links")
def setup_links() -> Any:
    """Email everyone without a password an invitation, or without a mail server show the links once."""
    signed_in(Permission.SET_UP)
    invitations = overview_actions.invite_all(db, signed_in())
    if not invitations:
        flash("Everyone already has a password. There’s no one to invite.")
        return redirect(url_for("overview.setup_invitations"))
    overview_actions.finish_step(db, signed_in(), "invitations")
    if web.has_mail_server():
        flash(f"{dates.plural(len(invitations), 'invitation')} on the way by email.")
        return redirect(url_for("overview.setup_invitations"))
    base = web.config().BASE_URL
    addresses = [(person, base + url_for("members.invitation", token=token)) for person, token in invitations if token]
    links = [(person, address, _mailto(person, address)) for person, address in addresses]
    web.store_nowhere()
    return render_template("overview/setup/links.html", links=links)


def _mailto(person: Person, address: str) -> str:
    """Return a mailto: address that opens the invitation as a draft in the coordinator's mail program."""
    hub = web.config().HUB_NAME
    words = (
        f"Dear {person.name},\n\nPlease use this link to set your password for the {hub}, where you represent "
        f"{person.organization.name}. It works once, within {INVITATION_DAYS} days:\n\n{address}\n"
    )
    return f"mailto:{person.email}?subject={quote(f'Your invitation to the {hub}')}&body={quote(words)}"


@bp.post("/setup/skip/<step>")
def setup_skip(step: str) -> Any:
    """Mark a step as done without doing it; ``all`` ends the guide."""
    signed_in(Permission.SET_UP)
    for name in setup_queries.STEPS if step == "all" else (step,):
        overview_actions.finish_step(db, signed_in(), name)
    return redirect(url_for("overview.home" if step == "all" else "overview.setup"))


def _continue_to(endpoint: str, message: str) -> Any:
    """Redirect to the next step with a message."""
    flash(message)
    return redirect(url_for(endpoint))


def _page(template: str, **context: Any) -> tuple[str, int]:
    """Return a form's page, with status 422 if the form was refused."""
    form = context.get("form")
    is_refused = request.method == "POST" and (
        context.get("refused") or context.get("refusals") or (form is not None and form.errors)
    )
    return render_template(template, **context), 422 if is_refused else 200

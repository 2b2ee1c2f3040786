"""The guide of the first run: it can be left at any step and taken up again, and every step works without scripts."""

from typing import Any
from urllib.parse import quote

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, dates, web
from hub.core.errors import Refused
from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.organizations import DesignationFacts, Role
from hub.members.rules.permissions import Permission
from hub.members.rules.signing_in import INVITATION_DAYS
from hub.overview import actions as overview_actions
from hub.overview.forms import AboutHost, ListOrganizations, NameHub, zone_choices
from hub.overview.queries import setup as setup_queries
from hub.overview.routes.blueprint import bp
from hub.overview.rules.organization_lists import Line, read_list, written_again


@bp.get("/setup")
def setup() -> str:
    """Where the guide stands: its steps, and which are done."""
    signed_in(Permission.SET_UP)
    return render_template(
        "overview/setup/steps.html",
        done=setup_queries.steps_done(db),
        organizations=setup_queries.how_many(db),
        lacking=setup_queries.without_representative(db),
        uninvited=setup_queries.uninvited(db),
    )


@bp.route("/setup/hub", methods=["GET", "POST"])
def setup_hub() -> Any:
    """The hub's name and time zone."""
    signed_in(Permission.SET_UP)
    config, refused = web.config(), ""
    form = NameHub(data={"name": config.HUB_NAME, "zone": config.TIME_ZONE}) if request.method == "GET" else NameHub()
    form.zone.choices = zone_choices(config.TIME_ZONE)
    settled = setup_queries.zone_is_settled(db) or "TIME_ZONE" in config.given
    if settled:
        form.zone.data = config.TIME_ZONE
        form.zone.validators = ()
    if form.validate_on_submit():
        try:
            overview_actions.name_hub(db, signed_in(), form.name.data, form.zone.data)
        except Refused as error:
            refused = str(error)
        else:
            return _on_to("overview.setup_host", "The hub’s name and time zone are saved.")
    return _page("overview/setup/hub.html", form=form, refused=refused, given=config.given, settled=settled)


@bp.route("/setup/host", methods=["GET", "POST"])
def setup_host() -> Any:
    """The organization that runs the hub."""
    signed_in(Permission.SET_UP)
    host = members_queries.organization_of(db, signed_in().organization.slug)
    form, refused = AboutHost(obj=host), ""
    if form.validate_on_submit():
        try:
            organizations_actions.change_organization(
                db,
                signed_in(),
                host,
                name=form.name.data,
                kind=host.kind,
                joined_on=host.joined_on,
                region=form.region.data or "",
                website=form.website.data or "",
                left_on=host.left_on,
                designations=[DesignationFacts(d.name, d.status, d.starts_on, d.ends_on) for d in host.designations],
            )
            overview_actions.finish_step(db, signed_in(), "host")
        except Refused as error:
            refused = str(error)
        else:
            return _on_to("overview.setup_organizations", "Your organization’s facts are saved.")
    return _page("overview/setup/host.html", form=form, refused=refused)


@bp.route("/setup/organizations", methods=["GET", "POST"])
def setup_organizations() -> Any:
    """Paste a list, look at what will be made of it, and add it."""
    signed_in(Permission.SET_UP)
    form, refused, lines = ListOrganizations(), "", []
    if form.validate_on_submit():
        form.listed.data = _listed(form)
        try:
            lines = _read(form.listed.data)
        except Refused as error:
            refused = str(error)
        if lines and "add" in request.form:
            return _add(lines)
        if not lines and not refused:
            refused = "There is no line to read. Paste names or a table, or choose a file."
    return _page(
        "overview/setup/organizations.html",
        form=form,
        refused=refused,
        lines=lines,
        right=[line for line in lines if not line.problem],
        organizations=setup_queries.how_many(db),
    )


def _listed(form: ListOrganizations) -> str:
    """Return the text of the file, or else what was pasted; spreadsheets on Windows write cp1252."""
    content = form.file.data.read() if form.file.data else b""
    try:
        return content.decode("utf-8-sig") or form.listed.data or ""
    except UnicodeDecodeError:
        return str(content.decode("cp1252", "replace"))


def _read(text: str) -> list[Line]:
    names, emails = setup_queries.names_and_addresses(db)
    return read_list(text, names, emails, clock.today(web.config().zone))


def _add(lines: list[Line]) -> Any:
    """Add what is right; what isn't stays in the field to be put right."""
    added = overview_actions.add_listed(db, signed_in(), lines)
    if added:
        overview_actions.finish_step(db, signed_in(), "organizations")
        flash(f"Added {dates.plural(len(added), 'organization')}.")
    wrong = [line for line in lines if line.problem]
    if not wrong:
        return redirect(url_for("overview.setup_invitations"))
    form = ListOrganizations(formdata=None, listed=written_again(wrong))
    return render_template(
        "overview/setup/organizations.html",
        form=form,
        refused="",
        lines=_read(form.listed.data),
        right=[],
        organizations=setup_queries.how_many(db),
    )


@bp.route("/setup/invitations", methods=["GET", "POST"])
def setup_invitations() -> Any:
    """Name representatives where they lack, and make the links to hand over."""
    signed_in(Permission.SET_UP)
    refusals: dict[str, str] = {}
    if request.method == "POST":
        refusals = _name_representatives()
        if not refusals:
            return redirect(url_for("overview.setup_invitations"))
    return _page(
        "overview/setup/invitations.html",
        lacking=setup_queries.without_representative(db),
        uninvited=setup_queries.uninvited(db),
        refusals=refusals,
        organizations=setup_queries.how_many(db),
    )


def _name_representatives() -> dict[str, str]:
    """Add the representatives that were typed in, all or none; answers what was wrong, by organization."""
    refusals, added = {}, 0
    together = db.begin_nested()
    for organization in setup_queries.without_representative(db):
        name, email = (request.form.get(f"{what}-{organization.slug}", "").strip() for what in ("name", "email"))
        if not name and not email:
            continue
        try:
            people_actions.add_person(db, signed_in(), organization, email=email, name=name, role=Role.REPRESENTATIVE)
            added += 1
        except Refused as error:
            refusals[organization.slug] = str(error)
    if refusals:
        together.rollback()
    elif added:
        flash(f"Added {dates.plural(added, 'representative')}. Now make their links.")
    return refusals


@bp.post("/setup/links")
def setup_links() -> Any:
    """Make a link for everyone who has no password yet, and show them this once."""
    signed_in(Permission.SET_UP)
    made = overview_actions.invite_all(db, signed_in())
    if not made:
        flash("Everybody has a password already: there is no one to invite.")
        return redirect(url_for("overview.setup_invitations"))
    overview_actions.finish_step(db, signed_in(), "invitations")
    base = web.config().BASE_URL
    addresses = [(person, base + url_for("members.invitation", token=token)) for person, token in made]
    links = [(person, address, _letter_to(person, address)) for person, address in addresses]
    return render_template("overview/setup/links.html", links=links)


def _letter_to(person: Person, address: str) -> str:
    """Return an address that opens the coordinator's own mail program with the invitation written."""
    hub = web.config().HUB_NAME
    words = (
        f"Dear {person.name},\n\nwith this link you set your password for the {hub}, where you represent "
        f"{person.organization.name}. It works once, for {INVITATION_DAYS} days:\n\n{address}\n"
    )
    return f"mailto:{person.email}?subject={quote(f'Your invitation to the {hub}')}&body={quote(words)}"


@bp.post("/setup/skip/<step>")
def setup_skip(step: str) -> Any:
    """Leave a step out: it counts as done. ``all`` puts the guide away."""
    signed_in(Permission.SET_UP)
    for one in setup_queries.STEPS if step == "all" else (step,):
        overview_actions.finish_step(db, signed_in(), one)
    return redirect(url_for("overview.home" if step == "all" else "overview.setup"))


def _on_to(endpoint: str, sentence: str) -> Any:
    """To the next step."""
    flash(sentence)
    return redirect(url_for(endpoint))


def _page(template: str, **context: Any) -> tuple[str, int]:
    """Return a form, empty or as it was typed."""
    wrong = request.method == "POST" and (context.get("refused") or context.get("refusals"))
    return render_template(template, **context), 422 if wrong else 200

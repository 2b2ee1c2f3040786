"""Pages of people."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, versions, web
from hub.core.errors import NotAllowed, Refused
from hub.core.once import once
from hub.core.versions import Part
from hub.core.web import db
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.members import browser_sessions, credentials, login
from hub.members import queries as members_queries
from hub.members.actions import email_changes as email_changes_actions
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import people as people_actions
from hub.members.forms import (
    ChangePerson,
    ChangeRole,
    FindPeople,
    MovePerson,
    NewPerson,
    organization_choices,
    role_choices,
)
from hub.members.login import signed_in
from hub.members.models import Organization, Person
from hub.members.routes.blueprint import bp
from hub.members.routes.form_pages import form_page, refusal
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission, assignable_roles, may, may_manage


@bp.get("/people")
def people() -> str:
    """List the people of the person's own organization, or everyone."""
    form = FindPeople(request.args)
    page = web.page_number()
    matches, total = members_queries.people(db, signed_in(), form.q.data, page)
    pages = web.page_count(total, members_queries.PEOPLE_PER_PAGE)
    return render_template(
        "members/people.html",
        form=form,
        people=matches,
        invited=credentials.without_sign_in(db, matches),
        total=total,
        page=page,
        pages=pages,
    )


@bp.route("/people/new", methods=["GET", "POST"])
@once
def new_person() -> Any:
    """Add a person and send their invitation link."""
    person = signed_in(Permission.MANAGE_PEOPLE)
    form, own = _new_person_form(person)
    refused = ""
    if form.validate_on_submit():
        organization = own or members_queries.organization_for(
            db, person, form.organization.data, Permission.MANAGE_PEOPLE
        )
        try:
            added = people_actions.add_person(
                db, person, organization, email=form.email.data, name=form.name.data, role=form.role.data
            )
        except Refused as error:
            refused = refusal(error)
        else:
            return _link_answer(added, invitations_actions.invite(db, person, added))
    return form_page("members/new_person.html", form=form, own=own, refused=refused)


def _new_person_form(person: Person) -> tuple[NewPerson, Organization | None]:
    """Return the form with the roles that ``person`` may assign, and their organization unless they may choose one."""
    form = NewPerson(organization=request.args.get("organization", ""), role=request.args.get("role", Role.CONTRIBUTOR))
    if may(person, Permission.MANAGE_ORGANIZATIONS):
        form.organization.choices = organization_choices(members_queries.organizations(db))
        form.role.choices = role_choices(Role)
        return form, None
    del form.organization
    form.role.choices = role_choices(assignable_roles(person, person.organization.kind))
    return form, person.organization


@bp.get("/people/<int:person_id>")
def person(person_id: int) -> Any:
    """Show a person and their role history, with forms for those who manage them."""
    return _person_page(members_queries.person_for(db, signed_in(), person_id, Permission.SEE_PEOPLE))


@bp.post("/people/<int:person_id>")
def change_person(person_id: int) -> Any:
    """Change a name or an email address."""
    actor = signed_in()
    versions.hold(Person, id=person_id)
    changed = members_queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    form, refused = _facts_form(changed), ""
    if form.validate():
        try:
            people_actions.change_name(db, actor, changed, form.name.data)
            waits = email_changes_actions.change_email(db, actor, changed, form.email.data, login.origin())
        except Refused as error:
            refused = refusal(error)
        else:
            if waits:
                link = f"a link to {form.email.data}"
                web.flash_mail(f"{changed.name} has to confirm the new address: the hub sent {link}.", link)
            return _back_to(changed, "Changes saved.")
    return _person_page(changed, facts=form, refused=refused)


@bp.post("/people/<int:person_id>/role")
def change_role(person_id: int) -> Any:
    """Change a person's role, or reactivate a deactivated person with one."""
    actor = signed_in()
    changed = members_queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    _hold_organization_of(changed)  # a new representative changes the former one too
    form, refused = _role_form(actor, changed), ""
    if form.validate():
        assign = people_actions.change_role if changed.is_active else people_actions.reactivate
        try:
            assign(db, actor, changed, form.role.data)
            browser_sessions.renew_session(actor)  # they may have given up their own role
        except Refused as error:
            refused = refusal(error)
        else:
            return _back_to(changed, f"{changed.name}’s role is now {changed.role.label}.")
    return _person_page(changed, role=form, refused=refused)


@bp.post("/people/<int:person_id>/organization")
def move_person(person_id: int) -> Any:
    """Move a person to another organization."""
    actor = signed_in()
    moved = members_queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    if not may(actor, Permission.MANAGE_ORGANIZATIONS):
        raise NotAllowed(Permission.MANAGE_ORGANIZATIONS)
    _hold_organization_of(moved)
    form, refused = _move_form(moved), ""
    if form.validate():
        organization = members_queries.organization_for(
            db, actor, form.organization.data, Permission.MANAGE_ORGANIZATIONS
        )
        try:
            people_actions.move(db, actor, moved, organization, form.role.data)
        except Refused as error:
            refused = refusal(error)
        else:
            return _back_to(moved, f"{moved.name} is now at {organization.name} with the role {moved.role.label}.")
    return _person_page(moved, move=form, refused=refused)


@bp.post("/people/<int:person_id>/link")
def create_link(person_id: int) -> Any:
    """Send a link to set a first or a new password."""
    actor = signed_in()
    invited = members_queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    make = invitations_actions.reset_link if invited.password_hash else invitations_actions.invite
    return _link_answer(invited, make(db, actor, invited))


@bp.post("/people/<int:person_id>/address")
def address_works(person_id: int) -> Any:
    """Resume email to an address that bounced."""
    subject = members_queries.person_for(db, signed_in(), person_id, Permission.MANAGE_PEOPLE)
    mail_actions.clear_bounced(db, subject.email)
    return _back_to(subject, f"Email to {subject.email} is back on.")


@bp.post("/people/<int:person_id>/leave")
def deactivate(person_id: int) -> Any:
    """Deactivate a person."""
    actor = signed_in()
    subject = members_queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    try:
        people_actions.deactivate(db, actor, subject)
    except Refused as error:
        return _person_page(subject, refused=refusal(error))
    return _back_to(subject, f"{subject.name} can no longer sign in.")


def _hold_organization_of(subject: Person) -> None:
    """Lock the organization where the person is; until it is locked, someone may move them to another one."""
    held = 0
    while held != subject.organization_id:
        held = subject.organization_id
        versions.hold(Organization, id=held)


def _facts_form(subject: Person, **formdata: Any) -> ChangePerson:
    form = ChangePerson(obj=subject, **formdata)
    form.edits(subject, subject.name, page=_page_of(subject), logged_as=("changed",))
    return form


def _role_form(actor: Person, subject: Person, **formdata: Any) -> ChangeRole:
    form = ChangeRole(role=subject.role, **formdata)
    form.role.choices = role_choices(assignable_roles(actor, subject.organization.kind))
    logged_as = ("changed the role of", "reactivated", "moved", "added")
    form.edits(subject, f"Role of {subject.name}", page=_page_of(subject), logged_as=logged_as)
    return form


def _move_form(subject: Person, **formdata: Any) -> MovePerson:
    form = MovePerson(role=Role.CONTRIBUTOR, **formdata)
    others = [other for other in members_queries.organizations(db) if other.id != subject.organization_id]
    form.organization.choices = organization_choices(others)
    form.role.choices = role_choices(Role)

    def parts() -> list[Part]:
        chosen = next((other.name for other in others if other.slug == form.organization.data), "")
        return [Part.of_texts("Organization", subject.organization.name, chosen)]

    form.edits(subject, f"Organization of {subject.name}", page=_page_of(subject), parts=parts, logged_as=("moved",))
    return form


def _page_of(subject: Person) -> str:
    return url_for("members.person", person_id=subject.id)


def _person_page(
    subject: Person,
    facts: ChangePerson | None = None,
    role: ChangeRole | None = None,
    move: MovePerson | None = None,
    refused: str = "",
) -> tuple[str, int]:
    actor = signed_in()
    manages, ends_sessions = may_manage(actor, subject), may(actor, Permission.END_SESSIONS, subject)
    if manages:
        facts = facts or _facts_form(subject, formdata=None)
        role = role or _role_form(actor, subject, formdata=None)
        if may(actor, Permission.MANAGE_ORGANIZATIONS) and subject.is_active:
            move = move or _move_form(subject, formdata=None)
    return form_page(
        "members/person.html",
        about=subject,
        pending=members_queries.pending_email(db, subject, clock.now()) if manages else "",
        history=members_queries.roles_of(db, subject),
        sessions=members_queries.sessions_of(db, subject, clock.now()) if ends_sessions else None,
        **_factors_of(actor, subject),
        manages=manages,
        sign_on_accounts=credentials.sign_on_accounts(db, subject),
        invited=credentials.without_sign_in(db, [subject]),
        bounced=mail_queries.bouncing(db, [subject.email]).get(subject.email),
        facts=facts,
        role=role,
        move=move,
        refused=refused,
    )


def _factors_of(actor: Person, subject: Person) -> dict[str, Any]:
    """Return what those who reset second factors see of one."""
    if not may(actor, Permission.RESET_FACTORS, subject):
        return {"factors": None, "reset": None}
    return {"factors": credentials.factors_of(db, subject), "reset": credentials.open_reset(db, subject)}


def _link_answer(subject: Person, token: str | None) -> Any:
    """Say where the link is, or show it this once to the coordinator of a hub without a mail server."""
    if token is not None:
        view = "members.new_password" if subject.password_hash else "members.invitation"
        address = web.config().BASE_URL + url_for(view, token=token)
        web.store_nowhere()
        return render_template("members/link.html", about=subject, address=address)
    if web.has_mail_server():
        return _back_to(subject, f"The link is on its way to {subject.email}.")
    asked = members_queries.people_with(db, Permission.SEE_LINKS, signed_in())
    names = " or ".join(person.name for person in asked) or "the coordinator"
    flash(f"Not sent: this hub has no mail server. Ask {names} to give {subject.name} the link.", "warning")
    return redirect(_page_of(subject))


def _back_to(subject: Person, sentence: str) -> Any:
    flash(sentence)
    return redirect(_page_of(subject))

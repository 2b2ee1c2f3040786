"""Signing in, organizations and their people."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from hub.core import bounces, clock, web
from hub.core.errors import NotFound, Refused, TooManyTries
from hub.core.web import db
from hub.members import actions, login, queries
from hub.members.forms import (
    ChangePassword,
    ChangePerson,
    EditOrganization,
    FindOrganizations,
    FindPeople,
    ForgotPassword,
    GiveRole,
    MovePerson,
    NewPerson,
    OwnName,
    SetPassword,
    SignIn,
    Welcome,
    organization_choices,
    role_choices,
)
from hub.members.models import LinkKind, Organization, Person
from hub.members.rules import (
    OrganizationKind,
    Permission,
    Role,
    has_left,
    may,
    may_manage,
    roles_to_give,
    whose_stop,
)
from hub.members.rules.hints import HINTS, is_shown

bp = Blueprint("members", __name__)

HIGHEST_PAGE = 100_000  # of a list; a number beyond the database's would break the query


# Signing in and out


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
        except Refused as error:
            refused = _refused(error)
        else:
            login.begin_session(person)
            return redirect(wanted)
    return _form_page("members/sign_in.html", form=form, refused=refused)


@bp.route("/forgot-password", methods=["GET", "POST"])
@web.public
def forgot_password() -> Any:
    """Ask for a link with which one sets a new password: the same answer, whoever asks."""
    form, refused = ForgotPassword(), ""
    if form.validate_on_submit():
        try:
            actions.ask_for_password(db, form.email.data, request.remote_addr or "")
        except Refused as error:
            refused = _refused(error)
        else:
            return render_template("members/asked.html", by_mail=web.config().mail_server is not None)
    return _form_page("members/forgot_password.html", form=form, refused=refused)


@bp.route("/mail/stop/<token>", methods=["GET", "POST"])
@web.public
@web.from_mail_programs
def stop_mail(token: str) -> Any:
    """End a kind of mail: a GET, which scanners make too, only shows the button."""
    found = whose_stop(web.config().SECRET_KEY, token)
    person = queries.person(db, found[0]) if found else None
    if not found or person is None:
        raise NotFound
    if request.method == "POST":
        actions.stop_mail(db, person, found[1])
    return render_template("members/stop_mail.html", kind=found[1], done=request.method == "POST")


@bp.post("/sign-out")
def sign_out() -> Any:
    """Sign out on this browser."""
    login.end_session()
    return redirect(url_for("overview.home"))


@bp.post("/sign-out/everywhere")
def sign_out_everywhere() -> Any:
    """Sign out in every browser, this one too: a session that somebody copied ends with it."""
    actions.end_sessions(db, web.signed_in())
    login.end_session()
    flash("You are signed out in every browser.")
    return redirect(url_for("members.sign_in"))


@bp.route("/account", methods=["GET", "POST"])
def account() -> Any:
    """One's own name."""
    person = web.signed_in()
    form = OwnName(obj=person)
    if form.validate_on_submit():
        actions.rename(db, person, form.name.data)
        flash("Your name is saved.")
        return redirect(url_for("members.account"))
    return _form_page("members/account.html", person=person, form=form, password=ChangePassword(formdata=None))


@bp.post("/account/password")
def change_password() -> Any:
    """One's own password; sessions in other browsers end."""
    person, form, refused = web.signed_in(), ChangePassword(), ""
    if form.validate():
        try:
            actions.change_password(db, person, form.current.data, form.password.data, request.remote_addr or "")
        except Refused as error:
            refused = _refused(error)
        else:
            login.begin_session(person)
            flash("Your password is changed. Other browsers in which you were signed in are signed out.")
            return redirect(url_for("members.account"))
    name = OwnName(formdata=None, obj=person)
    return _form_page("members/account.html", person=person, form=name, password=form, refused=refused)


@bp.post("/hints/<name>/dismiss")
def dismiss_hint(name: str) -> Any:
    """Put a hint away, and go back to where it stood."""
    actions.dismiss_hint(db, web.signed_in(), name)
    return redirect(login.safe_next(request.form.get("next")))


@bp.post("/account/hints")
def show_hints_again() -> Any:
    """Show every hint again."""
    actions.show_hints_again(db, web.signed_in())
    flash("The hints are shown again on the pages where they help.")
    return redirect(url_for("members.account"))


@bp.app_template_global()
def hint_text(name: str) -> str:
    """What the hint says to the person who is signed in; empty when it isn't for them, or was put away."""
    person = web.signed_in()
    if person is None:
        return ""
    if "dismissed_hints" not in g:
        g.dismissed_hints = queries.dismissed_hints(db, person)
    return HINTS[name].text if is_shown(name, person.role, g.dismissed_hints) else ""


# Links that let somebody in, once


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@web.public
def invitation(token: str) -> Any:
    """Accept an invitation: set a first password."""
    return _set_password(token, LinkKind.INVITATION)


@bp.route("/password/<token>", methods=["GET", "POST"])
@web.public
def new_password(token: str) -> Any:
    """Set a new password with a link."""
    return _set_password(token, LinkKind.PASSWORD_RESET)


def _set_password(token: str, kind: LinkKind) -> Any:
    try:
        link = actions.usable_link(db, token, kind)
    except (Refused, NotFound) as error:
        return _no_link(error)
    form, refused = SetPassword(), ""
    if form.validate_on_submit():
        try:
            person = actions.accept(db, token, form.password.data)
        except actions.LinkIsGone as error:
            return _no_link(error)
        except Refused as error:
            refused = _refused(error)
        else:
            login.begin_session(person)
            flash("Your password is set, and you are signed in.")
            return redirect(url_for("overview.home"))
    return _form_page("members/set_password.html", form=form, link=link, person=link.person, refused=refused)


@bp.route("/welcome/<token>", methods=["GET", "POST"])
@web.public
def welcome(token: str) -> Any:
    """The first coordinator signs up, and so sets up the hub."""
    try:
        actions.usable_link(db, token, LinkKind.FIRST_COORDINATOR)
    except (Refused, NotFound) as error:
        return _no_link(error)
    form, refused = Welcome(), ""
    host = queries.host(db)
    if host:
        del form.organization
    if form.validate_on_submit():
        try:
            person = actions.sign_up_first_coordinator(
                db,
                token,
                organization=form.organization.data if form.organization else "",
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
            )
        except actions.LinkIsGone as error:
            return _no_link(error)
        except Refused as error:
            refused = _refused(error)
        else:
            login.begin_session(person)
            flash("Welcome. The hub is yours; four short steps make it ready for your alliance.")
            return redirect(url_for("overview.setup"))
    return _form_page("members/welcome.html", form=form, host=host, refused=refused)


def _no_link(error: Exception) -> tuple[str, int]:
    """The page of a link that can't be used (any more)."""
    unknown = isinstance(error, NotFound)
    return render_template("members/link_gone.html", sentence="" if unknown else str(error)), 404 if unknown else 410


# Organizations


@bp.get("/organizations")
def organizations() -> str:
    """Members, BFFs and the host; those that left stand apart."""
    form = FindOrganizations(request.args)
    form.offer(queries.regions(db), queries.designation_names(db))
    kind = OrganizationKind(form.kind.data) if form.kind.data in list(OrganizationKind) else None
    found = queries.organizations(db, kind, form.region.data or "", form.designation.data or "")
    today = clock.today(web.config().zone)
    return render_template(
        "members/organizations.html",
        form=form,
        here=[o for o in found if not has_left(o.left_on, today)],
        gone=[o for o in found if has_left(o.left_on, today)],
        filtered=bool(kind or form.region.data or form.designation.data),
    )


@bp.get("/organizations/<slug>")
def organization(slug: str) -> str:
    """One organization: its facts, designations and, for those who may see them, its people."""
    person = web.signed_in()
    shown = queries.organization_for(db, person, slug, Permission.SEE_MEMBERS)
    sees_people = may(person, Permission.SEE_PEOPLE, shown)
    return render_template(
        "members/organization.html",
        organization=shown,
        left=has_left(shown.left_on, clock.today(web.config().zone)),
        people=queries.people_of(db, shown) if sees_people else [],
        history=queries.role_history(db, shown) if sees_people else [],
        sees_people=sees_people,
    )


@bp.route("/organizations/new", methods=["GET", "POST"])
def new_organization() -> Any:
    """Add a member or a BFF."""
    person = web.signed_in()
    if not may(person, Permission.MANAGE_ORGANIZATIONS):
        raise NotFound
    form, refused = EditOrganization(), ""
    form.offer_kinds()
    if form.validate_on_submit():
        try:
            added = actions.add_organization(db, person, **form.facts())
        except Refused as error:
            refused = _refused(error)
        else:
            flash(f"{added.name} is added. Next, invite its representative.")
            return redirect(url_for("members.organization", slug=added.slug))
    form.offer_rows()
    return _form_page("members/edit_organization.html", form=form, organization=None, refused=refused)


@bp.route("/organizations/<slug>/edit", methods=["GET", "POST"])
def edit_organization(slug: str) -> Any:
    """Change an organization's facts and designations."""
    person = web.signed_in()
    changed = queries.organization_for(db, person, slug, Permission.MANAGE_ORGANIZATIONS)
    form, refused = EditOrganization(obj=changed), ""
    form.offer_kinds(changed.kind)
    if form.validate_on_submit():
        try:
            actions.change_organization(db, person, changed, **form.facts())
        except Refused as error:
            refused = _refused(error)
        else:
            flash("The changes are saved.")
            return redirect(url_for("members.organization", slug=slug))
    form.offer_rows()
    return _form_page("members/edit_organization.html", form=form, organization=changed, refused=refused)


# People


@bp.get("/people")
def people() -> str:
    """The people of one's own organization, or everybody's."""
    form = FindPeople(request.args)
    page = min(max(request.args.get("page", 1, type=int), 1), HIGHEST_PAGE)
    found, total = queries.people(db, web.signed_in(), form.q.data, page)
    pages = -(-total // queries.PEOPLE_PER_PAGE)
    return render_template("members/people.html", form=form, people=found, total=total, page=page, pages=pages)


@bp.route("/people/new", methods=["GET", "POST"])
def new_person() -> Any:
    """Add somebody and show the link with which they get in."""
    person = web.signed_in()
    if not may(person, Permission.MANAGE_PEOPLE):
        raise NotFound
    form, own = _new_person_form(person)
    refused = ""
    if form.validate_on_submit():
        into = own or queries.organization_for(db, person, form.organization.data, Permission.MANAGE_PEOPLE)
        try:
            added = actions.add_person(
                db, person, into, email=form.email.data, name=form.name.data, role=form.role.data
            )
        except Refused as error:
            refused = _refused(error)
        else:
            return _link_page(added, actions.invite(db, person, added))
    return _form_page("members/new_person.html", form=form, own=own, refused=refused)


def _new_person_form(person: Person) -> tuple[NewPerson, Organization | None]:
    """The form with the roles that ``person`` may give; and the organization, when they have no choice of it."""
    form = NewPerson(organization=request.args.get("organization", ""), role=request.args.get("role", Role.CONTRIBUTOR))
    if may(person, Permission.MANAGE_ORGANIZATIONS):
        form.organization.choices = organization_choices(queries.organizations(db))
        form.role.choices = role_choices(Role)
        return form, None
    del form.organization
    form.role.choices = role_choices(roles_to_give(person, person.organization.kind))
    return form, person.organization


@bp.get("/people/<int:person_id>")
def person(person_id: int) -> Any:
    """Somebody's role now and before; for who manages them, what can be changed."""
    return _person_page(queries.person_for(db, web.signed_in(), person_id, Permission.SEE_PEOPLE))


@bp.post("/people/<int:person_id>")
def change_person(person_id: int) -> Any:
    """Correct a name or an e-mail address."""
    actor = web.signed_in()
    changed = queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    form, refused = ChangePerson(), ""
    if form.validate():
        try:
            actions.change_person(db, actor, changed, name=form.name.data, email=form.email.data)
        except Refused as error:
            refused = _refused(error)
        else:
            return _back_to(changed, "The changes are saved.")
    return _person_page(changed, facts=form, refused=refused)


@bp.post("/people/<int:person_id>/role")
def give_role(person_id: int) -> Any:
    """Give somebody another role, or let somebody who left come back with one."""
    actor = web.signed_in()
    changed = queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    form, refused = _role_form(actor, changed), ""
    if form.validate():
        give = actions.give_role if changed.is_active else actions.come_back
        try:
            give(db, actor, changed, form.role.data)
        except Refused as error:
            refused = _refused(error)
        else:
            return _back_to(changed, f"{changed.name} is {changed.role.label} now.")
    return _person_page(changed, role=form, refused=refused)


@bp.post("/people/<int:person_id>/organization")
def move_person(person_id: int) -> Any:
    """Let somebody go on in another organization."""
    actor = web.signed_in()
    moved = queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    if not may(actor, Permission.MANAGE_ORGANIZATIONS):
        raise NotFound
    form, refused = _move_form(moved), ""
    if form.validate():
        into = queries.organization_for(db, actor, form.organization.data, Permission.MANAGE_ORGANIZATIONS)
        try:
            actions.move(db, actor, moved, into, form.role.data)
        except Refused as error:
            refused = _refused(error)
        else:
            return _back_to(moved, f"{moved.name} belongs to {into.name} now, as {moved.role.label}.")
    return _person_page(moved, move=form, refused=refused)


@bp.post("/people/<int:person_id>/link")
def make_link(person_id: int) -> Any:
    """Make a link with which somebody sets a first or a new password, and show it this once."""
    actor = web.signed_in()
    invited = queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    make = actions.reset_link if invited.password_hash else actions.invite
    return _link_page(invited, make(db, actor, invited))


@bp.post("/people/<int:person_id>/address")
def address_works(person_id: int) -> Any:
    """Mail came back from somebody's address, and now it works again."""
    about = queries.person_for(db, web.signed_in(), person_id, Permission.MANAGE_PEOPLE)
    bounces.clear(db, about.email)
    return _back_to(about, f"Mail goes to {about.email} again.")


@bp.post("/people/<int:person_id>/leave")
def leave(person_id: int) -> Any:
    """Mark somebody as gone."""
    actor = web.signed_in()
    gone = queries.person_for(db, actor, person_id, Permission.MANAGE_PEOPLE)
    try:
        actions.leave(db, actor, gone)
    except Refused as error:
        return _person_page(gone, refused=_refused(error))
    return _back_to(gone, f"{gone.name} can't sign in any more.")


def _role_form(actor: Person, about: Person) -> GiveRole:
    form = GiveRole(role=about.role)
    form.role.choices = role_choices(roles_to_give(actor, about.organization.kind))
    return form


def _move_form(about: Person) -> MovePerson:
    form = MovePerson(role=Role.CONTRIBUTOR)
    others = [one for one in queries.organizations(db) if one.id != about.organization_id]
    form.organization.choices = organization_choices(others)
    form.role.choices = role_choices(Role)
    return form


def _person_page(
    about: Person,
    facts: ChangePerson | None = None,
    role: GiveRole | None = None,
    move: MovePerson | None = None,
    refused: str = "",
) -> tuple[str, int]:
    actor = web.signed_in()
    manages = may_manage(actor, about)
    if manages:
        facts = facts or ChangePerson(formdata=None, obj=about)
        role = role or _role_form(actor, about)
        if may(actor, Permission.MANAGE_ORGANIZATIONS) and about.is_active:
            move = move or _move_form(about)
    return _form_page(
        "members/person.html",
        about=about,
        history=queries.roles_of(db, about),
        manages=manages,
        bounced=bounces.bouncing(db, [about.email]).get(about.email),
        facts=facts,
        role=role,
        move=move,
        refused=refused,
    )


def _link_page(about: Person, token: str) -> str:
    """The page that shows a link this once; only its hash is kept."""
    view = "members.new_password" if about.password_hash else "members.invitation"
    address = web.config().BASE_URL + url_for(view, token=token)
    return render_template(
        "members/link.html", about=about, address=address, mailed=web.config().mail_server is not None
    )


def _back_to(about: Person, sentence: str) -> Any:
    flash(sentence)
    return redirect(url_for("members.person", person_id=about.id))


# What the forms share


def _form_page(template: str, **context: Any) -> tuple[str, int]:
    """A form, empty or as it was typed: a POST that gets here didn't do what it should."""
    return render_template(template, **context), 200 if request.method in web.SAFE_METHODS else 422


def _refused(error: Refused) -> str:
    """Why not, for the form; too many tries have a page of their own."""
    if isinstance(error, TooManyTries):
        raise error
    return str(error)

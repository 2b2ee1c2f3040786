"""Pages of an organization's stakeholders: list, details, import; and the unsubscribe page."""

from flask import Response, flash, redirect, render_template, request, url_for

from hub.core import dates, versions, web
from hub.core.errors import NotFound, Refused
from hub.core.once import once
from hub.core.tables import csv_of
from hub.core.text import clean
from hub.core.versions import Edit, Part
from hub.core.web import Answer, db, page_number
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.outreach import forms as outreach_forms
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import Stakeholder
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.outreach.routes.blueprint import bp
from hub.outreach.rules.stakeholders import Change, Planned

LONGEST_SEARCH = 200
NOT_PREVIEWED = "The changes are no longer those in the preview. Check them again, then import the list."
SHOWN_LINES = 500  # of a preview; its counts include all lines
COLUMNS = ("Name", "Email", "Affiliation", "Groups", "Gets email")


def stakeholder_manager() -> Person:
    """Return the signed-in person if they may manage their organization's stakeholders; raise NotFound otherwise."""
    person = signed_in()
    if not may(person, Permission.KEEP_STAKEHOLDERS, person.organization):
        raise NotFound
    return person


@bp.get("/sharing/stakeholders")
def stakeholders() -> str | Response:
    """Show the list, or download it; ``?q=&group=&page=&format=csv``."""
    person = stakeholder_manager()
    words, group = clean(request.args.get("q", ""))[:LONGEST_SEARCH], request.args.get("group", "")[:LONGEST_SEARCH]
    if request.args.get("format") == "csv":
        return _as_csv(stakeholders_queries.stakeholders_of(db, person, words, group, page=None)[0])
    page = page_number()
    lines, total = stakeholders_queries.stakeholders_of(db, person, words, group, page)
    return render_template(
        "outreach/stakeholders.html",
        organization=person.organization,
        lines=lines,
        total=total,
        groups=stakeholders_queries.groups_with_counts(db, person.organization),
        words=words,
        group=group,
        page=page,
        pages=web.page_count(total, stakeholders_queries.STAKEHOLDERS_PER_PAGE),
    )


def _as_csv(lines: list[stakeholders_queries.StakeholderLine]) -> Response:
    rows = (
        [
            line.stakeholder.name,
            line.stakeholder.email,
            line.stakeholder.affiliation,
            "; ".join(group.name for group in line.stakeholder.groups),
            "unsubscribed" if line.unsubscribed else ("bounced" if line.bouncing else "yes"),
        ]
        for line in lines
    )
    web.store_nowhere()
    return Response(
        csv_of(COLUMNS, rows),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=stakeholders.csv"},
    )


@bp.route("/sharing/stakeholders/new", methods=["GET", "POST"])
@once
def new_stakeholder() -> Answer:
    """Add a stakeholder."""
    person, form = stakeholder_manager(), outreach_forms.StakeholderForm()
    refused = ""
    if request.method != "POST":
        form.groups.data = request.args.get("group", "")[:LONGEST_SEARCH]
    elif form.validate_on_submit():
        try:
            stakeholders_actions.add_stakeholder(db, person, *form.entered())
        except Refused as error:
            refused = str(error)
        else:
            flash("Stakeholder added.")
            return redirect(url_for(".stakeholders"))
    db.rollback()
    return _stakeholder_page(person, form, None, refused), (200 if request.method != "POST" else 422)


@bp.route("/sharing/stakeholders/<int:stakeholder_id>", methods=["GET", "POST"])
def stakeholder(stakeholder_id: int) -> Answer:
    """Show and edit a stakeholder."""
    person = stakeholder_manager()
    versions.hold(Stakeholder, id=stakeholder_id)
    listed = stakeholders_queries.stakeholder_for(db, person, stakeholder_id)
    form = outreach_forms.stakeholder_form(listed)
    if request.method != "POST":
        return _stakeholder_page(person, form, listed)
    refused = ""
    if form.validate_on_submit():
        try:
            stakeholders_actions.change_stakeholder(db, person, listed, *form.entered())
        except Refused as error:
            refused = str(error)
        else:
            flash("Changes saved.")
            return redirect(url_for(".stakeholders"))
    db.rollback()
    return _stakeholder_page(
        person, form, stakeholders_queries.stakeholder_for(db, person, stakeholder_id), refused
    ), 422


def _stakeholder_page(
    person: Person, form: outreach_forms.StakeholderForm, listed: Stakeholder | None, refused: str = ""
) -> str:
    return render_template(
        "outreach/stakeholder.html",
        form=form,
        stakeholder=listed,
        groups=stakeholders_queries.group_names(db, person.organization),
        refused=refused,
    )


@bp.post("/sharing/stakeholders/remove")
def remove_stakeholders() -> Answer:
    """Remove the selected people and their addresses."""
    count = stakeholders_actions.remove_stakeholders(db, stakeholder_manager(), request.form.getlist("who", type=int))
    if not count:
        raise Refused("Select at least one person to remove.")
    flash(f"{dates.plural(count, 'person', 'people')} removed. Their addresses are deleted; the totals stay.")
    return redirect(url_for(".stakeholders"))


@bp.route("/sharing/stakeholders/import", methods=["GET", "POST"])
@once
def import_stakeholders() -> Answer:
    """Preview the import of a pasted or uploaded list, then import it."""
    person, form = stakeholder_manager(), outreach_forms.ImportForm()
    if request.method != "POST":
        return _import_page(person, form)
    if not form.validate_on_submit():
        return _import_page(person, form), 422
    try:
        form.read_file()
        if "apply" in request.form:
            versions.hold(Stakeholder, organization_id=person.organization_id)
            planned = stakeholders_queries.plan_import(db, person, form.lines.data or "", form.group.data or "")
            if _changes(planned) and not _import_edit(planned, submitted=True).is_current():
                return _import_page(person, form, planned, NOT_PREVIEWED), 422
            planned = stakeholders_actions.import_list(db, person, form.lines.data or "", form.group.data or "")
            counts = _counts(planned)
            flash(", ".join(f"{dates.number(count)} {change.label.lower()}" for change, count in counts.items()) + ".")
            return redirect(url_for(".stakeholders", group=form.group.data or None))
        planned = stakeholders_queries.plan_import(db, person, form.lines.data or "", form.group.data or "")
    except Refused as refused:
        db.rollback()
        return _import_page(person, form, refused=str(refused)), 422
    return _import_page(person, form, planned)


def _changes(planned: list[Planned]) -> list[Planned]:
    return [plan for plan in planned if plan.change in {Change.ADDED, Change.CHANGED}]


def _import_edit(planned: list[Planned], *, submitted: bool) -> Edit:
    """Return the version of what the preview shows, with the values that it replaces."""
    text = "\n".join(f"{plan.change} {plan.entry} {plan.details}" for plan in _changes(planned))
    return Edit("Import of stakeholders", "Import", [Part.of_texts("Changes", text, text)], submitted=submitted)


def _counts(planned: list[Planned]) -> dict[Change, int]:
    return {change: sum(plan.change is change for plan in planned) for change in Change}


def _import_page(
    person: Person, form: outreach_forms.ImportForm, planned: list[Planned] | None = None, refused: str = ""
) -> str:
    order = list(Change)
    shown = sorted(planned or [], key=lambda plan: (-order.index(plan.change), plan.number))
    return render_template(
        "outreach/import_stakeholders.html",
        form=form,
        planned=shown[:SHOWN_LINES],
        more=max(0, len(shown) - SHOWN_LINES),
        counts=_counts(planned) if planned is not None else None,
        edit=_import_edit(planned, submitted=False) if planned else None,
        groups=stakeholders_queries.group_names(db, person.organization),
        refused=refused,
        Change=Change,
    )


@bp.get("/stop/<token>")
@web.public
def stop(token: str) -> Answer:
    """Show the unsubscribe button; changes nothing, because scanners open every link."""
    organization, hashed = stakeholders_actions.recipient_of(db, token)
    return render_template(
        "outreach/unsubscribe.html",
        organization=organization,
        token=token,
        stopped=stakeholders_queries.unsubscribe_of(db, organization.id, hashed) is not None,
        stopped_all=stakeholders_queries.unsubscribe_of(db, None, hashed) is not None,
        another=stakeholders_queries.stopped_through_another(db, organization, hashed),
    )


@bp.post("/stop/<token>")
@web.public
@web.from_mail_programs
def stop_now(token: str) -> Answer:
    """Unsubscribe or resubscribe. Email apps send this request for their own unsubscribe button.

    They get an answer instead of a redirect, which they may not follow (RFC 8058 3.1).
    """
    if "again" in request.form:
        stakeholders_actions.resubscribe(db, token, everyone=request.form["again"] == "all")
    else:
        stakeholders_actions.unsubscribe(db, token, everyone=request.form.get("from") == "all")
    if "List-Unsubscribe" in request.form:
        return stop(token)
    return redirect(url_for(".stop", token=token), 303)

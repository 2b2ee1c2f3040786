"""The pages that report sharing and correct log entries."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, versions, web
from hub.core.dates import plural
from hub.core.errors import NotFound, Refused
from hub.core.once import once
from hub.core.quarters import Quarter
from hub.core.text import clean
from hub.core.versions import Edit
from hub.core.web import Answer, db
from hub.library.models import Resource
from hub.members.login import signed_in
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission
from hub.sharing import forms as sharing_forms
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.actions import logged_mail as logged_mail_actions
from hub.sharing.models import LoggedMail, SharingEvent
from hub.sharing.queries import by_resource as by_resource_queries
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.queries import entries as entries_queries
from hub.sharing.queries import logged_mail as logged_mail_queries
from hub.sharing.routes.blueprint import bp, quarter_from_url
from hub.sharing.rules.logged_mail import Audience
from hub.sharing.rules.standing import Act
from hub.sharing.rules.texts import LONGEST_AUDIENCE, shorten

LONGEST_SEARCH = 300  # characters, as a title


@bp.route("/sharing/declare", methods=["GET", "POST"])
@once
def declare() -> Answer:
    """Report sharing of one or several resources, with a search by title.

    ``?resource=`` checks a resource; ``?quarter=`` checks those that were only downloaded in it, and leaves the date
    empty if it is over; ``?mail=`` fills in the facts of an email to the log address.
    """
    person = signed_in()
    form = sharing_forms.DeclareForm()
    if request.method != "POST":
        form.begin(clock.today(web.config().zone))
        form.resources.data = [number for number in request.args.getlist("resource", type=int) if number > 0]
        if "quarter" in request.args:
            _begin_quarter(person, form, quarter_from_url(request.args["quarter"]))
        if "mail" in request.args:
            _begin_mail(person, form)
        return _declare_page(person, form)
    if wants_search(form):
        return _declare_page(person, form)
    refused = ""
    if form.validate_on_submit():
        try:
            events = declarations_actions.declare(
                db, person, form.resources.data or [], form.declaration(), form.form_id.data or ""
            )
        except Refused as error:
            refused = str(error)
        else:
            if "mail" in request.args:
                logged_mail_actions.attach_entries(db, _mail(person), events)
            flash(f"Sharing reported: {plural(len(events), 'resource')}. Thank you.")
            return redirect(url_for(".quarter", quarter=events[0].quarter))
    db.rollback()
    return _declare_page(person, form, refused), 422


def _begin_quarter(person: Person, form: sharing_forms.DeclareForm, quarter: Quarter) -> None:
    """Check what was only downloaded in the quarter. Today's date is removed if it is in another quarter."""
    logs = by_resource_queries.log_by_resource(db, person.organization, quarter)
    form.resources.data = [*(form.resources.data or []), *(log.resource.id for log in logs if not log.is_shared)]
    if clock.today(web.config().zone) > quarter.last_day:
        form.happened_on.data = None


def _begin_mail(person: Person, form: sharing_forms.DeclareForm) -> None:
    """Fill in the date and audience of an email to the log address; the person adds the resource."""
    mail = _mail(person)
    audience = Audience(mail.people, mail.domains)
    form.happened_on.data, form.people.data = mail.happened_on, mail.people
    form.with_whom.data = shorten(audience.label, LONGEST_AUDIENCE) if mail.people else ""
    form.note.data = f"Email: {mail.subject}" if mail.subject else ""


def _mail(person: Person) -> LoggedMail:
    """Return the email in ``?mail=`` if it is the person's organization's; raises NotFound."""
    mail = logged_mail_queries.mail_for(db, person, web.row_number(request.args.get("mail")))
    if mail.organization_id != person.organization_id:
        raise NotFound
    return mail


def wants_search(form: sharing_forms.DeclareForm | sharing_forms.ConfirmForm) -> bool:
    """Return True if the search button was pressed, or if the search words have changed since the last search."""
    words = clean(form.find.data or "")[:LONGEST_SEARCH]
    return "search" in request.form or words not in {"", request.form.get("searched", words)}


def _declare_page(person: Person, form: sharing_forms.DeclareForm, refused: str = "") -> str:
    return render_template(
        "sharing/report_sharing.html",
        form=form,
        refused=refused,
        choice=choice_of(person, form, declarations_queries.suggested_resources(db, person), quarter=quarter_of(form)),
        mail=request.args.get("mail"),
    )


def quarter_of(form: sharing_forms.DeclarationForm) -> Quarter | None:
    """Return the quarter of the date that was entered, or None without a valid date."""
    return Quarter.of(form.happened_on.data) if form.happened_on.data else None


@dataclass(frozen=True)
class Choice:
    """The resources that a form offers, and the results of its search by title."""

    offered: Sequence[Resource]
    results: Sequence[Resource]
    words: str  # the search words
    titles: dict[int, str]  # by id, also of the resources that the page lists elsewhere
    answers: dict[int, str]  # by id, labels of the checkboxes of resources that were added after the quarter


def choice_of(
    person: Person,
    form: sharing_forms.DeclareForm | sharing_forms.ConfirmForm,
    offered: Sequence[Resource],
    listed: Sequence[Resource] = (),
    quarter: Quarter | None = None,
) -> Choice:
    """Return the form's choices, including all checked ones; ``listed`` are those that the page lists elsewhere.

    ``quarter`` is the one in which they were shared, if it is known.
    """
    words = clean(form.find.data or "")[:LONGEST_SEARCH]
    results = declarations_queries.search_by_title(db, person, words) if words else []
    shown = {resource.id for resource in (*listed, *offered)}
    shown_or_found = shown | {resource.id for resource in results}
    checked = declarations_queries.declarable(
        db, person, [number for number in form.resources.data or () if number not in shown_or_found]
    )
    every = [*listed, *offered, *checked, *results]
    titles = declarations_queries.visible_titles(db, person, every)
    answers = declarations_queries.answers_of(db, every, quarter)
    results = [resource for resource in results if resource.id not in shown]
    return Choice([*offered, *checked], results, words, titles, answers)


@bp.route("/sharing/events/<int:event_id>/correct", methods=["GET", "POST"])
def correct(event_id: int) -> Answer:
    """Correct or retract a log entry by adding a new one; both stay."""
    person = signed_in()
    versions.hold(Organization, id=person.organization_id)
    line = entries_queries.event_for(db, person, event_id, Permission.DECLARE)
    if request.method != "POST":
        return _correct_page(line, sharing_forms.correction_form(line.event), sharing_forms.RetractionForm())
    if "take_back" in request.form:
        return _retract(person, line)
    if line.event.act is Act.DECLARED:
        line = _newest(person, line)
    form = sharing_forms.correction_form(line.event)
    if line.event.void and form.edit:
        form.edit.give_up("This entry was retracted, so it can’t be corrected. Report the sharing again.")
    if line.event.id != event_id and form.edit and form.edit.is_unchanged:  # the form was sent twice
        return _corrected(line.event)
    refused = ""
    try:
        entry = form.validate() and declarations_actions.correct(db, person, line, form.declaration())
    except Refused as error:
        db.rollback()
        line = entries_queries.event_for(db, person, line.event.id, Permission.DECLARE)
        refused = str(error)
    else:
        if entry:
            return _corrected(entry)
    return _correct_page(line, form, sharing_forms.RetractionForm(formdata=None), refused), 422


def _corrected(entry: SharingEvent) -> Answer:
    flash("Entry corrected.")
    return redirect(url_for(".quarter", quarter=entry.quarter))


def _newest(person: Person, line: entries_queries.LogEntry) -> entries_queries.LogEntry:
    """Return the entry that corrects this one last, or this one: what was typed is compared with it."""
    while line.superseded_by is not None:
        line = entries_queries.event_for(db, person, line.superseded_by, Permission.DECLARE)
    return line


def _retract(person: Person, line: entries_queries.LogEntry) -> Answer:
    """Retract a log entry."""
    form, refused = sharing_forms.RetractionForm(), ""
    try:
        entry = form.validate() and declarations_actions.retract(db, person, line, form.reason.data or "")
    except Refused as error:
        db.rollback()
        line = entries_queries.event_for(db, person, line.event.id, Permission.DECLARE)
        refused = str(error)
        if not line.counts:
            reason = {"Reason": form.reason.data or ""}
            Edit(line.event, f"Retraction of “{line.event.title}”", [], notes=reason).give_up(refused)
    else:
        if entry:
            flash("Entry retracted. It stays in the log but doesn’t count.")
            return redirect(url_for(".quarter", quarter=entry.quarter))
    return _correct_page(line, sharing_forms.correction_form(line.event, formdata=None), form, refused), 422


def _correct_page(
    line: entries_queries.LogEntry,
    form: sharing_forms.DeclarationForm,
    retraction: sharing_forms.RetractionForm,
    refused: str = "",
) -> str:
    return render_template(
        "sharing/correct.html",
        line=line,
        event=line.event,
        quarter=Quarter.parse(line.event.quarter),
        form=form,
        retraction=retraction,
        refused=refused,
        answer=declarations_queries.answers_of(db, [line.event.resource], quarter_of(form)),
        Act=Act,
    )

"""Declaring what was shared, and correcting what was logged."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for

from hub.core import clock, web
from hub.core.dates import plural
from hub.core.errors import NotFound, Refused
from hub.core.quarters import Quarter
from hub.core.text import clean
from hub.core.web import Answer, db
from hub.library.models import Resource
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission
from hub.sharing import forms as sharing_forms
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.actions import logged_mail as logged_mail_actions
from hub.sharing.models import LoggedMail
from hub.sharing.queries import declarations as declarations_queries
from hub.sharing.queries import entries as entries_queries
from hub.sharing.queries import logged_mail as logged_mail_queries
from hub.sharing.routes.blueprint import bp, quarter_named
from hub.sharing.rules.logged_mail import Audience
from hub.sharing.rules.standing import Act
from hub.sharing.rules.texts import LONGEST_AUDIENCE, shorten

LONGEST_SEARCH = 300  # characters, as a title


@bp.route("/sharing/declare", methods=["GET", "POST"])
def declare() -> Answer:
    """We shared this: for one or several resources, with a search by title.

    ``?resource=`` ticks one; ``?quarter=`` ticks what was taken in it, and asks for the day when it is over;
    ``?mail=`` says what a mail to the log address says.
    """
    person = signed_in()
    form = sharing_forms.DeclareForm()
    if request.method == "GET":
        form.begin(clock.today(web.config().zone))
        form.resources.data = [number for number in request.args.getlist("resource", type=int) if number > 0]
        if "quarter" in request.args:
            _begin_quarter(person, form, quarter_named(request.args["quarter"]))
        if "mail" in request.args:
            _begin_mail(person, form)
        return _declare_page(person, form)
    if wants_search(form):
        return _declare_page(person, form)
    refused = ""
    if form.validate_on_submit():
        try:
            events = declarations_actions.declare(
                db, person, form.resources.data or [], form.said(), form.form_id.data or ""
            )
        except Refused as error:
            refused = str(error)
            form.renew()
        else:
            if "mail" in request.args:
                logged_mail_actions.name_mail(db, _mail(person), events)
            flash(f"Recorded: you shared {plural(len(events), 'resource')}. Thank you.")
            return redirect(url_for(".quarter", quarter=events[0].quarter))
    db.rollback()
    return _declare_page(person, form, refused), 422


def _begin_quarter(person: Person, form: sharing_forms.DeclareForm, quarter: Quarter) -> None:
    """Tick what was taken in the quarter and not passed on; a day of today would count for another quarter."""
    logs = entries_queries.log_by_resource(db, person.organization, quarter)
    form.resources.data = [*(form.resources.data or []), *(log.resource.id for log in logs if not log.passed_on)]
    if clock.today(web.config().zone) > quarter.last_day:
        form.happened_on.data = None


def _begin_mail(person: Person, form: sharing_forms.DeclareForm) -> None:
    """Fill in when a mail to the log address was sent, and to how many: which resource it was, the person says."""
    mail = _mail(person)
    audience = Audience(mail.people, mail.domains)
    form.happened_on.data, form.people.data = mail.happened_on, mail.people
    form.with_whom.data = shorten(audience.label, LONGEST_AUDIENCE) if mail.people else ""
    form.note.data = f"Mail: {mail.subject}" if mail.subject else ""


def _mail(person: Person) -> LoggedMail:
    """Return the mail of the person's organization that the address names; raises NotFound."""
    mail = logged_mail_queries.mail_for(db, person, web.row_number(request.args.get("mail")))
    if mail.organization_id != person.organization_id:
        raise NotFound
    return mail


def wants_search(form: sharing_forms.DeclareForm | sharing_forms.ConfirmForm) -> bool:
    """Return whether the button that searches was pressed, or words were typed that no one has searched for yet."""
    words = clean(form.find.data or "")[:LONGEST_SEARCH]
    return "search" in request.form or words not in {"", request.form.get("searched", words)}


def _declare_page(person: Person, form: sharing_forms.DeclareForm, refused: str = "") -> str:
    return render_template(
        "sharing/declare.html",
        form=form,
        refused=refused,
        choice=choice_of(person, form, declarations_queries.offered_to(db, person)),
        mail=request.args.get("mail"),
    )


@dataclass(frozen=True)
class Choice:
    """The resources that a form offers: those at hand, and those that its search by title found."""

    offered: Sequence[Resource]
    found: Sequence[Resource]
    words: str  # that were searched for
    titles: dict[int, str]  # what the person knows each as, and each of those that the page shows elsewhere


def choice_of(
    person: Person,
    form: sharing_forms.DeclareForm | sharing_forms.ConfirmForm,
    offered: Sequence[Resource],
    known: Sequence[Resource] = (),
) -> Choice:
    """Return what the form offers; what is checked stays on offer. ``known`` are those that the page shows elsewhere."""
    words = clean(form.find.data or "")[:LONGEST_SEARCH]
    found = declarations_queries.found_by_title(db, person, words) if words else []
    elsewhere = {resource.id for resource in (*known, *offered, *found)}
    ticked = declarations_queries.nameable(
        db, person, [number for number in form.resources.data or () if number not in elsewhere]
    )
    there = {resource.id for resource in (*known, *offered)}
    titles = declarations_queries.known_titles(db, person, [*known, *offered, *ticked, *found])
    return Choice([*offered, *ticked], [resource for resource in found if resource.id not in there], words, titles)


@bp.route("/sharing/events/<int:event_id>/correct", methods=["GET", "POST"])
def correct(event_id: int) -> Answer:
    """Correct an entry of the log by a new one, or take it back; both stay."""
    person = signed_in()
    line = entries_queries.event_for(db, person, event_id, Permission.DECLARE)
    form, back = sharing_forms.DeclarationForm(), sharing_forms.TakeBackForm()
    if request.method == "GET":
        form.show(line.event)
        return _correct_page(line, form, back)
    refused = ""
    try:
        if "take_back" in request.form:
            form = sharing_forms.DeclarationForm(formdata=None)
            form.show(line.event)
            done = back.validate_on_submit() and declarations_actions.take_back(
                db, person, line, back.reason.data or ""
            )
        else:
            back = sharing_forms.TakeBackForm(formdata=None)
            done = form.validate_on_submit() and declarations_actions.correct(db, person, line, form.said())
    except Refused as error:
        refused = str(error)
    else:
        if done:
            flash("Taken back. The entry stays in the log and doesn't count." if done.void else "Corrected.")
            return redirect(url_for(".quarter", quarter=done.quarter))
    db.rollback()
    line = entries_queries.event_for(db, person, event_id, Permission.DECLARE)
    return _correct_page(line, form, back, refused), 422


def _correct_page(
    line: entries_queries.LoggedLine,
    form: sharing_forms.DeclarationForm,
    back: sharing_forms.TakeBackForm,
    refused: str = "",
) -> str:
    return render_template(
        "sharing/correct.html",
        line=line,
        event=line.event,
        quarter=Quarter.parse(line.event.quarter),
        form=form,
        back=back,
        refused=refused,
        Act=Act,
    )

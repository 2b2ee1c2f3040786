"""Presentations: proposing one, its page, and the coordinator's planner."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from hub.calls import forms as calls_forms
from hub.calls.actions import presentations as presentations_actions
from hub.calls.models import Presentation
from hub.calls.queries import presentations as presentations_queries
from hub.calls.queries import series as series_queries
from hub.calls.routes.blueprint import bp, in_words
from hub.calls.rules.presentations import MOST_MINUTES, PresentationStanding, SlotState, schedule
from hub.calls.rules.series import is_held
from hub.core import clock, dates, web
from hub.core.errors import NotFound, Refused
from hub.core.web import Answer, db
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.files import originals
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may

WAITS = frozenset({PresentationStanding.DUE, PresentationStanding.MISSED})


@bp.route("/calls/present", methods=["GET", "POST"])
def propose() -> Answer:
    """Propose a presentation for a call with room (``?call=2026-11-16&organization=slug``)."""
    person = signed_in(Permission.TAKE_PART_IN_CALLS)
    organizations = _may_present(person)
    if not organizations:
        raise NotFound
    form, refused = calls_forms.ProposeForm(), ""
    form.offer([(one.slug, one.name) for one in organizations])
    places = presentations_queries.free_places(db, clock.now(), _last_day())
    form.call.offer(places)
    if request.method == "GET":
        _begin(form, places)
    elif form.validate():
        try:
            made = _propose(person, form, organizations)
        except Refused as error:
            db.rollback()
            refused = str(error)
        else:
            flash("Accepted." if made.state is SlotState.ACCEPTED else "Proposed. The coordinator answers here.")
            return redirect(url_for(".presentation", number=made.id))
    page = render_template("calls/present.html", form=form, refused=refused, places=places)
    return page if request.method == "GET" else (page, 422)


def _may_present(person: Person) -> list[Organization]:
    """Return the organizations for which the person may propose: their own, or every one for who runs the calls."""
    every = members_queries.organizations(db) if may(person, Permission.RUN_CALLS) else [person.organization]
    return [one for one in every if one.kind is not OrganizationKind.HOST and one.left_on is None]


def _last_day() -> date:
    """Return how far ahead places are offered: to the end of the next year."""
    today = clock.today(web.config().zone)
    return date(today.year + 1, 12, 31)


def _begin(form: calls_forms.ProposeForm, places: list[presentations_queries.Place]) -> None:
    asked = request.args.get("call", "")
    if asked in {str(place.call.day) for place in places}:
        form.call.data = asked
    if "organization" in form and (slug := request.args.get("organization")):
        form.organization.data = slug


def _propose(person: Person, form: calls_forms.ProposeForm, organizations: list[Organization]) -> Presentation:
    slug = form.organization.data if "organization" in form else organizations[0].slug
    organization = next(one for one in organizations if one.slug == slug)
    return presentations_actions.propose(
        db, person, organization, series_queries.call_on(db, form.call.day), form.said()
    )


@bp.route("/calls/presentations/<int:number>", methods=["GET", "POST"])
def presentation(number: int) -> Answer:
    """A presentation: what it is, on which call, its deck; and what may be done with it (``do``)."""
    person = signed_in(Permission.SEE_CALLS)
    one = presentations_queries.presentation_for(db, person, number, Permission.SEE_ATTENDANCE)
    sheet = _sheet(person, one)
    if request.method == "GET":
        return _page(person, one, sheet)
    refused = ""
    try:
        if done := _done(person, one, sheet):
            flash(done)
            return redirect(url_for(".presentation", number=number))
    except Refused as error:
        db.rollback()
        one, refused = presentations_queries.presentation_for(db, person, number, Permission.SEE_ATTENDANCE), str(error)
    return _page(person, one, sheet, refused), 422


@dataclass(frozen=True)
class Sheet:
    """The forms of a presentation's page."""

    proposal: calls_forms.ProposalForm
    move: calls_forms.MovePresentationForm
    decline: calls_forms.DeclineForm
    deck: calls_forms.DeckForm


def _sheet(person: Person, one: Presentation) -> Sheet:
    sheet = Sheet(
        calls_forms.ProposalForm(prefix="facts"),
        calls_forms.MovePresentationForm(prefix="move"),
        calls_forms.DeclineForm(prefix="decline"),
        calls_forms.DeckForm(prefix="deck"),
    )
    if request.form.get("do") != "change":
        sheet.proposal.process(formdata=None)
        sheet.proposal.show(one)
    sheet.move.call.offer(presentations_queries.free_places(db, clock.now(), _last_day()))
    sheet.deck.offer([(deck.id, deck.title) for deck in presentations_queries.decks_of(db, person, one.organization)])
    return sheet


def _page(person: Person, one: Presentation, sheet: Sheet, refused: str = "") -> str:
    now = clock.now()
    return render_template(
        "calls/presentation.html",
        one=one,
        ways=sheet,
        refused=refused,
        held=is_held(one.call.state, one.call.ends_at, now),
        over=one.call.ends_at <= now,
        may_change=may(person, Permission.TAKE_PART_IN_CALLS, one),
        deck_readable=bool(one.resource_id and library_queries.some_of(db, person, [one.resource_id])),
        SlotState=SlotState,
    )


def _done(person: Person, one: Presentation, sheet: Sheet) -> str:
    """Do what was asked for; answers what to say, or nothing when the form needs another look."""
    what = request.form.get("do", "")
    if what == "accept":
        presentations_actions.accept(db, person, one)
        return "Accepted."
    if what == "withdraw":
        presentations_actions.withdraw(db, person, one)
        return "Withdrawn. The place is free again."
    if what == "decline" and sheet.decline.validate():
        presentations_actions.decline(db, person, one, sheet.decline.reason.data or "")
        return "Declined."
    if what == "move" and sheet.move.validate():
        call = series_queries.call_on(db, sheet.move.call.day)
        presentations_actions.move(db, person, one, call, sheet.move.reason.data or "")
        return f"Moved to the call of {in_words(call.day)}."
    if what == "change" and sheet.proposal.validate():
        presentations_actions.change(db, person, one, sheet.proposal.said())
        return "Saved."
    return ""


@bp.post("/calls/presentations/<int:number>/deck")
@web.takes_files
def deck(number: int) -> Answer:
    """Give a presentation its deck: a file, or a resource that is in the hub."""
    person = signed_in(Permission.SEE_CALLS)
    one = presentations_queries.presentation_for(db, person, number, Permission.TAKE_PART_IN_CALLS)
    sheet = _sheet(person, one)
    try:
        _give_deck(person, one, sheet)
    except Refused as refused:
        db.rollback()
        one = presentations_queries.presentation_for(db, person, number, Permission.TAKE_PART_IN_CALLS)
        return _page(person, one, sheet, str(refused)), 422
    flash("The deck is in the hub, and stands on the call's page.")
    return redirect(url_for(".presentation", number=number))


def _give_deck(person: Person, one: Presentation, sheet: Sheet) -> None:
    upload = request.files.get("deck-deck")
    chosen = sheet.deck.resource.data or ""
    if upload is not None and upload.filename:
        file = _stored(upload)
        presentations_actions.give_deck(
            db, person, presentations_queries.presentation_for(db, person, one.id, Permission.TAKE_PART_IN_CALLS), file
        )
    elif chosen.isdecimal() and any(chosen == choice.value for choice in sheet.deck.resource.choices):
        presentations_actions.link_deck(
            db, person, one, library_queries.get_for(db, person, int(chosen), Permission.READ)
        )
    else:
        raise Refused("Choose a file, or a resource that is in the hub.")


def _stored(upload: FileStorage) -> library_actions.File:
    """Store the file under its hash, while no row is locked."""
    name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    library_actions.check_name(name)
    db.commit()  # nothing was written yet: lets the lock go while the bytes are stored
    return library_actions.File(originals.store(web.config(), upload.stream), name)


@bp.get("/calls/planner")
def planner() -> str:
    """Who is due, where there is room, what no one covered lately, and a schedule to edit (``?year=``)."""
    signed_in(Permission.RUN_CALLS)
    return _planner()


def _planner(refused: str = "") -> str:
    now, today = clock.now(), clock.today(web.config().zone)
    year = request.args.get("year", today.year, type=int)
    year = year if year in {today.year, today.year + 1} else today.year
    organizations = [one for one in members_queries.organizations(db) if one.left_on is None]
    standings = presentations_queries.standings(db, organizations, year, today, now)
    waiting = [one for one in organizations if standings[one.id] in WAITS]
    places = [
        place for place in presentations_queries.free_places(db, now, date(year, 12, 31)) if place.call.day.year == year
    ]
    free = [(place.call.day, place.left) for place in places]
    proposed = {one.organization_id: one.day for one in schedule([one.id for one in waiting], free)}
    return render_template(
        "calls/planner.html",
        year=year,
        this_year=today.year,
        waiting=waiting,
        places=places,
        proposed=proposed,
        proposals=presentations_queries.proposals(db),
        topics=presentations_queries.topics_by_neglect(db, now),
        counts={state: sum(standing is state for standing in standings.values()) for state in PresentationStanding},
        PresentationStanding=PresentationStanding,
        refused=refused,
    )


@bp.post("/calls/planner")
def take_schedule() -> Answer:
    """Accept the schedule as the coordinator left it: each organization that is checked gets its call."""
    person = signed_in(Permission.RUN_CALLS)
    organizations = {one.slug: one for one in _may_present(person)}
    made = 0
    try:
        for slug in request.form.getlist("take"):
            if slug in organizations:
                made += _take(person, organizations[slug])
    except Refused as refused:
        db.rollback()
        return _planner(str(refused)), 422
    flash(f"{dates.plural(made, 'presentation')} planned. Each organization finds its own on its home page.")
    return redirect(url_for(".planner"))


def _take(person: Person, organization: Organization) -> int:
    """One line of the schedule."""
    try:
        day = date.fromisoformat(request.form.get(f"call-{organization.slug}", ""))
    except ValueError:
        raise Refused(f"Choose a call for {organization.name}, or uncheck it.") from None
    title = request.form.get(f"title-{organization.slug}", "").strip()
    proposal = presentations_actions.Proposal(
        title or f"Progress and best practices of {organization.name}", MOST_MINUTES
    )
    try:
        presentations_actions.propose(db, person, organization, series_queries.call_on(db, day), proposal)
    except Refused as refused:
        raise Refused(f"{organization.name}: {refused}") from refused
    return 1

"""Presentations: proposals, the page of each presentation, and the coordinator's scheduling page."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.calls import forms as calls_forms
from hub.calls.actions import presentations as presentations_actions
from hub.calls.models import ChangeKind, Presentation
from hub.calls.queries import presentations as presentations_queries
from hub.calls.queries import series as series_queries
from hub.calls.routes.blueprint import bp, short_day
from hub.calls.routes.presentation_forms import (
    PresentationForms,
    decision_edit,
    deck_edit,
    last_day,
    presentation_forms,
    received,
    sent_deck,
)
from hub.calls.rules.presentations import (
    MOST_MINUTES,
    NEEDS_DATE,
    Outcome,
    PresentationStanding,
    PresentationStatus,
    SlotState,
    schedule,
)
from hub.calls.rules.series import is_held
from hub.core import clock, dates, versions, web
from hub.core.errors import NotAllowed, NotFound, Refused
from hub.core.once import once
from hub.core.web import Answer, db
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.files import handles
from hub.members import queries as members_queries
from hub.members.login import safe_next, signed_in
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may


@bp.route("/calls/present", methods=["GET", "POST"])
@once
def propose() -> Answer:
    """Propose a presentation for a call with an open slot (``?call=2026-11-16&organization=slug``)."""
    person = signed_in(Permission.TAKE_PART_IN_CALLS)
    organizations = _presenting_organizations(person)
    if not organizations:
        raise NotFound
    form, refused = calls_forms.ProposeForm(), ""
    form.offer([(organization.slug, organization.name) for organization in organizations])
    slots = presentations_queries.open_slots(db, clock.now(), last_day())
    form.call.offer(slots)
    if request.method != "POST":
        _prefill(form, slots)
    elif form.validate():
        try:
            proposed = _propose(person, form, organizations)
        except Refused as error:
            db.rollback()
            refused = str(error)
        else:
            is_accepted = proposed.state is SlotState.ACCEPTED
            flash(
                "Presentation scheduled." if is_accepted else "Proposal sent. You’ll see the coordinator’s answer here."
            )
            return redirect(url_for(".presentation", number=proposed.id))
    page = render_template("calls/propose.html", form=form, refused=refused, slots=slots)
    return page if request.method != "POST" else (page, 422)


def _presenting_organizations(person: Person) -> list[Organization]:
    """Return the organizations for which the person may propose: their own, or all for the coordinator."""
    organizations = members_queries.organizations(db) if may(person, Permission.RUN_CALLS) else [person.organization]
    return [
        organization
        for organization in organizations
        if organization.kind is not OrganizationKind.HOST
        and not organization.membership.has_left(clock.today(web.config().zone))
    ]


def _prefill(form: calls_forms.ProposeForm, slots: list[presentations_queries.OpenSlots]) -> None:
    day = request.args.get("call", "")
    if day in {str(slot.call.day) for slot in slots}:
        form.call.data = day
    if "organization" in form and (slug := request.args.get("organization")):
        form.organization.data = slug


def _propose(person: Person, form: calls_forms.ProposeForm, organizations: list[Organization]) -> Presentation:
    slug = form.organization.data if "organization" in form else organizations[0].slug
    organization = next(candidate for candidate in organizations if candidate.slug == slug)
    return presentations_actions.propose(
        db, person, organization, series_queries.call_on(db, form.call.day), form.details()
    )


@bp.route("/calls/presentations/<int:number>", methods=["GET", "POST"])
def presentation(number: int) -> Answer:
    """Show a presentation, or carry out the requested action (form field ``do``)."""
    person = signed_in(Permission.SEE_CALLS)
    versions.hold(Presentation, id=number)
    shown = presentations_queries.presentation_for(db, person, number, Permission.SEE_ATTENDANCE)
    forms = presentation_forms(person, shown)
    if request.method != "POST":
        return _page(person, shown, forms)
    refused = ""
    if request.form.get("do") != "change":
        forms.decision = decision_edit(shown, forms)
    try:
        if message := _perform_action(person, shown, forms):
            flash(message)
            own_page = url_for(".presentation", number=number)
            return redirect(safe_next(request.form["next"]) if "next" in request.form else own_page)
    except Refused as error:
        db.rollback()
        shown = presentations_queries.presentation_for(db, person, number, Permission.SEE_ATTENDANCE)
        refused = str(error)
    return _page(person, shown, forms, refused), 422


def _page(
    person: Person,
    presentation: Presentation,
    forms: PresentationForms,
    refused: str = "",
    kept: library_actions.File | None = None,
) -> str:
    now, deck_id = clock.now(), presentation.resource_id
    return render_template(
        "calls/presentation.html",
        presentation=presentation,
        forms=forms,
        refused=refused,
        decision=forms.decision or decision_edit(presentation),
        deck_edit=forms.deck_edit or deck_edit(presentation),
        kept=handles.handle_of(web.config(), person.id, kept.stored, kept.name) if kept else "",
        kept_name=kept.name if kept else "",
        status=presentations_queries.statuses(db, [presentation], now)[presentation.id],
        changes=presentations_queries.changes_of(db, presentation),
        held=is_held(presentation.call.state, presentation.call.ends_at, now),
        over=presentation.call.ends_at <= now,
        may_change=may(person, Permission.TAKE_PART_IN_CALLS, presentation),
        deck_readable=bool(deck_id and library_queries.visible_among(db, person, [deck_id])),
        ChangeKind=ChangeKind,
        PresentationStatus=PresentationStatus,
        SlotState=SlotState,
    )


_SETTLED = {
    Outcome.GIVEN: "Presentation marked as given.",
    Outcome.NO_SHOW: "Presentation marked as a no-show. The organization has to present again.",
    None: "Attendance decides if the presentation was given.",
}


def _perform_action(person: Person, presentation: Presentation, forms: PresentationForms) -> str:
    """Carry out the requested action; returns a message, or an empty string if the form has errors."""
    action = request.form.get("do", "")
    if action == "change":
        if not forms.proposal.validate():
            return ""
        presentations_actions.change(db, person, presentation, forms.proposal.details())
        return "Presentation saved."
    if action != "withdraw" and not may(person, Permission.RUN_CALLS):
        raise NotAllowed(Permission.RUN_CALLS)
    if forms.decision is None or not forms.decision.is_safe():
        return ""
    if action == "withdraw":
        presentations_actions.withdraw(db, person, presentation)
        return "Presentation withdrawn. Its slot is open again."
    return _decide(person, presentation, forms, action)


def _decide(person: Person, presentation: Presentation, forms: PresentationForms, action: str) -> str:
    """Carry out an action of the coordinator."""
    if action == "accept":
        presentations_actions.accept(db, person, presentation)
        return "Presentation accepted."
    if action == "decline" and forms.decline.validate():
        presentations_actions.decline(db, person, presentation, forms.decline.reason.data or "")
        return "Presentation declined."
    if action == "move" and forms.move.validate():
        call = series_queries.call_on(db, forms.move.call.day)
        presentations_actions.move(db, person, presentation, call, forms.move.reason.data or "")
        return f"Presentation moved to the call on {short_day(call.day)}."
    if action == "settle" and forms.outcome.validate():
        presentations_actions.settle(db, person, presentation, forms.outcome.chosen, forms.outcome.reason.data or "")
        return _SETTLED[forms.outcome.chosen]
    return ""


@bp.post("/calls/presentations/<int:number>/deck")
@web.takes_files
def deck(number: int) -> Answer:
    """Set the deck of a presentation: a file, or a resource in the hub."""
    person = signed_in(Permission.SEE_CALLS)
    presentations_queries.presentation_for(db, person, number, Permission.TAKE_PART_IN_CALLS)
    file, refusal = received(person)
    versions.hold(Presentation, id=number)
    shown = presentations_queries.presentation_for(db, person, number, Permission.TAKE_PART_IN_CALLS)
    forms = presentation_forms(person, shown)
    forms.deck_edit = deck_edit(shown, sent_deck(person, forms, file))
    if refusal or not forms.deck_edit.is_safe():
        return _page(person, shown, forms, refusal, file), 422
    try:
        _set_deck(person, shown, forms, file)
    except Refused as refused:
        db.rollback()
        shown = presentations_queries.presentation_for(db, person, number, Permission.TAKE_PART_IN_CALLS)
        return _page(person, shown, forms, str(refused), file), 422
    flash("Deck saved. It’s linked on the call page.")
    return redirect(url_for(".presentation", number=number))


def _set_deck(
    person: Person, presentation: Presentation, forms: PresentationForms, file: library_actions.File | None
) -> None:
    chosen = forms.deck.resource.data or ""
    if file is not None:
        presentations_actions.upload_deck(db, person, presentation, file)
    elif chosen.isdecimal() and any(chosen == choice.value for choice in forms.deck.resource.choices):
        presentations_actions.link_deck(
            db, person, presentation, library_queries.get_for(db, person, int(chosen), Permission.READ)
        )
    else:
        raise Refused("Choose a file, or a resource in the hub.")


@bp.get("/calls/planner")
def planner() -> str:
    """Show presentations due, open slots, topics to cover, and a suggested schedule (``?year=``)."""
    signed_in(Permission.RUN_CALLS)
    return _planner()


def _planner(refused: str = "") -> str:
    now, today = clock.now(), clock.today(web.config().zone)
    year = request.args.get("year", today.year, type=int)
    year = year if year in {today.year, today.year + 1} else today.year
    organizations = [
        organization
        for organization in members_queries.organizations(db)
        if organization.kind is not OrganizationKind.HOST and not organization.membership.has_left(today)
    ]
    standings = presentations_queries.standings(db, organizations, year, today, now)
    waiting = [organization for organization in organizations if standings[organization.id] in NEEDS_DATE]
    slots = [
        slot for slot in presentations_queries.open_slots(db, now, date(year, 12, 31)) if slot.call.day.year == year
    ]
    suggestions = schedule(
        [organization.id for organization in waiting], [(slot.call.day, slot.left) for slot in slots]
    )
    return render_template(
        "calls/presentation_schedule.html",
        year=year,
        this_year=today.year,
        waiting=waiting,
        slots=slots,
        suggested={suggestion.organization_id: suggestion.day for suggestion in suggestions},
        proposals=presentations_queries.proposals(db),
        to_confirm=presentations_queries.to_confirm(db, now),
        Outcome=Outcome,
        topics=presentations_queries.big_six_by_last_day(db, now),
        counts={state: sum(standing is state for standing in standings.values()) for state in PresentationStanding},
        PresentationStanding=PresentationStanding,
        refused=refused,
    )


@bp.post("/calls/planner/confirm")
def confirm_presentations() -> Response:
    """Mark the checked presentations as given or as no-shows: fields ``presentation`` and ``outcome``."""
    person = signed_in(Permission.RUN_CALLS)
    outcome = web.one_of(Outcome, request.form.get("outcome", ""))
    numbers = {web.row_number(text) for text in request.form.getlist("presentation")}
    if outcome is None or not numbers:
        raise Refused("Check the presentations that you want to confirm.")
    count = presentations_actions.settle_all(db, person, numbers, outcome)
    flash(f"{dates.plural(count, 'presentation')} marked as {'given' if outcome is Outcome.GIVEN else 'no-show'}.")
    return redirect(url_for(".planner"))


@bp.post("/calls/planner")
@once
def take_schedule() -> Answer:
    """Schedule a presentation for each checked organization."""
    person = signed_in(Permission.RUN_CALLS)
    organizations = {organization.slug: organization for organization in _presenting_organizations(person)}
    scheduled = 0
    try:
        for slug in request.form.getlist("take"):
            if slug in organizations:
                _schedule_one(person, organizations[slug])
                scheduled += 1
    except Refused as refused:
        db.rollback()
        return _planner(str(refused)), 422
    flash(f"{dates.plural(scheduled, 'presentation')} scheduled. Each organization sees its date on its home page.")
    return redirect(url_for(".planner"))


def _schedule_one(person: Person, organization: Organization) -> None:
    """Schedule the presentation of an organization, on the call chosen in the form; raises Refused."""
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

"""The list of calls, and the page of each call."""

from flask import flash, redirect, render_template, request, url_for

from hub.calls import forms as calls_forms
from hub.calls.actions import asks as asks_actions
from hub.calls.models import Ask, AskKind, Call
from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import attendance_reports as attendance_reports_queries
from hub.calls.queries import match_reviews as match_reviews_queries
from hub.calls.queries import presentations as presentations_queries
from hub.calls.queries import series as series_queries
from hub.calls.queries.membership import took_part_on
from hub.calls.routes.blueprint import bp, call_or_404, day_or_404
from hub.calls.rules.notes import PresentationHeading, draft_notes, notes_title
from hub.calls.rules.presentations import MOST_PER_CALL, TAKES_SLOT
from hub.calls.rules.series import CallState, is_check_in_open, is_held
from hub.core import clock, dates, web
from hub.core.errors import NotFound
from hub.core.once import once
from hub.core.web import Answer, db
from hub.library import queries as library_queries
from hub.library.extract.formats import FORMATS
from hub.library.forms import WriteForm
from hub.library.rules import Kind
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may

LATEST_YEAR = 9999


@bp.get("/calls")
def index() -> str:
    """List calls, filtered by ``?when=coming|past|all&year=&state=&page=``."""
    person, now = signed_in(Permission.SEE_CALLS), clock.now()
    when = request.args.get("when", "coming")
    year = request.args.get("year", type=int)
    state = next((option for option in CallState if option.value == request.args.get("state")), None)
    filters = series_queries.CallFilter(
        {"coming": False, "past": True}.get(when), year if year and 0 < year <= LATEST_YEAR else None, state
    )
    page = web.page_number()
    calls, total = series_queries.calls(db, filters, now, page)
    return render_template(
        "calls/index.html",
        calls=calls,
        total=total,
        page=page,
        pages=web.page_count(total, series_queries.CALLS_PER_PAGE),
        when=when if when in {"coming", "past"} else "all",
        filters=filters,
        years=series_queries.years(db),
        now=now,
        CallState=CallState,
        TAKES_SLOT=TAKES_SLOT,
        MOST_PER_CALL=MOST_PER_CALL,
        feed=series_queries.feed_of(db, person),
        waiting=attendance_reports_queries.calls_with_unmatched(db) if may(person, Permission.RUN_CALLS) else [],
        reviews=match_reviews_queries.calls_with_reviews(db) if may(person, Permission.RUN_CALLS) else [],
    )


@bp.get("/calls/<day>")
def show(day: str) -> Answer:
    """Show a call."""
    person = signed_in(Permission.SEE_CALLS)
    call = call_or_404(day)
    if call.day != day_or_404(day):
        return redirect(url_for(".show", day=call.day))
    return _page(person, call, _ask_form(person))


def _page(person: Person, call: Call, form: calls_forms.AskForm, refused: str = "") -> str:
    now = clock.now()
    resources = series_queries.resources_of(db, person, call)
    decks = {presentation.resource_id for presentation in call.presentations if presentation.resource_id}
    return render_template(
        "calls/show.html",
        call=call,
        zone=dates.zone_name(call.starts_at.astimezone(web.config().zone)),
        held=is_held(call.state, call.ends_at, now),
        begun=call.starts_at <= now,
        over=call.ends_at <= now,
        is_check_in_open=is_check_in_open(call.state, call.starts_at, call.ends_at, now),
        took_part=took_part_on(person.organization, call.day),
        own_check_in=attendance_queries.check_in_of(db, person, call),
        has_attended=attendance_queries.has_attended(db, person.organization, call),
        lines=attendance_queries.lines_of(db, person, call),
        presentations=[presentation for presentation in call.presentations if presentation.state in TAKES_SLOT],
        statuses=presentations_queries.statuses(db, call.presentations, now),
        readable={deck.id for deck in library_queries.visible_among(db, person, sorted(decks))},
        resources=[resource for resource in resources if resource.id not in decks],
        notes=[resource for resource in resources if resource.kind is Kind.CALL_NOTES],
        form=form,
        refused=refused,
        CallState=CallState,
    )


def _asking_organizations(person: Person) -> list[Organization]:
    """Return the organizations for which the person may add an ask, their own first."""
    if not may(person, Permission.RUN_CALLS):
        return [person.organization]
    organizations = [
        organization
        for organization in members_queries.organizations(db)
        if not organization.membership.has_left(clock.today(web.config().zone))
    ]
    return sorted(organizations, key=lambda organization: organization.id != person.organization_id)


def _ask_form(person: Person) -> calls_forms.AskForm:
    form = calls_forms.AskForm()
    form.offer([(organization.slug, organization.name) for organization in _asking_organizations(person)])
    return form


@bp.post("/calls/<day>/asks")
@once
def add_ask(day: str) -> Answer:
    """Add an ask or a follow-up."""
    person, call = signed_in(Permission.SEE_CALLS), call_or_404(day)
    form = _ask_form(person)
    if not form.validate_on_submit():
        return _page(person, call, form), 422
    organizations = {organization.slug: organization for organization in _asking_organizations(person)}
    slug = form.organization.data if "organization" in form else person.organization.slug
    asks_actions.add_ask(db, person, call, organizations[slug], AskKind(form.kind.data), form.text.data or "")
    flash(f"{AskKind(form.kind.data).label} added.")
    return redirect(url_for(".show", day=day, _anchor="asks"))


@bp.post("/calls/<day>/asks/<int:ask_id>")
def settle_ask(day: str, ask_id: int) -> Answer:
    """Mark an ask or a follow-up as done, or reopen it."""
    person, call = signed_in(Permission.SEE_CALLS), call_or_404(day)
    ask: Ask | None = next((candidate for candidate in call.asks if candidate.id == ask_id), None)
    if ask is None:
        raise NotFound
    asks_actions.settle_ask(db, person, ask, done=request.form.get("done") == "1")
    return redirect(url_for(".show", day=day, _anchor="asks"))


@bp.get("/calls/<day>/notes")
def notes(day: str) -> str:
    """Show the form for writing text, filled in with a draft of the call notes."""
    person, call = signed_in(Permission.SEE_CALLS), call_or_404(day)
    if not library_queries.may_add_for(db, person):
        raise NotFound
    form = WriteForm(formdata=None)
    form.offer_organizations(
        [(organization.slug, organization.name) for organization in library_queries.may_add_for(db, person)]
    )
    form.title.data = notes_title(call.title, call.day)
    form.kind.data, form.call_on.data = Kind.CALL_NOTES.value, call.day
    form.body.data = _notes(person, call)
    return render_template(
        "library/add.html",
        form=form,
        way="text",
        kept=[],
        refusals=[],
        formats=FORMATS,
        send_to=url_for("library.add", by="text"),
    )


def _notes(person: Person, call: Call) -> str:
    """Return the draft; it lists only the attendance that the person may see."""
    entries = [line.entry for line in attendance_queries.lines_of(db, person, call) if line.counts]
    statuses = presentations_queries.statuses(db, call.presentations, clock.now())
    asks = {kind: [f"{ask.organization.name}: {ask.text}" for ask in call.asks if ask.kind is kind] for kind in AskKind}
    return draft_notes(
        call.agenda,
        [
            PresentationHeading(presentation.title, presentation.organization.name, statuses[presentation.id])
            for presentation in call.presentations
        ],
        sorted({entry.organization_name for entry in entries if entry.organization.kind is not OrganizationKind.HOST}),
        call.recording_link,
        asks=asks[AskKind.ASK],
        follow_ups=asks[AskKind.FOLLOW_UP],
    )

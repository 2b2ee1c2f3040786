"""The forms on a presentation's page, and what they edit."""

from dataclasses import dataclass, replace
from datetime import date

from flask import request, url_for

from hub.calls import forms as calls_forms
from hub.calls.models import Presentation
from hub.calls.queries import presentations as presentations_queries
from hub.calls.routes.blueprint import bp
from hub.calls.rules.presentations import SlotState
from hub.core import clock, dates, web
from hub.core.errors import Refused
from hub.core.versions import Edit, Part
from hub.core.web import db
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.models import Resource
from hub.library.routes.blueprint import reopened, stored
from hub.members.models import Person

_DECISIONS = tuple(  # in the audit log
    f"{done} the presentation"
    for done in (
        "proposed", "accepted", "declined", "moved", "withdrew", "marked as given", "marked as a no-show", "reopened"
    )
)  # fmt: skip


@dataclass
class PresentationForms:
    """The forms on a presentation's page, and the edits of what they decide and of the deck, if one was sent."""

    proposal: calls_forms.ProposalForm
    move: calls_forms.MovePresentationForm
    decline: calls_forms.DeclineForm
    outcome: calls_forms.OutcomeForm
    deck: calls_forms.DeckForm
    decision: Edit | None = None
    deck_edit: Edit | None = None


def presentation_forms(person: Person, presentation: Presentation) -> PresentationForms:
    """Return the forms, filled with what is saved, or with what was sent."""
    forms = PresentationForms(
        _proposal_form(presentation),
        calls_forms.MovePresentationForm(prefix="move"),
        calls_forms.DeclineForm(prefix="decline"),
        calls_forms.OutcomeForm(prefix="outcome"),
        calls_forms.DeckForm(prefix="deck"),
    )
    now = clock.now()
    held = presentations_queries.held_with_open_slots(db, presentation, now) if presentation.call.ends_at <= now else []
    forms.move.call.offer(held + presentations_queries.open_slots(db, now, last_day()))
    if request.form.get("do") != "settle":
        forms.outcome.fill(presentation.outcome)
    decks = presentations_queries.decks_of(db, person, presentation.organization)
    forms.deck.offer([(resource.id, resource.title) for resource in decks])
    return forms


def _proposal_form(presentation: Presentation) -> calls_forms.ProposalForm:
    is_sent = request.form.get("do") == "change"
    named = {} if is_sent else {"formdata": None}
    form = calls_forms.ProposalForm(prefix="facts", obj=presentation, **named)
    form.edits(presentation, logged_as=("edited the presentation", "proposed the presentation"))
    return form


def decision_edit(presentation: Presentation, forms: PresentationForms | None = None) -> Edit:
    """Return the edit of what was decided about a presentation; without ``forms`` no form was submitted."""
    saved = Decision(
        str(presentation.call_id),
        _status(presentation.state, presentation.reason),
        presentation.outcome.label if presentation.outcome else "",
    )
    typed, days = saved, {saved.call: ""}
    if forms is not None:
        typed = _typed_decision(saved, forms)
        days[saved.call] = str(presentation.call.day)
    parts = [
        Part("Call", _day_text(days[saved.call]), _day_text(days.get(typed.call, typed.call)), saved.call, typed.call),
        Part.of_texts("Decision", saved.status, typed.status),
        Part.of_texts("Result", saved.result, typed.result),
    ]
    page = url_for("calls.presentation", number=presentation.id)
    return Edit(
        presentation,
        presentation.title,
        parts,
        notes={"Note": forms.outcome.reason.data or ""} if forms and request.form.get("do") == "settle" else {},
        page=page,
        logged_as=_DECISIONS,
        submitted=forms is not None,
    )


@dataclass(frozen=True)
class Decision:
    """What was decided about a presentation: the number of its call, or the day of another one; status; result."""

    call: str
    status: str
    result: str


def _typed_decision(saved: Decision, forms: PresentationForms) -> Decision:
    """Return what is decided if the submitted form is carried out."""
    match request.form.get("do"):
        case "accept":
            return replace(saved, status=_status(SlotState.ACCEPTED))
        case "withdraw":
            return replace(saved, status=_status(SlotState.WITHDRAWN))
        case "decline":
            return replace(saved, status=_status(SlotState.DECLINED, forms.decline.reason.data))
        case "move" if forms.move.call.data:
            return Decision(forms.move.call.data, _status(SlotState.ACCEPTED, forms.move.reason.data), "")
        case "settle" if forms.outcome.outcome.data:
            return replace(saved, result=forms.outcome.chosen.label if forms.outcome.chosen else "")
    return saved


def _status(state: SlotState, reason: str | None = "") -> str:
    return f"{state.label}. {reason}" if reason else state.label


def _day_text(day: str) -> str:
    try:
        return dates.with_year(date.fromisoformat(day))
    except ValueError:
        return day


@bp.app_template_global()
def decision_version(presentation: Presentation) -> str:
    """Return the version of a presentation's decision, for buttons on other pages."""
    return decision_edit(presentation).version


def deck_edit(presentation: Presentation, typed: tuple[str, str] | None = None) -> Edit:
    """Return the edit of the deck; ``typed`` comes from `sent_deck`, and without it no form was submitted."""
    deck = presentation.resource
    saved = (deck.title, _key_of(deck)) if deck else ("", "")
    label, key = typed if typed and typed[1] else saved
    return Edit(
        presentation,
        f"Deck of “{presentation.title}”",
        [Part("Deck", saved[0], label, saved[1], key)],
        page=url_for(".presentation", number=presentation.id),
        logged_as=("set the deck of the presentation",),
        submitted=typed is not None,
    )


def _key_of(deck: Resource) -> str:
    return f"{deck.id} {deck.revision_number}"


def sent_deck(person: Person, forms: PresentationForms, file: library_actions.File | None) -> tuple[str, str]:
    """Return the title of the sent deck and what its version is made of; empty if there is none."""
    if file is not None:
        same = library_queries.same_file(db, person, file.stored.sha256)
        return file.name, _key_of(same) if same else file.stored.sha256
    chosen = library_queries.visible_among(db, person, [web.row_number(forms.deck.resource.data)])
    return (chosen[0].title, _key_of(chosen[0])) if chosen else ("", "")


def received(person: Person) -> tuple[library_actions.File | None, str]:
    """Return the sent file, or one kept from an earlier attempt, and why it isn't accepted; stores it without a lock."""
    upload = request.files.get("deck-deck")
    db.commit()  # nothing was written yet; releases the lock while the file is stored
    try:
        has_file = upload is not None and upload.filename
        return (stored(upload) if upload and has_file else reopened(person, request.form.get("kept", ""))), ""
    except Refused as refused:
        return None, str(refused)


def last_day() -> date:
    """Return the last day for which slots are offered: the end of next year."""
    today = clock.today(web.config().zone)
    return date(today.year + 1, 12, 31)

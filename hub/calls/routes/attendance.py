"""Attendance: check-ins, the coordinator's list, attendance reports, undoing entries."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.calls import forms as calls_forms
from hub.calls.actions import attendance as attendance_actions
from hub.calls.actions import attendance_reports as attendance_reports_actions
from hub.calls.models import Call, Guest, GuestState
from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import attendance_reports as attendance_reports_queries
from hub.calls.queries import match_reviews as match_reviews_queries
from hub.calls.queries import series as series_queries
from hub.calls.queries import transcripts as transcripts_queries
from hub.calls.routes.blueprint import bp, call_or_404, call_to_edit, short_day
from hub.calls.rules.matching import Directory, Target, is_ambiguous, likely, match, propose
from hub.calls.rules.participants import Participant
from hub.core import dates, versions, web
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.versions import Edit, Part
from hub.core.web import Answer, db
from hub.members import queries as members_queries
from hub.members.login import safe_next, signed_in
from hub.members.rules.permissions import Permission

MOST_CHOICES = 5_000  # in all lists on a page together; more make it slow


@bp.post("/calls/<day>/check-in")
def check_in(day: str) -> Response:
    """Check the signed-in person in to a call."""
    person, call = signed_in(Permission.SEE_CALLS), call_or_404(day)
    attendance_actions.check_in(db, person, call)
    flash(f"Thank you. Attendance recorded for {person.organization.name} on {short_day(call.day)}.")
    return redirect(safe_next(request.form.get("next")))


@bp.route("/calls/<day>/attendance", methods=["GET", "POST"])
def attendance(day: str) -> Answer:
    """Show the attendance page, or save which organizations are checked."""
    person, call = signed_in(Permission.RUN_CALLS), call_to_edit(day)
    if request.method != "POST":
        return _attendance_page(call)
    checked = {number for text in request.form.getlist("organizations") if (number := web.row_number(text))}
    edit = _attendance_edit(call, checked)
    if not edit.is_safe():
        return _attendance_page(call, "", checked, edit), 422
    try:
        added, removed = attendance_actions.set_attendance(db, person, call, checked, request.form.get("reason", ""))
    except Refused as refused:
        db.rollback()
        return _attendance_page(call_or_404(day), str(refused), checked, edit), 422
    flash(f"Attendance saved: {dates.plural(added, 'organization')} added, {dates.number(removed)} removed.")
    return redirect(url_for(".show", day=day, _anchor="attendance"))


def _attendance_edit(call: Call, checked: set[int] | None = None) -> Edit:
    """Return the edit of who attended; without ``checked`` its form wasn't submitted."""
    present = attendance_queries.present_ids(db, call)
    expected = attendance_queries.expected_on(db, call.day)
    saved, typed = (
        [organization for organization in expected if organization.id in ids]
        for ids in (present, present if checked is None else checked)
    )
    texts = [", ".join(organization.name for organization in attended) for attended in (saved, typed)]
    keys = [" ".join(sorted(str(organization.id) for organization in attended)) for attended in (saved, typed)]
    return Edit(
        call,
        f"Attendance, {call}",
        [Part("Organizations that attended", *texts, *keys)],
        notes={"Reason": request.form.get("reason", "")},
        logged_as=("recorded attendance for the:organizations", "undid attendance for the:organizations"),
        submitted=checked is not None,
    )


def _attendance_page(call: Call, refused: str = "", checked: set[int] | None = None, edit: Edit | None = None) -> str:
    present = attendance_queries.present_ids(db, call)
    return render_template(
        "calls/attendance.html",
        call=call,
        organizations=attendance_queries.expected_on(db, call.day),
        present=present,
        checked=present if checked is None else checked,
        edit=edit or _attendance_edit(call),
        refused=refused,
        form=calls_forms.ReportForm(formdata=None),
        reports=attendance_reports_queries.reports_of(db, call),
        transcripts=transcripts_queries.transcripts_of(db, signed_in(Permission.RUN_CALLS), call),
    )


@bp.post("/calls/<day>/report")
@web.takes_files
@once
def report(day: str) -> Answer:
    """Import an attendance report from Zoom or Teams."""
    person, call = signed_in(Permission.RUN_CALLS), call_or_404(day)
    file = request.files.get("report")
    if file is None or not file.filename:
        return _attendance_page(call, "Choose an attendance report."), 422
    any_day = request.form.get("anyway") == "1"
    try:
        result = attendance_reports_actions.import_report(
            db, person, call, file.stream.read(), file.filename, any_day=any_day
        )
    except Refused as refused:
        db.rollback()
        return _attendance_page(call_or_404(day), str(refused)), 422
    flash(_import_message(result))
    return redirect(url_for(".participants", day=day))


@bp.post("/calls/<day>/speakers")
@once
def speakers(day: str) -> Response:
    """List the speakers of a transcript (``resource``) as unmatched participants of its call."""
    person, call = signed_in(Permission.RUN_CALLS), call_or_404(day)
    transcript = transcripts_queries.transcript_of(db, person, call, web.row_number(request.form.get("resource")))
    result = attendance_reports_actions.import_speakers(db, person, call, transcript)
    people = dates.plural(result.people, "speaker")
    flash(_REPEATED if result.is_repeat else f"{people} in the transcript, {result.new} new. Match them below.")
    return redirect(url_for(".participants", day=day))


_REPEATED = "This file was already imported. Nothing changed."


def _import_message(result: attendance_reports_actions.ImportResult) -> str:
    if result.is_repeat:
        return _REPEATED
    people = dates.plural(result.people, "person", "people")
    return f"{people} in the report, {result.new} new: {result.matched} matched, {result.unmatched} unmatched."


@bp.get("/calls/<day>/participants")
def participants(day: str) -> str:
    """List the participants in a call's attendance reports: matches to review and unmatched ones first.

    In a large alliance, only the requested participant (``?guest=``) gets all people and organizations to choose from.
    """
    signed_in(Permission.RUN_CALLS)
    return _participants_page(call_or_404(day))


def _participants_page(call: Call, edit: Edit | None = None, guest_id: int = 0) -> str:
    """Return the page; ``edit`` is the refused match of a participant."""
    guests = attendance_reports_queries.guests_of(db, call)
    people = attendance_reports_queries.people_at(db, call.starts_at)
    organizations = members_queries.organizations(db)
    waiting = [guest for guest in guests if guest.state is GuestState.WAITING]
    reviews = match_reviews_queries.reviews_of(db, call, guests)
    is_small = len(guests) * (len(people) + len(organizations)) <= MOST_CHOICES
    proposed, ambiguous = _proposals(call, guests)
    return render_template(
        "calls/participants.html",
        call=call,
        guests=guests,
        waiting=waiting,
        reviews=reviews,
        to_review=[guest for guest in guests if guest.id in reviews],
        others=[guest for guest in guests if guest.state is not GuestState.WAITING and guest.id not in reviews],
        proposed=proposed,
        likely={
            guest.id: likely(attendance_reports_queries.participant_of(guest), people)
            for guest in guests
            if guest.state is GuestState.WAITING or guest.id in reviews
        },
        ambiguous=ambiguous,
        edits={guest.id: edit if edit and guest.id == guest_id else _match_edit(call, guest) for guest in guests},
        typed_match={guest_id: request.form.get("who", "")} if edit else {},
        typed_names={guest_id: edit.parts[0].typed} if edit else {},
        names={organization.id: organization.name for organization in organizations},
        people_names={known_person.id: known_person.name for known_person in people},
        people=sorted(people, key=lambda known_person: known_person.name.lower()),
        organizations=organizations,
        with_all_choices={guest.id for guest in guests} if is_small else {request.args.get("guest", type=int)},
        reports=attendance_reports_queries.reports_of(db, call),
        GuestState=GuestState,
    )


def _proposals(call: Call, guests: Sequence[Guest]) -> tuple[dict[int, Target], set[int]]:
    """Return the proposed matches by participant ID, and the participants whose name can mean several people.

    A speaker of a transcript waits even if a match is certain, so that match is proposed.
    """
    known = attendance_reports_queries.directory_of(db, [guest.name for guest in guests], call.starts_at)
    aliases = attendance_reports_queries.aliases(db)
    described = {guest.id: attendance_reports_queries.participant_of(guest) for guest in guests}
    proposed = {
        guest.id: target
        for guest in guests
        if guest.state is GuestState.WAITING and (target := _proposal(described[guest.id], known, aliases))
    }
    return proposed, {number for number, participant in described.items() if is_ambiguous(participant, known)}


def _proposal(participant: Participant, known: Directory, aliases: Mapping[str, Target]) -> Target | None:
    certain = match(participant, known, aliases)
    if certain is not None and certain.target.organization_id:
        return certain.target
    return propose(participant, known, aliases)


@bp.post("/calls/<day>/participants")
def decide_all(day: str) -> Response:
    """Save the proposed matches that the page showed: fields ``match``, each such as ``12 person-7``."""
    person, call = signed_in(Permission.RUN_CALLS), call_or_404(day)
    guests = {guest.id: guest for guest in attendance_reports_queries.guests_of(db, call)}
    chosen = [text.partition(" ") for text in request.form.getlist("match")]
    matches = [(guests[number], _target(who)) for text, _, who in chosen if (number := web.row_number(text)) in guests]
    saved = attendance_reports_actions.decide_all(db, person, call, matches)
    flash(f"{dates.plural(saved, 'match', 'matches')} saved.")
    return redirect(url_for(".participants", day=day))


@bp.post("/calls/<day>/participants/<int:guest_id>")
def decide(day: str, guest_id: int) -> Answer:
    """Match a participant with ``who``, such as ``person-7`` or ``organization-3``, or with no one in the alliance."""
    person, call = signed_in(Permission.RUN_CALLS), call_or_404(day)
    versions.hold(Guest, id=guest_id)
    call = call_or_404(day)
    guest = attendance_reports_queries.guest_of(db, call, guest_id)
    remember = request.form.get("remember") == "1"
    target = _target(request.form.get("who", ""))
    edit = _match_edit(call, guest, target)
    if not edit.is_safe():
        return _participants_page(call, edit, guest_id), 422
    decision = attendance_reports_actions.decide(db, person, call, guest, target, remember=remember)
    flash(_match_message(guest, decision, remember=remember))
    return redirect(url_for(".participants", day=day))


def _target(who: str) -> Target:
    kind, _, text = who.partition("-")
    if who == "nobody":
        return Target()
    number = web.row_number(text)
    if kind not in {"person", "organization"} or not number:
        raise Refused("Choose a person, an organization, or “Not in the alliance.”")
    return Target(person_id=number) if kind == "person" else Target(organization_id=number)


def _match_edit(call: Call, guest: Guest, target: Target | None = None) -> Edit:
    """Return the edit of a participant's match; without ``target`` its form wasn't submitted."""
    is_waiting = guest.state is GuestState.WAITING
    saved = Target(guest.person_id, guest.organization_id)
    texts = ("", "")
    if target is not None:
        typed_text = attendance_reports_queries.label_of(db, target)
        texts = ("" if is_waiting else attendance_reports_queries.label_of(db, saved), typed_text)
    keys = ["" if is_waiting else _match_key(saved), _match_key(target or saved)]
    return Edit(
        guest,
        f"Match for “{guest.name}”, {call}",
        [Part("Match", *texts, *keys)],
        page=url_for(".participants", day=call.day),
        submitted=target is not None,
    )


def _match_key(target: Target) -> str:
    return f"person {target.person_id}" if target.person_id else f"organization {target.organization_id}"


def _match_message(guest: Guest, decision: attendance_reports_actions.Decision, *, remember: bool) -> str:
    sentences = [f"Match for “{guest.name}” saved."]
    if guest.state is GuestState.NOT_MEMBER:
        sentences.append("It doesn’t count: the organization wasn’t in the alliance on that day.")
    if decision.others:
        participants = dates.plural(decision.others, "participant")
        sentences.append(
            f"Also saved for {participants} with the same {'address' if guest.email else 'name'} on other calls."
        )
    elif remember and not decision.is_remembered:
        what = "address belongs to someone else" if guest.email else "name can mean several people"
        sentences.append(f"It won’t be remembered, because the {what}.")
    return " ".join(sentences)


@bp.route("/calls/attendance/<int:entry_id>/take-back", methods=["GET", "POST"], endpoint="undo_attendance")
def undo_entry(entry_id: int) -> Answer:
    """Undo an attendance entry: it stays in the record but no longer counts."""
    person = signed_in(Permission.SEE_CALLS)
    entry = attendance_queries.entry_for(db, person, entry_id)
    call = series_queries.call_of(db, entry)
    form, refused = calls_forms.UndoForm(), ""
    if request.method == "POST" and form.validate():
        try:
            attendance_actions.undo(db, person, entry, call, form.reason.data or "")
        except Refused as error:
            refused = str(error)
        else:
            flash("Entry undone. It’s kept but no longer counts.")
            return redirect(url_for(".show", day=call.day, _anchor="attendance"))
    page = render_template("calls/undo_attendance.html", call=call, entry=entry, form=form, refused=refused)
    return page if request.method != "POST" else (page, 422)

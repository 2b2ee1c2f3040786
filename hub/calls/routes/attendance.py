"""Who was there: checking in, ticking, the meeting tool's report, and what was a mistake."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.calls import forms as calls_forms
from hub.calls.actions import attendance as attendance_actions
from hub.calls.actions import attendance_reports as attendance_reports_actions
from hub.calls.models import Call, Guest, GuestState
from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import attendance_reports as attendance_reports_queries
from hub.calls.queries import series as series_queries
from hub.calls.routes.blueprint import bp, call_named, in_words
from hub.calls.rules.attendance_reports import Participant
from hub.calls.rules.matching import Target, is_generic, likely
from hub.core import dates, web
from hub.core.errors import Refused
from hub.core.web import Answer, db
from hub.members import queries as members_queries
from hub.members.login import safe_next, signed_in
from hub.members.rules.permissions import Permission

MOST_CHOICES = 5_000  # of all lists on a page together; more make it slow


@bp.post("/calls/<day>/check-in")
def check_in(day: str) -> Response:
    """I was there."""
    person, call = signed_in(Permission.SEE_CALLS), call_named(day)
    attendance_actions.check_in(db, person, call)
    flash(f"Thank you. {person.organization.name} is on record for the call of {in_words(call.day)}.")
    return redirect(safe_next(request.form.get("next")))


@bp.route("/calls/<day>/attendance", methods=["GET", "POST"])
def attendance(day: str) -> Answer:
    """The coordinator ticks who was there."""
    person, call = signed_in(Permission.RUN_CALLS), call_named(day)
    if request.method == "GET":
        return _attendance_page(call)
    ticked = {number for text in request.form.getlist("organizations") if (number := web.row_number(text))}
    try:
        added, gone = attendance_actions.tick(db, person, call, ticked, request.form.get("reason", ""))
    except Refused as refused:
        db.rollback()
        return _attendance_page(call_named(day), str(refused), ticked), 422
    flash(f"{dates.plural(added, 'organization')} added, {gone:,} taken back.")
    return redirect(url_for(".show", day=day, _anchor="attendance"))


def _attendance_page(call: Call, refused: str = "", ticked: set[int] | None = None) -> str:
    return render_template(
        "calls/attendance.html",
        call=call,
        organizations=attendance_queries.expected_on(db, call.day),
        present=attendance_queries.present_ids(db, call),
        ticked=ticked,
        refused=refused,
        form=calls_forms.ReportForm(formdata=None),
        reports=attendance_reports_queries.reports_of(db, call),
    )


@bp.post("/calls/<day>/report")
@web.takes_files
def report(day: str) -> Answer:
    """Read a participants' report of Zoom or Teams into the attendance."""
    person, call = signed_in(Permission.RUN_CALLS), call_named(day)
    file = request.files.get("report")
    if file is None or not file.filename:
        return _attendance_page(call, "Choose the report that the meeting tool exported."), 422
    anyway = request.form.get("anyway") == "1"
    try:
        result = attendance_reports_actions.read_in(db, person, call, file.stream.read(), file.filename, anyway=anyway)
    except attendance_reports_actions.WrongDayError as refused:
        db.rollback()
        return _attendance_page(
            call_named(day), f"{refused} Or tick “whatever day it names” to read it all the same."
        ), 422
    except Refused as refused:
        db.rollback()
        return _attendance_page(call_named(day), str(refused)), 422
    flash(_said(result))
    return redirect(url_for(".participants", day=day))


def _said(result: attendance_reports_actions.Result) -> str:
    if result.again:
        return "This very file was read before; nothing has changed."
    people = dates.plural(result.people, "person", "people")
    return f"{people} in the report, {result.new} new: {result.recognized} recognized, {result.waiting} to be decided."


@bp.get("/calls/<day>/participants")
def participants(day: str) -> str:
    """Everybody whom the meeting tool names, those whom someone has to decide on first.

    In a large alliance only the participant that is asked for (``?guest=``) is offered everyone to choose from.
    """
    signed_in(Permission.RUN_CALLS)
    call = call_named(day)
    guests = attendance_reports_queries.guests_of(db, call)
    people = attendance_reports_queries.people_at(db, call.starts_at)
    organizations = members_queries.organizations(db)
    waiting = [guest for guest in guests if guest.state is GuestState.WAITING]
    few = len(guests) * (len(people) + len(organizations)) <= MOST_CHOICES
    return render_template(
        "calls/participants.html",
        call=call,
        guests=guests,
        waiting=waiting,
        others=[guest for guest in guests if guest.state is not GuestState.WAITING],
        likely={guest.id: likely(Participant(guest.name, guest.email), people) for guest in waiting},
        generic={guest.id for guest in guests if not guest.email and is_generic(guest.name)},
        names={one.id: one.name for one in organizations},
        people=sorted(people, key=lambda one: one.name.lower()),
        organizations=organizations,
        whole={guest.id for guest in guests} if few else {request.args.get("guest", type=int)},
        reports=attendance_reports_queries.reports_of(db, call),
        GuestState=GuestState,
    )


@bp.post("/calls/<day>/participants/<int:guest_id>")
def decide(day: str, guest_id: int) -> Response:
    """Say who a participant is: ``who`` is ``person-7``, ``organization-3`` or ``no one``."""
    person, call = signed_in(Permission.RUN_CALLS), call_named(day)
    guest = attendance_reports_queries.guest_of(db, call, guest_id)
    target = _target(request.form.get("who", ""))
    settled = attendance_reports_actions.decide(
        db, person, call, guest, target, remember=request.form.get("remember") == "1"
    )
    flash(_decided(guest, settled))
    return redirect(url_for(".participants", day=day))


def _target(who: str) -> Target:
    kind, _, text = who.partition("-")
    if who == "nobody":
        return Target()
    number = web.row_number(text)
    if kind not in {"person", "organization"} or not number:
        raise Refused("Choose who it is: a person, an organization, or no one of the alliance.")
    return Target(person_id=number) if kind == "person" else Target(organization_id=number)


def _decided(guest: Guest, settled: int) -> str:
    said = f"“{guest.name}” is settled."
    return f"{said} So are {settled:,} under the same name on other calls." if settled else said


@bp.route("/calls/attendance/<int:entry_id>/take-back", methods=["GET", "POST"])
def take_back(entry_id: int) -> Answer:
    """An entry was a mistake: it stays in the record, and counts no more."""
    person = signed_in(Permission.SEE_CALLS)
    entry = attendance_queries.entry_for(db, person, entry_id)
    call = series_queries.call_of(db, entry)
    form, refused = calls_forms.TakeBackForm(), ""
    if request.method == "POST" and form.validate():
        try:
            attendance_actions.take_back(db, person, entry, call, form.reason.data or "")
        except Refused as error:
            refused = str(error)
        else:
            flash("Taken back. The entry stays in the record, and counts no more.")
            return redirect(url_for(".show", day=call.day, _anchor="attendance"))
    page = render_template("calls/take_back.html", call=call, entry=entry, form=form, refused=refused)
    return page if request.method == "GET" else (page, 422)

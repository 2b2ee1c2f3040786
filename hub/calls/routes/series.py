"""Calls for the coordinator: schedule, edit, move, cancel, invite, send recaps."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.calls import forms as calls_forms
from hub.calls import letters as calls_letters
from hub.calls.actions import mailing as mailing_actions
from hub.calls.actions import series as series_actions
from hub.calls.queries import mailing as mailing_queries
from hub.calls.queries import series as series_queries
from hub.calls.routes.blueprint import bp, call_or_404, call_to_edit, short_day
from hub.calls.rules.series import AHEAD, CallState
from hub.core import clock, dates, web
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.setting_checks import WEEKDAYS
from hub.core.web import Answer, db
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission


@bp.route("/calls/plan", methods=["GET", "POST"])
@once
def plan() -> Answer:
    """Show the year ahead, or carry out the requested action (form field ``do``): add or skip calls."""
    person = signed_in(Permission.RUN_CALLS)
    series, extra, refused = calls_forms.SeriesForm(prefix="series"), calls_forms.ExtraForm(prefix="extra"), ""
    try:
        if request.method == "POST" and (message := _perform_action(person, series, extra)):
            flash(message)
            return redirect(url_for(".plan"))
    except Refused as error:
        db.rollback()
        refused = str(error)
    today = clock.today(web.config().zone)
    settings = series_queries.series_of(web.config())
    if request.method != "POST":
        series.first.data, series.last.data = today.replace(month=1, day=1), today + AHEAD
        extra.at.data, extra.minutes.data = settings.at, settings.minutes
    page = render_template(
        "calls/schedule.html",
        series=series,
        extra=extra,
        refused=refused,
        calls=series_queries.all_upcoming(db, clock.now()),
        behind=series_queries.calls_at_old_time(db, clock.now()),
        settings=settings,
        start_time=dates.time_of_day(settings.at),
        CallState=CallState,
        WEEKDAYS=WEEKDAYS,
    )
    return page if request.method != "POST" else (page, 422)


def _perform_action(person: Person, series: calls_forms.SeriesForm, extra: calls_forms.ExtraForm) -> str:
    """Carry out the requested action; returns a message, or an empty string if the form has errors."""
    action = request.form.get("do", "")
    if action == "series" and series.validate():
        return _make_series(person, series)
    if action == "extra" and extra.validate():
        call = series_actions.add_call(db, person, extra.when(), extra.title.data or "")
        return f"Extra call scheduled for {short_day(call.day)}."
    if action == "follow":
        moved = series_actions.follow_settings(db, person)
        return f"{dates.plural(moved, 'call')} moved. Subscribed calendars update automatically."
    if action == "skip":
        days = [day for text in request.form.getlist("days") if (day := _day(text))]
        if not days:
            raise Refused("Check the weeks to skip.")
        count = series_actions.skip(db, person, days, request.form.get("reason", ""))
        return f"{dates.plural(count, 'call')} skipped."
    return ""


def _make_series(person: Person, form: calls_forms.SeriesForm) -> str:
    first, last = form.first.data, form.last.data
    if not first <= last <= first + 2 * AHEAD:
        raise Refused("Enter a last date after the first, no more than two years later.")
    added = series_actions.make_series(db, person, first, last)
    return (
        f"{dates.plural(len(added), 'missing week')} added."
        if added
        else "No weeks are missing. Every week in that period already has a call."
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.route("/calls/<day>/edit", methods=["GET", "POST"])
def edit(day: str) -> Answer:
    """Edit a call's title, agenda, and links."""
    person, call = signed_in(Permission.RUN_CALLS), call_to_edit(day)
    form, refused = calls_forms.CallForm(obj=call), ""
    form.edits(call, logged_as=("edited the", "scheduled the"))
    if form.validate_on_submit():
        try:
            series_actions.change(db, person, call, form.facts())
        except Refused as error:
            refused = str(error)
        else:
            flash("Call saved.")
            return redirect(url_for(".show", day=day))
    page = render_template("calls/edit.html", call=call, form=form, refused=refused)
    return page if request.method != "POST" else (page, 422)


@bp.route("/calls/<day>/move", methods=["GET", "POST"])
def move(day: str) -> Answer:
    """Move a call to another day or time."""
    person, call = signed_in(Permission.RUN_CALLS), call_to_edit(day)
    form, refused = calls_forms.move_form(call, web.config().zone), ""
    if form.validate_on_submit():
        try:
            series_actions.move(db, person, call, form.when(), form.reason.data or "")
        except Refused as error:
            db.rollback()
            call, refused = call_or_404(day), str(error)
        else:
            flash("Call moved. Subscribed calendars update automatically.")
            return redirect(url_for(".show", day=call.day))
    page = render_template("calls/move.html", call=call, form=form, refused=refused)
    return page if request.method != "POST" else (page, 422)


@bp.route("/calls/<day>/cancel", methods=["GET", "POST"])
def cancel(day: str) -> Answer:
    """Cancel a call."""
    person, call = signed_in(Permission.RUN_CALLS), call_to_edit(day)
    form = calls_forms.CancelForm()
    if form.validate_on_submit():
        series_actions.cancel(db, person, call, form.reason.data or "")
        flash("Call canceled. It no longer counts, and subscribed calendars update automatically.")
        return redirect(url_for(".show", day=day))
    page = render_template("calls/cancel.html", call=call, form=form)
    return page if request.method != "POST" else (page, 422)


@bp.post("/calls/<day>/plan-again")
def reinstate(day: str) -> Response:
    """Put a call back on the schedule."""
    series_actions.reinstate(db, signed_in(Permission.RUN_CALLS), call_to_edit(day))
    flash("The call is back on the schedule.")
    return redirect(url_for(".show", day=day))


@bp.route("/calls/<day>/invite", methods=["GET", "POST"])
@once
def invite(day: str) -> Answer:
    """Preview and send the invitation to a call."""
    person, call = signed_in(Permission.RUN_CALLS), call_or_404(day)
    if request.method == "POST":
        count = mailing_actions.invite(db, person, call)
        people = dates.plural(count, "person", "people")
        web.flash_mail(f"Sending the invitation to {people}.", f"the invitation to {people}")
        return redirect(url_for(".show", day=day))
    recipients = mailing_queries.all_recipients(db, clock.today(web.config().zone))
    return render_template("calls/invite.html", call=call, recipients=recipients)


@bp.route("/calls/<day>/brief", methods=["GET", "POST"])
@once
def recap(day: str) -> Answer:
    """Preview and send the recap of a call."""
    person, call = signed_in(Permission.RUN_CALLS), call_or_404(day)
    if request.method == "POST":
        count = mailing_actions.send_recap(db, person, call)
        people = dates.plural(count, "person", "people")
        web.flash_mail(f"Sending the recap to {people}.", f"the recap to {people}")
        return redirect(url_for(".show", day=day))
    absent = mailing_queries.absent(db, call)
    today = clock.today(web.config().zone)
    recipients = mailing_queries.representatives_of(db, [organization.id for organization in absent], today)
    letter = calls_letters.recap(
        web.config().BASE_URL, mailing_actions.recap_of(db, call), recipients[0].person.name if recipients else ""
    )
    reached = {recipient.person.organization_id for recipient in recipients}
    return render_template(
        "calls/recap.html", call=call, absent=absent, reached=reached, recipients=recipients, letter=letter
    )

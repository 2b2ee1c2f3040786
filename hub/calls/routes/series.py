"""What the coordinator does with calls: plan, change, move, call off."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config import WEEKDAYS
from hub.calls import forms as calls_forms
from hub.calls import letters as calls_letters
from hub.calls.actions import mailing as mailing_actions
from hub.calls.actions import series as series_actions
from hub.calls.queries import mailing as mailing_queries
from hub.calls.queries import series as series_queries
from hub.calls.routes.blueprint import bp, call_named, in_words
from hub.calls.rules.series import AHEAD, CallState
from hub.core import clock, dates, web
from hub.core.errors import Refused
from hub.core.web import Answer, db
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission


@bp.route("/calls/plan", methods=["GET", "POST"])
def plan() -> Answer:
    """A year ahead on one page: make the series, leave weeks out, add a call beside it."""
    person = signed_in(Permission.RUN_CALLS)
    series, extra, refused = calls_forms.SeriesForm(prefix="series"), calls_forms.ExtraForm(prefix="extra"), ""
    try:
        if request.method == "POST" and (done := _planned(person, series, extra)):
            flash(done)
            return redirect(url_for(".plan"))
    except Refused as error:
        db.rollback()
        refused = str(error)
    today = clock.today(web.config().zone)
    if request.method == "GET":
        series.first.data, series.last.data = today.replace(month=1, day=1), today + AHEAD
        settings = series_queries.series_of(web.config())
        extra.at.data, extra.minutes.data = settings.at, settings.minutes
    page = render_template(
        "calls/plan.html",
        series=series,
        extra=extra,
        refused=refused,
        calls=series_queries.all_coming(db, clock.now()),
        behind=series_queries.behind_settings(db, clock.now()),
        settings=series_queries.series_of(web.config()),
        CallState=CallState,
        WEEKDAYS=WEEKDAYS,
    )
    return page if request.method == "GET" else (page, 422)


def _planned(person: Person, series: calls_forms.SeriesForm, extra: calls_forms.ExtraForm) -> str:
    """Do what was asked for; answers what to say, or nothing when the form needs another look."""
    what = request.form.get("do", "")
    if what == "series" and series.validate():
        return _make_series(person, series)
    if what == "extra" and extra.validate():
        call = series_actions.add_call(db, person, extra.when(), extra.title.data or "")
        return f"The call of {in_words(call.day)} is planned."
    if what == "follow":
        return (
            f"{dates.plural(series_actions.follow_settings(db, person), 'call')} moved. Calendars follow by themselves."
        )
    if what == "skip":
        days = [day for text in request.form.getlist("days") if (day := _day(text))]
        if not days:
            raise Refused("Tick the calls that are to be left out.")
        count = series_actions.skip(db, person, days, request.form.get("reason", ""))
        return f"{dates.plural(count, 'call')} left out."
    return ""


def _make_series(person: Person, form: calls_forms.SeriesForm) -> str:
    first, last = form.first.data, form.last.data
    if not first <= last <= first + 2 * AHEAD:
        raise Refused("The last day must come after the first, at most two years later.")
    made = series_actions.make_series(db, person, first, last)
    return (
        f"{dates.plural(len(made), 'day')} of the series added."
        if made
        else "Every week of that time is planned already."
    )


def _day(text: str) -> date | None:
    try:
        return dates.parse_day(text, clock.today(web.config().zone))
    except ValueError:
        return None


@bp.route("/calls/<day>/edit", methods=["GET", "POST"])
def edit(day: str) -> Answer:
    """Change a call's agenda and links."""
    person, call = signed_in(Permission.RUN_CALLS), call_named(day)
    form, refused = calls_forms.CallForm(), ""
    if request.method == "GET":
        form.show(call)
    elif form.validate():
        try:
            series_actions.change(db, person, call, form.said())
        except Refused as error:
            refused = str(error)
        else:
            flash("Saved.")
            return redirect(url_for(".show", day=day))
    page = render_template("calls/edit.html", call=call, form=form, refused=refused)
    return page if request.method == "GET" else (page, 422)


@bp.route("/calls/<day>/move", methods=["GET", "POST"])
def move(day: str) -> Answer:
    """Put a call on another day or time."""
    person, call = signed_in(Permission.RUN_CALLS), call_named(day)
    form, refused = calls_forms.MoveForm(), ""
    if request.method == "GET":
        form.show(call, web.config().zone)
    elif form.validate():
        try:
            series_actions.move(db, person, call, form.when(), form.reason.data or "")
        except Refused as error:
            db.rollback()
            call, refused = call_named(day), str(error)
        else:
            flash("Moved. Calendars that subscribe to the calls follow by themselves.")
            return redirect(url_for(".show", day=call.day))
    page = render_template("calls/move.html", call=call, form=form, refused=refused)
    return page if request.method == "GET" else (page, 422)


@bp.route("/calls/<day>/cancel", methods=["GET", "POST"])
def cancel(day: str) -> Answer:
    """Call a call off."""
    person, call = signed_in(Permission.RUN_CALLS), call_named(day)
    form = calls_forms.CancelForm()
    if form.validate_on_submit():
        series_actions.cancel(db, person, call, form.reason.data or "")
        flash("Cancelled. It counts nowhere, and calendars that subscribe to the calls follow by themselves.")
        return redirect(url_for(".show", day=day))
    page = render_template("calls/cancel.html", call=call, form=form)
    return page if request.method == "GET" else (page, 422)


@bp.post("/calls/<day>/plan-again")
def plan_again(day: str) -> Response:
    """Hold a call after all."""
    series_actions.plan_again(db, signed_in(Permission.RUN_CALLS), call_named(day))
    flash("The call is planned again.")
    return redirect(url_for(".show", day=day))


@bp.route("/calls/<day>/invite", methods=["GET", "POST"])
def invite(day: str) -> Answer:
    """Invite everyone to a call by mail, after a look at who that is."""
    person, call = signed_in(Permission.RUN_CALLS), call_named(day)
    if request.method == "POST":
        count = mailing_actions.invite(db, person, call)
        flash(f"The invitation is on its way to {dates.plural(count, 'person', 'people')}.")
        return redirect(url_for(".show", day=day))
    readers = mailing_queries.everybody(db, clock.today(web.config().zone))
    return render_template("calls/invite.html", call=call, readers=readers)


@bp.route("/calls/<day>/brief", methods=["GET", "POST"])
def brief(day: str) -> Answer:
    """Send those who weren't there what they missed, after a look at what it is and who gets it."""
    person, call = signed_in(Permission.RUN_CALLS), call_named(day)
    if request.method == "POST":
        count = mailing_actions.send_brief(db, person, call)
        flash(f"The brief is on its way to {dates.plural(count, 'person', 'people')}.")
        return redirect(url_for(".show", day=day))
    absent = mailing_queries.absent(db, call)
    readers = mailing_queries.speakers_of(db, [one.id for one in absent])
    letter = calls_letters.brief(
        web.config().BASE_URL, mailing_actions.brief_of(db, call), readers[0].person.name if readers else ""
    )
    reached = {reader.person.organization_id for reader in readers}
    return render_template(
        "calls/brief.html", call=call, absent=absent, reached=reached, readers=readers, letter=letter
    )

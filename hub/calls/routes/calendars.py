"""Calls in people's calendars: an address to subscribe to, and a file for each call."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from hub.calls.actions import calendars as calendars_actions
from hub.calls.queries import series as series_queries
from hub.calls.routes.blueprint import bp, call_named
from hub.calls.rules.calendars import calendar
from hub.core import clock, web
from hub.core.web import db
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission


@bp.get("/calls/<day>/call.ics")
def file(day: str) -> Response:
    """One call for a calendar."""
    signed_in(Permission.SEE_CALLS)
    call = call_named(day)
    return _answer(
        calendar([series_queries.occasion(web.config(), call)], web.config().zone, call.title), f"call-{day}.ics"
    )


@bp.get("/calls/calendar")
def my_calendar() -> str:
    """The person's own calendar address: make one, copy it, end it."""
    feed = series_queries.feed_of(db, signed_in(Permission.SEE_CALLS))
    address = f"{web.config().BASE_URL}{url_for('.feed', token=feed.token)}" if feed else ""
    return render_template("calls/calendar.html", feed=feed, address=address)


@bp.post("/calls/calendar")
def make_calendar() -> Response:
    """Make an address, or a new one: the old one works no longer."""
    calendars_actions.make_feed(db, signed_in(Permission.SEE_CALLS))
    flash("Copy the address into your calendar.")
    return redirect(url_for(".my_calendar"))


@bp.post("/calls/calendar/end")
def end_calendar() -> Response:
    """The address works no longer."""
    calendars_actions.end_feed(db, signed_in(Permission.SEE_CALLS))
    flash("The address works no longer.")
    return redirect(url_for(".my_calendar"))


@bp.get("/calendar/<token>.ics")
@web.public
def feed(token: str) -> Response:
    """All calls for the calendar of the person whose address it is."""
    series_queries.feed(db, token)
    made = calendar(series_queries.occasions(db, clock.now()), web.config().zone, f"{web.config().HUB_NAME}: calls")
    return _answer(made, "calls.ics")


def _answer(made: bytes, name: str) -> Response:
    answer = Response(made, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.add_etag()
    return answer

"""Calendar links, and a calendar file for each call."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.calls.actions import calendars as calendars_actions
from hub.calls.queries import series as series_queries
from hub.calls.routes.blueprint import bp, call_or_404
from hub.calls.rules.calendars import calendar
from hub.core import clock, web
from hub.core.once import once
from hub.core.web import db
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission


@bp.get("/calls/<day>/call.ics")
def file(day: str) -> Response:
    """Download a call as a calendar file."""
    signed_in(Permission.SEE_CALLS)
    call = call_or_404(day)
    return _calendar_response(
        calendar([series_queries.calendar_event(web.config(), call)], web.config().zone, call.title),
        f"call-{day}.ics",
    )


@bp.get("/calls/calendar")
def my_calendar() -> str:
    """Show the person's calendar link."""
    feed = series_queries.feed_of(db, signed_in(Permission.SEE_CALLS))
    address = f"{web.config().BASE_URL}{url_for('.feed', token=feed.token)}" if feed else ""
    return render_template("calls/calendar.html", feed=feed, address=address)


@bp.post("/calls/calendar")
@once
def make_calendar() -> Response:
    """Create a calendar link, which replaces the previous one."""
    calendars_actions.make_feed(db, signed_in(Permission.SEE_CALLS))
    flash("Calendar link created. Copy it into your calendar.")
    return redirect(url_for(".my_calendar"))


@bp.post("/calls/calendar/end")
def end_calendar() -> Response:
    """Turn off the calendar link."""
    calendars_actions.end_feed(db, signed_in(Permission.SEE_CALLS))
    flash("Calendar link turned off. It no longer works.")
    return redirect(url_for(".my_calendar"))


@bp.get("/calendar/<token>.ics")
@web.public
def feed(token: str) -> Response:
    """Return all calls as a calendar feed, for the secret link of a person."""
    series_queries.feed(db, token)
    content = calendar(
        series_queries.calendar_events(db, clock.now()), web.config().zone, f"{web.config().HUB_NAME} calls"
    )
    return _calendar_response(content, "calls.ics")


def _calendar_response(content: bytes, name: str) -> Response:
    web.store_nowhere()
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.add_etag()
    return response.make_conditional(request)

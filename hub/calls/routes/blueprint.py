"""The blueprint of calls, and helpers that parse the day and load the call of a URL."""

from datetime import date
from typing import Any

from flask import Blueprint, request

from hub.calls.models import Call
from hub.calls.queries import recordings as recordings_queries
from hub.calls.queries import series as series_queries
from hub.core import clock, versions, web
from hub.core.dates import short
from hub.core.errors import NotFound
from hub.core.web import db
from hub.library.rules import PageKind
from hub.members.login import current_person

bp = Blueprint("calls", __name__)


def day_or_404(text: str) -> date:
    """Return the day in a URL, such as ``2026-11-16``; raises NotFound if it isn't one."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error
    if str(day) != text:
        raise NotFound
    return day


def short_day(day: date) -> str:
    """Return a day for sentences: ``Mon, Nov 16``."""
    return short(day, clock.today(web.config().zone))


def call_or_404(text: str) -> Call:
    """Return the call on the day in a URL, or the one that was moved from it; raises NotFound if there is none."""
    day = day_or_404(text)
    try:
        return series_queries.call_on(db, day)
    except NotFound:
        if moved := series_queries.moved_from(db, day):
            return series_queries.call_on(db, moved.day)
        raise


def call_to_edit(text: str) -> Call:
    """Return the call like `call_or_404`; on a POST it is locked, so that the version of a form can be checked."""
    call = call_or_404(text)
    versions.hold(Call, id=call.id)
    return call if request.method in web.SAFE_METHODS else call_or_404(text)


@web.before_pages(bp)
def _add_call(template: str, values: dict[str, Any]) -> None:
    """Tell the resource page whether the resource's call has a page."""
    if template == "library/show.html":
        day = values["resource"].call_on
        values["has_call"] = bool(day and current_person() and series_queries.has_call(db, day))


@web.before_pages(bp)
def _add_recording(template: str, values: dict[str, Any]) -> None:
    """Give the pages that show moments of a transcript, and hits in them, the recording that they belong to."""
    if template in {"library/show.html", "library/page.html"}:
        is_moment = values["view"] is not None and values["view"].page.kind is PageKind.MOMENT
        ids = [values["resource"].id] if is_moment else []
    elif template == "search/results.html":
        ids = [hit.resource for hit in values["results"].hits if hit.seconds is not None]
    else:
        return
    values["recordings"] = recordings_queries.recordings_of(db, current_person(), ids) if ids else {}

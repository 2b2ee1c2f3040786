"""What every page of calls starts with: the blueprint, the person, the call of the address."""

from datetime import date
from typing import Any

from flask import Blueprint

from hub.calls.models import Call
from hub.calls.queries import series as series_queries
from hub.core import clock, web
from hub.core.dates import short
from hub.core.errors import NotFound
from hub.core.web import db
from hub.members.login import current_person

bp = Blueprint("calls", __name__)


def day_named(text: str) -> date:
    """Return the day of an address, written 2026-11-16; raises NotFound when it isn't one."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error
    if str(day) != text:
        raise NotFound
    return day


def in_words(day: date) -> str:
    """Return a day as a sentence has it: ``Mon, Nov 16``."""
    return short(day, clock.today(web.config().zone))


def call_named(text: str) -> Call:
    """Return the call of an address; raises NotFound."""
    return series_queries.call_on(db, day_named(text))


@web.before_pages(bp)
def _add_call(template: str, values: dict[str, Any]) -> None:
    """Tell the page of a resource whether the call that it names has a page."""
    if template == "library/show.html":
        day = values["resource"].call_on
        values["has_call"] = bool(day and current_person() and series_queries.is_there_a_call(db, day))

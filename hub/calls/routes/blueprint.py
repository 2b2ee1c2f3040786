"""What every page of calls starts with: the blueprint, the person, the call of the address."""

from datetime import date

from flask import Blueprint

from hub.calls.models import Call
from hub.calls.queries import series as series_queries
from hub.core import clock, web
from hub.core.dates import said
from hub.core.errors import NotFound
from hub.core.web import db

bp = Blueprint("calls", __name__)


def day_named(text: str) -> date:
    """The day of an address, written 2026-11-16; raises NotFound when it isn't one."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error
    if str(day) != text:
        raise NotFound
    return day


def in_words(day: date) -> str:
    """A day as a sentence has it: ``Mon 16 Nov``."""
    return said(day, clock.today(web.config().zone))


def call_named(text: str) -> Call:
    """The call of an address; raises NotFound."""
    return series_queries.call_on(db, day_named(text))


@bp.app_template_global()
def is_there_a_call(day: date) -> bool:
    """Whether a day has a page among the calls, for a resource that names it."""
    return series_queries.is_there_a_call(db, day)

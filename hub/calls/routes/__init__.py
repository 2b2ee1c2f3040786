"""Pages of calls."""

from hub.calls.routes import attending, calendars, pages, presenting, running
from hub.calls.routes.blueprint import bp

__all__ = ["attending", "bp", "calendars", "pages", "presenting", "running"]

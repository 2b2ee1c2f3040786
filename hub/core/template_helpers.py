"""The filters and functions that templates use. Imports no room."""

import secrets
from datetime import date, datetime
from typing import cast
from urllib.parse import urlencode

from flask import Flask, current_app, get_flashed_messages, request
from werkzeug.local import LocalProxy

from config import Config
from hub.core import clock, dates, rendering, unchanged
from hub.core.db import Database
from hub.core.icons import icon
from hub.core.templates import Unindented


def init(app: Flask) -> None:
    """Register the filters and functions for templates."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)

    def local(moment: datetime) -> datetime:
        return moment.astimezone(_config().zone)

    def today() -> date:
        return clock.today(_config().zone)

    app.jinja_env.filters.update(
        day=lambda day: dates.day_markup(day, today()),
        moment=lambda moment: dates.moment_markup(local(moment), today()),
        # For what people in other time zones take part in:
        moment_with_zone=lambda moment: dates.moment_markup(local(moment), today(), with_zone=True),
        # For titles and attributes, which can't contain elements:
        day_words=lambda day: dates.short(day, today()),
        moment_words=lambda moment: dates.moment_short(local(moment), today()),
        time=lambda moment: dates.time_of_day(local(moment) if isinstance(moment, datetime) else moment),
        local_day=lambda moment: local(moment).date(),
        number=dates.number,
        markdown=rendering.markdown,
        plural=dates.plural,
        size=dates.file_size,
    )
    app.jinja_env.globals.update(
        hub_name=LocalProxy(lambda: _config().HUB_NAME),
        max_upload_mb=LocalProxy(lambda: _config().MAX_UPLOAD_MB),
        address_with=address_with,
        has_mail_server=lambda: _config().mail_server is not None,
        icon=icon,
        waiting_messages=_waiting_messages,
        form_id=_form_id,
        public_address=lambda path: _config().BASE_URL + path.rstrip("?"),
        today=today,
    )


def _waiting_messages() -> list[tuple[str, str]]:
    """Return the messages for the page that the person opens next, with their categories.

    What a script or a picture fetches meanwhile shows none of them, so it takes none (Fetch Metadata, W3C).
    """
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return []
    return cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))


def address_with(**changes: object) -> str:
    """Return this page's URL with some query parameters changed; None removes one. The result starts at page 1."""
    query = {name: values for name, values in request.args.lists() if name != "page"}
    for name, value in changes.items():
        query[name] = [] if value is None else [str(v) for v in value] if isinstance(value, list) else [str(value)]
    return f"{request.path}?{urlencode(query, doseq=True)}" if any(query.values()) else request.path


def _form_id() -> str:
    """Return the id of a form on this page, which is another one each time that the page is opened."""
    unchanged.note_one_time_form()
    return secrets.token_urlsafe(16)


def _config() -> Config:
    return cast(Database, current_app.extensions["hub-database"]).config

"""Reports of the alliance, to keep and to send."""

from collections.abc import Callable

from flask import Response

from hub.core import clock, web
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.core.web import db
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission
from hub.overview.queries import board as board_queries
from hub.overview.routes.blueprint import bp
from hub.sharing.queries import reports as reports_queries
from hub.sharing.reports import pdf as pdf_reports
from hub.sharing.reports import tables as tables_reports


@bp.get("/board/reports/<quarter>")
def alliance_report(quarter: str) -> Response:
    """The alliance's quarter (``2026Q3``) to keep: ``?format=pdf`` (as when nothing is said), ``csv`` or ``xlsx``."""
    signed_in(Permission.SEE_BOARD)
    which = _begun(quarter)
    rows = reports_queries.alliance_in(db, which)
    setting = pdf_reports.Setting(web.config().HUB_NAME, web.config().zone, clock.now())
    makers: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: pdf_reports.alliance_as_pdf(rows, which, setting),
        "csv": lambda: tables_reports.alliance_as_csv(rows),
        "xlsx": lambda: tables_reports.alliance_as_xlsx(rows, str(which)),
    }
    return web.to_keep(f"sharing-alliance-{which}", makers)


def _begun(quarter: str) -> Quarter:
    """Return the quarter of an address, once it has begun; raises NotFound otherwise."""
    try:
        which = Quarter.parse(quarter)
    except ValueError as error:
        raise NotFound from error
    if which > board_queries.this_quarter(db):
        raise NotFound
    return which

"""Reports about the alliance as files."""

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
    """Return the alliance's report of a quarter (``2026Q3``) as ``?format=pdf`` (the default), ``csv`` or ``xlsx``."""
    signed_in(Permission.SEE_BOARD)
    period = _started_quarter(quarter)
    rows = reports_queries.alliance_quarter(db, period)
    setting = pdf_reports.Setting(web.config().HUB_NAME, web.config().zone, clock.now())
    makers: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: pdf_reports.alliance_as_pdf(
            rows, period, reports_queries.alliance_reached(db, rows, period), setting
        ),
        "csv": lambda: tables_reports.alliance_as_csv(rows),
        "xlsx": lambda: tables_reports.alliance_as_xlsx(rows, period.label),
    }
    return web.report_download(f"sharing-alliance-{period}", makers)


def _started_quarter(text: str) -> Quarter:
    """Return the quarter in ``text``; raises NotFound if there is none or it is in the future."""
    try:
        quarter = Quarter.parse(text)
    except ValueError as error:
        raise NotFound from error
    if quarter > board_queries.this_quarter(db):
        raise NotFound
    return quarter

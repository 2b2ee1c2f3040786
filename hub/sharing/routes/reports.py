"""Reports of an organization's quarter or year, to keep and to send."""

from collections.abc import Callable

from flask import Response, render_template

from hub.core import clock, web
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.core.web import db
from hub.members.login import signed_in
from hub.sharing.queries import reports as reports_queries
from hub.sharing.reports import pdf as pdf_reports
from hub.sharing.reports import tables as tables_reports
from hub.sharing.routes.blueprint import bp, theirs, this_quarter, whose_record
from hub.sharing.rules.reports import Period


@bp.get("/sharing/reports")
def all_reports() -> str:
    """Every quarter and year since the organization joined, each as PDF, CSV and workbook."""
    person = signed_in()
    organization = whose_record(person)
    first, last = Quarter.of(organization.joined_on), this_quarter()
    years = [Period.of_year(year) for year in range(last.year, first.year - 1, -1)]
    return render_template(
        "sharing/reports.html",
        organization=organization,
        theirs=theirs(person, organization),
        years=years,
        quarters_of=lambda year: [one for one in reversed(year.until(last)) if one >= first],
    )


@bp.get("/sharing/reports/<period>")
def report(period: str) -> Response:
    """One quarter (``2026Q3``) or year (``2026``): ``?format=pdf`` (as when nothing is said), ``csv`` or ``xlsx``."""
    organization = whose_record(signed_in())
    which = period_named(period)
    found = reports_queries.report_of(db, organization, which, this_quarter())
    zone = web.config().zone
    makers: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: pdf_reports.report_as_pdf(found, setting()),
        "csv": lambda: tables_reports.report_as_csv(found, zone),
        "xlsx": lambda: tables_reports.report_as_xlsx(found, zone),
    }
    return web.to_keep(f"sharing-{organization.slug}-{which}", makers)


def period_named(text: str) -> Period:
    """Return the period of an address that has begun; raises NotFound otherwise."""
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise NotFound from error
    if not period.until(this_quarter()):
        raise NotFound
    return period


def setting() -> pdf_reports.Setting:
    """Return what a document says of this hub."""
    return pdf_reports.Setting(web.config().HUB_NAME, web.config().zone, clock.now())

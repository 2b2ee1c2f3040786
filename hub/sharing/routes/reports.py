"""Reports of an organization's quarter or year as PDF, CSV and workbook."""

from collections.abc import Callable

from flask import Response, render_template

from hub.core import clock, web
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.core.web import db
from hub.members.login import signed_in
from hub.sharing.queries import reports as reports_queries
from hub.sharing.queries import titles as titles_queries
from hub.sharing.reports import pdf as pdf_reports
from hub.sharing.reports import tables as tables_reports
from hub.sharing.routes.blueprint import bp, other_slug, requested_organization, this_quarter
from hub.sharing.rules.reports import Period


@bp.get("/sharing/reports")
@web.open_after_leaving
def all_reports() -> str:
    """List the reports of every quarter and year since the organization joined."""
    person = signed_in()
    organization = requested_organization(person)
    first, last = Quarter.of(organization.membership.first_day), this_quarter()
    years = [Period.of_year(year) for year in range(last.year, first.year - 1, -1)]
    return render_template(
        "sharing/reports.html",
        organization=organization,
        other_slug=other_slug(person, organization),
        years=years,
        quarters_of=lambda year: [quarter for quarter in reversed(year.until(last)) if quarter >= first],
    )


@bp.get("/sharing/reports/<period>")
@web.open_after_leaving
def report(period: str) -> Response:
    """Download the report of a quarter (``2026Q3``) or year (``2026``): ``?format=pdf`` (default), ``csv``, ``xlsx``."""
    person = signed_in()
    organization = requested_organization(person)
    selected = period_from_url(period)
    contents = reports_queries.report_of(db, organization, selected, this_quarter())
    hidden = titles_queries.hidden_titles(db, person, organization)
    titles_queries.hide_titles((line.event for line in contents.lines), hidden)
    titles_queries.hide_titles((item for each in contents.confirmations for item in each.items), hidden)
    zone = web.config().zone
    makers: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: pdf_reports.report_as_pdf(contents, setting()),
        "csv": lambda: tables_reports.report_as_csv(contents, zone),
        "xlsx": lambda: tables_reports.report_as_xlsx(contents, zone),
    }
    return web.report_download(f"sharing-{organization.slug}-{selected}", makers)


def period_from_url(text: str) -> Period:
    """Return the period in a URL; raises NotFound if it isn't one or hasn't started."""
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise NotFound from error
    if not period.until(this_quarter()):
        raise NotFound
    return period


def setting() -> pdf_reports.Setting:
    """Return the hub's name and time for a document's header."""
    return pdf_reports.Setting(web.config().HUB_NAME, web.config().zone, clock.now())

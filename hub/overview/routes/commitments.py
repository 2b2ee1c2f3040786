"""Commitments: the table on the board, reports, and the next steps on home."""

from collections.abc import Callable

from flask import Response, render_template, request

from hub.calls.queries import series as series_queries
from hub.calls.queries import yours as yours_queries
from hub.core import clock, web
from hub.core.dates import short
from hub.core.errors import NotFound
from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may
from hub.overview import reports as overview_reports
from hub.overview.queries import commitments as commitments_queries
from hub.overview.routes.blueprint import bp
from hub.overview.rules.next_steps import CommitmentsNow, next_steps
from hub.sharing.queries.quarters import YourQuarter
from hub.sharing.reports.pdf import Setting


def next_steps_for(person: Person, current: YourQuarter, previous: YourQuarter, calls: yours_queries.YourCalls) -> str:
    """Return the next steps of the person's organization in words; "" for the host, which has no commitments."""
    if calls.attended is None:
        return ""
    planned, today = calls.planned, clock.today(web.config().zone)
    commitments = CommitmentsNow(
        quarter=previous.quarter,
        standing=previous.standing,
        current_standing=current.standing,
        may_confirm=may(person, Permission.CONFIRM, person.organization),
        attended=calls.attended,
        presentation=calls.presentation,
        year=today.year,
        open_slots=calls.free,
        presents_on=short(planned.call.day, today) if planned else "",
        has_deck=bool(planned and planned.slot.has_deck),
    )
    return next_steps(commitments)


def commitments_page(kind: OrganizationKind | None) -> str | Response:
    """Show the commitments of all organizations in a year: ``&year=&kind=&behind=1&format=pdf|csv|xlsx``."""
    year, years = requested_year()
    only_behind = request.args.get("behind") == "1"
    table = commitments_queries.commitments(db, year, kind, only_behind=only_behind)
    if request.args.get("format"):
        return _report(table, "The alliance", f"commitments-{year}")
    return render_template(
        "overview/commitments.html",
        table=table,
        years=years,
        kind=kind,
        only_behind=only_behind,
        OrganizationKind=OrganizationKind,
    )


def requested_year() -> tuple[int, list[int]]:
    """Return the year of ``?year=``, by default the current one; and the years to choose from."""
    current = clock.today(web.config().zone).year
    years = sorted({*(year for year in series_queries.years(db) if year <= current), current}, reverse=True)
    year = request.args.get("year", current, type=int)
    return (year if year in years else current), years


@bp.get("/commitments/<int:year>")
@web.open_after_leaving
def commitments_report(year: int) -> Response:
    """Return a report of one organization's year (``?organization=``, by default the person's own; ``?format=``)."""
    person = signed_in()
    slug = request.args.get("organization", "") or person.organization.slug
    organization = members_queries.organization_for(db, person, slug, Permission.SEE_RECORD)
    current = clock.today(web.config().zone).year
    if organization.kind is OrganizationKind.HOST or not organization.membership.first_day.year <= year <= current:
        raise NotFound
    row = commitments_queries.commitments_of(db, organization, year)
    table = commitments_queries.YearCommitments(year, commitments_queries.quarters_of_year(db, year), (row,))
    return _report(table, organization.name, f"commitments-{organization.slug}-{year}")


def _report(table: commitments_queries.YearCommitments, whose: str, name: str) -> Response:
    """Return the report as ``?format=pdf`` (the default), ``csv`` or ``xlsx``."""
    setting = Setting(web.config().HUB_NAME, web.config().zone, clock.now())
    makers: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: overview_reports.commitments_as_pdf(table, setting, whose=whose),
        "csv": lambda: overview_reports.commitments_as_csv(table),
        "xlsx": lambda: overview_reports.commitments_as_xlsx(table),
    }
    return web.report_download(name, makers)

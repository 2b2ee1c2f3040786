"""The three commitments: on the board, and what is open of them on home."""

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
from hub.overview.rules.next_steps import Open, what_is_next
from hub.sharing.queries.quarters import YourQuarter
from hub.sharing.reports.pdf import Setting


def what_comes_next(person: Person, yours: YourQuarter, before: YourQuarter, on_calls: yours_queries.YourCalls) -> str:
    """Return what is open of the commitments of the person's organization; nothing for the host."""
    if on_calls.attended is None:
        return ""
    planned, today = on_calls.planned, clock.today(web.config().zone)
    state = Open(
        quarter=before.quarter,
        standing=before.standing,
        so_far=yours.standing,
        may_confirm=may(person, Permission.CONFIRM, person.organization),
        attended=on_calls.attended,
        presentation=on_calls.presentation,
        year=today.year,
        free_slots=on_calls.free,
        presents_on=short(planned.call.day, today) if planned else "",
        deck_is_there=bool(planned and planned.resource_id),
    )
    return what_is_next(state)


def commitments_page(kind: OrganizationKind | None) -> str | Response:
    """Return all three commitments per organization of a year: ``&year=&kind=&behind=1&format=pdf|csv|xlsx``."""
    year, years = year_asked()
    only_behind = request.args.get("behind") == "1"
    found = commitments_queries.commitments(db, year, kind, only_behind=only_behind)
    if request.args.get("format"):
        return _to_keep(found, web.config().HUB_NAME, f"commitments-{year}")
    return render_template(
        "overview/commitments.html",
        found=found,
        years=years,
        kind=kind,
        only_behind=only_behind,
        OrganizationKind=OrganizationKind,
    )


def year_asked() -> tuple[int, list[int]]:
    """Return the year that is asked for (``?year=``), else this one; and those that can be."""
    this = clock.today(web.config().zone).year
    years = sorted({*(year for year in series_queries.years(db) if year <= this), this}, reverse=True)
    asked = request.args.get("year", this, type=int)
    return (asked if asked in years else this), years


@bp.get("/commitments/<int:year>")
def commitments_report(year: int) -> Response:
    """One organization's three commitments in a year to keep (``?organization=``, else one's own; ``?format=``)."""
    person = signed_in()
    slug = request.args.get("organization", "") or person.organization.slug
    organization = members_queries.organization_for(db, person, slug, Permission.SEE_RECORD)
    this = clock.today(web.config().zone).year
    if organization.kind is OrganizationKind.HOST or not organization.joined_on.year <= year <= this:
        raise NotFound
    row = commitments_queries.commitments_of(db, organization, year)
    found = commitments_queries.CommitmentsOfAYear(year, commitments_queries.quarters_of_year(db, year), (row,))
    return _to_keep(found, organization.name, f"commitments-{organization.slug}-{year}")


def _to_keep(found: commitments_queries.CommitmentsOfAYear, whose: str, name: str) -> Response:
    """Return the year as ``?format=pdf`` (as when nothing is said), ``csv`` or ``xlsx``."""
    setting = Setting(web.config().HUB_NAME, web.config().zone, clock.now())
    makers: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: overview_reports.commitments_as_pdf(found, setting, whose=whose),
        "csv": lambda: overview_reports.commitments_as_csv(found),
        "xlsx": lambda: overview_reports.commitments_as_xlsx(found),
    }
    return web.to_keep(name, makers)

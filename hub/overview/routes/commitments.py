"""The three commitments: on the board, and what is open of them on home."""

from flask import Response, render_template, request

from hub.calls import queries as calls
from hub.core import clock, web
from hub.core.dates import said
from hub.core.tables import csv_of
from hub.core.web import db
from hub.members.models import Person
from hub.members.rules import OrganizationKind, Permission, may
from hub.overview import queries
from hub.overview.rules import Open, what_is_next
from hub.sharing.queries.quarters import YourQuarter


def what_comes_next(person: Person, yours: YourQuarter, before: YourQuarter, on_calls: calls.YourCalls) -> str:
    """What is open of the commitments of the person's organization; nothing for the host."""
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
        presents_on=said(planned.call.day, today) if planned else "",
        deck_is_there=bool(planned and planned.resource_id),
    )
    return what_is_next(state)


def commitments_page(kind: OrganizationKind | None) -> str | Response:
    """All three commitments per organization of a year: ``&year=&kind=&behind=1&format=csv``."""
    year, years = year_asked()
    only_behind = request.args.get("behind") == "1"
    found = queries.commitments(db, year, kind, only_behind=only_behind)
    if request.args.get("format") == "csv":
        return _as_csv(found)
    return render_template(
        "overview/commitments.html",
        found=found,
        years=years,
        kind=kind,
        only_behind=only_behind,
        OrganizationKind=OrganizationKind,
    )


def year_asked() -> tuple[int, list[int]]:
    """The year that is asked for (``?year=``), else this one; and those that can be."""
    this = clock.today(web.config().zone).year
    years = sorted({*(year for year in calls.years(db) if year <= this), this}, reverse=True)
    asked = request.args.get("year", this, type=int)
    return (asked if asked in years else this), years


def _as_csv(found: queries.CommitmentsOfAYear) -> Response:
    header = ["organization", "name", "kind", "calls attended", "calls held", "calls", "presentation"]
    rows = [
        [
            row.organization.slug, row.organization.name, row.organization.kind, row.attended.attended,
            row.attended.held, row.attended.keeping, row.presentation, *row.quarters,
        ]
        for row in found.rows
    ]  # fmt: skip
    return Response(
        csv_of([*header, *(str(quarter) for quarter in found.quarters)], rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename=commitments-{found.year}.csv"},
    )

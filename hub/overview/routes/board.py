"""The board: all organizations by quarter, and one organization in detail."""

from flask import Response, render_template, request

from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import presentations as presentations_queries
from hub.calls.rules.commitment import forecast
from hub.core import clock, web
from hub.core.tables import csv_of
from hub.core.web import db, one_of
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission
from hub.overview.queries import board as board_queries
from hub.overview.queries import commitments as commitments_queries
from hub.overview.routes.blueprint import bp
from hub.overview.routes.commitments import commitments_page, requested_year
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.rules.reminders import needs_reminder
from hub.sharing.rules.standing import Standing


@bp.get("/board")
def board() -> str | Response:
    """Show organizations × the last eight quarters; ``?kind=&standing=&format=csv``; ``?view=commitments&year=``."""
    signed_in(Permission.SEE_BOARD)
    kind = one_of(OrganizationKind, request.args.get("kind", ""))
    if request.args.get("view") == "commitments":
        return commitments_page(kind)
    chosen = request.args.get("standing", "")
    standing, only_behind = one_of(Standing, chosen), chosen == "behind"
    table = board_queries.board(db, kind, standing, only_behind=only_behind)
    if request.args.get("format") == "csv":
        return _board_as_csv(table)
    resources, topics = board_queries.most_shared(db, table.quarters[-1], signed_in())
    return render_template(
        "overview/board.html",
        board=table,
        kind=kind,
        standing=standing,
        only_behind=only_behind,
        Standing=Standing,
        OrganizationKind=OrganizationKind,
        resources=resources,
        topics=topics,
    )


def _board_as_csv(table: board_queries.Board) -> Response:
    header = ["Organization ID", "Organization", "Kind", *(quarter.label for quarter in table.quarters)]
    rows = [[row.organization.slug, row.organization.name, row.kind, *row.standings] for row in table.rows]
    web.store_nowhere()
    return Response(
        csv_of(header, rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename=board-{table.quarters[-1]}.csv"},
    )


@bp.get("/board/<slug>")
def organization(slug: str) -> str:
    """Show one organization: its standings with their evidence, and its commitments in a year."""
    signed_in(Permission.SEE_BOARD)
    member = members_queries.organization_of(db, slug)
    quarters = board_queries.this_quarter(db).back(board_queries.QUARTERS_ON_BOARD)
    year, years = requested_year()
    commitments = commitments_queries.commitments_of(db, member, year)
    now, presentations = clock.now(), presentations_queries.of_organization(db, member)
    rows, today = quarters_queries.quarters_of(db, member, quarters), clock.today(web.config().zone)
    return render_template(
        "overview/organization.html",
        organization=member,
        year=year,
        years=years,
        commitments=commitments,
        forecast=forecast(commitments.attended),
        history=attendance_queries.history_of(db, member, year, now),
        presentations=presentations,
        statuses=presentations_queries.statuses(db, presentations, now),
        people=members_queries.people_of(db, member),
        quarters=rows,
        remind_for=next(
            (row.quarter for row in rows[:2] if needs_reminder(row.standing, member.membership, today)), None
        ),
    )

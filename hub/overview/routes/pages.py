"""Home, the board, the audit, and the health page."""

import sqlite3
from datetime import timedelta
from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hub.calls.queries import attendance as attendance_queries
from hub.calls.queries import presentations as presentations_queries
from hub.calls.queries import yours as yours_queries
from hub.calls.rules.commitment import forecast
from hub.core import clock, pulse, web
from hub.core.tables import csv_of
from hub.core.web import db, one_of, page_number
from hub.joining import queries as joining_queries
from hub.library import queries as library_queries
from hub.library.extract.reader import READER_VERSION
from hub.mail import queries as mail_queries
from hub.members import queries as members_queries
from hub.members.login import current_person, safe_next, signed_in
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission, may
from hub.overview.queries import board as board_queries
from hub.overview.queries import commitments as commitments_queries
from hub.overview.queries import setup as setup_queries
from hub.overview.routes.blueprint import bp
from hub.overview.routes.commitments import commitments_page, what_comes_next, year_asked
from hub.overview.rules import audit_words
from hub.search import index
from hub.search.queries import news as news_queries
from hub.search.queries import searches as searches_queries
from hub.search.routes import visiting as visiting_routes
from hub.search.routes.searches import lines_of
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.rules.standing import Standing

NEWEST = 10
QUARTERS_ON_HOME = 4
TOLD_OF_TROUBLES = timedelta(days=14)


@bp.get("/")
@web.public
def home() -> str | Response:
    """Where everybody starts: your quarter and what is new; for visitors, what is public."""
    person = current_person()
    newest = library_queries.newest(db, person, NEWEST)
    if person is None:
        return render_template("overview/welcome.html", newest=newest)
    quarter = board_queries.this_quarter(db)
    board = board_queries.board(db) if may(person, Permission.SEE_BOARD) else None
    seen = visiting_routes.seen_by(person)
    since = seen.since(clock.now()) if seen else None
    saved = searches_queries.saved_of(db, person)
    yours, before = (
        quarters_queries.your_quarter(db, person, quarter),
        quarters_queries.your_quarter(db, person, quarter.previous),
    )
    on_calls = yours_queries.your_calls(db, person, clock.today(web.config().zone), clock.now())
    page = render_template(
        "overview/home.html",
        newest=newest,
        new={resource.id for resource in newest if news_queries.is_new(resource, person, since)},
        saved=lines_of(saved, news_queries.new_in(db, person, saved)),
        yours=yours,
        before=before,
        strip=quarters_queries.quarters_of(db, person.organization, quarter.back(QUARTERS_ON_HOME)[::-1]),
        to_vote_on=joining_queries.waiting_for(db, person),
        undelivered=mail_queries.troubles_caused_by(db, person.id, clock.now() - TOLD_OF_TROUBLES),
        on_calls=on_calls,
        next_sentence=what_comes_next(person, yours, before, on_calls),
        board=board,
        guide=setup_queries.steps_done(db) if may(person, Permission.SET_UP) else None,
        behind=board_queries.behind(board) if board else [],
    )
    answer = make_response(page)
    visiting_routes.note_after(answer, person, seen)
    return answer


@bp.get("/board")
def board() -> str | Response:
    """Organizations × the last eight quarters; ``?kind=&standing=&format=csv``; ``?view=commitments&year=``."""
    signed_in(Permission.SEE_BOARD)
    kind = one_of(OrganizationKind, request.args.get("kind", ""))
    if request.args.get("view") == "commitments":
        return commitments_page(kind)
    standing = one_of(Standing, request.args.get("standing", ""))
    found = board_queries.board(db, kind, standing)
    if request.args.get("format") == "csv":
        return _board_as_csv(found)
    resources, topics = board_queries.most_shared(db, found.quarters[-1], signed_in())
    return render_template(
        "overview/board.html",
        board=found,
        kind=kind,
        standing=standing,
        Standing=Standing,
        OrganizationKind=OrganizationKind,
        resources=resources,
        topics=topics,
    )


def _board_as_csv(found: board_queries.Board) -> Response:
    header = ["organization", "name", "kind", *(str(quarter) for quarter in found.quarters)]
    rows = [[row.organization.slug, row.organization.name, row.organization.kind, *row.standings] for row in found.rows]
    return Response(
        csv_of(header, rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename=board-{found.quarters[-1]}.csv"},
    )


@bp.get("/board/<slug>")
def organization(slug: str) -> str:
    """One organization: its standings quarter by quarter, with what each rests on."""
    signed_in(Permission.SEE_BOARD)
    one = members_queries.organization_of(db, slug)
    quarters = board_queries.this_quarter(db).back(board_queries.QUARTERS_ON_BOARD)
    year, years = year_asked()
    commitments = commitments_queries.commitments_of(db, one, year)
    return render_template(
        "overview/organization.html",
        organization=one,
        year=year,
        years=years,
        commitments=commitments,
        forecast=forecast(commitments.attended),
        history=attendance_queries.history_of(db, one, year, clock.now()),
        presentations=presentations_queries.of_organization(db, one),
        people=members_queries.people_of(db, one),
        quarters=quarters_queries.quarters_of(db, one, quarters),
    )


bp.add_app_template_global(audit_words)


@bp.get("/audit")
def audit() -> str:
    """Who changed what, newest first; ``?q=`` filters."""
    signed_in(Permission.SEE_AUDIT)
    page = page_number()
    words = request.args.get("q", "").strip()[:200]
    entries, total = board_queries.audit_entries(db, words, page)
    pages = web.page_count(total, board_queries.ENTRIES_PER_PAGE)
    return render_template("overview/audit.html", entries=entries, total=total, page=page, pages=pages, words=words)


@bp.app_context_processor
def _look() -> dict[str, str]:
    """Light or dark, if the person chose; empty means as their system has it."""
    chosen = request.cookies.get("hub_look", "")
    return {"look": chosen if chosen in {"light", "dark"} else ""}


@bp.post("/look")
@web.public
def choose_look() -> Response:
    """Remember light, dark, or as the system has it, on this browser."""
    chosen = request.form.get("look", "")
    answer = redirect(safe_next(request.form.get("next")))
    if chosen in {"light", "dark"}:
        answer.set_cookie("hub_look", chosen, max_age=365 * 86_400, httponly=True, samesite="Lax")
    else:
        answer.delete_cookie("hub_look")
    return answer  # type: ignore[return-value]


@bp.get("/healthz")
@web.public
def healthz() -> tuple[Response, int]:
    """The state of database, index and worker as JSON; 503 when the hub can't serve."""
    state: dict[str, Any] = {"database": _database_state(), "index": "unknown", "worker": "unknown"}
    serves = state["database"]["state"] == "ok"
    if serves:
        state["index"] = index.state(web.config())
        state["worker"] = {
            "state": "ok" if pulse.is_alive(db) else "silent",
            "files_waiting": library_queries.waiting(db, READER_VERSION),
        }
    state["status"] = "ok" if serves else "down"
    return jsonify(state), 200 if serves else 503


def _database_state() -> dict[str, str]:
    kind = db.get_bind().dialect.name
    try:
        db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"state": "unreachable", "kind": kind}
    version = {"version": sqlite3.sqlite_version} if kind == "sqlite" else {}
    return {"state": "ok", "kind": kind} | version

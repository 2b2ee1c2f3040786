"""Home, the board, the audit, and the health page."""

import sqlite3
from datetime import timedelta
from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hub.calls import queries as calls
from hub.calls.rules import forecast
from hub.core import clock, outbox, pulse, web
from hub.core.tables import csv_of
from hub.core.web import db
from hub.library import queries as library
from hub.library.extract import READER_VERSION
from hub.members import queries as members
from hub.members.login import safe_next
from hub.members.rules import OrganizationKind, Permission, may
from hub.overview import queries
from hub.overview.queries import joining
from hub.overview.routes.blueprint import bp, must, one_of, page_number
from hub.overview.routes.commitments import commitments_page, what_comes_next, year_asked
from hub.overview.rules.audit import audit_words
from hub.search import index
from hub.search import queries as search
from hub.search.routes import visiting
from hub.search.routes.keeping import lines_of
from hub.sharing import queries as sharing
from hub.sharing.rules import Standing

NEWEST = 10
QUARTERS_ON_HOME = 4
TOLD_OF_TROUBLES = timedelta(days=14)


@bp.get("/")
@web.public
def home() -> str | Response:
    """Where everybody starts: your quarter and what is new; for visitors, what is public."""
    person = web.signed_in()
    newest = library.newest(db, person, NEWEST)
    if person is None:
        return render_template("overview/welcome.html", newest=newest)
    quarter = queries.this_quarter(db)
    board = queries.board(db) if may(person, Permission.SEE_BOARD) else None
    seen = visiting.seen_by(person)
    since = seen.since(clock.now()) if seen else None
    saved = search.saved_of(db, person)
    yours, before = sharing.your_quarter(db, person, quarter), sharing.your_quarter(db, person, quarter.previous)
    on_calls = calls.your_calls(db, person, clock.today(web.config().zone), clock.now())
    page = render_template(
        "overview/home.html",
        newest=newest,
        new={resource.id for resource in newest if search.is_new(resource, person, since)},
        saved=lines_of(saved, search.new_in(db, person, saved)),
        yours=yours,
        before=before,
        strip=sharing.quarters_of(db, person.organization, quarter.back(QUARTERS_ON_HOME)[::-1]),
        to_vote_on=joining.waiting_for(db, person),
        undelivered=outbox.troubles_caused_by(db, person.id, clock.now() - TOLD_OF_TROUBLES),
        on_calls=on_calls,
        next_sentence=what_comes_next(person, yours, before, on_calls),
        board=board,
        guide=queries.steps_done(db) if may(person, Permission.SET_UP) else None,
        behind=queries.behind(board) if board else [],
    )
    answer = make_response(page)
    visiting.note_after(answer, person, seen)
    return answer


@bp.get("/board")
def board() -> str | Response:
    """Organizations × the last eight quarters; ``?kind=&standing=&format=csv``; ``?view=commitments&year=``."""
    must(Permission.SEE_BOARD)
    kind = one_of(OrganizationKind, request.args.get("kind", ""))
    if request.args.get("view") == "commitments":
        return commitments_page(kind)
    standing = one_of(Standing, request.args.get("standing", ""))
    found = queries.board(db, kind, standing)
    if request.args.get("format") == "csv":
        return _board_as_csv(found)
    resources, topics = queries.most_shared(db, found.quarters[-1], web.signed_in())
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


def _board_as_csv(found: queries.Board) -> Response:
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
    must(Permission.SEE_BOARD)
    one = members.organization_of(db, slug)
    quarters = queries.this_quarter(db).back(queries.QUARTERS_ON_BOARD)
    year, years = year_asked()
    commitments = queries.commitments_of(db, one, year)
    return render_template(
        "overview/organization.html",
        organization=one,
        year=year,
        years=years,
        commitments=commitments,
        forecast=forecast(commitments.attended),
        history=calls.history_of(db, one, year, clock.now()),
        presentations=calls.of_organization(db, one),
        people=members.people_of(db, one),
        quarters=sharing.quarters_of(db, one, quarters),
    )


bp.add_app_template_global(audit_words)


@bp.get("/audit")
def audit() -> str:
    """Who changed what, newest first; ``?q=`` filters."""
    must(Permission.SEE_AUDIT)
    page = page_number()
    words = request.args.get("q", "").strip()[:200]
    entries, total = queries.audit_entries(db, words, page)
    pages = web.page_count(total, queries.ENTRIES_PER_PAGE)
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
            "files_waiting": library.waiting(db, READER_VERSION),
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

"""Pages of sessions: where a person is signed in."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from hub.core import clock
from hub.core.web import db
from hub.members import browser_sessions, login
from hub.members import queries as members_queries
from hub.members.actions import sessions as sessions_actions
from hub.members.login import signed_in
from hub.members.routes.blueprint import bp
from hub.members.rules.permissions import Permission


@bp.get("/account/sessions")
def sessions() -> str:
    """List where the person is signed in."""
    person, current = signed_in(), login.current_session()
    rows = members_queries.sessions_of(db, person, clock.now())
    return render_template(
        "members/sessions.html",
        rows=sorted(rows, key=lambda row: current is None or row.id != current.id),
        current=current,
        limits=members_queries.session_limits(db),
        most=members_queries.MOST_SESSIONS,
    )


@bp.post("/account/sessions/<int:number>/end")
def end_session(number: int) -> Any:
    """End one of the person's sessions; ending this one is signing out."""
    row = members_queries.session_for(db, signed_in(), number)
    current = login.current_session()
    if current is not None and row.id == current.id:
        browser_sessions.end_session()
        return redirect(url_for("overview.home"))
    sessions_actions.end_own(db, row)
    flash("You’re signed out there.")
    return redirect(url_for("members.sessions"))


@bp.post("/people/<int:person_id>/sessions/end")
def end_sessions_of(person_id: int) -> Any:
    """End all sessions of a person."""
    actor = signed_in(Permission.END_SESSIONS)
    subject = members_queries.person_for(db, actor, person_id, Permission.END_SESSIONS)
    sessions_actions.end_for(db, actor, subject, login.origin())
    flash(f"{subject.name} is signed out in every browser.")
    return redirect(url_for("members.person", person_id=subject.id))

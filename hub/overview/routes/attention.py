"""The list of files that weren't read in full."""

from flask import render_template, request

from hub.core import web
from hub.core.web import db, one_of, page_number
from hub.library.rules import State
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission, Scope, scope_of
from hub.overview.queries import attention as attention_queries
from hub.overview.routes.blueprint import bp


@bp.get("/attention")
def attention() -> str:
    """List the files that weren't read in full, newest first; ``?state=&page=``. People see their own organization's."""
    person, page = signed_in(Permission.CHANGE), page_number()
    state = one_of(State, request.args.get("state", ""))
    counts = attention_queries.counts(db, person)
    total = sum(counts.values()) if state is None else counts.get(state, 0)
    return render_template(
        "overview/attention.html",
        entries=attention_queries.unread(db, person, state, page),
        counts=counts,
        state=state,
        page=page,
        pages=web.page_count(total, attention_queries.PER_PAGE),
        sees_all=scope_of(person, Permission.CHANGE) is Scope.ALL,
    )

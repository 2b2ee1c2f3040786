"""The health check, for monitoring."""

import sqlite3
from typing import Any

from flask import Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hub.core import heartbeats, web
from hub.core.web import db
from hub.library import queries as library_queries
from hub.library.extract.reader import READER_VERSION
from hub.overview.routes.blueprint import bp
from hub.search import index


@bp.get("/healthz")
@web.public
def healthz() -> tuple[Response, int]:
    """Return the state of database, index and worker as JSON, with status 503 if the hub can't serve pages."""
    state: dict[str, Any] = {"database": _database_state(), "index": "unknown", "worker": "unknown"}
    is_serving = state["database"]["state"] == "ok"
    if is_serving:
        state["index"] = index.state(web.config())
        state["worker"] = {
            "state": "ok" if heartbeats.is_alive(db) else "silent",
            "files_waiting": library_queries.waiting(db, READER_VERSION),
        }
    state["status"] = "ok" if is_serving else "down"
    return jsonify(state), 200 if is_serving else 503


def _database_state() -> dict[str, str]:
    kind = db.get_bind().dialect.name
    try:
        db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"state": "unreachable", "kind": kind}
    version = {"version": sqlite3.sqlite_version} if kind == "sqlite" else {}
    return {"state": "ok", "kind": kind} | version

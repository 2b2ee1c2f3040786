"""The audit log."""

from flask import render_template, request

from hub.core import web
from hub.core.web import db, page_number
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission
from hub.overview.queries import audit as audit_queries
from hub.overview.routes.blueprint import bp
from hub.overview.rules.audit import audit_label, audit_words

bp.add_app_template_global(audit_label)
bp.add_app_template_global(audit_words)


@bp.get("/audit")
def audit() -> str:
    """Show the audit log, newest first; ``?q=`` filters."""
    signed_in(Permission.SEE_AUDIT)
    page = page_number()
    words = request.args.get("q", "").strip()[:200]
    entries, total = audit_queries.audit_entries(db, words, page)
    pages = web.page_count(total, audit_queries.ENTRIES_PER_PAGE)
    return render_template("overview/audit.html", entries=entries, total=total, page=page, pages=pages, words=words)

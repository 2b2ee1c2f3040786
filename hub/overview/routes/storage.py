"""The coordinator's page about storage and the virus scanner."""

from flask import render_template

from hub.core import web
from hub.core.web import db
from hub.library.derive.previews import budget
from hub.library.files import space
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission
from hub.overview.queries import storage as storage_queries
from hub.overview.routes.blueprint import bp


@bp.get("/storage")
def storage() -> str:
    """Show what each organization's files use, the free space, and the results of virus checks."""
    signed_in(Permission.SEE_STORAGE)
    config = web.config()
    return render_template(
        "overview/storage.html",
        uses=storage_queries.uses(db),
        disk=storage_queries.disk(config),
        previews=budget.figures(config),
        quota=config.UPLOAD_QUOTA_MB * space.MEGABYTE,
        scans=storage_queries.scans(db),
        has_scanner=bool(config.CLAMD),
    )

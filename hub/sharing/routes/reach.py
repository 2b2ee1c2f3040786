"""The reach of a resource, for its publisher."""

from flask import render_template

from hub.core.web import db
from hub.library import queries as library_queries
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission
from hub.sharing.queries import reach as reach_queries
from hub.sharing.routes.blueprint import bp


@bp.get("/resources/<int:resource_id>/reach")
def reach(resource_id: int) -> str:
    """Show how many organizations, regions and people the resource reached, without names."""
    resource = library_queries.get_for(db, signed_in(), resource_id, Permission.SEE_REACH)
    return render_template("sharing/reach.html", resource=resource, reach=reach_queries.reach_of_resource(db, resource))

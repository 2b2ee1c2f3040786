"""Everything the hub has about a person, as a file for them, and erasing a person who asks for it."""

from flask import flash, redirect, render_template, request, url_for

from hub.core import web
from hub.core.web import Answer, db
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission
from hub.overview import actions as overview_actions
from hub.overview import reports as overview_reports
from hub.overview.queries import personal_data as personal_data_queries
from hub.overview.routes.blueprint import bp


@bp.get("/account/data")
def own_data() -> Answer:
    """Download everything the hub has about the signed-in person."""
    person = signed_in()
    held = personal_data_queries.held_of(db, person)
    content, _count = overview_reports.personal_data(person, held, web.config())
    return web.as_attachment(content, "application/zip", "your-data.zip")


@bp.route("/people/<int:person_id>/erase", methods=["GET", "POST"])
def erase(person_id: int) -> Answer:
    """Show what erasing a person deletes and keeps; a POST erases them."""
    actor = signed_in()
    person = members_queries.person_for(db, actor, person_id, Permission.ERASE_PEOPLE)
    if request.method == "POST":
        former = overview_actions.erase_person(db, actor, person)
        flash(f"Erased. The hub now calls them “{former}.”")
        return redirect(url_for("members.people"))
    return render_template(
        "overview/erase.html",
        about=person,
        lines=personal_data_queries.counts_of(db, person),
        former=personal_data_queries.called_after_erasing(db, person),
    )

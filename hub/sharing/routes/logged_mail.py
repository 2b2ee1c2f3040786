"""The page of an email that was copied to a log address."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from hub.core import web
from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission, may
from hub.sharing.actions import logged_mail as logged_mail_actions
from hub.sharing.queries import logged_mail as logged_mail_queries
from hub.sharing.queries import titles as titles_queries
from hub.sharing.routes.blueprint import bp, other_slug


@bp.get("/sharing/mails/<int:mail_id>")
@web.open_after_leaving
def mail(mail_id: int) -> str:
    """Show what was logged from an email, with links to correct it."""
    person = signed_in()
    logged = logged_mail_queries.mail_for(db, person, mail_id)
    organization = members_queries.organization_by_id(db, logged.organization_id)
    lines = logged_mail_queries.entries_of_mail(db, organization, logged)
    titles_queries.hide_titles((line.event for line in lines), titles_queries.hidden_titles(db, person, organization))
    return render_template(
        "sharing/logged_email.html",
        mail=logged,
        organization=organization,
        other_slug=other_slug(person, organization),
        lines=lines,
        may_correct=may(person, Permission.DECLARE, logged),
    )


@bp.post("/sharing/mails/<int:mail_id>/dismiss")
def dismiss_mail(mail_id: int) -> Response:
    """Mark an email as having no hub resource."""
    person = signed_in()
    logged_mail_actions.dismiss_mail(db, person, logged_mail_queries.mail_for(db, person, mail_id))
    flash("Email dismissed. It won’t come up again.")
    return redirect(url_for(".mail", mail_id=mail_id))

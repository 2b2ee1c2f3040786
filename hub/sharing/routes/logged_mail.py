"""What was logged of a copied mail, and how to correct it."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission, may
from hub.sharing.actions import logged_mail as logged_mail_actions
from hub.sharing.queries import logged_mail as logged_mail_queries
from hub.sharing.routes.blueprint import bp, theirs


@bp.get("/sharing/mails/<int:mail_id>")
def mail(mail_id: int) -> str:
    """What was logged of a mail, and how to correct it."""
    person = signed_in()
    found = logged_mail_queries.mail_for(db, person, mail_id)
    organization = members_queries.organization_by_id(db, found.organization_id)
    return render_template(
        "sharing/mail.html",
        mail=found,
        organization=organization,
        theirs=theirs(person, organization),
        lines=logged_mail_queries.lines_of_mail(db, organization, found),
        may_correct=may(person, Permission.DECLARE, found),
    )


@bp.post("/sharing/mails/<int:mail_id>/dismiss")
def dismiss_mail(mail_id: int) -> Response:
    """Nothing of the hub was in the mail: no one asks again."""
    person = signed_in()
    logged_mail_actions.dismiss_mail(db, person, logged_mail_queries.mail_for(db, person, mail_id))
    flash("Noted: nothing of the hub was in it.")
    return redirect(url_for(".mail", mail_id=mail_id))

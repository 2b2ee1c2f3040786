"""The log address of a person, and what came to it."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from hub.core import web
from hub.core.errors import Refused
from hub.core.web import db
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission, may
from hub.sharing.actions import incoming as incoming_actions
from hub.sharing.queries import incoming as incoming_queries
from hub.sharing.routes.blueprint import bp, theirs
from hub.sharing.rules.incoming import log_address


@bp.get("/sharing/log-address")
def log_address_page() -> str:
    """The person's secret address, how to use it, and what came to it."""
    person, domain = signed_in(), web.config().MAIL_DOMAIN
    found = incoming_queries.log_address_of(db, person)
    return render_template(
        "sharing/log_address.html",
        domain=domain,
        address=log_address(found.token, domain) if found and domain else "",
        since=found.created_at if found else None,
        mails=incoming_queries.mails_of(db, person),
    )


@bp.post("/sharing/log-address")
def new_log_address() -> Response:
    """Make the address, or a new one: the old one takes nothing more."""
    if not web.config().MAIL_DOMAIN:
        raise Refused("Log addresses are off in this hub: its operator can turn them on.")
    incoming_actions.new_log_address(db, signed_in())
    flash("Your log address is ready. Put it into BCC.")
    return redirect(url_for(".log_address_page"))


@bp.post("/sharing/log-address/end")
def end_log_address() -> Response:
    """The address takes nothing more."""
    incoming_actions.end_log_address(db, signed_in())
    flash("Your log address takes nothing more.")
    return redirect(url_for(".log_address_page"))


@bp.get("/sharing/mails/<int:mail_id>")
def mail(mail_id: int) -> str:
    """What was logged of a mail, and how to correct it."""
    person = signed_in()
    found = incoming_queries.mail_for(db, person, mail_id)
    organization = members_queries.organization_by_id(db, found.organization_id)
    return render_template(
        "sharing/mail.html",
        mail=found,
        organization=organization,
        theirs=theirs(person, organization),
        lines=incoming_queries.lines_of_mail(db, organization, found),
        may_correct=may(person, Permission.DECLARE, found),
    )


@bp.post("/sharing/mails/<int:mail_id>/dismiss")
def dismiss_mail(mail_id: int) -> Response:
    """Nothing of the hub was in the mail: nobody asks again."""
    person = signed_in()
    incoming_actions.dismiss_mail(db, person, incoming_queries.mail_for(db, person, mail_id))
    flash("Noted: nothing of the hub was in it.")
    return redirect(url_for(".mail", mail_id=mail_id))

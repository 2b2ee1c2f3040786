"""The page of a person's log address."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from hub.core import web
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.web import db
from hub.members.login import signed_in
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.queries import log_address as log_address_queries
from hub.outreach.routes.blueprint import bp
from hub.outreach.rules.log_address import log_address
from hub.sharing.queries import logged_mail as logged_mail_queries


@bp.get("/sharing/log-address")
def log_address_page() -> str:
    """Show the person's log address, how to use it, and recent emails to it."""
    person, domain = signed_in(), web.config().MAIL_DOMAIN
    address = log_address_queries.log_address_of(db, person)
    return render_template(
        "outreach/log_address.html",
        domain=domain,
        address=log_address(address.token, domain) if address and domain else "",
        since=address.created_at if address else None,
        mails=logged_mail_queries.mails_of(db, person),
    )


@bp.post("/sharing/log-address")
@once
def new_log_address() -> Response:
    """Create a log address; an earlier one stops working."""
    if not web.config().MAIL_DOMAIN:
        raise Refused("Log addresses are turned off on this hub. Report what you shared instead.")
    log_address_actions.new_log_address(db, signed_in())
    flash("Your log address is ready. Put it in BCC when you share.")
    return redirect(url_for(".log_address_page"))


@bp.post("/sharing/log-address/end")
def end_log_address() -> Response:
    """Turn off the log address."""
    log_address_actions.end_log_address(db, signed_in())
    flash("Your log address has been turned off.")
    return redirect(url_for(".log_address_page"))

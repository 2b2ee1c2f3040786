"""The outbox: every email of the hub and its status."""

from html import escape
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from hub.core import clock, web
from hub.core.errors import Refused
from hub.core.once import once
from hub.core.rendering import mail_html
from hub.core.web import db, one_of, page_number
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.letters import NOT_SHOWN, NOWHERE
from hub.mail.models import OutboxMessage
from hub.mail.queries import Viewer
from hub.mail.rules import State
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import notification_settings as notification_settings_actions
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission, may
from hub.outreach.actions import closing as closing_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.overview.routes.blueprint import bp

# Headers of an email's HTML, which is shown in a sandboxed frame: no scripts, no loading, no navigation.
PREVIEW_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
    "Cross-Origin-Opener-Policy": "unsafe-none",  # browsers don't render an isolated document in a sandboxed frame
}


def _viewer() -> Viewer:
    person = signed_in()
    return Viewer(person.id, may(person, Permission.RUN_MAIL))


@bp.get("/outbox", endpoint="outbox")
def list_messages() -> str:
    """List emails, newest first; ``?state=&kind=&q=&page=``. People who don't manage mail see only their own."""
    viewer, page = _viewer(), page_number()
    state = one_of(State, request.args.get("state", ""))
    kind, words = request.args.get("kind", "")[:30], request.args.get("q", "").strip()[:200]
    messages, total = mail_queries.messages(db, viewer, state, kind, words, page)
    return render_template(
        "overview/outbox.html",
        messages=messages,
        total=total,
        page=page,
        pages=web.page_count(total, mail_queries.MESSAGES_PER_PAGE),
        counts=mail_queries.counts(db, viewer),
        kinds=mail_queries.kinds(db, viewer),
        state=state,
        kind=kind,
        words=words,
        State=State,
        server=web.config().mail_server,
        runs_mail=viewer.sees_all,
        now=clock.now(),
        trouble=mail_queries.oldest_delayed_message(db) if viewer.sees_all else None,
    )


@bp.get("/outbox/<int:message_id>")
def message(message_id: int) -> str:
    """Show one email: recipient, status and text."""
    email = mail_queries.message(db, _viewer(), message_id)
    return _message_page(email, _redacted(email)[0], hidden=email.secret)


@bp.post("/outbox/<int:message_id>/show")
def show_letter(message_id: int) -> str:
    """Show the text of an email with a private link, which the coordinator sends; the audit log records it."""
    email = mail_queries.message(db, _viewer(), message_id)
    invitations_actions.show_letter(db, signed_in(), email)
    web.store_nowhere()
    return _message_page(email, email.text, hidden=False)


def _message_page(email: OutboxMessage, text: str, *, hidden: bool) -> str:
    return render_template(
        "overview/message.html",
        message=email,
        text=text,
        hidden=hidden,
        State=State,
        can_go_again=email.state in mail_actions.RESENDABLE,
        bounced=mail_queries.bouncing(db, [email.to]).get(email.to) if email.to else None,
    )


@bp.get("/outbox/<int:message_id>/html")
def message_html(message_id: int) -> Response:
    """Return the HTML of an email, for the preview."""
    _text, html = _redacted(mail_queries.message(db, _viewer(), message_id))
    return Response(mail_html(html), headers=PREVIEW_HEADERS)


def _redacted(email: OutboxMessage) -> tuple[str, str]:
    """Return the text and HTML of an email without the unsubscribe link of its recipient; empty if it has a secret."""
    if email.secret:
        return "", ""
    if not email.unsubscribe:
        return email.text, email.html
    html = email.html.replace(escape(email.unsubscribe), NOWHERE)
    return email.text.replace(email.unsubscribe, NOT_SHOWN), html.replace(email.unsubscribe, NOWHERE)


@bp.post("/outbox/<int:message_id>/again")
@once
def send_again(message_id: int) -> Any:
    """Send an email again, unless its recipient has unsubscribed in the meantime."""

    def again(session: Any, actor: Any, email: OutboxMessage) -> None:
        stakeholders_actions.refuse_if_stopped(session, email)
        closing_actions.refuse_if_closed(session, email)
        notification_settings_actions.refuse_if_turned_off(session, email)
        mail_actions.send_again(session, actor, email)

    sent, saved = (
        "The email will be sent again.",
        "Not sent: this hub has no mail server, so it saves the email to disk again.",
    )
    return _decide(message_id, again, sent if web.has_mail_server() else saved)


@bp.post("/outbox/<int:message_id>/arrived")
def count_as_sent(message_id: int) -> Any:
    """Mark an email of unknown status as sent."""
    return _decide(message_id, mail_actions.count_as_sent, "Email marked as sent.")


@bp.post("/outbox/<int:message_id>/cancel")
def cancel(message_id: int) -> Any:
    """Cancel an email that is waiting to be sent."""
    return _decide(message_id, mail_actions.cancel_message, "Email canceled.")


@bp.post("/outbox/<int:message_id>/address")
def address_works(message_id: int) -> Any:
    """Resume sending to the recipient's address after it bounced."""

    def clear(session: Any, _actor: Any, email: OutboxMessage) -> None:
        mail_actions.clear_bounced(session, email.to)

    return _decide(message_id, clear, "The hub will send email to this address again.")


def _decide(message_id: int, decision: Any, success: str) -> Any:
    """Carry out the decision about an email and return to its page with a message."""
    email = mail_queries.message(db, _viewer(), message_id)
    try:
        decision(db, signed_in(), email)
        sending_actions.reopen_pack(db, email)
    except Refused as error:
        flash(str(error), "danger")
    else:
        flash(success)
    return redirect(url_for("overview.message", message_id=message_id))

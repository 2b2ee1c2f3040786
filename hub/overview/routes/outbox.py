"""The outbox: what the hub has promised to send, and what became of it."""

from html import escape
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from hub.core import clock, web
from hub.core.errors import Refused
from hub.core.text import mail_html
from hub.core.web import db, one_of, page_number
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.letters import NOT_SHOWN, NOWHERE
from hub.mail.models import OutboxMessage
from hub.mail.queries import Seer
from hub.mail.rules import State
from hub.members.login import signed_in
from hub.members.rules.permissions import Permission, may
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.overview.routes.blueprint import bp

# A message's own HTML is shown in a frame of its own that runs nothing, loads nothing and leads nowhere.
SHOWN = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
    "Cross-Origin-Opener-Policy": "unsafe-none",  # browsers show nothing that isolates itself in a sandboxed frame
}


def _seer() -> Seer:
    person = signed_in()
    return Seer(person.id, may(person, Permission.RUN_MAIL))


@bp.get("/outbox", endpoint="outbox")
def list_messages() -> str:
    """Messages, newest first; ``?state=&kind=&q=&page=``. Who doesn't run the mail sees what they caused themselves."""
    seer, page = _seer(), page_number()
    state = one_of(State, request.args.get("state", ""))
    kind, words = request.args.get("kind", "")[:30], request.args.get("q", "").strip()[:200]
    messages, total = mail_queries.messages(db, seer, state, kind, words, page)
    return render_template(
        "overview/outbox.html",
        messages=messages,
        total=total,
        page=page,
        pages=web.page_count(total, mail_queries.MESSAGES_PER_PAGE),
        counts=mail_queries.counts(db, seer),
        kinds=mail_queries.kinds(db, seer),
        state=state,
        kind=kind,
        words=words,
        State=State,
        server=web.config().mail_server,
        runs_mail=seer.sees_all,
        now=clock.now(),
        trouble=mail_queries.last_trouble(db) if seer.sees_all else None,
    )


@bp.get("/outbox/<int:message_id>")
def message(message_id: int) -> str:
    """One message: to whom, what it says, what became of it."""
    found = mail_queries.message(db, _seer(), message_id)
    return render_template(
        "overview/message.html",
        message=found,
        text=_as_others_see_it(found)[0],
        hidden=_is_hidden(found),
        State=State,
        can_go_again=found.state in mail_actions.AGAIN,
        bounced=mail_queries.bouncing(db, [found.to]).get(found.to) if found.to else None,
    )


@bp.get("/outbox/<int:message_id>/html")
def message_html(message_id: int) -> Response:
    """The message's HTML as a mail program would show it."""
    _text, html = _as_others_see_it(mail_queries.message(db, _seer(), message_id))
    return Response(mail_html(html), headers=SHOWN)


def _is_hidden(found: OutboxMessage) -> bool:
    """Return whether a message lets its recipient in, and no one but them: without a mail server someone has to hand it on."""
    return found.secret and web.config().mail_server is not None


def _as_others_see_it(found: OutboxMessage) -> tuple[str, str]:
    """Return what a message says, as text and HTML: nothing if it is hidden, and never the link that stops such messages."""
    if _is_hidden(found):
        return "", ""
    if not found.unsubscribe:
        return found.text, found.html
    html = found.html.replace(escape(found.unsubscribe), NOWHERE)
    return found.text.replace(found.unsubscribe, NOT_SHOWN), html.replace(found.unsubscribe, NOWHERE)


@bp.post("/outbox/<int:message_id>/again")
def send_again(message_id: int) -> Any:
    """Let a message go once more, unless its recipient has unsubscribed meanwhile."""

    def again(session: Any, actor: Any, found: OutboxMessage) -> None:
        stakeholders_actions.refuse_if_stopped(session, found)
        mail_actions.send_again(session, actor, found)

    return _decide(message_id, again, "The message goes out again.")


@bp.post("/outbox/<int:message_id>/arrived")
def count_as_sent(message_id: int) -> Any:
    """The recipient says that it arrived."""
    return _decide(message_id, mail_actions.count_as_sent, "The message counts as sent.")


@bp.post("/outbox/<int:message_id>/cancel")
def take_back(message_id: int) -> Any:
    """Don't send it."""
    return _decide(message_id, mail_actions.take_back, "The message is taken back.")


@bp.post("/outbox/<int:message_id>/address")
def address_works(message_id: int) -> Any:
    """The address takes mail again."""

    def clear(session: Any, _actor: Any, found: OutboxMessage) -> None:
        mail_actions.clear_bounced(session, found.to)

    return _decide(message_id, clear, "Mail goes to this address again.")


def _decide(message_id: int, decision: Any, done: str) -> Any:
    found = mail_queries.message(db, _seer(), message_id)
    try:
        decision(db, signed_in(), found)
        sending_actions.reopen_pack(db, found)
    except Refused as error:
        flash(str(error), "danger")
    else:
        flash(done)
    return redirect(url_for("overview.message", message_id=message_id))

"""What goes out next, to whom and with which words: looked at before it begins; and reminding by hand."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from hub.core import clock, web
from hub.core.dates import plural
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.core.text import mail_html
from hub.core.web import db, one_of
from hub.mail import queries as mail_queries
from hub.mail.letters import Letter
from hub.members.login import signed_in
from hub.members.rules.mail import MailKind
from hub.members.rules.permissions import Permission
from hub.overview import actions as overview_actions
from hub.overview import letters as overview_letters
from hub.overview.queries import board as board_queries
from hub.overview.queries import digests as digests_queries
from hub.overview.routes.blueprint import bp
from hub.overview.routes.outbox import SHOWN
from hub.overview.rules.digests import week_to_come, week_to_tell
from hub.sharing import letters as sharing_letters
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.queries import reminders as reminders_queries
from hub.sharing.rules.reminders import Occasion, Stage, next_occasions

MOST_SHOWN = 500


@bp.get("/outbox/plan")
def mail_plan() -> str:
    """Who would get what if the next reminders and digests went out now."""
    signed_in(Permission.RUN_MAIL)
    zone, now = web.config().zone, clock.now()
    occasions = next_occasions(now.astimezone(zone).date())
    shown = _chosen(occasions)
    found, unreached = reminders_queries.reminders(db, shown.quarter, shown.stage) if shown else ([], [])
    begun = {kind: mail_queries.sending_started(db, kind) for kind in overview_actions.LOOKED_AT}
    due = digests_queries.digest_waits(db) if begun[MailKind.DIGEST] else None
    week = due or (week_to_come(now, zone) if begun[MailKind.DIGEST] else week_to_tell(now, zone))
    return render_template(
        "overview/mail_plan.html",
        occasions=occasions,
        shown=shown,
        reminders=found[:MOST_SHOWN],
        total=len(found),
        unreached=unreached,
        week=week,
        digests=digests_queries.digests(db, week)[:MOST_SHOWN],
        begun=begun,
        MailKind=MailKind,
    )


def _chosen(occasions: list[Occasion]) -> Occasion | None:
    """Return the occasion of ``?occasion=2026Q4-two-weeks``, or the next one."""
    named = request.args.get("occasion", "")
    return next(
        (one for one in occasions if f"{one.quarter}-{one.stage}" == named), occasions[0] if occasions else None
    )


@bp.get("/outbox/plan/reminder/<int:person_id>")
def planned_reminder(person_id: int) -> Any:
    """The words of someone's reminder, as it would go out on the occasion."""
    signed_in(Permission.RUN_MAIL)
    shown = _chosen(next_occasions(clock.now().astimezone(web.config().zone).date()))
    found, _ = reminders_queries.reminders(db, shown.quarter, shown.stage) if shown else ([], [])
    one = next((one for one in found if one.person.id == person_id), None)
    if one is None or shown is None:
        raise NotFound
    facts = replace(one.facts, today=max(one.facts.today, shown.first))
    letter = sharing_letters.reminder(web.config().BASE_URL, facts, name=one.person.name, role=one.person.role)
    return _words(letter, one.person.name, MailKind.REMINDER)


@bp.get("/outbox/plan/digest/<int:person_id>")
def planned_digest(person_id: int) -> Any:
    """The words of someone's digest."""
    signed_in(Permission.RUN_MAIL)
    zone, now = web.config().zone, clock.now()
    weeks = (week_to_tell(now, zone), week_to_come(now, zone))
    week = weeks[1] if request.args.get("week") == str(weeks[1].monday) else weeks[0]
    one = next((one for one in digests_queries.digests(db, week) if one.person.id == person_id), None)
    if one is None:
        raise NotFound
    return _words(overview_letters.digest(web.config().BASE_URL, one), one.person.name, MailKind.DIGEST)


def _words(letter: Letter, name: str, kind: MailKind) -> Any:
    """Return the letter as text on a page, or as HTML for the frame in it. Its link to stop is someone else's: not shown."""
    if request.args.get("as") == "html":
        return Response(mail_html(letter.html()), headers=SHOWN)
    return render_template("overview/planned.html", letter=letter, name=name, kind=kind)


@bp.post("/outbox/plan/begin")
def let_begin() -> Any:
    """Let a kind of mail go out by itself from now on."""
    overview_actions.let_mail_begin(db, signed_in(), _kind())
    flash("It goes out by itself from now on.")
    return redirect(url_for("overview.mail_plan"))


@bp.post("/outbox/plan/hold")
def hold() -> Any:
    """Send no more of a kind by itself."""
    overview_actions.hold_mail(db, signed_in(), _kind())
    flash("It is held until you let it begin again.")
    return redirect(url_for("overview.mail_plan"))


def _kind() -> MailKind:
    kind: MailKind | None = one_of(MailKind, request.form.get("kind", ""))
    if kind is None:
        raise NotFound
    return kind


@bp.route("/outbox/nudge", methods=["GET", "POST"])
def nudge() -> Any:
    """Remind organizations by hand: those that are checked, for one quarter."""
    signed_in(Permission.RUN_MAIL)
    quarter = _quarter(request.values.get("quarter", ""))
    if request.method == "POST":
        chosen = {web.row_number(number) for number in request.form.getlist("organization")}
        sent = reminders_actions.nudge(db, signed_in(), quarter, chosen)
        flash(_said(len(sent)), "message" if sent else "warning")
        return redirect(url_for("overview.nudge", quarter=quarter))
    found, unreached = reminders_queries.reminders(db, quarter, Stage.NUDGE)
    only = request.args.get("organization", "")
    return render_template(
        "overview/nudge.html",
        quarter=quarter,
        quarters=[board_queries.this_quarter(db), board_queries.this_quarter(db).previous],
        reminders=[one for one in found if not only or one.organization.slug == only],
        unreached=unreached,
        only=only,
    )


def _said(count: int) -> str:
    if not count:
        return "Nobody was reminded: tick an organization that hasn’t shared yet and has someone to remind."
    people = plural(count, "person", "people")
    return f"A reminder to {people} is on its way. Whoever got one today already gets no second one."


def _quarter(text: str) -> Quarter:
    """Return the quarter that is named, or this one."""
    this = board_queries.this_quarter(db)
    return next((one for one in (this, this.previous) if str(one) == text), this)

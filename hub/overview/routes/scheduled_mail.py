"""Scheduled mail: recipients and previews, turning it on and off; and reminders that the coordinator sends now."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from hub.core import clock, web
from hub.core.dates import plural, zone_name
from hub.core.errors import NotFound
from hub.core.once import once
from hub.core.quarters import Quarter
from hub.core.rendering import mail_html
from hub.core.web import db, one_of
from hub.mail import queries as mail_queries
from hub.mail.letters import Letter
from hub.members import queries as members_queries
from hub.members.login import signed_in
from hub.members.rules.mail import MailKind
from hub.members.rules.permissions import Permission
from hub.overview import actions as overview_actions
from hub.overview import letters as overview_letters
from hub.overview.queries import board as board_queries
from hub.overview.queries import digests as digests_queries
from hub.overview.routes.blueprint import bp
from hub.overview.routes.outbox import PREVIEW_HEADERS
from hub.overview.rules.digests import due_week, upcoming_week
from hub.sharing import letters as sharing_letters
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.queries import reminders as reminders_queries
from hub.sharing.rules.reminders import Occasion, Stage, next_occasions

MOST_SHOWN = 500
NO_ONE_TO_REMIND = "No reminders sent. Check at least one organization with someone who hasn’t had a reminder today."


@bp.get("/outbox/plan")
def mail_plan() -> str:
    """Show the recipients of the next reminders and digests, as of now."""
    signed_in(Permission.RUN_MAIL)
    zone, now = web.config().zone, clock.now()
    occasions = next_occasions(now.astimezone(zone).date())
    occasion = _selected(occasions)
    reminders, unreached = reminders_queries.reminders(db, occasion.quarter, occasion.stage) if occasion else ([], [])
    started = {kind: mail_queries.sending_start(db, kind) for kind in overview_actions.SCHEDULED_KINDS}
    due = digests_queries.unposted_week(db) if started[MailKind.DIGEST] else None
    week = due or (upcoming_week(now, zone) if started[MailKind.DIGEST] else due_week(now, zone))
    return render_template(
        "overview/scheduled_mail.html",
        occasions=occasions,
        shown=occasion,
        reminders=reminders[:MOST_SHOWN],
        total=len(reminders),
        unreached=unreached,
        week=week,
        digests=digests_queries.digests(db, week)[:MOST_SHOWN],
        begun=started,
        MailKind=MailKind,
        host=members_queries.host(db),
        zone=zone_name(now.astimezone(zone)),
    )


def _selected(occasions: list[Occasion]) -> Occasion | None:
    """Return the occasion of ``?occasion=2026Q4-two-weeks``, by default the next one."""
    name = request.args.get("occasion", "")
    matches = (occasion for occasion in occasions if f"{occasion.quarter}-{occasion.stage}" == name)
    return next(matches, occasions[0] if occasions else None)


@bp.get("/outbox/plan/reminder/<int:person_id>")
def planned_reminder(person_id: int) -> Any:
    """Show a preview of a person's reminder, as it would be sent on the occasion."""
    signed_in(Permission.RUN_MAIL)
    occasion = _selected(next_occasions(clock.now().astimezone(web.config().zone).date()))
    reminders, _ = reminders_queries.reminders(db, occasion.quarter, occasion.stage) if occasion else ([], [])
    reminder = next((reminder for reminder in reminders if reminder.person.id == person_id), None)
    if reminder is None or occasion is None:
        raise NotFound
    person, facts = reminder.person, replace(reminder.facts, today=max(reminder.facts.today, occasion.first))
    letter = sharing_letters.reminder(web.config().BASE_URL, facts, name=person.name, role=person.role)
    return _preview(letter.sent_by(members_queries.host_imprint(db)), person.name, MailKind.REMINDER)


@bp.get("/outbox/plan/digest/<int:person_id>")
def planned_digest(person_id: int) -> Any:
    """Show a preview of a person's digest."""
    signed_in(Permission.RUN_MAIL)
    zone, now = web.config().zone, clock.now()
    weeks = (due_week(now, zone), upcoming_week(now, zone))
    week = weeks[1] if request.args.get("week") == str(weeks[1].monday) else weeks[0]
    digest = next((digest for digest in digests_queries.digests(db, week) if digest.person.id == person_id), None)
    if digest is None:
        raise NotFound
    letter = overview_letters.digest_letter(web.config().BASE_URL, digest).sent_by(members_queries.host_imprint(db))
    return _preview(letter, digest.person.name, MailKind.DIGEST)


def _preview(letter: Letter, name: str, kind: MailKind) -> Any:
    """Return the preview page of a letter, or with ``?as=html`` the HTML for its frame; without the unsubscribe link."""
    if request.args.get("as") == "html":
        return Response(mail_html(letter.html()), headers=PREVIEW_HEADERS)
    return render_template("overview/mail_preview.html", letter=letter, name=name, kind=kind)


@bp.post("/outbox/plan/begin")
def turn_on() -> Any:
    """Turn on a kind of scheduled mail."""
    kind = _kind()
    overview_actions.turn_on_mail(db, signed_in(), kind)
    if web.has_mail_server():
        flash(f"{kind.value.capitalize()}s will now be sent automatically.")
    else:
        flash(f"{kind.value.capitalize()}s are turned on, but this hub has no mail server to send them.", "warning")
    return redirect(url_for("overview.mail_plan"))


@bp.post("/outbox/plan/hold")
def pause() -> Any:
    """Pause a kind of scheduled mail."""
    kind = _kind()
    overview_actions.pause_mail(db, signed_in(), kind)
    flash(f"{kind.value.capitalize()}s are paused. Nothing is sent until you turn them back on.")
    return redirect(url_for("overview.mail_plan"))


def _kind() -> MailKind:
    kind: MailKind | None = one_of(MailKind, request.form.get("kind", ""))
    if kind is None:
        raise NotFound
    return kind


@bp.route("/outbox/nudge", methods=["GET", "POST"])
@once
def send_reminder() -> Any:
    """Send reminders for a quarter to the organizations that the coordinator checked."""
    signed_in(Permission.RUN_MAIL)
    quarter = _quarter(request.values.get("quarter", ""))
    if request.method == "POST":
        chosen = {web.row_number(number) for number in request.form.getlist("organization")}
        sent = reminders_actions.send_now(db, signed_in(), quarter, chosen)
        if sent:
            people = plural(len(sent), "person", "people")
            web.flash_mail(
                f"Sending reminders to {people}. Anyone who already got one today is skipped.", f"reminders to {people}"
            )
        else:
            flash(NO_ONE_TO_REMIND, "warning")
        return redirect(url_for("overview.send_reminder", quarter=quarter))
    reminders, unreached = reminders_queries.reminders(db, quarter, Stage.NUDGE)
    only = request.args.get("organization", "")
    return render_template(
        "overview/send_reminder.html",
        quarter=quarter,
        quarters=[board_queries.this_quarter(db), board_queries.this_quarter(db).previous],
        reminders=[reminder for reminder in reminders if not only or reminder.organization.slug == only],
        unreached=unreached,
        only=only,
    )


def _quarter(text: str) -> Quarter:
    """Return the previous quarter if ``text`` is its key, such as ``2026Q3``, else the current one."""
    current = board_queries.this_quarter(db)
    return current.previous if text == str(current.previous) else current

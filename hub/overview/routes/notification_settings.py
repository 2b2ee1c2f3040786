"""Notification settings: kinds of email, followed topics and quiet hours."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from hub.core import versions
from hub.core.errors import Refused
from hub.core.web import db
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.rules import BIG_SIX
from hub.mail.rules import Quiet
from hub.members import queries as members_queries
from hub.members.actions import notification_settings as notification_settings_actions
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.mail import STOPPABLE, Frequency, MailKind
from hub.overview.forms import NotificationSettingsForm
from hub.overview.routes.blueprint import bp

TAGS_TO_OFFER = 30


@bp.route("/account/mail", methods=["GET", "POST"], endpoint="notification_settings")
def notification_settings() -> Any:
    """Show and save the person's notification settings."""
    person = signed_in()
    versions.hold(Person, id=person.id)
    form, refused = _form(person), ""
    if form.validate_on_submit():
        try:
            library_actions.follow_topics(db, person, form.followed())
        except Refused as error:
            refused = str(error)
        else:
            quiet = Quiet(form.begins.data, form.ends.data, form.zone.data)
            notification_settings_actions.change_notification_settings(
                db, person, [MailKind(kind) for kind in form.kinds.data], quiet, _frequency(form)
            )
            flash("Settings saved.")
            return redirect(url_for("overview.notification_settings"))
    tags = library_queries.tags_in_use(db, person, TAGS_TO_OFFER)
    page = render_template("overview/notification_settings.html", form=form, refused=refused, person=person, tags=tags)
    return page, 422 if form.errors or refused else 200


def _form(person: Person) -> NotificationSettingsForm:
    """Return the form with the person's current settings."""
    settings = members_queries.notification_settings(db, [person.id])[person.id]
    followed = library_queries.topics_followed_by(db, [person.id]).get(person.id, set())
    form = NotificationSettingsForm(
        kinds=[kind for kind in STOPPABLE if kind not in settings.stopped],
        openings=settings.openings or "",
        topics=[name for name in BIG_SIX if name in followed],
        tags=", ".join(sorted(followed - BIG_SIX.keys())),
        begins=settings.quiet.begins,
        ends=settings.quiet.ends,
        zone=settings.quiet.zone,
    )
    form.offer_zones()
    form.edits(person, "Notification settings", logged_as=("changed notification settings of", "turned off email for"))
    return form


def _frequency(form: NotificationSettingsForm) -> Frequency | None:
    """Return how often the person wants to hear of openings; None: never."""
    return Frequency(form.openings.data) if form.openings.data else None

"""Emails about calls: invitations and updates, recaps, and deck reminders."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from hub.calls import letters as calls_letters
from hub.calls.letters import Recap
from hub.calls.models import Call
from hub.calls.queries import mailing as mailing_queries
from hub.calls.queries import series as series_queries
from hub.calls.queries import transcripts as transcripts_queries
from hub.calls.queries.mailing import Recipient
from hub.calls.rules.agenda import passages_of, topics_of
from hub.calls.rules.calendars import calendar
from hub.calls.rules.presentations import Outcome, SlotState
from hub.calls.rules.series import CallState, is_held
from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.library.rules import Audience, Kind
from hub.mail import actions as mail_actions
from hub.mail.actions import Post
from hub.mail.letters import Letter
from hub.mail.rules import LetterKind
from hub.members import queries as members_queries
from hub.members.models import Person
from hub.members.rules.mail import MailKind, unsubscribe_url
from hub.members.rules.permissions import OPERATOR, Permission, may


def invite(db: Session, person: Person, call: Call) -> int:
    """Email everyone in the alliance an invitation with a calendar event; returns the number of people.

    They also get an email when the call moves or is canceled. Idempotent until the call changes.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.state is not CallState.PLANNED or call.ends_at <= clock.now():
        raise Refused("You can invite people only to a scheduled call that isn’t over.")
    call.invited_at = call.invited_at or clock.now()
    note(db, person, "invited to the", call)
    return _send_invitations(db, person, call, again=False)


def announce_change(db: Session, person: Person, call: Call) -> None:
    """Email the people invited to an upcoming call that it was changed, and update their calendars."""
    if call.invited_at is not None and call.ends_at > clock.now():
        _send_invitations(db, person, call, again=True)


def _send_invitations(db: Session, person: Person, call: Call, *, again: bool) -> int:
    config = config_of(db)
    recipients = mailing_queries.all_recipients(db, clock.today(config.zone))
    method = "REQUEST" if call.state is CallState.PLANNED else "CANCEL"
    posts = []
    for recipient in recipients:
        attendee = recipient.person.email
        event = calendar(
            [series_queries.calendar_event(config, call)], config.zone, call.title, method,
            organizer=config.MAIL_FROM, attendee=attendee,
        )  # fmt: skip
        letter = calls_letters.invitation(config.BASE_URL, config.zone, call, recipient.person.name, again=again)
        # One message for each revision of the call; every change that calendars need increments it.
        once = f"call {call.id} state {call.sequence} person {recipient.person.id}"
        posts.append(_post(db, recipient, letter, once, call, by=person, event=event.decode()))
    _post_all(db, posts)
    return len(posts)


def _post_all(db: Session, posts: Iterable[Post]) -> None:
    """Post emails of the hub itself, which end with the host's name and postal address."""
    imprint = members_queries.host_imprint(db)
    mail_actions.post_all(db, [replace(post, letter=post.letter.sent_by(imprint)) for post in posts])


def _post(
    db: Session, recipient: Recipient, letter: Letter, once: str, call: Call, *, by: Person | None, event: str = ""
) -> Post:
    config = config_of(db)
    return Post(
        letter=letter,
        to=recipient.person.email,
        name=recipient.person.name,
        once=once,
        kind=LetterKind.CALL,
        about=f"call {call.day}",
        person_id=recipient.person.id,
        sent_by_id=by.id if by else None,
        unsubscribe=unsubscribe_url(config.BASE_URL, config.UNSUBSCRIBE_KEY, recipient.person.id, MailKind.CALL),
        calendar=event,
        quiet=recipient.settings.quiet,
    )


def recap_of(db: Session, call: Call) -> Recap:
    """Return a call's recap. All organizations get the same text, so it has only resources open to the whole network."""
    resources = [
        resource for resource in series_queries.resources_of(db, OPERATOR, call) if resource.audience in _NETWORK_WIDE
    ]
    readable = {resource.id for resource in resources}
    accepted = [
        presentation
        for presentation in call.presentations
        if presentation.state is SlotState.ACCEPTED and presentation.outcome is not Outcome.NO_SHOW
    ]
    return Recap(
        call=call,
        notes=[resource for resource in resources if resource.kind is Kind.CALL_NOTES],
        presentations=[
            (
                presentation.title,
                presentation.organization.name,
                presentation.resource_id if presentation.resource_id in readable else None,
            )
            for presentation in accepted
        ],
        asks=[f"{ask.kind.label} from {ask.organization.name}: {ask.text}" for ask in call.asks],
        passages=passages_of(
            topics_of(call.agenda, [presentation.title for presentation in accepted]),
            transcripts_queries.moments_of(db, resources),
        ),
    )


_NETWORK_WIDE = frozenset({Audience.PUBLIC, Audience.NETWORK})


def send_recap(db: Session, person: Person, call: Call) -> int:
    """Email the recap to the representatives and alternates of absent organizations; returns the number of people.

    Idempotent: each person gets it once. Reading it doesn't count as attendance.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if not is_held(call.state, call.ends_at, clock.now()):
        raise Refused("You can send a recap only after the call was held.")
    recap = recap_of(db, call)
    if recap.is_empty:
        raise Refused("There’s nothing to send yet. Write the call notes or add the recording link first.")
    config = config_of(db)
    absent = [organization.id for organization in mailing_queries.absent(db, call)]
    recipients = mailing_queries.representatives_of(db, absent, clock.today(config.zone))
    posts = [
        _post(
            db, recipient, calls_letters.recap(config.BASE_URL, recap, recipient.person.name),
            f"brief of call {call.id} person {recipient.person.id}", call, by=person,
        )
        for recipient in recipients
    ]  # fmt: skip
    _post_all(db, posts)
    call.briefed_at = clock.now()
    note(db, person, "sent the recap of the", call, people=len(posts))
    return len(posts)


def remind_of_decks(db: Session) -> int:
    """Email a reminder for each presentation within a week without a deck, once per date; returns their number."""
    config = config_of(db)
    missing, today = mailing_queries.presentations_without_deck(db, clock.now()), clock.today(config.zone)
    for presentation in missing:
        name = mailing_queries.round_key(presentation)
        posts: Iterable[Post] = [
            _post(
                db, recipient, calls_letters.deck_reminder(config.BASE_URL, config.zone, presentation, recipient.person.name),
                f"{name} person {recipient.person.id}", presentation.call, by=None,
            )
            for recipient in mailing_queries.representatives_of(db, [presentation.organization_id], today)
        ]  # fmt: skip
        _post_all(db, posts)
        mail_actions.finish_round(db, name)
    return len(missing)

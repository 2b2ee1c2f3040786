"""Emails about calls: invitations and updates, recaps, and deck reminders."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from hub.calls import letters as calls_letters
from hub.calls.letters import Recap
from hub.calls.models import Call
from hub.calls.queries import mailing as mailing_queries
from hub.calls.queries import series as series_queries
from hub.calls.queries.mailing import Reader
from hub.calls.rules.calendars import calendar
from hub.calls.rules.presentations import SlotState
from hub.calls.rules.series import CallState, is_held
from hub.core import clock
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.library.rules import Audience, Kind
from hub.mail import actions as mail_actions
from hub.mail.actions import Post
from hub.mail.letters import Letter
from hub.members.models import Person
from hub.members.rules.mail import MailKind, stop_token
from hub.members.rules.permissions import OPERATOR, Permission, may


def invite(db: Session, person: Person, call: Call) -> int:
    """Email everyone in the alliance an invitation with a calendar event; returns the number of people.

    They also get an email when the call moves or is canceled. Inviting twice sends nothing new until something changes.
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
    readers = mailing_queries.all_readers(db, clock.today(config.zone))
    method = "REQUEST" if call.state is CallState.PLANNED else "CANCEL"
    posts = []
    for reader in readers:
        attendee = reader.person.email
        event = calendar(
            [series_queries.occasion(config, call)], config.zone, call.title, method,
            organizer=config.MAIL_FROM, attendee=attendee,
        )  # fmt: skip
        letter = calls_letters.invitation(config.BASE_URL, config.zone, call, reader.person.name, again=again)
        # One message for each revision of the call; every change that calendars need increments it.
        once = f"call {call.id} state {call.sequence} person {reader.person.id}"
        posts.append(_post(db, reader, letter, once, call, by=person, event=event.decode()))
    mail_actions.post_all(db, posts)
    return len(posts)


def _post(
    db: Session, reader: Reader, letter: Letter, once: str, call: Call, *, by: Person | None, event: str = ""
) -> Post:
    config = config_of(db)
    return Post(
        letter=letter,
        to=reader.person.email,
        name=reader.person.name,
        once=once,
        kind=MailKind.CALL,
        about=f"call {call.day}",
        person_id=reader.person.id,
        sent_by_id=by.id if by else None,
        unsubscribe=f"{config.BASE_URL}/mail/stop/{stop_token(config.SECRET_KEY, reader.person.id, MailKind.CALL)}",
        calendar=event,
        quiet=reader.settings.quiet,
    )


def recap_of(db: Session, call: Call) -> Recap:
    """Return a call's recap, with only what the whole network may read: all organizations get the same text."""
    resources = [
        resource for resource in series_queries.resources_of(db, OPERATOR, call) if resource.audience in _SHARED
    ]
    readable = {resource.id for resource in resources}
    accepted = [presentation for presentation in call.presentations if presentation.state is SlotState.ACCEPTED]
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
    )


_SHARED = frozenset({Audience.PUBLIC, Audience.NETWORK})


def send_recap(db: Session, person: Person, call: Call) -> int:
    """Email the recap to the representatives and alternates of absent organizations; returns the number of people.

    Each gets it once, no matter how often it is sent. Reading it doesn't count as attendance.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if not is_held(call.state, call.ends_at, clock.now()):
        raise Refused("You can send a recap only after the call was held.")
    recap = recap_of(db, call)
    if recap.is_empty:
        raise Refused("There’s nothing to send yet. Write the call notes or add the recording link first.")
    config = config_of(db)
    readers = mailing_queries.representatives_of(
        db, [organization.id for organization in mailing_queries.absent(db, call)]
    )
    posts = [
        _post(
            db, reader, calls_letters.recap(config.BASE_URL, recap, reader.person.name),
            f"brief of call {call.id} person {reader.person.id}", call, by=person,
        )
        for reader in readers
    ]  # fmt: skip
    mail_actions.post_all(db, posts)
    call.briefed_at = clock.now()
    note(db, person, "sent the recap of the", call, people=len(posts))
    return len(posts)


def remind_of_decks(db: Session) -> int:
    """Email a reminder for each presentation within a week without a deck, once per date; returns their number."""
    config = config_of(db)
    missing = mailing_queries.decks_missing(db, clock.now())
    for presentation in missing:
        name = mailing_queries.round_of(presentation)
        posts: Iterable[Post] = [
            _post(
                db, reader, calls_letters.deck_is_missing(config.BASE_URL, config.zone, presentation, reader.person.name),
                f"{name} person {reader.person.id}", presentation.call, by=None,
            )
            for reader in mailing_queries.representatives_of(db, [presentation.organization_id])
        ]  # fmt: skip
        mail_actions.post_all(db, posts)
        mail_actions.finish_round(db, name)
    return len(missing)

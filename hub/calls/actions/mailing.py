"""Mail about calls: invitations and changes, the brief for those who weren't there, a week before a presentation."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from hub.calls import letters as calls_letters
from hub.calls.letters import Brief
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
    """Invite everyone in the alliance to a call by mail, with its calendar part; answers how many.

    Whoever is invited hears by mail when it is moved or canceled. Twice is once, until something changes.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if call.state is not CallState.PLANNED or call.ends_at <= clock.now():
        raise Refused("An invitation goes out for a call that is planned and not over.")
    call.invited_at = call.invited_at or clock.now()
    note(db, person, "invited to the", call)
    return _announce(db, person, call, again=False)


def tell_of_change(db: Session, person: Person, call: Call) -> None:
    """Tell those who were invited that a call to come is moved, canceled or back; their calendars change the entry."""
    if call.invited_at is not None and call.ends_at > clock.now():
        _announce(db, person, call, again=True)


def _announce(db: Session, person: Person, call: Call, *, again: bool) -> int:
    config = config_of(db)
    readers = mailing_queries.everybody(db, clock.today(config.zone))
    method = "REQUEST" if call.state is CallState.PLANNED else "CANCEL"
    posts = []
    for reader in readers:
        attendee = reader.person.email
        made = calendar(
            [series_queries.occasion(config, call)], config.zone, call.title, method,
            organizer=config.MAIL_FROM, attendee=attendee,
        )  # fmt: skip
        letter = calls_letters.invitation(config.BASE_URL, config.zone, call, reader.person.name, again=again)
        # One message for each state of the call: it counts up whenever calendars have to change.
        once = f"call {call.id} state {call.sequence} person {reader.person.id}"
        posts.append(_post(db, reader, letter, once, call, by=person, made=made.decode()))
    mail_actions.post_all(db, posts)
    return len(posts)


def _post(
    db: Session, reader: Reader, letter: Letter, once: str, call: Call, *, by: Person | None, made: str = ""
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
        calendar=made,
        quiet=reader.wishes.quiet,
    )


def brief_of(db: Session, call: Call) -> Brief:
    """Return what a call left, as far as the whole network reads it: it goes to many organizations in the same words."""
    shared = [one for one in series_queries.resources_of(db, OPERATOR, call) if one.audience in _SHARED]
    readable = {one.id for one in shared}
    accepted = [one for one in call.presentations if one.state is SlotState.ACCEPTED]
    return Brief(
        call=call,
        notes=[one for one in shared if one.kind is Kind.CALL_NOTES],
        given=[
            (one.title, one.organization.name, one.resource_id if one.resource_id in readable else None)
            for one in accepted
        ],
        asks=[f"{one.kind.label} of {one.organization.name}: {one.text}" for one in call.asks],
    )


_SHARED = frozenset({Audience.PUBLIC, Audience.NETWORK})


def send_brief(db: Session, person: Person, call: Call) -> int:
    """Send the brief to representative and alternate of the organizations that weren't there; answers how many.

    Each gets it once, however often it is sent. Reading it is no attendance: nothing is recorded.
    """
    if not may(person, Permission.RUN_CALLS):
        raise NotFound
    if not is_held(call.state, call.ends_at, clock.now()):
        raise Refused("A brief goes out once the call was held.")
    what = brief_of(db, call)
    if what.is_empty:
        raise Refused("There is nothing to send yet: write the notes, or give the recording's link first.")
    config = config_of(db)
    readers = mailing_queries.speakers_of(db, [one.id for one in mailing_queries.absent(db, call)])
    posts = [
        _post(
            db, reader, calls_letters.brief(config.BASE_URL, what, reader.person.name),
            f"brief of call {call.id} person {reader.person.id}", call, by=person,
        )
        for reader in readers
    ]  # fmt: skip
    mail_actions.post_all(db, posts)
    call.briefed_at = clock.now()
    note(db, person, "sent the brief of the", call, people=len(posts))
    return len(posts)


def remind_of_decks(db: Session) -> int:
    """Remind those who present within a week and whose deck isn't in the hub, once for each date; answers how many."""
    config = config_of(db)
    missing = mailing_queries.decks_missing(db, clock.now())
    for one in missing:
        name = mailing_queries.round_of(one)
        posts: Iterable[Post] = [
            _post(
                db, reader, calls_letters.deck_is_missing(config.BASE_URL, config.zone, one, reader.person.name),
                f"{name} person {reader.person.id}", one.call, by=None,
            )
            for reader in mailing_queries.speakers_of(db, [one.organization_id])
        ]  # fmt: skip
        mail_actions.post_all(db, posts)
        mail_actions.finish_round(db, name)
    return len(missing)

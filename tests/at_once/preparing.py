"""Prepares the demo world for the forms in sendings.py, and returns their addresses and values."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import Ask, Attendance, CalendarFeed, Call, Presentation
from hub.calls.rules.presentations import SlotState
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.db import Base, config_of
from hub.core.quarters import Quarter
from hub.joining.models import Application
from hub.joining.rules import mailed_token
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.models import OutboxMessage
from hub.mail.rules import State as MailState
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import sessions as sessions_actions
from hub.members.models import Person, SignInSession
from hub.members.rules.mail import MailKind, unsubscribe_token
from hub.members.rules.sessions import Origin
from hub.outreach.actions import links as links_actions
from hub.outreach.actions import packs as packs_actions
from hub.outreach.models import LogAddress, Pack, PackItem, PackLink, ShareLink, Stakeholder
from hub.outreach.queries import packs as packs_queries
from hub.outreach.rules.stakeholders import unsubscribe_token as stop_token
from hub.search.models import SavedSearch, SearchFeed
from hub.sharing.models import LoggedMail
from hub.sharing.rules.logged_mail import Outcome
from tests.versions import an_application, person_id


def first(db: Session, model: type[Base], *conditions: Any) -> Any:
    row = db.scalars(select(model).where(*conditions).order_by(model.__mapper__.primary_key[0])).first()
    assert row is not None, model.__name__
    return row


def person(db: Session, role: str) -> Person:
    return db.get_one(Person, person_id(db, f"{role}@demo.example"))


def public(db: Session, *, withdrawn: bool = False) -> Resource:
    conditions = [Resource.audience == Audience.PUBLIC] + ([] if withdrawn else [Resource.withdrawn_at.is_(None)])
    resource: Resource = first(db, Resource, *conditions)
    return resource


def withdrawn(db: Session) -> str:
    resource = public(db)
    resource.withdrawn_at, resource.withdrawn_reason = clock.now(), "It is old."
    return f"/resources/{resource.id}/restore"


def canceled(db: Session) -> str:
    call: Call = first(db, Call, Call.starts_at > clock.now(), Call.state == CallState.PLANNED)
    call.state, call.reason = CallState.CANCELLED, "No one can come."
    return f"/calls/{call.day}/plan-again"


def ask(db: Session) -> str:
    ask: Ask = first(db, Ask, Ask.done_at.is_(None))
    return f"/calls/{db.get_one(Call, ask.call_id).day}/asks/{ask.id}"


def attended(db: Session) -> str:
    entry: Attendance = first(db, Attendance, Attendance.void.is_(False), Attendance.supersedes_id.is_(None))
    return f"/calls/attendance/{entry.id}/take-back"


def free_call(db: Session) -> str:
    calls = (Call.starts_at > clock.now(), Call.state == CallState.PLANNED, ~Call.presentations.any())
    return str(first(db, Call, *calls).day)


def with_calendar(db: Session) -> str:
    db.add(CalendarFeed(token="calendar", person_id=person(db, "coordinator").id, made_at=clock.now()))
    return "/calls/calendar/end"


def held(db: Session) -> dict[str, Any]:
    over = Presentation.call.has(Call.ends_at < clock.now())
    presentation = first(db, Presentation, over, Presentation.state == SlotState.ACCEPTED)
    presentation.outcome = None
    return {"presentation": [str(presentation.id)], "outcome": ["given"]}


def link(db: Session) -> ShareLink:
    link = links_actions.make_link(db, person(db, "representative"), public(db), None, 30)
    db.flush()
    return link


def of_link(words: str) -> Callable[[Session], str]:
    return lambda db: f"/sharing/links/{link(db).id}/{words}"


def to_link(words: str) -> Callable[[Session], str]:
    return lambda db: f"/s/{link(db).token}/{words}"


def newest(db: Session) -> int:
    return max(db.scalars(select(Pack.id)))


def draft(db: Session) -> int:
    sender = person(db, "representative")
    pack = packs_actions.create_pack(db, sender, Quarter.of(clock.today(config_of(db).zone)), [public(db).id], [])
    db.flush()
    pack.everyone = True
    return pack.id


def scheduled(db: Session) -> str:
    sender, pack_id = person(db, "representative"), draft(db)
    packs_actions.send_pack(db, sender, packs_queries.pack_for(db, sender, pack_id), clock.now() + timedelta(days=2))
    return f"/sharing/packs/{pack_id}/call-off"


def to_item(words: str) -> Callable[[Session], str]:
    def address(db: Session) -> str:
        open_now = PackLink.pack.has(expires_at=None) | PackLink.stakeholder_id.is_not(None)
        link: PackLink = first(db, PackLink, open_now)
        item: PackItem = first(db, PackItem, PackItem.pack_id == link.pack_id)
        return f"/p/{link.token}/{item.id}/{words}"

    return address


def message(state: MailState, words: str) -> Callable[[Session], str]:
    def address(db: Session) -> str:
        message: OutboxMessage = first(
            db, OutboxMessage, OutboxMessage.text != "", OutboxMessage.person_id.is_not(None)
        )
        message.state = state
        if words == "address":
            mail_actions.mark_bounced(db, message.to_hash, "No such user")
        return f"/outbox/{message.id}/{words}"

    return address


def bounced(db: Session) -> str:
    person = db.get_one(Person, person_id(db))
    mail_actions.mark_bounced(db, mail_queries.lasting_hash(db, person.email), "No such user")
    return f"/people/{person.id}/address"


def invited(db: Session) -> str:
    person = db.get_one(Person, person_id(db))
    person.password_hash = None
    return f"/invitation/{invitations_actions.invite(db, None, person)}"


def forgot(db: Session) -> str:
    return f"/password/{invitations_actions.reset_link(db, None, db.get_one(Person, person_id(db)))}"


def other_session(db: Session) -> str:
    """Sign the coordinator in on another browser."""
    elsewhere = Origin("Firefox on Linux", "192.0.2.0/24")
    sessions_actions.begin(db, person(db, "coordinator"), elsewhere, factor="password", browser_token="another")
    db.flush()
    return f"/account/sessions/{max(db.scalars(select(SignInSession.id)))}/end"


def subscribed(db: Session) -> str:
    return f"/mail/stop/{unsubscribe_token(config_of(db).SECRET_KEY, person_id(db), MailKind.DIGEST)}"


def with_log_address(db: Session) -> str:
    assert first(db, LogAddress, LogAddress.person_id == person(db, "representative").id, LogAddress.ended_at.is_(None))
    return "/sharing/log-address/end"


def saved_search(words: str) -> Callable[[Session], str]:
    def address(db: Session) -> str:
        owner = person(db, "representative")
        return f"/searches/{first(db, SavedSearch, SavedSearch.person_id == owner.id).id}/{words}"

    return address


def feed(db: Session) -> str:
    owner = person(db, "contributor")
    return f"/searches/feeds/{first(db, SearchFeed, SearchFeed.person_id == owner.id).id}/revoke"


def dismissible(db: Session) -> str:
    return f"/sharing/mails/{first(db, LoggedMail, LoggedMail.outcome == Outcome.NOTHING_FOUND).id}/dismiss"


def unsubscribing(db: Session) -> str:
    recipient: Stakeholder = first(db, Stakeholder)
    return f"/stop/{stop_token(config_of(db).UNSUBSCRIBE_KEY, recipient.organization_id, recipient.address_hash)}"


def stakeholders(db: Session) -> dict[str, Any]:
    own = Stakeholder.organization_id == person(db, "representative").organization_id
    return {
        "who": [str(row.id) for row in db.scalars(select(Stakeholder).where(own).order_by(Stakeholder.id).limit(3))]
    }


def emailed_link(db: Session) -> str:
    """Start an application, and return the link that the hub emails to the applicant."""
    an_application(db)
    application = db.scalars(select(Application).order_by(Application.id.desc()).limit(1)).one()
    return f"/join/{mailed_token(config_of(db).UNSUBSCRIBE_KEY, application.id, application.contact_email)}"


def decided(db: Session) -> dict[str, Any]:
    application: Application = first(db, Application)
    return {
        "round": [str(application.round)],
        "decision": ["approve"],
        "reason": ["Welcome."],
        "exception": ["No quorum."],
    }

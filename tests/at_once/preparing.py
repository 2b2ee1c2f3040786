"""Prepares the demo world for the forms in sendings.py, and returns their addresses and values."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.calls.models import Ask, AskKind, Attendance, CalendarFeed, Call, Presentation, Source
from hub.calls.rules.presentations import SlotState
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.db import Base, config_of
from hub.core.quarters import Quarter
from hub.joining.models import Application
from hub.joining.rules import mailed_token
from hub.library import actions as library_actions
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Audience, Kind, PageKind
from hub.library.rules import State as ReadState
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.models import OutboxMessage
from hub.mail.rules import State as MailState
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import sessions as sessions_actions
from hub.members.models import Organization, Person, SignInSession
from hub.members.rules.mail import MailKind, unsubscribe_token
from hub.members.rules.sessions import Origin
from hub.outreach.actions import links as links_actions
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.actions import packs as packs_actions
from hub.outreach.models import Pack, PackItem, PackLink, ShareLink, Stakeholder
from hub.outreach.queries import packs as packs_queries
from hub.outreach.rules.packs import LinkPart, PackState
from hub.outreach.rules.stakeholders import unsubscribe_token as stop_token
from hub.overview import actions as overview_actions
from hub.search.models import SearchFeed
from hub.sharing.models import LoggedMail, SharingEvent
from hub.sharing.rules.logged_mail import Outcome
from hub.sharing.rules.standing import Act, Channel
from tests.demo_people import (
    SENDER,
    VISITOR,
    organization_of_sender,
    own_resource,
    own_stakeholders,
    saved_search,
    sender,
)
from tests.versions import an_application, past, person_id
from tests.world import an_organization


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
    resource = db.get_one(Resource, own_resource(db))
    resource.withdrawn_at, resource.withdrawn_reason = clock.now(), "It is old."
    return f"/resources/{resource.id}/restore"


def mail_with_file(db: Session) -> str:
    """Add an email with an attachment that was read."""
    content = b"Subject: List\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nSee the list.\n--x\n"
    content += b"Content-Disposition: attachment; filename=list.txt\n\nBolts.\n--x--\n"
    person = sender(db)
    stored = originals.store(config_of(db), BytesIO(content))
    facts = library_actions.Facts(Kind.BRIEFING, "List", published_on=clock.now().date())
    file = library_actions.File(stored, "list.eml")
    resource = library_actions.add(db, person, organization_of_sender(db), facts, file)
    (revision,) = db.scalars(select(Revision).where(Revision.resource_id == resource.id))
    revision.reader_version, revision.state, revision.page_count = READER_VERSION, ReadState.OK, 1
    page = Page(revision_id=revision.id, number=1, kind=PageKind.ATTACHMENT, title="list.txt", text="Bolts.", part="1")
    db.add(page)
    db.flush()
    return f"/resources/{resource.id}/pages/1/add"


def canceled(db: Session) -> str:
    call: Call = first(db, Call, Call.starts_at > clock.now(), Call.state == CallState.PLANNED)
    call.state, call.reason = CallState.CANCELLED, "No one can come."
    return f"/calls/{call.day}/plan-again"


def ask(db: Session) -> str:
    call, person = first(db, Call, Call.starts_at > clock.now()), sender(db)
    ask = Ask(call_id=call.id, kind=AskKind.ASK, text="Who has a template?", added_at=clock.now())
    ask.organization_id, ask.person_id = person.organization_id, person.id
    db.add(ask)
    db.flush()
    return f"/calls/{call.day}/asks/{ask.id}"


def attended(db: Session) -> str:
    """Check the sender in."""
    call, person = first(db, Call, Call.starts_at < clock.now()), sender(db)
    entry = Attendance(call_id=call.id, source=Source.CHECK_IN, recorded_at=clock.now(), once="a check-in")
    entry.organization_id, entry.person_id, entry.recorded_by_id = person.organization_id, person.id, person.id
    db.add(entry)
    db.flush()
    return f"/calls/attendance/{entry.id}/take-back"


def spoken(db: Session) -> dict[str, Any]:
    """Make a public resource a transcript of the latest call with a report, and return the field that names it."""
    resource = public(db)
    resource.call_on = date.fromisoformat(past(db))
    revision = first(db, Revision, Revision.resource_id == resource.id, Revision.number == resource.revision_number)
    page: Page = first(db, Page, Page.revision_id == revision.id)
    page.kind, page.title, page.seconds = PageKind.MOMENT, "Quinn Visitor", 3
    return {"resource": [str(resource.id)]}


def free_call(db: Session) -> str:
    calls = (Call.starts_at > clock.now(), Call.state == CallState.PLANNED, ~Call.presentations.any())
    return str(first(db, Call, *calls).day)


def with_calendar(db: Session) -> str:
    db.add(CalendarFeed(token="calendar", person_id=sender(db).id, made_at=clock.now()))
    return "/calls/calendar/end"


def held(db: Session) -> dict[str, Any]:
    """Let no one know if the presentation of some organization was given."""
    over = Presentation.call.has(Call.ends_at < clock.now())
    presentation: Presentation = first(db, Presentation, over, Presentation.state == SlotState.ACCEPTED)
    presentation.outcome = None
    db.execute(update(Attendance).where(Attendance.call_id == presentation.call_id).values(void=True))
    return {"presentation": [str(presentation.id)], "outcome": ["given"]}


def link(db: Session) -> ShareLink:
    link = links_actions.make_link(db, sender(db), public(db), None, 30)
    db.flush()
    return link


def of_link(words: str) -> Callable[[Session], str]:
    return lambda db: f"/sharing/links/{link(db).id}/{words}"


def to_link(words: str) -> Callable[[Session], str]:
    """Return the address of a form behind a link of another organization."""

    def address(db: Session) -> str:
        own = sender(db).organization_id
        by = next(each for each in (person(db, "representative"), person(db, "bff")) if each.organization_id != own)
        if db.info.get(SENDER, VISITOR) == VISITOR:
            by = person(db, "bff")
        link = links_actions.make_link(db, by, public(db), None, 30)
        db.flush()
        return f"/s/{link.token}/{words}"

    return address


def newest(db: Session) -> int:
    return max(db.scalars(select(Pack.id)))


def draft(db: Session) -> int:
    own_stakeholders(db)
    pack = packs_actions.create_pack(db, sender(db), Quarter.of(clock.today(config_of(db).zone)), [public(db).id], [])
    db.flush()
    pack.everyone = True
    return pack.id


def scheduled(db: Session) -> str:
    by, pack_id = sender(db), draft(db)
    packs_actions.send_pack(db, by, packs_queries.pack_for(db, by, pack_id), clock.now() + timedelta(days=2))
    return f"/sharing/packs/{pack_id}/call-off"


def to_item(words: str) -> Callable[[Session], str]:
    def address(db: Session) -> str:
        pack: Pack = first(db, Pack, Pack.state == PackState.SENT)
        reader: Stakeholder = first(db, Stakeholder, Stakeholder.organization_id == pack.organization_id)
        link = PackLink(pack_id=pack.id, token="to-a-reader", part=LinkPart.POSTED, created_at=clock.now())
        link.stakeholder_id = reader.id
        db.add(link)
        item: PackItem = first(db, PackItem, PackItem.pack_id == pack.id)
        return f"/p/{link.token}/{item.id}/{words}"

    return address


def message(state: MailState, words: str) -> Callable[[Session], str]:
    def address(db: Session) -> str:
        message: OutboxMessage = first(
            db, OutboxMessage, OutboxMessage.text != "", OutboxMessage.person_id.is_not(None)
        )
        message.state, message.sent_by_id = state, sender(db).id
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


def letter(db: Session) -> str:
    """Invite someone where no mail server can send it, so that the coordinator shows the letter."""
    person = db.get_one(Person, person_id(db))
    person.password_hash = None
    invitations_actions.invite(db, sender(db), person)
    db.flush()
    return f"/outbox/{max(db.scalars(select(OutboxMessage.id).where(OutboxMessage.secret)))}/show"


def proposal(db: Session) -> str:
    """Return the address of a presentation that the sender's organization proposes."""
    presentation: Presentation = first(db, Presentation, Presentation.state == SlotState.PROPOSED)
    presentation.organization_id = organization_of_sender(db).id
    return f"/calls/presentations/{presentation.id}"


def forgot(db: Session) -> str:
    return f"/password/{invitations_actions.reset_link(db, None, db.get_one(Person, person_id(db)))}"


def other_session(db: Session) -> str:
    """Sign the sender in on another browser."""
    elsewhere = Origin("Firefox on Linux", "192.0.2.0/24")
    sessions_actions.begin(db, sender(db), elsewhere, factor="password", browser_token="another")
    db.flush()
    return f"/account/sessions/{max(db.scalars(select(SignInSession.id)))}/end"


def subscribed(db: Session) -> str:
    return f"/mail/stop/{unsubscribe_token(config_of(db).SECRET_KEY, person_id(db), MailKind.DIGEST)}"


def with_log_address(db: Session) -> str:
    log_address_actions.new_log_address(db, sender(db))
    return "/sharing/log-address/end"


def to_saved_search(words: str) -> Callable[[Session], str]:
    return lambda db: f"/searches/{saved_search(db)}/{words}"


def feed(db: Session) -> str:
    feed = SearchFeed(person_id=sender(db).id, token="feed", address="q=budget", created_at=clock.now())
    db.add(feed)
    db.flush()
    return f"/searches/feeds/{feed.id}/revoke"


def dismissible(db: Session) -> str:
    mail: LoggedMail = first(db, LoggedMail, LoggedMail.outcome == Outcome.NOTHING_FOUND)
    mail.organization_id, mail.person_id = sender(db).organization_id, sender(db).id
    return f"/sharing/mails/{mail.id}/dismiss"


def unsubscribing(db: Session) -> str:
    recipient: Stakeholder = first(db, Stakeholder)
    return f"/stop/{stop_token(config_of(db).UNSUBSCRIBE_KEY, recipient.organization_id, recipient.address_hash)}"


def stakeholders(db: Session) -> dict[str, Any]:
    return {"who": [str(number) for number in own_stakeholders(db)[:3]]}


def everyone(db: Session) -> dict[str, Any]:
    return {"organization": [str(number) for number in db.scalars(select(Organization.id).order_by(Organization.id))]}


def unrepresented(db: Session) -> str:
    an_organization(db, "Copper Basin")
    return "/setup/invitations"


def uninvited(db: Session) -> str:
    db.get_one(Person, person_id(db)).password_hash = None
    return "/setup/links"


def paused(db: Session) -> str:
    overview_actions.pause_mail(db, sender(db), MailKind.DIGEST)
    return "/outbox/plan/begin"


def reported(db: Session) -> str:
    """Report that the sender's organization shared something, and return the address that corrects it."""
    who = sender(db)
    event = SharingEvent(act=Act.DECLARED, organization_id=who.organization_id, person_id=who.id, title="A plan")
    event.happened_on = clock.today(config_of(db).zone)
    event.quarter, event.recorded_at = str(Quarter.of(event.happened_on)), clock.now()
    event.with_whom, event.channel, event.resource_id = "our members", Channel.EMAIL, public(db).id
    db.add(event)
    db.flush()
    return f"/sharing/events/{event.id}/correct"


def newest_report(db: Session) -> str:
    return f"/sharing/events/{max(db.scalars(select(SharingEvent.id)))}/correct"


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


def filed(db: Session) -> dict[str, Any]:
    """Return what is chosen for a new resource; only some people are offered the organization."""
    return {"kind": ["resource"], "audience": ["network"], "organization": [sender(db).organization.slug]}

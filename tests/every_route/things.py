"""The small world of the crawler: organizations, people of every kind, and a thing of each kind that addresses name."""

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from fpdf import FPDF
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import (
    Ask,
    AskKind,
    Attendance,
    CalendarFeed,
    Call,
    Guest,
    GuestState,
    MeetingReport,
    Presentation,
)
from hub.calls.models import Source as AttendanceSource
from hub.calls.rules.attendance_reports import Tool
from hub.calls.rules.presentations import SlotState
from hub.core import clock
from hub.core.db import Base, config_of
from hub.core.quarters import Quarter
from hub.core.set_aside import SetAside, subject_of
from hub.joining.models import Application, Evidence
from hub.joining.rules import Criterion, Progress
from hub.library.files import originals
from hub.library.models import Resource, Revision
from hub.library.rules import Audience, Source
from hub.mail.models import OutboxMessage
from hub.members.actions import tokens as tokens_actions
from hub.members.models import EmailChange, FactorReset, LinkKind, Organization, Passkey, Person, SignInSession
from hub.members.queries import token_hash
from hub.members.rules.mail import MailKind, unsubscribe_token
from hub.members.rules.organizations import OrganizationKind
from hub.outreach.models import Pack, PackItem, PackLink, ShareLink, Stakeholder
from hub.outreach.rules.packs import LinkPart, PackState
from hub.outreach.rules.stakeholders import unsubscribe_token as stop_token
from hub.search.models import GlossaryEntry, SavedSearch, SearchFeed
from hub.sharing.models import AuditPacket, Confirmation, ConfirmedResource, LoggedMail, SharingEvent
from hub.sharing.rules.logged_mail import Outcome
from hub.sharing.rules.standing import Act, Channel
from tests.world import a_person, a_resource

NO_NUMBER, NO_TOKEN = 999_999, "no-such-thing"


@dataclass(frozen=True)
class Thing:
    """A thing that an address names: the values in the address, and what decides who may see it."""

    values: dict[str, Any]
    organization_id: int = 0
    audience: str = ""
    person_id: int | None = None  # whose it is alone
    is_withdrawn: bool = False
    is_closed: bool = False  # a link to what is for one organization only


@dataclass
class Things:
    """The things of one organization by kind, and the word that only readers of its own resources may see."""

    secret: str
    by_kind: dict[str, Thing] = field(default_factory=dict)


def _added(db: Session, row: Base) -> Any:
    db.add(row)
    db.flush()
    return row


def things_of(db: Session, organization: Organization, owner: Person, call: Call, secret: str) -> Things:
    """Add a thing of each kind that belongs to ``organization``, or to ``owner`` alone."""
    things = Things(secret)
    resources = _resources(db, things, organization, owner)
    _people(db, things, organization, owner)
    _calls(db, things, owner, call, resources["organization"])
    _record(db, things, owner, resources["organization"])
    _sharing(db, things, owner, resources)
    add_personal(db, things, owner)
    return things


def _resources(db: Session, things: Things, organization: Organization, owner: Person) -> dict[str, Resource]:
    made = {}
    for audience in Audience:
        word = f"{things.secret} " if audience is Audience.ORGANIZATION else ""
        title, pages = f"{word}{audience.value} plan of {organization.name}", [f"{word}Budget", "More"]
        row = a_resource(db, organization, title, pages, audience=audience, created_by=owner)
        things.by_kind[f"{audience.value} resource"] = Thing(
            {"resource_id": row.id, "number": 1}, organization.id, audience.value
        )
        if audience is not Audience.NETWORK:  # whose content is typed
            _upload(db, row, f"{word}plan.zip", f"{word}Budget of {organization.name}")
        made[audience.value] = row
    # Its title stays in the logs, which tell what was shared; its text and the reason don't.
    title = f"Withdrawn plan of {organization.name}"
    row = a_resource(db, organization, title, [f"{things.secret} is old"], created_by=owner)
    _upload(db, row, "old.zip", f"{things.secret} is old")
    made["withdrawn"] = row
    row.withdrawn_at, row.withdrawn_reason = clock.now(), f"{things.secret} is wrong"
    things.by_kind["withdrawn resource"] = Thing(
        {"resource_id": row.id, "number": 1}, organization.id, "network", is_withdrawn=True
    )
    return made


def zipped(text: str) -> bytes:
    """Return a file whose bytes don't show its text."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        archive.writestr("text.txt", f"{text}\n" * 9)
    return content.getvalue()


def _upload(db: Session, resource: Resource, name: str, text: str) -> None:
    """Let the content of a resource be an uploaded file; its pages stay those that were read."""
    stored = originals.store(config_of(db), BytesIO(zipped(text)))
    revision = db.scalars(select(Revision).where(Revision.resource_id == resource.id)).one()
    revision.source, revision.body, revision.sha256, revision.size = Source.FILE, None, stored.sha256, stored.size
    revision.file_name, revision.media_type = name, "application/zip"
    db.flush()


def _people(db: Session, things: Things, organization: Organization, owner: Person) -> None:
    another = a_person(db, organization, name="Odette Oak")
    things.by_kind["organization"] = Thing({"slug": organization.slug}, organization.id)
    things.by_kind["log"] = Thing({"organization": organization.slug}, organization.id)
    things.by_kind["person"] = Thing({"person_id": another.id}, organization.id)
    token = f"{organization.slug}-factor"
    _added(
        db,
        FactorReset(
            person_id=another.id,
            asked_by=owner.name,
            asked_at=clock.now(),
            due_at=clock.now() + timedelta(days=1),
            token_hash=token_hash(token),
        ),
    )
    things.by_kind["factor link"] = Thing({"token": token})
    token = f"{organization.slug}-email"
    change = EmailChange(email="new@elsewhere.example", token_hash=token_hash(token), asked_at=clock.now())
    change.person_id, change.needs_sign_in = another.id, False
    _added(db, change)
    things.by_kind["email link"] = Thing({"token": token})
    invited = a_person(db, organization, name="Uma Ulm")
    invited.password_hash = None
    for kind, subject in ((LinkKind.INVITATION, invited), (LinkKind.PASSWORD_RESET, another)):
        token = tokens_actions.new_link(db, None, kind, subject)
        things.by_kind[f"{kind.value} link"] = Thing({"token": token}, organization.id, person_id=subject.id)
    key = config_of(db).SECRET_KEY
    things.by_kind["mail link"] = Thing({"token": unsubscribe_token(key, another.id, MailKind.DIGEST)})


def _calls(db: Session, things: Things, owner: Person, call: Call, deck: Resource) -> None:
    now, own = clock.now(), owner.organization_id
    ask = _added(
        db,
        Ask(call_id=call.id, kind=AskKind.ASK, text="A map?", organization_id=own, person_id=owner.id, added_at=now),
    )
    things.by_kind["ask"] = Thing({"day": call.day, "ask_id": ask.id}, own)
    entry = Attendance(call_id=call.id, organization_id=own, person_id=owner.id, source=AttendanceSource.CHECK_IN)
    entry.recorded_at, entry.recorded_by_id, entry.once = now, owner.id, f"check-in {own} {owner.id}"
    things.by_kind["attendance"] = Thing({"entry_id": _added(db, entry).id}, own, person_id=owner.id)
    presentation = Presentation(call_id=call.id, organization_id=own, title="Progress", minutes=10, proposed_at=now)
    presentation.state, presentation.proposed_by_id, presentation.resource_id = SlotState.ACCEPTED, owner.id, deck.id
    things.by_kind["presentation"] = Thing({"number": _added(db, presentation).id}, own)
    report = MeetingReport(call_id=call.id, sha256=f"{own:064}", file_name="report.csv", tool=Tool.ZOOM, read_at=now)
    report.read_by_id, report.people = owner.id, 1
    _added(db, report)
    guest = Guest(call_id=call.id, report_id=report.id, key=f"guest {own}", name="Gus", state=GuestState.WAITING)
    things.by_kind["guest"] = Thing({"day": call.day, "guest_id": _added(db, guest).id}, own)
    feed = _added(db, CalendarFeed(token=f"calendar-{own}", person_id=owner.id, made_at=now))
    things.by_kind["calendar link"] = Thing({"token": feed.token}, own, person_id=owner.id)


def _record(db: Session, things: Things, owner: Person, secret: Resource) -> None:
    now, own, today = clock.now(), owner.organization_id, clock.today(config_of(db).zone)
    quarter = str(Quarter.of(today))
    event = SharingEvent(act=Act.DECLARED, organization_id=own, person_id=owner.id, resource_id=secret.id)
    event.title, event.happened_on, event.quarter, event.recorded_at = secret.title, today, quarter, now
    event.with_whom, event.channel = "our board", Channel.MEETING
    things.by_kind["event"] = Thing({"event_id": _added(db, event).id}, own)
    confirmed = Confirmation(organization_id=own, quarter=quarter, person_id=owner.id, role=owner.role)
    confirmed.confirmed_at, confirmed.shared, confirmed.with_whom = now, True, "our board"
    confirmed.person_name, confirmed.organization_name = owner.name, owner.organization.name
    things.by_kind["confirmation"] = Thing({"confirmation_id": _added(db, confirmed).id}, own)
    _added(db, ConfirmedResource(confirmation_id=confirmed.id, resource_id=secret.id, title=secret.title))
    mail = LoggedMail(person_id=owner.id, organization_id=own, once=f"mail {own}", received_at=now, happened_on=today)
    mail.outcome, mail.subject, mail.domains, mail.attachments, mail.event_ids = Outcome.LOGGED, "Hi", {}, 0, [event.id]
    things.by_kind["logged mail"] = Thing({"mail_id": _added(db, mail).id}, own)
    packet = AuditPacket(
        organization_id=own, quarter=quarter, made_at=now, person_id=owner.id, manifest='{"made_by": "Ana"}'
    )
    packet.digest, packet.tables_digest, packet.size = f"{own:064}", f"{own:064}", 3
    packet.content = zipped(secret.title)
    things.by_kind["packet"] = Thing({"packet_id": _added(db, packet).id}, own)


def _sharing(db: Session, things: Things, owner: Person, resources: dict[str, Resource]) -> None:
    now, own = clock.now(), owner.organization_id
    later, secret = now + timedelta(days=30), resources["organization"]
    opened = {"link": resources["public"], "closed link": secret, "withdrawn link": resources["withdrawn"]}
    for kind, resource in opened.items():
        link = ShareLink(
            token=f"{kind.split()[0]}-{own}", resource_id=resource.id, organization_id=own, person_id=owner.id
        )
        link.created_at, link.expires_at = now, later
        values = {"link_id": _added(db, link).id, "token": link.token, "number": 1}
        things.by_kind[kind] = Thing(values, own, person_id=owner.id, is_closed=kind != "link")
    reader = Stakeholder(organization_id=own, email=f"eve@{own}.example", address_hash=f"{own:064}", created_at=now)
    things.by_kind["stakeholder"] = Thing({"stakeholder_id": _added(db, reader).id}, own)
    token = stop_token(config_of(db).UNSUBSCRIBE_KEY, own, reader.address_hash)
    things.by_kind["stop link"] = Thing({"token": token})
    for kind, state in (("pack", PackState.DRAFT), ("sent pack", PackState.SENT)):
        pack = Pack(organization_id=own, person_id=owner.id, quarter="2026Q3", title="News", state=state)
        pack.created_at = now
        pack.items = [
            PackItem(position=place, resource_id=resource.id, added_at=now)
            for place, resource in enumerate((resources["public"], secret))
        ]
        if state is PackState.SENT:
            pack.send_at, pack.published_at, pack.expires_at, pack.finished_at = now, now, later, now
        _added(db, pack)
        values = {"pack_id": pack.id, "item_id": pack.items[0].id, "number": 1}
        things.by_kind[kind] = Thing(values, own)
        things.by_kind[f"closed item of {kind}"] = Thing(
            values | {"item_id": pack.items[1].id, "token": f"p-{own}"}, own, person_id=owner.id, is_closed=True
        )
    link = _added(
        db,
        PackLink(pack_id=pack.id, token=f"p-{own}", stakeholder_id=reader.id, part=LinkPart.POSTED, created_at=now),
    )
    things.by_kind["pack link"] = Thing(values | {"token": link.token}, own, person_id=owner.id)


def add_personal(db: Session, things: Things, owner: Person) -> None:
    """Add what belongs to ``owner`` alone."""
    now, own = clock.now(), owner.organization_id
    rows: dict[str, tuple[str, Any]] = {
        "session": ("number", SignInSession(token_hash=f"{owner.id:064}", made_at=now, used_at=now, factor="password")),
        "passkey": ("number", Passkey(credential_id=f"c{owner.id}", public_key=b"k", sign_count=0, added_at=now)),
        "set aside": ("number", SetAside(at=now, subject="Resource 7", title="Plan", was_saved=False, texts=[])),
        "saved search": ("saved_id", SavedSearch(name="Mine", address="q=a", created_at=now, looked_at=now)),
        "feed": ("feed_id", SearchFeed(token=f"feed-{owner.id}", address="q=budget", created_at=now)),
        "message": ("message_id", _message(owner)),
    }
    rows["session"][1].browser, rows["session"][1].browser_hash = "Firefox", ""
    rows["session"][1].network, rows["passkey"][1].name = "192.0.2.0/24", "Firefox"
    rows["saved search"][1].address_hash = f"{owner.id:064}"
    for kind, (name, row) in rows.items():
        if kind != "message":  # one to someone outside the hub is its sender's alone
            row.person_id = owner.id
        things.by_kind[kind] = Thing({name: _added(db, row).id}, own, person_id=owner.id)
    things.by_kind["feed link"] = Thing({"token": f"feed-{owner.id}"}, own, person_id=owner.id)


def _message(owner: Person) -> OutboxMessage:
    now = clock.now()
    return OutboxMessage(
        once=f"message {owner.id}",
        key=f"key{owner.id}",
        kind="reminder",
        sent_by_id=owner.id,
        to=owner.email,
        to_hash=f"{owner.id:064}",
        subject="A reminder",
        text="Confirm the quarter.",
        html="<p>Confirm the quarter.</p>",
        posted_at=now,
        since=now,
        due_at=now,
    )


def common_things(db: Session, call: Call) -> dict[str, Thing]:
    """Add what belongs to no organization."""
    now = clock.now()
    quarter = Quarter.of(call.day)
    entry = _added(db, GlossaryEntry(name="ZQX", meaning="A made-up name", changed_at=now))
    application = Application(token_hash=token_hash("applicant"), name="Copper Basin", contact_name="Ann")
    application.kind, application.contact_email = OrganizationKind.MEMBER, "ann@copper.example"
    application.created_at = application.changed_at = application.submitted_at = now
    application.progress = Progress.SUBMITTED
    _added(db, application)
    file = originals.path_of(config_of(db), "e" * 64)
    file.parent.mkdir(parents=True, exist_ok=True)
    document = FPDF()
    document.add_page()
    file.write_bytes(document.output())
    evidence = Evidence(application_id=application.id, criterion=Criterion.SWOT, sha256="e" * 64, size=4, added_at=now)
    evidence.file_name = "swot.pdf"
    values = {"application_id": application.id, "evidence_id": _added(db, evidence).id, "token": "applicant"}
    aside = SetAside(at=now, subject=subject_of(application), title="SWOT", was_saved=False, texts=[])
    values["number"] = _added(db, aside).id
    period = {"quarter": str(quarter), "year": call.day.year, "period": str(quarter)}
    return {
        "call": Thing({"day": call.day}),
        "entry": Thing({"entry_id": entry.id}),
        "topic": Thing({"topic": "workforce"}),
        "application": Thing(values),
        "quarter": Thing(period),
    }

"""The forms that edit something, and how two people fill them in at the same time."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.calls.models import Call, Guest, GuestState, Presentation
from hub.calls.rules.presentations import SlotState
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.db import config_of
from hub.core.quarters import Quarter
from hub.joining.actions import applying as applying_actions
from hub.joining.actions.applying import Interest
from hub.library.models import Resource, Revision
from hub.library.rules import Audience, Kind, Source
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind
from hub.outreach.actions import packs as packs_actions
from hub.search.models import GlossaryEntry
from hub.sharing.models import Confirmation
from tests.demo_people import (
    HAL,
    MANAGED,
    SENDER,
    organization_of_sender,
    own_resource,
    own_stakeholders,
    saved_search,
    sender,
)
from tests.forms import Values
from tests.world import a_resource

Entered = Values | Callable[[Session], Values]


@dataclass(frozen=True)
class Case:
    """A form that edits something, and what two people enter in it at the same time.

    Values that depend on the demo world are functions of a session.
    """

    page: Callable[[Session], str]  # prepares the world if necessary; the address of the page with the form
    my_values: Entered
    their_values: Entered
    shown: tuple[str, str] | Callable[[Session], tuple[str, str]] = (
        "",
        "",
    )  # my text and their text on the page; by default, the last value of each
    first: str = "coordinator"  # who sees the conflict
    second: str = "coordinator"
    action: str | Callable[[Session], str] = (
        ""  # where the form is posted to, if not to its page; {} is the last part of the page's address
    )
    do: str = ""  # its field ``do``, if the page has several forms
    begun_empty: frozenset[str] = frozenset()  # fields that don't show what is saved


def _written(db: Session) -> int:
    """Return a resource whose content was typed, and that the sender may change."""
    person = sender(db)
    own = Resource.organization_id == person.organization_id
    query = select(Resource.id).join(Revision).where(Revision.source == Source.TEXT)
    number = db.scalars((query.where(own) if SENDER in db.info else query).order_by(Resource.id)).first()
    return number or a_resource(db, person.organization, "Notes", created_by=person).id


def coming(db: Session) -> str:
    """Return the day of the next call, as its address has it."""
    return str(db.scalars(select(Call.day).where(Call.starts_at > clock.now()).order_by(Call.day)).first())


def past(db: Session) -> str:
    """Return the day of the latest call with an attendance report."""
    return str(db.scalars(select(Call.day).join(Guest).order_by(Call.day.desc())).first())


def _presentation(db: Session, *, held: bool) -> str:
    """Return the address of an accepted presentation."""
    query = select(Presentation).join(Presentation.call).where(Presentation.state == SlotState.ACCEPTED)
    presentation = db.scalars(
        query.where((Call.ends_at < clock.now()) if held else (Call.starts_at > clock.now())).order_by(Presentation.id)
    ).first()
    assert presentation
    if SENDER in db.info:
        presentation.organization_id = organization_of_sender(db).id
    return f"/calls/presentations/{presentation.id}"


def _decks(db: Session) -> list[Resource]:
    """Return the two decks of an organization, by default of the first that has two."""
    if SENDER in db.info:
        sending = organization_of_sender(db)
        own = (Resource.kind == Kind.PRESENTATION, Resource.organization_id == sending.id)
        for _ in range(2):
            a_resource(db, sending, "Another deck", kind=Kind.PRESENTATION)
        return list(db.scalars(select(Resource).where(*own).order_by(Resource.id)))
    several = select(Resource.organization_id).where(Resource.kind == Kind.PRESENTATION)
    organization = db.scalars(several.group_by(Resource.organization_id).having(func.count() > 1)).first()
    own = (Resource.kind == Kind.PRESENTATION, Resource.organization_id == organization)
    return list(db.scalars(select(Resource).where(*own).order_by(Resource.id)))


def _without_deck(db: Session) -> str:
    """Take the deck from a presentation of that organization, and return its address."""
    own = Presentation.organization_id == _decks(db)[0].organization_id
    presentation = db.scalars(select(Presentation).where(own).order_by(Presentation.id)).first()
    assert presentation
    presentation.resource_id = None
    return f"/calls/presentations/{presentation.id}"


def _guest(db: Session) -> str:
    guest = db.scalars(select(Guest).where(Guest.state == GuestState.WAITING).order_by(Guest.id)).first()
    assert guest
    return f"/calls/{past(db)}/participants?guest={guest.id}"


def _attendance(organization: int) -> Callable[[Session], Values]:
    """Return what records one organization alone for the call."""
    return lambda _db: {"reason": ["A reason"], "organizations": [str(organization)]}


def _free_calls(db: Session) -> list[str]:
    """Return the days of calls without presentations."""
    query = select(Call.day).where(
        Call.starts_at > clock.now(), Call.state == CallState.PLANNED, ~Call.presentations.any()
    )
    return [str(day) for day in db.scalars(query.order_by(Call.day))]


def an_application(db: Session) -> str:
    """Start an application, and return its private address."""
    interest = Interest(
        kind=OrganizationKind.MEMBER,
        name="Copper Basin Partnership",
        region="",
        website="",
        interest="",
        contact_name="Odette",
        contact_email="odette@copper.example",
    )
    _application, token = applying_actions.express_interest(db, interest, "192.0.2.9")
    return f"/join/{token}"


def _a_draft(db: Session) -> str:
    """Add a draft of a pack, and return its address."""
    person = sender(db)
    resources = list(db.scalars(select(Resource.id).where(Resource.audience == Audience.PUBLIC).limit(2)))
    pack = packs_actions.create_pack(db, person, Quarter.of(clock.today(config_of(db).zone)), resources)
    db.flush()
    return f"/sharing/packs/{pack.id}"


def _confirmed_quarter(db: Session) -> str:
    """Return the address that confirms again the newest quarter that the sender's organization has confirmed."""
    quarters = select(Confirmation.quarter).where(Confirmation.organization_id == organization_of_sender(db).id)
    return f"/sharing/{max(db.scalars(quarters))}/confirm"


def person_id(db: Session, email: str = "") -> int:
    """Return the id of the person with this address; by default, of someone whom the sender manages."""
    email = email or MANAGED.get(db.info.get(SENDER, ""), HAL)
    return db.scalars(select(Person.id).where(Person.email == email)).one()


CASES = {
    "members.account": Case(
        lambda _db: "/account",
        {"name": ["My new name"]},
        {"name": ["Their new name"]},
        first="representative",
        second="representative",
    ),
    "members.change_person": Case(
        lambda db: f"/people/{person_id(db)}",
        {"name": ["Hal O. Okafor"]},
        {"name": ["Henry Okafor"]},
        first="representative",
        action="/people/{}",
    ),
    "members.change_role": Case(
        lambda db: f"/people/{person_id(db)}",
        {"role": ["alternate"]},
        {"role": ["representative"]},
        shown=("Alternate", "Representative"),
        action="/people/{}/role",
    ),
    "members.move_person": Case(
        lambda db: f"/people/{person_id(db)}",
        {"organization": ["ridgeline"], "role": ["contributor"]},
        {"organization": ["bayou"], "role": ["contributor"]},
        shown=("Ridgeline", "Bayou"),
        action="/people/{}/organization",
        begun_empty=frozenset({"organization"}),
    ),
    "members.postal_address": Case(
        lambda db: f"/organizations/{organization_of_sender(db).slug}/address",
        {"postal_address": ["1 My Street\nErie, PA 16501"]},
        {"postal_address": ["2 Their Street\nErie, PA 16501"]},
        first="representative",
        shown=("1 My Street", "2 Their Street"),
    ),
    "search.edit_entry": Case(
        lambda db: f"/glossary/{db.scalars(select(GlossaryEntry.id).order_by(GlossaryEntry.id)).first()}/edit",
        {"meaning": ["What I think it stands for"]},
        {"meaning": ["What they think it stands for"]},
    ),
    "search.rename": Case(
        lambda db: "/searches",
        {"name": ["My name for it"]},
        {"name": ["Another name"]},
        first="representative",
        second="representative",
        action=lambda db: f"/searches/{saved_search(db)}/name",
    ),
    "overview.edit_topic": Case(
        lambda _db: "/topics/workforce/edit",
        {"sentences": ["What I say about it."]},
        {"sentences": ["What they say about it."]},
    ),
    "overview.setup_hub": Case(lambda _db: "/setup/hub", {"name": ["My hub"]}, {"name": ["Their hub"]}),
    "overview.setup_host": Case(lambda _db: "/setup/host", {"region": ["My region"]}, {"region": ["Their region"]}),
    "members.required_factors": Case(
        lambda _db: "/setup/second-factor",
        {"roles": ["board"]},
        {"roles": ["representative"]},
        shown=("Advisory Board", "Representative"),
    ),
    "overview.notification_settings": Case(
        lambda _db: "/account/mail",
        {"tags": ["my tag"]},
        {"tags": ["their tag"], "kinds": ["digest"]},
        first="contributor",
        second="contributor",
    ),
    "library.replace": Case(
        lambda db: f"/resources/{_written(db)}/replace",
        {"body": ["# My text\n\nIn two paragraphs."], "note": ["Why I replaced it"]},
        {"body": ["# Their text"]},
        shown=("My text", "Their text"),
        begun_empty=frozenset({"note"}),
    ),
    "library.withdraw": Case(
        lambda db: f"/resources/{own_resource(db)}/withdraw",
        {"reason": ["My reason"]},
        {"reason": ["Their reason"]},
        first="contributor",
        second="representative",
    ),
    "calls.edit": Case(
        lambda db: f"/calls/{coming(db)}/edit",
        {"agenda": ["# My agenda\n\n1. What I want to discuss"]},
        {"agenda": ["# Their agenda"]},
        shown=("What I want to discuss", "# Their agenda"),
    ),
    "calls.move": Case(
        lambda db: f"/calls/{coming(db)}/move",
        {"reason": ["My reason"], "minutes": ["45"]},
        {"reason": ["Their reason"], "minutes": ["50"]},
        begun_empty=frozenset({"reason"}),
    ),
    "calls.attendance": Case(
        lambda db: f"/calls/{past(db)}/attendance",
        _attendance(4),
        _attendance(5),
        shown=("Bayou", "Prairie"),
        begun_empty=frozenset({"reason"}),
    ),
    "calls.decide": Case(
        _guest,
        {"who": ["organization-3"]},
        {"who": ["organization-4"]},
        shown=("Ridgeline", "Bayou"),
        action=lambda db: _guest(db).replace("?guest=", "/"),
    ),
    "calls.presentation:change": Case(
        lambda db: _presentation(db, held=False),
        {"facts-title": ["My title"]},
        {"facts-title": ["Their title"]},
        do="change",
    ),
    "calls.presentation:decline": Case(
        lambda db: _presentation(db, held=False),
        {"decline-reason": ["My reason"]},
        {"decline-reason": ["Their reason"]},
        do="decline",
        begun_empty=frozenset({"decline-reason"}),
    ),
    "calls.presentation:move": Case(
        lambda db: _presentation(db, held=False),
        lambda db: {"move-reason": ["My reason"], "move-call": _free_calls(db)[3:4]},
        lambda db: {"move-reason": ["Their reason"], "move-call": _free_calls(db)[4:5]},
        shown=("My reason", "Their reason"),
        do="move",
        begun_empty=frozenset({"move-call", "move-reason"}),
    ),
    "calls.presentation:settle": Case(
        lambda db: _presentation(db, held=True),
        {"outcome-outcome": ["given"]},
        {"outcome-outcome": ["no_show"]},
        shown=("Given", "No-show"),
        do="settle",
    ),
    "calls.deck": Case(
        _without_deck,
        lambda db: {"deck-resource": [str(_decks(db)[0].id)]},
        lambda db: {"deck-resource": [str(_decks(db)[1].id)]},
        shown=lambda db: (_decks(db)[0].title, _decks(db)[1].title),
        action="/calls/presentations/{}/deck",
        begun_empty=frozenset({"deck-resource"}),
    ),
    "joining.application": Case(
        an_application,
        {"interest": ["What I want"], "statement_swot": ["My statement"]},
        {"interest": ["What they want"], "statement_swot": ["Their statement"]},
        first="visitor",
        second="visitor",
    ),
    "joining.vote": Case(
        lambda _db: "/applications/1",
        {"ballot": ["approve"], "reason": ["My reason"]},
        {"ballot": ["abstain"], "reason": ["Their reason"]},
        first="board",
        second="board",
        action="/applications/{}/vote",
    ),
    "members.edit_organization": Case(
        lambda _db: "/organizations/lakeshore/edit",
        {"region": ["My region"], "designations-0-name": ["My designation"]},
        {"region": ["Their region"]},
        shown=("My designation", "Their region"),
    ),
    "outreach.pack": Case(
        _a_draft,
        {"words": ["My note.\nIn two lines."]},
        {"words": ["Their note."]},
        shown=("My note.", "Their note."),
        first="representative",
        second="contributor",
    ),
    "outreach.stakeholder": Case(
        lambda db: f"/sharing/stakeholders/{own_stakeholders(db)[0]}",
        {"affiliation": ["My words"], "groups": ["My group"]},
        {"affiliation": ["Their words"], "groups": ["Their group"]},
        first="representative",
        second="contributor",
    ),
    "sharing.confirm": Case(
        _confirmed_quarter,
        {"note": ["My note"], "with_whom": ["Whom I shared with"]},
        {"note": ["Their note"], "with_whom": ["Whom they shared with"]},
        first="representative",
        second="alternate",
    ),
    "library.edit": Case(
        lambda db: f"/resources/{own_resource(db)}/edit",
        {"summary": ["What I wrote.\nIn two lines."]},
        {"summary": ["What they wrote."]},
        shown=("What I wrote.", "What they wrote."),
        first="contributor",
        second="representative",
    ),
}

"""A world for the tests of topic pages: organizations of every kind, a call, and functions that add to it."""

from dataclasses import dataclass
from datetime import date, timedelta

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hub.calls.models import Ask, AskKind, Call, Presentation
from hub.calls.rules.presentations import SlotState
from hub.core import clock
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.models import SharingEvent
from hub.sharing.rules.standing import Act
from tests.world import a_person, an_organization

CORA, ANA = "coordinator@hub.example", "ana@lake.example"


@dataclass(frozen=True)
class TopicWorld:
    """The host and its coordinator, a member and its contributor, and four other members."""

    host: Organization
    cora: Person
    lake: Organization
    ana: Person
    others: tuple[Organization, ...]


def a_world(db: Session) -> TopicWorld:
    """Add the organizations and people."""
    host = an_organization(db, "Secretariat", OrganizationKind.HOST)
    lake = an_organization(db, "Lakeshore Forge")
    others = tuple(an_organization(db, name) for name in ("Bayou Works", "Copper Basin", "Delta Mills", "Elk River"))
    return TopicWorld(
        host,
        a_person(db, host, Role.COORDINATOR, CORA, "Cora"),
        lake,
        a_person(db, lake, email=ANA, name="Ana"),
        others,
    )


def a_call(db: Session, days_ago: int, **others: str) -> Call:
    """Add a call that was held ``days_ago``, or will be if it is negative."""
    starts_at = clock.now() - timedelta(days=days_ago)
    call = Call(
        day=starts_at.date(), starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), title="The call", **others
    )
    call.uid, call.changed_at = f"uid {days_ago}", clock.now()
    db.add(call)
    db.flush()
    return call


def a_talk(
    db: Session,
    call: Call,
    by: Person,
    organization: Organization,
    title: str,
    topic: str = "",
    deck: int | None = None,
) -> Presentation:
    """Add an accepted presentation."""
    talk = Presentation(call_id=call.id, organization_id=organization.id, title=title, minutes=10, topic=topic)
    talk.state, talk.proposed_by_id, talk.proposed_at, talk.resource_id = (
        SlotState.ACCEPTED,
        by.id,
        clock.now(),
        deck,
    )
    db.add(talk)
    db.flush()
    return talk


def an_ask(db: Session, call: Call, by: Person, text: str, kind: AskKind = AskKind.ASK) -> Ask:
    """Add an ask of a person's organization on a call."""
    ask = Ask(call_id=call.id, kind=kind, text=text, organization_id=by.organization_id, person_id=by.id)
    ask.added_at = clock.now()
    db.add(ask)
    db.flush()
    return ask


def a_share(
    db: Session,
    organization: Organization | None,
    resource: Resource,
    day: date,
    act: Act = Act.FORWARD,
    **others: object,
) -> SharingEvent:
    """Add an entry to the sharing log."""
    entry = SharingEvent(
        act=act,
        organization_id=organization.id if organization else None,
        resource_id=resource.id,
        title=resource.title,
        happened_on=day,
        quarter=str(Quarter.of(day)),
        recorded_at=clock.now(),
        **others,
    )
    db.add(entry)
    db.flush()
    return entry


def opened(browser: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    """Return the page at an address."""
    answer = browser.get(address)
    assert answer.status_code == status
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def section(page: BeautifulSoup, heading: str) -> Tag | None:
    """Return the section with this heading; None if the page has none."""
    headings = [tag for tag in page.select("main h2") if tag.get_text(" ", strip=True) == heading]
    return headings[0].find_parent("section") if headings else None


def titles(page: BeautifulSoup, heading: str) -> list[str]:
    """Return what a section lists; an empty list if there is no such section."""
    listed = section(page, heading)
    return [] if listed is None else [tag.get_text() for tag in listed.select(".resource-title")]

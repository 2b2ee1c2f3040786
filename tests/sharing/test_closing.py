"""The page that confirms a quarter, with logged sharing and missing information; and the reach of a resource."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.actions import reach as reach_actions
from hub.sharing.models import LoggedMail, SharingEvent
from hub.sharing.queries import entries as entries_queries
from hub.sharing.queries import reach as reach_queries
from hub.sharing.rules.confirmations import LogFacts, gaps
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.logged_mail import Outcome
from hub.sharing.rules.reports import Reached
from hub.sharing.rules.standing import Act, Channel
from tests.world import LONG_AGO, SignIn, a_person, a_resource, an_organization

JULY = datetime(2026, 7, 8, 15, 0, tzinfo=UTC)
Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)
NOTHING = LogFacts(0, 0, 0, 0, 0, Q2, JULY.date())


def test_each_gap_is_a_sentence_and_a_complete_log_has_none() -> None:
    assert gaps(replace(NOTHING, shared=3)) == []
    assert gaps(NOTHING) == [
        "Nothing is logged. Check or describe below what you shared, or confirm that there was nothing to share."
    ]
    every = LogFacts(3, 1, 2, 1, 2, Q2, Q2.last_day, open_before=Q1)
    assert gaps(every) == [
        "1 resource was downloaded. If you shared it, check it below.",
        "2 emails came to a log address, but the hub recognized no resource. Check below what was in them.",
        "2 resources were shared, but no audience is logged.",
        "1 resource was shared, but no number of people is logged.",
        "The quarter is still open. If you share more, confirm again to add it.",
        "Q1 2026 isn’t confirmed either.",
    ]


def an_event(db: Session, act: Act, organization: int | None, resource: Resource, day: date, **others: object) -> None:
    event = SharingEvent(
        act=act, organization_id=organization, resource_id=resource.id, title=resource.title, happened_on=day,
        quarter=str(Quarter.of(day)), recorded_at=JULY, **others,
    )  # fmt: skip
    keys = [f"{with_whom_key(event)} {place}" for place in range(event.people or 1)] if act is Act.FORWARD else []
    reach_actions.add_share(db, [event], keys)


def with_whom_key(event: SharingEvent) -> str:
    """Return a key that no other entry of these tests has."""
    return f"{event.organization_id} {event.resource_id} {event.happened_on} {event.carrier}"


def a_declaration(db: Session, person: Person, resource: Resource, with_whom: str, people: int | None = None) -> int:
    """Declare in May that the person's organization shared the resource; return the entry's id."""
    declaration = declarations_actions.Declaration(date(2026, 5, 5), with_whom, Channel.EMAIL, people)
    [line] = declarations_actions.declare(db, person, [resource.id], declaration)
    return line.id


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """A resource of Prairie that Prairie and Delta shared and Coast only downloaded; returns its id."""
    monkeypatch.setattr("hub.core.clock.now", lambda: JULY)
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    with database.writing() as db:
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
        prairie = an_organization(db, "Prairie Works", region="Plains", joined_on=date(2026, 1, 5))
        delta = an_organization(db, "Delta Works", region="Gulf")
        coast = an_organization(db, "Coast Works", region="Coast")
        rita = a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
        dora = a_person(db, delta, Role.REPRESENTATIVE, "dora@delta.example", "Dora")
        a_person(db, coast, Role.BOARD, "bo@coast.example", "Bo")
        kit = a_resource(db, prairie, title="The kit", audience=Audience.PUBLIC, created_at=LONG_AGO)
        other = a_resource(db, prairie, title="Another", created_at=LONG_AGO)
        may, february = date(2026, 5, 5), date(2026, 2, 2)
        a_declaration(db, rita, kit, "our members", 40)
        a_declaration(db, dora, kit, "our members")
        an_event(db, Act.FORWARD, delta.id, kit, may, carrier=Carrier.HUB_MAIL, people=12)
        an_event(db, Act.FORWARD, prairie.id, kit, february, carrier=Carrier.OPENING)
        an_event(db, Act.FORWARD, prairie.id, kit, february)
        an_event(db, Act.DOWNLOAD, coast.id, kit, may)
        an_event(db, Act.DOWNLOAD, None, kit, may)
        an_event(db, Act.DOWNLOAD, prairie.id, other, may)
        an_event(db, Act.FORWARD, prairie.id, other, may, carrier=Carrier.OPENING)
        wrong = a_declaration(db, dora, kit, "x", 9_000)
        line = entries_queries.event_for(db, dora, wrong, Permission.DECLARE)
        declarations_actions.retract(db, dora, line, "A mistake.")
        mail = LoggedMail(
            person_id=rita.id, organization_id=prairie.id, once="m", received_at=JULY, happened_on=may,
            outcome=Outcome.NOTHING_FOUND, subject="Fwd: <News>", people=3, domains={"a.example": 3},
            attachments=0, event_ids=[],
        )  # fmt: skip
        db.add(mail)
        return kit.id


@pytest.mark.both_databases
def test_the_confirmation_page_shows_what_is_logged_and_what_is_missing(world: int, sign_in: SignIn) -> None:
    page = sign_in("rita@prairie.example").get("/sharing/2026Q2/confirm").text
    text = unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))
    for part in (
        "2 resources shared: 1 person reached; said to have reached about 40.",
        "Opened by a person 1, Reported 1, Downloaded 1",
        "1 email came to a log address",
        "Fwd: <News>",
        "1 resource was shared, but no audience is logged.",
        "Q1 2026 isn’t confirmed either.",
    ):
        assert part in text, part
    assert "still open" not in text
    first = " ".join(
        re.sub(r"<[^>]+>", " ", sign_in("rita@prairie.example").get("/sharing/2026Q1/confirm").text).split()
    )
    assert "either" not in first, "it joined in that quarter"


@pytest.mark.both_databases
def test_a_complete_quarter_has_nothing_missing(world: int, database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        dora = db.scalars(select(Person).where(Person.email == "dora@delta.example")).one()
        confirmations_actions.confirm(db, dora, Q1, confirmations_actions.Statement(shared=False, reason="New here."))
    assert "Nothing is missing." in sign_in("dora@delta.example").get("/sharing/2026Q2/confirm").text


@pytest.mark.both_databases
def test_reach_counts_organizations_regions_and_people(world: int, database: Database) -> None:
    with database.reading() as db:
        reach = reach_queries.reach_of_resource(db, db.get_one(Resource, world))
    assert (reach.shared, reach.regions, reach.downloaded, reach.visitors) == (2, 2, 1, 1)
    assert reach.reached == Reached(12 + 2, 40, 1)
    assert [(str(row.quarter), row.shared, row.downloaded, row.reached) for row in reach.quarters] == [
        ("2026Q2", 2, 1, Reached(12, 40, 1)),
        ("2026Q1", 1, 0, Reached(2, 0, 0)),
    ]


@pytest.mark.both_databases
def test_the_uploaders_organization_and_the_coordinator_see_numbers_and_no_names(world: int, sign_in: SignIn) -> None:
    for who in ("rita@prairie.example", "coordinator@hub.example"):
        browser = sign_in(who)
        assert f"/resources/{world}/reach" in browser.get(f"/resources/{world}").text
        page = browser.get(f"/resources/{world}/reach").text
        assert "2 organizations in 2 regions" in page
        assert "<dt>People reached</dt><dd>14</dd>" in page
        for name in ("Delta", "Dora", "Coast", "Gulf", "our members"):
            assert name not in page
    for who in ("dora@delta.example", "bo@coast.example"):
        browser = sign_in(who)
        assert f"/resources/{world}/reach" not in browser.get(f"/resources/{world}").text
        assert browser.get(f"/resources/{world}/reach").status_code == 403
    assert sign_in("rita@prairie.example").get("/resources/999/reach").status_code == 404


def test_a_resource_that_no_one_shared_says_so(world: int, database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        number = a_resource(db, rita.organization, title="Quiet").id
    assert "No one has downloaded or shared" in sign_in("rita@prairie.example").get(f"/resources/{number}/reach").text

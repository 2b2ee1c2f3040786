"""People reached are distinct where the hub knows them; what was only reported is added up apart, everywhere."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission
from hub.migrations import schema
from hub.outreach.actions import links as links_actions
from hub.outreach.actions import log_address as log_address_actions
from hub.outreach.queries import links as links_queries
from hub.outreach.rules.copied_mail import read_mail
from hub.outreach.rules.openings import Visitor
from hub.outreach.rules.places import hub_links_in
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.actions import reach as reach_actions
from hub.sharing.models import ReachedPerson, SharingEvent
from hub.sharing.queries import entries as entries_queries
from hub.sharing.queries.people_reached import NOBODY, people_reached, people_reached_by
from hub.sharing.rules.audit_packet_check import check_packet
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.reports import Reached, reached
from hub.sharing.rules.standing import Act, Channel, current_events
from tests.core.test_migrations import go_back
from tests.sharing.packets import make
from tests.sharing.test_reports import rows_of, sheets_of, words_of
from tests.world import SignIn, a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases

QUARTERS = ("2026Q1", "2026Q2")
acts_of_sharing = st.lists(
    st.tuples(
        st.sampled_from(Act),
        st.sampled_from(QUARTERS),
        st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(1, 50)), min_size=1, max_size=3),  # its entries
        st.sets(st.sampled_from("abcde")),  # the people whom a forward reached
        st.integers(0, 3),  # which of its entries is retracted; more: none
    ),
    max_size=8,
)


@pytest.fixture
def three_resources(database: Database) -> list[int]:
    with database.writing() as db:
        organization = an_organization(db)
        return [organization.id, *(a_resource(db, organization).id for _ in range(3))]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts_of_sharing)
def test_the_query_agrees_with_the_rule(database: Database, three_resources: list[int], log: list[Any]) -> None:
    organization, *resources = three_resources
    with database.writer() as db:  # never committed
        rows: list[SharingEvent] = []
        known: dict[int, set[str]] = {}
        for act, quarter, entries, people, retracted in log:
            keys = people if act is Act.FORWARD else set()
            share = [an_entry(act, organization, resources[place], quarter, count) for place, count in entries]
            reach_actions.add_share(db, share, keys)
            known[share[0].id] = keys
            rows += share
            if retracted < len(share):
                old = share[retracted]
                void = an_entry(act, organization, old.resource_id, quarter, old.people)
                void.supersedes_id, void.share_id, void.void = old.id, old.share, True
                db.add(void)
                db.flush()
                rows.append(void)
        current = current_events(rows)
        assert people_reached(db) == reached(current, known)
        by = people_reached_by(db, [SharingEvent.quarter, SharingEvent.resource_id])
        for quarter in QUARTERS:
            for resource in resources:
                own = [event for event in current if (event.quarter, event.resource_id) == (quarter, resource)]
                assert by.get((quarter, resource), NOBODY) == reached(own, known)
        db.rollback()


def an_entry(act: Act, organization: int, resource: int, quarter: str, people: int | None) -> SharingEvent:
    day = Quarter.parse(quarter).first_day
    return SharingEvent(
        act=act, organization_id=organization, resource_id=resource, title="Toolkit", happened_on=day, quarter=quarter,
        recorded_at=clock.now(), people=people, carrier=Carrier.HUB_MAIL if act is Act.FORWARD else None,
    )  # fmt: skip


MAY = datetime(2026, 5, 5, 15, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 8, 15, 0, tzinfo=UTC)
THREE = "Ana <ana@works.example>, bo@works.example, cy@mill.example"


@pytest.fixture
def shared(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Prairie emailed two resources to three people, reported a list of 40 twice, and three networks opened its link."""
    monkeypatch.setattr("hub.core.clock.now", lambda: MAY)
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    with database.writing() as db:
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        prairie = an_organization(db, "Prairie Works", joined_on=date(2026, 4, 1))
        rita = a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
        kit, guide = (a_resource(db, prairie, title=title) for title in ("Kit", "Guide"))
        email(db, rita, [kit, guide], THREE, "one")
        email(db, rita, [kit], "bo@works.example, dee@mill.example", "two")
        email(db, rita, [guide], "undisclosed-recipients:;", "three")
        for form in ("one", "another"):
            report = declarations_actions.Declaration(date(2026, 5, 5), "our list", Channel.EMAIL, 40)
            declarations_actions.declare(db, rita, [kit.id, guide.id], report, form)
        token = links_actions.make_link(db, rita, kit, None, 30).token
        db.flush()
        db.expire_all()
        link = links_queries.link_by_token(db, token)
        for number, address in enumerate(("192.0.2.1", "192.0.2.9", "198.51.100.1", "203.0.113.1")):
            links_actions.open_link(db, link, Visitor(f"browser {number}", address))
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
        return [kit.id, guide.id]


def email(db: Session, person: Person, resources: Sequence[Resource], to: str, name: str) -> None:
    """Log an email of the person with links to the resources."""
    links = "\n".join(f"http://localhost/resources/{resource.id}" for resource in resources)
    raw = (
        f"From: {person.email}\r\nTo: {to}\r\nSubject: News\r\nMessage-ID: <{name}@prairie.example>\r\n"
        f"Date: Tue, 05 May 2026 10:00:00 -0400\r\n\r\n{links}\r\n"
    )
    mail = read_mail(raw.encode())
    log_address_actions.log_mail(db, person, mail, hub_links_in(mail.text, "http://localhost"), MAY)


def test_every_page_and_export_has_the_same_numbers(
    shared: list[int], database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ana, Bo, Cy and Dee got emails, and the link was opened from three networks."""
    total = Reached(7, 80, 1)
    with database.reading() as db:
        prairie = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        assert people_reached(db, entries_queries.logged_by(prairie, Quarter(2026, 2))) == total
    browser = sign_in("rita@prairie.example")
    facts = "<dt>People reached</dt><dd>7</dd> <dt>Said to have reached</dt><dd>about 80</dd>"
    for address in ("/sharing/2026Q2", f"/resources/{shared[0]}/reach"):
        assert facts in " ".join(browser.get(address).text.split()), address
    page = browser.get("/sharing/2026Q2/confirm").text
    assert "7 people reached; said to have reached about 80." in page
    assert 'name="people" type="number" value="80"' in page or 'value="80"' in page
    monkeypatch.setattr("hub.core.clock.now", lambda: JULY)
    for period in ("2026Q2", "2026"):
        words = words_of(browser.get(f"/sharing/reports/{period}").data)
        assert "7 people were reached, each counted once." in words
        assert "By its reports, it is said to have reached about 80. 1 share doesn’t say how many." in words
        sheets = sheets_of(browser.get(f"/sharing/reports/{period}?format=xlsx").data)
        assert sheets["People reached"][-1][1:] == (7, 80, 1)
        assert [row[1:2] + row[8:11] for row in sheets["Resources"][1:]] == [("Guide", 3, 80, 1), ("Kit", 7, 80, 0)]
        assert numbers_in(rows_of(browser.get(f"/sharing/reports/{period}?format=csv").data)) == (8, 80, 1)
    assert numbers_in(rows_of(browser.get("/sharing?format=csv").data)) == (8, 80, 1)
    packet = ZipFile(BytesIO(make(database, Quarter(2026, 2)).content))
    assert "7 people reached; said to have reached about 80" in packet.read("README.txt").decode()
    assert "7 people were reached" in words_of(packet.read("report.pdf"))


def numbers_in(rows: list[dict[str, str]]) -> tuple[int, int, int]:
    """Add up the entries of a CSV file, with each share once: known people (not distinct), reported, without either."""
    known, reported = (
        {row["Share"]: int(row[head] or 0) for row in rows} for head in ("People reached", "Said to have reached")
    )
    return sum(known.values()), sum(reported.values()), sum(not known[share] and not reported[share] for share in known)


def test_a_packet_says_which_entries_are_one_act_of_sharing(shared: list[int], database: Database) -> None:
    packet = make(database, Quarter(2026, 2))
    assert check_packet(packet.content).problems == ()
    rows = rows_of(ZipFile(BytesIO(packet.content)).read("events.csv"))
    shares = [row["share"] for row in rows]
    assert len(rows) == 2 + 1 + 1 + 4 + 3
    assert len(set(shares)) == 1 + 1 + 1 + 2 + 3


def test_a_retracted_email_reached_no_one(shared: list[int], database: Database) -> None:
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        of_mail = SharingEvent.carrier == Carrier.LOG_ADDRESS
        mails = db.scalars(select(SharingEvent.id).where(of_mail).order_by(SharingEvent.id)).all()
        before = people_reached(db)
        for number in mails[:2]:
            line = entries_queries.event_for(db, rita, number, Permission.DECLARE)
            declarations_actions.retract(db, rita, line, "Not sent.")
            db.flush()
        assert (before.people, people_reached(db).people) == (7, 5), "Bo and Dee are still in the second email"


def test_no_address_is_stored_and_one_person_is_one_row_for_each_act(shared: list[int], database: Database) -> None:
    with database.reading() as db:
        keys = db.scalars(select(ReachedPerson.key)).all()
        assert not any("@" in key for key in keys)
        assert db.scalar(select(func.count()).select_from(ReachedPerson)) == 3 + 2 + 3


def test_a_correction_of_one_resource_in_a_report_still_is_one_statement(shared: list[int], database: Database) -> None:
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        first = db.scalars(
            select(SharingEvent.id).where(SharingEvent.act == Act.DECLARED).order_by(SharingEvent.id)
        ).first()
        line = entries_queries.event_for(db, rita, first or 0, Permission.DECLARE)
        report = declarations_actions.Declaration(date(2026, 5, 5), "our list", Channel.EMAIL, 60)
        declarations_actions.correct(db, rita, line, report)
        assert people_reached(db).reported == 60 + 40
        for event in db.scalars(select(SharingEvent)).all():
            assert event.share <= event.id


def test_an_old_hub_gets_its_shares_and_people_and_says_what_changed(
    shared: list[int], database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.reading() as db:
        before = [event.share for event in db.scalars(select(SharingEvent).order_by(SharingEvent.id))]
    go_back(database, "2026_11_24_titles_in_the_log")
    schema.upgrade(database)
    with database.reading() as db:
        assert [event.share for event in db.scalars(select(SharingEvent).order_by(SharingEvent.id))] == before
        assert people_reached(db) == Reached(3 + 2 + 3, 80, 1), "their addresses were not stored"
    assert (
        "Prairie Works, Q2 2026: people reached 171 before, now 8; said to have reached 80" in capsys.readouterr().out
    )

"""The board's query agrees with the rule for any log; and reading pages changes nothing that counts."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import Database, config_of
from hub.core.quarters import Quarter
from hub.members.models import MembershipPeriod, Organization, Person
from hub.members.rules.membership import Period
from hub.members.rules.organizations import OrganizationKind, Role
from hub.outreach.actions import links as links_actions
from hub.outreach.models import ShareLink
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.queries import standings as standings_queries
from hub.sharing.rules.next_steps import QuarterFacts, next_step
from hub.sharing.rules.standing import Act, Channel, Standing, current_events, standing
from tests.world import SignIn, a_person, a_resource, an_organization

pytestmark = pytest.mark.both_databases

QUARTERS = [Quarter(2026, 1), Quarter(2026, 2), Quarter(2026, 3)]
DAYS = st.dates(date(2025, 12, 15), date(2026, 10, 15))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))

events = st.lists(
    st.tuples(
        st.integers(0, 2),  # index of the organization
        st.sampled_from(Act),
        DAYS,
        st.integers(0, 4),  # which uncorrected entry it corrects, from the end; 0: none
        st.booleans(),  # whether it retracts that one
    ),
    max_size=14,
)
statements = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(QUARTERS), MOMENTS, st.booleans()), max_size=6)


@st.composite
def memberships(draw: st.DrawFn) -> list[Period]:
    """Return the periods of an organization, which may have left and come back as another kind."""
    days = sorted(draw(st.lists(DAYS, min_size=1, max_size=5, unique=True)))
    pairs = [(days[n], days[n + 1] if n + 1 < len(days) else None) for n in range(0, len(days), 2)]
    return [Period(draw(st.sampled_from(OrganizationKind)), joined, left) for joined, left in pairs]


@pytest.fixture
def db_of_three(database: Database) -> tuple[Database, list[int], int, int]:
    with database.writing() as db:
        organizations = [an_organization(db).id for _ in range(3)]
        person = a_person(db, db.get_one(Organization, organizations[0])).id
        return database, organizations, person, a_resource(db, db.get_one(Organization, organizations[0])).id


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events, statements, st.lists(memberships(), min_size=3, max_size=3), DAYS)
def test_the_query_agrees_with_the_rule(
    db_of_three: tuple[Database, list[int], int, int],
    log: list[Any],
    statements: list[Any],
    members: list[list[Period]],
    begin: date,
) -> None:
    database, ids, person, resource = db_of_three
    database.config = replace(database.config, RECORDS_BEGIN=begin.isoformat())
    with database.writer() as db:  # never committed
        organizations = [db.get_one(Organization, number) for number in ids]
        for organization, periods in zip(organizations, members, strict=True):
            organization.kind = periods[-1].kind
            organization.periods = [
                MembershipPeriod(kind=period.kind, joined_on=period.joined_on, left_on=period.left_on)
                for period in periods
            ]
        rows = _fill(db, log, statements, organizations, person, resource)
        standings = standings_queries.standings(db, organizations, QUARTERS)
        for organization in organizations:
            own_rows = [row for row in rows if row.organization_id == organization.id]
            events = current_events([row for row in own_rows if isinstance(row, SharingEvent)])
            confirmed = [row for row in own_rows if isinstance(row, Confirmation)]
            for quarter in QUARTERS:
                expected = standing(events, confirmed, quarter, organization.membership, begin)
                assert standings[organization.id, str(quarter)] is expected
                [row] = quarters_queries.quarters_of(db, organization, [quarter])
                assert row.standing is expected
                counted = [event for event in events if Quarter.of(event.happened_on) == quarter]
                assert row.downloads == sum(event.act is Act.DOWNLOAD for event in counted)
                assert row.forwards + row.declared == sum(event.act is not Act.DOWNLOAD for event in counted)
        db.rollback()


def _fill(
    db: Session, log: list[Any], statements: list[Any], organizations: list[Organization], person: int, resource: int
) -> list[Any]:
    rows: list[Any] = []
    for index, act, day, correct, void in log:
        organization_id = organizations[index].id
        corrected = {row.supersedes_id for row in rows}
        free = [
            row for row in rows if row.organization_id == organization_id and not row.void and row.id not in corrected
        ]
        old = free[-correct] if 0 < correct <= len(free) else None
        row = SharingEvent(
            act=old.act if old else act,
            organization_id=organization_id,
            resource_id=resource,
            title="Toolkit",
            happened_on=day,
            quarter=str(Quarter.of(day)),
            recorded_at=clock.now(),
            supersedes_id=old.id if old else None,
            void=void and old is not None,
        )
        db.add(row)
        db.flush()
        rows.append(row)
    for index, quarter, moment, shared in statements:
        confirmation = Confirmation(
            organization_id=organizations[index].id,
            quarter=str(quarter),
            person_id=person,
            role=Role.REPRESENTATIVE,
            confirmed_at=moment,
            shared=shared,
        )
        db.add(confirmation)
        db.flush()
        rows.append(confirmation)
    return rows


def test_without_organizations_or_quarters_there_are_no_standings(db: Session) -> None:
    assert standings_queries.standings(db, [], QUARTERS) == {}
    assert standings_queries.standings(db, [an_organization(db)], []) == {}
    assert quarters_queries.sharing_of(db, QUARTERS[0])[0].as_json() == {
        "organization": db.scalar(select(Organization.slug)),
        "kind": "member",
        "standing": "silent",
        "downloads": 0,
        "forwards": 0,
        "declared": 0,
        "confirmed_on": None,
        "confirmed_by": None,
        "late": False,
    }


@pytest.mark.parametrize("change", ["change", "delete"])
def test_log_entries_can_be_neither_changed_nor_deleted(db: Session, change: str) -> None:
    organization = an_organization(db)
    person, resource = a_person(db, organization), a_resource(db, organization)
    yesterday = clock.now().date() - timedelta(days=1)
    declaration = declarations_actions.Declaration(yesterday, "x", Channel.EMAIL)
    [event] = declarations_actions.declare(db, person, [resource.id], declaration)
    db.flush()
    if change == "change":
        event.note = "another"
    else:
        db.delete(event)
    with pytest.raises(TypeError, match="is never changed"):
        db.flush()


def test_your_quarter_counts_what_was_downloaded_but_not_shared(db: Session) -> None:
    organization = an_organization(db)
    person = a_person(db, organization, Role.REPRESENTATIVE)
    resources = [a_resource(db, organization) for _ in range(3)]
    today = clock.today(config_of(db).zone)
    for resource in resources:
        db.add(
            SharingEvent(
                act=Act.DOWNLOAD,
                organization_id=organization.id,
                resource_id=resource.id,
                title=resource.title,
                happened_on=today,
                quarter=str(Quarter.of(today)),
                recorded_at=clock.now(),
            )
        )
    db.flush()
    yours = quarters_queries.your_quarter(db, person, Quarter.of(today))
    assert (yours.standing, yours.only_downloaded, yours.downloads) == (Standing.DOWNLOADED, 3, 3)
    assert yours.next_step == next_step(QuarterFacts(Standing.DOWNLOADED, only_downloaded=3), may_confirm=True)
    declarations_actions.declare(
        db, person, [resources[0].id], declarations_actions.Declaration(today, "x", Channel.EMAIL)
    )
    yours = quarters_queries.your_quarter(db, person, Quarter.of(today))
    assert (yours.standing, yours.only_downloaded) == (Standing.SHARED, 2)
    assert quarters_queries.your_quarter(db, person, Quarter.of(today).previous).standing is Standing.SILENT


def test_a_scanner_that_follows_every_link_changes_nothing_that_counts(
    database: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    with database.writing() as db:
        organization = an_organization(db, "Prairie Works")
        rita = a_person(db, organization, Role.REPRESENTATIVE, "rita@prairie.example")
        resource = a_resource(db, organization)
        link = links_actions.make_link(db, rita, resource, None, 90)
        day = clock.today(config_of(db).zone)
        declarations_actions.declare(
            db, rita, [resource.id], declarations_actions.Declaration(day, "members", Channel.EMAIL)
        )
        statement = confirmations_actions.Statement(shared=True, resource_ids=(resource.id,), with_whom="members")
        confirmations_actions.confirm(db, rita, Quarter.of(day), statement)
        token = link.token
    before = _counts(database)
    signed_in = sign_in("rita@prairie.example")
    for browser in (client, signed_in):
        starts = [
            "/sharing",
            f"/s/{token}",
            "/sharing/links",
            "/sharing/declare",
            f"/resources/{resource.id}/forward?link=1",
        ]
        seen, waiting = set(), starts
        while waiting:
            address = waiting.pop()
            if address in seen or address.endswith("/download"):
                continue
            seen.add(address)
            page = browser.get(address, buffered=True)
            assert page.status_code < 500, address
            if page.mimetype == "text/html" and address.startswith(("/sharing", "/s/", "/resources")):
                links = re.findall(r'(?:href|action|src)="(/[^"#]*)', page.text)
                waiting += [link.replace("&amp;", "&") for link in links]
        assert len(seen) > 5
    assert _counts(database) == before


def _counts(database: Database) -> list[int]:
    with database.reading() as db:
        return [
            db.scalar(select(func.count()).select_from(model)) or 0
            for model in (SharingEvent, Confirmation, ShareLink, Person)
        ]

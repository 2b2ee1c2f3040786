"""The strength of evidence and the fingerprint of a confirmation, on every page of a quarter."""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from config import Config
from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import NotFound
from hub.core.fingerprints import digest_of
from hub.core.quarters import Quarter
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries import entries as entries_queries
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.rules.confirmations import canonical
from hub.sharing.rules.evidence import Carrier, Rung, acts_of, ladder, ladder_of, rung
from hub.sharing.rules.standing import Act, Channel
from tests.world import LONG_AGO, SignIn, a_person, a_resource, an_organization


@dataclass(frozen=True)
class AnEvent:
    act: Act
    carrier: Carrier | None = None


@dataclass(frozen=True)
class StatementFacts:
    organization_id: int = 4
    quarter: str = "2026Q3"
    person_id: int = 17
    role: str = "representative"
    confirmed_at: datetime = datetime(2026, 10, 8, 14, 3, 22, 123, UTC)
    shared: bool = True
    with_whom: str = "our 40 manufacturers"
    people: int | None = 40
    note: str = "“Größe” & more"
    reason: str = ""
    supersedes_id: int | None = None
    items: tuple[int, ...] = field(default=(9, 3))


def test_each_act_has_one_rung_and_the_rungs_are_in_order() -> None:
    acts = [
        AnEvent(Act.DOWNLOAD),
        AnEvent(Act.DECLARED),
        *(AnEvent(Act.FORWARD, carrier) for carrier in reversed(Carrier)),
    ]
    assert [rung(event.act, event.carrier) for event in acts] == list(reversed(Rung))[:-1]
    assert rung(Act.FORWARD, None) is Rung.OPENING, "a forward from before carriers were logged"
    assert [step.value for step in Rung] == ["confirmed", "hub-mail", "log-address", "opening", "declared", "download"]


def test_a_ladder_counts_each_rung_from_the_strongest_to_the_weakest() -> None:
    assert [step.count for step in ladder([], confirmed=False)] == [0, 0, 0, 0, 0, 0]
    assert [step.count for step in ladder([], confirmed=True)] == [1, 0, 0, 0, 0, 0]
    events = [AnEvent(Act.DOWNLOAD), AnEvent(Act.DOWNLOAD), AnEvent(Act.FORWARD, Carrier.OPENING)]
    steps = ladder(events, confirmed=False)
    assert [step.count for step in steps] == [0, 0, 0, 1, 0, 2]
    assert [step.rung for step in steps] == list(Rung)


@given(st.lists(st.builds(AnEvent, st.sampled_from(Act), st.none() | st.sampled_from(Carrier))), st.booleans())
def test_nothing_is_lost_between_rungs_and_acts(events: list[AnEvent], confirmed: bool) -> None:
    steps = {step.rung: step.count for step in ladder(events, confirmed=confirmed)}
    assert sum(steps.values()) == len(events) + confirmed
    acts = acts_of(steps)
    assert {act: acts[act] for act in Act} == {act: sum(event.act is act for event in events) for act in Act}
    assert list(ladder_of(steps, confirmed=confirmed)) == ladder(events, confirmed=confirmed)


def test_the_canonical_form_is_as_documented() -> None:
    assert canonical(StatementFacts(), (9, 3)) == (
        '{"confirmed_at":"2026-10-08T14:03:22.000123Z","note":"“Größe” & more","organization":4,"people":40,'
        '"person":17,"quarter":"2026Q3","reason":"","resources":[3,9],"role":"representative","shared":true,'
        '"supersedes":null,"with_whom":"our 40 manufacturers"}'
    )


def test_the_same_moment_in_another_zone_is_the_same_confirmation() -> None:
    new_york = StatementFacts().confirmed_at.astimezone(timezone(timedelta(hours=-4)))
    assert canonical(replace(StatementFacts(), confirmed_at=new_york), (3, 9)) == canonical(StatementFacts(), (9, 3))


CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "organization_id": st.integers(1, 2**31),
    "quarter": st.sampled_from(["2026Q1", "2026Q2", "2026Q4"]),
    "person_id": st.integers(1, 2**31),
    "role": st.sampled_from(["alternate", "contributor"]),
    "confirmed_at": st.datetimes(timezones=st.just(UTC)),
    "shared": st.just(False),
    "with_whom": st.text(),
    "people": st.none() | st.integers(1, 10**8),
    "note": st.text(),
    "reason": st.text(),
    "supersedes_id": st.integers(1, 2**31),
}


@given(st.data(), st.sampled_from(sorted(CHANGES)))
def test_any_change_changes_the_digest(data: st.DataObject, name: str) -> None:
    changed = replace(
        StatementFacts(),
        **{name: data.draw(CHANGES[name].filter(lambda value: value != getattr(StatementFacts(), name)))},
    )
    if any("\ud800" <= letter <= "\udfff" for letter in changed.with_whom + changed.note + changed.reason):
        return  # the database can't store lone surrogates
    assert digest_of(canonical(changed, (3, 9))) != digest_of(canonical(StatementFacts(), (3, 9)))


@given(st.lists(st.integers(1, 2**31), unique=True), st.lists(st.integers(1, 2**31), unique=True))
def test_other_resources_make_another_digest(some: list[int], others: list[int]) -> None:
    same = set(some) == set(others)
    assert (canonical(StatementFacts(), some) == canonical(StatementFacts(), others)) == same


@pytest.fixture
def quarter(config: Config) -> Quarter:
    return Quarter.of(clock.today(config.zone))


@pytest.fixture
def world(database: Database, quarter: Quarter) -> int:
    """A community with one event on every rung but the top; returns the id of its resource."""
    with database.writing() as db:
        prairie = an_organization(db, "Prairie Works")
        other = an_organization(db, "Delta Works")
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        rita = a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
        a_person(db, other, Role.REPRESENTATIVE, "dora@delta.example", "Dora")
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example", "Cora")
        resource = a_resource(db, host, title="Toolkit", created_at=LONG_AGO)
        kinds = [(Act.DOWNLOAD, None), (Act.DECLARED, None), *((Act.FORWARD, carrier) for carrier in Carrier)]
        for act, carrier in kinds:
            db.add(
                SharingEvent(
                    act=act,
                    carrier=carrier,
                    organization_id=prairie.id,
                    person_id=rita.id,
                    resource_id=resource.id,
                    title=resource.title,
                    happened_on=quarter.first_day,
                    quarter=str(quarter),
                    recorded_at=clock.now(),
                )
            )
        return resource.id


@pytest.mark.both_databases
def test_every_page_of_a_quarter_shows_the_ladder(world: int, quarter: Quarter, sign_in: SignIn) -> None:
    browser, coordinator = sign_in("rita@prairie.example"), sign_in("coordinator@hub.example")
    pages = [
        browser.get("/sharing").text,
        browser.get(f"/sharing/{quarter}/confirm").text,
        coordinator.get("/board/prairie-works").text,
    ]
    for page in pages:
        assert "Hub email 1, Log address 1, Opened by a person 1, Reported 1, Downloaded 1" in page
    page = browser.get(f"/sharing/{quarter}").text
    shown = re.findall(r'rung-label">([^<]+)</span> <span class="rung-count">([^<]+)<', page)
    assert shown == [(step.label, "not yet" if step is Rung.CONFIRMED else "1") for step in Rung]
    rows = browser.get(f"/sharing/{quarter}?format=csv").text
    assert rows.splitlines()[0].split(",")[4:6] == ["Activity", "Evidence"]
    assert {row.split(",")[5] for row in rows.splitlines()[1:]} == {step.value for step in Rung} - {"confirmed"}


def _confirm(database: Database, quarter: Quarter, resource: int) -> int:
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        statement = confirmations_actions.Statement(
            shared=True, resource_ids=(resource,), with_whom="our <members>", people=12
        )
        return confirmations_actions.confirm(db, rita, quarter, statement).id


def test_the_page_of_a_confirmation_shows_its_digest_and_how_it_is_computed(
    world: int, quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    number = _confirm(database, quarter, world)
    browser = sign_in("rita@prairie.example")
    page = unescape(browser.get(f"/sharing/confirmations/{number}").text)
    [digest] = re.findall(r'value="([0-9a-f]{64})"', page)
    [line] = re.findall(r"<textarea[^>]*>(\{.*?\})</textarea>", page)
    assert digest_of(line) == digest
    assert json.loads(line)["with_whom"] == "our <members>"
    with database.reading() as db:
        details = db.scalars(select(Entry.details).where(Entry.action == "signed the")).one()
        assert details["digest"] == digest, "the audit log has it too"
    assert f"/sharing/confirmations/{number}" in browser.get(f"/sharing/{quarter}").text
    assert sign_in("coordinator@hub.example").get(f"/sharing/confirmations/{number}").status_code == 200
    for address in (f"/sharing/confirmations/{number}", "/sharing/confirmations/99"):
        assert sign_in("dora@delta.example").get(address).status_code == 404


@pytest.mark.both_databases
def test_a_confirmation_that_was_altered_in_the_database_is_flagged(
    world: int, quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    number = _confirm(database, quarter, world)
    browser = sign_in("rita@prairie.example")
    before = browser.get(f"/sharing/confirmations/{number}").text
    assert "altered in the database" not in before
    with database.engine.begin() as connection:
        connection.execute(update(Confirmation).values(people=1200))
    after = browser.get(f"/sharing/confirmations/{number}").text
    for page in (after, browser.get(f"/sharing/{quarter}").text):
        assert "altered in the database" in page
    assert re.findall(r'value="([0-9a-f]{64})"', before) != re.findall(r'value="([0-9a-f]{64})"', after)


def test_a_superseded_confirmation_links_to_the_current_one(
    world: int, quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    first, second = _confirm(database, quarter, world), _confirm(database, quarter, world)
    browser = sign_in("rita@prairie.example")
    first_page = browser.get(f"/sharing/confirmations/{first}").text
    assert f"/sharing/confirmations/{second}" in first_page
    assert "Replaced by" in first_page
    assert "Replaced by" not in browser.get(f"/sharing/confirmations/{second}").text


@pytest.mark.both_databases
def test_an_entry_that_corrects_keeps_its_carrier(world: int, quarter: Quarter, database: Database) -> None:
    with database.writing() as db:
        organization = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        lines = entries_queries.events_of(db, organization, [quarter])
        rita = lines[0].event.person
        assert rita
        [mailed] = [line for line in lines if line.rung is Rung.HUB_MAIL]
        retraction = declarations_actions.retract(db, rita, mailed, "It went to the wrong list.")
        assert retraction.carrier is Carrier.HUB_MAIL
        [row] = quarters_queries.quarters_of(db, organization, [quarter])
        assert [step.count for step in row.evidence] == [0, 0, 1, 1, 1, 1]
        assert (row.forwards, row.declared, row.downloads) == (2, 1, 1)


@pytest.mark.both_databases
def test_a_day_before_the_quarter_counts_for_the_quarter_before(
    world: int, quarter: Quarter, database: Database
) -> None:
    with database.writing() as db:
        organization = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        rita = entries_queries.events_of(db, organization, [quarter])[0].event.person
        assert rita
        declaration = declarations_actions.Declaration(quarter.first_day - timedelta(days=1), "x", Channel.EMAIL)
        declarations_actions.declare(db, rita, [world], declaration)
        [row] = quarters_queries.quarters_of(db, organization, [quarter.previous])
        assert next(step.rung for step in row.evidence if step.count) is Rung.DECLARED
        assert date.fromisoformat(str(row.quarter.last_day)) == declaration.happened_on


def test_no_one_can_retract_an_entry_of_another_organization(world: int, quarter: Quarter, database: Database) -> None:
    with database.writing() as db:
        organization = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        stranger = a_person(db, an_organization(db), Role.REPRESENTATIVE)
        for line in entries_queries.events_of(db, organization, [quarter]):
            with pytest.raises(NotFound):
                declarations_actions.retract(db, stranger, line, "Not mine to say.")

"""Confirming a quarter on a page that is filled in from the log; the last confirmation counts."""

import re
import threading
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.test import TestResponse

from config import Config
from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import NotFound
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.library.queries import get_for
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.members.rules.permissions import Permission
from hub.sharing.actions import confirmations as confirmations_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.actions import downloads as downloads_actions
from hub.sharing.models import Confirmation, SharingEvent
from hub.sharing.queries import entries as entries_queries
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.queries import standings as standings_queries
from hub.sharing.rules.standing import Act, Channel, Standing
from tests.forms import opened
from tests.serving import TIMEOUT
from tests.world import LONG_AGO, NAUGHTY, SignIn, a_person, a_resource, an_organization


@pytest.fixture
def today(config: Config) -> date:
    return clock.today(config.zone)


@pytest.fixture
def quarter(today: date) -> Quarter:
    return Quarter.of(today)


@pytest.fixture
def world(database: Database, today: date) -> list[int]:
    """One resource declared, one only downloaded, one untouched; a community's people, and a coordinator."""
    with database.writing() as db:
        community = an_organization(db, "Prairie Works", joined_on=date(2024, 5, 1))
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        a_person(db, community, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
        a_person(db, community, Role.ALTERNATE, "alan@prairie.example", "Alan")
        ana = a_person(db, community, email="ana@prairie.example")
        a_person(db, community, Role.BOARD, "bo@prairie.example", "Bo")
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example", "Cora")
        resources = [
            a_resource(db, host, title=f"Toolkit {name}", created_at=LONG_AGO)
            for name in ("shared", "downloaded", "other")
        ]
        db.flush()
        declaration = declarations_actions.Declaration(today, "our manufacturers", Channel.EMAIL, 40)
        declarations_actions.declare(db, ana, [resources[0].id], declaration)
    with database.writing() as db:
        ana = db.scalars(select(Person).where(Person.email == "ana@prairie.example")).one()

        resource = get_for(db, ana, resources[1].id, Permission.READ)
        downloads_actions.log_download(db, ana, resource, resource.current, whole=True)
    return [resource.id for resource in resources]


def confirmations(database: Database) -> list[Confirmation]:
    with database.reading() as db:
        return list(
            db.scalars(select(Confirmation).options(selectinload(Confirmation.items)).order_by(Confirmation.id))
        )


def standing_of(database: Database, quarter: Quarter) -> Standing:
    with database.reading() as db:
        organization = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        standing = standings_queries.standings(db, [organization], [quarter])[organization.id, str(quarter)]
        [row] = quarters_queries.quarters_of(db, organization, [quarter])
    assert row.standing is standing, "the board and the sharing log agree"
    return standing


def confirm(browser: FlaskClient, quarter: Quarter | str, **fields: Any) -> TestResponse:
    page = browser.get(f"/sharing/{quarter}/confirm").text
    match = re.search(r'name="form_id" value="([^"]+)"', page)
    form = {"form_id": match[1] if match else "", "shared": "yes", "with_whom": "our members", "people": "", "note": ""}
    return browser.post(f"/sharing/{quarter}/confirm", data=form | fields, follow_redirects=True)


def checked_boxes(page: str) -> dict[int, bool]:
    boxes = re.findall(r'name="resources"[^>]*value="(\d+)"( checked)?', page)
    return {int(value): bool(checked) for value, checked in boxes}


def test_the_confirmation_page_is_filled_in_from_the_log(world: list[int], quarter: Quarter, sign_in: SignIn) -> None:
    page = sign_in("rita@prairie.example").get(f"/sharing/{quarter}/confirm").text
    assert checked_boxes(page) == {world[0]: True, world[1]: False}
    assert "our manufacturers" in page
    assert 'value="40"' in page
    assert "check what you also shared" in page


def test_yes_we_shared_them_checks_downloads_unless_something_is_logged_as_shared(
    world: list[int], quarter: Quarter, sign_in: SignIn, database: Database
) -> None:
    browser = sign_in("rita@prairie.example")
    assert checked_boxes(browser.get(f"/sharing/{quarter}/confirm?taken=yes").text) == {world[0]: True, world[1]: False}
    with database.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        for event in db.scalars(select(SharingEvent).where(SharingEvent.act == Act.DECLARED)):
            declarations_actions.retract(
                db, rita, entries_queries.event_for(db, rita, event.id, Permission.DECLARE), "A mistake."
            )
    assert checked_boxes(browser.get(f"/sharing/{quarter}/confirm").text) == {world[1]: False}
    assert checked_boxes(browser.get(f"/sharing/{quarter}/confirm?taken=yes").text) == {world[1]: True}


@pytest.mark.both_databases
def test_a_confirmation_records_who_what_and_when(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    assert standing_of(database, quarter) is Standing.SHARED
    answer = confirm(sign_in("rita@prairie.example"), quarter, resources=world[:2], people="52", note="And a call.")
    assert "is confirmed" in answer.text
    assert "Rita, representative" in answer.text
    [confirmation] = confirmations(database)
    assert (confirmation.shared, confirmation.role) == (True, Role.REPRESENTATIVE)
    assert (confirmation.people, confirmation.note) == (52, "And a call.")
    assert {item.resource_id for item in confirmation.items} == set(world[:2])
    assert standing_of(database, quarter) is Standing.CONFIRMED
    with database.reading() as db:
        assert "signed the" in db.scalars(select(Entry.action)).all()


def test_confirming_that_nothing_was_shared_leaves_the_standing_to_the_log(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("alan@prairie.example")
    refused = confirm(browser, quarter, shared="no", reason=" ")
    assert refused.status_code == 422
    assert "Say why" in refused.text
    answer = confirm(browser, quarter, shared="no", reason="We were between two programs.")
    assert "We were between two programs." in answer.text
    assert f"nothing to share in {quarter.label}, but the sharing log lists 1 resource" in unescape(answer.text)
    assert "is confirmed" not in answer.text
    ladder = BeautifulSoup(answer.text, "lxml").select_one(".ladder .rung-count")
    assert ladder is not None
    assert ladder.get_text() == "nothing to share"
    assert standing_of(database, quarter) is Standing.SHARED
    [confirmation] = confirmations(database)
    assert (confirmation.shared, confirmation.role, confirmation.items) == (False, Role.ALTERNATE, [])


def test_of_two_confirmations_the_last_one_counts(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    confirm(sign_in("rita@prairie.example"), quarter, resources=world[:1], with_whom="our manufacturers")
    assert standing_of(database, quarter) is Standing.CONFIRMED
    confirm(sign_in("alan@prairie.example"), quarter, shared="no", reason="That was the quarter before.")
    assert standing_of(database, quarter) is Standing.SHARED, "as the log says"


@pytest.mark.both_databases
def test_a_new_confirmation_replaces_the_last_one_and_both_stay(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    rita, alan = sign_in("rita@prairie.example"), sign_in("alan@prairie.example")
    confirm(rita, quarter, resources=world[:1], with_whom="the first audience")
    page = alan.get(f"/sharing/{quarter}/confirm").text
    assert "the first audience" in page
    assert "Rita confirmed this quarter" in page
    answer = confirm(alan, quarter, resources=[world[2]], with_whom="the second audience")
    assert answer.text.index("second audience") < answer.text.index("Replaced") < answer.text.index("first audience")
    first, second = confirmations(database)
    assert second.supersedes_id == first.id
    confirm(rita, quarter, shared="no", reason="It was last quarter.")
    assert standing_of(database, quarter) is Standing.SHARED


def test_two_resources_with_the_same_title_are_told_apart_by_a_conflict(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    with database.writing() as db:
        for number in world[:2]:
            db.get_one(Resource, number).title = "The same title"
    rita, alan = sign_in("rita@prairie.example"), sign_in("alan@prairie.example")
    old = opened(alan, f"/sharing/{quarter}/confirm")
    typed = {"shared": "yes", "with_whom": "our members", "people": ""}
    confirm(rita, quarter, resources=world[:1], people="")
    stale = alan.post(old.address, data=old.values | typed | {"resources": [str(world[1])]})
    assert stale.status_code == 409
    for number in world[:2]:
        assert f"The same title (resource {number})" in stale.text
    assert len(confirmations(database)) == 1


@pytest.mark.both_databases
def test_a_form_sent_twice_is_one_confirmation(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("rita@prairie.example")
    for _ in range(3):
        assert "is confirmed" in confirm(browser, quarter, form_id="the same", resources=world[:1]).text
    assert len(confirmations(database)) == 1
    answer = confirm(browser, quarter, form_id="the same", resources=world[:1], with_whom="other words")
    assert answer.status_code == 422
    assert "already sent this form" in answer.text
    assert "other words" in answer.text
    assert len(confirmations(database)) == 1


def test_only_representative_and_alternate_confirm(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    for email in ("ana@prairie.example", "bo@prairie.example", "coordinator@hub.example"):
        browser = sign_in(email)
        assert browser.get(f"/sharing/{quarter}/confirm").status_code == 403
        assert confirm(browser, quarter, resources=world[:1]).status_code == 403
        assert f"/sharing/{quarter}/confirm" not in browser.get("/sharing").text
    assert confirmations(database) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"with_whom": "  "}, "Say who"),
        ({"with_whom": "x" * 4001}, "4,000 characters"),
        ({"people": "-3"}, "number from 1"),
        ({"reason": "x" * 4001}, "4,000 characters"),
        ({"shared": "maybe"}, "valid choice"),
        ({"shared": ""}, "Choose whether you shared anything"),
        ({"resources": []}, "Check at least one"),
        ({"resources": ["777"]}, "no longer available"),
        ({"resources": ["-1"]}, "invalid"),
    ],
)
def test_missing_information_is_pointed_out_and_nothing_typed_is_lost(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn, wrong: dict[str, Any], sentence: str
) -> None:
    fields = {"resources": world[1:2], "note": "", "people": "52"} | wrong
    answer = confirm(sign_in("rita@prairie.example"), quarter, **fields)
    assert answer.status_code == 422
    assert sentence.lower() in unescape(answer.text).lower()
    assert confirmations(database) == []
    if "people" not in wrong:
        assert 'value="52"' in answer.text
    if "resources" not in wrong:
        assert checked_boxes(answer.text)[world[1]], "what was checked stays checked"
        assert not checked_boxes(answer.text)[world[0]]


@pytest.mark.both_databases
def test_a_search_finds_another_resource_to_check(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    answer = confirm(sign_in("rita@prairie.example"), quarter, search="1", find="OTHER", resources=world[1:2])
    assert answer.status_code == 200
    assert checked_boxes(answer.text) == {world[0]: False, world[1]: True, world[2]: False}
    assert confirmations(database) == []


def test_a_future_quarter_and_one_that_is_not_due_are_refused(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    browser = sign_in("rita@prairie.example")
    for which, sentence in ((quarter.next, "t started yet"), ("2200Q4", "t started yet"), ("2024Q1", "Nothing is due")):
        for answer in (browser.get(f"/sharing/{which}/confirm"), confirm(browser, which, resources=world[:1])):
            assert answer.status_code == 422
            assert sentence in answer.text
    assert confirmations(database) == []
    assert confirm(browser, "2024Q2", resources=world[:1]).status_code == 200, "it joined in that quarter"


@pytest.mark.both_databases
def test_late_is_more_than_thirty_days_after_the_quarters_end(
    world: list[int], database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("rita@prairie.example")
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    # September 30 + 30 days is October 30; New York is four hours behind UTC then.
    for moment, late in (
        (datetime(2026, 10, 31, 3, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 31, 4, 0, tzinfo=UTC), True),
    ):
        monkeypatch.setattr("hub.core.clock.now", lambda moment=moment: moment)
        assert ("will be marked late" in browser.get("/sharing/2026Q3/confirm").text) == late
        confirm(browser, Quarter(2026, 3), resources=world[:1], note=str(moment))
        row = browser.get("/sharing").text.split("Q3 2026</a>")[1].split("</tr>")[0]
        assert ("late" in row) == late
        with database.reading() as db:
            json = next(
                row.as_json()
                for row in quarters_queries.sharing_of(db, Quarter(2026, 3))
                if row.standing == "confirmed"
            )
        assert json["late"] == late
        assert json["confirmed_by"] == "Rita"
        assert json["confirmed_on"] == (date(2026, 10, 31) if late else date(2026, 10, 30))


@pytest.mark.both_databases
def test_two_confirm_in_the_same_second_and_the_organization_counts_once(
    world: list[int], quarter: Quarter, database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now()
    monkeypatch.setattr("hub.core.clock.now", lambda: moment)
    together = threading.Barrier(2, timeout=TIMEOUT)
    statement = confirmations_actions.Statement(shared=True, resource_ids=(world[0],), with_whom="our members")

    def confirm_as(email: str) -> None:
        together.wait()
        with database.writing() as db:
            person = db.scalars(select(Person).where(Person.email == email)).one()
            confirmations_actions.confirm(db, person, quarter, statement, form_id=email)

    threads = [
        threading.Thread(target=confirm_as, args=(email,)) for email in ("rita@prairie.example", "alan@prairie.example")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    first, second = confirmations(database)
    assert {first.role, second.role} == {Role.REPRESENTATIVE, Role.ALTERNATE}
    assert standing_of(database, quarter) is Standing.CONFIRMED
    with database.reading() as db:
        [row] = [row for row in quarters_queries.sharing_of(db, quarter) if row.standing is Standing.CONFIRMED]
        assert row.confirmation is not None
        assert row.confirmation.id == second.id
        newest_first = entries_queries.confirmations_of(db, row.organization, quarter)
        assert [confirmation.id for confirmation in newest_first] == [second.id, first.id]


@pytest.mark.both_databases
def test_the_same_form_sent_by_two_threads_is_one_confirmation(
    world: list[int], quarter: Quarter, database: Database
) -> None:
    together = threading.Barrier(4, timeout=TIMEOUT)
    statement = confirmations_actions.Statement(shared=True, resource_ids=(world[0],), with_whom="our members")
    declaration = declarations_actions.Declaration(quarter.first_day, "our members", Channel.EMAIL)
    trouble: list[BaseException] = []

    def send_both_forms() -> None:
        together.wait()
        try:
            with database.writing() as db:
                rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
                confirmations_actions.confirm(db, rita, quarter, statement, form_id="a double click")
                declarations_actions.declare(db, rita, [world[1], world[2]], declaration, form_id="another")
        except BaseException as error:  # noqa: BLE001 - a thread's error would be lost
            trouble.append(error)

    threads = [threading.Thread(target=send_both_forms) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert trouble == []
    assert len(confirmations(database)) == 1
    with database.reading() as db:
        [row] = [row for row in quarters_queries.sharing_of(db, quarter) if row.declared]
        assert row.declared == 3, "one from before and the two of the form"


def test_confirming_for_others_is_refused_by_the_action_itself(
    world: list[int], quarter: Quarter, database: Database
) -> None:
    with database.writing() as db:
        cora = db.scalars(select(Person).where(Person.email == "coordinator@hub.example")).one()
        with pytest.raises(NotFound):
            confirmations_actions.confirm(db, cora, quarter, confirmations_actions.Statement(shared=False, reason="x"))


@pytest.mark.both_databases
def test_hostile_texts_are_shown_as_typed(world: list[int], quarter: Quarter, sign_in: SignIn) -> None:
    browser = sign_in("rita@prairie.example")
    answer = confirm(browser, quarter, resources=world[:1], with_whom=NAUGHTY, note=NAUGHTY)
    for page in (answer.text, browser.get(f"/sharing/{quarter}/confirm").text):
        assert "<script>alert" not in page
        assert unescape(page).count(NAUGHTY) == 2

"""Reporting sharing, the sharing log, and corrections of it."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.models import Resource
from hub.library.rules import Audience
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.models import Confirmation, ConfirmedResource, SharingEvent
from hub.sharing.rules.standing import Act
from tests.world import LONG_AGO, NAUGHTY, SignIn, a_person, a_resource, an_organization, find_text


@pytest.fixture
def today(config: Config) -> date:
    return clock.today(config.zone)


@pytest.fixture
def world(database: Database) -> list[int]:
    """Three resources; Ana and Rita of one community, Otto of another, and the host's people."""
    with database.writing() as db:
        prairie = an_organization(db, "Prairie Works", joined_on=date(2024, 5, 1))
        lakeshore = an_organization(db, "Lakeshore Forge")
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        a_person(db, prairie, email="ana@prairie.example")
        a_person(db, prairie, Role.REPRESENTATIVE, "rita@prairie.example", "Rita")
        a_person(db, lakeshore, email="otto@lakeshore.example", name="Otto")
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example", "Cora")
        a_person(db, lakeshore, Role.BOARD, "board@hub.example", "Bo")
        titles = [f"Toolkit {name}" for name in ("one", "two", "three")]
        return [a_resource(db, lakeshore, title=title, created_at=LONG_AGO).id for title in titles]


def a_form(browser: FlaskClient, address: str = "/sharing/declare") -> dict[str, str]:
    """Return the hidden fields of the form on a page."""
    return {"form_id": find_text(r'name="form_id" value="([^"]+)"', browser.get(address).text)}


def declared(browser: FlaskClient, resources: list[int], day: date, **others: Any) -> TestResponse:
    form = a_form(browser) | {
        "resources": resources,
        "happened_on": str(day),
        "with_whom": "our manufacturers",
        "people": "40",
        "channel": "newsletter",
    }
    return browser.post("/sharing/declare", data=form | others, follow_redirects=True)


def events(database: Database) -> list[SharingEvent]:
    with database.reading() as db:
        return list(db.scalars(select(SharingEvent).order_by(SharingEvent.id)))


@pytest.mark.both_databases
def test_several_resources_are_declared_at_once(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    answer = declared(sign_in("ana@prairie.example"), world[:2], today)
    assert "Sharing reported: 2 resources" in answer.text
    first, second = events(database)
    assert (first.act, first.with_whom, first.people, first.channel) == (
        Act.DECLARED,
        "our manufacturers",
        40,
        "newsletter",
    )
    assert {first.resource_id, second.resource_id} == set(world[:2])
    assert first.quarter == str(Quarter.of(today))


@pytest.mark.both_databases
def test_a_past_quarter_may_be_declared_and_both_dates_show(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    day = Quarter.of(today).previous.last_day
    answer = declared(sign_in("ana@prairie.example"), world[:1], day)
    [event] = events(database)
    assert (event.happened_on, event.quarter) == (day, str(Quarter.of(day)))
    assert event.recorded_at.date() >= today
    assert f'datetime="{day}"' in answer.text
    assert f'datetime="{today}T' in answer.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"with_whom": ""}, "say who"),
        ({"with_whom": " \x00 "}, "say who"),
        ({"with_whom": "x" * 501}, "500 characters"),
        ({"people": "0"}, "number from 1"),
        ({"people": "many"}, "integer"),
        ({"people": "9" * 30}, "number from 1"),
        ({"channel": "pigeon"}, "valid choice"),
        ({"note": "x" * 4001}, "4,000 characters"),
        ({"happened_on": ""}, "Enter the date"),
        ({"happened_on": "2026-02-30"}, "is not a date"),
        ({"happened_on": "2024-04-30"}, "before your organization joined"),
        ({"happened_on": "tomorrow"}, "in the future"),
        ({"resources": []}, "at least one resource"),
        ({"resources": ["123456"]}, "no longer available"),
        ({"resources": ["9" * 30]}, "invalid"),
        ({"resources": ["x"]}, "invalid"),
    ],
)
def test_invalid_input_is_refused_and_nothing_typed_is_lost(
    world: list[int], database: Database, sign_in: SignIn, today: date, wrong: dict[str, Any], sentence: str
) -> None:
    wrong = dict(wrong)
    if wrong.get("happened_on") == "tomorrow":
        wrong = {"happened_on": str(today + timedelta(days=1))}
    resources = wrong.pop("resources", world[:1])
    answer = declared(sign_in("ana@prairie.example"), resources, today, **({"note": "to be kept"} | wrong))
    assert answer.status_code == 422
    assert sentence.lower() in unescape(answer.text).lower()
    assert events(database) == []
    if "note" not in wrong:
        assert "to be kept" in answer.text


@pytest.mark.both_databases
def test_a_form_sent_twice_is_one_declaration(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    browser = sign_in("ana@prairie.example")
    form = a_form(browser)
    for _ in range(3):
        assert "Recorded" in declared(browser, world[:2], today, **form).text
    assert len(events(database)) == 2
    answer = declared(browser, world[:2], today, **form, with_whom="someone else")
    assert answer.status_code == 422
    assert "already sent this form" in answer.text
    assert "someone else" in answer.text
    fresh = {"form_id": find_text(r'name="form_id" value="([^"]+)"', answer.text)}
    declared(browser, world[:2], today, **fresh, with_whom="someone else")
    assert len(events(database)) == 4


@pytest.mark.both_databases
def test_a_search_by_title_keeps_what_was_typed_and_records_nothing(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    browser = sign_in("ana@prairie.example")
    assert "Toolkit" not in browser.get("/sharing/declare").text
    answer = declared(browser, [world[0]], today, search="1", find="KIT two")
    assert answer.status_code == 200
    assert "Toolkit two" in answer.text
    assert "Toolkit three" not in answer.text
    assert re.search(rf'value="{world[0]}" checked', answer.text), "what was checked stays"
    assert "our manufacturers" in answer.text
    assert events(database) == []
    assert "No other resource" in declared(browser, [], today, search="1", find="%").text


def test_new_search_words_are_searched_for_before_anything_is_recorded(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    browser = sign_in("ana@prairie.example")
    answer = declared(browser, [world[0]], today, find="KIT two", searched="")
    assert answer.status_code == 200
    assert "Toolkit two" in answer.text
    assert events(database) == []
    assert "Recorded" in declared(browser, world[:2], today, find="KIT two", searched="KIT two").text


def test_yes_we_shared_them_checks_what_was_downloaded(world: list[int], sign_in: SignIn, today: date) -> None:
    browser = sign_in("ana@prairie.example")
    browser.get(f"/resources/{world[2]}/download", buffered=True)
    quarter = Quarter.of(today)
    page = browser.get(f"/sharing/declare?quarter={quarter}").text
    assert re.search(rf'value="{world[2]}" checked', page)
    assert f'value="{today}"' in page
    assert f'value="{today}"' not in browser.get(f"/sharing/declare?quarter={quarter.previous}").text, "the day is over"
    assert browser.get("/sharing/declare?quarter=nonsense").status_code == 404


@pytest.mark.both_databases
def test_recent_downloads_are_offered(world: list[int], sign_in: SignIn) -> None:
    browser = sign_in("ana@prairie.example")
    browser.get(f"/resources/{world[2]}/download", buffered=True)
    assert "Toolkit three" in sign_in("rita@prairie.example").get("/sharing/declare").text
    page = browser.get(f"/sharing/declare?resource={world[0]}&resource=99999999999999999999&resource=x").text
    assert re.search(rf'value="{world[0]}" checked', page)


@pytest.mark.both_databases
def test_the_sharing_log_shows_a_quarter_and_filters_it(world: list[int], sign_in: SignIn, today: date) -> None:
    ana, rita = sign_in("ana@prairie.example"), sign_in("rita@prairie.example")
    ana.get(f"/resources/{world[0]}/download", buffered=True)
    declared(rita, [world[1]], today)
    record = ana.get("/sharing").text
    assert "Shared" in record
    quarter = Quarter.of(today)
    assert f'href="/sharing/{quarter}"' in record

    def shown(query: str) -> set[str]:
        rows = re.findall(r'<th scope="row"><a[^>]*>([^<]*)</a>', ana.get(f"/sharing/{quarter}?{query}").text)
        return {title.removeprefix("Toolkit ") for title in rows}

    assert shown("") == {"one", "two"}
    assert shown("act=download") == {"one"}
    assert shown("act=nonsense") == {"one", "two"}
    assert shown(f"resource={world[1]}") == {"two"}
    assert shown(f"resource={world[2]}") == set()
    assert shown("person=99999999999999999999&resource=x") == {"one", "two"}
    people = re.findall(r'<option value="(\d+)">(?:Rita|Ana Peña)</option>', ana.get(f"/sharing/{quarter}").text)
    assert sorted(len(shown(f"person={person}")) for person in people) == [1, 1]


@pytest.mark.both_databases
def test_the_csv_has_every_entry_and_runs_nothing(world: list[int], sign_in: SignIn, today: date) -> None:
    browser = sign_in("ana@prairie.example")
    declared(browser, world[:1], today, with_whom="=HYPERLINK(1)", note="+1\n2")
    answer = browser.get(f"/sharing/{Quarter.of(today)}?format=csv")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    [row] = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert row["Shared with"] == "'=HYPERLINK(1)"
    assert row["Note"] == "'+1\n2"
    heads = ("Activity", "Counts", "Said to have reached", "Title")
    assert [row[head] for head in heads] == ["declared", "yes", "40", "Toolkit one"]
    assert browser.get("/sharing?format=csv").data == answer.data


@pytest.mark.both_databases
def test_a_correction_replaces_an_entry_and_both_stay(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    ana, rita = sign_in("ana@prairie.example"), sign_in("rita@prairie.example")
    declared(ana, world[:1], today)
    [old] = events(database)
    address = f"/sharing/events/{old.id}/correct"
    assert 'value="our manufacturers"' in rita.get(address).text
    day = Quarter.of(today).previous.last_day
    form = {"happened_on": str(day), "with_whom": "the workforce board", "people": "12", "channel": "meeting"}
    for _ in range(2):
        answer = rita.post(address, data=form, follow_redirects=True)
        assert "Entry corrected" in answer.text
    first, second = events(database)
    assert first.with_whom == "our manufacturers"
    assert (second.supersedes_id, second.with_whom, second.quarter) == (old.id, form["with_whom"], str(Quarter.of(day)))
    assert "Silent" in ana.get("/sharing").text
    assert "(corrected)" in ana.get(f"/sharing/{Quarter.of(today)}").text
    second_try = ana.post(address, data=form | {"people": "13", "version": "of the first entry"})
    assert second_try.status_code == 409
    assert f'action="/sharing/events/{second.id}/correct"' in second_try.text, "it would correct the newest entry"
    assert "no longer counts" in ana.get(address).text
    marks = [
        row["Remark"] for row in csv.DictReader(io.StringIO(ana.get("/sharing?format=csv").data.decode("utf-8-sig")))
    ]
    assert sorted(marks) == ["correction", "superseded"]


@pytest.mark.both_databases
def test_an_entry_is_retracted_with_a_reason(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    ana = sign_in("ana@prairie.example")
    ana.get(f"/resources/{world[0]}/download", buffered=True)
    assert ana.get("/sharing").text.count("standing-downloaded") >= 1
    [old] = events(database)
    address = f"/sharing/events/{old.id}/correct"
    assert ana.post(address, data={"take_back": "1", "reason": ""}).status_code == 422
    answer = ana.post(address, data={"take_back": "1", "reason": "pressed by mistake"}, follow_redirects=True)
    assert "pressed by mistake" in answer.text
    assert "standing-silent" in answer.text
    first, second = events(database)
    assert (second.void, second.supersedes_id) == (True, first.id)
    not_declared = {"happened_on": str(today), "with_whom": "x", "channel": "email"}
    assert ana.post(address, data=not_declared).status_code == 422
    assert ana.post(f"/sharing/events/{second.id}/correct", data={"take_back": "1", "reason": "x"}).status_code == 302
    assert len(events(database)) == 2


def test_a_sharing_log_is_visible_to_its_organization_the_coordinator_and_the_board(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    declared(sign_in("ana@prairie.example"), world[:1], today)
    [event] = events(database)
    quarter = Quarter.of(today)
    pages = ("/sharing", f"/sharing/{quarter}", "/sharing/links")
    for email, status in (
        ("rita@prairie.example", 200),
        ("otto@lakeshore.example", 403),
        ("board@hub.example", 200),
        ("coordinator@hub.example", 200),
    ):
        browser = sign_in(email)
        for page in pages:
            answer = browser.get(f"{page}?organization=prairie-works")
            assert answer.status_code == status, (email, page)
            assert ("Prairie Works" in answer.text.replace("people at Prairie Works", "")) == (status == 200)
        assert browser.get(f"/sharing/{quarter}?organization=prairie-works&format=csv").status_code == status
        assert browser.get(f"/sharing/events/{event.id}/correct").status_code == (
            404 if "prairie" not in email else 200
        )
    assert sign_in("ana@prairie.example").get("/sharing?organization=nobody").status_code == 404


def test_urls_without_a_valid_quarter_are_not_found(world: list[int], sign_in: SignIn, today: date) -> None:
    browser = sign_in("rita@prairie.example")
    future = Quarter.of(today).next
    for name in ("2026Q5", "0000Q1", "x", str(future), "9999Q4", "0001Q1", "2026", "%00"):
        assert browser.get(f"/sharing/{name}").status_code == 404, name
    assert browser.get("/sharing/1900Q1").status_code == 200
    for name in ("2026Q5", "x"):
        assert browser.get(f"/sharing/{name}/confirm").status_code == 404


def test_visitors_are_asked_to_sign_in(database: Database, client: FlaskClient) -> None:
    for page in ("/sharing", "/sharing/2026Q1", "/sharing/2026Q1/confirm", "/sharing/links", "/sharing/declare"):
        answer = client.get(page)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]


@pytest.mark.both_databases
def test_a_long_history_has_pages(world: list[int], database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        organization = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        organization.periods[0].joined_on = date(2018, 1, 1)
    browser = sign_in("ana@prairie.example")
    assert "Q1 2018" not in browser.get("/sharing").text
    pages = [browser.get(f"/sharing?page={page}").text for page in range(1, 6)]
    assert any("Q1 2018" in page for page in pages)
    assert browser.get("/sharing?page=-5").status_code == 200


@pytest.mark.both_databases
def test_hostile_texts_are_shown_as_typed(world: list[int], sign_in: SignIn, today: date) -> None:
    browser = sign_in("ana@prairie.example")
    declared(browser, world[:1], today, with_whom=NAUGHTY, note=NAUGHTY)
    page = browser.get(f"/sharing/{Quarter.of(today)}").text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert NAUGHTY in unescape(page)


@pytest.mark.both_databases
def test_the_new_title_of_a_closed_resource_is_hidden_from_earlier_readers(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    ana, rita = sign_in("ana@prairie.example"), sign_in("rita@prairie.example")
    took, quarter = world[0], Quarter.of(today)
    assert ana.get(f"/resources/{took}/download", buffered=True).status_code == 200
    assert ana.post(f"/resources/{took}/forward", data={"days": 30}).status_code == 302
    with database.writing() as db:
        resource = db.get_one(Resource, took)
        resource.title, resource.audience = "Layoffs ahead", Audience.ORGANIZATION
    declared(ana, [took], today)
    form = a_form(rita, f"/sharing/{quarter}/confirm") | {
        "shared": "yes",
        "resources": [took],
        "with_whom": "our manufacturers",
    }
    assert rita.post(f"/sharing/{quarter}/confirm", data=form).status_code == 302
    with database.reading() as db:
        confirmation = db.scalars(select(Confirmation.id)).one()
        last = db.scalar(select(func.max(SharingEvent.id)))
    record = ("/", "/sharing", f"/sharing/{quarter}", f"/sharing/{quarter}/confirm", "/sharing/declare")
    one_entry = ("/sharing/links", f"/sharing/confirmations/{confirmation}", f"/sharing/events/{last}/correct")
    for address in (*record, *one_entry, "/sharing?format=csv"):
        page = rita.get(address).text
        assert "Layoffs" not in page, address
        assert "Toolkit one" in page or address in {"/", "/sharing"}, address
    assert rita.post(f"/sharing/events/{last}/correct", data={"take_back": "1", "reason": "Twice"}).status_code == 302
    with database.reading() as db:
        assert {event.title for event in db.scalars(select(SharingEvent))} == {"Toolkit one"}
        assert [named.title for named in db.scalars(select(ConfirmedResource))] == ["Toolkit one"]


@pytest.mark.both_databases
def test_the_sharing_log_keeps_the_title_from_when_a_resource_was_shared(
    world: list[int], database: Database, sign_in: SignIn, today: date
) -> None:
    ana = sign_in("ana@prairie.example")
    declared(ana, world[:1], today)
    with database.writing() as db:
        db.get_one(Resource, world[0]).title = "Toolkit one, second edition"
    declared(ana, world[:1], today)
    page = ana.get(f"/sharing/{Quarter.of(today)}").text
    assert re.findall(r">(Toolkit one[^<]*)</a>", page) == ["Toolkit one, second edition", "Toolkit one"]
    assert re.findall(r"<option[^>]*>(Toolkit one[^<]*)</option>", page) == ["Toolkit one, second edition"]

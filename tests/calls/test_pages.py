"""Scheduling calls, the call pages, and permissions."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
import vobject
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Config
from hub.calls.actions import attendance as attendance_actions
from hub.calls.actions import attendance_reports as attendance_reports_actions
from hub.calls.actions import series as series_actions
from hub.calls.models import Call
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.db import Database
from hub.core.errors import NotFound, Refused
from hub.library.models import Resource
from hub.library.rules import Audience, Kind
from hub.mail.models import OutboxMessage
from hub.members.models import Organization, Person
from tests.calls.conftest import SetClock
from tests.world import SignIn, a_resource

pytestmark = pytest.mark.usefixtures("alliance")
CORA, BO, ROSA, ERIK = "cora@amcc.example", "board@amcc.example", "rosa@lakeshore.example", "erik@prairie.example"


def the_call(database: Database, day: str) -> Call:
    with database.reading() as db:
        return db.scalars(select(Call).where(Call.day == date.fromisoformat(day))).one()


@pytest.mark.both_databases
def test_the_series_is_scheduled_a_year_ahead_once_with_its_holidays(database: Database) -> None:
    assert series_actions.catch_up(database) == 0  # the fixture scheduled a year ahead
    with database.writing() as db:
        assert series_actions.make_series(db, None, date(2026, 1, 1), date(2027, 11, 17)) == []
        calls = db.scalars(select(Call).order_by(Call.day)).all()
    assert [call.day.weekday() for call in calls] == [0] * len(calls)
    assert len({call.uid for call in calls}) == len(calls)
    off = {str(call.day): call.reason for call in calls if call.state is CallState.HOLIDAY and call.day.year == 2026}
    assert list(off) == ["2026-01-19", "2026-02-16", "2026-05-25", "2026-09-07", "2026-10-12"]
    assert off["2026-09-07"] == "Labor Day"


@pytest.mark.both_databases
def test_the_worker_adds_weeks_as_time_passes(database: Database, set_clock: SetClock) -> None:
    set_clock("2026-12-02T09:00")
    assert series_actions.catch_up(database) == 2
    assert series_actions.catch_up(database) == 0
    assert the_call(database, "2027-11-29").starts_at.hour == 16  # 11:30 a.m. in winter, in UTC


@pytest.fixture
def tuesdays(app: Flask, config: Config, database: Database) -> Iterator[Database]:
    """Change the settings: the weekly call is on Tuesdays at 10:00 a.m. for 45 minutes."""
    changed = Database(replace(config, CALL_WEEKDAY="tuesday", CALL_TIME="10:00", CALL_MINUTES=45))
    app.extensions["hub-database"] = changed
    yield changed
    app.extensions["hub-database"] = database
    changed.close()


@pytest.mark.both_databases
def test_the_coordinator_can_move_upcoming_calls_to_the_new_weekly_time(
    database: Database, tuesdays: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    with database.writing() as db:
        cora = db.scalars(select(Person).where(Person.email == CORA)).one()
        series_actions.move(
            db, cora, call_in(db, "2026-12-07"), series_actions.When(date(2026, 12, 9), time(9), 30), "Travel"
        )
        series_actions.cancel(db, cora, call_in(db, "2026-12-14"), "Snow")
        extra = series_actions.add_call(db, cora, series_actions.When(date(2027, 1, 5), time(9), 30), "Extra")
        a_resource(db, cora.organization, "Notes", call_on=date(2026, 11, 30))
        invited = call_in(db, "2026-11-30")
        invited.invited_at = clock.now()
        assert extra.series_day is None
    set_clock("2026-11-18T09:00")
    assert series_actions.catch_up(tuesdays) == 0, "a week has one call of the series, no matter on which day"
    cora_, rosa = sign_in(CORA), sign_in(ROSA)
    page = cora_.get("/calls/plan").text
    assert "The weekly call is now on Tuesdays at 10:00 a.m. for 45 minutes." in page
    assert "49 upcoming calls are still at the old time" in page, "a call stays if its Tuesday already has one"
    assert rosa.post("/calls/plan", data={"do": "follow"}).status_code == 403
    answer = cora_.post("/calls/plan", data={"do": "follow"}, follow_redirects=True).text
    assert "49 calls moved." in answer
    assert "at the old time" not in answer
    moved = the_call(database, "2026-12-01")
    assert (moved.state, moved.sequence, str(moved.series_day)) == (CallState.PLANNED, 1, "2026-12-01")
    assert (moved.starts_at.hour, moved.ends_at - moved.starts_at) == (15, timedelta(minutes=45))
    assert the_call(database, "2027-01-19").state is CallState.PLANNED, "the holiday was on the Monday"
    assert [the_call(database, day).state.value for day in ("2026-12-09", "2026-12-14")] == ["planned", "cancelled"]
    assert the_call(database, "2027-01-04").starts_at.hour == 16, "the Tuesday already has a call"
    with database.reading() as db:
        assert db.scalars(select(Resource.call_on)).all() == [date(2026, 12, 1)]
        announced = db.scalars(select(OutboxMessage.about).distinct()).all()
    assert announced == ["call 2026-12-01"], "only people who were invited get an email"
    assert series_actions.catch_up(tuesdays) == 0


def call_in(db: Session, day: str) -> Call:
    return db.scalars(select(Call).where(Call.day == date.fromisoformat(day))).one()


def test_the_coordinator_edits_a_call_and_everyone_sees_its_page(database: Database, sign_in: SignIn) -> None:
    cora, rosa = sign_in(CORA), sign_in(ROSA)
    details = {
        "title": "Monday call",
        "agenda": "1. **Welcome** <script>alert(1)</script>\n2. News",
        "joining_link": "https://meet.example/j/812",
        "recording_link": "",
    }
    assert cora.post("/calls/2026-11-23/edit", data=details).status_code == 302
    page = rosa.get("/calls/2026-11-23").text
    assert "<strong>Welcome</strong>" in page
    assert "<script>alert" not in page
    assert 'href="https://meet.example/j/812"' in page
    assert "2 open slots" in page
    assert "Did you attend" not in page  # a week before it
    wrong = cora.post("/calls/2026-11-23/edit", data=details | {"joining_link": "javascript:alert(1)"})
    assert wrong.status_code == 422
    assert "starts with https://" in wrong.text
    assert the_call(database, "2026-11-23").sequence == 1


def test_a_call_page_lists_the_resources_of_its_day_that_the_person_may_read(
    database: Database, sign_in: SignIn
) -> None:
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        day = date(2026, 11, 16)
        shown = a_resource(db, lakeshore, "Notes of the call", kind=Kind.CALL_NOTES, call_on=day).id
        a_resource(db, lakeshore, "Ours alone", audience=Audience.ORGANIZATION, call_on=day)
    assert "Ours alone" in sign_in(ROSA).get("/calls/2026-11-16").text
    page = sign_in(ERIK).get("/calls/2026-11-16").text
    assert "Notes of the call" in page
    assert "Ours alone" not in page
    assert 'href="/calls/2026-11-16"' in sign_in(ERIK).get(f"/resources/{shown}").text


def test_call_notes_start_from_the_agenda_and_become_a_resource_of_the_call(
    database: Database, sign_in: SignIn
) -> None:
    cora = sign_in(CORA)
    cora.post("/calls/2026-11-16/edit", data={"title": "Monday call", "agenda": "1. Welcome to Tulsa"})
    sign_in(ROSA).post("/calls/2026-11-16/check-in")
    page = cora.get("/calls/2026-11-16/notes").text
    assert "1. Welcome to Tulsa" in page
    assert "Lakeshore Forge" in page
    assert 'action="/resources/new?by=text"' in page
    assert (
        "Lakeshore Forge" not in sign_in(ERIK).get("/calls/2026-11-16/notes").text
    )  # he may not see the attendance of others
    cora.post(
        "/calls/2026-11-16/asks", data={"kind": "ask", "text": "Who has a form?", "organization": "prairie-works"}
    )
    sign_in(ROSA).post("/calls/2026-11-16/asks", data={"kind": "follow-up", "text": "We send ours"})
    draft = html.unescape(cora.get("/calls/2026-11-16/notes").text)
    asks, _, follow_ups = draft.partition("## Asks")[2].partition("## Follow-ups")
    assert asks.split("\n")[2:3] == ["- Prairie Works: Who has a form?"]
    assert "We send ours" not in asks
    assert follow_ups.split("\n")[2].startswith("- Lakeshore Forge: We send ours")
    assert "Who has a form?" not in follow_ups.split("</textarea>")[0]
    form = {"title": "Notes", "kind": "call-notes", "call_on": "2026-11-16", "audience": "network", "body": "# Done"}
    organization = re.search(r'name="organization">\s*<option[^>]*value="([^"]+)"', page)
    assert organization
    cora.post("/resources/new?by=text", data=form | {"organization": organization[1]})
    with database.reading() as db:
        assert db.scalars(select(Resource)).one().call_on == date(2026, 11, 16)


@pytest.mark.both_databases
def test_a_moved_call_keeps_everything_and_updates_calendars(database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        a_resource(db, lakeshore, "The agenda's annex", call_on=date(2026, 11, 30))
    before = the_call(database, "2026-11-30")
    cora = sign_in(CORA)
    moved = {"day": "2026-12-01", "at": "14:00", "minutes": "45", "reason": "The host travels"}
    assert cora.post("/calls/2026-11-30/move", data=moved).location == "/calls/2026-12-01"
    after = the_call(database, "2026-12-01")
    assert (after.uid, after.sequence, after.series_day) == (before.uid, 1, date(2026, 11, 30))
    assert (after.starts_at.hour, (after.ends_at - after.starts_at).seconds) == (19, 2700)
    page = sign_in(ROSA).get("/calls/2026-11-30", follow_redirects=True)
    assert page.request.path == "/calls/2026-12-01"
    assert "The host travels" in page.text
    assert "The agenda&#39;s annex" in page.text
    refused = cora.post("/calls/2026-12-07/move", data=moved)
    assert refused.status_code == 422
    assert "There’s already a call on that date" in refused.text
    assert series_actions.catch_up(database) == 0  # its week isn't filled again


def test_a_call_is_moved_to_a_date_and_time_typed_the_american_way(database: Database, sign_in: SignIn) -> None:
    form = {"day": "12/1/2026", "at": "2 pm", "minutes": "30", "reason": "Travel"}
    assert sign_in(CORA).post("/calls/2026-11-30/move", data=form).location == "/calls/2026-12-01"
    assert "2:00 p.m. to 2:30 p.m. ET" in sign_in(ROSA).get("/calls/2026-12-01").text
    wrong = sign_in(CORA).post("/calls/2026-12-01/move", data=form | {"day": "30.11.2026"})
    assert wrong.status_code == 422
    assert "is not a date. Write it like 11/30/2026" in wrong.text


def test_a_canceled_call_shows_the_reason_and_can_be_put_back_on_the_schedule(
    database: Database, sign_in: SignIn
) -> None:
    cora = sign_in(CORA)
    assert cora.post("/calls/2026-11-23/cancel", data={"reason": " "}).status_code == 422
    cora.post("/calls/2026-11-23/cancel", data={"reason": "Thanksgiving week"})
    page = sign_in(ROSA).get("/calls/2026-11-23").text
    assert "Thanksgiving week" in page
    assert "Hold call anyway" not in page
    file = vobject.readOne(sign_in(ROSA).get("/calls/2026-11-23/call.ics").text).vevent
    assert (file.status.value, file.sequence.value) == ("CANCELLED", "1")
    cora.post("/calls/2026-11-23/plan-again")
    call = the_call(database, "2026-11-23")
    assert (call.state, call.reason, call.sequence) == (CallState.PLANNED, "", 2)


@pytest.mark.both_databases
def test_the_coordinator_skips_weeks_and_adds_calls(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    days = ["2026-12-21", "2026-12-28", "2026-11-09", "nonsense"]  # the third is over
    answer = cora.post(
        "/calls/plan", data={"do": "skip", "days": days, "reason": "The holidays"}, follow_redirects=True
    )
    assert "2 calls skipped" in answer.text
    assert the_call(database, "2026-12-28").state is CallState.SKIPPED
    assert the_call(database, "2026-11-09").state is CallState.PLANNED
    assert "Enter a reason" in cora.post("/calls/plan", data={"do": "skip", "days": days[:1], "reason": ""}).text
    assert "Check the weeks to skip." in cora.post("/calls/plan", data={"do": "skip", "reason": "x"}).text
    extra = {
        "do": "extra",
        "extra-day": "2026-12-03",
        "extra-at": "15:00",
        "extra-minutes": "60",
        "extra-title": "CMMC",
    }
    assert "Extra call scheduled for Thu, Dec 3" in cora.post("/calls/plan", data=extra, follow_redirects=True).text
    assert cora.post("/calls/plan", data=extra).status_code == 422
    assert cora.get("/calls/2026-12-03").status_code == 200
    series = {"do": "series", "series-first": "2025-01-01", "series-last": "2025-12-31"}
    assert "52 missing weeks added" in cora.post("/calls/plan", data=series, follow_redirects=True).text
    assert "No weeks are missing" in cora.post("/calls/plan", data=series, follow_redirects=True).text


@pytest.mark.both_databases
def test_the_list_filters_calls_by_time_year_and_status(sign_in: SignIn) -> None:
    rosa = sign_in(ROSA)
    upcoming = rosa.get("/calls").text
    assert upcoming.index("Mon, Nov 16,") < upcoming.index("Mon, Nov 23,")  # the current call comes first
    past = rosa.get("/calls?when=past&year=2026").text
    assert "Mon, Nov 9," in past
    assert "Mon, Nov 23," not in past
    holidays = rosa.get("/calls?when=all&year=2026&state=holiday").text
    assert "5 calls" in holidays
    assert "Labor Day" in holidays
    assert rosa.get("/calls?when=x&year=99999999&state=y&page=0").status_code == 200
    for missing in ("/calls/2026-11-17", "/calls/20261116", "/calls/2026-13-45", "/calls/x"):
        assert rosa.get(missing).status_code == 404


def test_asks_and_follow_ups_are_on_the_page_until_they_are_done(sign_in: SignIn) -> None:
    rosa, erik = sign_in(ROSA), sign_in(ERIK)
    rosa.post("/calls/2026-11-16/asks", data={"kind": "ask", "text": "Who has a <b>template</b>?"})
    page = erik.get("/calls/2026-11-16").text
    assert "Who has a &lt;b&gt;template&lt;/b&gt;?" in page
    assert "/calls/2026-11-16/asks/1" not in page  # he may not change it
    assert erik.post("/calls/2026-11-16/asks/1", data={"done": "1"}).status_code == 404
    rosa.post("/calls/2026-11-16/asks/1", data={"done": "1"})
    assert 'Done <time datetime="2026-11-16"' in erik.get("/calls/2026-11-16").text
    assert erik.post("/calls/2026-11-16/asks", data={"kind": "ask", "text": ""}).status_code == 422
    cora = sign_in(CORA)
    cora.post("/calls/2026-11-16/asks", data={"kind": "follow-up", "text": "Send it", "organization": "prairie-works"})
    assert "Follow-up</strong> from Prairie Works" in erik.get("/calls/2026-11-16").text


@pytest.mark.both_databases
def test_a_calendar_link_works_without_signing_in_until_it_is_turned_off(
    client: FlaskClient, database: Database, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    rosa = sign_in(ROSA)

    def address() -> str:
        match = re.search(r'value="http://127.0.0.1:8000(/calendar/[^"]+\.ics)"', rosa.get("/calls/calendar").text)
        return match[1] if match else ""

    assert address() == ""
    rosa.post("/calls/calendar")
    first = address()
    sign_in(CORA).post("/calls/2026-12-14/cancel", data={"reason": "Travel"})
    answer = client.get(first)
    assert answer.content_type.startswith("text/calendar")
    events = {str(event.dtstart.value.date()): event for event in vobject.readOne(answer.text).vevent_list}
    assert events["2026-11-23"].status.value == "CONFIRMED"
    assert events["2026-12-14"].status.value == "CANCELLED"
    assert "2026-09-07" not in events  # a holiday was never announced
    rosa.post("/calls/calendar")
    assert client.get(first).status_code == 404
    assert client.get(address()).status_code == 200
    with database.writing() as db:
        db.scalars(select(Person).where(Person.email == ROSA)).one().left_at = the_call(
            database, "2026-11-16"
        ).starts_at
    assert client.get(first).status_code == 404
    assert client.get("/calendar/unknown.ics").status_code == 404
    assert first.split("/")[-1][:20] not in caplog.text


PAGES = {
    # address: whether the coordinator, board, representative, and contributor may open it
    "/calls": "yes yes yes yes",
    "/calls/2026-11-16": "yes yes yes yes",
    "/calls/2026-11-16/call.ics": "yes yes yes yes",
    "/calls/2026-11-16/notes": "yes yes yes yes",
    "/calls/calendar": "yes yes yes yes",
    "/calls/present": "yes no yes yes",
    "/calls/plan": "yes no no no",
    "/calls/planner": "yes no no no",
    "/calls/2026-11-16/edit": "yes no no no",
    "/calls/2026-11-16/move": "yes no no no",
    "/calls/2026-11-16/cancel": "yes no no no",
    "/calls/2026-11-16/attendance": "yes no no no",
    "/calls/2026-11-16/participants": "yes no no no",
    "/calls/2026-11-16/invite": "yes no no no",
    "/calls/2026-11-16/brief": "yes no no no",
}
POSTS = {
    "/calls/plan": "yes no no no",
    "/calls/planner": "yes no no no",
    "/calls/planner/confirm": "yes no no no",
    "/calls/2026-11-16/edit": "yes no no no",
    "/calls/2026-11-16/move": "yes no no no",
    "/calls/2026-11-16/cancel": "yes no no no",
    "/calls/2026-11-16/plan-again": "yes no no no",
    "/calls/2026-11-16/attendance": "yes no no no",
    "/calls/2026-11-16/report": "yes no no no",
    "/calls/2026-11-16/participants": "yes no no no",
    "/calls/2026-11-16/invite": "yes no no no",
    "/calls/2026-11-16/brief": "yes no no no",
    "/calls/2026-11-16/check-in": "yes yes yes yes",
    "/calls/2026-11-16/asks": "yes yes yes yes",
    "/calls/calendar": "yes yes yes yes",
    "/calls/calendar/end": "yes yes yes yes",
    "/calls/present": "yes no yes yes",
}


def test_roles_open_only_their_pages_and_forms(sign_in: SignIn, client: FlaskClient) -> None:
    people = (CORA, BO, ROSA, "keisha@lakeshore.example")
    for number, email in enumerate(people):
        browser = sign_in(email)
        for address, row in PAGES.items():
            status = browser.get(address).status_code
            assert (status == 200) == (row.split()[number] == "yes"), f"{email} got {status} at {address}"
            assert status in {200, 403, 404}
        for address, row in POSTS.items():
            status = browser.post(address).status_code
            assert (status in {200, 302, 422}) == (row.split()[number] == "yes"), f"{email} got {status} at {address}"
            assert status in {200, 302, 403, 404, 422}
    for address in (*PAGES, *POSTS):
        assert client.get(address).status_code in {302, 405}


def test_actions_check_permissions_themselves(database: Database) -> None:
    with database.writing() as db:
        rosa = db.scalars(select(Person).where(Person.email == ROSA)).one()
        call = db.scalars(select(Call).where(Call.day == date(2026, 11, 23))).one()
        for refused in (
            lambda: series_actions.cancel(db, rosa, call, "x"),
            lambda: series_actions.make_series(db, rosa, date(2030, 1, 1), date(2030, 2, 1)),
            lambda: attendance_actions.set_attendance(db, rosa, call, []),
            lambda: attendance_reports_actions.import_report(db, rosa, call, b"", "x.csv"),
        ):
            with pytest.raises(NotFound):
                refused()
        assert db.scalar(select(func.count(Call.id)).where(Call.state == CallState.CANCELLED)) == 0
        with pytest.raises(Refused):
            attendance_actions.check_in(db, rosa, call)

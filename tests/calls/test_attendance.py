"""Three ways into the attendance, corrections, and what counts in the end."""

import io
from collections import Counter
from datetime import date

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.calls.models import Alias, Attendance, Call, Guest, GuestState, MeetingReport, Source
from hub.calls.queries import attendance as attendance_queries
from hub.calls.rules.commitment import Attended, attended_of
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.db import Database
from hub.members.models import Organization
from tests.calls.conftest import SetClock
from tests.calls.test_attendance_reports import LAYOUTS, zoom
from tests.world import SignIn, an_organization

pytestmark = pytest.mark.usefixtures("alliance")
CORA, ROSA, TOM, ERIK = "cora@amcc.example", "rosa@lakeshore.example", "tom@lakeshore.example", "erik@prairie.example"
DAY = "2026-11-16"


def attended(database: Database, slug: str = "lakeshore-forge", year: int = 2026) -> Attended:
    with database.reading() as db:
        one = db.scalars(select(Organization).where(Organization.slug == slug)).one()
        return attendance_queries.attended(db, [one], year, clock.now())[one.id]


def entries(database: Database) -> Counter[str]:
    with database.reading() as db:
        return Counter(f"{one.source.value}{' back' * one.void}" for one in db.scalars(select(Attendance)))


def send(browser: FlaskClient, data: bytes, name: str = "participants.csv", day: str = DAY, **form: str) -> str:
    answer = browser.post(
        f"/calls/{day}/report", data={"report": (io.BytesIO(data), name), **form}, follow_redirects=True
    )
    return answer.text


@pytest.mark.both_databases
def test_i_was_there_is_one_button_and_one_entry(database: Database, sign_in: SignIn, set_clock: SetClock) -> None:
    rosa = sign_in(ROSA)
    assert "Were you on the call of" in rosa.get("/").text
    for _ in range(2):
        assert rosa.post(f"/calls/{DAY}/check-in", data={"next": "/"}).location == "/"
    assert "Were you on the call" not in rosa.get("/").text
    assert "You said that you were there" in rosa.get(f"/calls/{DAY}").text
    assert "Lakeshore Forge is on record already" in sign_in(TOM).get("/").text
    sign_in(TOM).post(f"/calls/{DAY}/check-in")
    assert entries(database) == {"check-in": 2}
    set_clock("2026-11-16T12:01")
    assert attended(database).attended == 1  # both people there: it counts once
    set_clock("2026-11-23T12:01")
    refused = sign_in("keisha@lakeshore.example").post(f"/calls/{DAY}/check-in")
    assert refused.status_code == 422
    assert "until seven days after" in refused.text


@pytest.mark.both_databases
def test_a_call_that_is_cancelled_after_somebody_checked_in_counts_nowhere(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    sign_in(ROSA).post(f"/calls/{DAY}/check-in")
    set_clock("2026-11-16T13:00")
    before = attended(database)
    sign_in(CORA).post(f"/calls/{DAY}/cancel", data={"reason": "The line broke down"})
    after = attended(database)
    assert (after.attended, after.held) == (before.attended - 1, before.held - 1)
    assert "nothing here counts" in sign_in(ROSA).get(f"/calls/{DAY}").text


@pytest.mark.both_databases
def test_a_check_in_can_be_taken_back_by_its_person_and_made_again(database: Database, sign_in: SignIn) -> None:
    rosa, erik = sign_in(ROSA), sign_in(ERIK)
    rosa.post(f"/calls/{DAY}/check-in")
    with database.reading() as db:
        number = db.scalars(select(Attendance.id)).one()
    assert erik.get(f"/calls/attendance/{number}/take-back").status_code == 404
    assert erik.post(f"/calls/attendance/{number}/take-back").status_code == 404
    rosa.post(f"/calls/attendance/{number}/take-back")
    assert rosa.get(f"/calls/attendance/{number}/take-back").status_code == 404  # it is taken back already
    assert "I was there" in rosa.get(f"/calls/{DAY}").text
    rosa.post(f"/calls/{DAY}/check-in")
    assert entries(database) == {"check-in": 2, "check-in back": 1}  # all of it stays in the record
    assert "taken back" in rosa.get(f"/calls/{DAY}").text


def test_the_coordinator_ticks_organizations_and_says_why_one_is_unticked(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    with database.reading() as db:
        ids = {one.slug: str(one.id) for one in db.scalars(select(Organization))}
    both = [ids["lakeshore-forge"], ids["supply-atlas"]]
    cora.post(f"/calls/{DAY}/attendance", data={"organizations": both})
    cora.post(f"/calls/{DAY}/attendance", data={"organizations": both})
    assert entries(database) == {"coordinator": 2}
    refused = cora.post(f"/calls/{DAY}/attendance", data={"organizations": both[:1]})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    cora.post(f"/calls/{DAY}/attendance", data={"organizations": both[:1], "reason": "Mixed up"})
    assert entries(database) == {"coordinator": 2, "coordinator back": 1}
    assert "on record" in cora.get(f"/calls/{DAY}/attendance").text
    assert cora.post("/calls/2026-11-23/attendance", data={"organizations": both}).status_code == 422  # not begun yet


@pytest.mark.both_databases
@pytest.mark.parametrize("layout", ["zoom of today", "teams of today"])
def test_a_report_is_matched_reviewed_and_remembered(database: Database, sign_in: SignIn, layout: str) -> None:
    cora = sign_in(CORA)
    page = send(cora, LAYOUTS[layout])
    assert "3 people in the report, 3 new: 2 recognized, 1 to be decided" in page
    assert "Galaxy S23" in page
    assert "nothing has changed" in send(cora, LAYOUTS[layout])
    assert entries(database) == {"report": 2}
    with database.reading() as db:
        states = {one.name.split(" (")[0]: one.state for one in db.scalars(select(Guest))}
    assert states["Rosa Peña"] is GuestState.MATCHED
    assert states["Galaxy S23"] is GuestState.WAITING
    assert "1 on the call of" in cora.get("/calls").text


@pytest.mark.both_databases
def test_a_decision_is_remembered_for_the_next_report_and_settles_those_who_wait_elsewhere(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    set_clock("2026-11-23T12:30")
    cora = sign_in(CORA)
    head = "Name (Original Name),User Email,Total Duration (Minutes),Guest"
    send(cora, zoom(head, "LF plant 2,plant2@forge.example,30,Yes", "A stranger,,30,Yes"))
    send(cora, zoom(head, "LF plant 2,plant2@forge.example,28,Yes"), day="2026-11-23")
    with database.reading() as db:
        guests = {(one.call_id, one.name): one.id for one in db.scalars(select(Guest).order_by(Guest.id))}
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one().id
    (_, plant), (_, stranger) = list(guests.items())[:2]
    decided = cora.post(
        f"/calls/{DAY}/participants/{plant}",
        data={"who": f"organization-{lakeshore}", "remember": "1"},
        follow_redirects=True,
    ).text
    assert "So are 1 under the same name on other calls" in decided
    cora.post(f"/calls/{DAY}/participants/{stranger}", data={"who": "nobody", "remember": "1"})
    assert entries(database) == {"report": 2}
    assert attended(database).attended == 2
    assert "1 recognized, 0 to be decided" in send(
        cora, zoom(head, "LF plant 2,plant2@forge.example,5,Yes"), day="2026-11-09"
    )
    assert cora.post(f"/calls/{DAY}/participants/{plant}", data={"who": ""}).status_code == 422
    assert cora.post(f"/calls/{DAY}/participants/{plant}", data={"who": "person-999999"}).status_code == 404
    cora.post(f"/calls/{DAY}/participants/{plant}", data={"who": "nobody"})  # it was someone else after all
    assert entries(database) == {"report": 3, "report back": 1}
    with database.reading() as db:
        assert len(db.scalars(select(Alias)).all()) == 2


def test_a_name_that_many_devices_show_is_never_remembered(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    send(cora, zoom("Name (Original Name),User Email,Total Duration (Minutes),Guest", "iPad,,30,Yes"))
    with database.reading() as db:
        number = db.scalars(select(Guest.id)).one()
    assert "isn’t remembered" in cora.get(f"/calls/{DAY}/participants").text
    cora.post(f"/calls/{DAY}/participants/{number}", data={"who": "nobody", "remember": "1"})
    with database.reading() as db:
        assert db.scalars(select(Alias)).all() == []


def test_in_a_large_alliance_only_who_is_asked_for_is_offered_everybody(
    database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.calls.routes.attendance.MOST_CHOICES", 10)
    cora = sign_in(CORA)
    page = send(cora, LAYOUTS["zoom of today"])
    assert "Somebody else" in page
    assert '<option value="organization-' not in page
    with database.reading() as db:
        number = db.scalars(select(Guest.id).where(Guest.state == GuestState.WAITING)).one()
    asked = cora.get(f"/calls/{DAY}/participants?guest={number}").text
    assert asked.count('<optgroup label="Organizations">') == 1


@pytest.mark.both_databases
def test_a_second_file_of_the_same_call_adds_only_who_is_new(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    head = "Name (Original Name),User Email,Total Duration (Minutes),Guest"
    send(cora, zoom(head, "Rosa Peña,rosa@lakeshore.example,30,No"))
    said = send(cora, zoom(head, "Rosa Peña,rosa@lakeshore.example,31,No", "Erik Sørensen,erik@prairie.example,9,No"))
    assert "2 people in the report, 1 new: 1 recognized" in said
    assert entries(database) == {"report": 2}
    with database.reading() as db:
        assert len(db.scalars(select(MeetingReport)).all()) == 2


def test_a_report_of_another_day_is_read_only_when_somebody_insists(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    refused = send(cora, LAYOUTS["teams of today"], day="2026-11-09")
    assert "November 16, 2026" in refused
    assert entries(database) == {}
    assert "3 people in the report" in send(cora, LAYOUTS["teams of today"], day="2026-11-09", anyway="1")
    assert "Export it again" in send(cora, b"%PDF-1.7", "deck.pdf")
    assert "Choose the report" in cora.post(f"/calls/{DAY}/report").text


@pytest.mark.both_databases
def test_an_organization_sees_its_own_attendance_and_no_other(sign_in: SignIn) -> None:
    sign_in(ROSA).post(f"/calls/{DAY}/check-in")
    erik, board = sign_in(ERIK).get(f"/calls/{DAY}").text, sign_in("board@amcc.example").get(f"/calls/{DAY}").text
    assert "Rosa Peña" not in erik
    assert "Nobody of Prairie Works is on record" in erik
    assert "Rosa Peña" in board


@pytest.mark.both_databases
def test_entries_are_never_changed_or_deleted(database: Database, sign_in: SignIn) -> None:
    sign_in(ROSA).post(f"/calls/{DAY}/check-in")
    with database.writer() as db:
        entry = db.scalars(select(Attendance)).one()
        entry.name = "Somebody else"
        with pytest.raises(TypeError, match="append-only"):
            db.flush()
        db.rollback()
        db.delete(db.scalars(select(Attendance)).one())
        with pytest.raises(TypeError, match="append-only"):
            db.flush()


@pytest.mark.both_databases
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_database_counts_as_the_rule_does(database: Database, data: st.DataObject) -> None:
    """The board's one query against `attended_of`, over any attendance, states of calls, and memberships."""
    with database.writer() as db:  # never committed
        calls = db.scalars(select(Call).where(Call.day < date(2026, 4, 1)).order_by(Call.day)).all()
        for call in calls:
            call.state = data.draw(st.sampled_from(CallState))
        day = st.dates(date(2025, 12, 1), date(2026, 4, 30))
        one = an_organization(db, joined_on=data.draw(day), left_on=data.draw(st.none() | day))
        cora = db.scalars(select(Organization)).first()
        assert cora
        there = data.draw(st.lists(st.sampled_from(calls), max_size=8))
        for number, call in enumerate(there):
            entry = Attendance(
                call_id=call.id, organization_id=one.id, source=Source.COORDINATOR, recorded_at=clock.now(),
                recorded_by_id=1, once=f"test {number}", void=data.draw(st.booleans()),
            )  # fmt: skip
            db.add(entry)
        db.flush()
        now = clock.now()
        standing = [call for call in db.scalars(select(Call)) if call.day.year == 2026]
        held = [call.day for call in standing if call.state is CallState.PLANNED and call.ends_at <= now]
        coming = [call.day for call in standing if call.state is CallState.PLANNED and call.ends_at > now]
        counted = db.scalars(
            select(Call.day)
            .join(Attendance, Attendance.call_id == Call.id)
            .where(Attendance.organization_id == one.id, ~Attendance.void)
        ).all()
        found = attendance_queries.attended(db, [one], 2026, now)[one.id]
        assert found == attended_of(held, counted, one.joined_on, one.left_on, coming)
        db.rollback()

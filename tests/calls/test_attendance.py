"""Attendance from its three sources, corrections, and the resulting counts."""

import io
from collections import Counter
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.calls.models import Alias, Attendance, Call, Guest, GuestState, MeetingReport, Source
from hub.calls.queries import attendance as attendance_queries
from hub.calls.rules.commitment import AttendanceCounts, count_attendance
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.db import Database
from hub.members.models import Organization
from hub.members.rules.membership import Period
from hub.members.rules.organizations import OrganizationKind, Role
from tests.calls.conftest import SetClock
from tests.calls.test_attendance_reports import LAYOUTS, zoom
from tests.world import SignIn, a_person, an_organization

pytestmark = pytest.mark.usefixtures("alliance")
CORA, ROSA, TOM, ERIK = "cora@amcc.example", "rosa@lakeshore.example", "tom@lakeshore.example", "erik@prairie.example"
DAY = "2026-11-16"


def attended(database: Database, slug: str = "lakeshore-forge", year: int = 2026) -> AttendanceCounts:
    with database.reading() as db:
        organization = db.scalars(select(Organization).where(Organization.slug == slug)).one()
        return attendance_queries.attendance_counts(db, [organization], year, clock.now())[organization.id]


def entries(database: Database) -> Counter[str]:
    with database.reading() as db:
        return Counter(f"{entry.source.value}{' undone' * entry.void}" for entry in db.scalars(select(Attendance)))


def import_report(
    browser: FlaskClient, data: bytes, name: str = "participants.csv", day: str = DAY, **form: str
) -> str:
    answer = browser.post(
        f"/calls/{day}/report", data={"report": (io.BytesIO(data), name), **form}, follow_redirects=True
    )
    return answer.text


@pytest.mark.both_databases
def test_checking_in_twice_adds_one_entry(database: Database, sign_in: SignIn, set_clock: SetClock) -> None:
    rosa = sign_in(ROSA)
    assert "Did you attend the" in rosa.get("/").text
    for _ in range(2):
        assert rosa.post(f"/calls/{DAY}/check-in", data={"next": "/"}).location == "/"
    assert "Did you attend the" not in rosa.get("/").text
    assert "You checked in." in rosa.get(f"/calls/{DAY}").text
    assert "Lakeshore Forge is already marked as attended" in sign_in(TOM).get("/").text
    sign_in(TOM).post(f"/calls/{DAY}/check-in")
    assert entries(database) == {"check-in": 2}
    set_clock("2026-11-16T12:01")
    assert attended(database).attended == 1  # both people attended: it counts once
    set_clock("2026-11-23T12:01")
    refused = sign_in("keisha@lakeshore.example").post(f"/calls/{DAY}/check-in")
    assert refused.status_code == 422
    assert "until 7 days after" in refused.text


def test_a_new_member_is_not_asked_about_a_call_before_it_joined(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    set_clock("2026-11-18T09:00")
    with database.writing() as db:
        new = an_organization(db, "Delta Crossing", joined_on=date(2026, 11, 17))
        same_day = an_organization(db, "Bayou Works", joined_on=date(2026, 11, 16))
        left = an_organization(db, "Cascade", left_on=date(2026, 11, 15))
        last_day = an_organization(db, "Ridge", left_on=date(2026, 11, 16))
        for organization in (new, same_day, left, last_day):
            a_person(db, organization, Role.REPRESENTATIVE, f"rep@{organization.slug}.example")
    for slug, may_check_in in {"delta-crossing": False, "bayou-works": True}.items():
        browser = sign_in(f"rep@{slug}.example")
        assert ("Did you attend the" in browser.get("/").text) is may_check_in, slug
        assert ("I attended" in browser.get(f"/calls/{DAY}").text) is may_check_in, slug
        answer = browser.post(f"/calls/{DAY}/check-in")
        assert answer.status_code == (302 if may_check_in else 422), slug
        if not may_check_in:
            assert "wasn’t in the alliance on Nov 16, 2026, so you can’t check in to that call." in answer.text
    assert sign_in("rep@cascade.example").post(f"/calls/{DAY}/check-in").status_code == 403, "it left"
    set_clock("2026-11-16T12:01")
    assert sign_in("rep@ridge.example").post(f"/calls/{DAY}/check-in").status_code == 302
    set_clock("2026-11-18T09:00")
    page = sign_in(CORA).get(f"/calls/{DAY}").text
    assert "Bayou Works" in page
    assert "Ridge" in page, "its last day counts"
    assert "Delta Crossing" not in page.split('id="attendance"')[1]
    assert "Cascade" not in page.split('id="attendance"')[1]


@pytest.mark.both_databases
def test_a_call_canceled_after_a_check_in_does_not_count(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    sign_in(ROSA).post(f"/calls/{DAY}/check-in")
    set_clock("2026-11-16T13:00")
    before = attended(database)
    sign_in(CORA).post(f"/calls/{DAY}/cancel", data={"reason": "The line broke down"})
    after = attended(database)
    assert (after.attended, after.held) == (before.attended - 1, before.held - 1)
    assert "its attendance doesn’t count" in sign_in(ROSA).get(f"/calls/{DAY}").text


@pytest.mark.both_databases
def test_people_can_undo_their_own_check_in_and_check_in_again(database: Database, sign_in: SignIn) -> None:
    rosa, erik = sign_in(ROSA), sign_in(ERIK)
    rosa.post(f"/calls/{DAY}/check-in")
    with database.reading() as db:
        number = db.scalars(select(Attendance.id)).one()
    assert erik.get(f"/calls/attendance/{number}/take-back").status_code == 404
    assert erik.post(f"/calls/attendance/{number}/take-back").status_code == 404
    rosa.post(f"/calls/attendance/{number}/take-back")
    assert rosa.get(f"/calls/attendance/{number}/take-back").status_code == 404  # it was undone already
    assert "I attended" in rosa.get(f"/calls/{DAY}").text
    rosa.post(f"/calls/{DAY}/check-in")
    assert entries(database) == {"check-in": 2, "check-in undone": 1}  # all entries stay in the record
    assert "(undone)" in rosa.get(f"/calls/{DAY}").text


def test_the_coordinator_checks_organizations_and_gives_a_reason_for_unchecking_one(
    database: Database, sign_in: SignIn
) -> None:
    cora = sign_in(CORA)
    with database.reading() as db:
        ids = {organization.slug: str(organization.id) for organization in db.scalars(select(Organization))}
    both = [ids["lakeshore-forge"], ids["supply-atlas"]]
    cora.post(f"/calls/{DAY}/attendance", data={"organizations": both})
    cora.post(f"/calls/{DAY}/attendance", data={"organizations": both})
    assert entries(database) == {"coordinator": 2}
    refused = cora.post(f"/calls/{DAY}/attendance", data={"organizations": both[:1]})
    assert refused.status_code == 422
    assert "Enter a reason" in refused.text
    cora.post(f"/calls/{DAY}/attendance", data={"organizations": both[:1], "reason": "Mixed up"})
    assert entries(database) == {"coordinator": 2, "coordinator undone": 1}
    page = BeautifulSoup(cora.get(f"/calls/{DAY}/attendance").text, "lxml")
    checked = {box["value"] for box in page.select("input[name=organizations][checked]")}
    assert checked == {ids["lakeshore-forge"]}, "organizations that are recorded start out checked"
    assert [note.get_text() for note in page.select(".call-organizations .optional")] == ["recorded"]
    assert cora.post("/calls/2026-11-23/attendance", data={"organizations": both}).status_code == 422  # not started yet


@pytest.mark.both_databases
@pytest.mark.parametrize("layout", ["zoom of today", "teams of today"])
def test_a_report_is_matched_reviewed_and_remembered(database: Database, sign_in: SignIn, layout: str) -> None:
    cora = sign_in(CORA)
    page = import_report(cora, LAYOUTS[layout])
    assert "3 people in the report, 3 new: 1 matched, 2 unmatched" in page
    assert "The hub proposes 1 match by name." in page
    assert "Galaxy S23" in page
    assert "Nothing changed" in import_report(cora, LAYOUTS[layout])
    assert entries(database) == {"report": 1}
    shown = BeautifulSoup(page, "lxml").select("input[name=match]")
    saved = cora.post(
        f"/calls/{DAY}/participants", data={"match": [field["value"] for field in shown]}, follow_redirects=True
    ).text
    assert "1 match saved." in saved
    assert "The hub proposes" not in saved
    assert entries(database) == {"report": 2}
    cora.post(
        f"/calls/{DAY}/participants", data={"match": [shown[0]["value"], "999 person-1", "x", "1 organization-1"]}
    )
    assert entries(database) == {"report": 2}, "only what is unmatched can be saved this way"
    with database.reading() as db:
        states = {guest.name.split(" (")[0]: guest.state for guest in db.scalars(select(Guest))}
    assert states["Rosa Peña"] is GuestState.MATCHED
    assert states["Galaxy S23"] is GuestState.WAITING
    assert "1 on <time" in cora.get("/calls").text


@pytest.mark.both_databases
def test_a_match_is_remembered_for_later_reports_and_applied_to_other_calls(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    set_clock("2026-11-23T12:30")
    cora = sign_in(CORA)
    head = "Name (Original Name),User Email,Total Duration (Minutes),Guest"
    import_report(cora, zoom(head, "LF plant 2,plant2@forge.example,30,Yes", "A stranger,,30,Yes"))
    import_report(cora, zoom(head, "LF plant 2,plant2@forge.example,28,Yes"), day="2026-11-23")
    with database.reading() as db:
        guests = {(guest.call_id, guest.name): guest.id for guest in db.scalars(select(Guest).order_by(Guest.id))}
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one().id
    (_, plant), (_, stranger) = list(guests.items())[:2]
    matched = cora.post(
        f"/calls/{DAY}/participants/{plant}",
        data={"who": f"organization-{lakeshore}", "remember": "1"},
        follow_redirects=True,
    ).text
    assert "Also saved for 1 participant with the same address on other calls" in matched
    cora.post(f"/calls/{DAY}/participants/{stranger}", data={"who": "nobody", "remember": "1"})
    assert entries(database) == {"report": 2}
    assert attended(database).attended == 2
    assert "1 matched, 0 unmatched" in import_report(
        cora, zoom(head, "LF plant 2,plant2@forge.example,5,Yes"), day="2026-11-09"
    )
    assert cora.post(f"/calls/{DAY}/participants/{plant}", data={"who": ""}).status_code == 422
    assert cora.post(f"/calls/{DAY}/participants/{plant}", data={"who": "person-999999"}).status_code == 404
    cora.post(f"/calls/{DAY}/participants/{plant}", data={"who": "nobody"})  # a correction
    assert entries(database) == {"report": 3, "report undone": 1}
    with database.reading() as db:
        assert len(db.scalars(select(Alias)).all()) == 2


def test_a_match_for_a_generic_device_name_is_not_remembered(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    import_report(cora, zoom("Name (Original Name),User Email,Total Duration (Minutes),Guest", "iPad,,30,Yes"))
    with database.reading() as db:
        number = db.scalars(select(Guest.id)).one()
    assert "won’t be remembered" in cora.get(f"/calls/{DAY}/participants").text
    cora.post(f"/calls/{DAY}/participants/{number}", data={"who": "nobody", "remember": "1"})
    with database.reading() as db:
        assert db.scalars(select(Alias)).all() == []


def test_in_a_large_alliance_only_the_requested_participant_gets_all_choices(
    database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.calls.routes.attendance.MOST_CHOICES", 10)
    cora = sign_in(CORA)
    page = import_report(cora, LAYOUTS["zoom of today"])
    assert "Show everyone" in page
    assert '<option value="organization-' not in page
    with database.reading() as db:
        number = db.scalars(select(Guest.id).where(Guest.name == "Galaxy S23")).one()
    requested = cora.get(f"/calls/{DAY}/participants?guest={number}").text
    assert requested.count('<optgroup label="Organizations">') == 1


@pytest.mark.both_databases
def test_a_second_report_for_a_call_adds_only_new_participants(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    head = "Name (Original Name),User Email,Total Duration (Minutes),Guest"
    import_report(cora, zoom(head, "Rosa Peña,rosa@lakeshore.example,30,No"))
    page = import_report(
        cora, zoom(head, "Rosa Peña,rosa@lakeshore.example,31,No", "Erik Sørensen,erik@prairie.example,9,No")
    )
    assert "2 people in the report, 1 new: 1 matched" in page
    assert entries(database) == {"report": 2}
    with database.reading() as db:
        assert len(db.scalars(select(MeetingReport)).all()) == 2


def test_a_report_with_another_date_is_imported_only_on_request(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    refused = import_report(cora, LAYOUTS["teams of today"], day="2026-11-09")
    assert "This report is dated Nov 16, 2026, but this call is on Nov 9, 2026." in refused
    assert entries(database) == {}
    assert "3 people in the report" in import_report(cora, LAYOUTS["teams of today"], day="2026-11-09", anyway="1")
    assert "Export it again" in import_report(cora, b"%PDF-1.7", "deck.pdf")
    assert "Choose an attendance report" in cora.post(f"/calls/{DAY}/report").text


@pytest.mark.both_databases
def test_an_organization_sees_only_its_own_attendance(sign_in: SignIn) -> None:
    sign_in(ROSA).post(f"/calls/{DAY}/check-in")
    erik, board = sign_in(ERIK).get(f"/calls/{DAY}").text, sign_in("board@amcc.example").get(f"/calls/{DAY}").text
    assert "Rosa Peña" not in erik
    assert "No attendance recorded yet for Prairie Works" in erik
    assert "Rosa Peña" in board


@pytest.mark.both_databases
def test_entries_are_never_changed_or_deleted(database: Database, sign_in: SignIn) -> None:
    sign_in(ROSA).post(f"/calls/{DAY}/check-in")
    with database.writer() as db:
        entry = db.scalars(select(Attendance)).one()
        entry.name = "Someone else"
        with pytest.raises(TypeError, match="never changed"):
            db.flush()
        db.rollback()
        db.delete(db.scalars(select(Attendance)).one())
        with pytest.raises(TypeError, match="never changed"):
            db.flush()


@pytest.mark.both_databases
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_query_counts_like_the_rule(database: Database, data: st.DataObject) -> None:
    """Compare the board's query with `count_attendance` for random attendance, call states, and memberships."""
    with database.writer() as db:  # never committed
        calls = db.scalars(select(Call).where(Call.day < date(2026, 4, 1)).order_by(Call.day)).all()
        for call in calls:
            call.state = data.draw(st.sampled_from(CallState))
        day = st.dates(date(2025, 12, 1), date(2026, 4, 30))
        organization = an_organization(db, joined_on=data.draw(day), left_on=data.draw(st.none() | day))
        cora = db.scalars(select(Organization)).first()
        assert cora
        attended_calls = data.draw(st.lists(st.sampled_from(calls), max_size=8))
        for number, call in enumerate(attended_calls):
            entry = Attendance(
                call_id=call.id, organization_id=organization.id, source=Source.COORDINATOR, recorded_at=clock.now(),
                recorded_by_id=1, once=f"test {number}", void=data.draw(st.booleans()),
            )  # fmt: skip
            db.add(entry)
        db.flush()
        now = clock.now()
        calls_of_year = [call for call in db.scalars(select(Call)) if call.day.year == 2026]
        held = [call.day for call in calls_of_year if call.state is CallState.PLANNED and call.ends_at <= now]
        upcoming = [call.day for call in calls_of_year if call.state is CallState.PLANNED and call.ends_at > now]
        counted = db.scalars(
            select(Call.day)
            .join(Attendance, Attendance.call_id == Call.id)
            .where(Attendance.organization_id == organization.id, ~Attendance.void)
        ).all()
        result = attendance_queries.attendance_counts(db, [organization], 2026, now)[organization.id]
        assert result == count_attendance(held, counted, organization.membership.periods, upcoming)
        db.rollback()


LAST = {
    # left_on: whether the call of Monday, October 26 counts
    date(2026, 10, 25): False,
    date(2026, 10, 26): True,
    date(2026, 10, 27): True,
}
FIRST = {
    # joined_on: the same
    date(2026, 10, 27): False,
    date(2026, 10, 26): True,
    date(2026, 10, 25): True,
}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("joined_on", "left_on", "counts"),
    [
        *((date(2020, 1, 1), left_on, counts) for left_on, counts in LAST.items()),
        *((joined_on, None, counts) for joined_on, counts in FIRST.items()),
    ],
)
def test_a_call_on_the_first_or_last_day_in_the_alliance_counts(
    database: Database, joined_on: date, left_on: date | None, counts: bool
) -> None:
    """Plain values for the rule and for the queries, each by itself."""
    day = date(2026, 10, 26)
    periods = [Period(OrganizationKind.BFF, joined_on, left_on)]
    assert count_attendance([day], [day], periods) == AttendanceCounts(int(counts), int(counts))
    assert count_attendance([], [], periods, coming=[day]).coming == int(counts)
    with database.writer() as db:  # never committed
        organization = an_organization(db, "Delta Crossing", OrganizationKind.BFF, joined_on, left_on)
        call = db.scalars(select(Call).where(Call.day == day)).one()
        db.add(
            Attendance(
                call_id=call.id, organization_id=organization.id, source=Source.COORDINATOR, recorded_at=clock.now(),
                recorded_by_id=1, once="test",
            )
        )  # fmt: skip
        for other in db.scalars(
            select(Call).where(Call.day != day, Call.day.between(date(2026, 10, 20), date(2026, 11, 5)))
        ):
            other.state = CallState.SKIPPED
        db.flush()
        year = attendance_queries.attendance_counts(db, [organization], 2026, clock.now())[organization.id]
        assert year.attended == int(counts)
        around = year.held - held_without(db, joined_on, left_on, day)
        assert around == int(counts)
        assert (organization in attendance_queries.expected_on(db, day)) is counts
        history = attendance_queries.history_of(db, organization, 2026, clock.now())
        assert (day in [past.call.day for past in history]) is counts
        db.rollback()


def held_without(db: Session, joined_on: date, left_on: date | None, day: date) -> int:
    """Return the number of calls held within the membership, without the one on ``day``, counted one by one."""
    calls = db.scalars(select(Call).where(Call.state == CallState.PLANNED, Call.ends_at <= clock.now())).all()
    last = left_on or date(2026, 12, 31)
    return sum(
        1
        for call in calls
        if call.day.year == 2026 and call.day != day and not (call.day < joined_on or call.day > last)
    )

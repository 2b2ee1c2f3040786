"""Weak evidence yields to strong evidence, also when the strong evidence comes later."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import event, select

from hub.calls.models import Alias, Attendance, Call, Guest, GuestState
from hub.calls.queries import attendance as attendance_queries
from hub.core.db import Database
from hub.members.models import Organization, Person
from hub.members.rules.organizations import Role
from tests.calls.conftest import SetClock
from tests.calls.test_attendance import import_report
from tests.calls.test_attendance_reports import stay, zoom
from tests.world import SignIn, a_person, an_organization

pytestmark = [pytest.mark.usefixtures("alliance"), pytest.mark.both_databases]
CORA = "cora@amcc.example"
HEAD = "Name (Original Name),User Email,Total Duration (Minutes),Guest"
TIMES = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
FIRST, SECOND, THIRD = "2026-10-26", "2026-11-02", "2026-11-09"
FAULTS = Path(__file__).parents[2] / ".." / "shared" / "faults"


@pytest.fixture
def cora(sign_in: SignIn) -> FlaskClient:
    return sign_in(CORA)


@pytest.fixture
def two_marias(database: Database, alliance: None) -> None:
    """Add two organizations that both have a Maria Lopez; one of them also has a Kim, the other a John Smith."""
    with database.writing() as db:
        basin = an_organization(db, "Great Basin Makers")
        bend = an_organization(db, "River Bend")
        a_person(db, basin, email="maria@basin-works.example", name="Maria Lopez")
        a_person(db, basin, email="john@basin-works.example", name="John Smith")
        a_person(db, bend, email="maria.lopez@riverbend.example", name="Maria Lopez")
        a_person(db, bend, email="kim@riverbend.example", name="Kim Doe")


def credited(database: Database, day: str) -> set[str]:
    """Return the names of the organizations that attended a call."""
    with database.reading() as db:
        call = db.scalars(select(Call).where(Call.day == date.fromisoformat(day))).one()
        present = attendance_queries.present_ids(db, call)
        return set(db.scalars(select(Organization.name).where(Organization.id.in_(present))))


def states(database: Database) -> dict[str, list[GuestState]]:
    with database.reading() as db:
        guests = db.scalars(select(Guest).order_by(Guest.id)).all()
        return {guest.name: [other.state for other in guests if other.name == guest.name] for guest in guests}


def match(
    cora: FlaskClient, database: Database, name: str, organization: str, day: str, *, remember: bool = True
) -> str:
    """Match the participant through the page; returns the page that follows."""
    with database.reading() as db:
        call = db.scalars(select(Call).where(Call.day == date.fromisoformat(day))).one()
        guest = db.scalars(select(Guest).where(Guest.call_id == call.id, Guest.name == name)).first()
        number = db.scalars(select(Organization.id).where(Organization.name == organization)).first()
    assert guest
    form = {"who": f"organization-{number}" if number else "nobody"} | ({"remember": "1"} if remember else {})
    return cora.post(f"/calls/{day}/participants/{guest.id}", data=form, follow_redirects=True).text


def to_review(cora: FlaskClient, day: str) -> str:
    """Return the text of the matches to review on the call's page of participants; "" if there are none."""
    page = BeautifulSoup(cora.get(f"/calls/{day}/participants").text, "lxml")
    section = page.select_one("section[aria-labelledby=review]")
    return " ".join(section.get_text(" ").split()) if section else ""


@pytest.mark.usefixtures("two_marias")
def test_an_address_beats_a_remembered_name_and_the_earlier_match_is_reviewed(
    cora: FlaskClient, database: Database
) -> None:
    import_report(cora, zoom(HEAD, "Sam Roe,,29,Yes"), day=FIRST)
    assert credited(database, FIRST) == set()
    assert "Match for “Sam Roe” saved." in match(cora, database, "Sam Roe", "Great Basin Makers", FIRST)
    import_report(cora, zoom(HEAD, "Sam Roe,,29,Yes"), day=SECOND)
    assert credited(database, SECOND) == {"Great Basin Makers"}, "remembered"
    assert to_review(cora, FIRST) == ""
    import_report(cora, zoom(HEAD, "Sam Roe,kim@riverbend.example,29,Yes"), day=THIRD)
    assert credited(database, THIRD) == {"River Bend"}, "the address decides"
    for day in (FIRST, SECOND):
        review = to_review(cora, day)
        assert "Sam Roe" in review
        assert "On Nov 9, 2026, “Sam Roe” joined with kim@riverbend.example, an address of River Bend." in review
        assert credited(database, day) == {"Great Basin Makers"}, "it counts until the coordinator changes it"
    calls = BeautifulSoup(cora.get("/calls").text, "lxml").get_text(" ")
    assert "Matches to review: 1 on Mon, Nov 2 ; 1 on Mon, Oct 26" in " ".join(calls.split())
    match(cora, database, "Sam Roe", "River Bend", FIRST, remember=False)
    assert (to_review(cora, FIRST), credited(database, FIRST)) == ("", {"River Bend"})
    kept = match(cora, database, "Sam Roe", "Great Basin Makers", SECOND)
    assert "It won’t be remembered, because the name can mean several people." in kept
    assert (to_review(cora, SECOND), credited(database, SECOND)) == ("", {"Great Basin Makers"})
    assert "Matches to review" not in cora.get("/calls").text
    import_report(cora, zoom(HEAD, "Sam Roe,,9,Yes"), day="2026-11-16")
    assert credited(database, "2026-11-16") == set(), "the remembered name no longer decides by itself"


@pytest.mark.usefixtures("two_marias")
def test_people_of_one_name_are_kept_apart(cora: FlaskClient, database: Database) -> None:
    with_address = stay("Maria Lopez", "11:31:00", "11:59:00", "maria.lopez@riverbend.example")
    page = import_report(cora, zoom(TIMES, with_address, stay("Maria Lopez", "11:40:00", "11:58:00")), day="2026-11-16")
    assert "2 people in the report, 2 new: 1 matched, 1 unmatched" in page
    assert "This name can mean several people, so the match won’t be remembered." in page
    assert credited(database, "2026-11-16") == {"River Bend"}
    match(cora, database, "Maria Lopez", "River Bend", "2026-11-16")
    with database.reading() as db:
        second = db.scalars(select(Guest).where(Guest.email == "")).one()
    cora.post(
        f"/calls/2026-11-16/participants/{second.id}", data={"who": f"organization-{_id(database)}", "remember": "1"}
    )
    assert credited(database, "2026-11-16") == {"River Bend", "Great Basin Makers"}
    with database.reading() as db:
        assert db.scalars(select(Alias).where(Alias.key.startswith("name:"))).all() == []


def _id(database: Database, name: str = "Great Basin Makers") -> int:
    with database.reading() as db:
        return db.scalars(select(Organization.id).where(Organization.name == name)).one()


@pytest.mark.usefixtures("two_marias")
def test_a_name_never_beats_the_address_of_a_company_outside(cora: FlaskClient, database: Database) -> None:
    page = import_report(
        cora, zoom(HEAD, "John Smith,john.smith@elsewhere.example,29,Yes", "Kim Doe,,9,Yes"), day=FIRST
    )
    assert "0 matched, 2 unmatched" in page
    assert "The hub proposes 1 match by name." in page, "Kim, not John"
    assert credited(database, FIRST) == set()
    saved = match(cora, database, "John Smith", "Great Basin Makers", FIRST)
    assert "won’t be remembered" not in saved
    import_report(cora, zoom(HEAD, "J. S.,john.smith@elsewhere.example,29,Yes"), day=SECOND)
    assert credited(database, SECOND) == {"Great Basin Makers"}, "the coordinator had the address remembered"


@pytest.mark.usefixtures("two_marias")
def test_a_match_against_a_persons_own_address_counts_but_is_not_remembered(
    cora: FlaskClient, database: Database
) -> None:
    import_report(cora, zoom(HEAD, "Kim Doe,kim@riverbend.example,29,Yes"), day=FIRST)
    page = match(cora, database, "Kim Doe", "Great Basin Makers", FIRST)
    assert "It won’t be remembered, because the address belongs to someone else." in page
    assert credited(database, FIRST) == {"Great Basin Makers"}
    assert to_review(cora, FIRST) == "", "the coordinator knew the address"
    import_report(cora, zoom(HEAD, "Kim Doe,kim@riverbend.example,29,Yes"), day=SECOND)
    assert credited(database, SECOND) == {"River Bend"}


@pytest.mark.usefixtures("two_marias")
def test_a_match_is_reviewed_when_its_address_turns_out_to_be_a_persons(
    cora: FlaskClient, database: Database, set_clock: SetClock, sign_in: SignIn
) -> None:
    import_report(cora, zoom(HEAD, "Pat,pat@elsewhere.example,29,Yes"), day=FIRST)
    match(cora, database, "Pat", "Great Basin Makers", FIRST)
    import_report(cora, zoom(HEAD, "Pat,pat@elsewhere.example,29,Yes"), day=SECOND)
    set_clock("2026-11-17T09:00")
    with database.writing() as db:
        bend = db.scalars(select(Organization).where(Organization.name == "River Bend")).one()
        a_person(db, bend, Role.CONTRIBUTOR, "pat@elsewhere.example", "Pat Q.")
    cora = sign_in("cora@amcc.example")
    for day in (FIRST, SECOND):
        assert "The address pat@elsewhere.example belongs to Pat Q., River Bend." in to_review(cora, day)
        match(cora, database, "Pat", "River Bend", day)
        assert to_review(cora, day) == ""
    assert credited(database, SECOND) == {"River Bend"}


@pytest.mark.usefixtures("two_marias")
def test_a_later_match_of_the_same_address_lists_the_earlier_one(cora: FlaskClient, database: Database) -> None:
    for day in (FIRST, SECOND):
        import_report(cora, zoom(HEAD, "Pat,pat@elsewhere.example,29,Yes"), day=day)
    match(cora, database, "Pat", "Great Basin Makers", FIRST, remember=False)
    match(cora, database, "Pat", "River Bend", SECOND)
    assert "Later, you matched this participant with River Bend." in to_review(cora, FIRST)
    assert to_review(cora, SECOND) == ""


def test_an_organization_that_was_not_in_the_alliance_on_that_day_is_shown_but_not_credited(
    cora: FlaskClient, database: Database
) -> None:
    day = "2026-06-29"  # Prairie joined on July 1
    page = import_report(cora, zoom(HEAD, "Erik Sørensen,erik@prairie.example,29,Yes", "Erik's room,,9,Yes"), day=day)
    assert "Erik Sørensen, Prairie Works (not in the alliance on that day)" in page
    assert credited(database, day) == set()
    saved = match(cora, database, "Erik's room", "Prairie Works", day)
    assert "It doesn’t count: the organization wasn’t in the alliance on that day." in saved
    with database.reading() as db:
        assert db.scalars(select(Attendance)).all() == []
    with database.writing() as db:
        prairie = db.scalars(select(Organization).where(Organization.name == "Prairie Works")).one()
        prairie.periods[0].joined_on = date(2026, 6, 1)
    assert "Prairie Works was in the alliance on that day after all." in to_review(cora, day)
    assert "Matches to review: 2 on Mon, Jun 29" in " ".join(
        BeautifulSoup(cora.get("/calls").text, "lxml").text.split()
    )
    match(cora, database, "Erik's room", "Prairie Works", day)
    assert credited(database, day) == {"Prairie Works"}


def test_saving_many_proposed_matches_reads_the_directory_once(cora: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        basin = an_organization(db, "Great Basin Makers")
        for number in range(20):
            a_person(db, basin, email=f"person{number}@basin.example", name=f"Given{number} Family{number}")
    lines = [f"Given{number} Family{number},,29,Yes" for number in range(20)]
    page = BeautifulSoup(import_report(cora, zoom(HEAD, *lines), day=FIRST), "lxml")
    shown = [field["value"] for field in page.select("input[name=match]")]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    cora.post(f"/calls/{FIRST}/participants", data={"match": shown})
    event.remove(database.engine, "before_cursor_execute", note)
    assert states(database).keys() == {line.partition(",")[0] for line in lines}
    assert {state for group in states(database).values() for state in group} == {GuestState.MATCHED}
    assert sum(statement.endswith("ORDER BY person.id") for statement in statements) == 1


def test_entries_keep_the_names_of_that_day(cora: FlaskClient, database: Database, sign_in: SignIn) -> None:
    sign_in("rosa@lakeshore.example").post("/calls/2026-11-16/check-in")
    import_report(cora, zoom(HEAD, "R,rosa@lakeshore.example,29,Yes"), day=THIRD)
    with database.writing() as db:
        rosa = db.scalars(select(Person).where(Person.email == "rosa@lakeshore.example")).one()
        rosa.name, rosa.organization.name = "Rosa Vandersloot", "Lakeshore Forge & Foundry"
    for day in ("2026-11-16", THIRD):
        page = BeautifulSoup(cora.get(f"/calls/{day}").text, "lxml").select_one("section[aria-labelledby=attendance]")
        assert page
        assert "Rosa Peña" in page.get_text()
        assert "Rosa Vandersloot" not in page.get_text()
        assert [row.get_text() for row in page.select("tbody th")] == ["Lakeshore Forge"]
    history = cora.get("/board/lakeshore-forge?year=2026").text
    assert "Rosa Peña" in history.split("Attendance by call")[1].split("People</h2>")[0]
    assert "Lakeshore Forge\n" in cora.get(f"/calls/{THIRD}/notes").text


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the shared files aren't here")
@pytest.mark.usefixtures("two_marias")
def test_reports_that_were_once_credited_wrongly(cora: FlaskClient, database: Database) -> None:
    def read(start: str) -> bytes:
        return next(FAULTS.glob(f"{start}*.csv")).read_bytes()

    import_report(cora, read("att-01"), day=FIRST)
    match(cora, database, "Alex Doe", "Great Basin Makers", FIRST)
    import_report(cora, read("att-02"), day=SECOND)
    assert credited(database, SECOND) == {"River Bend"}
    assert "Alex Doe" in to_review(cora, FIRST)
    import_report(cora, read("att-03"), day="2026-10-05")
    assert credited(database, "2026-10-05") == {"River Bend"}
    by_name = states(database)
    assert by_name["Maria Lopez"] == [GuestState.MATCHED, GuestState.WAITING]
    assert by_name["John Smith"] == [GuestState.WAITING]

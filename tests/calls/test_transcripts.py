"""Speakers of a transcript as participants of its call, to review."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from hub.calls.models import Alias, Attendance, Call, Guest, GuestState, MeetingReport, Source
from hub.calls.queries import series as series_queries
from hub.core.db import Database
from hub.library.rules import Audience
from hub.members.models import Organization
from tests.calls.conftest import SetClock
from tests.transcripts import a_transcript
from tests.world import SignIn

pytestmark = pytest.mark.usefixtures("alliance")
DAY = date(2026, 11, 16)
CORA, ROSA = "cora@amcc.example", "rosa@lakeshore.example"
MOMENTS = [
    (3, "Rosa Peña", "The kiln is cold."),
    (40, "Sørensen, Erik", "We pour in spring."),
    (70, "Rosa Peña", "Good."),
    (90, "Visitor Quinn", "Hello."),
    (95, "Speaker 2", "Hm."),
    (99, "", "Applause."),
    (None, "11:34:05, Keisha Broadnax", "The form is open."),
]


@pytest.fixture
def number(database: Database, set_clock: SetClock) -> int:
    """Add the transcript of the call and return its id; the call is over."""
    set_clock("2026-11-16T14:00")
    return add_transcript(database)


def add_transcript(database: Database, day: date = DAY, **others: Any) -> int:
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        return a_transcript(db, lakeshore, MOMENTS, title="Kiln call", **{"call_on": day} | others).id


def attended(database: Database) -> list[tuple[str, str, Source]]:
    """Return the name, organization and source of each attendance entry."""
    with database.reading() as db:
        entries = db.scalars(select(Attendance).order_by(Attendance.id)).all()
        return [(entry.name, entry.organization_name, entry.source) for entry in entries]


def guests(database: Database) -> dict[str, GuestState]:
    with database.reading() as db:
        return {guest.name: guest.state for guest in db.scalars(select(Guest))}


def test_the_attendance_page_lists_who_speaks(database: Database, sign_in: SignIn, number: int) -> None:
    page = " ".join(sign_in(CORA).get(f"/calls/{DAY}/attendance").text.split())
    assert "4 speakers: Keisha Broadnax; Rosa Peña; Sørensen, Erik; Visitor Quinn" in page


def test_speakers_wait_for_a_decision_and_count_after_it(database: Database, sign_in: SignIn, number: int) -> None:
    cora = sign_in(CORA)
    answer = cora.post(f"/calls/{DAY}/speakers", data={"resource": str(number)}, follow_redirects=True)
    assert "4 speakers in the transcript, 4 new." in answer.text
    assert set(guests(database).values()) == {GuestState.WAITING}
    assert attended(database) == []
    assert "The hub proposes 3 matches" in answer.text
    proposed = [value.split('"')[0] for value in answer.text.split('name="match" value="')[1:]]
    assert (
        "3 matches saved"
        in cora.post(f"/calls/{DAY}/participants", data={"match": proposed}, follow_redirects=True).text
    )
    assert guests(database)["Visitor Quinn"] is GuestState.WAITING
    assert sorted(attended(database)) == [
        ("Erik Sørensen", "Prairie Works", Source.TRANSCRIPT),
        ("Keisha Broadnax", "Lakeshore Forge", Source.TRANSCRIPT),
        ("Rosa Peña", "Lakeshore Forge", Source.TRANSCRIPT),
    ]
    assert "Transcript" in cora.get(f"/calls/{DAY}").text


def test_a_changed_decision_retracts_the_attendance(database: Database, sign_in: SignIn, number: int) -> None:
    cora = sign_in(CORA)
    cora.post(f"/calls/{DAY}/speakers", data={"resource": str(number)})
    with database.reading() as db:
        guest = db.scalars(select(Guest.id).where(Guest.name == "Rosa Peña")).one()
        rosa = 3
    for who in (f"person-{rosa}", "nobody"):
        page = cora.get(f"/calls/{DAY}/participants?guest={guest}").text
        form = page.split(f"participants/{guest}")[1].split("</form>")[0]
        fields = {
            piece.split('"')[0]: piece.split('value="')[1].split('"')[0]
            for piece in form.split('type="hidden" name="')[1:]
        }
        cora.post(f"/calls/{DAY}/participants/{guest}", data=fields | {"who": who})
    with database.reading() as db:
        assert [entry.void for entry in db.scalars(select(Attendance).order_by(Attendance.id))] == [False, True]


def test_the_same_transcript_twice_adds_no_one(database: Database, sign_in: SignIn, number: int) -> None:
    cora = sign_in(CORA)
    for _ in range(2):
        answer = cora.post(f"/calls/{DAY}/speakers", data={"resource": str(number)}, follow_redirects=True)
    assert "already imported" in answer.text
    with database.reading() as db:
        assert len(db.scalars(select(MeetingReport)).all()) == 1
    assert len(guests(database)) == 4


def test_speakers_whom_the_report_has_are_not_added_again(database: Database, sign_in: SignIn, number: int) -> None:
    cora = sign_in(CORA)
    report = b"Name (original name),Email,Duration (minutes)\nRosa Pena,rosa@lakeshore.example,28\n"
    cora.post(f"/calls/{DAY}/report", data={"report": (BytesIO(report), "report.csv"), "anyway": "1"})
    cora.post(f"/calls/{DAY}/speakers", data={"resource": str(number)})
    assert set(guests(database)) == {"Rosa Pena", "Sørensen, Erik", "Visitor Quinn", "Keisha Broadnax"}


def test_a_decision_on_another_call_counts_no_speaker(database: Database, sign_in: SignIn, set_clock: SetClock) -> None:
    set_clock("2026-11-23T14:00")
    cora = sign_in(CORA)
    first, second = add_transcript(database), add_transcript(database, date(2026, 11, 23))
    cora.post(f"/calls/{DAY}/speakers", data={"resource": str(first)})
    cora.post("/calls/2026-11-23/speakers", data={"resource": str(second)})
    with database.reading() as db:
        call = series_queries.call_on(db, DAY)
        quinn = db.scalars(select(Guest).where(Guest.name == "Visitor Quinn", Guest.call_id == call.id)).one()
    matches = {"match": [f"{quinn.id} organization-2"]}
    cora.post(f"/calls/{DAY}/participants", data=matches)
    with database.reading() as db:
        assert [alias.key for alias in db.scalars(select(Alias))] == ["name:visitor quinn"]
    assert len(attended(database)) == 1
    assert "organization-2" in cora.get("/calls/2026-11-23/participants").text.split("Save proposed matches")[0]


def test_only_the_coordinator_imports_speakers_of_transcripts_of_this_call(
    database: Database, sign_in: SignIn, number: int
) -> None:
    assert sign_in(ROSA).post(f"/calls/{DAY}/speakers", data={"resource": str(number)}).status_code == 403
    cora = sign_in(CORA)
    other = add_transcript(database, date(2026, 11, 9), audience=Audience.ORGANIZATION)
    for resource in (str(other), "999", "x", ""):
        assert cora.post(f"/calls/{DAY}/speakers", data={"resource": resource}).status_code == 404
    assert guests(database) == {}


def recap_text(database: Database, sign_in: SignIn) -> str:
    """Return the preview of the recap, on one line."""
    page = BeautifulSoup(sign_in(CORA).get(f"/calls/{DAY}/brief").text, "lxml").select_one(".card .page-text")
    assert page is not None
    return " ".join(page.get_text().split())


def set_call(database: Database, **values: str) -> None:
    with database.writing() as db:
        db.execute(update(Call).where(Call.day == DAY).values(**values))


def test_the_recap_quotes_the_moments_of_the_agenda(database: Database, sign_in: SignIn, number: int) -> None:
    set_call(database, agenda="- Cold kilns\n- Pouring in spring\n- The harbor budget")
    recap = recap_text(database, sign_in)
    assert "What was said" in recap
    assert "Cold kilns" in recap
    assert "0:03, Rosa Peña: “The kiln is cold.”" in recap
    assert f"/resources/{number}/pages/1" in recap
    assert "0:40, Sørensen, Erik: “We pour in spring.”" in recap
    assert "harbor" not in recap


def test_the_recap_opens_the_recording_at_the_moment(database: Database, sign_in: SignIn, number: int) -> None:
    set_call(database, agenda="- Pouring in spring", recording_link="https://youtu.be/kiln")
    assert "https://youtu.be/kiln?t=40s" in recap_text(database, sign_in)
    set_call(database, recording_link="https://video.example/kiln")
    assert f"/resources/{number}/pages/2" in recap_text(database, sign_in)


def test_the_recap_quotes_nothing_that_not_everyone_may_read(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    set_clock("2026-11-16T14:00")
    add_transcript(database, audience=Audience.ORGANIZATION)
    set_call(database, agenda="- Pouring in spring")
    assert "What was said" not in recap_text(database, sign_in)

"""A presentation is given when its organization was on the call, or when the coordinator says so."""

import csv
import io
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdfium2 import PdfDocument
from sqlalchemy import select

from hub.calls.actions import mailing as mailing_actions
from hub.calls.actions import presentations as presentations_actions
from hub.calls.actions.presentations import Proposal
from hub.calls.models import Attendance, Call, Presentation, PresentationChange, Source
from hub.calls.queries import presentations as presentations_queries
from hub.calls.queries import series as series_queries
from hub.calls.rules.presentations import Outcome, PresentationStatus, SlotState
from hub.calls.rules.series import CallState
from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.core.errors import NotFound, Refused
from hub.members.models import Organization, Person
from hub.members.rules.permissions import Permission
from tests.calls.conftest import SetClock
from tests.world import SignIn, an_organization

pytestmark = [pytest.mark.usefixtures("alliance"), pytest.mark.both_databases]
CORA, ROSA, ERIK = "cora@amcc.example", "rosa@lakeshore.example", "erik@prairie.example"
DAY = "2026-11-09"
ADDRESS = "/calls/presentations/1"


@pytest.fixture
def held(database: Database, alliance: None) -> None:
    """Add an accepted presentation of Lakeshore on a call that was held; no attendance is recorded."""
    with database.writing() as db:
        cora = db.scalars(select(Person).where(Person.email == CORA)).one()
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        call = series_queries.call_on(db, date.fromisoformat(DAY))
        presentations_actions.propose(db, cora, lakeshore, call, Proposal("Our region", topic="workforce"))


def settle(cora: FlaskClient, outcome: str, **others: str) -> str:
    form = {"do": "settle", "outcome-outcome": outcome, **others}
    return cora.post(ADDRESS, data=form, follow_redirects=True).text


def everywhere(sign_in: SignIn) -> dict[str, str]:
    """Return what each place says about Lakeshore's presentation this year."""
    cora, rosa = sign_in(CORA), sign_in(ROSA)

    def standing(answer: bytes) -> str:
        rows = csv.DictReader(io.StringIO(answer.decode("utf-8-sig")))
        return next(row["Presentation"] for row in rows if row["Organization ID"] == "lakeshore-forge")

    board = BeautifulSoup(cora.get("/board?view=commitments&year=2026").text, "lxml")
    row = next(row for row in board.select("tbody tr") if "Lakeshore" in row.get_text())
    cell = row.select_one("td[data-label=Presentation]")
    assert cell
    sheet = load_workbook(io.BytesIO(rosa.get("/commitments/2026?format=xlsx").data)).active
    assert sheet is not None
    header, own = [list(line) for line in sheet.iter_rows(values_only=True)]
    paper = PdfDocument(rosa.get("/commitments/2026").data)
    words = paper[0].get_textpage().get_text_range()
    paper.close()
    labels = ("Given", "Not confirmed", "No-show", "Due", "Scheduled")
    topics = BeautifulSoup(cora.get("/calls/planner").text, "lxml").select("section[aria-labelledby=topics] tbody tr")
    workforce = next(topic for topic in topics if "Workforce" in topic.get_text())
    badge = BeautifulSoup(rosa.get(ADDRESS).text, "lxml").select_one(".standing")
    own_year = BeautifulSoup(cora.get("/board/lakeshore-forge?year=2026").text, "lxml").select("section li")
    return {
        "page": badge.get_text() if badge else "",
        "board": cell.get_text(strip=True),
        "csv": standing(cora.get("/board?view=commitments&year=2026&format=csv").data),
        "xlsx": str(own[header.index("Presentation")]),
        "pdf": next(label for label in labels if f"\n{label}" in words or f" {label}" in words),
        "topic": "presented" if "Never" not in workforce.get_text() else "never",
        "year": next(item.get_text().split(": ")[1].strip() for item in own_year if "Our region" in item.get_text()),
        "notes": "presented" if "Presented by Lakeshore" in cora.get(f"/calls/{DAY}/notes").text else "not",
    }


GIVEN = {
    "page": "Given", "board": "Given", "csv": "given", "xlsx": "given", "pdf": "Given", "topic": "presented",
    "year": "given", "notes": "presented",
}  # fmt: skip
NOT_CONFIRMED = {
    "page": "Not confirmed", "board": "Not confirmed", "csv": "not_confirmed", "xlsx": "not_confirmed",
    "pdf": "Not confirmed", "topic": "never", "year": "not confirmed", "notes": "not",
}  # fmt: skip
NO_SHOW = {
    "page": "No-show", "board": "No-show", "csv": "no_show", "xlsx": "no_show", "pdf": "No-show", "topic": "never",
    "year": "no-show", "notes": "not",
}  # fmt: skip


@pytest.mark.usefixtures("held")
def test_every_figure_follows_attendance_and_the_coordinators_answer(database: Database, sign_in: SignIn) -> None:
    assert everywhere(sign_in) == NOT_CONFIRMED, "accepted and the call held isn't enough"
    cora = sign_in(CORA)
    assert "The coordinator hasn’t confirmed your presentation yet." in sign_in(ROSA).get("/").text
    sign_in(ROSA).post(f"/calls/{DAY}/check-in")
    assert everywhere(sign_in) == GIVEN
    with database.reading() as db:
        entry = db.scalars(select(Attendance.id)).one()
    cora.post(f"/calls/attendance/{entry}/take-back", data={"reason": "Mixed up"})
    assert everywhere(sign_in) == NOT_CONFIRMED, "attendance was undone, and the coordinator didn't say"
    assert "Presentation marked as given." in settle(cora, "given")
    assert everywhere(sign_in) == GIVEN
    sign_in(ROSA).post(f"/calls/{DAY}/check-in")
    assert "marked as a no-show" in settle(cora, "no_show", **{"outcome-reason": "She listened only"})
    assert everywhere(sign_in) == NO_SHOW, "the coordinator's answer has the last word"
    home = sign_in(ROSA).get("/").text
    assert "Your presentation didn’t take place. Choose another call by December 31 (12 open slots left)." in home
    assert 'href="/calls/present"' in home, "it has to present again"
    assert "Lakeshore Forge" in cora.get("/calls/planner").text.split('id="due"')[1].split("Topics to cover")[0]
    assert "Attendance decides" in settle(cora, "attendance")
    assert everywhere(sign_in) == GIVEN


@pytest.mark.usefixtures("held")
def test_every_answer_stays_in_the_history(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    settle(cora, "no_show", **{"outcome-reason": "Ill"})
    settle(cora, "no_show")
    settle(cora, "no_show", **{"outcome-reason": "Ill"})
    settle(cora, "no_show", **{"outcome-reason": "Ill, says Rosa"})
    settle(cora, "given")
    settle(cora, "attendance")
    page = BeautifulSoup(sign_in(ROSA).get(ADDRESS).text, "lxml").select("section[aria-labelledby=history] li")
    lines = [" ".join(line.get_text().split()) for line in page]
    assert [line.split("Cora Lindqvist: ")[1] for line in lines] == [
        "no-show on Mon, Nov 9. Ill",
        "no-show on Mon, Nov 9. Ill, says Rosa",
        "given on Mon, Nov 9",
        "answer for Mon, Nov 9 withdrawn; attendance decides",
    ], "the same answer again changes nothing, but a new note is kept"
    assert all("Mon, Nov 16, 11:4" in line for line in lines)
    with database.reading() as db:
        actions = [
            entry.action for entry in db.scalars(select(Entry).order_by(Entry.id)) if entry.action != "signed in"
        ]
    assert actions[-3:] == [
        "marked as a no-show the presentation", "marked as given the presentation", "reopened the presentation"
    ]  # fmt: skip
    with database.writer() as db:
        db.scalars(select(PresentationChange)).first().note = "Something else"  # type: ignore[union-attr]
        with pytest.raises(TypeError, match="never changed"):
            db.flush()
        db.rollback()
    assert settle(cora, "").count("Choose a result.") >= 1
    assert settle(sign_in(ROSA), "given").count("Only the coordinator can")


@pytest.mark.usefixtures("held")
def test_a_presentation_moves_to_the_call_where_it_was_really_given(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    settle(cora, "no_show")
    sign_in(ROSA).post("/calls/2026-11-16/check-in")
    page = BeautifulSoup(cora.get(ADDRESS).text, "lxml")
    offered = [option["value"] for option in page.select("select[name=move-call] option")]
    assert {"2026-10-26", "2026-11-02", "2026-11-23"} <= set(offered)
    assert DAY not in offered
    moved = cora.post(ADDRESS, data={"do": "move", "move-call": "2026-11-02"}, follow_redirects=True).text
    assert "Presentation moved to the call on Mon, Nov 2." in moved
    assert "Not confirmed</span>" in moved, "the answer was for the other call"
    cora.post(ADDRESS, data={"do": "move", "move-call": "2026-11-23", "move-reason": "Next time"})
    later = cora.get(ADDRESS).text
    assert "Scheduled</span>" in later
    assert "moved from" in later
    assert "Next time" in later
    with database.reading() as db:
        changes = db.scalars(select(PresentationChange).order_by(PresentationChange.id)).all()
        assert [(change.kind.value, str(change.day), change.new_day and str(change.new_day)) for change in changes] == [
            ("no_show", DAY, None),
            ("moved", DAY, "2026-11-02"),
            ("moved", "2026-11-02", "2026-11-23"),
        ]


@pytest.mark.usefixtures("held")
def test_the_coordinator_confirms_from_home_the_list_and_the_call(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    cora = sign_in(CORA)
    assert "1 presentation isn’t confirmed yet." in cora.get("/").text
    assert "confirmed yet" not in sign_in("board@amcc.example").get("/").text
    assert "Our region" in cora.get("/calls/planner").text.split("Presentations to confirm")[1]
    call = cora.get(f"/calls/{DAY}").text
    assert "not confirmed" in call
    assert "Mark as given" in call
    assert "Mark as given" not in sign_in(ROSA).get(f"/calls/{DAY}").text
    assert "not confirmed" not in sign_in(ERIK).get(f"/calls/{DAY}").text, "it isn't his business"
    form = {"do": "settle", "outcome-outcome": "given", "next": f"/calls/{DAY}#presentations"}
    assert cora.post(ADDRESS, data=form).location == f"/calls/{DAY}#presentations"
    assert "Presentations to confirm" not in cora.get("/calls/planner").text
    settle(cora, "attendance")
    assert cora.post("/calls/planner/confirm", data={"presentation": "1"}).status_code == 422
    assert cora.post("/calls/planner/confirm", data={"outcome": "given"}).status_code == 422
    listed = cora.post(
        "/calls/planner/confirm", data={"presentation": ["1", "x"], "outcome": "no_show"}, follow_redirects=True
    )
    assert "1 presentation marked as no-show." in listed.text
    again = cora.post("/calls/planner/confirm", data={"presentation": "1", "outcome": "given"}, follow_redirects=True)
    assert "0 presentations marked as given." in again.text, "the list answers only what isn't answered yet"
    assert "not given" in sign_in(ERIK).get(f"/calls/{DAY}").text
    assert "no-show" in sign_in(ROSA).get(f"/calls/{DAY}").text
    assert "(Lakeshore Forge, not given)" in " ".join(cora.get("/calls?when=past").text.split())
    with database.reading() as db:
        assert mailing_actions.recap_of(db, series_queries.call_on(db, date.fromisoformat(DAY))).presentations == []


@pytest.mark.usefixtures("held")
def test_what_did_not_happen_yet_cannot_be_confirmed(database: Database, sign_in: SignIn) -> None:
    with database.writing() as db:
        cora, rosa = (db.scalars(select(Person).where(Person.email == email)).one() for email in (CORA, ROSA))
        shown = presentations_queries.presentation_for(db, cora, 1, Permission.SEE_ATTENDANCE)
        with pytest.raises(NotFound):
            presentations_actions.settle(db, rosa, shown, Outcome.GIVEN)
        with pytest.raises(NotFound):
            presentations_actions.settle_all(db, rosa, [1], Outcome.GIVEN)
        with pytest.raises(Refused, match="can’t be declined"):
            presentations_actions.decline(db, cora, shown, "Never happened")
        coming = series_queries.call_on(db, date(2026, 11, 23))
        planned = presentations_actions.propose(db, cora, rosa.organization, coming, Proposal("Again"))
        db.flush()
        planned.call = coming
        with pytest.raises(Refused, match="accepted and its call was held"):
            presentations_actions.settle(db, cora, planned, Outcome.GIVEN)
    cora_ = sign_in(CORA)
    settle(cora_, "given")
    when = {"day": "2026-12-01", "at": "14:00", "minutes": "30", "reason": "Wrong day"}
    refused = cora_.post(f"/calls/{DAY}/move", data=when)
    assert refused.status_code == 422
    assert "can’t move to the future" in refused.text


def test_presentations_stay_within_the_membership(database: Database) -> None:
    with database.writing() as db:
        cora = db.scalars(select(Person).where(Person.email == CORA)).one()
        prairie = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        leaving = an_organization(db, "Cascade", left_on=date(2026, 11, 30))
        call = {
            day: series_queries.call_on(db, date.fromisoformat(day))
            for day in ("2026-06-29", "2026-11-30", "2026-12-07")
        }
        with pytest.raises(Refused, match="Prairie Works isn’t in the alliance on Jun 29, 2026"):
            presentations_actions.propose(db, cora, prairie, call["2026-06-29"], Proposal("Early"))
        with pytest.raises(Refused, match="Choose a call within its membership"):
            presentations_actions.propose(db, cora, leaving, call["2026-12-07"], Proposal("Late"))
        last = presentations_actions.propose(db, cora, leaving, call["2026-11-30"], Proposal("On the last day"))
        db.flush()
        last.call, last.organization = call["2026-11-30"], leaving
        with pytest.raises(Refused, match="Choose a call within its membership"):
            presentations_actions.move(db, cora, last, call["2026-12-07"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_queries_agree_with_the_rule(database: Database, data: st.DataObject) -> None:
    """Compare `is_given` and the list to confirm with `SlotFacts.status`, for random answers and attendance."""
    with database.writer() as db:  # never committed
        organization = an_organization(db)
        now = clock.now()
        calls = db.scalars(
            select(Call).where(Call.day > now.date() - timedelta(days=40), Call.day < now.date() + timedelta(days=20))
        ).all()
        for number, call in enumerate(calls):
            call.state = data.draw(st.sampled_from(CallState))
            db.add(
                Presentation(
                    call_id=call.id, organization_id=organization.id, title=f"P{number}", minutes=10, topic="workforce",
                    state=data.draw(st.sampled_from(SlotState)), outcome=data.draw(st.none() | st.sampled_from(Outcome)),
                    proposed_at=now, proposed_by_id=1,
                )
            )  # fmt: skip
            if data.draw(st.booleans()):
                entry = Attendance(
                    call_id=call.id, organization_id=organization.id, source=Source.COORDINATOR, recorded_at=now,
                    recorded_by_id=1, once=f"test {number}",
                )  # fmt: skip
                db.add(entry)
                db.flush()
                if data.draw(st.booleans()):
                    db.add(
                        Attendance(
                            call_id=call.id, organization_id=organization.id, source=Source.COORDINATOR, recorded_at=now,
                            recorded_by_id=1, once=f"back {number}", supersedes_id=entry.id, void=True,
                        )
                    )  # fmt: skip
        db.flush()
        presentations = db.scalars(select(Presentation)).all()
        statuses = presentations_queries.statuses(db, presentations, now)
        in_sql = set(
            db.scalars(select(Presentation.id).join(Presentation.call).where(presentations_queries.is_given(now)))
        )
        assert in_sql == {number for number, status in statuses.items() if status is PresentationStatus.GIVEN}
        waiting = {presentation.id for presentation in presentations_queries.to_confirm(db, now)}
        assert waiting == {number for number, status in statuses.items() if status is PresentationStatus.NOT_CONFIRMED}
        assert presentations_queries.count_to_confirm(db, now) == len(waiting)
        db.rollback()

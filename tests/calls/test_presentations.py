"""Presentations: proposals, decisions, decks, and the scheduling page."""

import io
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hub.calls.actions import presentations as presentations_actions
from hub.calls.actions.presentations import Proposal
from hub.calls.models import Call, Presentation
from hub.calls.rules.presentations import SlotState
from hub.core.db import Database
from hub.core.errors import Refused
from hub.library.models import Resource, Revision
from hub.library.rules import Kind
from hub.members.models import Person
from tests.calls.conftest import SetClock
from tests.library.documents import slides_deck
from tests.world import SignIn

pytestmark = pytest.mark.usefixtures("alliance")
CORA, ROSA, ERIK, INGRID = (
    "cora@amcc.example", "rosa@lakeshore.example", "erik@prairie.example", "ingrid@gmail.com",
)  # fmt: skip
OURS = {"call": "2026-11-30", "title": "Progress <b>of</b> our region", "minutes": "12", "topic": "workforce"}


def the_presentation(database: Database) -> Presentation:
    with database.reading() as db:
        return db.scalars(select(Presentation)).one()


def do(browser: FlaskClient, action: str, **others: str) -> str:
    answer = browser.post("/calls/presentations/1", data={"do": action, **others}, follow_redirects=True)
    return answer.text


@pytest.mark.both_databases
def test_a_presentation_is_proposed_accepted_and_given(
    database: Database, sign_in: SignIn, set_clock: SetClock
) -> None:
    rosa, cora, erik = sign_in(ROSA), sign_in(CORA), sign_in(ERIK)
    assert "Your presentation is due by December 31" in rosa.get("/").text
    assert "Prairie Works" not in cora.get("/calls/planner").text.split("Topics to cover next")[0]  # joined in July
    rosa.post("/calls/present", data=OURS)
    assert the_presentation(database).state is SlotState.PROPOSED
    assert "waiting for the coordinator’s approval" in rosa.get("/").text
    page = erik.get("/calls/2026-11-30").text
    assert "Progress &lt;b&gt;of&lt;/b&gt; our region" in page
    assert "proposed, not yet accepted" in page
    assert erik.get("/calls/presentations/1").status_code == 404
    assert "Progress" in cora.get("/calls/planner").text
    accepted = do(cora, "accept")
    assert "Presentation accepted." in accepted
    assert '<span class="standing standing-confirmed">Scheduled</span>' in accepted
    assert "(Lakeshore Forge); 1 open slot" in " ".join(rosa.get("/calls").text.split())
    assert "You present on Mon, Nov 30. Upload your deck." in rosa.get("/").text
    set_clock("2026-11-30T12:01")
    assert "Not confirmed</span>" in sign_in(ROSA).get("/calls/presentations/1").text
    sign_in(ROSA).post("/calls/2026-11-30/check-in")
    assert "Given</span>" in sign_in(ROSA).get("/calls/presentations/1").text
    assert "The call is over" in do(sign_in(ROSA), "withdraw")
    assert the_presentation(database).state is SlotState.ACCEPTED  # a presentation that was given stays


def test_the_coordinator_moves_or_declines_with_a_reason(database: Database, sign_in: SignIn) -> None:
    rosa, cora = sign_in(ROSA), sign_in(CORA)
    rosa.post("/calls/present", data=OURS)
    assert do(rosa, "accept").count("Only the coordinator can")
    assert "Enter a reason" in do(cora, "decline", **{"decline-reason": ""})
    assert "Declined" in do(cora, "decline", **{"decline-reason": "Two on energy already"})
    assert "Two on energy already" in rosa.get("/calls/presentations/1").text
    moved = do(cora, "move", **{"move-call": "2026-12-07", "move-reason": "More room"})
    assert "Presentation moved to the call on Mon, Dec 7" in moved
    with database.reading() as db:
        presentation = db.scalars(select(Presentation)).one()
        assert presentation.state is SlotState.ACCEPTED
    assert "Progress" in rosa.get("/calls/2026-12-07").text
    assert "withdrawn" in do(rosa, "withdraw")
    assert "2 open slots" in rosa.get("/calls/2026-12-07").text
    assert "Presentation saved" in do(
        rosa, "change", **{"facts-title": "New title", "facts-minutes": "10", "facts-topic": ""}
    )
    assert the_presentation(database).title == "New title"


def test_a_call_takes_two_presentations_of_ten_to_fifteen_minutes(sign_in: SignIn) -> None:
    rosa, erik, ingrid = sign_in(ROSA), sign_in(ERIK), sign_in(INGRID)
    assert "10 to 15 minutes" in rosa.post("/calls/present", data=OURS | {"minutes": "20"}).text
    assert rosa.post("/calls/present", data=OURS).status_code == 302
    assert "already has a presentation on that call" in rosa.post("/calls/present", data=OURS).text
    assert erik.post("/calls/present", data=OURS).status_code == 302
    full = ingrid.post("/calls/present", data=OURS)
    assert full.status_code == 422  # the call is no longer offered
    assert "November 30, 2026" not in full.text
    assert ingrid.post("/calls/present", data=OURS | {"call": "2026-09-07"}).status_code == 422  # a holiday, and over


def test_the_action_refuses_a_third_presentation_on_a_call(database: Database) -> None:
    with database.writing() as db:
        call = db.scalars(select(Call).where(Call.day == date(2026, 11, 30))).one()
        rosa, erik, ingrid = (
            db.scalars(select(Person).where(Person.email == email).options(joinedload(Person.organization))).one()
            for email in (ROSA, ERIK, INGRID)
        )
        for person in (rosa, erik):
            presentations_actions.propose(db, person, person.organization, call, Proposal("Our region"))
        with pytest.raises(Refused, match="already has two presentations"):
            presentations_actions.propose(db, ingrid, ingrid.organization, call, Proposal("Our region"))


def test_a_deck_becomes_a_resource_and_a_newer_one_its_next_revision(
    database: Database, sign_in: SignIn, tmp_path: Path
) -> None:
    rosa, erik = sign_in(ROSA), sign_in(ERIK)
    rosa.post("/calls/present", data=OURS)

    def upload(name: str, slides: int) -> int:
        deck = slides_deck(tmp_path / f"{name}.pptx", slides)
        form = {"deck-deck": (io.BytesIO(deck.read_bytes()), deck.name)}
        return rosa.post("/calls/presentations/1/deck", data=form).status_code

    assert upload("first", 1) == 302
    assert upload("second", 2) == 302
    with database.reading() as db:
        deck = db.scalars(select(Resource)).one()
        assert (deck.kind, deck.call_on, deck.title) == (Kind.PRESENTATION, date(2026, 11, 30), OURS["title"])
        assert len(db.scalars(select(Revision)).all()) == 2
    assert f'href="/resources/{deck.id}"' in erik.get("/calls/2026-11-30").text
    assert erik.post("/calls/presentations/1/deck").status_code == 404
    do(sign_in(CORA), "move", **{"move-call": "2026-12-07"})
    with database.reading() as db:
        assert db.scalars(select(Resource.call_on)).one() == date(2026, 12, 7)
    assert "Choose a file" in rosa.post("/calls/presentations/1/deck").text
    assert (
        rosa.post("/calls/presentations/1/deck", data={"deck-deck": (io.BytesIO(b"MZ"), "virus.exe")}).status_code
        == 422
    )


@pytest.mark.both_databases
def test_the_coordinator_edits_a_suggested_schedule(database: Database, sign_in: SignIn) -> None:
    cora = sign_in(CORA)
    page = cora.get("/calls/planner").text
    assert "Lakeshore Forge" in page
    assert "Supply Atlas" in page
    assert page.count("Never</td>") == 6
    plan = {
        "take": ["lakeshore-forge", "supply-atlas"],
        "call-lakeshore-forge": "2026-12-14",
        "title-lakeshore-forge": "Our year",
        "call-supply-atlas": "2026-12-14",
    }
    assert "2 presentations scheduled" in cora.post("/calls/planner", data=plan, follow_redirects=True).text
    with database.reading() as db:
        titles = set(db.scalars(select(Presentation.title).where(Presentation.state == SlotState.ACCEPTED)))
    assert titles == {"Our year", "Progress and best practices of Supply Atlas"}
    again = cora.post("/calls/planner", data={"take": ["prairie-works"], "call-prairie-works": "2026-12-14"})
    assert again.status_code == 422
    assert "Prairie Works: That call already has two presentations" in again.text
    assert "Choose a call for" in cora.post("/calls/planner", data={"take": ["prairie-works"]}).text
    assert "No presentations are due in 2026" in cora.get("/calls/planner").text

"""Two people decide about the same call or presentation."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.calls.models import Call, Presentation
from hub.calls.rules.presentations import SlotState
from hub.core.db import Database
from hub.core.set_aside import SetAside
from hub.library.models import Resource
from tests.forms import form_on, opened
from tests.world import FrozenClock, SignIn

pytestmark = pytest.mark.usefixtures("alliance")
ADDRESS = "/calls/presentations/1"


@pytest.fixture
def browsers(sign_in: SignIn) -> tuple[FlaskClient, FlaskClient]:
    """Two browsers of the coordinator; Rosa proposed a presentation."""
    proposal = {"call": "2026-11-30", "title": "Progress", "minutes": "12", "topic": "workforce"}
    assert sign_in("rosa@lakeshore.example").post("/calls/present", data=proposal).status_code == 302
    return sign_in("cora@amcc.example"), sign_in("cora@amcc.example")


def _presentation(database: Database) -> Presentation:
    with database.reading() as db:
        return db.scalars(select(Presentation)).one()


def test_an_acceptance_does_not_erase_a_reason_for_declining_that_no_one_read(
    browsers: tuple[FlaskClient, FlaskClient], database: Database
) -> None:
    first, second = browsers
    accept = opened(first, ADDRESS, do="accept")
    decline = opened(second, ADDRESS, do="decline").filled(**{"decline-reason": "It’s a sales pitch"})
    assert second.post(ADDRESS, data=decline).status_code == 302
    answer = first.post(ADDRESS, data=accept.values)
    assert answer.status_code == 409
    assert "Declined. It’s a sales pitch" in answer.text
    assert _presentation(database).state is SlotState.DECLINED
    assert first.post(ADDRESS, data=form_on(answer, do="accept").values).status_code == 302
    assert _presentation(database).state is SlotState.ACCEPTED
    with database.reading() as db:
        assert db.scalars(select(SetAside)).one().texts == [["Decision", "Declined. It’s a sales pitch"]]


def test_the_form_of_a_conflict_is_there_even_if_the_button_is_gone(
    browsers: tuple[FlaskClient, FlaskClient], sign_in: SignIn
) -> None:
    cora, _ = browsers
    rosa = sign_in("rosa@lakeshore.example")
    withdraw = opened(rosa, ADDRESS, do="withdraw")
    decline = opened(cora, ADDRESS, do="decline").filled(**{"decline-reason": "No slot"})
    assert cora.post(ADDRESS, data=decline).status_code == 302
    answer = rosa.post(ADDRESS, data=withdraw.values)
    assert answer.status_code == 409
    again = form_on(answer, do="withdraw")
    assert rosa.post(ADDRESS, data=again.values | {"resolve": ["saved"]}).status_code == 302


def test_buttons_on_other_pages_have_the_version_of_the_decision(browsers: tuple[FlaskClient, FlaskClient]) -> None:
    first, second = browsers
    accept = opened(first, "/calls/planner", ADDRESS)
    decline = opened(second, ADDRESS, do="decline").filled(**{"decline-reason": "No slot"})
    assert second.post(ADDRESS, data=decline).status_code == 302
    assert first.post(ADDRESS, data=accept.values).status_code == 409


def test_a_file_as_the_second_deck_need_not_be_sent_again(
    browsers: tuple[FlaskClient, FlaskClient], database: Database
) -> None:
    first, second = browsers
    deck = f"{ADDRESS}/deck"
    forms = [opened(browser, ADDRESS, deck) for browser in browsers]
    sent = [
        {name: values[0] for name, values in form.values.items()}
        | {"deck-deck": (io.BytesIO(text), f"{text.decode()}.txt")}
        for form, text in zip(forms, (b"mine", b"theirs"), strict=True)
    ]
    assert second.post(deck, data=sent[1], content_type="multipart/form-data").status_code == 302
    answer = first.post(deck, data=sent[0], content_type="multipart/form-data")
    assert answer.status_code == 409
    assert "mine.txt is already uploaded" in answer.text
    assert first.post(deck, data=form_on(answer, deck).values).status_code == 302
    with database.reading() as db:
        resource = db.get_one(Resource, _presentation(database).resource_id)
        assert resource.revision_number == 2, "the other deck stays, as the earlier revision"


def test_an_agenda_that_was_typed_while_the_call_moved_is_saved_on_the_moved_call(
    browsers: tuple[FlaskClient, FlaskClient], database: Database
) -> None:
    first, second = browsers
    form = opened(first, "/calls/2026-11-30/edit")
    move = opened(second, "/calls/2026-11-30/move").filled(day="2026-12-01", reason="Holiday")
    assert second.post("/calls/2026-11-30/move", data=move).status_code == 302
    answer = first.post(form.address, data=form.filled(agenda="A long agenda"))
    assert answer.status_code == 302
    assert first.get(answer.location, follow_redirects=True).request.path == "/calls/2026-12-01"
    with database.reading() as db:
        assert db.scalars(select(Call.agenda).where(Call.agenda != "")).all() == ["A long agenda"]


def test_the_note_of_a_result_that_is_not_kept_can_be_read_again(
    browsers: tuple[FlaskClient, FlaskClient], database: Database, frozen_clock: FrozenClock, sign_in: SignIn
) -> None:
    browsers[0].post("/sign-out")
    cora = sign_in("cora@amcc.example")
    assert cora.post(ADDRESS, data=opened(cora, ADDRESS, do="accept").values).status_code == 302
    frozen_clock.advance(days=8)
    first, second = sign_in("cora@amcc.example"), sign_in("cora@amcc.example")
    my_form, their_form = opened(first, ADDRESS, do="settle"), opened(second, ADDRESS, do="settle")
    assert second.post(ADDRESS, data=their_form.filled(**{"outcome-outcome": "no_show"})).status_code == 302
    answer = first.post(ADDRESS, data=my_form.filled(**{"outcome-outcome": "given", "outcome-reason": "Ida presented"}))
    assert answer.status_code == 409
    assert first.post(ADDRESS, data=form_on(answer, do="settle").filled(resolve="saved")).status_code == 302
    with database.reading() as db:
        assert ["Note", "Ida presented"] in db.scalars(select(SetAside)).one().texts
